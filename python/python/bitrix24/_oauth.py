"""Access tokens of OAuth 2.0: where they come from, where they are kept, how they stay fresh."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol, TypeAlias, cast, final

from bitrix24 import _native
from bitrix24._base import JSON, Secret, expect, hide
from bitrix24.errors import ConfigError

__all__ = ["Credential", "FileStore", "Installation", "MemoryStore", "OAuth", "TokenStore"]

Form: TypeAlias = str | bytes | Mapping[str, str | Sequence[str]]
"""What was posted to a handler: as it came, or its fields."""


@final
class Credential:
    """What an application has of a portal: its access token, and what renews it.

    Credentials are equal if all their parts are. None of their secrets shows; :meth:`to_dict` gives
    them in plain text, for a store.
    """

    __slots__ = (
        "access_token",
        "auth_server",
        "expires_at",
        "member_id",
        "portal",
        "refresh_token",
        "scopes",
        "status",
        "user_id",
    )

    portal: Final[str]
    """Where calls go: ``https://{portal}/rest/``, the ``client_endpoint`` of OAuth."""
    access_token: Final[Secret]
    """The token that calls are made with."""
    refresh_token: Final[Secret | None]
    """What the next token is asked for with. Without it the access token is not renewed."""
    expires_at: Final[int | None]
    """When the access token ends, in seconds since 1970."""
    auth_server: Final[str | None]
    """Where tokens are renewed: ``https://oauth.bitrix.info/rest/``, the ``server_endpoint``."""
    member_id: Final[str | None]
    """The portal's identifier, which stays when the portal moves."""
    user_id: Final[int | None]
    """The user on whose behalf calls are made."""
    scopes: Final[tuple[str, ...]]
    """What the application may call."""
    status: Final[str | None]
    """What the portal says of the application's licence: ``F``, ``D``, ``T``, ``P`` or ``L``."""

    def __init__(
        self,
        portal: str,
        access_token: str | Secret,
        *,
        refresh_token: str | Secret | None = None,
        expires_at: int | None = None,
        auth_server: str | None = None,
        member_id: str | None = None,
        user_id: int | None = None,
        scopes: Iterable[str] = (),
        status: str | None = None,
    ) -> None:
        # A traceback may show what is refused.
        access_token, refresh_token = hide(access_token), hide(refresh_token)
        kinds: dict[str, type] = {
            "access_token": type(access_token),
            "refresh_token": type(refresh_token or ""),
        }
        for name, kind in kinds.items():
            if not issubclass(kind, (str, Secret)):
                access_token, refresh_token = "", ""
                raise TypeError(f"credential: {name}: expected str or Secret, got {kind.__name__}")
        for name, given, kind in (
            ("expires_at", expires_at, int),
            ("user_id", user_id, int),
            ("auth_server", auth_server, str),
            ("member_id", member_id, str),
            ("status", status, str),
        ):
            if given is not None:
                expect(f"credential: {name}", given, kind, kind.__name__)
        if isinstance(scopes, str):
            raise TypeError("credential: scopes: expected a list of str, got str")
        self.portal = portal
        self.access_token = Secret(access_token)
        self.refresh_token = None if refresh_token is None else Secret(refresh_token)
        self.expires_at = expires_at
        self.auth_server = auth_server
        self.member_id = member_id
        self.user_id = user_id
        self.scopes = tuple(scopes)
        self.status = status

    def to_dict(self) -> dict[str, JSON]:
        """Copies everything into a dictionary that JSON can hold, the secrets in plain text."""
        refresh = self.refresh_token
        return {
            "portal": self.portal,
            "access_token": self.access_token.reveal(),
            "refresh_token": None if refresh is None else refresh.reveal(),
            "expires_at": self.expires_at,
            "auth_server": self.auth_server,
            "member_id": self.member_id,
            "user_id": self.user_id,
            "scopes": list(self.scopes),
            "status": self.status,
        }

    @staticmethod
    def from_dict(fields: Mapping[str, JSON], /) -> Credential:
        """Makes a credential of what :meth:`to_dict` gave. Fields that it does not know are left.

        Raises:
            ConfigError: A field is missing, or is of another type.
        """
        try:
            expect("credential", fields, Mapping, "a dictionary")
        except TypeError as error:
            raise ConfigError(str(error)) from None
        known: dict[str, object] = {name: fields.get(name) for name in _TYPES}
        for name, (kind, needed) in _TYPES.items():
            value = known[name]
            if value is None and not needed:
                continue
            if not isinstance(value, kind) or isinstance(value, bool):
                expected, got = kind.__name__, type(value).__name__
                fields = known = {}  # a traceback may show it
                value = None
                raise ConfigError(f"credential: {name}: expected {expected}, got {got}")
        scopes = cast("list[object]", known.pop("scopes") or [])
        given: Any = known
        return Credential(**given, scopes=[str(scope) for scope in scopes])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Credential):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, name) for name in self.__slots__))

    def __repr__(self) -> str:
        # A traceback may show one that was refused before it had anything.
        names = ("portal", "access_token", "refresh_token", "expires_at", "member_id")
        portal, access, *others = (getattr(self, name, None) for name in names)
        rest = ", ".join(f"{name}={it!r}" for name, it in zip(names[2:], others, strict=True))
        return f"Credential({portal!r}, {access!r}, {rest})"


