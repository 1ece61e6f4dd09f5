"""Many calls at once."""

from __future__ import annotations

# README: all
import asyncio
from concurrent.futures import ThreadPoolExecutor

from bitrix24 import JSON, AsyncClient, Client

# end
# README: all


def enterprise(webhook: str) -> Client:
    """Unless told otherwise, a client keeps the limits of every plan but Enterprise."""
    return Client.from_webhook(webhook, intensity=(250, 5.0))


def in_threads(client: Client, ids: range) -> list[JSON]:
    def deal(number: int) -> JSON:
        return client.call("crm.deal.get", {"id": number}).result

    with ThreadPoolExecutor(max_workers=50) as pool:
        return list(pool.map(deal, ids))


async def in_tasks(client: AsyncClient, ids: range) -> list[JSON]:
    calls = [client.call("crm.deal.get", {"id": number}) for number in ids]
    return [answer.result for answer in await asyncio.gather(*calls)]


def is_idle(client: Client) -> bool:
    """Whether a further call would be sent soon."""
    return client.expected_wait("crm.deal.get") < 1.0


# end
