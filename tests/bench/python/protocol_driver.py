"""The limit of a client for asyncio: a protocol of asyncio's own, and orjson, without a client of
HTTP. It has a connection for each call that is under way, and keeps them.
"""

from __future__ import annotations

from by_hand import AsyncByHand
from driver import importing, serve, trusting, url

with importing:
    import asyncio

    import orjson

    from plain import Plain, body

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Connection(asyncio.Protocol):
    """Sends one request after the other, and reads the answer to each."""

    transport: asyncio.Transport
    answer: asyncio.Future[Any] | None = None

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.read = bytearray()
        self.body: tuple[int, int] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def ask(self, request: bytes) -> asyncio.Future[Any]:
        self.answer = self.loop.create_future()
        self.transport.write(request)
        return self.answer

    def data_received(self, data: bytes) -> None:
        if self.body is None:
            if self.read:
                data = bytes(self.read + data)
            self.body = body(data)
            if self.body is not None and len(data) >= self.body[1]:
                self.done(memoryview(data))
                return
            self.read.clear()
        self.read += data
        if self.body is not None and len(self.read) >= self.body[1]:
            read, self.read = self.read, bytearray()
            self.done(memoryview(read))

    def done(self, read: memoryview) -> None:
        start, _ = self.body
        self.body = None
        self.answer.set_result(orjson.loads(read[start:]))

    def connection_lost(self, error: Exception | None) -> None:
        if self.answer is not None and not self.answer.done():
            lost = ConnectionError("the server has closed the connection")
            self.answer.set_exception(error or lost)


class Protocol(AsyncByHand):
    distribution = "orjson"
    new_loop = staticmethod(asyncio.new_event_loop)

    async def open(self) -> None:
        self.plain = Plain(url())
        self.context = trusting()
        self.free: list[Connection] = []

    async def post(self, method: str, params: dict[str, Any]) -> Any:
        connection = self.free.pop() if self.free else await self.connect()
        answer = await connection.ask(self.plain.request(method, params))
        self.free.append(connection)
        return answer

    async def connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(
            lambda: Connection(loop), self.plain.host, self.plain.port, ssl=self.context
        )
        return connection

    async def close(self) -> None:
        for connection in self.free:
            connection.transport.close()


serve(Protocol)
