"""What a client says of itself."""

from __future__ import annotations

# README: watch
import logging

from bitrix24 import Client

# end
# README: watch


def listen() -> None:
    logging.basicConfig()
    logging.getLogger("bitrix24").setLevel(logging.DEBUG)


def report(client: Client) -> str:
    stats = client.stats
    return (
        f"{stats.calls} calls, {stats.in_flight} under way, {stats.retries} tries again, "
        f"{stats.waited:.1f} s waited, {stats.refreshes} new tokens"
    )


# end
