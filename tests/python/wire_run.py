"""Makes the clients and the calls of the wire cases' rows, of many at the same time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
import tempfile
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import reduce
from operator import getitem
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, cast

import bitrix24
from bitrix24 import (
    AsyncClient,
    Client,
    Credential,
    MemoryStore,
    OAuth,
    Retries,
    Secret,
    errors,
)
from bitrix24.sandbox import Fault, Reply

import wire
from portal import PLAIN, TOKENS, Portal, Request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from bitrix24 import Answer, Stats, TokenStore
    from typing_extensions import Self


__all__ = ["Ears", "Listed", "Outcome", "Ran", "Run", "run_all", "run_all_async"]

PREPARED = 64
"""How many rows have their clients made before they run: that takes a while, in which nobody should
wait for anything."""
AT_ONCE = 16
"""How many of them run at the same time, so that they wait at the same time."""

AnyClient = TypeVar("AnyClient", Client, AsyncClient)


@dataclass
class Listed:
    """What became of a list: its records, and what ended them."""

    records: list[Any]
    error: errors.Bitrix24Error | None = None


Outcome: TypeAlias = "Answer[Any] | errors.Bitrix24Error | list[Any] | Listed"


@dataclass
class Ran:
    """What became of a step."""

    step: wire.Step
    outcomes: list[Outcome]
    requests: list[Request]
    connections: int
    took: float = 0.0
    expected_wait: float = 0.0


@dataclass
class Run:
    """What became of a row."""

    row: wire.Row
    place: wire.Place
    prints: list[str] = field(default_factory=list[str])
    """What its clients look like."""
    steps: list[Ran] = field(default_factory=list[Ran])
    arrived: int = 0
    token_requests: list[Request] = field(default_factory=list[Request])
    first: str | None = None
    """Where the portal was before the first call."""
    portal: str | None = None
    """Where it was at last."""
    told: list[str] = field(default_factory=list[str])
    """What the hook was told."""
    stats: Stats | None = None
    broken: BaseException | None = None
    """What went wrong with the runner."""


# No function from here to `attempt_async` keeps a secret in a local variable: tracebacks show
# those.


class Prepared(Generic[AnyClient]):
    """A row, its portal, and its clients."""

    def __init__(self, kind: type[AnyClient], row: wire.Row, portal: Portal) -> None:
        self.portal: Portal = portal
        self.run: Run = Run(row, wire.Place(portal.port))
        script(portal, "*", answers(row), self.run.place)
        script(portal, TOKENS, row.get("token_answers", []), self.run.place)
        self.clients: dict[str, AnyClient] = {}
        try:
            self.make(kind)
        except errors.ConfigError as error:
            self.run.steps.append(Ran(row, [error], [], 0))

    def make(self, kind: type[AnyClient]) -> None:
        run = self.run
        ways = ["the same client"]
        ways += {step["by"] for step in wire.steps(run.row) if "by" in step}
        oauth: OAuth | None = None
        if "oauth" in run.row.get("client", {}):
            oauth = make_oauth(run.row.get("client", {}).get("oauth", {}), run.place)
            run.prints.append(f"{oauth!r} {oauth}")
        for by in ways:
            told = run.told if by == "the same client" else list[str]()
            self.clients[by] = make(kind, run.row.get("client", {}), by, run.place, told, oauth)
        client = self.clients["the same client"]
        run.first = client.portal
        chat = client.imbot.chat
        for part in (client, client.imbot, chat, chat.get, client.call):
            run.prints.append(f"{part!r} {part}")

    def client(self, step: wire.Step) -> AnyClient:
        return self.clients[step.get("by", "the same client")]

    def calls(self, step: wire.Step) -> int:
        return wire.call(step).get("times", 1)

    def begin(self, step: wire.Step) -> Ran:
        """Notes where a step begins."""
        ran = Ran(step, [], self.portal.requests[:], self.portal.connections)
        ran.took = -time.monotonic()
        return ran

    def end(self, ran: Ran, outcomes: list[Outcome]) -> None:
        """Notes what came of it."""
        ran.took += time.monotonic()
        ran.outcomes = outcomes
        ran.requests = self.portal.requests[len(ran.requests) :]
        ran.connections = self.portal.connections - ran.connections
        method = self.run.place.fill(wire.call(ran.step).get("method", ""))
        if "expected_wait" in ran.step:
            ran.expected_wait = self.client(ran.step).expected_wait(method)
        self.run.steps.append(ran)

    def finish(self) -> None:
        self.run.arrived = len(self.portal.requests)
        self.run.token_requests = self.portal.token_requests
        if client := self.clients.get("the same client"):
            self.run.portal = client.portal
            self.run.stats = client.stats


def make(
    kind: type[AnyClient],
    settings: wire.Settings,
    by: str,
    place: wire.Place,
    told: list[str],
    oauth: OAuth | None,
) -> AnyClient:
    if oauth:
        return kind.from_oauth(oauth, **options(settings, place, told))
    if by == "another webhook":
        return kind.from_webhook(place.fill(wire.ANOTHER_WEBHOOK), **options(settings, place, told))
    if "token" in settings:
        return kind.from_token(
            place.fill(settings["token"]),
            place.fill(settings.get("access_token", "${token}")),
            **options(settings, place, told),
        )
    return kind.from_webhook(
        place.fill(settings.get("webhook", wire.WEBHOOK)), **options(settings, place, told)
    )


def options(settings: wire.Settings, place: wire.Place, told: list[str]) -> dict[str, Any]:
    given: dict[str, Any] = {**PLAIN, "on_moved": told.append}
    for name in ("base_url", "proxy", "user_agent"):
        if isinstance(value := settings.get(name), str):
            given[name] = place.fill(value)
    for name in ("timeout", "read_timeout", "connect_timeout"):
        if isinstance(seconds := settings.get(name), int | float):
            given[name] = seconds
    if "root_certificate" in settings:
        given["root_certificates"] = [place.fill(settings["root_certificate"])]
    if "retries" in settings:
        tries = settings["retries"]
        # As a number it says how many more.
        given["retries"] = Retries(tries, settings.get("pause", 1) / 1000) if tries else 0
    if "intensity" in settings:
        intensity = settings["intensity"]
        given["intensity"] = (intensity["depth"], intensity["per_second"])
    return given


def make_oauth(settings: wire.OAuth, place: wire.Place) -> OAuth:
    store = settings.get("store", "memory")
    credential = make_credential(settings, place)
    timeout = settings.get("timeout", 30.0)
    if store == "memory":
        return OAuth("local.wire", place.fill("${secret}"), credential=credential, timeout=timeout)
    stores: dict[str, TokenStore] = {
        "empty": MemoryStore(),
        "failing": Failing(credential),
        "broken": Broken(),
    }
    return OAuth("local.wire", place.fill("${secret}"), store=stores[store], timeout=timeout)


def make_credential(settings: wire.OAuth, place: wire.Place) -> Credential:
    refresh_token = settings.get("refresh_token", "${refresh}")
    left = settings.get("expires_in")
    return Credential(
        place.fill("http://${portal}/rest/"),
        place.fill(settings.get("access_token", "${token}")),
        refresh_token=Secret(place.fill(refresh_token)) if refresh_token else None,
        expires_at=None if left is None else int(time.time()) + left,
        auth_server=place.fill(settings.get("auth_server", "http://${portal}/rest/")),
    )


class Failing:
    """A store whose first save fails."""

    def __init__(self, credential: Credential) -> None:
        self.stored = credential
        self.failed = False

    def load(self) -> Credential | None:
        return self.stored

    def save(self, expected: Credential | None, new: Credential, /) -> Credential | None:
        if self.failed:
            if self.stored != expected:
                return self.stored
            self.stored = new
            return None
        self.failed = True
        raise OSError("the disk is full")


class Broken:
    """A store that cannot be read."""

    def load(self) -> Credential | None:
        raise OSError("the disk is broken")

    def save(self, expected: Credential | None, new: Credential, /) -> Credential | None:
        raise AssertionError


def params(call: wire.Call | wire.Command, place: wire.Place) -> Any:
    return json.loads(place.fill(call.get("params", "null")))


def commands(call: wire.Call, place: wire.Place) -> list[bitrix24.Request[Any]]:
    """The requests of a batch."""
    requests: list[bitrix24.Request[Any]] = []
    for command in call.get("batch", []):
        for _ in range(command.get("repeat", 1)):
            values = referring(params(command, place.at(len(requests))), requests)
            name = command["method"]
            if command.get("typed"):
                made: bitrix24.Request[Any] = bitrix24.request.imbot.chat.get(
                    entity_type=values["ENTITY_TYPE"], entity_id=values["ENTITY_ID"]
                )
            else:
                rest: Any = command.get("rest", "classic")
                made = bitrix24.Request.by_name(place.fill(name), values, rest=rest)
            requests.append(made)
    return requests


def referring(values: Any, requests: list[bitrix24.Request[Any]]) -> Any:
    """Puts references in the place of ``{"$ref": [0, "ID"]}``."""
    if isinstance(values, dict):
        fields = cast("dict[str, Any]", values)
        if list(fields) == ["$ref"]:
            path: list[Any] = fields["$ref"]
            result = cast("Any", requests[path[0]]).result
            return reduce(getitem, path[1:], result)
        return {name: referring(value, requests) for name, value in fields.items()}
    if isinstance(values, list):
        return [referring(value, requests) for value in cast("list[object]", values)]
    return values


def listed(client: Client | AsyncClient, call: wire.Call, place: wire.Place) -> Any:
    """Begins to read a list."""
    how = call.get("list", {"paging": "start"})
    paging: Any = how["paging"]
    page_size: Any = how.get("page_size")
    rest: Any = call.get("rest", "classic")
    request = bitrix24.ListRequest.by_name(
        call.get("method", ""),
        params(call, place),
        rest=rest,
        records=how.get("records", ()),
        paging=paging,
        page_size=page_size,
        key=how.get("keyed_by"),
    )
    return options_of(client, call).records(
        request,
        keyed=call.get("keyed", False),
        batched=call.get("batched", False),
        resume=call.get("resume"),
    )


def options_of(client: Client | AsyncClient, call: wire.Call) -> Client | AsyncClient:
    if "repeatable" in call:
        return client.with_options(repeatable=call["repeatable"])
    return client


def begun(client: Client | AsyncClient, call: wire.Call, place: wire.Place) -> Any:
    """Makes a call, or what is to be awaited of it."""
    timeout = call.get("timeout")
    client = options_of(client, call)
    if "batch" in call:
        return client.batch(commands(call, place), halt=call.get("halt", False), timeout=timeout)
    if call.get("typed"):
        assert call.get("method") == "imbot.chat.get", "a typed call of this runner"
        values = params(call, place)
        return client.imbot.chat.get(
            entity_type=values["ENTITY_TYPE"], entity_id=values["ENTITY_ID"], timeout=timeout
        )
    rest: Any = call.get("rest", "classic")
    name = call.get("method", "")
    return client.call(place.fill(name), params(call, place), rest=rest, timeout=timeout)


def attempt(client: Client, step: wire.Step, place: wire.Place) -> Outcome:
    if "list" in wire.call(step):
        read = Listed([])
        try:
            for record in listed(client, wire.call(step), place):
                read.records.append(record)
        except errors.Bitrix24Error as error:
            read.error = error
        return read
    try:
        answer: Answer[Any] = begun(client, wire.call(step), place)
    except errors.Bitrix24Error as error:
        return error
    return answer


async def attempt_async(client: AsyncClient, step: wire.Step, place: wire.Place) -> Outcome:
    if "list" in wire.call(step):
        read = Listed([])
        try:
            async for record in listed(client, wire.call(step), place):
                read.records.append(record)
        except errors.Bitrix24Error as error:
            read.error = error
        return read
    try:
        answer: Awaitable[Answer[Any]] = begun(client, wire.call(step), place)
        return await answer
    except errors.Bitrix24Error as error:
        return error


def run(prepared: Prepared[Client]) -> None:
    place = prepared.run.place
    for step in wire.steps(prepared.run.row) if prepared.clients else ():
        time.sleep(step.get("after", 0))
        client, times = prepared.client(step), prepared.calls(step)
        with ThreadPoolExecutor(times) as pool:
            ran = prepared.begin(step)
            outcomes = [pool.submit(attempt, client, step, place) for _ in range(times)]
            prepared.end(ran, [outcome.result() for outcome in outcomes])
    prepared.finish()
    for client in prepared.clients.values():
        client.close()


async def run_async(prepared: Prepared[AsyncClient]) -> None:
    place = prepared.run.place
    for step in wire.steps(prepared.run.row) if prepared.clients else ():
        await asyncio.sleep(step.get("after", 0))
        client, times = prepared.client(step), prepared.calls(step)
        ran = prepared.begin(step)
        calls = [attempt_async(client, step, place) for _ in range(times)]
        prepared.end(ran, await asyncio.gather(*calls))
    prepared.finish()
    for client in prepared.clients.values():
        await client.close()


def chunks(rows: Iterable[wire.Row]) -> Iterable[list[wire.Row]]:
    """What runs at the same time: what waits, waits together."""
    ordered = sorted(rows, key=wire.is_plain)
    return (ordered[at : at + PREPARED] for at in range(0, len(ordered), PREPARED))


def run_all(rows: Iterable[wire.Row]) -> dict[str, Run]:
    """Runs rows in threads."""
    runs: list[Run] = []
    for chunk in chunks(rows):
        with ExitStack() as portals, ThreadPoolExecutor(AT_ONCE) as pool:
            prepared = [Prepared(Client, row, portals.enter_context(Portal())) for row in chunk]
            running = [pool.submit(run, it) for it in prepared]
            for it, done in zip(prepared, running, strict=True):
                it.run.broken = done.exception()
                runs.append(it.run)
    return {run.row["name"]: run for run in runs}


def run_all_async(rows: Iterable[wire.Row]) -> dict[str, Run]:
    """Runs rows as tasks of an event loop."""
    runs: list[Run] = []

    async def run_chunk(prepared: list[Prepared[AsyncClient]]) -> None:
        turn = asyncio.Semaphore(AT_ONCE)

        async def run_one(it: Prepared[AsyncClient]) -> None:
            async with turn:
                await run_async(it)

        done = await asyncio.gather(*map(run_one, prepared), return_exceptions=True)
        for it, result in zip(prepared, done, strict=True):
            it.run.broken = result
            runs.append(it.run)

    for chunk in chunks(rows):
        with ExitStack() as portals:
            prepared = [
                Prepared(AsyncClient, row, portals.enter_context(Portal())) for row in chunk
            ]
            # What is looked at there takes its time, which others measure.
            asyncio.run(run_chunk(prepared), debug=all(map(wire.is_plain, chunk)))
    return {run.row["name"]: run for run in runs}


def answers(row: wire.Row) -> list[wire.Answer]:
    """What the portal answers to its first, second, … request; the last one is repeated."""
    return row["answers"] if "answers" in row else [row.get("answer", {})]


def script(portal: Portal, method: str, answers: list[wire.Answer], place: wire.Place) -> None:
    """Tells the portal what the first, the second, … request gets, and all after the last."""
    for number, answer in enumerate(answers, 1):
        times = 1 if number < len(answers) else None
        portal.sandbox.answer(method, reply(answer, place, times))


def reply(answer: wire.Answer, place: wire.Place, times: int | None) -> Reply:
    """What the portal is told to do."""
    how: dict[str, Any] = {"times": times, "fault": fault(answer), "to_anyone": True}
    if "numbers" in answer:
        first, end = answer["numbers"]
        results = {f"c{number}": number for number in range(first, end)}
        return Reply(body={"result": {"result": results, "result_error": []}}, **how)
    if "raw" in answer:
        return Reply(raw=place.fill(answer["raw"]), **how)
    text = answer.get("body", "" if "hex" in answer else '{"result": null}')
    body = bytes.fromhex(answer.get("hex", "")) + place.fill(text).encode()
    headers = {name: place.fill(value) for name, value in answer.get("headers", {}).items()}
    status = answer.get("status", 200)
    return Reply(text=body, content_type="application/json", status=status, headers=headers, **how)


def fault(answer: wire.Answer) -> Fault | None:
    """What goes wrong with it."""
    late = answer.get("after", 0.0)
    ends: dict[str | None, Any] = {"resets": "reset", "is silent": "silence"}
    then = ends.get(answer.get("portal"), "close")
    if "part" in answer:
        return Fault("half" if answer["part"] == "half" else "close", then=then, late=late)
    if "portal" in answer:
        return Fault("cut", bytes=0, then=then, late=late)
    if "drip" in answer:
        return Fault("drip", seconds=answer["drip"], late=late)
    return Fault("delay", seconds=late) if late else None


class Ears:
    """Listens to warnings, logs and the standard streams."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        stack = self._stack
        self._warnings = stack.enter_context(warnings.catch_warnings(record=True))
        warnings.simplefilter("always")
        listener = logging.Handler()
        listener.emit = self._hear  # type: ignore[method-assign]
        root = logging.getLogger()
        level = root.level
        root.addHandler(listener)
        root.setLevel(logging.NOTSET + 1)
        stack.callback(root.setLevel, level)
        stack.callback(root.removeHandler, listener)
        self._output = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        for number in (1, 2):
            copy = os.dup(number)
            stack.callback(os.close, copy)
            stack.callback(os.dup2, copy, number)
            os.dup2(self._output.fileno(), number)
        stack.enter_context(contextlib.redirect_stdout(self._output))
        stack.enter_context(contextlib.redirect_stderr(self._output))
        return self

    def _hear(self, record: logging.LogRecord) -> None:
        self.heard.append(("the log", f"{record.getMessage()} {vars(record)!r}"))

    def __exit__(self, *details: object) -> None:
        self._output.flush()
        self._output.seek(0)
        self.heard.append(("the output", self._output.read()))
        self._stack.close()
        self.heard += [("a warning", str(warning)) for warning in self._warnings or ()]
