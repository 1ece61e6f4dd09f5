"""Has clients that others wrote work against a portal, and compares what they send with ours.

The differences that they may have, each with its reason, stand in ``differences.yaml``.
"""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast, final
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

import yaml

from seen import Aspects, aspects

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

HERE: Final = Path(__file__).parent
AUTHORITY: Final = "oauth.bitrix24.tech"
"""Where b24pysdk asks for tokens, whatever it is told."""

MOVED: Final = "moved.bitrix24.test"
"""The portal's name when it has moved: b24pysdk keeps the port of https then."""

NESTED: Final[dict[str, Any]] = {
    "filter": {">ID": 100, "STAGE_ID": ["NEW", "C1:WON"], "!TITLE": "a&b = c+d, é/№1? [x] 100% $5"},
    "order": {"ID": "DESC"},
    "select": ["ID", "NAME"],
    "flag": True,
    "count": 0,
    "list": [{"a": 1}, {"a": "2"}],
}
"""Parameters of every kind."""

DEALS: Final = 120
CHAT: Final = 2725
"""The chat of the documented example."""

PATIENCE: Final = 30.0
"""Seconds that a task may take."""

TRUST: Final = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
"""Variables in which clients look for authorities to trust."""

COMPARED: Final = ["call", "batch", "several", "list", "keyed", "refresh", "exchange"]
"""The tasks that our clients have as well."""

OURS: Final = "rust"
QUIET: Final = "ignore:imbot.chat.get is deprecated:DeprecationWarning"


def port(url: str) -> int:
    """The port in an address of a host."""
    return int(url.rpartition(":")[2])


@final
class Portal:
    """A portal of the project's own, with https."""

    def __init__(self) -> None:
        program = os.environ["BITRIX24_SANDBOX_PROGRAM"]
        options = ["--json", "--until-stdin-closes", "--tls"]
        names = [word for name in (AUTHORITY, MOVED) for word in ("--name", name)]
        self._process = subprocess.Popen(
            [program, *options, *names],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.told: dict[str, Any] = json.loads(self._process.stdout.readline())
        trust = ssl.create_default_context(cafile=self.told["certificate"])
        self._opener = build_opener(ProxyHandler({}), HTTPSHandler(context=trust))
        self.names = {AUTHORITY: port(self.told["url"]), MOVED: port(self.order("move"))}

    def order(self, name: str, **params: Any) -> Any:
        """Gives an order, as the portal's README has them."""
        url = f"{self.told['url']}/_sandbox/{name}"
        request = Request(url, json.dumps(params).encode(), {"Content-Type": "application/json"})
        with self._opener.open(request, timeout=10) as response:
            return json.load(response)["result"]

    def __enter__(self) -> Portal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.communicate(timeout=10)


@final
class Driver:
    """A program that does with a client what it is told, line by line."""

    def __init__(self, portal: Portal, command: list[str]) -> None:
        # A proxy of the machine does not know of the portal.
        env = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        env |= dict.fromkeys(TRUST, str(portal.told["certificate"]))
        env["FOREIGN_NAMES"] = json.dumps(portal.names)
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", env=env
        )

    def run(self, told: dict[str, Any]) -> Any:
        """The outcome of a task."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        limit = threading.Timer(PATIENCE, self._process.kill)
        limit.start()
        try:
            self._process.stdin.write(json.dumps(told) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        finally:
            limit.cancel()
        if not line:
            raise AssertionError("it ended, or took too long")
        outcome = json.loads(line)
        if "error" in outcome:
            raise AssertionError(outcome["error"])
        return outcome["result"]

    def __enter__(self) -> Driver:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.communicate(timeout=PATIENCE)


def as_text(value: Any) -> Any:
    """How a form carries it, in which there is nothing but text."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {name: as_text(field) for name, field in fields.items()}
    if isinstance(value, list):
        items = cast("Sequence[Any]", value)
        return [as_text(item) for item in items]
    return "1" if value is True else str(value)


