"""Calls a portal through the installed package."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import warnings
from importlib.metadata import entry_points, files
from importlib.util import find_spec
from pathlib import Path

from bitrix24 import AsyncClient, Client
from bitrix24.sandbox import Sandbox

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
with Sandbox() as sandbox, sandbox.client() as client:
    client.call("server.time")
    assert len(sandbox.calls("server.time")) == 1
plugin = {entry.value for entry in entry_points(group="pytest11") if entry.name == "bitrix24"}
assert plugin == {"_bitrix24_pytest"}, plugin
assert find_spec("_bitrix24_pytest")
command = Path(sys.executable).with_name("bitrix24-sandbox")
assert "--port" in subprocess.run([command, "--help"], capture_output=True, text=True).stdout
licenses = [file.read_text() for file in files("bitrix24") or () if file.name == "LICENSE"]
assert licenses == [LICENSE.read_text()]
print("the installed package works")
