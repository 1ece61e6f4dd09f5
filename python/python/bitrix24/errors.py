"""Everything that a call can raise.

::

    Bitrix24Error
    ├── ConfigError (ValueError)            a client cannot be made of these settings
    ├── RequestError (ValueError)           the call was wrong; nothing was sent
    │   └── ArgumentTypeError (TypeError)   a value of another type than the parameter takes
    ├── LimitError                          its turn would have come too late; it did not run
    ├── TokenError                          there is no access token to call with
    │   ├── RefreshRefused                  the authorization server refuses to give one
    │   ├── RefreshFailed                   the authorization server gave no usable answer
    │   ├── TokenStoreError                 the store of tokens failed
    │   └── TokenTimeout (TimeoutError)     the time of the call ran out before there was one
    ├── NotRun                              in a batch, an earlier failure kept it from running
    ├── TransportError                      no whole answer came
    │   ├── ConnectError                    no connection: name, route, TLS, proxy
    │   ├── NotSent                         no time left to send it, or no way
    │   ├── CallTimeout (TimeoutError)      the time of the call ran out
    │   └── ConnectionLost                  the connection broke before the answer was complete
    ├── DecodeError                         something came that is not an answer
    │   ├── EmptyBody                       nothing
    │   ├── HtmlBody                        a web page
    │   ├── NotJson                         neither JSON nor a web page
    │   ├── TruncatedBody                   JSON that breaks off
    │   ├── WrongType                       a field of another type than described
    │   ├── NotAnAnswer                     JSON with neither a result nor an error
    │   ├── MissingAnswer                   the answer of a batch does not speak of the request
    │   ├── WrongReference                  in a batch, it ran with something else than it refers to
    │   └── UnexpectedRedirect              an address to go to instead
    ├── ListError                           the pages of a list do not fit together
    │   └── ListCutOff                      it ended too early, or did not go on
    └── ApiError                            the portal answered with an error
        ├── SystemApiError                  a code that any method may answer with
        ├── MethodApiError                  a code that methods describe as their own
        └── UnknownApiError                 a code that nobody described

Below ``SystemApiError`` and ``MethodApiError`` there is one class for each code: ``ACCESS_ERROR``
is ``AccessError``. A code of both kinds has one class for either kind and one above them:
``SystemAccessDenied`` and ``MethodAccessDenied`` are both an ``AccessDenied``. So an error can be
caught by its code, by its kind, or with all others::

    try:
        client.imbot.chat.get(entity_type="CRM", entity_id="DEAL|13")
    except errors.AccessError:
        ...
    except errors.SystemApiError as error:
        print(error.code, error.status)
    except errors.Bitrix24Error:
        ...

After a ``TransportError`` or ``DecodeError`` the portal may or may not have done what it was
asked for. Every error says how often the call was tried, and why not once more: see
:class:`Bitrix24Error`. No error shows a secret, and all can be pickled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from bitrix24._codes import *  # noqa: F403
    from bitrix24.types import Time

Stopped: TypeAlias = Literal["", "final", "not repeatable", "tries used up", "no time left"]
"""Why a call was not tried once more: see :attr:`Bitrix24Error.stopped`."""


class Bitrix24Error(Exception):
    """Any error of this package.

    Attributes:
        method: Wire name of the method that was called, with ``batch: `` before it where a whole
            request of a batch failed; empty where there was none.
        tries: How often the call was sent.
        stopped: Why it was not tried once more; empty where nothing was sent. ``"final"``: another
            try would fail alike. ``"not repeatable"``: it may have run, and a second time would do
            its work twice. ``"tries used up"`` and ``"no time left"``: what the client's
            ``retries`` and ``timeout`` allow was not enough.
        cursor: While a list is read: what ``client.records(…, resume=…)`` goes on from. Unless it
            is read by ``keyed``, nothing is skipped or repeated only if the list did not change.
    """

    method: str
    tries: int = 0
    stopped: Stopped = ""
    cursor: str | None = None

    def __init__(self, message: str = "", /, *, method: str = "") -> None:
        super().__init__(message)
        self.method = method


class ConfigError(Bitrix24Error, ValueError):
    """A client cannot be made of these settings."""


class RequestError(Bitrix24Error, ValueError):
    """The call was wrong, so nothing was sent."""


class ArgumentTypeError(RequestError, TypeError):
    """A value is of another type than its parameter takes; nothing was sent."""


class LimitError(Bitrix24Error):
    """The call's turn would have come after its time; it did not run.

    Calls wait for each other, so that the portal does not refuse them: see the settings
    ``intensity`` and ``timeout`` of a client.
    """

    wait: float
    """Seconds that it would have had to wait."""

    def __init__(self, message: str = "", /, *, method: str = "", wait: float = 0.0) -> None:
        super().__init__(message, method=method)
        self.wait = wait


class TokenError(Bitrix24Error):
    """There is no access token to call with.

    If the portal was asked at all (``tries``), it refused the token that there was: the call did
    not run.
    """


class RefreshRefused(TokenError):
    """The authorization server refuses to give a token.

    To call it again is of no use: the user has to open or install the application anew, or the
    settings of the application are wrong.
    """

    code: str
    """The server's code, such as ``invalid_grant``."""
    description: str
    """The server's explanation, without secrets."""

    def __init__(
        self, message: str = "", /, *, method: str = "", code: str = "", description: str = ""
    ) -> None:
        super().__init__(message, method=method)
        self.code = code
        self.description = description


