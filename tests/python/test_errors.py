from __future__ import annotations

import asyncio
import pickle
import re
import traceback
from typing import Any

import pytest
from bitrix24 import Client, errors

from portal import PLAIN, SECRET, TOKEN, Portal, Reply


def refusal(code: object, status: int = 400, **more: object) -> Reply:
    return Reply({"error": code, "error_description": "It may not be.", **more}, status)


def catch(client: Client) -> errors.Bitrix24Error:
    with pytest.raises(errors.Bitrix24Error) as caught:
        client.imbot.chat.get(entity_type="CHAT", entity_id="13")
    return caught.value


def test_by_code_kind_and_base(portal: Portal, client: Client) -> None:
    portal.answer(
        refusal("ACCESS_ERROR", 403), refusal("QUERY_LIMIT_EXCEEDED", 503), refusal("BRAND_NEW")
    )
    own, system, unknown = catch(client), catch(client), catch(client)
    assert type(own) is errors.AccessError
    assert isinstance(own, errors.MethodApiError)
    assert isinstance(system, errors.QueryLimitExceeded)
    assert isinstance(system, errors.SystemApiError)
    assert type(unknown) is errors.UnknownApiError
    assert (own.code, own.status, own.method) == ("ACCESS_ERROR", 403, "imbot.chat.get")
    assert own.description == "It may not be."
    assert "ACCESS_ERROR" in str(own)
    assert "It may not be." in str(own)


@pytest.mark.parametrize(("code", "text"), [("", ""), (0, "0"), (100, "100"), ("0", "0")])
def test_odd_codes(portal: Portal, client: Client, code: object, text: str) -> None:
    portal.always(refusal(code, 200))
    error = catch(client)
    assert type(error) is errors.UnknownApiError
    assert (error.code, error.status) == (text, 200)


def test_code_of_another_method(portal: Portal, client: Client) -> None:
    portal.always(refusal("ACCESS_ERROR"))
    with pytest.raises(errors.AccessError):
        client.call("crm.deal.get")


def test_version_3(portal: Portal, client: Client) -> None:
    wrong = {"field": "title", "message": "Too long"}
    portal.always(
        Reply({"error": {"code": "BITRIX_X", "message": "Wrong.", "validation": [wrong]}}, 400)
    )
    with pytest.raises(errors.ApiError) as caught:
        client.call("tasks.task.add", rest="v3")
    assert caught.value.code == "BITRIX_X"
    assert caught.value.description == "Wrong."
    assert caught.value.validation == (errors.FieldError("title", "Too long"),)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(""), errors.EmptyBody),
        (Reply("<html>Maintenance</html>", 502), errors.HtmlBody),
        (Reply("nonsense"), errors.NotJson),
        (Reply('{"result": {"ID": 1'), errors.TruncatedBody),
        (Reply({"result": {"ID": "x"}}), errors.WrongType),
        (Reply({"result": {}}), errors.WrongType),
        (Reply({"answer": 1}), errors.NotAnAnswer),
        (Reply("", 302, {"Location": "https://elsewhere.example/"}), errors.UnexpectedRedirect),
    ],
)
def test_bodies_that_are_no_answers(
    portal: Portal, client: Client, reply: Reply, kind: type[errors.DecodeError]
) -> None:
    portal.always(reply)
    error = catch(client)
    assert type(error) is kind
    assert isinstance(error, errors.DecodeError)
    assert error.status == reply.status
    assert error.method == "imbot.chat.get"


def test_where_a_type_is_wrong(portal: Portal, client: Client) -> None:
    portal.always(Reply({"result": {"ID": "x"}}))
    error = catch(client)
    assert isinstance(error, errors.WrongType)
    assert error.path == "result.ID"
    assert 'expected an integer, found "x"' in str(error)


def test_connections_that_break(portal: Portal, client: Client) -> None:
    portal.answer(Reply(cut=0), Reply(cut=150))
    before, amid = catch(client), catch(client)
    assert type(before) is errors.ConnectionLost
    assert before.status is None
    assert type(amid) is errors.ConnectionLost
    assert amid.status == 200


def test_nobody_there() -> None:
    with Portal() as portal:
        client = portal.client()
    assert type(catch(client)) is errors.ConnectError


@pytest.mark.parametrize(
    "url",
    [
        f"http://portal.example/rest/1/{SECRET}/",
        f"https://portal.example/{SECRET}/",
        f"ftp://portal.example/rest/1/{SECRET}/",
        SECRET,
        "",
    ],
)
def test_settings_that_do_not_fit(url: str) -> None:
    with pytest.raises(errors.ConfigError) as caught:
        Client.from_webhook(url)
    assert isinstance(caught.value, ValueError)
    assert SECRET not in show(caught.value)


def test_settings_of_another_type() -> None:
    settings: Any = 5
    with pytest.raises(TypeError):
        Client.from_webhook(settings)
    with pytest.raises(TypeError):
        Client.from_webhook("https://portal.example/rest/1/x/", proxy=settings)


