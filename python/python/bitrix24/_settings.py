"""What a client is told, and what it tells."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Retries", "Stats"]


class Retries(NamedTuple):
    """How a call is tried again that failed for a passing reason.

    A call is repeated if it did not run, or if running twice does no harm. Between two tries there
    is a pause of random length, which doubles from try to try.

    Attributes:
        tries: How often a call is tried in all; 1 or more.
        first: Seconds that the first pause may last.
        longest: Seconds that no pause exceeds.
    """

    tries: int = 4
    first: float = 0.5
    longest: float = 30.0


class Stats(NamedTuple):
    """What a client has done since it was made, with all that share its connections.

    Attributes:
        calls: Calls that were begun.
        requests: Requests that were sent: each try of a call is one, and so is a batch.
        retries: Tries after the first.
        waits: How often a request waited for its turn.
        waited: Seconds that they waited in all.
        refreshes: Access tokens that were refreshed.
        moves: Times that the portal turned out to have moved to another address.
        in_flight: Calls that have not come to an end.
    """

    calls: int
    requests: int
    retries: int
    waits: int
    waited: float
    refreshes: int
    moves: int
    in_flight: int
