"""The wire cases: rows, and the secrets in them. See ``tests/wire/README.md``."""

from __future__ import annotations

import re
import socket
import weakref
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, cast
from urllib.parse import quote

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "ANOTHER_WEBHOOK",
    "CALL",
    "WEBHOOK",
    "Answer",
    "Call",
    "Fails",
    "Place",
    "Request",
    "Returns",
    "Row",
    "Settings",
    "Step",
    "call",
    "find",
    "is_plain",
    "read",
    "requests",
    "spell",
    "steps",
]

CODE = "w3bh00k.c0de~of_n0-one"
TOKEN = 't0ken/of"n0\\one+%41&=<here>'
PASSWORD = "pr0xy-passw0rd-of-n0-one"
SECRETS = {
    "code": CODE,
    "token": TOKEN,
    "password": PASSWORD,
    "secret": "cl13nt/s3cret+of=n0body",
    "refresh": "r3fr3sh/me+for=ev3r",
    "new_token": "n3west/acc3ss+key=17",
    "new_refresh": "an0ther/ren3wal+key=18",
}

PART = 8
"""How many characters of a secret in a row give it away."""


WEBHOOK = "http://${portal}/rest/7/${code}/"
"""That of a row that does not say where to call."""
ANOTHER_WEBHOOK = "http://${portal}/rest/8/an0therc0de/"


class Intensity(TypedDict):
    depth: int
    per_second: float


class OAuth(TypedDict, total=False):
    access_token: str
    refresh_token: str
    expires_in: int
    auth_server: str
    store: str
    timeout: float


class Settings(TypedDict, total=False):
    webhook: str
    token: str
    access_token: str
    base_url: str
    proxy: str
    user_agent: str
    root_certificate: str
    timeout: float
    read_timeout: float
    connect_timeout: float
    retries: int
    pause: int
    intensity: Intensity
    oauth: OAuth


class _Method(TypedDict):
    method: str


class Command(_Method, total=False):
    typed: bool
    rest: str
    params: str
    repeat: int


class _Paging(TypedDict):
    paging: str


class List(_Paging, total=False):
    records: str
    keyed_by: str
    page_size: int


class Call(TypedDict, total=False):
    batch: list[Command]
    halt: bool
    list: List
    keyed: bool
    batched: bool
    resume: str
    method: str
    typed: bool
    rest: str
    params: str
    repeatable: bool
    timeout: float
    times: int


CALL: Call = {
    "method": "imbot.chat.get",
    "typed": True,
    "params": '{"ENTITY_TYPE": "CHAT", "ENTITY_ID": "13"}',
}
"""That of a row that does not say what to call."""


class Request(TypedDict, total=False):
    path: str
    body: str
    headers: dict[str, str]
    commands: int


class Answer(TypedDict, total=False):
    status: int
    headers: dict[str, str]
    hex: str
    body: str
    raw: str
    numbers: list[int]
    portal: str
    part: str
    after: float
    drip: float


class Returns(TypedDict, total=False):
    result: str
    records: str
    time: str
    total: int
    next: int


class Fails(TypedDict, total=False):
    config: str
    request: str
    transport: str
    decode: str
    api: str
    limit: str
    token: str
    not_run: str
    code: str
    method: str
    records: str
    cursor: str
    tries: int
    stopped: str
    wait: float
    status: int
    message: str
    says: str
    excerpt: str
    path: str
    location: str
    description: str
    validation: list[dict[str, str]]
    argument: str
    time: str
    origin: str
    python: str


class Takes(TypedDict, total=False):
    at_least: float
    at_most: float


class Expected(TypedDict, total=False):
    """What must become of commands of a batch."""

    returns: Returns
    fails: Fails
    repeat: int


class Step(TypedDict, total=False):
    """A call, and what must become of it."""

    after: float
    by: str
    call: Call
    sends: Request | list[Request] | str
    returns: Returns
    fails: Fails
    outcomes: list[Expected]
    takes: Takes
    expected_wait: float


class _Name(TypedDict):
    name: str


class Row(Step, _Name, total=False):
    client: Settings
    answer: Answer
    answers: list[Answer]
    requests: int
    then: list[Step]
    moved_to: str
    token_answers: list[Answer]
    token_requests: int
    token_sends: list[str]
    stats: dict[str, int]


