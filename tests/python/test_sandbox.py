"""The sandbox as users of the package see it. What it answers is tested in Rust."""

from __future__ import annotations

import contextlib
import doctest
import gc
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import bitrix24._sandbox_people
import bitrix24._sandbox_told
import bitrix24.sandbox
import pytest
from bitrix24 import AsyncClient, Client, ListRequest, MemoryStore, errors
from bitrix24.sandbox import Fault, RecordedCall, Reply, Sandbox, User

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

posix = pytest.mark.skipif(os.name != "posix", reason="a matter of POSIX")

WRAPPED = {
    "answer": Sandbox.answer,
    "app": Sandbox.app,
    "application_token": Sandbox.application_token,
    "bots": Sandbox.bots,
    "chat": User.open_chat,
    "chats": Sandbox.chats,
    "clear": Sandbox.clear,
    "clock": Sandbox.advance,
    "code": Sandbox.auth_code,
    "counts": Sandbox.refreshes,
    "delete": User.delete,
    "deliveries": Sandbox.deliveries,
    "edit": User.edit,
    "expire": Sandbox.expire_tokens,
    "fail": Sandbox.fail,
    "fault": Sandbox.fault,
    "hang_up": Sandbox.hang_up,
    "https_only": Sandbox.https_only,
    "invite": User.invite,
    "leave": User.leave,
    "lifetime": Sandbox.token_lifetime,
    "limits": Sandbox.limits,
    "list": Sandbox.list,
    "messages": User.messages,
    "move": Sandbox.move,
    "open": User.look_into,
    "operating": Sandbox.operating,
    "press": User.press,
    "react": User.react,
    "requests": Sandbox.calls,
    "scopes": Sandbox.scopes,
    "seed": Sandbox.seed,
    "state": Sandbox.keep_state,
    "stay": Sandbox.stay,
    "time": Sandbox.time,
    "token": Sandbox.credential,
    "user": Sandbox.add_user,
    "users": Sandbox.users,
    "write": User.write,
}
"""The orders, and what gives them."""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    with sandbox.client(retries=None) as client:
        yield client


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def get(client: Client) -> int | None:
    chat = client.imbot.chat.get(entity_type="CHAT", entity_id="13").result
    return None if chat is None else chat.id


def test_the_examples() -> None:
    names = {"Sandbox": Sandbox}
    for module in (bitrix24.sandbox, bitrix24._sandbox_people, bitrix24._sandbox_told):
        failed, run = doctest.testmod(module, extraglobs=names, optionflags=doctest.ELLIPSIS)
        assert run
        assert not failed


def test_no_order_is_forgotten(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="no such order: tea") as caught:
        sandbox.order("tea")
    known = re.findall(r"\w+", str(caught.value).partition("there are")[2])
    assert sorted(WRAPPED) == sorted(known)


def test_starts_and_stops() -> None:
    sandbox = Sandbox()
    assert repr(sandbox) == "<bitrix24.sandbox.Sandbox stopped>"
    with pytest.raises(RuntimeError, match="not started"):
        print(sandbox.webhook_url)
    with pytest.raises(RuntimeError, match="not started"):
        sandbox.calls()
    sandbox.stop()
    addresses: list[str] = []
    for _ in range(2):
        assert sandbox.start() is sandbox
        with pytest.raises(RuntimeError, match="is started"):
            sandbox.start()
        addresses.append(sandbox.webhook_url)
        with sandbox.client() as client:
            assert get(client) == 2725
            sandbox.stop()
            sandbox.stop()
            with pytest.raises(errors.TransportError):
                client.with_options(retries=None).call("server.time")
    assert len({*addresses}) == 2, "the secrets are new each time"


def test_a_port_that_is_taken(sandbox: Sandbox) -> None:
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        Sandbox(port=port).start()
    with pytest.raises(ValueError, match="address"):
        Sandbox(listen="nowhere")


