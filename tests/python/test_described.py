"""Answers and parameters of described methods that pages show in part, empty, or in words only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from bitrix24 import ListRequest, Record, request
from bitrix24.errors import WrongType

if TYPE_CHECKING:
    from bitrix24 import Client
    from bitrix24.sandbox import Sandbox

USER = {"id": 9, "name": "Ann"}
WHOSE: Any = {"iblock_type_id": "lists", "iblock_id": 1}
GET = request.tasks.task.get(task_id=1)
EMPLOYEES = request.im.department.employees.get(id=[7])
ALLOWED = request.task.commentitem.isactionallowed(taskid=1, itemid=1, actionid=1)
OFFLINE = request.event.offline.get(order={"ID": "ASC"})
DEAL_EVENT = {"EVENT_DATA": {"FIELDS": {"ID": 1}}, "EVENT_ADDITIONAL": False}


ANSWERS: list[tuple[Any, Any, Any]] = [
    (
        request.im.counters.get(),
        {"CHAT": {"13": 2}, "LINES": []},
        {"CHAT": {13: 2}, "LINES": []},
    ),
    (request.im.chat.get(entity_type="CRM", entity_id="1"), None, None),
    (GET, {"task": {"group": {"id": 1}}}, {"task": {"group": {"id": 1}}}),
    (GET, {"task": {"group": []}}, {"task": {"group": []}}),
    (request.user.get(), [{"TIMESTAMP_X": "24.08.2023"}], [{"TIMESTAMP_X": "24.08.2023"}]),
    (EMPLOYEES, {"7": [9]}, {7: [9]}),
    (EMPLOYEES, {"7": [USER]}, {7: [USER]}),
    (request.im.department.colleagues.list(), [9], [9]),
    (ALLOWED, False, False),
    (request.disk.file.move_to(id=1, target_folder_id=2), False, False),
    (request.lists.get.iblock.type_.id(iblock_id=1), None, None),
    (request.app.option.get(), {"data": {"a": 1}}, {"data": {"a": 1}}),
    (request.lists.field.get(**WHOSE), {"S": {"NAME": "Size"}}, {"S": {"NAME": "Size"}}),
    (request.lists.field.type_.get(**WHOSE), {"S:New": "New"}, {"S:New": "New"}),
    (OFFLINE, {"events": [DEAL_EVENT]}, {"events": [DEAL_EVENT]}),
    (
        request.lists.element.get(**WHOSE),
        [{"PROPERTY_9": {"1": {}}}],
        [{"PROPERTY_9": {"1": {}}}],
    ),
]


@pytest.mark.parametrize(("request_", "answer", "result"), ANSWERS)
def test_answers(
    bitrix24_sandbox: Sandbox, bitrix24_client: Client, request_: Any, answer: Any, result: Any
) -> None:
    bitrix24_sandbox.answer(request_.method, answer)
    assert plain(bitrix24_client.send(request_).result) == result


LINK = "https://example.bitrix24.com/rest/1/c0de/download/?token=disk%7CaW"


def test_secrets_in_answers(bitrix24_sandbox: Sandbox, bitrix24_client: Client) -> None:
    bitrix24_sandbox.answer("disk.file.get", {"ID": 9, "DOWNLOAD_URL": LINK})
    file = bitrix24_client.disk.file.get(id=9).result
    assert file.download_url is not None
    assert file.download_url.reveal() == LINK
    bitrix24_sandbox.answer("pull.application.config.get", {"jwt": "c0de"})
    config = bitrix24_client.pull.application.config.get().result
    bitrix24_sandbox.answer("disk.file.get", {"DOWNLOAD_URL": LINK, "ID": {}})
    with pytest.raises(WrongType) as refused:
        bitrix24_client.disk.file.get(id=9)
    shown = f"{file!r} {file} {config!r} {refused.value}"
    assert "download_url=Secret('***')" in shown
    assert "c0de" not in shown


def plain(value: Any) -> Any:
    """What an answer holds, without the fields that it has not."""
    if isinstance(value, Record):
        return plain(value.to_dict())
    # By name, since checkers disagree about what is in a list of anything.
    match type(value).__name__:
        case "list":
            return [plain(it) for it in value]
        case "dict":
            return {name: plain(it) for name, it in value.items() if it is not None}
        case _:
            return value


def test_a_batch_by_name(bitrix24_client: Client) -> None:
    result = bitrix24_client.batch_(cmd={"get_user": "server.time", "no": "no.such"}).result
    assert set(result.result or {}) == {"get_user"}
    assert set(result.result_error or {}) == {"no"}
    times = result.result_time or {}
    assert times["get_user"].start is not None


def test_parameters(bitrix24_sandbox: Sandbox, bitrix24_client: Client) -> None:
    client = bitrix24_client

    def sent(method: str) -> Any:
        return bitrix24_sandbox.calls(method)[-1].parameters

    client.user.add(email="a@example.com", uf_department=[1])
    assert sent("user.add") == {"EMAIL": "a@example.com", "UF_DEPARTMENT": [1]}
    client.user.add(email="a@example.com", extranet=True, sonet_group_id=[3])
    assert sent("user.add") == {"EMAIL": "a@example.com", "EXTRANET": "Y", "SONET_GROUP_ID": [3]}
    with pytest.raises(ValueError, match="UF_DEPARTMENT"):
        client.user.add(email="a@example.com")
    client.user.userfield.update(id=1, fields={"EDIT_FORM_LABEL": {"de": "Alter", "en": "Age"}})
    assert sent("user.userfield.update")["fields"]["EDIT_FORM_LABEL"] == {
        "de": "Alter",
        "en": "Age",
    }
    flow: Any = {
        "id": 1,
        "plannedCompletionTime": 1,
        "distributionType": "queue",
        "responsibleList": [1],
        "notifyOnQueueOverflow": None,
    }
    client.tasks.flow.flow.update(flow_data=flow)
    assert sent("tasks.flow.Flow.update")["flowData"]["notifyOnQueueOverflow"] is None
    picture: Any = {"NAME": "List", "PICTURE": {"fileData": ["a.png", "aGk="]}}
    client.lists.add(iblock_type_id="lists", iblock_code="a", fields=picture)
    assert sent("lists.add")["FIELDS"] == picture
    client.lists.field.type_.get(**WHOSE, field_id="PROPERTY_9")
    assert sent("lists.field.type.get")["FIELD_ID"] == "PROPERTY_9"
    task: Any = {"title": "A", "creatorId": 1, "deadline": "2026-12-01T10:00:00+02:00"}
    with pytest.raises(ValueError, match="responsibleId"):
        client.tasks.task.add_v3(fields=task)
    task["responsibleId"] = 1
    client.tasks.task.add_v3(fields=task)
    assert sent("tasks.task.add")["fields"] == task
    labels: Any = {"EDIT_FORM_LABEL": {"pl": "Wiek", "en": "Age"}}
    client.task.item.userfield.update(id=1, data=labels)
    assert sent("task.item.userfield.update")["DATA"] == labels
    client.disk.folder.upload_file(id=1)
    assert sent("disk.folder.uploadFile") == {"id": 1}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_order_of_parameters(bitrix24_sandbox: Sandbox, bitrix24_client: Client) -> None:
    task = bitrix24_client.task
    page: Any = {"NAV_PARAMS": {"iNumPage": 2}}
    with pytest.raises(ValueError, match="SELECT is required when PARAMS is given"):
        task.elapseditem.getlist(order={"ID": "asc"}, filter={">ID": 1}, params=page)
    with pytest.raises(ValueError, match="ORDER is required when FILTER is given"):
        task.commentitem.getlist(taskid=1, filter={"ID": 1})
    with pytest.raises(ValueError, match="1 is required when 2 is given"):
        task.item.list(order={}, params=page)
    with pytest.raises(ValueError, match="2 is required when 3 is given"):
        task.items.getlist(order={}, filter={}, nav_params={"iNumPage": 2})
    assert not bitrix24_sandbox.calls()
    task.elapseditem.getlist(order={}, filter={}, select=[], params=page)
    (call,) = bitrix24_sandbox.calls()
    assert list(call.parameters) == ["ORDER", "FILTER", "SELECT", "PARAMS"]


def test_lists_by_key(bitrix24_sandbox: Sandbox, bitrix24_client: Client) -> None:
    bitrix24_sandbox.list("tasks.task.list", count=60, wrap="tasks", key="id")
    tasks = request.tasks.task.list(select=["ID", "TITLE"])
    read = [task.id for task in bitrix24_client.records(tasks, keyed=True)]
    assert read == [str(id) for id in range(1, 61)]
    last = bitrix24_sandbox.calls("tasks.task.list")[-1].parameters
    assert (last["filter"], last["order"], last["start"]) == ({">ID": 60}, {"ID": "ASC"}, -1)
    by_name = ListRequest.by_name("tasks.task.list", records="tasks", key="id", key_as="ID")
    assert len(list(bitrix24_client.records(by_name, keyed=True))) == 60
    with pytest.raises(ValueError, match="key_as: give `key` as well"):
        next(bitrix24_client.records(ListRequest.by_name("tasks.task.list", key_as="ID")))
    bitrix24_sandbox.list("entity.item.get", count=60)
    items = request.entity.item.get(entity="dish", filter={"!NAME": "x"})
    assert len(list(bitrix24_client.records(items, keyed=True))) == 60
    last = bitrix24_sandbox.calls("entity.item.get")[-1].parameters
    assert (last["FILTER"], last["SORT"]) == ({"!NAME": "x", ">ID": 60}, {"ID": "ASC"})


def test_pages(bitrix24_sandbox: Sandbox, bitrix24_client: Client) -> None:
    bitrix24_sandbox.list("department.get", count=60)
    assert len(list(bitrix24_client.records(request.department.get()))) == 60
    assert bitrix24_sandbox.calls("department.get")[-1].parameters == {"start": 50}
    bitrix24_sandbox.answer("humanresources.node.list", {"items": []})
    nodes = request.humanresources.node.list(type_="DEPARTMENT")
    assert list(bitrix24_client.records(nodes)) == []
    (call,) = bitrix24_sandbox.calls("humanresources.node.list")
    assert call.parameters["pagination"] == {"limit": 50, "offset": 0}
