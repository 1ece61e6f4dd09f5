"""Does one thing so many times: ``counted.py WORKLOAD COUNT``.

As the Rust program beside it; ``cargo xtask instructions`` runs both.
"""

from __future__ import annotations

import asyncio
import os
import sys
import warnings

from bitrix24 import AsyncClient, Client, ListRequest

URL = os.environ["BENCH_URL"]
FOUND = 2725
PAGE = 50


def call(count: int) -> None:
    """Calls, one after the other."""
    with Client.from_webhook(URL, intensity=None) as client:
        for _ in range(count):
            chat = client.imbot.chat.get(entity_type="CHAT", entity_id="13").result
            assert chat is not None
            assert chat.id == FOUND


async def call_async(count: int) -> None:
    """Calls from asyncio, one after the other."""
    async with AsyncClient.from_webhook(URL, intensity=None) as client:
        for _ in range(count):
            chat = (await client.imbot.chat.get(entity_type="CHAT", entity_id="13")).result
            assert chat is not None
            assert chat.id == FOUND


def read(count: int) -> None:
    """Reads so many pages of a list."""
    deals = ListRequest.by_name("crm.deal.list", key="ID")
    with Client.from_webhook(URL, intensity=None) as client:
        for number, deal in enumerate(client.records(deals), 1):
            assert deal["ID"] == str(number)
            if number == count * PAGE:
                return
    message = f"the list ended before {count * PAGE} records"
    raise RuntimeError(message)


def main() -> None:
    """Reads the command line."""
    workload, count = sys.argv[1], int(sys.argv[2])
    warnings.simplefilter("ignore", DeprecationWarning)
    if workload == "call":
        call(count)
    elif workload == "async-call":
        asyncio.run(call_async(count))
    elif workload == "page":
        read(count)
    else:
        sys.exit(f"no such workload: {workload}")


main()
