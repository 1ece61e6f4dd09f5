"""A Bitrix24 portal for tests, in this process: nothing leaves the machine.

::

    >>> from bitrix24.sandbox import Sandbox
    >>> with Sandbox() as sandbox, sandbox.client() as client:
    ...     sandbox.answer("crm.deal.get", {"ID": "13", "TITLE": "Pipes"})
    ...     print(client.call("crm.deal.get", {"id": 13}).result["TITLE"])
    ...     print(sandbox.calls("crm.deal.get"))
    Pipes
    [<RecordedCall 200 POST /rest/1/***/crm.deal.get webhook {"id":13}>]

It answers every described method as its documentation says, checks parameters, scopes and
credentials, and does what it is told: it fails, loses connections, has limits, moves. Any client in
any language may call it, by :attr:`Sandbox.webhook_url` or with a token.

For pytest there is a fixture, ``bitrix24_sandbox``, which is found by itself. From the command
line, ``bitrix24-sandbox`` or ``python -m bitrix24.sandbox`` runs a portal.
"""

from __future__ import annotations

import signal
import sys
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, final

from bitrix24 import _native
from bitrix24._base import JSON
from bitrix24._client import AsyncClient, Client
from bitrix24._oauth import Credential, OAuth
from bitrix24._sandbox_answers import Fault, Kind, Reply, Slip
from bitrix24._sandbox_calls import Delivery, RecordedCall, delivery
from bitrix24._sandbox_people import (
    Bot,
    Chat,
    Dialog,
    Message,
    User,
    Wanted,
    picked,
    wait_for,
    wait_for_async,
)
from bitrix24._sandbox_told import Told

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Iterable, Sequence
    from ipaddress import IPv4Address, IPv6Address
    from pathlib import Path
    from types import TracebackType

    from bitrix24._base import Secret
    from bitrix24._compat import Self, TypedDict, Unpack
    from bitrix24._oauth import TokenStore
    from bitrix24._sandbox_told import Plan
    from bitrix24._settings import Retries

    class Settings(TypedDict, total=False):
        """What clients are made with: see :meth:`Client.from_webhook`."""

        timeout: float | None
        read_timeout: float
        connect_timeout: float
        retries: Retries | int | None
        intensity: tuple[int, float] | None
        on_moved: Callable[[str], None] | None
        user_agent: str | None
        proxy: str | Secret | None
        root_certificates: Sequence[str | bytes]
        base_url: str | None


__all__ = [
    "Bot",
    "Chat",
    "Delivery",
    "Dialog",
    "Fault",
    "Kind",
    "Message",
    "RecordedCall",
    "Reply",
    "Sandbox",
    "Slip",
    "User",
]


class Facts(NamedTuple):
    """What stays as it is while a sandbox runs."""

    url: str
    webhook_url: str
    access_token: str
    expired_token: str
    client_id: str
    client_secret: str
    certificate: Path | None


