"""Runs every row of the wire cases: see ``tests/wire/README.md``."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import pickle
import traceback
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pytest
from bitrix24 import AsyncClient, Client, Record, __version__, errors
from bitrix24._codes import METHOD, SYSTEM

import wire
from portal import PLAIN, Portal, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix24 import Answer

    Outcome = Answer[Any] | errors.Bitrix24Error

ROWS = wire.read()

CLIENT: wire.Settings = {"webhook": "http://${portal}/rest/7/${code}/"}
CALL: wire.Call = {
    "method": "imbot.chat.get",
    "typed": True,
    "params": '{"ENTITY_TYPE": "CHAT", "ENTITY_ID": "13"}',
}

TRANSPORT = {
    "connect": errors.ConnectError,
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
    "redirect": errors.UnexpectedRedirect,
}
ORIGIN = {
    "system": errors.SystemApiError,
    "method": errors.MethodApiError,
    "unknown": errors.UnknownApiError,
}

AnyClient = TypeVar("AnyClient", Client, AsyncClient)


def test_the_table() -> None:
    names = [row["name"] for row in ROWS]
    assert len(names) >= 40
    assert len(set(names)) == len(names)
    codes = {row.get("fails", {}).get("api") for row in ROWS}
    assert codes >= {*SYSTEM, "ACCESS_ERROR", "AUTHORIZE_ERROR"}
    assert METHOD.keys() >= {"ACCESS_ERROR", "AUTHORIZE_ERROR"}


@pytest.mark.parametrize("name", ["code", "token", "password"])
@pytest.mark.parametrize("spelling", [None, "upper", "hex", "unicode", "json", "percent", "html"])
def test_the_search(name: str, spelling: str | None) -> None:
    spelled = wire.spell(wire.sample(name), spelling)
    for text in (spelled, repr(spelled), repr(repr(spelled)), repr(list(spelled.encode()))):
        assert wire.find(f"<{text}>"), text
    assert wire.find(spelled[9:]) or spelling in ("hex", "unicode")
    assert wire.find("imbot.chat.get: the answer is empty (HTTP 200); *** %zz \\u12 %e9") is None


@pytest.fixture
def place(portal: Portal) -> wire.Place:
    return wire.Place(portal.port)


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_sync(
    row: wire.Row,
    portal: Portal,
    place: wire.Place,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    shown = Shown()
    with Ears(shown, caplog, capfd):
        try:
            outcome: Outcome = call(row, portal, place, shown)
        except errors.Bitrix24Error as error:
            outcome = shown.error(error)
    check(row, portal, place, shown, outcome)


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_async(
    row: wire.Row,
    portal: Portal,
    place: wire.Place,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    shown = Shown()
    with Ears(shown, caplog, capfd):
        try:
            outcome: Outcome = asyncio.run(call_async(row, portal, place, shown), debug=True)
        except errors.Bitrix24Error as error:
            outcome = shown.error(error)
    check(row, portal, place, shown, outcome)


# No function from here to `check` keeps a secret in a local variable: tracebacks show those.


def make(kind: type[AnyClient], row: wire.Row, place: wire.Place) -> AnyClient:
    settings = row.get("client", CLIENT)
    if "webhook" in settings:
        return kind.from_webhook(place.fill(settings["webhook"]), **options(settings, place))
    return kind.from_token(
        place.fill(settings.get("token", "")),
        place.fill(settings.get("access_token", "${token}")),
        **options(settings, place),
    )


def options(settings: wire.Settings, place: wire.Place) -> dict[str, Any]:
    given: dict[str, Any] = {**PLAIN}
    given |= {
        name: place.fill(value)
        for name in ("base_url", "proxy", "user_agent")
        if isinstance(value := settings.get(name), str)
    }
    if "timeout" in settings:
        given["timeout"] = settings["timeout"]
    if "root_certificate" in settings:
        given["root_certificates"] = [place.fill(settings["root_certificate"])]
    return given


def params(row: wire.Row, place: wire.Place) -> Any:
    return json.loads(place.fill(row.get("call", CALL).get("params", "null")))


def call(row: wire.Row, portal: Portal, place: wire.Place, shown: Shown) -> Answer[Any]:
    portal.default = reply(row.get("answer", {}), place)
    what = row.get("call", CALL)
    with make(Client, row, place) as client:
        shown.client(client)
        if what.get("typed"):
            assert what["method"] == "imbot.chat.get", "a typed call of this runner"
            values = params(row, place)
            return client.imbot.chat.get(
                entity_type=values["ENTITY_TYPE"], entity_id=values["ENTITY_ID"]
            )
        rest: Any = what.get("rest", "classic")
        return client.call(place.fill(what["method"]), params(row, place), rest=rest)


async def call_async(row: wire.Row, portal: Portal, place: wire.Place, shown: Shown) -> Answer[Any]:
    portal.default = reply(row.get("answer", {}), place)
    what = row.get("call", CALL)
    async with make(AsyncClient, row, place) as client:
        shown.client(client)
        if what.get("typed"):
            assert what["method"] == "imbot.chat.get", "a typed call of this runner"
            values = params(row, place)
            return await client.imbot.chat.get(
                entity_type=values["ENTITY_TYPE"], entity_id=values["ENTITY_ID"]
            )
        rest: Any = what.get("rest", "classic")
        return await client.call(place.fill(what["method"]), params(row, place), rest=rest)


@dataclass(frozen=True)
class Raw(Reply):
    """A whole answer with its head."""

    wire: bytes = b""

    def encode(self) -> bytes:
        return self.wire


def reply(answer: wire.Answer, place: wire.Place) -> Reply:
    if "portal" in answer:
        return {
            "closes": Reply(cut=0),
            "resets": Reply(reset=True),
            "is silent": Reply(delay=30),
        }[answer["portal"]]
    if "raw" in answer:
        return Raw(wire=place.fill(answer["raw"]).encode(), close=True)
    text = answer.get("body", "" if "hex" in answer else '{"result": null}')
    body = bytes.fromhex(answer.get("hex", "")) + place.fill(text).encode()
    headers = {name: place.fill(value) for name, value in answer.get("headers", {}).items()}
    if "content-type" in headers:
        headers["Content-Type"] = headers.pop("content-type")
    return Reply(body, answer.get("status", 200), headers)


class Shown:
    """Everything that was printed, and what printed it."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str]] = []

    def add(self, what: str, text: str) -> None:
        self.texts.append((what, text))

    def client(self, client: Client | AsyncClient) -> None:
        chat = client.imbot.chat
        for part in (client, client.imbot, chat, chat.get, client.call):
            self.add("the client", f"{part!r} {part}")

    def error(self, error: errors.Bitrix24Error) -> errors.Bitrix24Error:
        lines = traceback.TracebackException.from_exception(error, capture_locals=True).format()
        self.add("the traceback", "".join(lines))
        self.add("the traceback", "".join(traceback.format_exception(error)))
        self.add("the pickle", pickle.dumps(error).decode("latin-1"))
        part: BaseException | None = error
        while part is not None:
            self.add("the error", f"{part!r} {part} {part.args!r} {vars(part)!r}")
            part = part.__cause__ or part.__context__
        return error


