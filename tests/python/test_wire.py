"""Runs every row of the wire cases: see ``tests/wire/README.md``."""

from __future__ import annotations

import datetime as dt
import json
import pickle
import re
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pytest
from bitrix24 import Record, __version__, errors
from bitrix24._codes import METHOD, SYSTEM

import wire
from wire_run import Ears, Listed, Ran, Run, run_all, run_all_async

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix24 import Answer

    from portal import Request

    Outcome = Answer[Any] | errors.Bitrix24Error | list[Any] | Listed

ROWS = wire.read()

TRANSPORT = {
    "connect": errors.ConnectError,
    "not_sent": errors.NotSent,
    "timeout": errors.CallTimeout,
    "lost": errors.ConnectionLost,
    "other": errors.TransportError,
}
DECODE = {
    "empty": errors.EmptyBody,
    "html": errors.HtmlBody,
    "not_json": errors.NotJson,
    "truncated": errors.TruncatedBody,
    "wrong_type": errors.WrongType,
    "not_an_answer": errors.NotAnAnswer,
    "missing": errors.MissingAnswer,
    "incomplete": errors.ListCutOff,
    "redirect": errors.UnexpectedRedirect,
}
ORIGIN = {
    "system": errors.SystemApiError,
    "method": errors.MethodApiError,
    "unknown": errors.UnknownApiError,
}
LIMIT = {
    "intensity": "the portal's requests",
    "operating": "the method's operating time",
}
TOKEN = {
    "refused": errors.RefreshRefused,
    "connect": errors.RefreshFailed,
    "timeout": errors.RefreshFailed,
    "lost": errors.RefreshFailed,
    "garbage": errors.RefreshFailed,
    "store": errors.TokenStoreError,
    "deadline": errors.TokenTimeout,
}
NOT_RUN = {
    "halted": "an earlier command of the batch failed",
    "request_failed": "an earlier request of the batch failed",
    "reference": "command [0-9]+ failed or was not run|answered",
    "out_of_time": "the time of the batch was up",
}
REFRESH = (
    "/oauth/token/?grant_type=refresh_token&client_id=local.wire"
    "&client_secret=${secret|percent}&refresh_token=${refresh|percent}"
)
STOPPED = {
    "final": "final",
    "may_have_run": "not repeatable",
    "spent": "tries used up",
    "no_time": "no time left",
}


def test_the_table() -> None:
    names = [row["name"] for row in ROWS]
    assert len(names) >= 40
    assert len(set(names)) == len(names)
    codes = {row.get("fails", {}).get("api") for row in ROWS}
    assert codes >= {*SYSTEM, "ACCESS_ERROR", "AUTHORIZE_ERROR"}
    assert METHOD.keys() >= {"ACCESS_ERROR", "AUTHORIZE_ERROR"}


@pytest.mark.parametrize("name", [*wire.SECRETS])
@pytest.mark.parametrize("spelling", [None, "upper", "hex", "unicode", "json", "percent", "html"])
def test_the_search(name: str, spelling: str | None) -> None:
    spelled = wire.spell(wire.sample(name), spelling)
    for text in (spelled, repr(spelled), repr(repr(spelled)), repr(list(spelled.encode()))):
        assert wire.find(f"<{text}>"), text
    assert wire.find(spelled[9:]) or spelling in ("hex", "unicode")
    assert wire.find("imbot.chat.get: the answer is empty (HTTP 200); *** %zz \\u12 %e9") is None


@pytest.fixture(scope="module", params=["sync", "asyncio"])
def runs(request: pytest.FixtureRequest) -> Runs:
    """Runs the rows of the tests that were chosen, at the same time."""
    chosen = [getattr(item, "callspec", None) for item in request.session.items]
    names = {spec.params["row"]["name"] for spec in chosen if spec and "row" in spec.params}
    rows = [row for row in ROWS if row["name"] in names]
    with Ears() as ears:
        done = {"sync": run_all, "asyncio": run_all_async}[request.param](rows)
    return Runs(done, ears.heard)


