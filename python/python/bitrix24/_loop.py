"""The side of asyncio: what an event loop waits for. Loaded with the first asynchronous call."""

from __future__ import annotations

import asyncio
from contextvars import Context
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix24._base import Answer
    from bitrix24._native import Mailbox

    Future = asyncio.Future[Answer[Any]]
else:
    Future = asyncio.Future

__all__ = ["Pending", "watch"]


class Pending(Future):
    """An answer under way. To cancel it is to abort the request."""

    __slots__ = ("_mailbox", "_number")

    def __init__(self, loop: asyncio.AbstractEventLoop, mailbox: Mailbox, number: int, /) -> None:
        Future.__init__(self, loop=loop)  # what `super` finds, sooner
        self._mailbox = mailbox
        self._number = number

    def cancel(self, msg: Any | None = None) -> bool:
        """Aborts the request, unless it is over."""
        self._mailbox.abort(self._number)
        return super().cancel(msg)


def watch(loop: asyncio.AbstractEventLoop, pipe: int, heard: Callable[[], None], /) -> bool:
    """Has a loop call a function whenever a pipe can be read, and tells whether it can do that."""
    try:
        # Not with the variables of the task that happens to be the first.
        Context().run(loop.add_reader, pipe, heard)
    except Exception:  # each loop has its own way to say so
        return False
    return True
