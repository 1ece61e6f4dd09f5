"""Requests and references, before anything is sent."""

from __future__ import annotations

import copy
import inspect
import pickle
import subprocess
import sys
import typing
from collections.abc import Callable
from typing import Any

import pytest
from bitrix24 import (
    JSON,
    Answer,
    AsyncClient,
    Client,
    Credential,
    Installation,
    ListRequest,
    OAuth,
    Reference,
    Request,
    errors,
    request,
)

from portal import SECRET, Portal, Reply

CHAT = request.imbot.chat.get


def test_the_same_signature_but_for_the_time(client: Client) -> None:
    called = inspect.signature(client.imbot.chat.get).parameters
    described = inspect.signature(CHAT).parameters
    assert list(described) == [name for name in called if name != "timeout"]
    hints = typing.get_type_hints(CHAT)
    assert typing.get_origin(hints["return"]) is Request
    assert "client.imbot.chat.get" in (CHAT.__doc__ or "")


def test_send(portal: Portal, client: Client) -> None:
    chat = CHAT(entity_type="CHAT", entity_id="13")
    assert client.send(chat) == client.imbot.chat.get(entity_type="CHAT", entity_id="13")
    by_name = Request.by_name("imbot.chat.get", {"ENTITY_TYPE": "CHAT", "ENTITY_ID": "13"})
    assert client.send(by_name).result == {"ID": 2725}
    client.send(Request.by_name("tasks.task.get", rest="v3"))
    *classic, v3 = portal.requests
    assert {(it.path, it.body) for it in classic} == {(classic[0].path, classic[0].body)}
    assert v3.path.startswith("/rest/api/")


def test_send_what_is_wrong(portal: Portal, client: Client) -> None:
    wrong: Any = 13
    with pytest.raises(errors.ArgumentTypeError, match="entity_id: expected str, got int"):
        client.send(CHAT(entity_type="CHAT", entity_id=wrong))
    with pytest.raises(TypeError, match="expected a request, got int"):
        client.send(wrong)
    assert portal.requests == []


def test_nothing_of_a_request_shows() -> None:
    chat = CHAT(entity_type="CHAT", entity_id=SECRET)
    assert repr(chat) == str(chat) == "<Request of imbot.chat.get>"
    listed = ListRequest.by_name("crm.deal.list", {"filter": SECRET}, records="items")
    assert repr(listed) == "<ListRequest of crm.deal.list>"
    assert repr(chat.result["ID"]) == "<Reference to result['ID'] of imbot.chat.get>"
    address = Request.by_name(f"https://example.bitrix24.com/rest/1/{SECRET}/crm.deal.list")
    assert address.method == "***"
    assert SECRET not in repr(address) + repr(address.result)


def test_references() -> None:
    chat = CHAT(entity_type="CHAT", entity_id="13")
    first = chat.result["items"][0]
    assert isinstance(first, Reference)
    assert first == chat.result["items"][0]
    assert hash(first) == hash(chat.result["items"][0])
    assert first != chat.result["items"][1]
    assert first != CHAT(entity_type="CHAT", entity_id="13").result["items"][0]
    assert copy.copy(first) is copy.deepcopy(first) is first


def stored(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


def copied(value: Any) -> Any:
    return copy.deepcopy(value)


@pytest.mark.parametrize("again", [stored, copied])
def test_a_batch_is_copied_as_a_whole(
    portal: Portal, client: Client, again: Callable[[Any], Any]
) -> None:
    chat = CHAT(entity_type="CHAT", entity_id="13")
    dialog = Request.by_name("im.dialog.get", {"DIALOG_ID": chat.result["ID"]})
    portal.always(Reply({"result": {"result": {"c0": {"ID": 1}, "c1": {}}}}))
    client.batch((chat, dialog))
    client.batch(again((chat, dialog)))
    first, second = portal.requests
    assert first.body == second.body


MISUSES: list[tuple[Callable[[Any], object], str]] = [
    (lambda it: f"chat{it}", "as a whole"),
    (lambda it: "chat%s" % it, "as a whole"),  # noqa: UP031
    (str, "as a whole"),
    (lambda it: "chat" + it, "str"),
    (bool, "no value"),
    (list, "not iterable"),
    (lambda it: 1 in it, "not a container|not iterable"),
    (lambda it: it[1.5], "a str or an int, not float"),
    (lambda it: it[True], "a str or an int, not bool"),
    (lambda it: it[-1], "from the beginning"),
    (lambda it: it["a][b"], "no brackets"),
    (lambda it: it[""], "not empty"),
    (lambda it: it.ID, "in brackets"),
    (lambda it: setattr(it, "ID", 1), "cannot be changed"),
    (lambda it: delattr(it, "_steps"), "cannot be changed"),
]


@pytest.mark.parametrize(("misuse", "message"), MISUSES)
def test_references_that_are_misused(misuse: Callable[[Any], object], message: str) -> None:
    reference = CHAT(entity_type="CHAT", entity_id="13").result
    with pytest.raises((TypeError, AttributeError, LookupError), match=message):
        misuse(reference)


def test_lists_by_name() -> None:
    parts = "_list"
    of = ListRequest.by_name
    assert getattr(of("crm.deal.list"), parts) == ("start", (), None, None, None)
    assert getattr(of("a.list", rest="v3"), parts) == ("pagination", (), None, None, None)
    listed = of("a.list", records=["a", "b"], paging="offset", page_size=10, key="ID")
    assert getattr(listed, parts) == ("offset", ("a", "b"), 10, "ID", None)
    assert getattr(of("a.list", records="items"), parts)[1] == ("items",)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="`Self` would have to be loaded")
def test_annotations_at_run_time() -> None:
    assert typing.get_type_hints(Client.call)["return"] == Answer[JSON]
    methods: tuple[Callable[..., object], ...] = (
        Client.from_webhook,
        Client.from_token,
        Client.with_options,
        Client.close,
        Client.__enter__,
        Client.__exit__,
        AsyncClient.call,
        AsyncClient.__aenter__,
        Request.by_name,
        ListRequest.by_name,
        Credential.to_dict,
        Installation.from_event,
        OAuth.__init__,
    )
    for method in methods:
        assert "return" in typing.get_type_hints(method), method


def test_what_is_loaded_when_asked_for() -> None:
    code = (
        "import sys, bitrix24; late = ['_lists', '_oauth', '_request', '_requests'];"
        "names = lambda: [name for name in late if 'bitrix24.' + name in sys.modules];"
        "before = names(); bitrix24.request; print(before, names())"
    )
    run = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True)
    assert run.stdout.decode() == "[] ['_request']\n"
