from __future__ import annotations

import asyncio
import datetime as dt
import gc
import threading
import time
from collections import UserString
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from bitrix24 import AsyncClient, Client, Request, errors
from bitrix24.imbot import ChatGetResult
from bitrix24.types import Time

from portal import CHAT, PLAIN, Portal, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix24 import Answer, JSONInput

    Get = Callable[[Portal], Answer[ChatGetResult | None]]


def get_sync(portal: Portal) -> Answer[ChatGetResult | None]:
    with portal.client() as client:
        return client.imbot.chat.get(entity_type="CHAT", entity_id="13")


def get_async(portal: Portal) -> Answer[ChatGetResult | None]:
    async def run() -> Answer[ChatGetResult | None]:
        async with portal.async_client() as client:
            return await client.imbot.chat.get(entity_type="CHAT", entity_id="13")

    return asyncio.run(run())


both = pytest.mark.parametrize("get", [get_sync, get_async])


@both
def test_typed_answer(portal: Portal, get: Get) -> None:
    answer = get(portal)
    zone = dt.timezone(dt.timedelta(hours=1))
    moment = dt.datetime(2026, 2, 24, 13, 44, 33, tzinfo=zone)
    assert answer.result == ChatGetResult(id=2725)
    assert answer.time == Time(
        start=1771929873.0,
        finish=1771929873.459722,
        duration=0.45972204208374023,
        processing=0.0,
        date_start=moment,
        date_finish=moment,
        operating=0.0,
        operating_reset_at=1771930473,
    )
    assert answer.total is None
    assert answer.next is None


@both
def test_request_on_the_wire(portal: Portal, get: Get) -> None:
    get(portal)
    [request] = portal.requests
    assert request.verb == "POST"
    assert f"{portal.url}{request.path}" == f"{portal.webhook}imbot.chat.get"
    assert request.json == {"ENTITY_TYPE": "CHAT", "ENTITY_ID": "13"}
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept"] == "application/json"
    assert request.headers["user-agent"].startswith("bitrix24-python/")


@both
def test_lenient_answers(portal: Portal, get: Get) -> None:
    portal.answer(
        Reply({"result": {"ID": "2725", "NEW": [1, {"a": None}]}, "total": "7", "next": 50}),
        Reply({"result": None}),
        Reply({"result": False, "time": "nonsense"}),
    )
    first = get(portal)
    assert first.result == ChatGetResult(id=2725, extra={"NEW": [1, {"a": None}]})
    assert (first.total, first.next, first.time) == (7, 50, None)
    assert get(portal).result is None
    assert get(portal).result is None


def test_access_token(portal: Portal) -> None:
    with Client.from_token(portal.url, portal.token, **PLAIN) as client:
        client.imbot.chat.get(entity_type="CHAT", entity_id="13")
        client.call("server.time")
    typed, raw = portal.requests
    assert typed.path == "/rest/imbot.chat.get"
    assert typed.json == {"ENTITY_TYPE": "CHAT", "ENTITY_ID": "13", "auth": portal.token}
    assert raw.json == {"auth": portal.token}