def test_secrets_do_not_show(sandbox: Sandbox) -> None:
    facts = (
        sandbox.webhook_url,
        sandbox.access_token,
        sandbox.expired_token,
        sandbox.client_secret,
        sandbox.refresh_token,
    )
    with sandbox.app_client() as client:
        sandbox.expire_tokens()
        client.call("server.time")
        shown = f"{sandbox!r} {sandbox} {sandbox.calls()!r} {sandbox.credential()!r} {client!r}"
    assert "oauth/token" in shown
    for fact in facts:
        assert fact not in shown
        assert fact.rstrip("/").rpartition("/")[2] not in shown
    assert sandbox.url in repr(sandbox)


def test_every_way_to_call(sandbox: Sandbox) -> None:
    ways = [sandbox.client(), sandbox.app_client(timeout=5.0)]
    ways.append(Client.from_token(sandbox.url, sandbox.access_token))
    for client in ways:
        with client:
            assert get(client) == 2725
    with (
        Client.from_token(sandbox.url, sandbox.expired_token) as client,
        pytest.raises(errors.ExpiredToken),
    ):
        client.call("server.time")
    credentials = [call.credential for call in sandbox.calls()]
    assert credentials == ["webhook", "token", "token", "refused"]


def test_the_code_of_an_authorisation(sandbox: Sandbox) -> None:
    oauth = sandbox.oauth()
    oauth.replace(oauth.exchange(sandbox.auth_code(), sandbox.url))
    with Client.from_oauth(oauth) as client:
        client.call("server.time")
    assert sandbox.refreshes == 0


def test_from_asyncio(sandbox: Sandbox) -> None:
    import asyncio

    async def run(client: AsyncClient) -> None:
        async with client:
            answers = [client.call("server.time") for _ in range(60)]
            await asyncio.gather(*answers)

    async def block() -> None:
        with pytest.raises(TimeoutError, match="await wait_for_bot_async"):
            sandbox.wait_for_bot("nobody", timeout=0)

    asyncio.run(run(sandbox.async_client()))
    asyncio.run(run(sandbox.async_app_client()))
    asyncio.run(block())
    assert len(sandbox.calls("Server.Time")) == 120


def test_calls(sandbox: Sandbox, client: Client) -> None:
    get(client)
    client.batch([bitrix24.request.imbot.chat.get(entity_type="CRM", entity_id="DEAL|13")])
    alone, in_batch, batch = sandbox.calls()
    assert (alone.method, alone.verb, alone.status, alone.ran) == (
        "imbot.chat.get",
        "POST",
        200,
        True,
    )
    assert alone.parameters == {"ENTITY_TYPE": "CHAT", "ENTITY_ID": "13"}
    assert alone.headers["user-agent"] == f"bitrix24-python/{bitrix24.__version__}"
    assert alone.path == "/rest/1/***/imbot.chat.get"
    assert alone.fault is None
    assert (in_batch.path, batch.method) == ("batch", "batch")
    assert [call.parameters for call in sandbox.calls("IMBOT.CHAT.GET")] == [
        alone.parameters,
        in_batch.parameters,
    ]
    sandbox.clear()
    assert sandbox.calls() == []


def test_failures(sandbox: Sandbox, client: Client) -> None:
    sandbox.fail("imbot.chat.get", "ACCESS_ERROR", times=2)
    sandbox.fail("*", "TEAPOT", status=418, text="Short and stout", times=None)
    for _ in range(2):
        with pytest.raises(errors.AccessError):
            get(client)
    for _ in range(3):
        with pytest.raises(errors.UnknownApiError, match="Short and stout") as caught:
            get(client)
        assert (caught.value.code, caught.value.status) == ("TEAPOT", 418)
    sandbox.clear()
    assert get(client) == 2725


