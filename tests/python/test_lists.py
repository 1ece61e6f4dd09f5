"""Lists that are longer than a page."""

from __future__ import annotations

import asyncio
import signal
import time
import tracemalloc
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any, final

import pytest
from bitrix24 import AsyncClient, Client, ListRequest, errors, request

from portal import Portal, Reply, Request
from test_process import posix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Self

    Read = Callable[..., Iterator[Any]]

LISTED = ListRequest.by_name("x.list", {"a": 1}, records="items", key="ID")


class Table:
    """A method that lists numbers, 50 at a time."""

    def __init__(self, portal: Portal, count: int) -> None:
        self.count = count
        self.says = count
        self.pad = ""
        portal.react(self.react)

    def react(self, request: Request) -> Reply:
        start = int(request.json.get("start", 0))
        if start < 0:  # by key
            last = int(request.json.get("filter", {}).get(">ID", 0))
            numbers = range(last + 1, self.count + 1)[:50]
            return Reply({"result": {"items": [{"ID": str(it)} for it in numbers]}})
        numbers = range(start + 1, self.count + 1)[:50]
        items = [{"ID": it, "PAD": self.pad} for it in numbers]
        more = {"next": start + 50} if start + 50 < self.count else {}
        return Reply({"result": {"items": items}, "total": self.says, **more})


@pytest.fixture(params=["client", "async_client"])
def read(request: pytest.FixtureRequest, portal: Portal) -> Read:
    client: Client | AsyncClient = getattr(portal, request.param)()

    def read(listed: Any = LISTED, **how: Any) -> Iterator[Any]:
        if isinstance(client, Client):
            yield from client.records(listed, **how)
            return
        records = client.records(listed, **how)
        with _Loop() as loop:
            while True:
                try:
                    yield loop.run(_next(records))
                except StopAsyncIteration:
                    return

    return read


async def _next(records: Any) -> Any:
    return await records.__anext__()


@final
class _Loop:
    def __enter__(self) -> Self:
        self.loop = asyncio.new_event_loop()
        return self

    def __exit__(self, *details: object) -> None:
        self.loop.close()

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)


def ids(records: Iterator[Any]) -> list[int]:
    return [int(record["ID"]) for record in records]