class Ears:
    """Listens to warnings, logs and the standard streams."""

    def __init__(
        self, shown: Shown, log: pytest.LogCaptureFixture, fd: pytest.CaptureFixture[str]
    ) -> None:
        self.shown = shown
        self.log = log
        self.fd = fd
        self.catch = warnings.catch_warnings(record=True)

    def __enter__(self) -> None:
        self.log.set_level(logging.NOTSET + 1)
        self.warnings = self.catch.__enter__()
        warnings.simplefilter("always")

    def __exit__(self, *details: object) -> None:
        self.catch.__exit__(None, None, None)
        for warning in self.warnings or ():
            self.shown.add("a warning", str(warning))
        for record in self.log.records:
            self.shown.add("the log", f"{record.getMessage()} {vars(record)!r}")
        self.shown.add("the output", "".join(self.fd.readouterr()))


def check(
    row: wire.Row,
    portal: Portal,
    place: wire.Place,
    shown: Shown,
    outcome: Outcome,
) -> None:
    problems = [*differences(row, place, outcome), *request_differences(row, portal, place)]
    if not isinstance(outcome, errors.Bitrix24Error):
        shown.add("the answer", repr(outcome))
    for what, text in shown.texts:
        if part := wire.find(text):
            problems.append(f"{what} shows {part!r} of a secret: {text}")
    assert not problems, "\n".join(problems)


def request_differences(row: wire.Row, portal: Portal, place: wire.Place) -> Iterator[str]:
    expected = row.get("sends") or wire.Request()
    if isinstance(expected, str):
        if portal.connections or portal.requests:
            yield "something was sent"
        return
    if len(portal.requests) != 1:
        yield f"sent {len(portal.requests)} times"
        return
    [request] = portal.requests
    method = place.fill(row.get("call", CALL)["method"])
    yield from differ("verb", request.verb, "POST")
    if "path" in expected:
        yield from differ("path", request.path, place.fill(expected["path"]))
    yield from differ("end of the path", request.path.rpartition("/")[2], method)
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


def differences(row: wire.Row, place: wire.Place, outcome: Outcome) -> Iterator[str]:
    returns, fails = row.get("returns"), row.get("fails")
    if isinstance(outcome, errors.Bitrix24Error):
        if fails is None:
            yield f"failed: {outcome!r}"
        else:
            yield from error_differences(row, fails, place, outcome)
    elif returns is None:
        yield f"returned {outcome!r}"
    else:
        yield from differ("result", canonical(outcome.result), loaded(returns["result"], place))
        yield from differ("time", canonical(outcome.time), loaded(returns.get("time"), place))
        yield from differ("total", outcome.total, returns.get("total"))
        yield from differ("next", outcome.next, returns.get("next"))


def error_differences(
    row: wire.Row, fails: wire.Fails, place: wire.Place, error: errors.Bitrix24Error
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
        yield from differ("method", error.method, row.get("call", CALL)["method"])

    if "config" in fails:
        yield from differ("class", type(error), errors.ConfigError)
    elif "request" in fails:
        if not isinstance(error, errors.RequestError):
            yield f"failed: {error!r}"
    elif "transport" in fails:
        yield from differ("class", type(error), TRANSPORT[fails["transport"]])
    elif "decode" in fails:
        yield from differ("class", type(error), DECODE[fails["decode"]])
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
