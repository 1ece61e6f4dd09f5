"""What a sandbox is told to answer, and what goes wrong on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, final

from bitrix24._base import JSON, UNSET

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bitrix24._compat import TypedDict, Unpack

    class How(TypedDict, total=False):
        """How a fault happens: see :class:`Fault`."""

        times: int | None
        after: int
        every: int
        chance: float
        at: Iterable[int]
        during: tuple[float, float]
        seconds: float
        late: float
        bytes: int
        then: Literal["close", "reset", "silence"]
        status: int
        body: JSON
        code: str
        text: str
        slips: Iterable[Slip]
        ran: bool


__all__ = ["Fault", "Kind", "Reply", "Slip", "how_often", "reply"]

Kind: TypeAlias = Literal[
    "reset",
    "refuse",
    "half",
    "cut",
    "close",
    "silence",
    "drip",
    "html",
    "status",
    "delay",
    "error",
    "slips",
]
"""What goes wrong: see :class:`Fault`."""

Slip: TypeAlias = Literal["arrays", "numbers", "dates"]
"""A value as PHP writes it that does not mind types: ``[]`` for an empty object, text for a number,
``false`` for a date."""


@final
class Fault:
    """Something that goes wrong with the answer to a request.

    The method has run all the same, but for ``refuse`` and ``error``.

    The kinds are

    - ``reset``: the connection is reset in place of an answer,
    - ``refuse``: it is closed in place of an answer, and the method does not run,
    - ``half``: it is closed after the head and half of the body,
    - ``cut``: it is closed after so many ``bytes`` of the whole answer,
    - ``close``: it is closed after the answer, which did not tell so,
    - ``silence``: the answer never comes,
    - ``drip``: the answer comes byte by byte, ``seconds`` (1) apart,
    - ``html``: a page with status 502 comes instead,
    - ``status``: ``status`` (500) and ``body`` (empty) come instead,
    - ``delay``: the answer comes ``seconds`` (1) later,
    - ``error``: the error ``code`` comes, with the documented ``status`` and ``text`` unless given,
    - ``slips``: values are written as PHP does that does not mind types: ``slips`` (all).

    It meets the next request, unless it is said when:

    - ``times``: so many requests; ``None``: all,
    - ``after``: so many requests go well before,
    - ``every``: the last of each so many requests,
    - ``chance``: each with this probability, from 0 to 1: the same ones for the same seed,
    - ``at``: those of these numbers, from 1,
    - ``during``: those in this time, two numbers of seconds since it was ordered by the portal's
      clock.

    Besides

    - ``late``: all that happens so many seconds later,
    - ``then``: what becomes of the connection where it would be closed: ``reset``, ``silence``,
    - ``ran``: ``False``: the method does not run.
    """

    __slots__ = ("_spoil",)

    def __init__(self, kind: Kind, **how: Unpack[How]) -> None:
        spoil: dict[str, JSON] = {"kind": kind, **how}
        for name in ("at", "during", "slips"):
            if name in spoil:
                spoil[name] = [*spoil[name]]
        if "times" in how:
            spoil["times"] = how_often(how["times"])
        self._spoil: Final = spoil

    def to_dict(self) -> dict[str, JSON]:
        """The parameters of the order ``fault``, but for the method."""
        return {**self._spoil}

    def __repr__(self) -> str:
        how = "".join(f", {name}={self._spoil[name]!r}" for name in [*self._spoil][1:])
        return f"Fault({self._spoil['kind']!r}{how})"


@final
class Reply:
    """What a sandbox answers to a call.

    ::

        Reply({"ID": 13})
        Reply(body={"result": [], "total": 0}, times=2)
        Reply(text="<h1>Off for lunch</h1>", content_type="text/html", status=503)
        Reply(error="ACCESS_ERROR")
        Reply(True, fault=Fault("delay", seconds=0.5))
    """

    __slots__ = ("_script",)

    def __init__(
        self,
        result: JSON = UNSET,
        *,
        body: JSON = UNSET,
        text: str | bytes | None = None,
        raw: str | None = None,
        error: str | None = None,
        content_type: str | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        times: int | None = None,
        fault: Fault | None = None,
        to_anyone: bool = False,
    ) -> None:
        """Makes it of a result, or of just one of what else may be answered.

        Args:
            result: The result; the portal adds the rest of the body.
            body: The whole body, in JSON.
            text: The whole body as it is.
            raw: The whole answer as it is, with its head; the connection is closed after it.
            error: The error with this code.
            content_type: What a ``text`` is.
            status: The HTTP status; by default 200, or that of the error.
            headers: Further headers.
            times: How many calls get it, before what else is answered; by default all, until the
                method is told another answer.
            fault: What goes wrong with it.
            to_anyone: Whether it answers whoever calls, with whatever credential and parameters.

        Raises:
            TypeError: Nothing is to be answered, or more than one thing.
            ValueError: ``times`` is less than 1.
        """
        given: list[tuple[str, JSON]] = []
        if result is not UNSET:
            given.append(("result", result))
        if body is not UNSET:
            given.append(("answer", body))
        if isinstance(text, str):
            given.append(("text", text))
        elif text is not None:
            given.append(("hex", text.hex()))
        if raw is not None:
            given.append(("raw", raw))
        if error is not None:
            given.append(("error", error))
        if len(given) != 1:
            raise TypeError("Reply takes one of result, body, text, raw and error")
        more: dict[str, JSON] = {
            "content_type": content_type,
            "status": status,
            "headers": None if headers is None else {**headers},
            "times": None if times is None else how_often(times),
            "fault": None if fault is None else fault.to_dict(),
            "to_anyone": to_anyone or None,
        }
        given += [(name, value) for name, value in more.items() if value is not None]
        self._script: Final = dict(given)

    def to_dict(self) -> dict[str, JSON]:
        """The parameters of the order ``answer``, but for the method."""
        return {**self._script}

    def __repr__(self) -> str:
        parts = ", ".join(f"{name}={value!r}" for name, value in self._script.items())
        return f"Reply({parts})"


def how_often(times: int | None) -> int:
    """How orders say it: 0 is always."""
    if times is None:
        return 0
    if times < 1:
        raise ValueError(f"times: expected at least 1, or None for all, got {times}")
    return times


def reply(answer: JSON | Reply) -> Reply:
    """Makes a reply of a result."""
    return answer if isinstance(answer, Reply) else Reply(answer)
