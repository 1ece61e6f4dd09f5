"""A call that must be quick."""

from __future__ import annotations

# README: deal
from bitrix24 import JSON, Client
from bitrix24.errors import LimitError

# end
# README: deal


def deal(client: Client) -> JSON:
    try:
        return client.call("crm.deal.get", {"id": 13}, timeout=2.0).result
    except LimitError as error:
        print(f"its turn would come in {error.wait:.1f} s")
        return None


# end