def test_faults(sandbox: Sandbox, client: Client) -> None:
    sandbox.fault("server.time", "reset", ran=False)
    sandbox.fault("server.time", "html", after=1, times=None)
    sandbox.fault("server.time", "status", after=2, status=503, body={"error": "TEA"})
    raised: list[type[Exception]] = []
    for _ in range(3):
        with pytest.raises(errors.Bitrix24Error) as caught:
            client.call("server.time")
        raised.append(caught.type)
    assert raised == [errors.ConnectionLost, errors.HtmlBody, errors.HtmlBody]
    calls = sandbox.calls()
    assert [(call.fault, call.ran, call.status) for call in calls] == [
        ("reset", False, 0),
        ("html", True, 502),
        ("html", True, 502),
    ]
    with pytest.raises(ValueError, match="tea"):
        sandbox.fault("server.time", "tea")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_answers(sandbox: Sandbox, client: Client) -> None:
    sandbox.answer("crm.deal.get", {"ID": 1})
    sandbox.answer("crm.deal.get", Reply(None, times=2))
    results = [client.call("crm.deal.get").result for _ in range(3)]
    assert results == [None, None, {"ID": 1}]

    sandbox.answer("crm.deal.get", Reply(body={"result": [], "total": 7}, headers={"X-It": "1"}))
    answer = client.call("crm.deal.get")
    assert (answer.result, answer.total, answer.time) == ([], 7, None)
    sandbox.answer("crm.deal.get", Reply(error="ACCESS_DENIED"))
    with pytest.raises(errors.SystemAccessDenied) as denied:
        client.call("crm.deal.get")
    assert denied.value.status == 403
    for text in ("<h1>Off</h1>", "<h1>Öff</h1>".encode()):
        sandbox.answer("crm.deal.get", Reply(text=text, content_type="text/html", status=503))
        with pytest.raises(errors.HtmlBody):
            client.call("crm.deal.get")
    sandbox.answer("crm.deal.get", Reply(raw="SSH-2.0\r\n"))
    with pytest.raises(errors.TransportError):
        client.call("crm.deal.get")
    sandbox.answer("crm.deal.get", Reply(1, fault=Fault("delay", seconds=5)))
    with pytest.raises(errors.CallTimeout):
        client.call("crm.deal.get", timeout=0.05)
    client.call("server.time")
    until(lambda: sandbox.broken_connections == 1)

    with Client.from_token(sandbox.url, "nobody's", retries=None) as other:
        sandbox.answer("crm.deal.get", Reply(1, to_anyone=True))
        assert other.call("crm.deal.get").result == 1
        sandbox.answer_with("crm.deal.get", lambda call: call.credential, to_anyone=True)
        assert other.call("crm.deal.get").result == "refused"
        sandbox.answer_with("crm.deal.get", lambda call: call.credential)
        with pytest.raises(errors.NoAuthFound):
            other.call("crm.deal.get")
    with pytest.raises(TypeError, match="one of"):
        Reply()
    with pytest.raises(TypeError, match="one of"):
        Reply(1, error="TEA")
    assert repr(Reply(1, status=201)) == "Reply(result=1, status=201)"


def test_functions(sandbox: Sandbox, client: Client) -> None:
    seen: list[RecordedCall] = []

    def add(call: RecordedCall) -> int | Reply:
        # Orders may be given meanwhile.
        sandbox.fail("crm.deal.get", "ACCESS_ERROR")
        seen.append(call)
        if "TITLE" not in call.parameters:
            return Reply(error="ERROR_ARGUMENT", status=400)
        return len(seen)

    sandbox.answer("crm.deal.add", add)
    assert client.call("crm.deal.add", {"TITLE": "Pipes"}).result == 1
    assert client.call("crm.deal.add", {"TITLE": "Pipes"}).result == 2
    with pytest.raises(errors.ApiError, match="ERROR_ARGUMENT"):
        client.call("crm.deal.add")
    first, *_ = sandbox.calls()
    assert (seen[0].parameters, seen[0].body, seen[0].status) == (first.parameters, first.body, 0)
    assert json.loads(first.body) == {"TITLE": "Pipes"}
    assert first.target == first.path.replace("***", sandbox.webhook_url.split("/")[-2])
    assert first.connection == sandbox.connections
    assert abs(first.time - sandbox.now).total_seconds() < 5
    assert 0 <= first.took < 5


def divide(_: RecordedCall) -> float:
    return 1 / 0


