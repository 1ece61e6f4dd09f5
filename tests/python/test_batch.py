"""Many calls in few requests."""

from __future__ import annotations

import asyncio
import re
import signal
import time
import traceback
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from bitrix24 import Answer, AsyncClient, Client, Request, errors, request
from bitrix24.imbot import ChatGetResult

from portal import SECRET, Portal, Reply
from portal import Request as Asked
from test_process import finish, posix, wait_for_requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from test_process import Script

    Run = Callable[..., Any]

CHAT = request.imbot.chat.get


def chat(entity: Any = "13") -> Request[ChatGetResult | None]:
    return CHAT(entity_type="CHAT", entity_id=entity)


def commands(asked: Asked) -> dict[str, str]:
    cmd: dict[str, str] = asked.json["cmd"]
    return {name: unquote(query) for name, query in cmd.items()}


def answer_all(asked: Asked) -> Reply:
    """Numbers the commands by their names; those of entity 0 fail."""
    done: dict[str, Any] = {}
    failed: dict[str, Any] = {}
    for name, query in commands(asked).items():
        if query.endswith("ENTITY_ID=0"):
            failed[name] = {"error": "ACCESS_ERROR", "error_description": "No."}
            if asked.json["halt"]:
                break
        else:
            done[name] = {"ID": int(name[1:])}
    return Reply({"result": {"result": done, "result_error": failed or []}})


@pytest.fixture(params=["client", "async_client"])
def run(request: pytest.FixtureRequest, portal: Portal) -> Run:
    portal.react(answer_all)
    client: Client | AsyncClient = getattr(portal, request.param)()

    def batch(*args: Any, **options: Any) -> Any:
        if isinstance(client, Client):
            many: Any = client.batch
            return many(*args, **options)

        async def run(many: Any) -> Any:
            return await many(*args, **options)

        return asyncio.run(run(client.batch))

    return batch


def test_shapes(portal: Portal, run: Run) -> None:
    outcomes = run((chat(), Request.by_name("crm.deal.get", {"id": 1})))
    assert outcomes == (Answer(ChatGetResult(id=0)), Answer({"ID": 1}))
    [asked] = portal.requests
    assert asked.path.endswith("/batch")
    assert asked.json["halt"] == 0
    assert commands(asked) == {
        "c0": "imbot.chat.get?ENTITY_TYPE=CHAT&ENTITY_ID=13",
        "c1": "crm.deal.get?id=1",
    }
    assert run([chat()]) == [Answer(ChatGetResult(id=0))]
    assert run(()) == ()
    assert run([]) == []
    assert len(portal.requests) == 2


def test_errors_are_returned(run: Run) -> None:
    first, second, third = run((chat("1"), chat("0"), chat("2")))
    assert isinstance(first, Answer)
    assert type(second) is errors.AccessError
    assert (second.code, second.method, second.tries) == ("ACCESS_ERROR", "imbot.chat.get", 1)
    assert isinstance(third, Answer)


def test_halt(portal: Portal, run: Run) -> None:
    first, second, third = run((chat("1"), chat("0"), chat("2")), halt=True)
    assert isinstance(first, Answer)
    assert type(second) is errors.AccessError
    assert type(third) is errors.NotRun
    assert third.because == "an earlier command of the batch failed"
    assert (third.method, third.tries, third.stopped) == ("imbot.chat.get", 0, "")
    assert portal.requests[0].json["halt"] == 1


def test_a_whole_request_that_fails(portal: Portal, run: Run) -> None:
    portal.answer(Reply({"error": "INTERNAL_SERVER_ERROR"}, 500))
    outcomes = run([chat(str(number)) for number in range(1, 62)])
    assert {type(it) for it in outcomes[:50]} == {errors.InternalServerError}
    assert outcomes[0].method == "batch: imbot.chat.get"
    assert {type(it) for it in outcomes[50:]} == {errors.NotRun}
    assert len(portal.requests) == 1


def test_a_request_that_is_not_spoken_of(portal: Portal, run: Run) -> None:
    portal.answer(Reply({"result": {"result": {"c0": {"ID": 1}}}}))
    first, second = run((chat(), chat()))
    assert isinstance(first, Answer)
    assert type(second) is errors.MissingAnswer


def test_what_ran_with_a_wrong_reference(portal: Portal, run: Run) -> None:
    first = Request.by_name("im.x")
    portal.answer(Reply({"result": {"result": {"c0": {"ID": None}, "c1": 1}}}))
    answer, wrong = run((first, Request.by_name("im.y", {"a": first.result["ID"]})))
    assert isinstance(answer, Answer)
    assert type(wrong) is errors.WrongReference
    assert "command 0 answered null there" in str(wrong)


def test_answers_of_a_wrong_type(portal: Portal, run: Run) -> None:
    portal.answer(Reply({"result": {"result": {"c0": {"ID": "x"}, "c1": {"ID": 1}}}}))
    first, second = run((chat(), chat()))
    assert type(first) is errors.WrongType
    assert second == Answer(ChatGetResult(id=1))


