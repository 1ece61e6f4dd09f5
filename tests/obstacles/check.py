"""The generated package as Python sees it: every module loads, every example runs."""

from __future__ import annotations

import doctest
import importlib
import inspect
import os
import pkgutil
import sys
import typing
import warnings
from pathlib import Path

import bitrix24
from bitrix24 import AsyncClient, Client
from bitrix24.obstacles import Condition

sys.path.append(str(Path(__file__).parents[1] / "python"))

from portal import Portal, Reply

METHODS = ("bitrix24.namespaces", "bitrix24._requests")


def modules() -> list[str]:
    """Every module of the package, the native one aside."""
    found = pkgutil.walk_packages(bitrix24.__path__, "bitrix24.")
    return [module.name for module in found if not module.name.endswith("_native")]


def annotations(module: str) -> int:
    """Resolves the annotations of every class, as tools that read them do."""
    loaded = importlib.import_module(module)
    resolved = 0
    for _, cls in inspect.getmembers(loaded, inspect.isclass):
        if cls.__module__ != module or not module.startswith(METHODS):
            continue
        for _, member in inspect.getmembers(cls, inspect.isfunction):
            typing.get_type_hints(member)
            resolved += 1
    return resolved


def examples(module: str, client: Client) -> doctest.TestResults:
    """Runs the examples in a module's docstrings."""
    loaded = importlib.import_module(module)
    return doctest.testmod(loaded, extraglobs={"client": client})


def passed_back() -> None:
    """What a record of an answer does not hold is left out; a ``None`` of one's own is sent."""
    inner = Condition(left="b", note="c")
    with Portal() as portal, Client.from_webhook(portal.webhook) as client:
        portal.default = Reply({"result": {"LEVEL": 1}})
        shapes = client.obstacles.shapes
        condition = Condition(left="a", right=[inner], extra={"NEW": None})
        shapes.set(must=None, level=2, condition=condition)
        shapes.set(must=None, level=2, maybe=None, condition={"LEFT": inner, "NOTE": None})
        record, mapping = (request.json for request in portal.requests)
        portal.default = Reply({"result": {"bot": {"id": 1, "code": "x"}}})
        bot = {"code": "x", "properties": {"name": "y"}, "botToken": "z"}
        client.imbot.v2.bot.register(fields=bot, extra_=None)
    inside = {"LEFT": "b", "NOTE": "c"}
    assert record["CONDITION"] == {"LEFT": "a", "RIGHT": [inside], "NEW": None}
    assert "MAYBE" not in record
    assert mapping["CONDITION"] == {"LEFT": inside, "NOTE": None}
    assert mapping["MAYBE"] is None
    assert portal.requests[2].json == {"fields": bot, "extra": None}


def main() -> int:
    """Checks everything; says what ran."""
    warnings.simplefilter("ignore", DeprecationWarning)
    names = modules()
    resolved = sum(annotations(name) for name in names)
    failed = attempted = 0
    with Client.from_webhook(os.environ["BITRIX24_WEBHOOK_URL"]) as client:
        for name in names:
            result = examples(name, client)
            failed += result.failed
            attempted += result.attempted
    assert hasattr(AsyncClient, "imbot")
    passed_back()
    print(f"{len(names)} modules, {resolved} annotated methods, {attempted} lines of examples")
    return 1 if failed or not attempted or not resolved else 0


sys.exit(main())
