"""A portal that moved."""

from __future__ import annotations

# README: moved
from bitrix24 import Client

# end
# README: moved


def client(webhook: str, addresses: list[str]) -> Client:
    return Client.from_webhook(webhook, on_moved=addresses.append)


# end
