"""The native half: private, and driven by tables of the methods."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, final

from bitrix24._base import JSON, Answer, JSONInput, Secret

__all__ = ["Client", "Mailbox", "Settings", "__version__"]

__version__: Final[str]

@final
class Settings:
    """What clients of either kind are made with."""

    def __new__(
        cls,
        timeout: float,
        connect_timeout: float,
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
    @property
    def host(self) -> str: ...
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
    def close(self) -> None: ...

@final
class Mailbox:
    """Where finished calls wait for their event loop."""

    def drain(self) -> None: ...
    def abort(self, number: int, /) -> None: ...