def make(_: RecordedCall) -> object:
    return object()


def surprised() -> None:
    pass


@pytest.mark.parametrize("wrong", [divide, make, surprised])
def test_functions_that_fail(wrong: Any) -> None:
    def call(sandbox: Sandbox) -> None:
        sandbox.answer("crm.deal.get", wrong)
        with (
            sandbox.client(retries=None) as client,
            pytest.raises(errors.ApiError, match="INTERNAL_SERVER_ERROR") as caught,
        ):
            client.call("crm.deal.get")
        assert caught.value.description in [
            f"the function that answers crm.deal.get raised {kind.__name__}" for kind in kinds
        ]

    kinds = (ZeroDivisionError, TypeError)
    with Sandbox() as sandbox:
        call(sandbox)
        with pytest.raises(kinds):
            sandbox.calls()
        assert len(sandbox.calls()) == 1
        call(sandbox)
        with pytest.raises(kinds):
            sandbox.stop()
    with pytest.raises(kinds), Sandbox() as sandbox:
        call(sandbox)
    with pytest.raises(KeyboardInterrupt), Sandbox() as sandbox:  # noqa: PT012
        call(sandbox)
        raise KeyboardInterrupt
    with pytest.raises(kinds) as caught, Sandbox() as sandbox:  # noqa: PT012
        call(sandbox)
        raise AssertionError("the call failed")
    assert isinstance(caught.value.__context__, AssertionError)


def test_functions_and_the_end(sandbox: Sandbox, client: Client) -> None:
    """A function neither waits for its own end, nor keeps anybody waiting."""

    def stop(_: RecordedCall) -> None:
        sandbox.stop()

    sandbox.answer("crm.deal.get", stop)
    with pytest.raises(errors.ApiError):
        client.call("crm.deal.get")
    with pytest.raises(RuntimeError, match="cannot stop"):
        sandbox.clear()

    begun, go_on = threading.Event(), threading.Event()

    def wait(_: RecordedCall) -> None:
        begun.set()
        go_on.wait(10)
        sandbox.calls()

    sandbox.answer("crm.deal.get", wait)

    def call() -> None:
        # The portal may be gone before it answers.
        with contextlib.suppress(errors.Bitrix24Error):
            client.call("crm.deal.get")

    def end() -> None:
        # The function finds no portal any more.
        with contextlib.suppress(RuntimeError):
            sandbox.stop()

    threads = [threading.Thread(target=call), threading.Thread(target=end)]
    threads[0].start()
    assert begun.wait(10)
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


@posix
def test_ctrl_c_while_a_function_hangs(sandbox: Sandbox) -> None:
    under_way, go_on = threading.Event(), threading.Event()

    def hang(_: RecordedCall) -> int:
        under_way.set()
        go_on.wait(20)
        return 1

    sandbox.answer("crm.a", hang)
    with sandbox.client(timeout=0.3, retries=None) as client, pytest.raises(errors.TransportError):
        client.call("crm.a")
    assert under_way.is_set()
    main = threading.main_thread().ident
    assert main is not None
    after = threading.Timer(0.3, lambda: signal.pthread_kill(main, signal.SIGINT))
    after.start()
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        sandbox.stop()
    assert time.monotonic() - begun < 5
    go_on.set()


def test_what_orders_refuse(sandbox: Sandbox, client: Client) -> None:
    for wrong in (float("nan"), "\ud800"):
        with pytest.raises(ValueError, match="JSON"):
            sandbox.answer("crm.a", wrong)
    refused = "times: expected at least 1, or None for all, got 0"
    with pytest.raises(ValueError, match=refused):
        sandbox.fail("crm.a", "X", times=0)
    with pytest.raises(ValueError, match=refused):
        Reply(1, times=0)
    with pytest.raises(ValueError, match=refused):
        Fault("html", times=0)
    with pytest.raises(TypeError, match="tls: expected a list of host names"):
        Sandbox(tls="portal.test")
    with pytest.raises(errors.ApiError):
        client.call("crm.a")