class RefreshFailed(TokenError):
    """The authorization server could not be reached, or gave no usable answer."""


class TokenStoreError(TokenError):
    """The store of tokens failed; what it raised is the cause.

    The token is kept, and the next call tries to store it again.
    """


class TokenTimeout(TokenError, TimeoutError):
    """The time of the call ran out before there was a token.

    The token may be there for the next call: what asks for it goes on.
    """


class NotRun(Bitrix24Error):
    """The request did not run, since an earlier one of the same batch failed."""

    because: str
    """What kept it from running, in words."""

    def __init__(self, message: str = "", /, *, method: str = "", because: str = "") -> None:
        super().__init__(message, method=method)
        self.because = because


class TransportError(Bitrix24Error):
    """No answer came; the portal may have done the work all the same."""

    status: int | None
    """HTTP status, if the connection broke in the middle of an answer."""

    def __init__(
        self, message: str = "", /, *, method: str = "", status: int | None = None
    ) -> None:
        super().__init__(message, method=method)
        self.status = status


class ConnectError(TransportError):
    """There was no connection: the name, the route, TLS or the proxy failed. Nothing was sent."""


class NotSent(TransportError):
    """It was not sent: its time was up before, or there is no way to send it."""


class CallTimeout(TransportError, TimeoutError):
    """The time of the call ran out."""


class ConnectionLost(TransportError):
    """The connection broke before the answer was complete."""


class DecodeError(Bitrix24Error):
    """Something came that is not an answer of the API."""

    status: int
    """HTTP status."""
    excerpt: str
    """The beginning of what came, at most 200 characters, without secrets."""

    def __init__(
        self, message: str = "", /, *, method: str = "", status: int = 0, excerpt: str = ""
    ) -> None:
        super().__init__(message, method=method)
        self.status = status
        self.excerpt = excerpt


class EmptyBody(DecodeError):
    """The body was empty."""


class HtmlBody(DecodeError):
    """The body was a web page, as proxies and portals under maintenance send."""


class NotJson(DecodeError):
    """The body was neither JSON nor a web page."""


class TruncatedBody(DecodeError):
    """The body was JSON that breaks off."""


class WrongType(DecodeError):
    """A field is of another type than described."""

    path: str
    """Where, such as ``result.chat.owner``."""

    def __init__(
        self,
        message: str = "",
        /,
        *,
        method: str = "",
        status: int = 0,
        excerpt: str = "",
        path: str = "",
    ) -> None:
        super().__init__(message, method=method, status=status, excerpt=excerpt)
        self.path = path


class NotAnAnswer(DecodeError):
    """The body was JSON with neither a result nor an error."""


class MissingAnswer(DecodeError):
    """The answer of a batch says nothing about this request; it may have run or not."""


class WrongReference(DecodeError):
    """The request referred to a result of its batch that is not there.

    The portal ran it all the same, with something else in that place.
    """


class UnexpectedRedirect(DecodeError):
    """The portal named another address, which is not that of the same call: nobody follows."""


class ListError(Bitrix24Error):
    """The pages of a list do not fit together, so that records would be lost or come twice."""


class ListCutOff(ListError):
    """The list ended before all the records came that the portal counted, or did not go on."""


class ApiError(Bitrix24Error):
    """The portal answered with an error."""

    code: str
    """The code as sent; may be empty or a number."""
    description: str
    """The portal's explanation, without secrets; may be in the portal's language."""
    status: int
    """HTTP status."""
    validation: tuple[FieldError, ...]
    """What is wrong with which field (REST 3.0)."""
    argument: str | None
    """The parameter at fault, where the portal names it."""
    time: Time | None
    """When the portal ran the request, where it says so."""

    def __init_subclass__(cls) -> None:
        # The classes of the codes are generated elsewhere, and belong here to whoever sees them.
        cls.__module__ = cls.__module__.replace("bitrix24._codes", __name__)

    def __init__(
        self,
        message: str = "",
        /,
        *,
        method: str = "",
        code: str = "",
        description: str = "",
        status: int = 0,
        validation: tuple[FieldError, ...] = (),
        argument: str | None = None,
        time: Time | None = None,
    ) -> None:
        super().__init__(message, method=method)
        self.code = code
        self.description = description
        self.status = status
        self.validation = validation
        self.argument = argument
        self.time = time


class SystemApiError(ApiError):
    """A code that any method may answer with: authorization, limits, the state of the portal."""


class MethodApiError(ApiError):
    """A code that methods describe as their own."""


class UnknownApiError(ApiError):
    """A code that no description knows."""


class FieldError:
    """What is wrong with a field of the request (REST 3.0)."""

    __slots__ = ("field", "message")

    field: str
    """Name of the field."""
    message: str
    """The portal's explanation."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        self.message = message

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FieldError):
            return NotImplemented
        return (self.field, self.message) == (other.field, other.message)

    def __hash__(self) -> int:
        return hash((self.field, self.message))

    def __repr__(self) -> str:
        return f"FieldError(field={self.field!r}, message={self.message!r})"


if not TYPE_CHECKING:
    # The classes of the codes are many: they are loaded when one is asked for or raised.

    def __getattr__(name: str) -> Any:
        # To import from this module is to look for its `__path__`.
        if not name.startswith("_"):
            from bitrix24 import _codes

            if name in _codes.__all__:
                return getattr(_codes, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        from bitrix24 import _codes

        return sorted({*globals(), *_codes.__all__})
