"""HTTP as it is on the wire, for this one server: what is sent, and where an answer ends.

Nothing else is looked at: no other headers, no redirects, no limits of time.
"""

from __future__ import annotations

import orjson

from driver import Wrong

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

END = b"\r\n\r\n"
"""The end of a head."""


class Plain:
    """A webhook, whose head of a request is prepared."""

    def __init__(self, url: str) -> None:
        _, _, authority, path = url.split("/", 3)
        self.host, port = authority.split(":")
        self.port = int(port)
        self._head = (
            f"POST /{path}%b HTTP/1.1\r\nHost: {authority}\r\n"
            "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        ).encode()

    def request(self, method: str, params: dict[str, Any]) -> bytes:
        """The bytes of a call."""
        body = orjson.dumps(params)
        return self._head % (method.encode(), len(body)) + body


def body(read: bytes) -> tuple[int, int] | None:
    """Where the body of an answer begins, and where it ends. None: the head is not all there."""
    start = read.find(END)
    if start < 0:
        return None
    if not read.startswith(b"HTTP/1.1 200 "):
        raise Wrong(read[:start])
    length = read.index(b"Content-Length:") + 15
    start += len(END)
    return start, start + int(read[length : read.index(b"\r", length)])
