"""What a sandbox remembers: the calls that it got, and the events that it posted."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix24._base import JSON
    from bitrix24._native import Recorded

__all__ = ["Delivery", "RecordedCall", "delivery"]


@final
class RecordedCall:
    """A call that a sandbox got.

    Its ``repr`` shows neither the webhook's code nor what the description of the method calls
    secret; :attr:`parameters` has the latter as it was sent.
    """

    __slots__ = ("_native", "_parameters")

    def __init__(self, native: Recorded, /) -> None:
        self._native: Final = native
        self._parameters: dict[str, JSON] | None = None

    @property
    def method(self) -> str:
        """The method of the API, spelt as it was sent: ``imbot.chat.get``."""
        return self._native.method

    @property
    def parameters(self) -> dict[str, JSON]:
        """All parameters but ``auth``, as the portal has read them."""
        known = self._parameters
        if known is None:
            known = self._parameters = json.loads(self._native.parameters)
        return known

    @property
    def credential(self) -> Literal["webhook", "token", "application", "refused"]:
        """What the call was authorised by.

        ``application`` is the authorization server's, ``refused`` stands for nothing, or for what
        the portal does not know.
        """
        return self._native.credential

    @property
    def status(self) -> int:
        """The HTTP status of the answer; 0 when none was sent."""
        return self._native.status

    @property
    def ran(self) -> bool:
        """Whether the method ran, rather than that the call was turned down.

        It may have run for an answer that never arrived.
        """
        return self._native.ran

    @property
    def fault(self) -> str | None:
        """The kind of the fault that the request met: see :meth:`Sandbox.fault`."""
        return self._native.fault

    @property
    def verb(self) -> str:
        """The method of HTTP: ``POST``; of a command in a batch, that of the batch."""
        return self._native.verb

    @property
    def path(self) -> str:
        """The path of the address, with ``***`` for the code of a webhook, without the query."""
        return self._native.path

    @property
    def headers(self) -> dict[str, str]:
        """The headers by their names in lower case; of some with the same name, the first."""
        return dict(reversed(self._native.headers))

    @property
    def target(self) -> str:
        """The address as it was sent, path and query: it may hold secrets.

        What comes before the path is there when the portal is used as a proxy.
        """
        return self._native.target

    @property
    def body(self) -> bytes:
        """The body as it was sent, which may hold secrets; empty for a command in a batch."""
        return self._native.body

    @property
    def time(self) -> dt.datetime:
        """When it came, by the portal's clock."""
        return dt.datetime.fromtimestamp(self._native.time, dt.timezone.utc)

    @property
    def took(self) -> float:
        """Seconds that the portal took to answer, but for what a fault added."""
        return self._native.took

    @property
    def connection(self) -> int:
        """The number of the connection that it came by, from 1; 0 for a command in a batch."""
        return self._native.connection

    def __repr__(self) -> str:
        return f"<RecordedCall {self._native}>"


@dataclass(frozen=True)
class Delivery:
    """An event that a sandbox posted."""

    event: str
    """Its name: ``ONIMBOTMESSAGEADD``."""
    handler: str
    """The address that it was posted to."""
    time: dt.datetime
    """When it was posted, by the clock of the portal."""
    status: int
    """The HTTP status of the handler's answer; 0 when there was none."""
    note: str | None
    """What went wrong."""


def delivery(told: Mapping[str, JSON]) -> Delivery:
    """Makes a delivery of what the portal tells."""
    return Delivery(
        event=told["event"],
        handler=told["handler"],
        time=dt.datetime.fromtimestamp(told["time"], dt.timezone.utc),
        status=told["status"],
        note=told["note"],
    )