@final
class Sandbox(Told):
    """A Bitrix24 portal on a loopback port, with secrets of its own, until the ``with`` block ends.

    It serves from a thread of its own. To start and stop it takes about a millisecond, so that each
    test can have a new one::

        >>> with Sandbox() as sandbox, sandbox.client() as client:
        ...     sandbox.fail("imbot.chat.get", "ACCESS_ERROR")
        ...     client.imbot.chat.get(entity_type="CHAT", entity_id="13")
        Traceback (most recent call last):
        ...
        bitrix24.errors.AccessError: ...

    What it is told holds until it is stopped, or :meth:`clear` takes it back. Threads may share it.
    A forked child may call it, but not tell it what to do.
    """

    __slots__ = ("_facts", "_options")

    def __init__(
        self,
        *,
        port: int = 0,
        listen: str | IPv4Address | IPv6Address | None = None,
        tls: bool | Iterable[str] = False,
        https_only: bool = False,
        limits: tuple[int, float] | None = None,
        plan: Plan | None = None,
        redirect_uri: str | None = None,
        documented: bool = False,
        deliver_anywhere: bool = False,
        seed: int | None = None,
    ) -> None:
        """Makes it; it starts with the ``with`` block, or by :meth:`start`.

        Args:
            port: The port to listen on; 0 takes a free one.
            listen: The address to listen on instead of the loopback interface. Anybody who reaches
                it can tell it what to do. The addresses that it gives others, such as those of
                files, are this one; with ``0.0.0.0`` they are of use on this machine alone.
            tls: Whether it serves https, or the host names that its certificate is good for beside
                this machine's own. Clients must trust :attr:`certificate`.
            https_only: Whether it turns calls of the webhook down that come over plain http, as a
                real portal does.
            limits: How many requests fit into the bucket, and how many leave it once a second, as
                by :meth:`limits`. By default all find room.
            plan: A plan that has such limits.
            redirect_uri: Where users return to who have authorised the application in a browser.
            documented: Whether every method answers as it is documented, as by
                ``keep_state(False)``, until it is cleared and after.
            deliver_anywhere: Whether events are posted to other machines as well.
            seed: What chance comes from, to repeat a run.
        """
        if isinstance(tls, str):
            raise TypeError(f"tls: expected a list of host names, such as [{tls!r}], got a string")
        names = [] if isinstance(tls, bool) else [*tls]
        self._options: Final = (
            port,
            ip_address(listen) if isinstance(listen, str) else listen,
            names if tls else None,
            https_only,
            limits,
            plan,
            redirect_uri,
            documented,
            deliver_anywhere,
            seed,
        )
        self._native = None
        self._facts: Facts | None = None

    # Its life.

    def start(self) -> Self:
        """Starts it, as the ``with`` block does.

        Raises:
            OSError: The port is taken.
            RuntimeError: It is started.
        """
        if self._native is not None:
            raise RuntimeError("the sandbox is started")
        native = _native.Sandbox(*self._options)
        self._native, self._facts = native, Facts(*native.facts())
        return self

    def stop(self) -> None:
        """Stops it, unless it is stopped. Open connections break.

        Raises:
            Exception: A function that answers calls raised it: see :meth:`answer`.
        """
        if self._native is None:
            return
        self._native.stop()
        native, self._native, self._facts = self._native, None, None
        native.throw()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self.stop()
        except Exception as raised:
            # May well be why the block failed, but not why somebody ended it.
            if isinstance(error, Exception):
                raised.__context__ = raised.__context__ or error
            elif error is not None:
                return
            raise

    # How it is called.

    @property
    def url(self) -> str:
        """The address of the portal, without a slash at its end."""
        return self._known.url

    @property
    def webhook_url(self) -> str:
        """The address of a webhook: a secret."""
        return self._known.webhook_url

    @property
    def access_token(self) -> str:
        """A token that the portal takes for an hour of its clock: a secret."""
        return self._known.access_token

    @property
    def expired_token(self) -> str:
        """A token that has expired: every call with it gets ``expired_token``."""
        return self._known.expired_token

    @property
    def client_id(self) -> str:
        """The id of the application that the tokens belong to."""
        return self._known.client_id

    @property
    def client_secret(self) -> str:
        """The secret of that application."""
        return self._known.client_secret

    @property
    def application_token(self) -> str:
        """What events prove with that they come from the portal: a secret."""
        token: str = self.order("application_token")
        return token

    @property
    def certificate(self) -> Path | None:
        """A file with the authority that clients must trust, if the portal serves https."""
        return self._known.certificate

    @property
    def refresh_token(self) -> str:
        """The refresh token that was issued last: a secret, good for one renewal.

        The authorization server is at ``{url}/oauth/token/``.
        """
        return self._running.refresh_token()

    def auth_code(self) -> str:
        """Makes a code of an authorisation, for one exchange within 30 seconds."""
        code: str = self.order("code")
        return code

    def client(self, **settings: Unpack[Settings]) -> Client:
        """Makes a client that calls by the webhook.

        Args:
            settings: Those of :meth:`Client.from_webhook`, with its defaults but for ``intensity``:
                the client does not wait for its turn unless it is told to.
        """
        return Client.from_webhook(self.webhook_url, **self._with(settings))

    def async_client(self, **settings: Unpack[Settings]) -> AsyncClient:
        """Makes a client for asyncio that calls by the webhook: see :meth:`client`."""
        return AsyncClient.from_webhook(self.webhook_url, **self._with(settings))

    def app_client(self, **settings: Unpack[Settings]) -> Client:
        """Makes a client that calls for an application, by :meth:`oauth`: see :meth:`client`."""
        return Client.from_oauth(self.oauth(), **self._with(settings))

    def async_app_client(self, **settings: Unpack[Settings]) -> AsyncClient:
        """Makes a client for asyncio that calls for an application: see :meth:`app_client`."""
        return AsyncClient.from_oauth(self.oauth(), **self._with(settings))

    def oauth(
        self, credential: Credential | None = None, *, store: TokenStore | None = None
    ) -> OAuth:
        """Makes an application with a token for the portal, which it can renew.

        Args:
            credential: What it has; by default :meth:`credential`.
            store: Where that is put, to test a store of one's own.
        """
        credential = credential or self.credential()
        oauth = OAuth(
            self.client_id,
            self.client_secret,
            credential=credential if store is None else None,
            store=store,
            root_certificates=self._trusted(),
        )
        if store is not None:
            oauth.replace(credential)
        return oauth

    def credential(
        self,
        *,
        user: int | None = None,
        scopes: Iterable[str] | None = None,
        lifetime: int | None = None,
    ) -> Credential:
        """Makes what an application has after its installation.

        With an argument, its tokens are new ones, else those that the portal began with.

        Args:
            user: Whose it is; by default that of person 1.
            scopes: What it may do at the most.
            lifetime: How many seconds its access tokens live.
        """
        rest = f"{self.url}/rest/"
        if user is None and scopes is None and lifetime is None:
            return Credential(
                rest, self.access_token, refresh_token=self.refresh_token, auth_server=rest
            )
        wanted = None if scopes is None else [*scopes]
        token: dict[str, str] = self._tell("token", user=user, scopes=wanted, lifetime=lifetime)
        return Credential(
            rest,
            token["access_token"],
            refresh_token=token["refresh_token"],
            auth_server=rest,
            user_id=user or 1,
        )

    # What it was asked.

    def calls(self, method: str | None = None) -> builtins.list[RecordedCall]:
        """The calls so far, in the order in which they were answered; the last 10 000 of them.

        ::

            >>> with Sandbox() as sandbox, sandbox.client() as client:
            ...     client.imbot.chat.get(entity_type="CHAT", entity_id="13")
            ...     [call] = sandbox.calls("imbot.chat.get")
            Answer(...)
            >>> call.parameters
            {'ENTITY_TYPE': 'CHAT', 'ENTITY_ID': '13'}
            >>> call.credential, call.status, call.headers["content-type"]
            ('webhook', 200, 'application/json')

        Args:
            method: Only those of this method: whether alone or in a batch. ``batch`` names the
                batches themselves, ``oauth.token`` the authorization server.
        """
        return [RecordedCall(call) for call in self._running.calls(method)]

    def wait_for_calls(
        self, method: str, count: int = 1, *, timeout: float = 5.0
    ) -> builtins.list[RecordedCall]:
        """Waits until a method was called so often, and gives all calls of it.

        Args:
            method: Which method.
            count: How often.
            timeout: Seconds to wait.

        Raises:
            TimeoutError: There were fewer.
        """
        __tracebackhide__ = True
        return wait_for(self._wanted_calls(method, count), timeout)

    async def wait_for_calls_async(
        self, method: str, count: int = 1, *, timeout: float = 5.0
    ) -> builtins.list[RecordedCall]:
        """Does what :meth:`wait_for_calls` does, to be awaited."""
        __tracebackhide__ = True
        return await wait_for_async(self._wanted_calls(method, count), timeout)

    def _wanted_calls(self, method: str, count: int) -> Wanted[builtins.list[RecordedCall]]:
        def seen() -> str:
            own, total = len(self.calls(method)), len(self.calls())
            return f"there were {own} so far, and {total - own} of other methods"

        return Wanted(
            f"{count} calls of {method}",
            lambda: self._calls(method, count),
            seen,
            "wait_for_calls_async",
        )

    def _calls(self, method: str, count: int) -> builtins.list[RecordedCall] | None:
        calls = self.calls(method)
        return calls if len(calls) >= count else None

    @property
    def connections(self) -> int:
        """How many connections there were since it was started."""
        return self._count("connections")

    @property
    def broken_connections(self) -> int:
        """How many connections ended while an answer was under way, other than by a fault."""
        return self._count("broken")

    @property
    def refreshes(self) -> int:
        """How many refresh tokens were exchanged for a new pair so far."""
        return self._count("refreshes")

    @property
    def refused(self) -> int:
        """How many requests found no room in the bucket so far: see :meth:`limits`."""
        return self._count("refused")

    # Who is there.

    def user(self, id: int = 1) -> User:
        """The person with this id, to act as them.

        Number 1 is always there: webhook and tokens are theirs.
        """
        return User(self, id)

    def add_user(
        self,
        name: str,
        *,
        last_name: str | None = None,
        position: str | None = None,
        email: str | None = None,
        gender: Literal["M", "F"] | None = None,
        extranet: bool = False,
    ) -> User:
        """Adds a person.

        Args:
            name: The name, such as ``Anna Davis``.
            last_name: The last name, if ``name`` is the first one alone.
            position: What they are in the company.
            email: Their address.
            gender: Their gender.
            extranet: Whether they are from outside of the company.
        """
        added: dict[str, JSON] = self._tell(
            "user",
            name=name,
            last_name=last_name,
            position=position,
            email=email,
            gender=gender,
            extranet=extranet,
        )
        return User(self, added["id"])

    def users(self) -> builtins.list[User]:
        """The people of the portal, without bots."""
        users: list[dict[str, JSON]] = self._tell("users")
        return [User(self, user["id"]) for user in users]

    def bots(self) -> builtins.list[Bot]:
        """The bots that are registered."""
        return [picked(Bot, bot) for bot in self._tell("bots")]

    def chats(self) -> builtins.list[Chat]:
        """The chats, private dialogs among them."""
        return [picked(Chat, chat) for chat in self._tell("chats")]

    def wait_for_bot(self, code: str, *, timeout: float = 5.0) -> Bot:
        """Waits until a bot is registered.

        Args:
            code: Its code.
            timeout: Seconds to wait.

        Raises:
            TimeoutError: There is none.
        """
        __tracebackhide__ = True
        return wait_for(self._wanted_bot(code), timeout)

    async def wait_for_bot_async(self, code: str, *, timeout: float = 5.0) -> Bot:
        """Does what :meth:`wait_for_bot` does, to be awaited."""
        __tracebackhide__ = True
        return await wait_for_async(self._wanted_bot(code), timeout)

    def _wanted_bot(self, code: str) -> Wanted[Bot]:
        def seen() -> str:
            codes = ", ".join(bot.code for bot in self.bots())
            return f"the bots are {codes}" if codes else "no bot is registered"

        return Wanted(f"the bot {code}", lambda: self._bot(code), seen, "wait_for_bot_async")

    def _bot(self, code: str) -> Bot | None:
        return next((bot for bot in self.bots() if bot.code == code), None)

    def deliveries(self) -> builtins.list[Delivery]:
        """The events that were posted to their handlers so far."""
        told: list[dict[str, JSON]] = self._tell("deliveries")
        return [delivery(one) for one in told]

    def _with(self, settings: Settings) -> Settings:
        """Trusts the portal, and does not wait where it would let everybody in."""
        given: Settings = {"intensity": None, "root_certificates": (), **settings}
        given["root_certificates"] = (*given["root_certificates"], *self._trusted())
        return given

    def _trusted(self) -> tuple[bytes, ...]:
        file = self.certificate
        return () if file is None else (file.read_bytes(),)

    def _count(self, name: str) -> int:
        counts: dict[str, int] = self.order("counts")
        return counts[name]

    @property
    def _known(self) -> Facts:
        if self._facts is None:
            raise RuntimeError("the sandbox is not started")
        return self._facts

    def __repr__(self) -> str:
        state = "stopped" if self._facts is None else f"at {self._facts.url}"
        return f"<bitrix24.sandbox.Sandbox {state}>"


def main() -> None:
    """The program ``bitrix24-sandbox``."""
    # Python's own handler would wait for the native half to come back.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(_native.sandbox_command(sys.argv[1:]))


if __name__ == "__main__":
    main()