def read() -> list[Row]:
    """Reads every table."""
    folder = Path(__file__).parent.parent / "wire"
    return [row for file in sorted(folder.glob("*.yaml")) for row in _load(file)]


def _load(file: Path) -> list[Row]:
    return cast("list[Row]", yaml.safe_load(file.read_text("utf-8")))


def steps(row: Row) -> list[Step]:
    """What a row and its ``then`` ask for, in order."""
    return [row, *row.get("then", [])]


def call(step: Step) -> Call:
    """What a step calls."""
    given = step.get("call", {})
    if "batch" in given:
        return {**given, "method": "batch"}
    return given if "method" in given else {**CALL, **given}


def is_plain(row: Row) -> bool:
    """Whether nothing in a row depends on time."""
    return (
        not row.keys() & {"answers", "then", "takes"}
        and not {
            "retries",
            "intensity",
            "timeout",
            "read_timeout",
            "oauth",
        }
        & row.get("client", {}).keys()
    )


def requests(row: Row) -> int:
    """How many requests of a row must arrive."""
    if "requests" in row:
        return row["requests"]
    if "answers" in row:
        return len(row["answers"])
    sent = (step for step in steps(row) if step.get("sends") != "nothing")
    return sum(call(step).get("times", 1) for step in sent)


class Place:
    """Where the portal of a row is."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.number = 0
        """Of the command, within a batch."""
        # Taken, so that nobody else listens there, nor does it.
        taken = socket.socket()
        taken.bind(("127.0.0.1", 0))
        self.closed = int(taken.getsockname()[1])
        weakref.finalize(self, taken.close)

    def at(self, number: int) -> Place:
        """For a command of a batch."""
        place = copy(self)
        place.number = number
        return place

    def fill(self, text: str) -> str:
        """Puts values in the place of ``${name}`` and ``${name|spelling}``."""

        def value(match: re.Match[str]) -> str:
            values = {
                "portal": f"127.0.0.1:{self.port}",
                "moved": f"localhost:{self.port}",
                "port": str(self.port),
                "closed": f"127.0.0.1:{self.closed}",
                "n": str(self.number),
                **SECRETS,
            }
            return spell(values[match[1]], match[2])

        return re.sub(r"\$\{(\w+)(?:\|(\w+))?\}", value, text)


def spell(value: str, spelling: str | None) -> str:
    """Writes a secret in another way."""
    html = {'"': "&quot;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
    spellings: dict[str | None, Callable[[str], str]] = {
        None: str,
        "upper": str.upper,
        "hex": lambda value: "".join(f"%{ord(c):02x}" for c in value),
        "unicode": lambda value: "".join(f"\\u{ord(c):04x}" for c in value),
        "json": lambda value: re.sub(r'["\\/]', r"\\\g<0>", value),
        "percent": lambda value: quote(value, safe=""),
        "html": lambda value: "".join(html.get(c, c) for c in value),
    }
    return spellings[spelling](value)


def find(text: str) -> str | None:
    """Finds a part of a secret in a text, however it is spelled."""
    numbers = (int(number) for number in re.findall(r"\b\d{1,3}\b", text))
    as_bytes = "".join(chr(number) for number in numbers if number < 128)
    texts = [_normal(text), _normal(as_bytes)]
    for secret in map(_normal, SECRETS.values()):
        for start in range(len(secret) - PART + 1):
            part = secret[start : start + PART]
            if any(part in text for text in texts):
                return part
    return None


_ESCAPE = re.compile(
    r"%([0-7][0-9a-f])|\\u(00[0-7][0-9a-f])|\\x([0-7][0-9a-f])|&(quot|amp|lt|gt);|\\"
)
_ENTITIES: Mapping[str, str] = {"quot": '"', "amp": "&", "lt": "<", "gt": ">"}


def _normal(text: str) -> str:
    """Undoes every spelling, over and over."""

    def plain(match: re.Match[str]) -> str:
        code = match[1] or match[2] or match[3]
        if code:
            # Quoting doubles backslashes and puts them before quotes.
            return chr(int(code, 16)).replace("\\", "")
        return _ENTITIES[match[4]] if match[4] else ""

    while True:
        text, before = _ESCAPE.sub(plain, text.lower()).lower(), text
        if text == before:
            return text


def sample(name: str) -> Any:
    """A secret in the raw, for tests of the search itself."""
    return SECRETS[name]