def arrived(echo: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """What of an echo was sent on purpose, with the ways to write what is true made one."""
    found = {name: echo.get(name) for name in sent}
    if found["flag"] in ("true", "True"):
        found["flag"] = "1"
    return found


def expect(name: str, found: object, expected: object) -> None:
    if found != expected:
        raise AssertionError(f"{name}: {found!r} in place of {expected!r}")


def judge(task: str, result: Any) -> None:
    """Whether a task came out as it must, so far as the client tells."""
    if task in ("list", "keyed"):
        expect("records", result, list(range(1, DEALS + 1)))
        return
    told: dict[str, Any] = result
    nested = NESTED if task == "call" else as_text(NESTED)
    wanted: dict[str, Any] = {
        "chat": CHAT,
        "chats": [CHAT, CHAT],
        "failure": "ERROR_METHOD_NOT_FOUND",
        "user": 1,
    }
    for name, found in told.items():
        if name == "echo":
            expect(name, arrived(found, nested), nested)
        elif name == "reference":
            expect(name, str(found["DIALOG_ID"]), str(CHAT))
        else:
            # What is left are flags.
            expect(name, found, wanted.get(name, True))


def run(portal: Portal, command: list[str], tasks: list[str]) -> dict[str, Aspects]:
    """Has a client do its tasks; what the portal saw of it by those that are compared."""
    seen: dict[str, Aspects] = {}
    with Driver(portal, command) as driver:
        for task in tasks:
            portal.order("clear")
            portal.order("list", method="crm.deal.list", count=DEALS)
            told = {**portal.told, "task": task, "nested": NESTED, "code": portal.order("code")}
            if task == "refresh":
                portal.order("expire")
            elif task == "moved":
                portal.order("move", to=f"https://{MOVED}")
            try:
                judge(task, driver.run(told))
            except AssertionError as error:
                for request in portal.order("requests"):
                    print(task, request["verb"], request["path"], request["status"])
                raise AssertionError(f"{task}: {error}") from None
            if task in COMPARED:
                seen[task] = aspects(task, portal.order("requests", raw=True))
    return seen


def merged(seen: dict[str, Aspects], tasks: list[str]) -> Aspects:
    """Aspects of some tasks together."""
    together: Aspects = {}
    for task in tasks:
        for name, values in seen[task].items():
            together.setdefault(name, set()).update(values)
    return together


TOKEN: Final = "token: "
"""How the names of aspects begin that are about the authorization server."""

Difference = tuple[str, str, str]
"""What, ours, theirs."""


def differences(theirs: dict[str, Aspects], ours: dict[str, Aspects]) -> set[Difference]:
    tasks = [task for task in theirs if task in ours]
    them, us = merged(theirs, tasks), merged(ours, tasks)
    if not any(name.startswith(TOKEN) for name in them):
        # That it asks for none itself is a difference among its requests.
        us = {name: values for name, values in us.items() if not name.startswith(TOKEN)}
    return {
        (name, written(us.get(name)), written(them.get(name)))
        for name in {*them, *us}
        if them.get(name) != us.get(name)
    }


def written(values: set[str] | None) -> str:
    return " | ".join(sorted(values)) if values else "none"


def explained() -> dict[str, set[Difference]]:
    """The differences of the table, by client."""
    table: list[dict[str, Any]] = yaml.safe_load((HERE / "differences.yaml").read_text("utf-8"))
    known: dict[str, set[Difference]] = {}
    for row in table:
        assert row["because"].strip(), row
        for what in row["what"]:
            for client, theirs in row["theirs"].items():
                known.setdefault(client, set()).add((what, row["ours"], theirs))
    return known


def clients() -> dict[str, tuple[list[str], list[str]]]:
    """Commands and tasks; what is not installed is left out."""
    found = {
        OURS: ([os.environ["FOREIGN_RUST"]], COMPARED),
        "python": ([sys.executable, "-W", QUIET, str(HERE / "ours.py")], COMPARED),
    }
    drivers = HERE / "drivers"
    if python := os.environ.get("FOREIGN_PYTHON"):
        theirs = ["call", "batch", "list", "keyed", "refresh", "exchange"]
        theirs += ["information", "rest3", "moved"]
        found["b24pysdk"] = ([python, str(drivers / "b24pysdk_driver.py")], theirs)
        theirs = ["call", "raw", "several", "list", "refresh"]
        found["fast_bitrix24"] = ([python, str(drivers / "fast_bitrix24_driver.py")], theirs)
    if node := os.environ.get("FOREIGN_NODE"):
        # Where its modules are: that is where Node looks for them.
        folder = Path(os.environ["FOREIGN_MODULES"])
        theirs = ["call", "batch", "keyed", "refresh", "ahead", "start", "rest3"]
        found["b24jssdk"] = ([node, str(folder / "b24jssdk.mjs")], theirs)
    return found


def main() -> None:
    wrong: list[str] = []
    ours: dict[str, Aspects] = {}
    with Portal() as portal:
        known = explained()
        for name, (command, tasks) in clients().items():
            try:
                seen = run(portal, command, tasks)
            except AssertionError as error:
                wrong.append(f"{name}, {error}")
                continue
            print(f"{name}: {', '.join(tasks)}")
            if name == OURS:
                ours = seen
                continue
            found = differences(seen, ours)
            wanted = known.get(name, set())
            for what, us, them in sorted(found - wanted):
                wrong.append(f"not explained: {what}\n  ours: {us}\n  {name}: {them}")
            for what, us, them in sorted(wanted - found):
                wrong.append(f"explained but gone: {what}\n  ours: {us}\n  {name}: {them}")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
