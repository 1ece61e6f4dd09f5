"""The clients: what is written by hand around the generated scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from bitrix24 import _native
from bitrix24._base import hide
from bitrix24._scopes import AsyncScopes, SyncScopes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from bitrix24._base import JSON, Answer, JSONInput, Secret
    from bitrix24._compat import Self

__all__ = ["AsyncClient", "Client"]


def _checked(native: object, made: type) -> _native.Client:
    """Helps whoever calls the class itself; does not repeat the argument, which may be a secret."""
    if not isinstance(native, _native.Client):
        name = made.__name__
        raise TypeError(f"a client is made by {name}.from_webhook(…) or {name}.from_token(…)")
    return native


class _Made:
    """How clients of either kind are made."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __init__(self, native: _native.Client, /) -> None: ...

    @classmethod
    def from_webhook(
        cls,
        url: str | Secret,
        *,
        timeout: float = 65.0,
        connect_timeout: float = 10.0,
        user_agent: str | None = None,
        proxy: str | Secret | None = None,
        root_certificates: Sequence[str | bytes] = (),
        base_url: str | None = None,
    ) -> Self:
        """Makes a client that calls through an incoming webhook.

        Args:
            url: The webhook, as the portal shows it: ``https://{portal}/rest/{user}/{code}/``.
            timeout: Seconds that a call may take as a whole.
            connect_timeout: Seconds that a connection may take to come up.
            user_agent: What to call oneself; by default ``bitrix24-python/{version}``.
            proxy: Address of an HTTP proxy; by default what the environment names.
            root_certificates: Further authorities to trust, each in PEM.
            base_url: Where to send the calls instead of the portal: for tests.

        Raises:
            ConfigError: The settings do not fit; plain ``http`` is for this machine only.
        """
        url, proxy, base_url = hide(url), hide(proxy), hide(base_url)
        settings = _native.Settings(
            timeout, connect_timeout, user_agent, proxy, root_certificates, base_url
        )
        return cls(_native.Client.webhook(url, settings))

    @classmethod
    def from_token(
        cls,
        portal: str,
        access_token: str | Secret,
        *,
        timeout: float = 65.0,
        connect_timeout: float = 10.0,
        user_agent: str | None = None,
        proxy: str | Secret | None = None,
        root_certificates: Sequence[str | bytes] = (),
        base_url: str | None = None,
    ) -> Self:
        """Makes a client that calls for an application, with an access token of OAuth 2.0.

        Args:
            portal: The portal: ``https://example.bitrix24.com``.
            access_token: The token. It lasts an hour; then calls raise ``ExpiredToken``.
            timeout: Seconds that a call may take as a whole.
            connect_timeout: Seconds that a connection may take to come up.
            user_agent: What to call oneself; by default ``bitrix24-python/{version}``.
            proxy: Address of an HTTP proxy; by default what the environment names.
            root_certificates: Further authorities to trust, each in PEM.
            base_url: Where to send the calls instead of the portal: for tests.

        Raises:
            ConfigError: The settings do not fit; plain ``http`` is for this machine only.
        """
        # The portal as well: what is put there by mistake is a webhook.
        portal, access_token = hide(portal), hide(access_token)
        proxy, base_url = hide(proxy), hide(base_url)
        settings = _native.Settings(
            timeout, connect_timeout, user_agent, proxy, root_certificates, base_url
        )
        return cls(_native.Client.token(portal, access_token, settings))


class Client(SyncScopes, _Made):
    """Calls a portal and waits for the answer.

    Made by :meth:`from_webhook` or :meth:`from_token`. Threads may share a client: each call under
    way has a connection of its own, which stays open for later calls. Ctrl-C interrupts a call at
    once. A process that was forked may go on using it.

    ::

        with Client.from_webhook(url) as client:
            answer = client.imbot.chat.get(entity_type="CRM", entity_id="DEAL|13")
            print(answer.result)
    """

    __slots__ = ("__weakref__", "_native")

    def __init__(self, native: _native.Client, /) -> None:
        super().__init__(_checked(native, type(self)).call)
        self._native = native

    def call(
        self,
        name: str,
        params: Mapping[str, JSONInput] | None = None,
        *,
        rest: Literal["classic", "v3"] = "classic",
        timeout: float | None = None,
    ) -> Answer[JSON]:
        """Calls any method by its name, described here or not.

        Args:
            name: Wire name of the method: ``crm.deal.get``.
            params: Its parameters by their wire names.
            rest: Version of the API: ``"v3"`` for methods of REST 3.0.
            timeout: Seconds that the call may take; by default the client's.

        Raises:
            Bitrix24Error: See :mod:`bitrix24.errors`.
        """
        name = hide(name)  # what is put there by mistake is a whole address
        return self._native.call_by_name(name, params, rest, timeout)

    def close(self) -> None:
        """Closes the connections. Calls under way end as usual; new ones raise RequestError."""
        self._native.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<bitrix24.Client of {self._native.host}>"


class AsyncClient(AsyncScopes, _Made):
    """Calls a portal from asyncio.

    Made by :meth:`from_webhook` or :meth:`from_token`. Tasks, threads and event loops may share a
    client. A task that is cancelled takes its call with it. A process that was forked may go on
    using it.

    ::

        async with AsyncClient.from_webhook(url) as client:
            answer = await client.imbot.chat.get(entity_type="CRM", entity_id="DEAL|13")
            print(answer.result)
    """

    __slots__ = ("__weakref__", "_native")

    def __init__(self, native: _native.Client, /) -> None:
        super().__init__(_checked(native, type(self)).call_async)
        self._native = native

    async def call(
        self,
        name: str,
        params: Mapping[str, JSONInput] | None = None,
        *,
        rest: Literal["classic", "v3"] = "classic",
        timeout: float | None = None,
    ) -> Answer[JSON]:
        """Calls any method by its name, described here or not.

        Args and errors are those of :meth:`Client.call`.
        """
        name = hide(name)  # what is put there by mistake is a whole address
        return await self._native.call_by_name_async(name, params, rest, timeout)

    async def close(self) -> None:
        """Closes the connections. Calls under way end as usual; new ones raise RequestError."""
        self._native.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<bitrix24.AsyncClient of {self._native.host}>"
