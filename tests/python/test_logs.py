"""What the client tells of its work."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest
from bitrix24 import AsyncClient, Client, Retries, errors

from portal import CHAT, SECRET, TOKEN, Portal, Reply, Request
from test_process import finish, posix, wait_for_requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from test_process import Script

    Make = Callable[..., Client | AsyncClient]

BUSY = Reply({"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many."}, 503)
AT_ONCE = Retries(tries=3, first=0.0, longest=0.0)


def call(client: Client | AsyncClient) -> Any:
    if isinstance(client, Client):
        return client.call("server.time").result

    async def run() -> Any:
        return (await client.call("server.time")).result

    return asyncio.run(run())


@pytest.fixture(params=["client", "async_client"])
def make(request: pytest.FixtureRequest, portal: Portal) -> Make:
    made: Make = getattr(portal, request.param)
    return made


def ours(log: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    return [(it.levelno, it.getMessage()) for it in log.records if it.name == "bitrix24"]


def test_details(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "bitrix24"):
        call(make())
    [(level, text)] = ours(caplog)
    assert level == logging.DEBUG
    assert text.startswith("answered method=server.time attempt=1 status=200")


def test_what_a_handler_asks_the_client(client: Client) -> None:
    waits: list[float] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            waits.append(client.expected_wait("server.time"))

    logger, handler = logging.getLogger("bitrix24"), Handler()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        call(client)
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)
    assert waits == [0.0]


@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
@pytest.mark.parametrize("level", ["WARNING", "DEBUG"])
def test_a_handler_that_calls(portal: Portal, script: Script, kind: str, level: str) -> None:
    """What is told is sent to the portal, and to send it is told as well."""
    seen: set[str] = set()

    def react(request: Request) -> Reply:
        method = request.path.rpartition("/")[2]
        if method in seen:
            return Reply({"result": method})
        seen.add(method)
        return BUSY

    portal.react(react)
    process = script(
        f"""
        import asyncio, logging
        settings = {{"retries": Retries(3, 0.01, 0.01), "intensity": None, "timeout": 5}}
        client = Client.from_webhook(URL, **settings)

        class Report(logging.Handler):
            about = []
            busy = False
            def emit(self, record):
                if self.busy:
                    return
                self.busy = True
                self.about.append(record.getMessage().partition(" method")[0])
                assert client.call("im.notify").result == "im.notify"
                self.busy = False

        logger = logging.getLogger("bitrix24")
        logger.addHandler(Report())
        logger.setLevel(logging.{level})
        if {kind} is Client:
            print(client.call("server.time").result)
        else:
            print(asyncio.run(AsyncClient.from_webhook(URL, **settings).call("server.time")).result)
        print(*Report.about, sep=", ")
        """
    )
    about = "will be tried again"
    if level == "DEBUG":
        about = f"answered, {about}, answered"
    assert finish(process) == f"server.time\n{about}\n"


@posix
def test_ctrl_c_while_a_handler_calls(portal: Portal, script: Script) -> None:
    def react(request: Request) -> Reply:
        return Reply(delay=60) if request.path.endswith("im.notify") else BUSY

    portal.react(react)
    process = script(
        """
        import logging
        client = Client.from_webhook(URL, retries=Retries(2, 0.0, 0.0), intensity=None)
        reporter = Client.from_webhook(URL, **PLAIN)

        class Report(logging.Handler):
            def emit(self, record):
                reporter.call("im.notify")

        logging.getLogger("bitrix24").addHandler(Report())
        try:
            client.call("server.time")
        except KeyboardInterrupt:
            print("interrupted")
        """
    )
    wait_for_requests(portal, 2)
    while not any(request.path.endswith("im.notify") for request in portal.requests):
        time.sleep(0.01)
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert finish(process) == "interrupted\n"
    assert time.monotonic() - start < 2


def test_retries(portal: Portal, make: Make, caplog: pytest.LogCaptureFixture) -> None:
    portal.answer(BUSY)
    with caplog.at_level(logging.WARNING, "bitrix24"):
        call(make(retries=AT_ONCE))
    [(level, text)] = ours(caplog)
    assert level == logging.WARNING
    assert text.startswith("will be tried again method=server.time attempt=1 status=503")


def test_moves(portal: Portal, make: Make, caplog: pytest.LogCaptureFixture) -> None:
    with Portal() as other:
        portal.always(Reply("", 302, {"Location": other.webhook + "server.time"}))
        with caplog.at_level(logging.INFO, "bitrix24"):
            call(make())
        assert ours(caplog) == [(logging.INFO, f"the portal has moved portal={other.url}")]


def test_nothing_is_told_to_nobody(script: Script) -> None:
    process = script(
        """
        import asyncio
        client = Client.from_webhook(URL, **PLAIN)
        client.call("server.time")
        asyncio.run(AsyncClient.from_webhook(URL, **PLAIN).call("server.time"))
        """
    )
    assert finish(process) == ""


def test_no_secret_is_told(portal: Portal, make: Make, caplog: pytest.LogCaptureFixture) -> None:
    portal.answer(
        Reply({"error": f"NO_{SECRET}"}, 400),
        Reply(f"<p>{SECRET}", 502),
        Reply(cut=0),
        Reply("", 302, {"Location": f"https://elsewhere.example/{SECRET}"}),
        BUSY,
    )
    client = make(retries=AT_ONCE)
    with caplog.at_level(1):
        for _ in range(5):
            with contextlib.suppress(errors.Bitrix24Error):
                call(client)
        call(Client.from_token(portal.url, TOKEN, retries=None, intensity=None))
    assert len(ours(caplog)) >= 6
    for record in caplog.records:
        assert SECRET not in f"{record.getMessage()} {vars(record)!r}"
        assert TOKEN not in f"{record.getMessage()} {vars(record)!r}"


class Failing(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raise ZeroDivisionError


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_handler_that_raises(make: Make) -> None:
    logger = logging.getLogger("bitrix24")
    handler = Failing()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        assert call(make()) == CHAT["result"]
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)


@posix
def test_fork_and_exit_while_details_are_told(portal: Portal, script: Script) -> None:
    process = script(
        """
        import asyncio, logging, threading, time, warnings
        warnings.simplefilter("ignore")
        class Told(logging.Handler):
            told = 0
            def emit(self, record):  # a file's own lock does not survive a fork
                Told.told += 1
        logging.basicConfig(level=logging.DEBUG, handlers=[Told()])
        client = Client.from_webhook(URL, **PLAIN)

        async def run():
            client = AsyncClient.from_webhook(URL, **PLAIN)
            while True:
                await asyncio.gather(*(client.call("server.time") for _ in range(20)))

        def call():
            while True:
                client.call("server.time")

        for work in (call, call, lambda: asyncio.run(run())):
            threading.Thread(target=work, daemon=True).start()
        for _ in range(10):
            if child := os.fork():
                assert os.waitpid(child, 0)[1] == 0
            else:
                client.call("server.time")
                os._exit(0)
        time.sleep(0.1)
        """
    )
    assert finish(process) == ""
