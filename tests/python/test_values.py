from __future__ import annotations

import copy
import inspect
import pickle
import typing

import bitrix24
import pytest
from bitrix24 import UNSET, Answer, AsyncClient, Client, Record, Secret
from bitrix24.imbot import ChatGetResult

from portal import Portal


def test_answers_are_values(portal: Portal, client: Client) -> None:
    answer = client.imbot.chat.get(entity_type="CHAT", entity_id="13")
    for twin in (
        *(pickle.loads(pickle.dumps(answer, p)) for p in range(2, pickle.HIGHEST_PROTOCOL + 1)),
        copy.copy(answer),
        copy.deepcopy(answer),
    ):
        assert twin == answer
        assert twin.result == answer.result
    head = "Answer(result=ChatGetResult(id=2725), time=Time(start=1771929873.0"
    assert repr(answer).startswith(head)
    assert answer != Answer(ChatGetResult(id=2725))
    assert answer != answer.result


def test_records() -> None:
    record = ChatGetResult(id=1, extra={"NEW": 2})
    assert isinstance(record, Record)
    assert repr(record) == "ChatGetResult(id=1, extra={'NEW': 2})"
    assert record.to_dict() == {"ID": 1, "NEW": 2}
    assert record != ChatGetResult(id=1)
    assert record == ChatGetResult(id=1, extra={"NEW": 2})
    with pytest.raises(TypeError):
        hash(record)
    with pytest.raises(AttributeError):
        record.other = 1  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def test_secret() -> None:
    secret = Secret("abc")
    assert "abc" not in f"{secret} {secret!r} {[secret]}"
    assert secret.reveal() == "abc"
    assert Secret(secret) == secret
    assert secret != "abc"
    assert len({secret, Secret("abc")}) == 1
    assert pickle.loads(pickle.dumps(secret)) == secret


def test_unset() -> None:
    assert repr(UNSET) == "UNSET"
    assert not UNSET
    assert pickle.loads(pickle.dumps(UNSET)) is UNSET
    assert copy.deepcopy(UNSET) is UNSET


def test_signatures(client: Client, async_client: AsyncClient) -> None:
    for get in (client.imbot.chat.get, async_client.imbot.chat.get):
        assert list(inspect.signature(get).parameters) == ["entity_type", "entity_id", "timeout"]
        assert typing.get_type_hints(get)["return"] == Answer[ChatGetResult | None]
        assert get.__doc__


def test_public_names() -> None:
    for name in bitrix24.__all__:
        assert hasattr(bitrix24, name)
