"""The generated package as Python sees it: every module loads, every example runs."""

from __future__ import annotations

import asyncio
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
from bitrix24 import AsyncClient, Client, errors, request
from bitrix24.obstacles import Condition, TablesGetItem
from bitrix24.sandbox import Sandbox

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
    names = {"client": client, "Sandbox": Sandbox}
    return doctest.testmod(loaded, extraglobs=names, optionflags=doctest.ELLIPSIS)


def passed_back() -> None:
    """What a record of an answer does not hold is left out; a ``None`` of one's own is sent."""
    inner = Condition(left="b", note="c")
    with Portal() as portal, Client.from_webhook(portal.webhook) as client:
        portal.always(Reply({"result": {"LEVEL": 1, "TOKENS": {"a": "b0b"}}}))
        shapes = client.obstacles.shapes
        condition = Condition(left="a", right=[inner], extra={"NEW": None})
        answer = shapes.set(must=None, level=2, condition=condition).result
        assert answer.tokens == {"a": bitrix24.Secret("b0b")}
        assert "b0b" not in repr(answer)
        shapes.set(must=None, level=2, maybe=None, condition={"LEFT": inner, "NOTE": None})
        record, mapping = (request.json for request in portal.requests)
        portal.always(Reply({"result": {"bot": {"id": 1, "code": "x"}}}))
        bot = {"code": "x", "properties": {"name": "y"}, "botToken": "z"}
        client.obstacles.v2.bot.register(fields=bot, extra_=None)
        registration = portal.requests[2].json
    inside = {"LEFT": "b", "NOTE": "c"}
    assert record["CONDITION"] == {"LEFT": "a", "RIGHT": [inside], "NEW": None}
    assert "MAYBE" not in record
    assert mapping["CONDITION"] == {"LEFT": inside, "NOTE": None}
    assert mapping["MAYBE"] is None
    assert registration == {"fields": bot, "extra": None}


def listed() -> None:
    """Lists of described methods: typed records, page by page, by key, and on from a cursor."""

    def page(*ids: int, **beside: int) -> Reply:
        return Reply({"result": [{"ID": str(number)} for number in ids], **beside})

    lists = request.obstacles.tables.get(iblock_type_id="lists")
    with Portal() as portal, Client.from_webhook(portal.webhook, retries=None) as client:
        portal.answer(page(*range(1, 51), next=50, total=52), page(51, 52, total=52))
        records = list(client.records(lists))
        assert [record.id for record in records] == list(range(1, 53))
        assert {type(record) for record in records} == {TablesGetItem}
        assert "start" not in portal.requests[0].json
        assert portal.requests[1].json == {"IBLOCK_TYPE_ID": "lists", "start": 50}

        portal.answer(page(7, 9), Reply({"error": "ACCESS_DENIED"}, 400))
        reading = client.records(lists, keyed=True)
        assert [next(reading).id, next(reading).id] == [7, 9]
        try:
            next(reading)
        except errors.MethodAccessDenied as error:
            cursor = error.cursor
        portal.answer(page(10), page())
        assert [record.id for record in client.records(lists, keyed=True, resume=cursor)] == [10]
        keys = [sent.json["filter"] for sent in portal.requests[2:]]
    assert keys == [{">ID": 0}, {">ID": 9}, {">ID": 9}, {">ID": 10}]

    async def read() -> list[int]:
        async with AsyncClient.from_webhook(portal.webhook) as client:
            return [record.id async for record in client.records(lists)]

    with Portal() as portal:
        portal.answer(page(1, 2, total=2))
        assert asyncio.run(read()) == [1, 2]


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
    listed()
    print(f"{len(names)} modules, {resolved} annotated methods, {attempted} lines of examples")
    return 1 if failed or not attempted or not resolved else 0


sys.exit(main())
