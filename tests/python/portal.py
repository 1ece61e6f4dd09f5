"""A portal that answers what it was told to, byte by byte, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypedDict, final

from bitrix24 import AsyncClient, Client

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from concurrent.futures import Future
    from types import TracebackType

__all__ = ["CHAT", "PLAIN", "Plain", "Portal", "Reply", "Request"]


class Plain(TypedDict):
    """Settings without help: each call is sent once, and at once."""

    retries: None
    intensity: None


PLAIN: Final[Plain] = {"retries": None, "intensity": None}

SECRET = "s3cr3tw3bh00kc0d3"
TOKEN = "s3cr3tacc3sst0k3n"

CHAT: dict[str, Any] = {
    "result": {"ID": 2725},
    "time": {
        "start": 1771929873,
        "finish": 1771929873.459722,
        "duration": 0.45972204208374023,
        "processing": 0,
        "date_start": "2026-02-24T13:44:33+01:00",
        "date_finish": "2026-02-24T13:44:33+01:00",
        "operating_reset_at": 1771930473,
        "operating": 0,
    },
}
"""The documented answer of ``imbot.chat.get``."""


@dataclass(frozen=True)
class Request:
    """A request as it arrived."""

    verb: str
    path: str
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes
    connection: int
    """Number of the connection that it came by, counted from 1."""

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What to answer: text and bytes as they are, everything else as JSON."""

    body: Any = field(default_factory=lambda: CHAT)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    delay: float = 0.0
    """Seconds to wait before the answer."""
    drip: float = 0.0
    """Seconds between bytes."""
    cut: int | None = None
    """How many bytes of the whole answer to send before the connection breaks."""
    linger: float = 0.0
    """Seconds between the answer and what follows."""
    close: bool = False
    """Whether to close the connection after the answer."""
    reset: bool = False
    """Whether to break the connection the hard way, after ``cut`` or instead of answering."""
    silent: bool = False
    """Whether to say no more on the connection, after ``cut`` or instead of answering."""

    def encode(self) -> bytes:
        """The answer on the wire."""
        body = self.body
        if isinstance(body, str):
            body = body.encode()
        elif not isinstance(body, bytes):
            body = json.dumps(body).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Content-Length": str(len(body)),
            **({"Connection": "close"} if self.close else {}),
            **self.headers,
        }
        lines = [f"HTTP/1.1 {self.status} Whatever", *(f"{k}: {v}" for k, v in headers.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    async def write(self, writer: asyncio.StreamWriter) -> None:
        """Sends what is to be sent of it."""
        cut = 0 if self.cut is None and (self.reset or self.silent) else self.cut
        wire = self.encode()[:cut]
        pieces = [wire] if not self.drip else [wire[at : at + 1] for at in range(len(wire))]
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(self.drip)


@final
class Portal:
    """Serves on a port of its own, from a thread of its own, until the ``with`` block ends."""

    def __init__(self) -> None:
        self.script: deque[Reply] = deque()
        """The next answers; then comes ``default``."""
        self.default = Reply()
        self.react: Callable[[Request], Reply] | None = None
        """Answers instead of ``default``."""
        self.token_script: deque[Reply] = deque()
        """The next answers of the authorization server."""
        self.requests: list[Request] = []
        self.token_requests: list[Request] = []
        """Those to the authorization server, which are not among the others."""
        self.connections = 0
        """How many there were, but for those to the authorization server."""
        self.broken = 0
        """How many of them the client closed while an answer was under way."""
        self.port = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="portal", daemon=True)

    @property
    def url(self) -> str:
        """Address of the portal."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def webhook(self) -> str:
        """Address of a webhook."""
        return f"{self.url}/rest/1/{SECRET}/"

    @property
    def token(self) -> str:
        """An access token."""
        return TOKEN

    def client(self, **settings: Any) -> Client:
        """Makes a client of it that sends each call once, and at once."""
        return Client.from_webhook(self.webhook, **_with(settings))

    def async_client(self, **settings: Any) -> AsyncClient:
        """Makes a client of it that sends each call once, and at once."""
        return AsyncClient.from_webhook(self.webhook, **_with(settings))

    def answer(self, *replies: Reply) -> None:
        """Adds to the script."""
        self.script.extend(replies)

    def hang_up(self) -> None:
        """Closes every connection."""
        self._run(self._hang_up())

    def __enter__(self) -> Portal:
        self._thread.start()
        self._run(self._start())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        done: Future[None] = asyncio.run_coroutine_threadsafe(work, self._loop)
        done.result(10)

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=2048)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._server.close()
        await self._hang_up()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _hang_up(self) -> None:
        for writer in list(self._open):
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        self._open.add(writer)
        try:
            while request := await _read(reader, number):
                if self.token_script and "/oauth/token/" in request.path:
                    self.connections -= 1
                    self.token_requests.append(request)
                    reply = self.token_script.popleft()
                else:
                    self.requests.append(request)
                    reply = self._reply(request)
                if reply.delay and await self._is_left(reader, reply.delay):
                    self.broken += 1
                    return
                await reply.write(writer)
                await asyncio.sleep(reply.linger)
                if reply.silent:
                    self.broken += await self._is_left(reader, 600)
                    return
                if reply.reset:
                    linger = struct.pack("ii", 1, 0)
                    connection: socket.socket = writer.get_extra_info("socket")
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    return
                if reply.close or reply.cut is not None:
                    return
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    def _reply(self, request: Request) -> Reply:
        if self.script:
            return self.script.popleft()
        return self.react(request) if self.react else self.default

    async def _is_left(self, reader: asyncio.StreamReader, delay: float) -> bool:
        """Waits, unless the client goes away meanwhile."""
        try:
            return await asyncio.wait_for(reader.read(1), delay) == b""
        except asyncio.TimeoutError:
            return False


def _with(settings: dict[str, Any]) -> dict[str, Any]:
    return {**PLAIN, **settings}


async def _read(reader: asyncio.StreamReader, connection: int) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    verb, path, _ = first.split(" ")
    headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(verb, path, headers, body, connection)