def test_raw_call(portal: Portal, client: Client) -> None:
    portal.always(Reply({"result": [1, 2.5, "x", True, None, {"a": []}], "total": 6}))
    moment = dt.datetime(2026, 2, 24, 13, 44, 33, 999_999, tzinfo=dt.timezone.utc)
    values: dict[str, JSONInput] = {
        "a": {"b": [1, (2.5, None)]},
        "d": moment.date(),
        "t": moment,
        "r": [ChatGetResult(id=1), Time(duration=0.5, extra={"NEW": None})],
        "n": ChatGetResult(id=cast("Any", None)),
    }
    answer = client.call("crm.deal.get", values)
    assert answer.result == [1, 2.5, "x", True, None, {"a": []}]
    assert answer.total == 6
    client.call("tasks.task.get", rest="v3")
    first, second = portal.requests
    assert first.path.endswith("/crm.deal.get")
    assert first.json == {
        "a": {"b": [1, [2.5, None]]},
        "d": "2026-02-24",
        "t": "2026-02-24T13:44:33+00:00",
        "r": [{"ID": 1}, {"duration": 0.5, "NEW": None}],
        "n": {"ID": None},
    }
    assert second.path.startswith("/rest/api/1/")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"a": {1}}, "a: expected a value that JSON can hold, got set"),
        ({"a": [1, {"b": b""}]}, "a[1].b: expected a value that JSON can hold, got bytes"),
        ({"a": memoryview(b"1")}, "a: expected a value that JSON can hold, got memoryview"),
        ({"a": UserString("1")}, "a: expected a value that JSON can hold, got UserString"),
        ({"a": {1: 2}}, "a: expected keys of type str, got int"),
        ({"a": float("nan")}, "a: expected a finite number, got NaN"),
        ({"a": 2**64}, "a: an integer of more than 64 bits"),
        ({"a": "\ud800"}, "a: a string that is not valid Unicode"),
        ({"a": {"\ud800": 1}}, "a: a string that is not valid Unicode"),
        ({"a": dt.datetime(2026, 2, 24)}, "a: expected a datetime with a time zone"),
        ([], "params: expected dict, got list"),
    ],
)
def test_values_that_cannot_be_sent(
    portal: Portal, client: Client, values: Any, message: str
) -> None:
    with pytest.raises(errors.RequestError) as caught:
        client.call("crm.deal.get", values)
    assert str(caught.value).startswith(f"crm.deal.get: not sent: {message}")
    assert caught.value.method == "crm.deal.get"
    assert portal.requests == []


def test_dates_that_write_themselves_otherwise(portal: Portal, client: Client) -> None:
    class Date(dt.date):
        def isoformat(self) -> str:
            return "24.02.2026"

    client.call("crm.deal.get", {"d": Date(2026, 2, 24)})
    assert portal.requests[0].json == {"d": "2026-02-24"}


def test_a_timeout_of_another_type(portal: Portal, client: Client) -> None:
    calls: tuple[Callable[[Any], object], ...] = (
        lambda wrong: client.call("server.time", timeout=wrong),
        lambda wrong: client.imbot.chat.get(entity_type="C", entity_id="13", timeout=wrong),
        lambda wrong: client.batch((Request.by_name("server.time"),), timeout=wrong),
    )
    for call in calls:
        for wrong, got in (("3", "str"), (True, "bool")):
            with pytest.raises(TypeError, match=f"^timeout: expected .* of seconds, got {got}$"):
                call(wrong)
    assert portal.requests == []


class Field(str, Enum):
    TITLE = "TITLE"
    ID = "ID"


def test_names_out_of_an_enumeration(portal: Portal, client: Client) -> None:
    client.call("crm.deal.add", {"fields": {Field.TITLE: Field.ID}})
    chat: Any = {Field.ID: 13}
    client.call("crm.deal.add", {"fields": ChatGetResult(id=1, extra=chat)})
    client.imbot.chat.get(entity_type=Field.TITLE, entity_id=Field.ID)
    first, second, third = portal.requests
    assert first.json == {"fields": {"TITLE": "ID"}}
    assert second.json == {"fields": {"ID": 13}}
    assert third.json == {"ENTITY_TYPE": "TITLE", "ENTITY_ID": "ID"}


def test_a_list_that_holds_itself(client: Client) -> None:
    values: list[Any] = []
    values.append(values)
    with pytest.raises(errors.RequestError, match="inside one another"):
        client.call("crm.deal.get", {"a": values})


@pytest.mark.parametrize(
    ("value", "name"),
    [(13, "int"), (None, "None"), (b"13", "bytes"), (True, "bool"), (["13"], "list")],
)
def test_argument_of_another_type(portal: Portal, client: Client, value: Any, name: str) -> None:
    with pytest.raises(errors.ArgumentTypeError) as caught:
        client.imbot.chat.get(entity_type="CHAT", entity_id=value)
    assert str(caught.value) == f"imbot.chat.get: not sent: entity_id: expected str, got {name}"
    assert isinstance(caught.value, TypeError)
    assert portal.requests == []


