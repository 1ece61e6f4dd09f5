"""What a portal sees of a client, taken from the requests that it remembers.

A client's requests become aspects with values in which nothing is left of what differs from run to
run. Two clients that do the same are compared by them.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Callable

    Add = Callable[[str, object], None]

Request = dict[str, Any]
"""As the portal tells it, with what it got as it was sent."""

Aspects = dict[str, set[str]]
"""Names of aspects with the values that were seen."""

UNREMARKABLE: Final = {"host", "content-length"}
"""Headers that are what HTTP asks for."""

VARYING: Final = [
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "{uuid}"),
    (re.compile(r"\d+(\.\d+)+"), "{version}"),
    (re.compile(r"\$result\[\d{1,2}\]\[49\]"), "$result[{before}][49]"),
]

COMMAND: Final = "batch"
"""What stands for the path of a command in a batch."""


def aspects(task: str, requests: list[Request]) -> Aspects:
    """What the requests of a task show."""
    seen: Aspects = {}

    def add(name: str, value: object) -> None:
        text = str(value)
        for pattern, word in VARYING:
            text = pattern.sub(word, text)
        seen.setdefault(name, set()).add(text)

    alone = [request for request in requests if _is_of_the_client(request)]
    add(f"requests of {task}", ", ".join(_kind(request) for request in alone))
    first: set[str] = set()
    for request in alone:
        kind = _kind(request)
        is_first = kind not in first
        first.add(kind)
        _head(add, request)
        if kind == "oauth.token":
            add(f"token: parameters of {task}", ", ".join(sorted(request["parameters"])))
        elif kind == "batch":
            _commands(add, task, request)
        elif is_first:
            # Later ones follow from the answers.
            add(
                f"call: parameters of {task}: {kind}",
                json.dumps(_said(request), ensure_ascii=False, sort_keys=True),
            )
    _connections(add, task, alone)
    return seen


def _is_of_the_client(request: Request) -> bool:
    """Neither what a batch was made of, nor what the driver asked for itself."""
    headers: dict[str, str] = request["headers"]
    return request["path"] != COMMAND and headers.get("user-agent") != "driver"


def _kind(request: Request) -> str:
    return str(request["method"])


def _head(add: Add, request: Request) -> None:
    """How the request says what it says."""
    is_token = _kind(request) == "oauth.token"
    what = "token" if is_token else "call"
    path = str(request["path"]).replace(str(request["method"]), "{method}")
    if not is_token:
        path = path.removeprefix("/rest").replace("/1/***", "", 1)
    add(f"{what}: verb", request["verb"])
    add(f"{what}: path", path)
    query = sorted(name for name, _ in _query(request))
    add(f"{what}: in the query", ", ".join(query) or "nothing")
    if request["credential"] == "token":
        add("call: access token", "in the query" if "auth" in query else "in the body")
    headers: dict[str, str] = request["headers"]
    for name in sorted(set(headers) - UNREMARKABLE):
        add(f"{what}: header {name}", headers[name])
    body = str(request["body"])
    if "\\u" in body or not body.isascii():
        add(f"{what}: letters beyond ASCII", "escaped" if body.isascii() else "as they are")


def _query(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(request["query"] or "", keep_blank_values=True)


def _said(request: Request) -> dict[str, Any]:
    """What the body of a call says, without the token."""
    body: dict[str, Any] = json.loads(request["body"] or "{}")
    body.pop("auth", None)
    return body


def _commands(add: Add, task: str, request: Request) -> None:
    """How a batch is written."""
    body = _said(request)
    commands: dict[str, str] = body.pop("cmd")
    add("batch: beside the commands", ", ".join(sorted(body)))
    add(f"batch of {task}: halt", json.dumps(body.get("halt")))
    first, *_, last = [*commands, *commands]
    add(f"batch of {task}: ids", f"{first} … {last}")
    for command in commands.values():
        method, _, query = command.partition("?")
        add("batch: end of a command", "&" if query.endswith("&") else "nothing")
        # Beside what separates names and values.
        for raw in set(re.findall(r"[^\w%&=]", query)):
            add("batch: not encoded", raw)
        for name, value in parse_qsl(query, keep_blank_values=True):
            add(f"batch of {task}: {method}: {name}", value)


def _connections(add: Add, task: str, requests: list[Request]) -> None:
    """Whether connections are kept; those to the authorization server are others."""
    calls = [request["connection"] for request in requests if _kind(request) != "oauth.token"]
    if len(calls) > 1:
        kept = len(set(calls)) < len(calls)
        add("connections", "kept" if kept else "one for each call")
