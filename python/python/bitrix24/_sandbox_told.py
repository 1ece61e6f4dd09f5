"""What a sandbox is told."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Literal

from bitrix24._base import JSON
from bitrix24._sandbox_answers import Fault, Kind, Reply, how_often, reply
from bitrix24._sandbox_calls import RecordedCall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bitrix24._compat import Unpack
    from bitrix24._native import Recorded
    from bitrix24._native import Sandbox as Native
    from bitrix24._sandbox_answers import How

    Plan = Literal["standard", "enterprise", "self-hosted"]

    Function = Callable[[RecordedCall], JSON | Reply]
    """What answers calls."""

__all__ = ["Told"]


class Told:
    """The half of a sandbox that is told what to do."""

    __slots__ = ("_native",)
    _native: Native | None

    def fail(
        self,
        method: str,
        code: str,
        *,
        status: int | None = None,
        text: str | None = None,
        times: int | None = 1,
    ) -> None:
        """Answers the next call of a method with an error.

        Errors are used up in the order in which they were given.

        Args:
            method: Which method; ``*``: any, ``oauth.token``: the authorization server.
            code: The code: ``ACCESS_ERROR``.
            status: The HTTP status; by default what is documented for the code, else 400.
            text: The description; by default what is documented for the code, else none.
            times: How many calls fail; ``None``: all.
        """
        self._tell(
            "fail", method=method, code=code, status=status, text=text, times=how_often(times)
        )

    def answer(self, method: str, answer: JSON | Reply | Function) -> None:
        """Says what calls of a method get, until it is said otherwise.

        ::

            >>> with Sandbox() as sandbox, sandbox.client() as client:
            ...     sandbox.answer("crm.deal.get", {"ID": 13})
            ...     sandbox.answer("crm.deal.add", lambda call: call.parameters["fields"])
            ...     client.call("crm.deal.get", {"id": 13}).result
            ...     client.call("crm.deal.add", {"fields": {"TITLE": "Pipes"}}).result
            {'ID': 13}
            {'TITLE': 'Pipes'}

        Args:
            method: Which method, known or not; ``oauth.token``: the authorization server.
            answer: The result, or a :class:`Reply`; or a function that is given the
                :class:`RecordedCall` and returns either. It is called on the portal's thread and
                must not call the portal, which waits for it. What it raises, the next order or the
                end of the ``with`` block raises, and the call gets ``INTERNAL_SERVER_ERROR``.
        """
        if callable(answer):
            self.answer_with(method, answer)
        else:
            self.order("answer", method=method, **reply(answer).to_dict())

    def answer_with(self, method: str, function: Function, *, to_anyone: bool = False) -> None:
        """Has calls of a method answered by a function: see :meth:`answer`.

        Args:
            method: Which method.
            function: What is given the call, and returns a result or a :class:`Reply`.
            to_anyone: Whether it answers whoever calls, with whatever credential and parameters.
        """

        def script(call: Recorded) -> str:
            return json.dumps(reply(function(RecordedCall(call))).to_dict(), allow_nan=False)

        self._running.answer_with(method, script, to_anyone)

    def list(
        self,
        method: str,
        records: Iterable[JSON] | None = None,
        *,
        count: int | None = None,
        page_size: int = 50,
        wrap: str | None = None,
        key: str = "ID",
    ) -> None:
        """Answers all calls of a method with the pages of a list.

        ::

            >>> from bitrix24 import ListRequest
            >>> with Sandbox() as sandbox, sandbox.client() as client:
            ...     sandbox.list("crm.deal.list", count=120)
            ...     deals = list(client.records(ListRequest.by_name("crm.deal.list")))
            ...     len(deals), len(sandbox.calls("crm.deal.list"))
            (120, 3)

        The pages know ``start``, ``filter`` and ``order``.

        Args:
            method: Which method, known or not.
            records: What is in the list. Each page looks through all of them: where the list is
                long, ``count`` is quicker.
            count: How many records are made instead, with the fields ``key`` and ``NAME``.
            page_size: How many are on a page.
            wrap: The field of the result that they are in: ``items``.
            key: The field with a record's number.
        """
        given = None if records is None else [*records]
        self._tell(
            "list",
            method=method,
            records=given,
            count=count,
            page_size=page_size,
            wrap=wrap,
            key=key,
        )

    def fault(self, method: str, fault: Fault | Kind, **how: Unpack[How]) -> None:
        """Lets the answer to the next request of a method go wrong.

        ::

            >>> with Sandbox() as sandbox, sandbox.client() as client:
            ...     sandbox.fault("imbot.chat.get", "reset", after=1)
            ...     for _ in range(2):
            ...         _ = client.imbot.chat.get(entity_type="CHAT", entity_id="13")
            ...     [call.fault for call in sandbox.calls()]
            [None, 'reset', None]

        Args:
            method: Which method; ``*``: any and the authorization server, which ``oauth.token``
                names alone; ``batch``: batches. Of the commands in them it meets only errors and
                slips.
            fault: What goes wrong: a :class:`Fault`, or its kind.
            how: What else it is made of.
        """
        if not isinstance(fault, Fault):
            fault = Fault(fault, **how)
        elif how:
            raise TypeError("a Fault says itself how it happens")
        self.order("fault", method=method, **fault.to_dict())

    def hang_up(self) -> None:
        """Closes all connections."""
        self._tell("hang_up")

    @property
    def seed(self) -> int:
        """What chance comes from: the same one makes the same run, if calls are the same."""
        seed: int = self.order("seed")
        return seed

    @seed.setter
    def seed(self, seed: int) -> None:
        self._tell("seed", seed=seed)

    def scopes(self, *scopes: str) -> None:
        """Leaves webhook and tokens with these scopes only."""
        self._tell("scopes", scopes=[*scopes])

    def limits(
        self,
        depth: int | None = None,
        per_second: float | None = None,
        *,
        plan: Plan | None = None,
        continuous: bool = False,
        bot_status: int | None = None,
    ) -> None:
        """Turns requests down that find no room in a bucket, with ``QUERY_LIMIT_EXCEEDED``.

        Without arguments all find room again.

        Args:
            depth: How many requests fit in.
            per_second: How many leave it.
            plan: A plan that says both, and how much execution time a method may use up.
            continuous: Whether they leave all the time, rather than once a second.
            bot_status: The HTTP status of the error for methods of bots.
        """
        self._tell(
            "limits",
            depth=depth,
            per_second=per_second,
            plan=plan,
            continuous=continuous,
            bot_status=bot_status,
        )

    def operating(
        self,
        method: str,
        *,
        used: float = 0.0,
        per_call: float = 0.0,
        reset_in: float = 600.0,
        limit: float | None = None,
    ) -> None:
        """Gives a method a budget of execution time, which its answers tell in their ``time``.

        Args:
            method: Which method.
            used: Seconds that are used up before the first call.
            per_call: Seconds that each call adds to the time that it takes.
            reset_in: Seconds that all this counts for.
            limit: Calls get ``OPERATION_TIME_LIMIT`` when more seconds than that were used before
                them; by default those of the plan.
        """
        self._tell(
            "operating",
            method=method,
            operating=used,
            per_call=per_call,
            reset_in=reset_in,
            limit=limit,
        )

    def app(
        self,
        *,
        redirect_uri: str | None = None,
        users: Iterable[int] | None = None,
        installed: bool | None = None,
        paid: bool | None = None,
    ) -> None:
        """Changes the application that the tokens belong to, in what is given.

        Args:
            redirect_uri: Where users return to who have authorised it in a browser.
            users: The only people who may use it; others get ``user_access_error``.
            installed: Whether it is installed.
            paid: Whether it is paid for.
        """
        only = None if users is None else [*users]
        self._tell("app", redirect_uri=redirect_uri, users=only, installed=installed, paid=paid)

    def time(
        self,
        fields: Literal["full", "no_operating", "no_reset", "no_processing", "none"] = "full",
        *,
        integers: bool = False,
    ) -> None:
        """Says what the ``time`` of answers looks like, which differs from portal to portal.

        Args:
            fields: Which fields it has; ``none``: answers are without it.
            integers: Whether ``start`` is a whole second.
        """
        self._tell("time", fields=fields, integers=integers)

    def expire_tokens(self) -> None:
        """Ends every access token so far: calls with them get ``expired_token``."""
        self._tell("expire")

    def token_lifetime(self, seconds: int) -> None:
        """Says how long access tokens live that are issued from now on; an hour by default."""
        self._tell("lifetime", seconds=seconds)

    def move(self, to: str | None = None) -> str:
        """Moves the portal, as a portal gets another domain: calls are sent on with status 302.

        Args:
            to: An address; by default another port at which the portal serves as well.

        Returns:
            The new address.
        """
        address: str = self._tell("move", to=to)
        return address

    def stay(self) -> None:
        """Moves the portal back to its first address."""
        self._tell("stay")

    @property
    def now(self) -> dt.datetime:
        """The time by the portal's clock."""
        told: dict[str, float] = self.order("clock")
        return dt.datetime.fromtimestamp(told["now"], dt.timezone.utc)

    def advance(self, seconds: float) -> None:
        """Moves the portal's clock ahead: tokens end, limits and budgets are free again.

        ::

            >>> with Sandbox(limits=(1, 0.1)) as sandbox, sandbox.client() as client:
            ...     for _ in range(3):
            ...         _ = client.call("server.time")
            ...         sandbox.advance(10)
            ...     sandbox.refused
            0
        """
        self._tell("clock", advance=seconds)

    def stop_clock(self) -> None:
        """Stops the portal's clock: time passes only by :meth:`advance`."""
        self._tell("clock", stopped=True)

    def run_clock(self) -> None:
        """Lets the portal's clock go on from where it was stopped."""
        self._tell("clock", stopped=False)

    def https_only(self, on: bool = True) -> None:
        """Says whether calls of the webhook are turned down that come over plain http."""
        self._tell("https_only", on=on)

    def keep_state(self, on: bool = True) -> None:
        """Says whether the portal remembers bots, chats and messages.

        Without, every method answers as it is documented, whatever was called before.
        """
        self._tell("state", on=on)

    def clear(self) -> None:
        """Takes everything back that it was told, and forgets the calls.

        The tokens that it began with are good again, all others are not.
        """
        self._tell("clear")

    def order(self, name: str, /, **params: JSON) -> JSON:
        """Gives an order by its name: what the other methods do in a typed way.

        Args:
            name: Which order: those of the methods ``sandbox.…`` of the portal.
            params: Its parameters, as the README of ``bitrix24-sandbox`` has them.

        Raises:
            ValueError: There is no such order, or its parameters are wrong.
        """
        return json.loads(self._running.order(name, json.dumps(params, allow_nan=False)))

    def _tell(self, order: str, **params: JSON) -> JSON:
        given = {name: value for name, value in params.items() if value is not None}
        return self.order(order, **given)

    @property
    def _running(self) -> Native:
        if self._native is None:
            raise RuntimeError("the sandbox is not started")
        return self._native
