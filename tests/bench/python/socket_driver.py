"""The limit of a client in Python: a socket for each thread, orjson, and no client of HTTP."""

from __future__ import annotations

from by_hand import SyncByHand
from driver import importing, serve, trusting, url

with importing:
    import socket
    import threading

    import orjson

    from plain import Plain, body

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CHUNK = 64 * 1024
"""Bytes that are read at once."""


class Socket(SyncByHand):
    distribution = "orjson"

    def __init__(self) -> None:
        self.plain = Plain(url())
        self.context = trusting()
        self.local = threading.local()

    def post(self, method: str, params: dict[str, Any]) -> Any:
        connection = self.connection()
        connection.sendall(self.plain.request(method, params))
        read = connection.recv(CHUNK)
        while (found := body(read)) is None:
            read += self.more(connection)
        start, end = found
        if len(read) == end:
            return orjson.loads(memoryview(read)[start:])
        chunks, left = [read[start:]], end - len(read)
        while left > 0:
            chunks.append(self.more(connection))
            left -= len(chunks[-1])
        return orjson.loads(b"".join(chunks))

    @staticmethod
    def more(connection: socket.socket) -> bytes:
        """What comes next."""
        read = connection.recv(CHUNK)
        if not read:
            raise ConnectionError("the server has closed the connection")
        return read

    def connection(self) -> socket.socket:
        try:
            return self.local.connection
        except AttributeError:
            connection = socket.create_connection((self.plain.host, self.plain.port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_hostname=self.plain.host)
            self.local.connection = connection
            return connection


serve(Socket)
