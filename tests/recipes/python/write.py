"""A write whose answer was lost."""

from __future__ import annotations

# README: add
from bitrix24 import JSON, Client
from bitrix24.errors import Bitrix24Error

# end
# README: add


def add(client: Client, number: str) -> JSON:
    """Adds a deal that carries a number of ours, by which it is found again."""
    try:
        fields = {"TITLE": "Pipes", "ORIGIN_ID": number}
        return client.call("crm.deal.add", {"fields": fields}).result
    except Bitrix24Error as error:
        if error.stopped != "not repeatable":
            raise
        # Sent, but never answered: look whether it ran.
        found = find(client, number)
        if found is None:
            raise
        return found


def find(client: Client, number: str) -> JSON:
    # Reading does no harm, however often it is done.
    reading = client.with_options(repeatable=True)
    match reading.call("crm.deal.list", {"filter": {"ORIGIN_ID": number}}).result:
        case [{"ID": found}, *_]:
            return found
        case _:
            return None


# end
