"""Typed client for the Bitrix24 REST API.

:class:`Client` calls and waits, :class:`AsyncClient` is its twin for asyncio. Both have the
methods of the API under their own names::

    from bitrix24 import Client

    with Client.from_webhook("https://example.bitrix24.com/rest/1/code/") as client:
        answer = client.imbot.chat.get(entity_type="CRM", entity_id="DEAL|13")

:data:`request` has them as well, and makes requests of them: for ``client.batch``, which sends
many at once, and for ``client.records``, which reads long lists. :class:`OAuth` keeps the access
token of an application fresh.

What a call can raise is in :mod:`bitrix24.errors`; for tests, :mod:`bitrix24.sandbox` is a portal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix24 import errors
from bitrix24._base import JSON, UNSET, Answer, JSONInput, Outcome, Record, Secret, Unset
from bitrix24._client import AsyncClient, Client
from bitrix24._native import __version__
from bitrix24._settings import Retries, Stats

if TYPE_CHECKING:
    from bitrix24._lists import AsyncRecords, Records
    from bitrix24._oauth import (
        Credential,
        FileStore,
        Installation,
        MemoryStore,
        OAuth,
        TokenStore,
    )
    from bitrix24._request import ListRequest, Reference, Request
    from bitrix24._request_scopes import request

__all__ = [
    "JSON",
    "UNSET",
    "Answer",
    "AsyncClient",
    "AsyncRecords",
    "Client",
    "Credential",
    "FileStore",
    "Installation",
    "JSONInput",
    "ListRequest",
    "MemoryStore",
    "OAuth",
    "Outcome",
    "Record",
    "Records",
    "Reference",
    "Request",
    "Retries",
    "Secret",
    "Stats",
    "TokenStore",
    "Unset",
    "__version__",
    "errors",
    "request",
]

if not TYPE_CHECKING:
    # What not every program needs is loaded when it is asked for.
    _LATE = {
        "AsyncRecords": "_lists",
        "Credential": "_oauth",
        "FileStore": "_oauth",
        "Installation": "_oauth",
        "ListRequest": "_request",
        "MemoryStore": "_oauth",
        "OAuth": "_oauth",
        "Records": "_lists",
        "Reference": "_request",
        "Request": "_request",
        "TokenStore": "_oauth",
        "request": "_request_scopes",
    }

    def __getattr__(name: str) -> Any:
        from importlib import import_module

        if name in _LATE:
            found = getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
            globals()[name] = found
            return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *_LATE})