_TYPES: Final[dict[str, tuple[type, bool]]] = {
    "portal": (str, True),
    "access_token": (str, True),
    "refresh_token": (str, False),
    "expires_at": (int, False),
    "auth_server": (str, False),
    "member_id": (str, False),
    "user_id": (int, False),
    "scopes": (list, False),
    "status": (str, False),
}
"""The fields of a stored credential, and whether they are needed."""


class TokenStore(Protocol):
    """Where a credential is kept: a row of a database, a key of a cache.

    Several processes may use the same one. Both methods may be called on a thread of the package's
    own, and may raise what they like: the call then fails with a ``TokenStoreError``, which has it
    for its cause. A new token is only used once it is stored.

    They are no coroutines. What is stored by way of an event loop, they can hand to it with
    ``asyncio.run_coroutine_threadsafe(…).result()``, as long as that loop awaits the ``_async``
    methods of :class:`OAuth` and never waits for the others.
    """

    def load(self) -> Credential | None:
        """Gives what is stored, or ``None`` if nothing is."""
        ...

    def save(self, expected: Credential | None, new: Credential, /) -> Credential | None:
        """Stores a new credential, in one step with a look at what is there.

        Args:
            expected: What is thought to be there.
            new: What shall be there.

        Returns:
            ``None`` if the new one is stored: what was there was what was expected, or nothing.
            Else what is there instead, and stays.
        """
        ...


@final
class MemoryStore:
    """Keeps a credential in this process only. Several ``OAuth`` may share it.

    A process that is forked begins with a copy. Then each of them spends the same refresh token,
    which is good for one: the others lose the authorisation. Such programs need a
    :class:`FileStore` or a store of their own.
    """

    __slots__ = ("_native",)

    def __init__(self, credential: Credential | None = None) -> None:
        self._native: Final = _native.Store.memory(credential)

    def load(self) -> Credential | None:
        """Gives what is stored, or ``None`` if nothing is."""
        return self._native.load()

    def save(self, expected: Credential | None, new: Credential, /) -> Credential | None:
        """Stores a new credential: see :meth:`TokenStore.save`."""
        return self._native.save(expected, new)


@final
class FileStore:
    """Keeps a credential in a file that only its owner can read.

    Any number of processes of this machine may share it. The file is replaced as a whole, so that
    it is never half written; beside it lies an empty one that is locked meanwhile.
    """

    __slots__ = ("_native", "path")

    path: Final[str]
    """Where the file is; its folder has to be there."""

    def __init__(self, path: str | bytes | os.PathLike[str] | os.PathLike[bytes], /) -> None:
        self.path = os.fsdecode(path)
        self._native: Final = _native.Store.file(self.path)

    def load(self) -> Credential | None:
        """Gives what is stored, or ``None`` if the file is not there.

        Raises:
            TokenStoreError: The file cannot be read, holds something else, or has no folder.
        """
        return self._native.load()

    def save(self, expected: Credential | None, new: Credential, /) -> Credential | None:
        """Stores a new credential: see :meth:`TokenStore.save`.

        Raises:
            TokenStoreError: The file cannot be written.
        """
        return self._native.save(expected, new)

    def __repr__(self) -> str:
        return f"FileStore({self.path!r})"


