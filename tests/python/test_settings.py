"""Retries, limits, moves and numbers: what a client does beside the call itself."""

from __future__ import annotations

import asyncio
import gc
import re
import socket
import sys
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any

import pytest
from bitrix24 import AsyncClient, Client, Retries, errors

from portal import CHAT, Portal, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., Client | AsyncClient]

BUSY = Reply({"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many."}, 503)
AT_ONCE = Retries(tries=3, first=0.0, longest=0.0)


def call(client: Client | AsyncClient, **options: Any) -> Any:
    if isinstance(client, Client):
        return client.call("server.time", **options).result

    async def run() -> Any:
        return (await client.call("server.time", **options)).result

    return asyncio.run(run())


@pytest.fixture(params=["client", "async_client"])
def make(request: pytest.FixtureRequest, portal: Portal) -> Callable[..., Client | AsyncClient]:
    made: Callable[..., Client | AsyncClient] = getattr(portal, request.param)
    return made


def test_what_did_not_run_is_tried_again(portal: Portal, make: Make) -> None:
    client = make(retries=AT_ONCE)
    portal.answer(BUSY, BUSY)
    assert call(client) == CHAT["result"]
    portal.answer(BUSY, BUSY, BUSY)
    with pytest.raises(errors.QueryLimitExceeded) as caught:
        call(client)
    assert (caught.value.tries, caught.value.stopped) == (3, "tries used up")
    stats = client.stats
    assert (stats.calls, stats.requests, stats.retries, stats.in_flight) == (2, 6, 4, 0)


def test_what_may_have_run_is_not(portal: Portal, make: Make) -> None:
    client = make(retries=AT_ONCE)
    portal.answer(Reply(cut=0))
    with pytest.raises(errors.ConnectionLost) as caught:
        call(client)
    assert (caught.value.tries, caught.value.stopped) == (1, "not repeatable")
    portal.answer(Reply(cut=0))
    assert call(client.with_options(repeatable=True)) == CHAT["result"]
    portal.answer(Reply(cut=0))
    with pytest.raises(errors.ConnectionLost) as caught:
        call(client.with_options(repeatable=True, retries=None))
    assert (caught.value.tries, caught.value.stopped) == (1, "tries used up")


def test_what_is_final(portal: Portal, make: Make) -> None:
    client = make(retries=AT_ONCE)
    portal.always(Reply({"error": "ACCESS_ERROR", "error_description": "No."}, 403))
    with pytest.raises(errors.AccessError) as caught:
        call(client)
    assert (caught.value.tries, caught.value.stopped) == (1, "final")
    with pytest.raises(errors.RequestError) as unsent:
        call(client, timeout=-1)
    assert (unsent.value.tries, unsent.value.stopped) == (0, "")


def test_no_time_left(portal: Portal, make: Make) -> None:
    client = make(retries=Retries(first=60.0, longest=60.0), timeout=5)
    portal.always(BUSY)
    start = time.monotonic()
    with pytest.raises(errors.QueryLimitExceeded) as caught:
        call(client)
    assert (caught.value.tries, caught.value.stopped) == (1, "no time left")
    assert time.monotonic() - start < 4


def test_the_time_of_a_try(portal: Portal, make: Make) -> None:
    client = make(retries=AT_ONCE, read_timeout=0.2).with_options(repeatable=True)
    portal.answer(Reply(delay=5), Reply(delay=5))
    assert call(client) == CHAT["result"]
    assert client.stats.requests == 3


def test_a_number_of_retries(portal: Portal) -> None:
    client = portal.client(retries=1)
    portal.always(BUSY)
    with pytest.raises(errors.QueryLimitExceeded) as caught:
        call(client)
    assert caught.value.tries == 2


def test_turns(portal: Portal, make: Make) -> None:
    client = make(intensity=(1, 2.0))
    assert client.expected_wait("server.time") == 0
    call(client)
    assert 0 < client.expected_wait("server.time") <= 0.5
    with pytest.raises(errors.LimitError) as caught:
        call(client, timeout=0.01)
    assert 0 < caught.value.wait <= 0.5
    assert (caught.value.tries, caught.value.stopped) == (0, "")
    assert caught.value.method == "server.time"
    call(client)
    assert client.stats.waits == 1
    assert 0 < client.stats.waited < 1
    assert len(portal.requests) == 2


def test_copies_share_everything(portal: Portal) -> None:
    client = portal.client()
    copy = client.with_options(timeout=1)
    for _ in range(3):
        call(client)
        call(copy)
    assert portal.connections == 1
    assert client.stats == copy.stats
    assert client.stats.calls == 6
    assert type(copy) is Client
    slow = copy.with_options(retries=5)
    portal.answer(Reply(delay=5))
    with pytest.raises(errors.CallTimeout):
        call(slow)
    copy.close()
    with pytest.raises(errors.RequestError, match="closed"):
        call(client)


@pytest.mark.parametrize(
    "settings",
    [
        {"retries": -1},
        {"retries": Retries(tries=0)},
        {"retries": Retries(first=-1.0)},
        {"retries": Retries(longest=float("nan"))},
        {"timeout": 0},
        {"timeout": float("nan")},
    ],
)
def test_options_that_do_not_fit(portal: Portal, settings: dict[str, Any]) -> None:
    with pytest.raises(errors.ConfigError, match=next(iter(settings))):
        portal.client(**settings)
    with pytest.raises(errors.ConfigError, match=next(iter(settings))):
        portal.client().with_options(**settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"intensity": (0, 2.0)},
        {"intensity": (2**40, 2.0)},
        {"intensity": (50, 0.0)},
        {"intensity": (50, float("inf"))},
        {"read_timeout": 0},
        {"connect_timeout": -1},
    ],
)
def test_settings_that_do_not_fit(portal: Portal, settings: dict[str, Any]) -> None:
    with pytest.raises(errors.ConfigError, match=next(iter(settings))):
        portal.client(**settings)


