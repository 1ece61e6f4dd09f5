"""The clients: what is written by hand around the generated scopes."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Literal, TypeVar, overload

from bitrix24 import _native
from bitrix24._base import JSON, Answer, JSONInput, Outcome, hide
from bitrix24._made import Made, checked
from bitrix24._scopes import AsyncScopes, SyncScopes

# What is loaded anyway is there for who reads annotations at run time as well.
if TYPE_CHECKING or sys.version_info >= (3, 11):
    from bitrix24._compat import Self

if TYPE_CHECKING:
    from bitrix24._lists import AsyncRecords, Records
    from bitrix24._request import ListRequest, Request

__all__ = ["AsyncClient", "Client"]

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")
G = TypeVar("G")
H = TypeVar("H")


class Client(SyncScopes, Made):
    """Calls a portal and waits for the answer.

    Made by :meth:`from_webhook`, :meth:`from_token` or :meth:`from_oauth`. Threads may share a
    client: each call under way has a connection of its own, which stays open for later calls.
    Ctrl-C interrupts a call at once. A process that was forked may go on using it; if it renews
    tokens, with a store that processes share: see :class:`OAuth`.

    ::

        with Client.from_webhook(url) as client:
            answer = client.imbot.chat.get(entity_type="CRM", entity_id="DEAL|13")
            print(answer.result)
    """

    __slots__ = ("__weakref__", "_native")

    def __init__(self, native: _native.Client, /) -> None:
        super().__init__(checked(native, type(self)).call)
        self._native = native

    def call(
        self,
        name: str,
        params: Mapping[str, JSONInput] | None = None,
        *,
        rest: Literal["classic", "v3"] = "classic",
        timeout: float | None = None,
    ) -> Answer[JSON]:
        """Calls any method by its name, described here or not.

        The result is as the portal sent it, with the secrets in it, such as addresses for files.

        Args:
            name: Wire name of the method: ``crm.deal.get``.
            params: Its parameters by their wire names.
            rest: Version of the API: ``"v3"`` for methods of REST 3.0.
            timeout: Seconds that the call may take in all; by default the client's.

        Raises:
            Bitrix24Error: See :mod:`bitrix24.errors`.
        """
        name = hide(name)  # what is put there by mistake is a whole address
        return self._native.call_by_name(name, params, rest, timeout)

    def send(self, request: Request[A], *, timeout: float | None = None) -> Answer[A]:
        """Makes the call that a request describes.

        Args:
            request: What to call: ``request.imbot.chat.get(…)``.
            timeout: Seconds that the call may take in all; by default the client's.

        Raises:
            Bitrix24Error: See :mod:`bitrix24.errors`.
        """
        answer: Answer[A] = self._native.send(request, timeout)
        return answer

    @overload
    def batch(
        self,
        requests: tuple[Request[A]],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> tuple[Outcome[A]]: ...

    @overload
    def batch(
        self,
        requests: tuple[Request[A], Request[B]],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> tuple[Outcome[A], Outcome[B]]: ...

    @overload
    def batch(
        self,
        requests: tuple[Request[A], Request[B], Request[C]],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> tuple[Outcome[A], Outcome[B], Outcome[C]]: ...

    @overload
    def batch(
        self,
        requests: tuple[Request[A], Request[B], Request[C], Request[D]],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D]]: ...

    @overload
    def batch(
        self,
        requests: tuple[Request[A], Request[B], Request[C], Request[D], Request[E]],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E]]: ...

    @overload
    def batch(
        self,
        requests: tuple[Request[A], Request[B], Request[C], Request[D], Request[E], Request[F]],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E], Outcome[F]]: ...

    @overload
    def batch(
        self,
        requests: tuple[
            Request[A], Request[B], Request[C], Request[D], Request[E], Request[F], Request[G]
        ],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> tuple[
        Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E], Outcome[F], Outcome[G]
    ]: ...

    @overload
    def batch(
        self,
        requests: tuple[
            Request[A],
            Request[B],
            Request[C],
            Request[D],
            Request[E],
            Request[F],
            Request[G],
            Request[H],
        ],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> tuple[
        Outcome[A],
        Outcome[B],
        Outcome[C],
        Outcome[D],
        Outcome[E],
        Outcome[F],
        Outcome[G],
        Outcome[H],
    ]: ...

    @overload
    def batch(
        self,
        requests: tuple[Request[A], ...],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> tuple[Outcome[A], ...]: ...

    @overload
    def batch(
        self,
        requests: list[Request[A]],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> list[Outcome[A]]: ...

    @overload
    def batch(
        self,
        requests: Sequence[Request[A]],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> Sequence[Outcome[A]]: ...

    def batch(
        self,
        requests: Sequence[Request[A]],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> Sequence[Outcome[A]]:
        """Makes many calls at once: up to 50 travel together, and count as one request.

        Each ends for itself. What comes back has the order of the requests, and is a tuple if they
        are one, else a list; it holds an answer for what went well and the error, not raised, for
        what did not::

            one, other = client.batch((request.imbot.chat.get(…), request.imbot.chat.get(…)))
            if isinstance(one, Answer):
                print(one.result)

        Results that a later request of the batch needs are passed on by :attr:`Request.result`.
        More than 50 are sent in several requests, one after the other.

        Parameters travel as a query here, where everything is text: ``True`` arrives as ``1``,
        ``False`` as ``0``, ``None`` and what is empty as the empty text.

        Args:
            requests: What to call. A batch cannot hold another one, nor methods of REST 3.0.
            halt: Whether the first failure ends it; the rest fails with :class:`errors.NotRun`.
            timeout: Seconds that all may take; by default the client's.

        Raises:
            RequestError: Something is wrong with one of the requests, so that nothing was sent.
        """
        outcomes = self._native.batch(tuple(requests), halt, timeout)
        return tuple(outcomes) if isinstance(requests, tuple) else outcomes

    def records(
        self,
        request: ListRequest[object, A],
        *,
        keyed: bool = False,
        batched: bool = False,
        resume: str | None = None,
    ) -> Records[A]:
        """Reads a list from its first record to its last, page by page as they are needed.

        ::

            for record in client.records(request.lists.get(iblock_type_id="lists")):
                print(record.name)

        A list that ends before all is there raises :class:`errors.ListCutOff`: that it just ends is
        the sign that it is complete. Records that appear or vanish while it is read can make it
        skip or repeat some, unless it is ``keyed``. So they can before it goes on at a cursor.

        Args:
            request: What to list.
            keyed: Whether to walk along the records' numbers instead of counting pages. It is fast
                where the list is long, and nothing is skipped. The list must be paged by ``start``
                and its field with the number known: by :meth:`ListRequest.by_name` with ``key``, or
                by the description. The request must neither sort nor filter by the number.
            batched: Whether to read up to 50 pages at once. Parameters with ``None``, ``True``,
                ``False`` or an empty list or dictionary in them mean something else in a batch:
                with those, one page is read after the other.
            resume: Where to go on: the ``cursor`` of an earlier reading, or of its error. The
                request must be the same.

        Raises:
            RequestError: The list cannot be read in this way.
        """
        from bitrix24._lists import Records

        return Records(self._native.pages(request, keyed, batched, resume))

    def close(self) -> None:
        """Closes the connections. Calls under way end as usual; new ones raise RequestError."""
        self._native.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<bitrix24.Client of {self._native.host}>"


class AsyncClient(AsyncScopes, Made):
    """Calls a portal from asyncio.

    Made by :meth:`from_webhook`, :meth:`from_token` or :meth:`from_oauth`. Tasks, threads and
    event loops may share a client. A task that is cancelled takes its call with it. A process that
    was forked may go on using it; if it renews tokens, with a store that processes share: see
    :class:`OAuth`.

    ::

        async with AsyncClient.from_webhook(url) as client:
            answer = await client.imbot.chat.get(entity_type="CRM", entity_id="DEAL|13")
            print(answer.result)
    """

    __slots__ = ("__weakref__", "_native")

    def __init__(self, native: _native.Client, /) -> None:
        super().__init__(checked(native, type(self)).call_async)
        self._native = native

    async def call(
        self,
        name: str,
        params: Mapping[str, JSONInput] | None = None,
        *,
        rest: Literal["classic", "v3"] = "classic",
        timeout: float | None = None,
    ) -> Answer[JSON]:
        """Calls any method by its name, described here or not.

        Args and errors are those of :meth:`Client.call`.
        """
        name = hide(name)  # what is put there by mistake is a whole address
        return await self._native.call_by_name_async(name, params, rest, timeout)

    async def send(self, request: Request[A], *, timeout: float | None = None) -> Answer[A]:
        """Makes the call that a request describes.

        Args and errors are those of :meth:`Client.send`.
        """
        answer: Answer[A] = await self._native.send_async(request, timeout)
        return answer

    @overload
    async def batch(
        self,
        requests: tuple[Request[A]],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> tuple[Outcome[A]]: ...

    @overload
    async def batch(
        self,
        requests: tuple[Request[A], Request[B]],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> tuple[Outcome[A], Outcome[B]]: ...

    @overload
    async def batch(
        self,
        requests: tuple[Request[A], Request[B], Request[C]],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> tuple[Outcome[A], Outcome[B], Outcome[C]]: ...

    @overload
    async def batch(
        self,
        requests: tuple[Request[A], Request[B], Request[C], Request[D]],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D]]: ...

    @overload
    async def batch(
        self,
        requests: tuple[Request[A], Request[B], Request[C], Request[D], Request[E]],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E]]: ...

    @overload
    async def batch(
        self,
        requests: tuple[Request[A], Request[B], Request[C], Request[D], Request[E], Request[F]],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E], Outcome[F]]: ...

    @overload
    async def batch(
        self,
        requests: tuple[
            Request[A], Request[B], Request[C], Request[D], Request[E], Request[F], Request[G]
        ],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> tuple[
        Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E], Outcome[F], Outcome[G]
    ]: ...

    @overload
    async def batch(
        self,
        requests: tuple[
            Request[A],
            Request[B],
            Request[C],
            Request[D],
            Request[E],
            Request[F],
            Request[G],
            Request[H],
        ],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> tuple[
        Outcome[A],
        Outcome[B],
        Outcome[C],
        Outcome[D],
        Outcome[E],
        Outcome[F],
        Outcome[G],
        Outcome[H],
    ]: ...

    @overload
    async def batch(
        self,
        requests: tuple[Request[A], ...],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> tuple[Outcome[A], ...]: ...

    @overload
    async def batch(
        self,
        requests: list[Request[A]],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> list[Outcome[A]]: ...

    @overload
    async def batch(
        self,
        requests: Sequence[Request[A]],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> Sequence[Outcome[A]]: ...

    async def batch(
        self,
        requests: Sequence[Request[A]],
        *,
        halt: bool = False,
        timeout: float | None = None,
    ) -> Sequence[Outcome[A]]:
        """Makes many calls at once: up to 50 travel together, and count as one request.

        Args, errors and what is returned are those of :meth:`Client.batch`.
        """
        outcomes = await self._native.batch_async(tuple(requests), halt, timeout)
        return tuple(outcomes) if isinstance(requests, tuple) else outcomes

    def records(
        self,
        request: ListRequest[object, A],
        *,
        keyed: bool = False,
        batched: bool = False,
        resume: str | None = None,
    ) -> AsyncRecords[A]:
        """Reads a list from its first record to its last, page by page as they are needed.

        ::

            async for record in client.records(request.lists.get(iblock_type_id="lists")):
                print(record.name)

        Args and errors are those of :meth:`Client.records`.
        """
        from bitrix24._lists import AsyncRecords

        return AsyncRecords(self._native.pages(request, keyed, batched, resume))

    async def close(self) -> None:
        """Closes the connections. Calls under way end as usual; new ones raise RequestError."""
        self._native.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<bitrix24.AsyncClient of {self._native.host}>"
