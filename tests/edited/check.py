"""Uses what the edits of the description brought: a parameter, an error code, a method."""

from __future__ import annotations

import asyncio
import datetime as dt
import inspect
import os
import typing
import warnings

from bitrix24 import AsyncClient, Client, errors
from bitrix24.imbot import ChatCountResult, ChatGetErrorCode

URL = os.environ["BITRIX24_WEBHOOK_URL"]


def check(client: Client) -> None:
    """What each edit brought."""
    chat = client.imbot.chat
    client.call("sandbox.clear")

    # Summary, parameter and error code show in the documentation and the signature.
    doc = inspect.getdoc(chat.get) or ""
    assert "Leads back from an order to its chat." in doc, doc
    assert "ow old the chat may be, in days." in doc, doc
    assert "ChatArchived" in doc, doc
    parameter = inspect.signature(chat.get).parameters["max_age_days"]
    assert parameter.kind is inspect.Parameter.KEYWORD_ONLY
    assert parameter.default is None
    assert parameter.annotation in ("int | None", int | None), parameter.annotation
    assert "CHAT_ARCHIVED" in typing.get_args(ChatGetErrorCode)

    # The parameter arrives.
    chat.get(entity_type="CHAT", entity_id="13", max_age_days=30)
    log = client.call("sandbox.requests").result
    assert log[0]["parameters"]["MAX_AGE_DAYS"] == 30, log

    # The error code has a class.
    assert issubclass(errors.ChatArchived, errors.MethodApiError)
    client.call("sandbox.fail", {"method": "imbot.chat.get", "code": "CHAT_ARCHIVED"})
    status = None
    try:
        chat.get(entity_type="CHAT", entity_id="13")
    except errors.ChatArchived as error:
        status = error.status
    assert status == 409, status

    # The method is there, with types of its own.
    signature = inspect.signature(chat.count)
    assert list(signature.parameters) == ["entity_type", "since", "timeout"]
    assert signature.return_annotation in ("Answer[ChatCountResult]",), signature
    result = chat.count(entity_type="CHAT", since=dt.date(2026, 2, 24)).result
    assert isinstance(result, ChatCountResult)
    assert result.count == 7
    assert isinstance(result.newest, dt.datetime)


async def check_async() -> None:
    """The method, from asyncio."""
    async with AsyncClient.from_webhook(URL) as client:
        answer = await client.imbot.chat.count(entity_type="CHAT")
        assert answer.result.count == 7


warnings.simplefilter("ignore", DeprecationWarning)
with Client.from_webhook(URL) as client:
    check(client)
asyncio.run(check_async())
print("Python follows the description")
