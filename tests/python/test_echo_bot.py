"""The example of a bot, which people of a sandbox talk to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bitrix24.sandbox import Sandbox

BOT = Path(__file__).parents[2] / "python" / "examples" / "echo_bot.py"


def test_the_bot() -> None:
    assert len(BOT.read_text().splitlines()) <= 40
    with Sandbox() as sandbox:
        settings = {"BITRIX24_WEBHOOK_URL": sandbox.webhook_url, "BITRIX24_BOT_TOKEN": "secret"}
        environment = {**os.environ, **settings}
        process = subprocess.Popen([sys.executable, str(BOT)], env=environment)
        try:
            bot = sandbox.wait_for_bot("echo")
            anna = sandbox.add_user("Anna Davis")
            question = anna.write(bot.id, "Hello")
            assert anna.wait_for_message(bot.id, after=question).text == "Hello"

            chat = anna.open_chat("Pipes", [bot.id])
            question = anna.write(f"chat{chat}", f"[USER={bot.id}]Echo[/USER] and you?")
            assert "and you?" in anna.wait_for_message(f"chat{chat}", after=question).text
            # It does not talk to itself.
            said = [one.text for one in anna.messages(bot.id) if one.author == bot.id]
            assert said == ["Hello"]
            assert process.poll() is None
        finally:
            process.kill()
            process.wait()