def test_many(portal: Portal, run: Run) -> None:
    outcomes = run([chat(str(number)) for number in range(1, 121)])
    assert [it.result.id for it in outcomes] == list(range(120))
    assert [len(it.json["cmd"]) for it in portal.requests] == [50, 50, 20]


def test_references(portal: Portal, run: Run) -> None:
    first = chat()
    second = chat(first.result["ID"])
    third = Request.by_name("im.x", {"a": [{"b": second.result["items"][0]}], "c": first.result})
    run((first, second, third))
    assert commands(portal.requests[0]) == {
        "c0": "imbot.chat.get?ENTITY_TYPE=CHAT&ENTITY_ID=13",
        "c1": "imbot.chat.get?ENTITY_TYPE=CHAT&ENTITY_ID=$result[c0][ID]",
        "c2": "im.x?a[0][b]=$result[c1][items][0]&c=$result[c0]",
    }
    # Of one that was sent before, the value is known.
    filler = [chat(str(number)) for number in range(2, 51)]
    run([chat(), chat(), *filler[:48], Request.by_name("im.x", {"a": filler[0].result["ID"]})])
    assert commands(portal.requests[2]) == {"c50": "im.x?a=2"}


def test_references_that_lead_nowhere(portal: Portal, run: Run) -> None:
    first = chat()
    later = chat(first.result["ID"])
    for requests, what in (
        ((later,), "entity_id: it refers to a request that is not in this batch"),
        ((later, first), "entity_id: it refers to a request that does not come before"),
        ((first, Request.by_name("im.x", {"a": {"b": chat().result}})), r"a\.b: it refers to"),
        ((first, Request.by_name("im.x", {"a": first.result[2**70]})), "a: it refers to a place"),
    ):
        with pytest.raises(errors.RequestError, match=what):
            run(requests)
    assert portal.requests == []


def test_references_outside_of_batches(portal: Portal, client: Client) -> None:
    first = chat()
    with pytest.raises(errors.RequestError, match=r"entity_id: the result of another request"):
        client.send(chat(first.result["ID"]))
    with pytest.raises(errors.RequestError, match=r"a\[0\]: the result of another request"):
        client.call("im.x", {"a": [first.result]})
    with pytest.raises(errors.RequestError, match="entity_id"):
        client.imbot.chat.get(entity_type="CHAT", entity_id=first.result)
    assert portal.requests == []


def test_what_cannot_be_in_a_batch(portal: Portal, run: Run) -> None:
    wrong: Any = 13
    for requests, kind, what in (
        ((Request.by_name("batch"),), errors.RequestError, "cannot hold a batch"),
        ((chat(), Request.by_name("a.b", rest="v3")), errors.RequestError, "REST 3.0"),
        ((chat(), wrong), TypeError, "expected a request, got int"),
        ((chat(wrong),), errors.ArgumentTypeError, "entity_id: expected str"),
    ):
        with pytest.raises(kind, match=re.escape(what)):
            run(requests)
    with pytest.raises(errors.RequestError, match="timeout"):
        run((chat(),), timeout=0)
    assert portal.requests == []


def test_time_runs_out(portal: Portal, run: Run) -> None:
    portal.answer(Reply(delay=5))
    start = time.monotonic()
    [outcome] = run((chat(),), timeout=0.1)
    assert isinstance(outcome, errors.CallTimeout)
    assert time.monotonic() - start < 3


def test_cancellation(portal: Portal, async_client: AsyncClient) -> None:
    portal.react(answer_all)
    portal.answer(Reply(delay=30))

    async def run() -> None:
        task = asyncio.ensure_future(async_client.batch([chat("1"), chat("2")]))
        while not portal.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(await async_client.batch([chat("1")])) == 1

    asyncio.run(run())


@posix
def test_ctrl_c(portal: Portal, script: Script) -> None:
    portal.answer(Reply(delay=60))
    portal.react(answer_all)
    process = script(
        """
        client = Client.from_webhook(URL, **PLAIN)
        calls = [Request.by_name("im.x")] * 3
        try:
            client.batch(calls)
        except KeyboardInterrupt:
            print([it.result for it in client.batch(calls)])
        """
    )
    wait_for_requests(portal, 1)
    process.send_signal(signal.SIGINT)
    assert finish(process) == "[{'ID': 0}, {'ID': 1}, {'ID': 2}]\n"


def test_no_secret_shows(portal: Portal, run: Run) -> None:
    portal.answer(
        Reply({"result": {"result": [], "result_error": {"c0": {"error": f"NO_{SECRET}"}}}}),
        Reply(f"<p>{SECRET}"),
        Reply({"result": {"result": {"c0": {"ID": SECRET}}}}),
        Reply(cut=0),
    )
    for _ in range(4):
        [outcome] = run((chat(SECRET),))
        assert isinstance(outcome, errors.Bitrix24Error)
        text = "".join(traceback.format_exception(outcome))
        assert SECRET not in text + repr(outcome) + repr(vars(outcome))