def show(error: BaseException) -> str:
    """Everything of an error that a log may get, with the local variables of the package."""
    text = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    # The frames of the tests know the secret, of course.
    frames = text.split('  File "')
    ours = [frame for frame in frames if "tests/python" not in frame.partition('"')[0]]
    return "".join(ours) + repr(error) + str(error) + repr(error.__dict__)


def test_no_secret_shows(portal: Portal) -> None:
    echo = refusal(f"NO_{SECRET}", text=TOKEN)
    portal.answer(echo, Reply(f"<p>{SECRET} {TOKEN}"), Reply(cut=0), Reply({"result": SECRET}))
    webhook = portal.client()
    for _ in range(4):
        assert SECRET not in show(catch(webhook))
    portal.answer(refusal(TOKEN), Reply(f"<p>{TOKEN}"), Reply(cut=0), Reply({"result": TOKEN}))
    token = Client.from_token(portal.url, TOKEN, **PLAIN)
    for _ in range(4):
        assert TOKEN not in show(catch(token))

    for client in (webhook, token, portal.async_client()):
        assert f"127.0.0.1:{portal.port}" in repr(client)
        assert SECRET not in repr(client) + repr(client.imbot) + repr(client.imbot.chat)


@pytest.mark.parametrize(
    "address",
    [
        rf"https:\\portal.example\rest\1\{SECRET}\\",
        f"https:portal.example/rest/1/{SECRET}/",
        f"https:/portal.example/rest/1/{SECRET}/",
        f"  HTTPS:///portal.example/rest/1/{SECRET}/",
    ],
)
def test_no_secret_shows_of_addresses_that_are_written_otherwise(address: str) -> None:
    with Client.from_webhook(address) as client:
        assert repr(client) == "<bitrix24.Client of portal.example>"
    with pytest.raises(errors.ConfigError) as caught:
        Client.from_webhook(address + "\udcff")
    assert SECRET not in show(caught.value)
    with pytest.raises(errors.ConfigError) as caught:
        Client.from_token("portal.example", SECRET + "\udcff")
    assert SECRET not in show(caught.value)


def test_no_secret_shows_in_async(portal: Portal) -> None:
    portal.always(refusal(f"NO_{SECRET}"))

    async def run() -> None:
        client = portal.async_client()
        with pytest.raises(errors.ApiError) as caught:
            await client.imbot.chat.get(entity_type="CHAT", entity_id="13")
        assert SECRET not in show(caught.value)

    asyncio.run(run())


def test_pickle(portal: Portal, client: Client) -> None:
    portal.answer(
        refusal("ACCESS_ERROR", 403, argument="ENTITY_ID", time={"start": 1.0}),
        Reply("<p>"),
        Reply({"result": {"ID": []}}),
        Reply(cut=0),
    )
    raised = [catch(client) for _ in range(4)]
    portal.answer(Reply(delay=5))
    with pytest.raises(errors.CallTimeout) as caught:
        client.call("server.time", timeout=0.05)
    for error in [*raised, caught.value]:
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            twin = pickle.loads(pickle.dumps(error, protocol))
            assert type(twin) is type(error)
            assert str(twin) == str(error)
            assert twin.__dict__ == error.__dict__


def test_pickle_what_is_raised_by_no_portal() -> None:
    made = [
        errors.LimitError("m", method="a.b", wait=2.5),
        errors.TokenError("m"),
        errors.RefreshRefused("m", code="invalid_grant", description="d"),
        errors.RefreshFailed("m"),
        errors.TokenStoreError("m"),
        errors.NotRun("m", method="a.b", because="c"),
        errors.ListCutOff("m", method="a.b"),
    ]
    for error in made:
        assert (error.tries, error.stopped, error.cursor) == (0, "", None)
        error.tries, error.stopped, error.cursor = 3, "tries used up", "c"
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            twin = pickle.loads(pickle.dumps(error, protocol))
            assert type(twin) is type(error)
            assert str(twin) == "m"
            assert twin.__dict__ == error.__dict__
            assert twin.tries == 3


def test_tree() -> None:
    assert issubclass(errors.RefreshRefused, errors.TokenError)
    assert issubclass(errors.ListCutOff, errors.ListError)
    drawn = set(re.findall(r"── (\w+)", errors.__doc__ or ""))
    kinds = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.Bitrix24Error)
    }
    assert kinds - drawn == {"Bitrix24Error"}
    assert issubclass(errors.ConfigError, ValueError)
    assert issubclass(errors.RequestError, ValueError)
    assert issubclass(errors.CallTimeout, TimeoutError)
    from bitrix24 import _codes

    for name in _codes.__all__:
        kind = getattr(errors, name)
        assert issubclass(kind, errors.ApiError)
        assert kind.__doc__
    assert "AccessError" in dir(errors)
    with pytest.raises(AttributeError, match="no attribute"):
        _ = errors.NoSuchError  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def test_classes_of_codes_show_where_they_are_imported_from() -> None:
    assert errors.AccessError.__module__ == "bitrix24.errors"
    assert pickle.loads(pickle.dumps(errors.AccessError)) is errors.AccessError


def test_the_class_itself_makes_no_client() -> None:
    with pytest.raises(TypeError, match="from_webhook") as caught:
        Client("https://example.bitrix24.com/rest/1/code/")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert "code" not in str(caught.value)
