"""The recipes of the README, run against a portal of the project's own."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from bitrix24 import AsyncClient, Client, FileStore, OAuth, errors
from bitrix24.sandbox import Sandbox

import batches
import lists
import many
import moved
import quick
import store
import tokens
import watch
import write
from testing import test_finds_the_chat_of_a_deal  # noqa: F401  # pyright: ignore[reportUnusedImport]

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEAL = {"ID": "13", "TITLE": "Pipes"}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        sandbox.answer("crm.deal.get", DEAL)
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    with Client.from_webhook(sandbox.webhook_url) as client:
        yield client


def test_many(sandbox: Sandbox) -> None:
    sandbox.limits(250, 5)
    with many.enterprise(sandbox.webhook_url) as client:
        assert many.is_idle(client)
        start = time.monotonic()
        assert many.in_threads(client, range(130)) == [DEAL] * 130

    async def others() -> None:
        url = sandbox.webhook_url
        async with AsyncClient.from_webhook(url, intensity=(250, 5.0)) as client:
            assert len(await many.in_tasks(client, range(130))) == 130

    asyncio.run(others())
    assert time.monotonic() - start > 1, "ten had to wait"
    assert sandbox.refused == 0
    assert len(sandbox.calls("crm.deal.get")) == 260


def test_quick(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    url = sandbox.webhook_url
    with Client.from_webhook(url, intensity=(1, 0.1)) as client:
        assert quick.deal(client) == DEAL
        assert quick.deal(client) is None
        assert not many.is_idle(client)
    assert "its turn would come in " in capsys.readouterr().out
    assert len(sandbox.calls("crm.deal.get")) == 1


def test_write(sandbox: Sandbox, client: Client) -> None:
    sandbox.answer("crm.deal.add", 7)
    sandbox.list("crm.deal.list", records=[{"ID": 7, "ORIGIN_ID": "no. 1"}])
    sandbox.fault("crm.deal.add", "reset")
    sandbox.fault("crm.deal.list", "half")
    assert write.add(client, "no. 1") == 7
    assert len(sandbox.calls("crm.deal.add")) == 1
    assert len(sandbox.calls("crm.deal.list")) == 2
    assert write.add(client, "no. 1") == 7

    sandbox.fault("crm.deal.add", "reset", ran=False)
    with pytest.raises(errors.ConnectionLost) as caught:
        write.add(client, "no. 2")
    assert (caught.value.tries, caught.value.stopped) == (1, "not repeatable")


def test_tokens_from_the_code(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "credential.json"
    oauth, client = tokens.start(sandbox.client_id, sandbox.client_secret, file)
    with client, pytest.raises(errors.TokenError):
        client.call("crm.deal.get")
    tokens.authorized(oauth, sandbox.auth_code(), sandbox.url)
    for renewed in (1, 2):
        # The second time as a later run of the program.
        oauth, client = tokens.start(sandbox.client_id, sandbox.client_secret, file)
        with client:
            client.call("crm.deal.get")
            sandbox.expire_tokens()
            client.call("crm.deal.get")
            assert client.stats.refreshes == oauth.refreshes == 1
        assert sandbox.refreshes == renewed
    held = FileStore(file).load()
    assert held is not None
    assert held == oauth.credential


def test_tokens_from_the_installation(sandbox: Sandbox, tmp_path: Path) -> None:
    row = store.Row(str(tmp_path / "tokens.db"))
    oauth = OAuth(sandbox.client_id, sandbox.client_secret, store=row)
    auth = {
        "access_token": sandbox.access_token,
        "refresh_token": sandbox.refresh_token,
        "expires_in": "3600",
        "client_endpoint": sandbox.url + "/rest/",
        "server_endpoint": sandbox.url + "/rest/",
        "application_token": "proof",
    }

    def body(**others: str) -> bytes:
        fields = {**auth, **others}
        form = {"event": "ONAPPINSTALL", **{f"auth[{name}]": fields[name] for name in fields}}
        return urlencode(form).encode()

    with Sandbox() as other:
        forged = body(access_token=other.access_token, client_endpoint=other.url + "/rest/")
        with pytest.raises(ValueError, match="another portal"):
            tokens.installed(oauth, sandbox.url, forged)
        assert not other.calls("profile")
    with pytest.raises(errors.ApiError):
        tokens.installed(oauth, sandbox.url, body(access_token="made-up"))
    assert row.load() is None
    proof = tokens.installed(oauth, sandbox.url, body())
    assert proof is not None
    assert proof.reveal() == "proof"
    assert tokens.proven(b"event=ONAPPUNINSTALL&auth[application_token]=proof", proof)
    assert not tokens.proven(b"event=ONAPPUNINSTALL&auth[application_token]=pr00f", proof)
    assert not tokens.proven(b"event=ONAPPUNINSTALL", None)
    first = row.load()
    sandbox.expire_tokens()
    with Client.from_oauth(oauth) as client:
        client.call("crm.deal.get")
    assert sandbox.refreshes == 1
    second = row.load()
    assert second is not None
    assert second == oauth.credential
    assert second != first
    assert row.save(first, second) == second


def test_batches(sandbox: Sandbox, client: Client) -> None:
    batches.few(client)
    assert len(sandbox.calls("batch")) == 1 + 3
    assert len(sandbox.calls("imbot.chat.get")) == 1 + 120

    sandbox.answer("im.chat.user.list", [1, 2])
    assert batches.users(client) == [1, 2]
    chat = client.imbot.chat.get(entity_type="CHAT", entity_id="13").result
    assert chat is not None
    [call] = sandbox.calls("im.chat.user.list")
    assert call.parameters["CHAT_ID"] == str(chat.id)

    sandbox.fail("imbot.chat.get", "ACCESS_ERROR")
    with pytest.raises(errors.NotRun):
        batches.users(client)
    assert len(sandbox.calls("im.chat.user.list")) == 1


def test_lists(sandbox: Sandbox, client: Client) -> None:
    sandbox.list("crm.deal.list", count=170)
    sandbox.list("crm.item.list", count=120, key="id", wrap="items")
    # Four tries are made for the second page, and all fail.
    sandbox.fault("crm.deal.list", "html", after=1, times=4)
    found: list[dict[str, int]] = []
    lists.patient(client.with_options(repeatable=True), found)
    assert [deal["ID"] for deal in found] == list(range(1, 171))
    assert len(sandbox.calls("crm.deal.list")) == 4 + 4

    part, cursor = lists.portion(client, 70)
    rest, _ = lists.portion(client, 200, cursor)
    assert part + rest == found
    assert len(list(lists.by_key(client))) == 120
    assert len(sandbox.calls("crm.item.list")) == 4
    assert len(list(lists.in_batches(client))) == 170
    assert len(sandbox.calls("batch")) == 1

    async def others() -> None:
        async with AsyncClient.from_webhook(sandbox.webhook_url) as client:
            assert len(await lists.in_tasks(client)) == 170

    asyncio.run(others())


def test_moved(sandbox: Sandbox) -> None:
    addresses: list[str] = []
    with moved.client(sandbox.webhook_url, addresses) as client:
        new = sandbox.move()
        for _ in range(3):
            client.call("crm.deal.get")
        assert addresses == [new]
        assert client.portal == new


def test_watch(sandbox: Sandbox, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("bitrix24")
    level = logger.level
    try:
        watch.listen()
        sandbox.fail("crm.deal.get", "QUERY_LIMIT_EXCEEDED")
        client.call("crm.deal.get")
    finally:
        logger.setLevel(level)
    report = watch.report(client)
    assert report.startswith("1 calls, 0 under way, 1 tries again, ")
    assert report.endswith(" 0 new tokens")
    assert "crm.deal.get" in caplog.text
    assert sandbox.webhook_url not in caplog.text
