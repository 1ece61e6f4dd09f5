"""What the generated modules are made of."""

from __future__ import annotations

import logging
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Final,
    Generic,
    Protocol,
    SupportsIndex,
    TypeAlias,
    TypeVar,
    cast,
    final,
)

from bitrix24._native import LateTime
from bitrix24.errors import Bitrix24Error

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Awaitable, Mapping, Sequence

    from bitrix24.types import Time

__all__ = [
    "JSON",
    "UNSET",
    "Answer",
    "AsyncNamespace",
    "JSONInput",
    "JSONScalar",
    "Namespace",
    "Outcome",
    "Record",
    "Secret",
    "Unset",
    "expect",
    "hide",
]

LOGGER: Final = logging.getLogger("bitrix24")
"""Where the native half tells what it does."""
LOGGER.addHandler(logging.NullHandler())

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

JSON: TypeAlias = Any
"""A value out of JSON whose shape is not described: ``dict[str, JSON]``, ``list[JSON]``, ``str``,
``int``, ``float``, ``bool`` or ``None``. Declared as ``Any``, so that it can be walked without a
check at each step."""

if TYPE_CHECKING:
    JSONScalar: TypeAlias = "Record | Secret | dt.date | str | int | float | bool | None"
    """A single value that can be sent; a datetime needs a time zone."""

    JSONInput: TypeAlias = "Mapping[str, JSONInput] | Sequence[JSONInput] | JSONScalar"
    """A value that can be sent as JSON."""
else:
    # What reads annotations at run time has no use for a type that holds itself.
    JSONScalar = JSONInput = Any


@final
class Unset:
    """The type of :data:`UNSET`."""

    __slots__ = ()
    _only: ClassVar[Unset | None] = None

    def __new__(cls) -> Unset:
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "UNSET"


UNSET: Final = Unset()
"""Leaves a parameter out, where ``None`` would be sent as ``null``."""


@final
class Secret:
    """A string that does not show itself: not in ``repr``, ``str``, logs or tracebacks.

    Answers hold them where a value is a token, or an address with one in it. Whatever takes one
    takes a plain string as well. Pickling keeps the text. It equals another secret of the same
    text, and no plain string; to compare them takes the same time wherever the first difference is.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str | Secret, /) -> None:
        if isinstance(text, Secret):
            text = text._text
        elif not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"Secret: expected str, got {type(text).__name__}")
        self._text: str = text

    def reveal(self) -> str:
        """Gives the text."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('***')"

    def __str__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        from hmac import compare_digest  # rarely needed, and not quick to load

        return compare_digest(_bytes(self._text), _bytes(other._text))

    def __hash__(self) -> int:
        return hash(self._text)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def expect(what: str, value: object, kind: type | tuple[type, ...], wanted: str) -> None:
    """Refuses a value of another type; a flag is no number."""
    if not isinstance(value, kind) or isinstance(value, bool):
        got = type(value).__name__
        value = None  # a traceback may show it
        raise TypeError(f"{what}: expected {wanted}, got {got}")


def hide(value: T) -> T:
    """Wraps a string, so that a traceback which shows local variables does not show it.

    Declared to stay what it was: the native half, which alone reads it, takes both.
    """
    return cast("T", Secret(value)) if isinstance(value, str) else value