def test_lists(sandbox: Sandbox, client: Client) -> None:
    sandbox.list("crm.deal.list", ({"ID": n} for n in range(1, 8)), page_size=3)
    sandbox.list("crm.item.list", count=5, wrap="items", key="id")
    deals = client.records(ListRequest.by_name("crm.deal.list"))
    assert [deal["ID"] for deal in deals] == [*range(1, 8)]
    assert len(sandbox.calls("crm.deal.list")) == 3
    assert len(client.call("crm.item.list").result["items"]) == 5
    with pytest.raises(ValueError, match="records or count"):
        sandbox.list("crm.deal.list")


def test_scopes(sandbox: Sandbox, client: Client) -> None:
    sandbox.scopes("task", "disk")
    with pytest.raises(errors.InsufficientScope):
        get(client)


def test_limits(sandbox: Sandbox, client: Client) -> None:
    sandbox.stop_clock()
    sandbox.limits(2, 1)
    assert [get(client), get(client)] == [2725] * 2
    with pytest.raises(errors.QueryLimitExceeded):
        get(client)
    assert sandbox.refused == 1
    before = sandbox.now
    sandbox.advance(1)
    assert (sandbox.now - before).total_seconds() == 1
    assert get(client) == 2725
    sandbox.limits()
    sandbox.run_clock()
    assert [get(client) for _ in range(5)] == [2725] * 5
    with Sandbox(limits=(1, 0.1)) as other, other.client(retries=None) as client:
        get(client)
        with pytest.raises(errors.QueryLimitExceeded):
            get(client)


def test_operating(sandbox: Sandbox, client: Client) -> None:
    sandbox.operating("server.time", used=250, per_call=240)
    time = client.call("server.time").time
    assert time is not None
    assert time.operating == pytest.approx(490, abs=1)
    with pytest.raises(errors.OperationTimeLimit):
        client.call("server.time")


def test_tokens_end(sandbox: Sandbox) -> None:
    with sandbox.app_client() as client:
        client.call("server.time")
        sandbox.expire_tokens()
        sandbox.token_lifetime(60)
        client.call("server.time")
        sandbox.advance(61)
        client.call("server.time")
    assert sandbox.refreshes == 2


def test_the_application(sandbox: Sandbox) -> None:
    anna = sandbox.add_user("Anna Davis")
    hers = sandbox.credential(user=anna.id, scopes=["imbot"], lifetime=60)
    assert hers.user_id == anna.id
    with Client.from_oauth(sandbox.oauth(hers)) as client:
        client.call("imbot.bot.list")
        with pytest.raises(errors.ApiError):
            client.call("task.item.list")
        sandbox.advance(61)
        client.call("imbot.bot.list")
        assert sandbox.refreshes == 1
        sandbox.app(users=[1])
        with pytest.raises(errors.ApiError, match="user_access_error"):
            client.call("imbot.bot.list")
    sandbox.app(paid=False)
    sandbox.expire_tokens()
    with sandbox.app_client() as client, pytest.raises(errors.TokenError, match="PAYMENT"):
        client.call("imbot.bot.list")


def test_a_store_of_ones_own(sandbox: Sandbox) -> None:
    store = MemoryStore()
    with Client.from_oauth(sandbox.oauth(store=store)) as client:
        sandbox.expire_tokens()
        client.call("imbot.bot.list")
    kept = store.load()
    assert kept is not None
    assert kept.access_token != sandbox.access_token


def test_the_time_of_answers(sandbox: Sandbox, client: Client) -> None:
    sandbox.time("none")
    assert client.call("server.time").time is None
    sandbox.time("no_operating", integers=True)
    time = client.call("server.time").time
    assert time is not None
    assert time.operating is None