@pytest.mark.parametrize(
    ("settings", "got"),
    [
        ({"timeout": "2"}, "str"),
        ({"read_timeout": None}, "NoneType"),
        ({"intensity": 5}, "int"),
        ({"retries": "3"}, "str"),
        ({"retries": (1, 2, 3)}, "tuple"),
        ({"user_agent": 5}, "int"),
        ({"root_certificates": "-----BEGIN CERTIFICATE-----"}, "str"),
        ({"root_certificates": b"-----BEGIN CERTIFICATE-----"}, "bytes"),
        ({"root_certificates": [5]}, "int"),
        ({"timeout": True}, "bool"),
        ({"read_timeout": False}, "bool"),
        ({"connect_timeout": True}, "bool"),
        ({"intensity": (True, 2.0)}, "bool"),
        ({"intensity": (50, True)}, "bool"),
        ({"retries": True}, "bool"),
    ],
)
def test_settings_of_other_types(portal: Portal, settings: dict[str, Any], got: str) -> None:
    name = next(iter(settings))
    with pytest.raises(TypeError, match=f"^{name}: expected .*, got {got}$"):
        portal.client(**settings)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"timeout": 1e300}, "above 0 and below 2**64, got 1e300"),
        ({"timeout": 10**400}, "above 0 and below 2**64, got inf"),
        ({"read_timeout": -(10**400)}, "above 0 and below 2**64, got -inf"),
        ({"connect_timeout": 2**64}, "above 0 and below 2**64, got "),
        ({"retries": Retries(first=1e300)}, "0 or more and below 2**64, got 1e300"),
        ({"intensity": (2**32, 2.0)}, "from 1 to 2**32-1"),
        ({"intensity": (2**70, 2.0)}, "from 1 to 2**32-1"),
        ({"intensity": (1, 10**400)}, "no infinity"),
    ],
)
def test_numbers_that_are_too_large(portal: Portal, settings: dict[str, Any], says: str) -> None:
    with pytest.raises(errors.ConfigError, match=re.escape(says)):
        portal.client(**settings)


def test_the_longest_and_the_shortest_time(portal: Portal) -> None:
    portal.client(timeout=2.0**63, read_timeout=1e-12).close()
    portal.client(timeout=2.0**63).call("server.time", timeout=2.0**63)


def test_retries_of_other_types(portal: Portal) -> None:
    wrong: Any
    for wrong in (
        {"tries": "3"},
        {"tries": 2**70},
        {"first": "1"},
        {"longest": None},
        {"tries": True},
        {"first": False},
    ):
        with pytest.raises(TypeError, match=f"^retries: {next(iter(wrong))}: expected "):
            portal.client().with_options(retries=Retries(**wrong))


def test_a_portal_that_moves(portal: Portal, make: Make) -> None:
    with Portal() as other:
        target = other.webhook + "server.time"
        portal.always(Reply("", 302, {"Location": target}))
        told: list[str] = []
        client = make(on_moved=told.append)
        assert client.portal == portal.url
        assert call(client) == CHAT["result"]
        assert told == [other.url]
        assert client.portal == other.url
        call(client.with_options(timeout=5))
        assert told == [other.url]
        assert client.stats.moves == 1
        assert len(portal.requests) == 1


def test_a_hook_that_raises(portal: Portal, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    noise: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", noise.append)

    def fail(address: str) -> None:
        raise ValueError(address)

    with Portal() as other:
        portal.always(Reply("", 302, {"Location": other.webhook + "server.time"}))
        assert call(make(on_moved=fail)) == CHAT["result"]
        assert [str(it.exc_value) for it in noise] == [other.url]

    def leave(_address: str) -> None:
        raise SystemExit(7)

    with Portal() as other:
        portal.always(Reply("", 302, {"Location": other.webhook + "server.time"}))
        with pytest.raises(SystemExit):
            call(make(on_moved=leave))
    wrong: Any = 13
    with pytest.raises(TypeError, match="on_moved: expected a function, got int"):
        make(on_moved=wrong)


def test_a_hook_that_holds_its_client(portal: Portal) -> None:
    class Holder:
        def __init__(self) -> None:
            self.client = portal.client(on_moved=self.moved)
            self.copy = self.client.with_options(timeout=1)

        def moved(self, address: str) -> None: ...

    holder = Holder()
    call(holder.copy)
    gone = weakref.ref(holder)
    del holder
    gc.collect()
    assert gone() is None


def test_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls of portals elsewhere go by it, those of hosts that it is not for do not."""
    heads: list[str] = []

    def refuse(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            heads.append(connection.recv(4096).decode())
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = threading.Thread(target=refuse, args=[listener], daemon=True)
        proxy.start()
        for name in ("https_proxy", "NO_PROXY", "no_proxy", "REQUEST_METHOD"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{listener.getsockname()[1]}")

        def fail() -> errors.ConnectError:
            address = "https://portal.invalid/rest/1/code/"
            with (
                Client.from_webhook(address, retries=Retries(tries=1)) as client,
                pytest.raises(errors.ConnectError) as caught,
            ):
                client.call("profile")
            return caught.value

        assert "tunnel" in str(fail())
        proxy.join(10)
        assert [head.split("\r\n")[0] for head in heads] == ["CONNECT portal.invalid:443 HTTP/1.1"]
        monkeypatch.setenv("NO_PROXY", ".invalid")
        # Nobody would answer it there any more.
        assert "dns" in str(fail())
