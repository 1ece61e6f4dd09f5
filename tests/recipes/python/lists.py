"""Long lists."""

from __future__ import annotations

# README: lists
from itertools import islice

from bitrix24 import JSON, AsyncClient, Client, ListRequest, Records
from bitrix24.errors import Bitrix24Error

DEALS = ListRequest.by_name("crm.deal.list")
ITEMS = ListRequest.by_name("crm.item.list", {"entityTypeId": 2}, records="items", key="id")

# end
# README: lists


def pages(client: Client, found: list[JSON], resume: str | None = None) -> None:
    """Page by page: as ``start`` and ``next`` lead."""
    for deal in client.records(DEALS, resume=resume):
        found.append(deal)


def patient(client: Client, found: list[JSON]) -> None:
    """After an error: goes on with the page that failed."""
    try:
        pages(client, found)
    except Bitrix24Error as error:
        pages(client, found, error.cursor)  # a short text, which can be kept


def portion(client: Client, count: int, resume: str | None = None) -> tuple[list[JSON], str]:
    """So many records, and where the next ones begin."""
    deals = client.records(DEALS, resume=resume)
    return list(islice(deals, count)), deals.cursor


def by_key(client: Client) -> Records[JSON]:
    """By growing ids, without counting: the way to read what is long, or changes meanwhile."""
    return client.records(ITEMS, keyed=True)


def in_batches(client: Client) -> Records[JSON]:
    """Up to 50 pages with a request."""
    return client.records(DEALS, batched=True)


async def in_tasks(client: AsyncClient) -> list[JSON]:
    return [deal async for deal in client.records(DEALS)]


# end