def test_plans(sandbox: Sandbox, client: Client) -> None:
    sandbox.stop_clock()
    sandbox.limits(plan="standard")
    for _ in range(50):
        get(client)
    with pytest.raises(errors.QueryLimitExceeded):
        get(client)
    with Sandbox(plan="standard", redirect_uri="http://127.0.0.1:1/back") as other:
        other.limits(1, 1, bot_status=429)
    with pytest.raises(ValueError, match="tea"):
        Sandbox(plan="tea").start()  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_moves(sandbox: Sandbox) -> None:
    told: list[str] = []
    with sandbox.client(on_moved=told.append) as client:
        new = sandbox.move()
        get(client)
        assert told == [new] == [client.portal]
    sandbox.stay()
    with sandbox.client() as client:
        get(client)
        assert client.portal == sandbox.url
    assert sandbox.move("http://127.0.0.1:1/") == "http://127.0.0.1:1"


def test_https() -> None:
    with Sandbox(tls=["portal.test"]) as sandbox:
        assert sandbox.url.startswith("https://")
        file = sandbox.certificate
        assert file is not None
        assert file.read_text().startswith("-----BEGIN CERTIFICATE-----")
        for client in (sandbox.client(), sandbox.app_client()):
            with client:
                sandbox.expire_tokens()
                assert get(client) == 2725
        with (
            Client.from_webhook(sandbox.webhook_url, retries=None) as client,
            pytest.raises(errors.ConnectError),
        ):
            get(client)
    assert not file.exists()
    with Sandbox(https_only=True) as sandbox, sandbox.client(retries=None) as client:
        assert sandbox.certificate is None
        with pytest.raises(errors.InvalidRequest):
            get(client)
        sandbox.https_only(False)
        assert get(client) == 2725


def test_nobody_stops_it() -> None:
    sandbox = Sandbox().start()
    url = sandbox.webhook_url
    # A circle, as a function of a test makes one that tells the portal something.
    sandbox.answer("crm.deal.get", lambda _: repr(sandbox))
    with sandbox.client(retries=None) as client:
        assert "sandbox" in client.call("crm.deal.get").result
    other = Sandbox().start()
    port = int(other.url.rpartition(":")[2])
    del other
    gc.collect()
    with Sandbox(port=port):
        pass
    sandbox.stop()
    with Client.from_webhook(url, retries=None) as client, pytest.raises(errors.ConnectError):
        client.call("server.time")


def test_threads(sandbox: Sandbox) -> None:
    """Orders, calls and the end, all at once."""

    def give() -> None:
        for _ in range(50):
            sandbox.fail("server.time", "ACCESS_ERROR", times=None)
            sandbox.calls()
            sandbox.clear()

    threads = [threading.Thread(target=give) for _ in range(4)]
    for thread in threads:
        thread.start()
    with sandbox.client() as client:
        for _ in range(50):
            get(client)
    for thread in threads:
        thread.join()


@posix
def test_a_forked_child(sandbox: Sandbox, client: Client) -> None:
    get(client)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with sandbox.client() as own:
                get(own)
            with pytest.raises(RuntimeError, match="process that started it"):
                sandbox.clear()
            sandbox.stop()
            # One of its own.
            with Sandbox() as other, other.client() as own:
                get(own)
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    assert get(client) == 2725
    assert len(sandbox.calls()) == 3


def test_the_end_of_the_interpreter() -> None:
    """Nobody stops it."""
    run(
        """
        sandbox = Sandbox(tls=True).start()
        client = sandbox.client()
        client.call("server.time")
        """
    )


