"""Calls that are described now and made later: one by one, in a batch, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, NoReturn, TypeAlias, TypeVar, final

from bitrix24._base import JSON, JSONInput, Secret, hide

__all__ = ["ListRequest", "Paging", "Reference", "Request", "RequestNamespace", "Rest"]

T_co = TypeVar("T_co", covariant=True)
R_co = TypeVar("R_co", covariant=True)

Rest: TypeAlias = Literal["classic", "v3"]
"""The version of the API."""

Paging: TypeAlias = Literal[
    "start", "offset", "limit", "page", "nav_params", "pagination", "cursor"
]
"""The parameter that leads through the pages of a list."""

How: TypeAlias = tuple[Paging, tuple[str, ...], int | None, str | None, str | None]
"""Paging, way to the records, size of a page, key, and what the filter calls it."""


class Request(Generic[T_co]):
    """A call that is not made yet: of which method, with which values.

    Made by ``request.{method}(…)``, or by :meth:`by_name`. ``client.send`` makes the call,
    ``client.batch`` makes many at once. It can be used any number of times. Values that can change,
    such as lists, are read when it is sent.
    """

    __slots__ = ("_rest", "_target", "_values")

    # The native half reads these.
    _target: Final[str | Secret]
    """The key of a described method, or the name of any."""
    _values: Final[tuple[object, ...] | Mapping[str, JSONInput] | None]
    """Of a described method in the order of its parameters, else by their names."""
    _rest: Final[Rest | None]
    """``None`` where the key tells."""

    def __init__(
        self,
        target: str | Secret,
        values: tuple[object, ...] | Mapping[str, JSONInput] | None,
        rest: Rest | None = None,
        /,
    ) -> None:
        self._target = hide(target) if rest else target
        self._values = values
        self._rest = rest

    @staticmethod
    def by_name(
        name: str,
        params: Mapping[str, JSONInput] | None = None,
        *,
        rest: Rest = "classic",
    ) -> Request[JSON]:
        """Makes a request of any method, described here or not.

        Args:
            name: Wire name of the method: ``crm.deal.get``.
            params: Its parameters by their wire names.
            rest: Version of the API: ``"v3"`` for methods of REST 3.0.
        """
        name = hide(name)  # what is put there by mistake is a whole address
        return Request(name, params, rest)

    @property
    def result(self) -> Any:
        """What the call will return, to be passed to a later request of the same batch.

        The portal puts it in. Fields are named as on the wire, and every step is in brackets::

            chat = request.imbot.chat.get(entity_type="CRM", entity_id="DEAL|13")
            dialog = Request.by_name("im.dialog.get", {"DIALOG_ID": chat.result["ID"]})
            client.batch((chat, dialog))
        """
        return Reference(self)

    @property
    def method(self) -> str:
        """Wire name of the method; stars where something else was given for one."""
        if isinstance(self._target, str):
            return self._target.removeprefix("v3:")
        name = self._target.reveal()
        plain = name.isascii() and name.replace(".", "").replace("_", "").isalnum()
        return name if plain else "***"

    def __repr__(self) -> str:
        # What is sent may be anybody's secret.
        return f"<{type(self).__name__} of {self.method}>"


class ListRequest(Request[T_co], Generic[T_co, R_co]):
    """A request of a method that lists: ``client.records`` reads it page by page.

    Made by ``request.{method}(…)``, or by :meth:`by_name`.
    """

    __slots__ = ("_list",)

    _list: Final[How | None]
    """How a list is read that is not described."""

    def __init__(
        self,
        target: str | Secret,
        values: tuple[object, ...] | Mapping[str, JSONInput] | None,
        rest: Rest | None = None,
        how: How | None = None,
        /,
    ) -> None:
        super().__init__(target, values, rest)
        self._list = how

    @staticmethod
    def by_name(
        name: str,
        params: Mapping[str, JSONInput] | None = None,
        *,
        rest: Rest = "classic",
        records: str | Sequence[str] = (),
        paging: Paging | None = None,
        page_size: int | None = None,
        key: str | None = None,
        key_as: str | None = None,
    ) -> ListRequest[JSON, JSON]:
        """Makes a request of any method that lists, described here or not.

        Args:
            name: Wire name of the method: ``crm.deal.list``.
            params: Its parameters by their wire names.
            rest: Version of the API: ``"v3"`` for methods of REST 3.0.
            records: The field of the result that holds the records, or the steps that lead there;
                left out, the result is the list.
            paging: What leads from page to page: by default ``start``, and in REST 3.0
                ``pagination``.
            page_size: Records in a page, where the method does not say by itself.
            key: The field of a record that holds its number, such as ``ID``: what
                ``client.records(…, keyed=True)`` walks along.
            key_as: What order and filter call that field, where they spell it otherwise: ``ID``
                for the ``id`` of ``tasks.task.list``.
        """
        name = hide(name)
        way = (records,) if isinstance(records, str) else tuple(records)
        paging = paging or ("pagination" if rest == "v3" else "start")
        return ListRequest(name, params, rest, (paging, way, page_size, key, key_as))


@final
class Reference:
    """A part of what another request of the same batch will return: see :attr:`Request.result`.

    It has no value here. It is passed on as a whole: the portal does not put it into texts.
    """

    __slots__ = ("_request", "_steps")

    # The native half reads these.
    _request: Request[Any]
    _steps: tuple[str | int, ...]

    def __init__(self, request: Request[Any], steps: tuple[str | int, ...] = (), /) -> None:
        # Past the guard below.
        object.__setattr__(self, "_request", request)
        object.__setattr__(self, "_steps", steps)

    def __getitem__(self, step: str | int, /) -> Any:
        """Goes into a field, by its wire name, or to an entry of a list, counted from 0."""
        if isinstance(step, bool) or not isinstance(step, str | int):  # pyright: ignore[reportUnnecessaryIsInstance]
            found = type(step).__name__
            raise TypeError(f"a step of a reference is a str or an int, not {found}")
        if isinstance(step, int) and step < 0:
            raise IndexError("a reference counts from the beginning of a list")
        if step == "" or (isinstance(step, str) and ("[" in step or "]" in step)):
            raise KeyError("a step of a reference has no brackets and is not empty")
        return Reference(self._request, (*self._steps, step))

    if not TYPE_CHECKING:
        # Otherwise Python would walk through it by numbers, without an end.
        __iter__ = None
        __contains__ = None

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a reference has no attribute {name!r}: fields are in brackets")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a reference cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a reference cannot be changed")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Reference):
            return NotImplemented
        return self._request is other._request and self._steps == other._steps

    def __hash__(self) -> int:
        return hash((id(self._request), self._steps))

    def __copy__(self) -> Reference:
        return self

    def __deepcopy__(self, memo: Mapping[int, Any]) -> Reference:
        # Of a copy only if that is made in one go with this, as of all requests of a batch.
        request = memo.get(id(self._request))
        return self if request is None else Reference(request, self._steps)

    def __reduce__(self) -> tuple[type[Reference], tuple[object, ...]]:
        return Reference, (self._request, self._steps)

    def __bool__(self) -> NoReturn:
        raise TypeError("a reference has no value before the batch has run")

    def __str__(self) -> NoReturn:
        raise TypeError("a reference is passed on as a whole, not as a part of a text")

    def __format__(self, how: str) -> NoReturn:
        str(self)
        raise AssertionError

    def __repr__(self) -> str:
        steps = "".join(f"[{step!r}]" for step in self._steps)
        return f"<Reference to result{steps} of {self._request.method}>"


class RequestNamespace:
    """Methods of the API under a common name, as requests."""

    __slots__ = ()