@dataclass
class Runs:
    of: dict[str, Run]
    heard: list[tuple[str, str]]


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_row(row: wire.Row, runs: Runs) -> None:
    run = runs.of[row["name"]]
    if run.broken:
        raise run.broken
    problems = [*differences(run)]
    for what, text in shown(run):
        if part := wire.find(text):
            problems.append(f"{what} shows {part!r} of a secret: {text}")
    assert not problems, "\n".join(problems)


def test_the_log(runs: Runs) -> None:
    assert not runs.of or {what for what, _ in runs.heard} >= {"the log", "the output"}
    if wire.find("\n".join(text for _, text in runs.heard)):
        leaks = [f"{what} shows a secret: {text}" for what, text in runs.heard if wire.find(text)]
        raise AssertionError("\n".join(leaks))


def shown(run: Run) -> Iterator[tuple[str, str]]:
    """Everything that can be printed of a row, and what prints it."""
    for text in run.prints:
        yield "the client", text
    for outcome in {id(it): it for ran in run.steps for it in ran.outcomes}.values():
        for part in outcome if isinstance(outcome, list) else [outcome]:
            end = part.error if isinstance(part, Listed) else part
            if isinstance(end, errors.Bitrix24Error):
                yield from shown_error(end)
            else:
                yield "the answer", repr(part)


def shown_error(error: errors.Bitrix24Error) -> Iterator[tuple[str, str]]:
    lines = traceback.TracebackException.from_exception(error, capture_locals=True).format()
    yield "the traceback", "".join(lines)
    yield "the traceback", "".join(traceback.format_exception(error))
    yield "the pickle", pickle.dumps(error).decode("latin-1")
    part: BaseException | None = error
    while part is not None:
        yield "the error", f"{part!r} {part} {part.args!r} {vars(part)!r}"
        part = part.__cause__ or part.__context__


def differences(run: Run) -> Iterator[str]:
    for ran in run.steps:
        for outcome in ran.outcomes:
            yield from outcome_differences(ran.step, run.place, outcome)
        yield from sent_differences(ran, run.place)
        takes = ran.step.get("takes", {})
        if not takes.get("at_least", 0) <= ran.took <= takes.get("at_most", ran.took):
            yield f"took {ran.took} s, not {takes}"
        if "expected_wait" in ran.step:
            yield from wait_differs(ran.expected_wait, ran.step["expected_wait"])
    yield from differ("the number of requests", run.arrived, wire.requests(run.row))
    yield from tokens_differ(run)
    if run.stats:
        yield from moves_differ(run)
        for name, expected in {"in_flight": 0, **run.row.get("stats", {})}.items():
            yield from differ(name, getattr(run.stats, name), expected)


def tokens_differ(run: Run) -> Iterator[str]:
    expected = run.row.get("token_requests", len(run.row.get("token_answers", [])))
    yield from differ("the number of refreshes", len(run.token_requests), expected)
    sends = run.row.get("token_sends", [REFRESH] * expected)
    for request, path in zip(run.token_requests, sends, strict=False):
        yield from differ("verb", request.verb, "GET")
        yield from differ("path", request.path, run.place.fill(path))


def moves_differ(run: Run) -> Iterator[str]:
    expected = [run.place.fill(run.row["moved_to"])] if "moved_to" in run.row else []
    yield from differ("what the hook was told", run.told, expected)
    if place := expected[0] if expected else run.first:
        yield from differ("where the portal is", run.portal, place)


def wait_differs(wait: float, expected: float) -> Iterator[str]:
    if not expected - min(expected / 2, 3) <= wait <= expected + 0.3:
        yield f"the wait is {wait} s, not about {expected} s"


def sent_differences(ran: Ran, place: wire.Place) -> Iterator[str]:
    expected = ran.step.get("sends") or wire.Request()
    if isinstance(expected, str):
        if ran.connections or ran.requests:
            yield "something was sent"
        return
    if isinstance(expected, list):
        if len(expected) != len(ran.requests):
            yield f"sent {len(ran.requests)} times, not {len(expected)}"
    else:
        expected = [expected] * len(ran.requests)
    for request, one in zip(ran.requests, expected, strict=False):
        yield from request_differences(ran.step, request, one, place)


