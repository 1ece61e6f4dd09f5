"""Lists that are longer than a page. Loaded with the first of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from operator import length_hint
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, final

from bitrix24 import _native

if TYPE_CHECKING or sys.version_info >= (3, 11):
    from bitrix24._compat import Self

__all__ = ["AsyncRecords", "Records"]

R_co = TypeVar("R_co", covariant=True)


class _Pages(Generic[R_co]):
    """The page at hand, and what leads to the next."""

    __slots__ = ("_count", "_left", "_pages", "_taken")

    def __init__(self, pages: _native.Pages, /) -> None:
        self._pages: Final = pages
        self._left: Iterator[R_co] = iter(())
        """What is left of the page."""
        self._count = 0
        """How many records the page had."""
        self._taken = 0
        """How many pages were taken. One that gets lost on the way is given again."""

    @property
    def cursor(self) -> str:
        """Where the list stands: ``resume=`` of a later call goes on after the last record taken.

        It holds no secret, and may be stored. It fits a request of the same method with the same
        parameters. Where pages are counted, records that come or go meanwhile make the reading skip
        or repeat some; where the list is read by ``keyed``, they do not.
        """
        return self._pages.cursor(self._taken, self._count - length_hint(self._left))

    def _turn(self, page: list[Any]) -> None:
        left, count, taken = iter(page), len(page), self._taken + 1
        # With no call in between, so that no signal can part them.
        self._left = left
        self._count = count
        self._taken = taken

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._pages.method}>"


@final
class Records(_Pages[R_co]):
    """The records of a list, one after the other: see :meth:`bitrix24.Client.records`.

    A page of them is in memory, or a batch of pages, and the text of the one before. After an error
    the next step asks for the same page again. They are for one reader: threads or tasks that share
    a list would get records twice.
    """

    __slots__ = ()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> R_co:
        while True:
            # Not by a call of `next`: a signal that comes behind it would lose the record.
            for record in self._left:
                return record
            page = self._pages.next(self._taken)
            if page is None:
                raise StopIteration
            self._turn(page)


@final
class AsyncRecords(_Pages[R_co]):
    """The records of a list, one after the other: see :meth:`bitrix24.AsyncClient.records`.

    A page of them is in memory, or a batch of pages, and the text of the one before. After an error
    the next step asks for the same page again. They are for one reader: threads or tasks that share
    a list would get records twice.
    """

    __slots__ = ()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> R_co:
        while True:
            # Not by a call of `next`: a signal that comes behind it would lose the record.
            for record in self._left:
                return record
            page = await self._pages.next_async(self._taken)
            if page is None:
                raise StopAsyncIteration
            self._turn(page)