def run(source: str, *args: str) -> str:
    """Runs a script, which must not complain."""
    import textwrap

    source = "from bitrix24.sandbox import *\n" + textwrap.dedent(source)
    done = subprocess.run(
        [sys.executable, "-c", source, *args],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout


@pytest.mark.parametrize("module", [True, False])
def test_the_command(module: bool) -> None:
    from pathlib import Path

    program = [sys.executable, "-m", "bitrix24.sandbox"]
    if not module:
        program = [str(Path(sys.executable).with_name("bitrix24-sandbox"))]
    process = subprocess.Popen(
        [*program, "--json", "--until-stdin-closes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    with Client.from_webhook(told["webhook_url"]) as client:
        assert get(client) == 2725
    _, log = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "/rest/1/***/imbot.chat.get" in log
    assert told["webhook_url"] not in log

    wrong = subprocess.run([*program, "--tea"], check=False, capture_output=True, text=True)
    assert wrong.returncode == 2
    assert "no such option: --tea" in wrong.stderr


@posix
def test_ctrl_c_ends_the_command() -> None:
    import signal

    process = subprocess.Popen(
        [sys.executable, "-m", "bitrix24.sandbox"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("portal ")
    process.send_signal(signal.SIGINT)
    _, noise = process.communicate(timeout=10)
    assert noise == ""
    assert process.returncode == 0


TESTS = """
import asyncio
import sys

import pytest

HEAVY = {"bitrix24", "bitrix24._native"} & {*sys.modules}


def test_pytest_did_not_load_it():
    assert not HEAVY


@pytest.mark.parametrize("turn", [1, 2])
def test_fixtures(bitrix24_sandbox, bitrix24_client, turn):
    bitrix24_sandbox.answer("crm.deal.get", turn)
    assert bitrix24_client.call("crm.deal.get").result == turn
    assert len(bitrix24_sandbox.calls()) == 1


def test_asyncio(bitrix24_sandbox, bitrix24_async_client):
    asyncio.run(bitrix24_async_client.call("server.time"))
    assert len(bitrix24_sandbox.calls()) == 1
"""


def test_the_fixtures(tmp_path: Path) -> None:
    (tmp_path / "test_deals.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "--strict-config"]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=60, cwd=tmp_path
    )
    assert "4 passed" in done.stdout, done.stdout + done.stderr


def test_people(sandbox: Sandbox, client: Client) -> None:
    anna = sandbox.add_user("Anna Davis", position="Plumber")
    chat = anna.open_chat("Pipes", [1], entity_type="DEAL", entity_id=13)
    dialog = f"chat{chat}"
    question = anna.write(dialog, "Hello")
    owner = sandbox.user()
    answer = owner.reply(dialog, "Hi", to=question)
    heard = anna.wait_for_message(dialog, after=question)
    assert (heard.id, heard.author, heard.text, heard.reply) == (answer, 1, "Hi", question)
    assert abs(heard.date - sandbox.now).total_seconds() < 5
    owner.react(question)
    anna.edit(question, "Hello!")
    said = owner.messages(dialog, after=question - 1)[0]
    assert (said.text, said.edited, said.reactions) == ("Hello!", True, [(1, "like")])
    owner.take_back(question)
    anna.delete(question)
    said = owner.messages(dialog, after=question - 1)[0]
    assert (said.deleted, said.reactions) == (True, [])
    bob = sandbox.add_user("Bob", last_name="Smith", gender="M")
    anna.invite(dialog, bob.id)
    bob.look_into(dialog)
    bob.leave(dialog)
    anna.dismiss(dialog, 1)
    [found] = [one for one in sandbox.chats() if one.id == chat]
    assert (found.title, found.users, found.entity_id) == ("Pipes", [anna.id], "13")
    assert {anna, bob, owner} <= {*sandbox.users()}
    assert (anna.name, bob.name) == ("Anna Davis", "Bob Smith")
    with pytest.raises(ValueError, match="no such user: 9999"):
        assert sandbox.user(9999).name
    with pytest.raises(ValueError, match="chat"):
        bob.write(dialog, "Hello")
    with pytest.raises(TimeoutError, match=r"chat.*: there are . messages in it, . by user"):
        anna.wait_for_message(dialog, after=answer, timeout=0.02)
    with pytest.raises(TimeoutError, match="9999: no such dialog"):
        anna.wait_for_message(9999, timeout=0)
    with pytest.raises(TimeoutError, match="nobody: no bot is registered"):
        sandbox.wait_for_bot("nobody", timeout=0)
    with pytest.raises(TimeoutError, match=r"x: there were 0 so far, and 0 of other methods$"):
        sandbox.wait_for_calls("x", timeout=0)
    assert get(client) == 2725
    sandbox.keep_state(False)
    assert sandbox.application_token