def test_one_connection_for_all_calls(portal: Portal, client: Client) -> None:
    for _ in range(20):
        client.imbot.chat.get(entity_type="CHAT", entity_id="13")
    assert portal.connections == 1


def test_one_connection_for_all_awaits(portal: Portal, async_client: AsyncClient) -> None:
    async def run() -> None:
        for _ in range(20):
            await async_client.imbot.chat.get(entity_type="CHAT", entity_id="13")

    asyncio.run(run())
    asyncio.run(run())
    assert portal.connections == 1


def test_server_closes_idle_connections(portal: Portal) -> None:
    """A call that fails is not made again, so none may go out on a connection that is closed."""
    with portal.client(retries=None) as client:
        for _ in range(50):
            client.imbot.chat.get(entity_type="CHAT", entity_id="13")
            portal.hang_up()
            time.sleep(0.002)
    assert portal.connections == 50


def test_server_closes_after_each_answer(portal: Portal, client: Client) -> None:
    portal.always(Reply(close=True))
    for _ in range(10):
        client.imbot.chat.get(entity_type="CHAT", entity_id="13")
    assert portal.connections == 10


def test_threads_wait_side_by_side(portal: Portal, client: Client) -> None:
    portal.always(Reply(delay=0.3))
    results: list[object] = []

    def call() -> None:
        results.append(client.imbot.chat.get(entity_type="CHAT", entity_id="13").result)

    threads = [threading.Thread(target=call) for _ in range(8)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - start < 1.2
    assert results == [ChatGetResult(id=2725)] * 8


def test_a_thousand_awaits(portal: Portal, async_client: AsyncClient) -> None:
    async def run() -> list[Answer[ChatGetResult | None]]:
        get = async_client.imbot.chat.get
        calls = (get(entity_type="CHAT", entity_id=str(number)) for number in range(1000))
        return await asyncio.gather(*calls)

    answers = asyncio.run(run())
    assert len(answers) == 1000
    assert all(answer.result == ChatGetResult(id=2725) for answer in answers)
    assert {request.json["ENTITY_ID"] for request in portal.requests} == set(map(str, range(1000)))


def test_cancellation_frees_the_connection(portal: Portal, async_client: AsyncClient) -> None:
    portal.answer(Reply(delay=30))

    async def run() -> None:
        task = asyncio.create_task(async_client.imbot.chat.get(entity_type="CHAT", entity_id="13"))
        while not portal.requests:
            await asyncio.sleep(0.01)
        task.cancel("enough")
        with pytest.raises(asyncio.CancelledError):
            await task
        for _ in range(200):
            if portal.broken:
                break
            await asyncio.sleep(0.01)
        assert (await async_client.call("server.time")).result == CHAT["result"]

    asyncio.run(run())
    assert portal.broken == 1


def test_a_call_that_is_cancelled_in_its_first_round_is_not_sent(
    portal: Portal, async_client: AsyncClient
) -> None:
    portal.answer(Reply(delay=0.3))

    async def run() -> None:
        first = asyncio.create_task(async_client.call("server.time"))
        while not portal.requests:
            await asyncio.sleep(0.01)
        # Another one is under way: these wait for the end of the round.
        calls = [asyncio.create_task(async_client.call(f"second.{n}")) for n in range(3)]
        await asyncio.sleep(0)
        calls[1].cancel()
        with pytest.raises(asyncio.CancelledError):
            await calls[1]
        for call in (first, calls[0], calls[2]):
            assert (await call).result == CHAT["result"]

    asyncio.run(run())
    called = [request.path.rsplit("/", 1)[-1] for request in portal.requests]
    assert sorted(called) == ["second.0", "second.2", "server.time"]


def test_a_round_that_loses_its_end(portal: Portal, async_client: AsyncClient) -> None:
    """Ctrl-C may strike where the loop has taken a callback, and not begun it."""
    portal.answer(Reply(delay=0.3))

    async def run() -> None:
        first = asyncio.create_task(async_client.call("server.time"))
        while not portal.requests:
            await asyncio.sleep(0.01)
        second = asyncio.create_task(async_client.call("second"))
        await asyncio.sleep(0)
        cast("Any", asyncio.get_running_loop())._ready.clear()
        for call in (first, second):
            assert (await asyncio.wait_for(call, 5)).result == CHAT["result"]

    asyncio.run(run())


def test_wait_for(portal: Portal, async_client: AsyncClient) -> None:
    portal.always(Reply(delay=30))

    async def run() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(async_client.call("server.time"), 0.1)

    start = time.monotonic()
    asyncio.run(run())
    assert time.monotonic() - start < 5


def test_loops_in_several_threads(portal: Portal, async_client: AsyncClient) -> None:
    results: list[object] = []

    async def run() -> None:
        answers = await asyncio.gather(*(async_client.call("server.time") for _ in range(50)))
        results.extend(answer.result for answer in answers)

    threads = [threading.Thread(target=asyncio.run, args=(run(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [CHAT["result"]] * 200


def test_a_loop_that_is_closed_early(portal: Portal, async_client: AsyncClient) -> None:
    portal.answer(Reply(delay=0.2))
    loop = asyncio.new_event_loop()

    async def start() -> asyncio.Future[Any]:
        return asyncio.ensure_future(async_client.call("server.time"))

    task = loop.run_until_complete(start())
    loop.run_until_complete(asyncio.sleep(0.05))
    loop.close()
    time.sleep(0.4)
    setattr(task, "_log_destroy_pending", False)  # noqa: B010  # it would complain, rightly
    del task
    gc.collect()
    assert asyncio.run(async_client.call("server.time")).result == CHAT["result"]


def test_a_loop_that_cannot_watch_a_pipe(
    async_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Like that of Windows."""

    def refuse(*_: object) -> None:
        raise NotImplementedError

    async def run() -> None:
        monkeypatch.setattr(type(asyncio.get_running_loop()), "add_reader", refuse)
        calls = (async_client.call("server.time") for _ in range(50))
        answers = await asyncio.gather(*calls)
        assert [answer.result for answer in answers] == [CHAT["result"]] * 50

    for _ in range(3):
        asyncio.run(run())


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux")
def test_loops_leave_no_pipes(async_client: AsyncClient) -> None:
    counts: set[int] = set()
    for _ in range(10):
        asyncio.run(async_client.call("server.time"))
        counts.add(len(list(Path("/proc/self/fd").iterdir())))
    assert max(counts) - min(counts) < 10


def test_time_runs_out(portal: Portal) -> None:
    portal.always(Reply(delay=30))
    with portal.client(timeout=0.1) as client:
        with pytest.raises(errors.CallTimeout) as caught:
            client.imbot.chat.get(entity_type="CHAT", entity_id="13")
        assert isinstance(caught.value, TimeoutError)
    with portal.client() as client:
        with pytest.raises(TimeoutError):
            client.imbot.chat.get(entity_type="CHAT", entity_id="13", timeout=0.1)
        with pytest.raises(errors.CallTimeout):
            client.call("server.time", timeout=0.1)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), 1e300])
def test_times_that_are_none(portal: Portal, client: Client, timeout: float) -> None:
    expected = r"timeout: expected a number of seconds above 0 and below 2\*\*64, got "
    with pytest.raises(errors.RequestError, match=expected):
        client.call("server.time", timeout=timeout)
    with pytest.raises(errors.ConfigError, match=expected):
        Client.from_webhook(portal.webhook, timeout=timeout)
    assert portal.requests == []


def test_closed_client(portal: Portal) -> None:
    client = portal.client()
    client.call("server.time")
    client.close()
    client.close()
    with pytest.raises(errors.RequestError, match="closed"):
        client.call("server.time")

    async def run() -> None:
        async with portal.async_client() as client:
            await client.call("server.time")
        with pytest.raises(errors.RequestError, match="closed"):
            await client.call("server.time")

    asyncio.run(run())


def test_call_outside_of_a_loop(async_client: AsyncClient) -> None:
    coroutine = async_client.call("server.time")
    with pytest.raises(RuntimeError, match="no running event loop"):
        coroutine.send(None)