class Record:
    """An object in an answer. Fields are attributes; what is not described lies in ``extra``."""

    __slots__ = ("extra",)
    _wire: ClassVar[tuple[str, ...]] = ()
    """Wire names, in the order of ``__slots__``."""

    extra: dict[str, JSON]
    """Fields that the portal sent and this version does not know, by their wire names."""

    def to_dict(self) -> dict[str, JSON]:
        """Copies the fields into a dictionary by their wire names, nested records alike.

        Secrets stay :class:`Secret`, dates stay dates, and a flag is a ``bool`` however the portal
        writes it (``Y``, ``1``): who sends a record back writes flags as that method takes them.
        """
        fields = {
            wire: _to_dict(getattr(self, name))
            for name, wire in zip(self.__slots__, self._wire, strict=True)
        }
        return fields | self.extra

    def _given(self) -> dict[str, object]:
        """The fields by their wire names, without those that are ``None`` by default.

        This is what is sent where the type of a record is not described.
        """
        optional: Mapping[str, None] = getattr(type(self).__init__, "__kwdefaults__", {})
        given = {
            wire: value
            for name, wire in zip(self.__slots__, self._wire, strict=True)
            if (value := getattr(self, name)) is not None or name not in optional
        }
        return given | self.extra

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(
            getattr(self, name) == getattr(other, name) for name in (*self.__slots__, "extra")
        )

    __hash__ = None  # type: ignore[assignment]  # a record can change

    def __repr__(self) -> str:
        fields = [f"{name}={getattr(self, name)!r}" for name in self.__slots__]
        if self.extra:
            fields.append(f"extra={self.extra!r}")
        return f"{type(self).__name__}({', '.join(fields)})"


def _to_dict(value: object) -> JSON:
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, list):
        items = cast("list[object]", value)
        return [_to_dict(item) for item in items]
    if isinstance(value, dict):
        entries = cast("dict[object, object]", value)
        return {key: _to_dict(item) for key, item in entries.items()}
    return value


class Answer(Generic[T_co]):
    """What a call came back with."""

    __slots__ = ("_time", "next", "result", "total")

    _time: Time | LateTime | None

    result: T_co
    """What the method returns."""
    total: int | None
    """How many entries there are, where the method lists."""
    next: int | None
    """``start`` of the next page, where there is one."""

    def __init__(
        self,
        result: T_co,
        *,
        time: Time | None = None,
        total: int | None = None,
        next: int | None = None,
    ) -> None:
        self.result = result
        self._time = time
        self.total = total
        self.next = next

    @property
    def time(self) -> Time | None:
        """When the portal ran the request, and what it cost."""
        time = self._time  # which another thread may make meanwhile
        if isinstance(time, LateTime):
            time = self._time = time.make()
        return time

    @time.setter
    def time(self, time: Time | None) -> None:
        self._time = time

    def __reduce_ex__(self, protocol: SupportsIndex) -> str | tuple[Any, ...]:
        _ = self.time  # which cannot be copied or stored before it is made
        return super().__reduce_ex__(protocol)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Answer):
            return NotImplemented
        theirs = cast("Answer[object]", other)
        return all(
            getattr(self, name) == getattr(theirs, name)
            for name in ("result", "time", "total", "next")
        )

    __hash__ = None  # type: ignore[assignment]  # an answer can change

    def __repr__(self) -> str:
        fields = [
            f"{name}={value!r}"
            for name in ("result", "time", "total", "next")
            if (value := getattr(self, name)) is not None or name == "result"
        ]
        return f"Answer({', '.join(fields)})"


def answered(result: T, time: LateTime | None, total: int | None, next: int | None, /) -> Answer[T]:
    """Makes an answer, for the native half."""
    answer: Answer[T] = object.__new__(Answer)  # pyright: ignore[reportUnknownVariableType]
    answer.result = result
    answer._time = time  # pyright: ignore[reportPrivateUsage]
    answer.total = total
    answer.next = next
    return answer


Outcome: TypeAlias = Answer[T_co] | Bitrix24Error
"""What came of one request of a batch."""


class Call(Protocol):
    """Calls a described method: its key, its values in the order of its parameters, its time."""

    def __call__(
        self, key: str, values: tuple[object, ...], timeout: float | None, /
    ) -> Answer[Any]: ...


class AsyncCall(Protocol):
    """Like :class:`Call`, to be awaited."""

    def __call__(
        self, key: str, values: tuple[object, ...], timeout: float | None, /
    ) -> Awaitable[Answer[Any]]: ...


class Namespace:
    """Methods of the API under a common name."""

    __slots__ = ("_call",)

    def __init__(self, call: Call, /) -> None:
        self._call: Final = call


class AsyncNamespace:
    """Methods of the API under a common name, to be awaited."""

    __slots__ = ("_call",)

    def __init__(self, call: AsyncCall, /) -> None:
        self._call: Final = call
