"""Calls a portal through the installed package."""

from __future__ import annotations

import asyncio
import os
import warnings
from importlib.metadata import files
from pathlib import Path

from bitrix24 import AsyncClient, Client

URL = os.environ["BITRIX24_WEBHOOK_URL"]
LICENSE = Path(__file__).parents[2] / "LICENSE"


async def main() -> None:
    """Calls it from asyncio."""
    async with AsyncClient.from_webhook(URL) as client:
        answer = await client.imbot.chat.get(entity_type="CHAT", entity_id="13")
        assert answer.result is not None
        assert answer.result.id == 2725


warnings.simplefilter("ignore", DeprecationWarning)
with Client.from_webhook(URL) as client:
    answer = client.imbot.chat.get(entity_type="CHAT", entity_id="13")
    assert answer.result is not None
    assert answer.result.id == 2725
asyncio.run(main())
licenses = [file.read_text() for file in files("bitrix24") or () if file.name == "LICENSE"]
assert licenses == [LICENSE.read_text()]
print("the installed package works")
