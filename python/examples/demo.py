"""Calls a portal and prints what comes back: ``cargo xtask demo`` runs this.

The environment says which portal: ``BITRIX24_WEBHOOK_URL``, or ``BITRIX24_PORTAL`` and
``BITRIX24_ACCESS_TOKEN``; and which chat: ``BITRIX24_ENTITY_TYPE`` and ``BITRIX24_ENTITY_ID``.
``BITRIX24_SANDBOX`` says that the portal is one of ours, which fails on demand.
"""

from __future__ import annotations

import asyncio
import json
import os
import warnings
from typing import TYPE_CHECKING

from bitrix24 import AsyncClient, Client, errors

if TYPE_CHECKING:
    from bitrix24.types import Time

ENTITY_TYPE = os.environ.get("BITRIX24_ENTITY_TYPE", "CHAT")
ENTITY_ID = os.environ.get("BITRIX24_ENTITY_ID", "13")
ORDER = {"method": "imbot.chat.get", "code": "ACCESS_ERROR"}
SANDBOX = "BITRIX24_SANDBOX" in os.environ


def sync_client() -> Client:
    """The client that waits."""
    if url := os.environ.get("BITRIX24_WEBHOOK_URL"):
        return Client.from_webhook(url)
    return Client.from_token(os.environ["BITRIX24_PORTAL"], os.environ["BITRIX24_ACCESS_TOKEN"])


def async_client() -> AsyncClient:
    """The client for asyncio."""
    if url := os.environ.get("BITRIX24_WEBHOOK_URL"):
        return AsyncClient.from_webhook(url)
    return AsyncClient.from_token(
        os.environ["BITRIX24_PORTAL"], os.environ["BITRIX24_ACCESS_TOKEN"]
    )


def seconds(time: Time | None) -> str:
    """How long the portal took, if it says so."""
    return f"{time.duration:.6f} s" if time and time.duration is not None else "not told"


def call_and_wait() -> None:
    """The calls, one after the other."""
    with sync_client() as client:
        answer = client.imbot.chat.get(entity_type=ENTITY_TYPE, entity_id=ENTITY_ID)
        print("chat id:", answer.result.id if answer.result else "none")
        print("time:", seconds(answer.time))

        # By its name, a method takes whatever it is given.
        raw = client.call("imbot.chat.get", {"ENTITY_TYPE": ENTITY_TYPE})
        print("without ENTITY_ID:", json.dumps(raw.result))

        if SANDBOX:
            client.call("sandbox.fail", ORDER)
            try:
                client.imbot.chat.get(entity_type=ENTITY_TYPE, entity_id=ENTITY_ID)
            except errors.AccessError as error:
                print("refused:", error.code, "with status", error.status)
            else:
                raise SystemExit("the portal did not fail")


async def call_and_await() -> None:
    """The same from asyncio."""
    async with async_client() as client:
        answer = await client.imbot.chat.get(entity_type=ENTITY_TYPE, entity_id=ENTITY_ID)
        print("async chat id:", answer.result.id if answer.result else "none")
        print("async time:", seconds(answer.time))

        raw = await client.call("imbot.chat.get", {"ENTITY_TYPE": ENTITY_TYPE})
        print("async without ENTITY_ID:", json.dumps(raw.result))

        if SANDBOX:
            await client.call("sandbox.fail", ORDER)
            try:
                await client.imbot.chat.get(entity_type=ENTITY_TYPE, entity_id=ENTITY_ID)
            except errors.AccessError as error:
                print("async refused:", error.code, "with status", error.status)
            else:
                raise SystemExit("the portal did not fail")


if __name__ == "__main__":
    # The method of this demonstration is on its way out.
    warnings.simplefilter("ignore", DeprecationWarning)
    call_and_wait()
    asyncio.run(call_and_await())
