"""The portal of these tests: a sandbox that answers what it was told to, whoever calls."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypedDict, final

from bitrix24 import AsyncClient, Client
from bitrix24.sandbox import Fault, RecordedCall, Sandbox
from bitrix24.sandbox import Reply as Made

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

__all__ = ["CHAT", "PLAIN", "TOKENS", "Plain", "Portal", "Reply", "Request"]


class Plain(TypedDict):
    """Settings without help: each call is sent once, and at once."""

    retries: None
    intensity: None


PLAIN: Final[Plain] = {"retries": None, "intensity": None}

SECRET = "s3cr3tw3bh00kc0d3"
TOKEN = "s3cr3tacc3sst0k3n"

TOKENS = "oauth.token"
"""The authorization server, to the sandbox."""

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


@final
class Request:
    """A request as it arrived."""

    def __init__(self, call: RecordedCall) -> None:
        self.verb = call.verb
        self.path = call.target
        self.headers = call.headers
        self.body = call.body
        self.connection = call.connection

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
    cut: int | None = None
    """How many bytes of the whole answer to send before the connection breaks."""
    close: bool = False
    """Whether to close the connection after the answer."""

    def made(self, times: int | None) -> Made:
        """As a sandbox takes it."""
        fault = None
        if self.cut is not None:
            fault = Fault("cut", bytes=self.cut, late=self.delay)
        elif self.delay:
            fault = Fault("delay", seconds=self.delay)
        return Made(
            text=self.body if isinstance(self.body, str | bytes) else json.dumps(self.body),
            content_type="application/json; charset=utf-8",
            status=self.status,
            headers={**({"Connection": "close"} if self.close else {}), **self.headers},
            times=times,
            fault=fault,
            to_anyone=True,
        )


@final
class Portal:
    """A sandbox whose answers have nothing to do with what it is asked."""

    def __init__(self) -> None:
        self.sandbox: Final = Sandbox()

    @property
    def url(self) -> str:
        """Address of the portal."""
        return self.sandbox.url

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rpartition(":")[2])

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
        """Says what the next requests get."""
        for reply in replies:
            self.sandbox.answer("*", reply.made(1))

    def always(self, reply: Reply) -> None:
        """Says what all requests get after that."""
        self.sandbox.answer("*", reply.made(None))

    def react(self, function: Callable[[Request], Reply]) -> None:
        """Says what all requests get after that, those for tokens among them."""

        def act(call: RecordedCall) -> Made:
            return function(Request(call)).made(None)

        for method in ("*", TOKENS):
            self.sandbox.answer_with(method, act, to_anyone=True)

    @property
    def requests(self) -> list[Request]:
        """All so far, but for those to the authorization server."""
        return [Request(call) for call in self.sandbox.calls() if call.method != TOKENS]

    @property
    def token_requests(self) -> list[Request]:
        """Those to the authorization server."""
        return [Request(call) for call in self.sandbox.calls(TOKENS)]

    @property
    def connections(self) -> int:
        """How many there were, but for those to the authorization server."""
        for_tokens = {request.connection for request in self.token_requests}
        return self.sandbox.connections - len(for_tokens)

    @property
    def broken(self) -> int:
        """How many of them the client closed while an answer was under way."""
        return self.sandbox.broken_connections

    def hang_up(self) -> None:
        """Closes every connection."""
        self.sandbox.hang_up()

    def __enter__(self) -> Portal:
        self.sandbox.start()
        self.always(Reply())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.sandbox.__exit__(kind, error, traceback)


def _with(settings: dict[str, Any]) -> dict[str, Any]:
    return {**PLAIN, **settings}