@pytest.mark.parametrize("count", [0, 1, 50, 51, 120])
def test_all_records(portal: Portal, read: Read, count: int) -> None:
    Table(portal, count)
    assert ids(read()) == list(range(1, count + 1))
    assert len(portal.requests) == max(1, -(-count // 50))
    assert all(it.json["a"] == 1 for it in portal.requests)
    assert ids(read(keyed=True)) == list(range(1, count + 1))


def test_an_error_in_the_middle(portal: Portal, read: Read) -> None:
    page = Table(portal, 120).react
    portal.react(lambda it: page(it) if it.json.get("start", 0) < 100 else Reply(cut=0))
    records = read()
    taken = [int(next(records)["ID"]) for _ in range(100)]
    with pytest.raises(errors.ConnectionLost) as caught:
        next(records)
    assert taken == list(range(1, 101))
    portal.react(page)
    assert caught.value.cursor is not None
    assert ids(read(resume=caught.value.cursor)) == list(range(101, 121))


def test_the_same_page_again(portal: Portal, client: Client) -> None:
    Table(portal, 60)
    portal.answer(Reply(cut=0))
    records = client.records(LISTED)
    with pytest.raises(errors.ConnectionLost):
        next(records)
    assert ids(records) == list(range(1, 61))
    assert list(records) == []
    assert len(portal.requests) == 3


@pytest.mark.parametrize("keyed", [False, True])
@pytest.mark.parametrize("taken", [0, 1, 49, 50, 51, 120])
def test_cursors(portal: Portal, client: Client, taken: int, keyed: bool) -> None:
    Table(portal, 120)
    records = client.records(LISTED, keyed=keyed)
    for _ in range(taken):
        next(records)
    rest = client.records(LISTED, keyed=keyed, resume=records.cursor)
    assert ids(rest) == list(range(taken + 1, 121))
    for nonsense in ("nonsense", "start:0++5", "start:0+"):
        with pytest.raises(errors.RequestError, match="resume"):
            client.records(LISTED, resume=nonsense)
    wrong: Any = 5
    with pytest.raises(TypeError, match=r"^resume: expected .*, got int$"):
        client.records(LISTED, resume=wrong)


@pytest.mark.parametrize(
    ("kept", "first"),
    [
        ("beginning", 1),
        ("start:0+50", 51),
        ("start:50", 51),
        ("start:50+7", 58),
        ("key:50", 51),
        ("key:50+7", 58),
    ],
)
def test_cursors_that_were_stored(portal: Portal, client: Client, kept: str, first: int) -> None:
    Table(portal, 120)
    records = client.records(LISTED, keyed=kept.startswith("key"), resume=kept)
    assert records.cursor == kept
    assert int(next(records)["ID"]) == first
    assert records.cursor != kept


def test_cursors_of_described_lists(portal: Portal, client: Client) -> None:
    page = Table(portal, 120).react

    def named(asked: Request) -> Reply:
        reply = page(asked)
        items = [{"ID": it["ID"], "NAME": "x"} for it in reply.body["result"]["items"]]
        return replace(reply, body={**reply.body, "result": items})

    portal.react(named)
    records = client.records(request.lists.get(iblock_type_id="lists"))
    taken = [next(records).id for _ in range(57)]
    rest = client.records(request.lists.get(iblock_type_id="lists"), resume=records.cursor)
    assert [*taken, *(it.id for it in rest)] == [str(it) for it in range(1, 121)]


def test_a_list_that_is_cut_off(portal: Portal, read: Read) -> None:
    Table(portal, 60).says = 61
    with pytest.raises(errors.ListCutOff) as caught:
        ids(read())
    assert caught.value.method == "x.list"
    assert caught.value.cursor


def test_what_is_no_list(client: Client) -> None:
    wrong: Any = 13
    with pytest.raises(TypeError, match="lists, got int"):
        client.records(wrong)


def test_lists_that_cannot_be(client: Client) -> None:
    for size in (0, -1, 2**40):
        with pytest.raises(errors.RequestError, match="page_size: expected a number of records"):
            client.records(ListRequest.by_name("x.list", page_size=size))
    wrong: Any
    for wrong in ({"page_size": "5"}, {"page_size": 2**70}, {"key": 5}, {"paging": 5}):
        with pytest.raises(TypeError, match=f"^{next(iter(wrong))}: expected "):
            client.records(ListRequest.by_name("x.list", **wrong))


def test_a_loop_that_is_closed_in_between(portal: Portal, async_client: AsyncClient) -> None:
    Table(portal, 60)
    portal.answer(Reply(delay=30))
    records = async_client.records(LISTED)
    loop = asyncio.new_event_loop()

    async def begin() -> asyncio.Task[Any]:
        first = asyncio.ensure_future(_next(records))
        while not portal.requests:
            await asyncio.sleep(0.01)
        return first

    abandoned = loop.run_until_complete(begin())
    loop.close()

    async def run() -> list[Any]:
        return [record["ID"] async for record in records]

    assert asyncio.run(run()) == list(range(1, 61))
    deadline = time.monotonic() + 10
    while portal.broken == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert portal.broken == 1
    assert not abandoned.done()


def test_cancellation(portal: Portal, async_client: AsyncClient) -> None:
    Table(portal, 60)
    portal.answer(Reply(delay=30))

    async def run() -> None:
        records = async_client.records(LISTED)
        first = asyncio.ensure_future(_next(records))
        while not portal.requests:
            await asyncio.sleep(0.01)
        with pytest.raises(RuntimeError, match="under way"):
            await _next(records)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert [int(it["ID"]) async for it in records] == list(range(1, 61))

    asyncio.run(run())


def test_a_page_that_gets_lost_with_its_task(portal: Portal, async_client: AsyncClient) -> None:
    """The answer and the end of the task come in one round of the loop, the answer first."""
    page = Table(portal, 60).react
    portal.react(lambda it: replace(page(it), delay=0.1))

    async def run() -> None:
        records = async_client.records(LISTED)
        first = asyncio.ensure_future(_next(records))
        while not portal.requests:
            await asyncio.sleep(0.01)
        asyncio.get_running_loop().call_later(0.01, first.cancel)
        time.sleep(0.6)
        with pytest.raises(asyncio.CancelledError):
            await first
        rest = async_client.records(LISTED, resume=records.cursor)
        assert [int(it["ID"]) async for it in rest] == list(range(1, 61))
        before = len(portal.requests)
        assert [int(it["ID"]) async for it in records] == list(range(1, 61))
        assert len(portal.requests) == before + 1

    asyncio.run(run())


@posix
@pytest.mark.parametrize("keyed", [False, True])
def test_a_page_that_gets_lost_by_a_signal(portal: Portal, client: Client, keyed: bool) -> None:
    """A call this short is over before it looks at signals."""

    def interrupt(*_: object) -> None:
        raise InterruptedError

    page = Table(portal, 120).react
    portal.react(lambda it: replace(page(it), delay=0.04))
    records = client.records(LISTED, keyed=keyed)
    taken = [int(next(records)["ID"]) for _ in range(50)]
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        with pytest.raises(InterruptedError):
            next(records)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    rest = list(range(51, 121))
    assert ids(client.records(LISTED, keyed=keyed, resume=records.cursor)) == rest
    assert ids(records) == rest
    assert taken == list(range(1, 51))


def test_one_page_in_memory(portal: Portal, client: Client) -> None:
    Table(portal, 2000).pad = "x" * 10_000
    records = client.records(LISTED)
    next(records)
    tracemalloc.start()
    try:
        deque(records, maxlen=0)
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()