@final
class OAuth:
    """An application, and its token for one portal, which it renews when it ends.

    Clients of either kind share it, as do threads: whoever needs a new token first asks for it, and
    all others wait for the same one. A process that was forked may go on using it with a store that
    processes share: a :class:`FileStore`, or one of your own. In memory, each process renews for
    itself: see :class:`MemoryStore`.

    ::

        oauth = OAuth(client_id, client_secret, store=FileStore("token.json"))
        if oauth.credential is None:
            oauth.replace(oauth.exchange(code))
        with Client.from_oauth(oauth) as client:
            ...
    """

    __slots__ = ("_native",)

    def __init__(
        self,
        client_id: str,
        client_secret: str | Secret,
        *,
        credential: Credential | None = None,
        store: TokenStore | None = None,
        trust: Sequence[str] = (),
        proxy: str | Secret | None = None,
        root_certificates: Sequence[str | bytes] = (),
        timeout: float = 30.0,
    ) -> None:
        """Makes it. Nothing is sent or loaded yet.

        Args:
            client_id: The application's ``client_id``.
            client_secret: Its ``client_secret``.
            credential: What to start with, kept in memory only: not for processes that fork.
            store: Where the credential is kept instead.
            trust: Hosts of authorization servers that may get the secrets, beside Bitrix24's own:
                credentials name theirs, and anybody can make up a credential.
            proxy: Address of an HTTP proxy to the authorization server; by default what the
                environment names, and on macOS and Windows the system. The proxy of a client is
                not for this.
            root_certificates: Further authorities to trust, each in PEM. Those of a client are not
                for this.
            timeout: Seconds that an answer of the authorization server may take.

        Raises:
            ConfigError: The settings do not fit.
        """
        client_secret, proxy = hide(client_secret), hide(proxy)
        if credential is not None and store is not None:
            raise ConfigError("OAuth takes a credential or a store; replace() puts one into it")
        self._native: Final = _native.OAuth(
            client_id, client_secret, credential, store, trust, proxy, root_certificates, timeout
        )

    def authorize_url(self, portal: str, state: str) -> str:
        """Makes the address that a user's browser is sent to, to let the application in.

        From there it comes back to the application's own address with ``code`` and ``state``.

        Args:
            portal: The user's portal: ``https://example.bitrix24.com``.
            state: A text that cannot be guessed. Whoever comes back with another one is refused.

        Raises:
            ConfigError: This is no portal.
        """
        return self._native.authorize_url(portal, state)

    def exchange(self, code: str, server: str | None = None) -> Credential:
        """Gets a credential for the code that a browser came back with, within 30 seconds.

        It is used only after :meth:`replace`.

        Args:
            code: The code; it is good for one time.
            server: The authorization server, which the browser brings as ``server_domain``.

        Raises:
            TokenError: There is none to be had.
        """
        code = hide(code)
        return self._native.exchange(code, server)

    async def exchange_async(self, code: str, server: str | None = None) -> Credential:
        """Does what :meth:`exchange` does, to be awaited."""
        code = hide(code)
        return await self._native.exchange_async(code, server)

    @property
    def credential(self) -> Credential | None:
        """What calls are made with now. The store is asked where nothing was loaded yet.

        That may take its time: a coroutine awaits :meth:`credential_async` instead.

        Raises:
            TokenStoreError: The store failed.
        """
        return self._native.credential()

    async def credential_async(self) -> Credential | None:
        """Gives what :attr:`credential` gives, to be awaited."""
        return await self._native.credential_async()

    def replace(self, credential: Credential) -> None:
        """Stores another credential, whatever is there; calls from now on are made with it.

        Nothing is checked of where it comes from. Believe one that was posted only after a call
        with it alone, at the portal that you expect: see :class:`Installation`.

        It waits for the store, and for a renewal that is under way: a coroutine awaits
        :meth:`replace_async` instead.

        Raises:
            TokenStoreError: The store failed.
        """
        self._native.replace(credential)

    async def replace_async(self, credential: Credential) -> None:
        """Does what :meth:`replace` does, to be awaited.

        Once it has begun to store the credential, it goes on even if that is cancelled.
        """
        await self._native.replace_async(credential)

    @property
    def refreshes(self) -> int:
        """How many times the token was renewed."""
        return self._native.refreshes

    def __repr__(self) -> str:
        # Tracebacks may show one whose making failed.
        native = getattr(self, "_native", None)
        return f"<bitrix24.OAuth of {native.client_id}>" if native else "<bitrix24.OAuth>"