def request_differences(
    step: wire.Step, request: Request, expected: wire.Request, place: wire.Place
) -> Iterator[str]:
    method = place.fill(wire.call(step).get("method", ""))
    yield from differ("verb", request.verb, "POST")
    if "path" in expected:
        yield from differ("path", request.path, place.fill(expected["path"]))
    end = request.path.rpartition("/")[2]
    if not (wire.call(step).get("batched") and end == "batch"):
        yield from differ("end of the path", end, method)
    if "commands" in expected:
        yield from differ("commands", len(request.json["cmd"]), expected["commands"])
    headers = {
        "accept": "application/json",
        "content-length": str(len(request.body)),
        "content-type": "application/json",
        "host": place.fill("${portal}"),
        "user-agent": f"bitrix24-python/{__version__}",
    }
    others = expected.get("headers", {})
    headers |= {name: place.fill(value) for name, value in others.items()}
    sent = {
        name: "*" if headers.get(name) == "*" else value for name, value in request.headers.items()
    }
    yield from differ("headers", sent, headers)
    if "body" in expected:
        yield from differ("body", canonical(request.json), loaded(expected["body"], place))


def outcome_differences(step: wire.Step, place: wire.Place, outcome: Outcome) -> Iterator[str]:
    returns, fails = step.get("returns"), step.get("fails")
    if isinstance(outcome, list):
        yield from batch_differences(step, place, cast("list[Outcome]", outcome))
    elif isinstance(outcome, Listed):
        yield from list_differences(step, place, outcome)
    elif isinstance(outcome, errors.Bitrix24Error):
        if fails is None:
            yield f"failed: {outcome!r}"
        else:
            yield from error_differences(step, fails, place, outcome)
    elif returns is None:
        yield f"returned {outcome!r}"
    else:
        yield from differ("result", canonical(outcome.result), loaded(returns.get("result"), place))
        yield from differ("time", canonical(outcome.time), loaded(returns.get("time"), place))
        yield from differ("total", outcome.total, returns.get("total"))
        yield from differ("next", outcome.next, returns.get("next"))


def batch_differences(step: wire.Step, place: wire.Place, outcomes: list[Outcome]) -> Iterator[str]:
    commands = wire.call(step).get("batch", [])
    methods = [it["method"] for it in commands for _ in range(it.get("repeat", 1))]
    given = step.get("outcomes", [])
    expected = [it for it in given for _ in range(it.get("repeat", 1))]
    yield from differ("the number of outcomes", len(outcomes), len(expected))
    for number, (it, outcome) in enumerate(zip(expected, outcomes, strict=False)):
        alone: wire.Step = {"call": {"method": methods[number]}}
        if "returns" in it:
            alone["returns"] = it["returns"]
        if "fails" in it:
            alone["fails"] = it["fails"]
        for problem in outcome_differences(alone, place.at(number), outcome):
            yield f"command {number}: {problem}"


def list_differences(step: wire.Step, place: wire.Place, outcome: Listed) -> Iterator[str]:
    returns, fails = step.get("returns", {}), step.get("fails", {})
    records = returns.get("records", fails.get("records", "[]"))
    yield from differ("records", canonical(outcome.records), loaded(records, place))
    if outcome.error and fails:
        yield from error_differences(step, fails, place, outcome.error)
        if "cursor" in fails:
            yield from differ("cursor", outcome.error.cursor, fails["cursor"])
    elif outcome.error or fails:
        yield f"ended with {outcome.error!r}"


