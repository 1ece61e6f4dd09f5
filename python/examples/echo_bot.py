"""A bot that says everything back: ``BITRIX24_BOT_TOKEN`` is a secret that makes it yours."""

import asyncio
import os

from bitrix24 import AsyncClient

TOKEN = os.environ["BITRIX24_BOT_TOKEN"]


async def main() -> None:
    """Registers the bot, and answers what people write to it."""
    async with AsyncClient.from_webhook(os.environ["BITRIX24_WEBHOOK_URL"]) as client:
        imbot = client.imbot.v2
        registered = await imbot.bot.register(
            fields={"code": "echo", "botToken": TOKEN, "properties": {"name": "Echo"}}
        )
        bot = registered.result.bot
        if bot is None or bot.id is None:
            raise SystemExit("the portal does not say which bot it is")
        offset = None
        while True:
            events = await imbot.event.get(bot_id=bot.id, bot_token=TOKEN, offset=offset)
            for event in events.result.events or ():
                if event.type_ == "ONIMBOTV2MESSAGEADD" and event.data:
                    await imbot.chat.message.send(
                        bot_id=bot.id,
                        bot_token=TOKEN,
                        dialog_id=event.data["chat"]["dialogId"],
                        fields={"message": event.data["message"]["text"]},
                    )
            offset = events.result.next_offset
            if not events.result.has_more:
                await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(main())
