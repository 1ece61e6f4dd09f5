"""How clients of either kind are made, and what both can say of themselves."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from bitrix24 import _native
from bitrix24._base import UNSET, Secret, Unset, expect, hide
from bitrix24._settings import Retries, Stats

if TYPE_CHECKING or sys.version_info >= (3, 11):
    from bitrix24._compat import Self

if TYPE_CHECKING:
    from bitrix24._native import Client as NativeClient
    from bitrix24._oauth import OAuth

__all__ = ["Made", "checked"]

RETRIES: Final = Retries()


def checked(native: object, made: type) -> _native.Client:
    """Helps whoever calls the class itself; does not repeat the argument, which may be a secret."""
    if not isinstance(native, _native.Client):
        name = made.__name__
        raise TypeError(
            f"a client is made by {name}.from_webhook(…), {name}.from_token(…) or "
            f"{name}.from_oauth(…)"
        )
    return native


def _retries(given: Retries | int | None) -> Retries:
    if given is None:
        return Retries(tries=1)
    if isinstance(given, Retries):
        return given
    expect("retries", given, int, "Retries, how many, or None")
    return Retries(tries=given + 1)


class Made:
    """How clients of either kind are made."""

    __slots__ = ()

    if TYPE_CHECKING:
        _native: NativeClient

        def __init__(self, native: NativeClient, /) -> None: ...

    @classmethod
    def from_webhook(
        cls,
        url: str | Secret,
        *,
        timeout: float | None = None,
        read_timeout: float = 65.0,
        connect_timeout: float = 10.0,
        retries: Retries | int | None = RETRIES,
        intensity: tuple[int, float] | None = (50, 2.0),
        on_moved: Callable[[str], None] | None = None,
        user_agent: str | None = None,
        proxy: str | Secret | None = None,
        root_certificates: Sequence[str | bytes] = (),
        base_url: str | None = None,
    ) -> Self:
        """Makes a client that calls through an incoming webhook.

        Args:
            url: The webhook, as the portal shows it: ``https://{portal}/rest/{user}/{code}/``.
            timeout: Seconds that a call may take as a whole: to wait for its turn, all its tries,
                and the refresh of a token. By default as many as it takes.
            read_timeout: Seconds that one try may take, from sending to the end of its answer.
            connect_timeout: Seconds that a connection may take to come up, and at most nine tenths
                of ``read_timeout``.
            retries: How a call is tried again that failed for a passing reason. A number says how
                many times, with the usual pauses; ``None``: never.
            intensity: How many requests the portal takes at once, and how many a second after that:
                50 and 2, or 250 and 5 in an Enterprise plan. It counts for all that this process
                sends to the portal. As a portal counts by the second, a second's worth is kept
                back: 48 go out at once, or 245. Processes know nothing of each other: where N of
                them call the portal, give each an N-th of both numbers. ``None``: no limit.
            on_moved: Is called with the portal's new address when the portal has moved. The client
                goes on there by itself, for as long as it lives.
            user_agent: What to call oneself; by default ``bitrix24-python/{version}``.
            proxy: Address of an HTTP proxy, not of a SOCKS one; by default what the environment
                names (``HTTPS_PROXY``, ``ALL_PROXY``, ``NO_PROXY``), and on macOS and Windows the
                system.
            root_certificates: Further authorities to trust, each in PEM.
            base_url: Where to send the calls instead of the portal: for tests.

        Raises:
            ConfigError: The settings do not fit; plain ``http`` is for this machine only.
        """
        url, proxy, base_url = hide(url), hide(proxy), hide(base_url)
        settings = _native.Settings(
            timeout,
            read_timeout,
            connect_timeout,
            _retries(retries),
            intensity,
            on_moved,
            user_agent,
            proxy,
            root_certificates,
            base_url,
        )
        return cls(_native.Client.webhook(url, settings))

    @classmethod
    def from_token(
        cls,
        portal: str,
        access_token: str | Secret,
        *,
        timeout: float | None = None,
        read_timeout: float = 65.0,
        connect_timeout: float = 10.0,
        retries: Retries | int | None = RETRIES,
        intensity: tuple[int, float] | None = (50, 2.0),
        on_moved: Callable[[str], None] | None = None,
        user_agent: str | None = None,
        proxy: str | Secret | None = None,
        root_certificates: Sequence[str | bytes] = (),
        base_url: str | None = None,
    ) -> Self:
        """Makes a client that calls for an application, with an access token of OAuth 2.0.

        Args:
            portal: The portal: ``https://example.bitrix24.com``.
            access_token: The token. It lasts an hour; then calls raise ``ExpiredToken``.
                :meth:`from_oauth` refreshes it instead.
            timeout: This and all further ones are those of :meth:`from_webhook`.
            read_timeout: Seconds that one try may take.
            connect_timeout: Seconds that a connection may take to come up, and at most nine tenths
                of ``read_timeout``.
            retries: How a call is tried again that failed for a passing reason.
            intensity: How many requests the portal takes at once, and how many a second after that.
            on_moved: Is called with the portal's new address when the portal has moved.
            user_agent: What to call oneself.
            proxy: Address of an HTTP proxy.
            root_certificates: Further authorities to trust, each in PEM.
            base_url: Where to send the calls instead of the portal: for tests.

        Raises:
            ConfigError: The settings do not fit; plain ``http`` is for this machine only.
        """
        # The portal as well: what is put there by mistake is a webhook.
        portal, access_token = hide(portal), hide(access_token)
        proxy, base_url = hide(proxy), hide(base_url)
        settings = _native.Settings(
            timeout,
            read_timeout,
            connect_timeout,
            _retries(retries),
            intensity,
            on_moved,
            user_agent,
            proxy,
            root_certificates,
            base_url,
        )
        return cls(_native.Client.token(portal, access_token, settings))

    @classmethod
    def from_oauth(
        cls,
        oauth: OAuth,
        *,
        timeout: float | None = None,
        read_timeout: float = 65.0,
        connect_timeout: float = 10.0,
        retries: Retries | int | None = RETRIES,
        intensity: tuple[int, float] | None = (50, 2.0),
        on_moved: Callable[[str], None] | None = None,
        user_agent: str | None = None,
        proxy: str | Secret | None = None,
        root_certificates: Sequence[str | bytes] = (),
        base_url: str | None = None,
    ) -> Self:
        """Makes a client that calls for an application, and refreshes its access token.

        Args:
            oauth: The application and its token. Any number of clients of either kind share it.
            timeout: This and all further ones are those of :meth:`from_webhook`.
            read_timeout: Seconds that one try may take.
            connect_timeout: Seconds that a connection may take to come up, and at most nine tenths
                of ``read_timeout``.
            retries: How a call is tried again that failed for a passing reason.
            intensity: How many requests the portal takes at once, and how many a second after that.
            on_moved: Is called with the portal's new address when the portal has moved.
            user_agent: What to call oneself.
            proxy: Address of an HTTP proxy; the refresh goes by that of ``oauth``.
            root_certificates: Further authorities to trust, each in PEM; the refresh goes by those
                of ``oauth``.
            base_url: Where to send the calls instead of the portal: for tests.

        Raises:
            ConfigError: The settings do not fit.
        """
        proxy, base_url = hide(proxy), hide(base_url)
        settings = _native.Settings(
            timeout,
            read_timeout,
            connect_timeout,
            _retries(retries),
            intensity,
            on_moved,
            user_agent,
            proxy,
            root_certificates,
            base_url,
        )
        return cls(_native.Client.oauth(oauth, settings))

    def with_options(
        self,
        *,
        timeout: float | Unset | None = UNSET,
        retries: Retries | int | Unset | None = UNSET,
        repeatable: bool | Unset = UNSET,
    ) -> Self:
        """Makes a client that differs in what is given, and shares all else, connections as well.

        It costs next to nothing, so that one can be made for a single call. To close either is to
        close both.

        Args:
            timeout: Seconds that a call may take as a whole; ``None``: as many as it takes.
            retries: How a call is tried again that failed for a passing reason; ``None``: never.
            repeatable: Whether calls may be repeated that may have run already, whatever the
                description says of their methods.

        Raises:
            ConfigError: The options do not fit.
        """
        again = retries if isinstance(retries, Unset) else _retries(retries)
        return type(self)(self._native.with_options(timeout, again, repeatable))

    @property
    def portal(self) -> str | None:
        """The portal's address, which changes when the portal moves: ``https://{portal}``.

        ``None`` as long as only a store knows it that was not asked yet.
        """
        return self._native.portal

    @property
    def stats(self) -> Stats:
        """What the client has done so far, with all that share its connections."""
        return Stats(*self._native.stats())

    def expected_wait(self, method: str) -> float:
        """Seconds that a call would have to wait for its turn now; sends nothing.

        Args:
            method: Wire name of the method: some have limits of their own.
        """
        return self._native.expected_wait(method)