def error_differences(
    step: wire.Step, fails: wire.Fails, place: wire.Place, error: errors.Bitrix24Error
) -> Iterator[str]:
    message = str(error)
    given = cast("dict[str, Any]", fails)
    texts = {name: place.fill(text) for name, text in given.items() if isinstance(text, str)}
    yield from differ("message", message, texts.get("message", message))
    for part in ("config", "request", "says", "location"):
        if texts.get(part, "") not in message:
            yield f"says {message!r}, not {texts[part]!r}"
    for name in ("status", "excerpt", "path"):
        if name in fails:
            yield from differ(name, getattr(error, name, None), texts.get(name, given[name]))
    if not isinstance(error, errors.ConfigError | errors.RequestError):
        method = fails.get("method", place.fill(wire.call(step).get("method", "")))
        yield from differ("method", error.method, method)

    if "tries" in fails:
        yield from differ("the number of tries", error.tries, fails["tries"])
    if "stopped" in fails:
        # Of what was not sent once, Python does not say why it was not sent twice.
        stopped = STOPPED[fails["stopped"]] if error.tries else ""
        yield from differ("why it stopped", error.stopped, stopped)

    if "config" in fails:
        yield from differ("class", type(error), errors.ConfigError)
    elif "request" in fails:
        if not isinstance(error, errors.RequestError):
            yield f"failed: {error!r}"
    elif "transport" in fails:
        yield from differ("class", type(error), TRANSPORT[fails["transport"]])
    elif "decode" in fails:
        yield from differ("class", type(error), DECODE[fails["decode"]])
    elif "token" in fails:
        yield from differ("class", type(error), TOKEN.get(fails["token"], errors.TokenError))
        if isinstance(error, errors.RefreshRefused):
            yield from differ("code", error.code, fails.get("code"))
            yield from differ("description", error.description, texts.get("description", ""))
    elif "not_run" in fails:
        because = error.because if isinstance(error, errors.NotRun) else repr(error)
        if not re.search(NOT_RUN[fails["not_run"]], because):
            yield f"failed: {because}"
    elif "limit" in fails:
        if not isinstance(error, errors.LimitError) or LIMIT[fails["limit"]] not in message:
            yield f"failed: {error!r}"
        elif "wait" in fails:
            yield from wait_differs(error.wait, fails["wait"])
    elif not isinstance(error, errors.ApiError):
        yield f"failed: {error!r}"
    else:
        yield from api_differences(fails, place, error)


def api_differences(fails: wire.Fails, place: wire.Place, error: errors.ApiError) -> Iterator[str]:
    def text(value: str | None) -> str | None:
        return None if value is None else place.fill(value)

    yield from differ("code", error.code, text(fails.get("api")))
    yield from differ("description", error.description, text(fails.get("description", "")))
    yield from differ("argument", error.argument, text(fails.get("argument")))
    validation = [{"field": wrong.field, "message": wrong.message} for wrong in error.validation]
    yield from differ("validation", validation, fails.get("validation", []))
    yield from differ("time", canonical(error.time), loaded(fails.get("time"), place))
    origin = fails.get("origin", "unknown")
    name = fails.get("python", ORIGIN[origin].__name__)
    if not isinstance(error, getattr(errors, name)):
        yield f"class is {type(error)}, not {name}"
    # By name nobody knows whose the code is, yet it has its class to be caught by.
    if origin != "unknown" and not isinstance(error, ORIGIN[origin]):
        yield f"class is {type(error)}, which is not of the {origin}"


def differ(what: str, found: object, expected: object) -> Iterator[str]:
    if found != expected:
        yield f"{what} is {found!r}, not {expected!r}"


def loaded(text: str | None, place: wire.Place) -> str:
    return canonical(None if text is None else json.loads(place.fill(text)))


def canonical(value: object) -> str:
    """JSON as text, in which 1, 1.0 and true differ, and the order of fields does not matter."""
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=False)


def plain(value: object) -> object:
    if isinstance(value, Record):
        fields = zip(value._wire, value.__slots__, strict=True)  # pyright: ignore[reportPrivateUsage]
        known = {wire: plain(getattr(value, name)) for wire, name in fields}
        return {name: part for name, part in known.items() if part is not None} | value.extra
    if isinstance(value, dt.date):
        return value.isoformat()
    return value
