"""What a client is told, and what it tells."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Retries", "Stats"]


class Retries(NamedTuple):
    """How a call is tried again that failed for a passing reason.

    A call is repeated if it did not run, or if running twice does no harm. Between two tries there
    is a pause of random length, which doubles from try to try.
    """

    tries: int = 4
    """How often a call is tried in all; 1 or more."""
    first: float = 0.5
    """Seconds that the first pause may last."""
    longest: float = 30.0
    """Seconds that no pause exceeds."""


class Stats(NamedTuple):
    """What a client has done since it was made, with all that share its connections."""

    calls: int
    """Calls that were begun."""
    requests: int
    """Requests that were sent: each try of a call is one, and so is a batch."""
    retries: int
    """Tries after the first."""
    waits: int
    """How often a request waited for its turn."""
    waited: float
    """Seconds that they waited in all."""
    refreshes: int
    """Access tokens that were refreshed."""
    moves: int
    """Times that the portal turned out to have moved to another address."""
    in_flight: int
    """Calls that have not come to an end."""
