from __future__ import annotations

import copy
import inspect
import itertools
import json
import pickle
import typing

import bitrix24
import pytest
from bitrix24 import (
    UNSET,
    Answer,
    AsyncClient,
    Client,
    Credential,
    Installation,
    Record,
    Retries,
    Secret,
    errors,
)
from bitrix24.imbot import ChatGetResult

from portal import Portal, Reply


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


def test_the_time_of_an_answer(client: Client) -> None:
    """It is made when somebody looks at it, which nobody should notice."""
    get = client.imbot.chat.get
    first = get(entity_type="CHAT", entity_id="13")
    assert first.time is not None
    assert first.time.operating_reset_at == 1771930473
    assert first.time is first.time
    assert copy.copy(get(entity_type="CHAT", entity_id="13")).time == first.time
    assert copy.deepcopy(get(entity_type="CHAT", entity_id="13")).time == first.time
    stored = pickle.dumps(get(entity_type="CHAT", entity_id="13"))
    assert pickle.loads(stored).time == first.time
    assert get(entity_type="CHAT", entity_id="13") == first
    assert repr(get(entity_type="CHAT", entity_id="13")) == repr(first)
    first.time = None
    assert first.time is None
    assert first == Answer(ChatGetResult(id=2725))


def test_names_of_fields(portal: Portal, client: Client) -> None:
    """They are made once, as far as they are few and short."""
    names = ["", "a", "é", "ID", "abc", "UF_CRM_1", "UF_CRM_12", "ключ", "x" * 64, "x" * 65]
    names += [f"UF_CRM_{number}" for number in range(100, 5000)]
    record = {name: number for number, name in enumerate(names)}
    portal.always(Reply({"result": [record, dict(reversed(record.items())), record]}))
    for _ in range(2):
        one, other, third = client.call("crm.deal.list").result
        assert one == other == third == record
        assert list(one) == names
        assert list(other) == names[::-1]


def test_texts_that_repeat(portal: Portal, client: Client) -> None:
    """Short texts of a long answer share their strings, and are none of their neighbours'."""
    lengths = (0, 1, 2, 30, 31, 32, 64)
    texts = [f"{number:x}"[-1] * length for number in range(16) for length in lengths]
    texts += [f"{number}é" for number in range(1000)]
    answer = [{"text": text, "again": text} for text in texts] * 2
    portal.always(Reply({"result": answer}))
    read = client.call("x.list").result
    assert read == answer
    shared = [record["text"] is record["again"] for record in read[-1000:]]
    assert all(shared)
    longest = {id(record["text"]) for record in read if len(record["text"]) == 64}
    assert len(longest) > 16, "long ones are not kept"


def test_zones(portal: Portal, client: Client) -> None:
    texts = [
        "2026-02-24T13:44:33+01:00",
        "2026-02-24T13:44:33+01:00",
        "2026-02-24T12:44:33+00:00",
        "0001-01-01T00:00:00-12:00",
        "9999-12-31T23:59:59.999999+14:00",
    ]
    for start, finish in itertools.pairwise(texts):
        times = {"date_start": start, "date_finish": finish}
        portal.always(Reply({"result": {"ID": 1}, "time": times}))
        time = client.imbot.chat.get(entity_type="CHAT", entity_id="13").time
        assert time is not None
        for made, text in ((time.date_start, start), (time.date_finish, finish)):
            assert made is not None
            assert made.isoformat() == text


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
    wrong: typing.Any
    for wrong, got in ((None, "NoneType"), (5, "int"), (b"abc", "bytes")):
        with pytest.raises(TypeError, match=f"^Secret: expected str, got {got}$"):
            Secret(wrong)


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


def test_names_that_are_none() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = bitrix24.nothing  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    assert {*bitrix24.__all__} <= {*dir(bitrix24)}


def credential(**changes: typing.Any) -> Credential:
    parts: dict[str, typing.Any] = {
        "refresh_token": "s3cr3tr3fr3sh",
        "expires_at": 1771930473,
        "auth_server": "https://oauth.bitrix.info/rest/",
        "member_id": "a223c6b3710f85df22e9377d6c4f7553",
        "user_id": 1,
        "scopes": ["crm", "imbot"],
        "status": "L",
    }
    return Credential("https://example.bitrix24.com/rest/", "s3cr3t", **{**parts, **changes})


def test_credentials() -> None:
    made = credential()
    fields = made.to_dict()
    assert fields["access_token"] == "s3cr3t"
    assert json.loads(json.dumps(fields)) == fields
    assert Credential.from_dict({**fields, "newer": 1}) == made
    assert pickle.loads(pickle.dumps(made)) == made
    assert hash(made) == hash(credential())
    assert made != credential(expires_at=0)
    assert made != fields
    bare = Credential("https://example.bitrix24.com/rest/", "s3cr3t")
    assert Credential.from_dict(bare.to_dict()) == bare
    installation = Installation(made, "s3cr3t", "ONAPPINSTALL")
    assert "s3cr3t" not in f"{made!r} {made} {bare!r} {installation!r}"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"access_token": None}, "access_token: expected str, got NoneType"),
        ({"refresh_token": 5}, "refresh_token: expected str, got int"),
        ({"expires_at": "s3cr3t"}, "expires_at: expected int, got str"),
        ({"user_id": True}, "user_id: expected int, got bool"),
        ({"scopes": "crm"}, "scopes: expected list, got str"),
    ],
)
def test_dictionaries_that_are_no_credentials(changes: dict[str, object], message: str) -> None:
    with pytest.raises(errors.ConfigError, match=message) as caught:
        Credential.from_dict(credential().to_dict() | changes)
    assert "s3cr3t" not in str(caught.value)


def test_retries() -> None:
    assert Retries() == Retries(tries=4, first=0.5, longest=30.0)
    assert pickle.loads(pickle.dumps(Retries(tries=2))) == Retries(2)
