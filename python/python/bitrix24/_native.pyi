"""The native half: private, and driven by tables of the methods."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, final

import bitrix24._oauth
from bitrix24._base import JSON, Answer, JSONInput, Outcome, Secret, Unset
from bitrix24._oauth import Credential, TokenStore
from bitrix24._request import ListRequest, Request
from bitrix24._settings import Retries
from bitrix24.types import Time

__all__ = [
    "Client",
    "LateTime",
    "Mailbox",
    "OAuth",
    "Pages",
    "Recorded",
    "Sandbox",
    "Settings",
    "Store",
    "__version__",
    "application_token",
    "installation_from_event",
    "installation_from_open",
    "sandbox_command",
]

__version__: Final[str]

@final
class Settings:
    """What clients of either kind are made with."""

    def __new__(
        cls,
        timeout: float | None,
        read_timeout: float,
        connect_timeout: float,
        retries: Retries,
        intensity: tuple[int, float] | None,
        on_moved: Callable[[str], None] | None,
        user_agent: str | None,
        proxy: str | Secret | None,
        root_certificates: Sequence[str | bytes],
        base_url: str | Secret | None,
        /,
    ) -> Settings: ...

@final
class Client:
    """A portal, the right to call it, and the connections to it."""

    @staticmethod
    def webhook(url: str | Secret, settings: Settings, /) -> Client: ...
    @staticmethod
    def token(
        portal: str | Secret, access_token: str | Secret, settings: Settings, /
    ) -> Client: ...
    @staticmethod
    def oauth(oauth: bitrix24._oauth.OAuth, settings: Settings, /) -> Client: ...
    @property
    def host(self) -> str: ...
    @property
    def portal(self) -> str | None: ...
    def with_options(
        self,
        timeout: float | Unset | None,
        retries: Retries | Unset,
        repeatable: bool | Unset,
        /,
    ) -> Client: ...
    def stats(self) -> tuple[int, int, int, int, float, int, int, int]: ...
    def expected_wait(self, method: str, /) -> float: ...
    def call(
        self, key: str, values: tuple[object, ...], timeout: float | None, /
    ) -> Answer[Any]: ...
    def call_async(
        self, key: str, values: tuple[object, ...], timeout: float | None, /
    ) -> asyncio.Future[Answer[Any]]: ...
    def call_by_name(
        self,
        name: str | Secret,
        params: Mapping[str, JSONInput] | None,
        rest: Literal["classic", "v3"],
        timeout: float | None,
        /,
    ) -> Answer[JSON]: ...
    def call_by_name_async(
        self,
        name: str | Secret,
        params: Mapping[str, JSONInput] | None,
        rest: Literal["classic", "v3"],
        timeout: float | None,
        /,
    ) -> asyncio.Future[Answer[JSON]]: ...
    def send(self, request: Request[Any], timeout: float | None, /) -> Answer[Any]: ...
    def send_async(
        self, request: Request[Any], timeout: float | None, /
    ) -> asyncio.Future[Answer[Any]]: ...
    def batch(
        self, requests: tuple[Request[Any], ...], halt: bool, timeout: float | None, /
    ) -> list[Outcome[Any]]: ...
    def batch_async(
        self, requests: tuple[Request[Any], ...], halt: bool, timeout: float | None, /
    ) -> asyncio.Future[list[Outcome[Any]]]: ...
    def pages(
        self, request: ListRequest[Any, Any], keyed: bool, batched: bool, resume: str | None, /
    ) -> Pages: ...
    def close(self) -> None: ...

@final
class Pages:
    """A list under way."""

    @property
    def method(self) -> str: ...
    def next(self, taken: int, /) -> list[Any] | None: ...
    def next_async(self, taken: int, /) -> asyncio.Future[list[Any] | None]: ...
    def cursor(self, pages: int, taken: int, /) -> str: ...

@final
class OAuth:
    """An application and its token."""

    def __new__(
        cls,
        client_id: str,
        client_secret: str | Secret,
        credential: Credential | None,
        store: TokenStore | None,
        trust: Sequence[str],
        proxy: str | Secret | None,
        root_certificates: Sequence[str | bytes],
        timeout: float,
        /,
    ) -> OAuth: ...
    @property
    def client_id(self) -> str: ...
    @property
    def refreshes(self) -> int: ...
    def authorize_url(self, portal: str, state: str, /) -> str: ...
    def exchange(self, code: str | Secret, server: str | None, /) -> Credential: ...
    def exchange_async(
        self, code: str | Secret, server: str | None, /
    ) -> asyncio.Future[Credential]: ...
    def credential(self) -> Credential | None: ...
    def credential_async(self) -> asyncio.Future[Credential | None]: ...
    def replace(self, credential: Credential, /) -> None: ...
    def replace_async(self, credential: Credential, /) -> asyncio.Future[None]: ...

@final
class Store:
    """A place for a credential that is written in Rust."""

    @staticmethod
    def memory(credential: Credential | None, /) -> Store: ...
    @staticmethod
    def file(path: str, /) -> Store: ...
    def load(self) -> Credential | None: ...
    def save(self, expected: Credential | None, new: Credential, /) -> Credential | None: ...

_Installed: TypeAlias = tuple[
    Credential,
    Secret | None,
    str | None,
    str | None,
    str | None,
    str | None,
    dict[int, Credential],
]

def application_token(body: str | Secret, /) -> Secret | None: ...
def installation_from_event(body: str | Secret, /) -> _Installed: ...
def installation_from_open(query: str | Secret, body: str | Secret, /) -> _Installed: ...

@final
class Mailbox:
    """Where finished calls wait for their event loop."""

    def drain(self) -> None: ...
    def depart(self, /) -> None: ...
    def abort(self, number: int, /) -> None: ...

@final
class Sandbox:
    """A portal, until it is stopped."""

    def __new__(
        cls,
        port: int,
        listen: IPv4Address | IPv6Address | None,
        tls: Sequence[str] | None,
        https_only: bool,
        intensity: tuple[int, float] | None,
        plan: str | None,
        redirect_uri: str | None,
        documented: bool,
        deliver_anywhere: bool,
        seed: int | None,
        /,
    ) -> Sandbox: ...
    def facts(self) -> tuple[str, str, str, str, str, str, Path | None]: ...
    def refresh_token(self) -> str: ...
    def order(self, name: str, params: str, /) -> str: ...
    def answer_with(
        self, method: str, function: Callable[[Recorded], str], to_anyone: bool, /
    ) -> None: ...
    def calls(self, method: str | None, /) -> list[Recorded]: ...
    def stop(self) -> None: ...
    def throw(self) -> None: ...

@final
class Recorded:
    """A call that a portal got."""

    @property
    def method(self) -> str: ...
    @property
    def verb(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def credential(self) -> Literal["webhook", "token", "application", "refused"]: ...
    @property
    def parameters(self) -> str: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...
    @property
    def target(self) -> str: ...
    @property
    def time(self) -> float: ...
    @property
    def took(self) -> float: ...
    @property
    def connection(self) -> int: ...
    @property
    def ran(self) -> bool: ...
    @property
    def fault(self) -> str | None: ...

def sandbox_command(args: Sequence[str], /) -> int: ...

@final
class LateTime:
    """The time of an answer that nobody has asked for."""

    def make(self) -> Time | None:
        """Makes it."""
