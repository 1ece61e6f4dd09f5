"""Typed client for the Bitrix24 REST API.

:class:`Client` calls and waits, :class:`AsyncClient` is its twin for asyncio. Both have the
methods of the API under their own names::

    from bitrix24 import Client

    with Client.from_webhook("https://example.bitrix24.com/rest/1/code/") as client:
        answer = client.imbot.chat.get(entity_type="CRM", entity_id="DEAL|13")

What a call can raise is in :mod:`bitrix24.errors`.
"""

from __future__ import annotations

from bitrix24 import errors
from bitrix24._base import JSON, UNSET, Answer, JSONInput, Record, Secret, Unset
from bitrix24._client import AsyncClient, Client
from bitrix24._native import __version__

__all__ = [
    "JSON",
    "UNSET",
    "Answer",
    "AsyncClient",
    "Client",
    "JSONInput",
    "Record",
    "Secret",
    "Unset",
    "__version__",
    "errors",
]
