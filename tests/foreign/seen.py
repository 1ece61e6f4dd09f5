"""What a portal sees of a client, taken from the requests that it remembers.

A client's requests become aspects with values in which nothing is left of what differs from run to
run. Two clients that do the same are compared by them.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import parse_qsl

Request = dict[str, Any]
"""As the portal tells it."""

Aspects = dict[str, set[str]]
"""Names of aspects with the values that were seen."""

UNREMARKABLE: Final = {"host", "content-length"}
"""Headers that are what HTTP asks for."""

VARYING: Final = [
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "{uuid}"),
    (re.compile(r"\d+(\.\d+)+"), "{version}"),
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

    alone = [request for request in requests if request["path"] != COMMAND]
    add(f"requests of {task}", ", ".join(_kind(request) for request in alone))
    first: set[str] = set()
    for request in alone:
        kind = _kind(request)
        is_first = kind not in first
        first.add(kind)
        _head(add, request)
        if kind == "oauth.token":
            add("names for a token", ", ".join(sorted(request["parameters"])))
            continue
        if kind == "batch":
            _commands(add, task, request)
        elif is_first:
            # Later ones follow from the answers.
            add(f"parameters of {task}: {kind}", _sorted(_of_the_body(request)))
    _connections(add, task, alone)
    return seen


def _kind(request: Request) -> str:
    return str(request["method"])


def _head(add: Any, request: Request) -> None:
    """The request without what it says."""
    is_token = _kind(request) == "oauth.token"
    what = "token" if is_token else "call"
    path = request["path"].replace(request["method"], "{method}")
    if not is_token:
        path = path.removeprefix("/rest").replace("/1/***", "", 1)
    add(f"{what}: verb", request["verb"])
    add(f"{what}: path", path)
    add(f"{what}: in the query", ", ".join(sorted(request.get("query", []))) or "nothing")
    headers: dict[str, str] = request["headers"]
    for name in sorted(set(headers) - UNREMARKABLE):
        add(f"{what}: header {name}", headers[name])


def _of_the_body(request: Request) -> dict[str, Any]:
    return {
        name: value
        for name, value in request["parameters"].items()
        if name not in request.get("query", [])
    }


def _commands(add: Any, task: str, request: Request) -> None:
    """How a batch is written."""
    body = _of_the_body(request)
    commands: dict[str, str] = body.pop("cmd")
    add(f"{task}: names in a batch", ", ".join(sorted({*body, "cmd"})))
    add(f"{task}: halt", repr(body.get("halt")))
    add(f"{task}: ids", ", ".join(commands))
    for command in commands.values():
        method, _, query = command.partition("?")
        add(f"{task}: end of a command", "&" if query.endswith("&") else "a value")
        # Beside what separates names and values.
        for raw in set(re.findall(r"[^\w%&=]", query)):
            add("not encoded in a batch", raw)
        for name, value in parse_qsl(query, keep_blank_values=True):
            add(f"{task}: {method}", f"{name}={value}")


def _connections(add: Any, task: str, requests: list[Request]) -> None:
    """Whether connections are kept; those to the authorization server are others."""
    calls = [request.get("connection", 0) for request in requests if _kind(request) != "oauth.token"]
    if len(calls) > 1:
        kept = len(set(calls)) < len(calls)
        add("connections", "kept" if kept else "one for each request")


def _sorted(value: Any) -> str:
    """The same text for the same JSON, whatever the order of names is."""
    if isinstance(value, dict):
        fields: dict[str, Any] = value
        inner = (f"{name!r}: {_sorted(fields[name])}" for name in sorted(fields))
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, list):
        items: list[Any] = value
        return "[" + ", ".join(_sorted(item) for item in items) + "]"
    return repr(value)