@final
class Installation:
    """What the portal tells an application when it is installed or opened.

    Anybody can send such a thing. The credential proves itself by a call that works, if its portal
    is the one that you expect; store the ``application_token`` then, and compare that of later
    events with it, as a :class:`Secret`: see :meth:`token_of`.
    """

    __slots__ = (
        "application_token",
        "bots",
        "credential",
        "event",
        "language",
        "placement",
        "placement_options",
    )

    credential: Final[Credential]
    """The application's token for the portal."""
    application_token: Final[Secret | None]
    """What events from the same portal have, too."""
    event: Final[str | None]
    """The event: ``ONAPPINSTALL``. ``None`` where the application was opened."""
    language: Final[str | None]
    """The language of the portal or the user, such as ``en``."""
    placement: Final[str | None]
    """Where in the portal the application was opened, such as ``DEFAULT``."""
    placement_options: Final[str | None]
    """What the placement tells about itself: JSON."""
    bots: Final[dict[int, Credential]]
    """Of the first version of bots, those that the event is for, by their ids. Unlike the
    credential of a user, theirs can be renewed."""

    def __init__(
        self,
        credential: Credential,
        application_token: str | Secret | None = None,
        event: str | None = None,
        language: str | None = None,
        placement: str | None = None,
        placement_options: str | None = None,
        bots: Mapping[int, Credential] | None = None,
    ) -> None:
        self.credential = credential
        self.application_token = None if application_token is None else Secret(application_token)
        self.event = event
        self.language = language
        self.placement = placement
        self.placement_options = placement_options
        self.bots = dict(bots or {})

    @staticmethod
    def from_event(body: Form) -> Installation:
        """Reads what an event is posted with to its handler, such as ``ONAPPINSTALL``.

        Args:
            body: The body as it came, or its fields: ``auth[access_token]`` and so on, each with
                its text, or with a list of that alone, as of ``urllib.parse.parse_qs``.

        Raises:
            ConfigError: It holds no credential, as an event that no user caused, and
                ``ONAPPUNINSTALL``.
        """
        body = hide(_form("body", body))
        return Installation(*_native.installation_from_event(body))

    @staticmethod
    def token_of(body: Form) -> Secret | None:
        """Reads the ``application_token`` of any event, also of one without a credential.

        ::

            if stored is None or Installation.token_of(body) != Secret(stored):
                ...  # anybody may have sent it

        The comparison takes the same time wherever the first difference is.

        Args:
            body: The body as it came, or its fields.
        """
        body = hide(_form("body", body))
        return _native.application_token(body)

    @staticmethod
    def from_open(query: Form, body: Form) -> Installation:
        """Reads what an application's page is opened with, in the portal or to install it.

        Args:
            query: The query of the address as it came, or its fields: ``DOMAIN`` and so on.
            body: The body as it came, or its fields: ``AUTH_ID`` and so on.

        Raises:
            ConfigError: They hold no credential.
        """
        query, body = hide(_form("query", query)), hide(_form("body", body))
        return Installation(*_native.installation_from_open(query, body))

    def __repr__(self) -> str:
        return f"Installation({self.credential!r}, event={self.event!r})"


def _form(what: str, given: Form) -> str:
    if isinstance(given, str):
        return given
    if isinstance(given, bytes | bytearray):
        return given.decode("utf-8", "replace")
    if not hasattr(given, "keys"):
        got = type(given).__name__
        raise TypeError(f"{what}: expected str, bytes or a mapping of fields, got {got}")
    from urllib.parse import urlencode

    fields = ((name, _only(what, name, given[name])) for name in given)
    return urlencode([(name, value) for name, value in fields if value is not None])


def _only(what: str, name: str, value: object) -> str | bytes | None:
    """The value of a field, which may be alone in a list. Errors do not show it."""
    if value is None or isinstance(value, str | bytes):
        return value
    if not isinstance(value, list | tuple):
        got = type(value).__name__
        raise TypeError(f"{what}: {name}: expected str, bytes or a list of one, got {got}")
    values = cast("Sequence[object]", value)
    if len(values) != 1 or not isinstance(values[0], str | bytes):
        kinds = [type(value).__name__ for value in values]
        raise TypeError(f"{what}: {name}: expected a list of one str, got one of {kinds}")
    return values[0]
