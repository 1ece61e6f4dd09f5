"""People, bots and chats of a sandbox, for tests that play a person's part."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar, cast, final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bitrix24._base import JSON
    from bitrix24.sandbox import Sandbox

__all__ = [
    "Bot",
    "Chat",
    "Dialog",
    "Message",
    "User",
    "Wanted",
    "message",
    "picked",
    "wait_for",
    "wait_for_async",
]

Dialog: TypeAlias = int | str
"""A dialog as the API names it: ``chat13``, or the id of a bot or of a person for the private
dialog with them."""

T = TypeVar("T")


@dataclass(frozen=True)
class Message:
    """A message in a chat of a sandbox."""

    id: int
    """Its id."""
    chat: int
    """The id of the chat that it is in; a private dialog has one too."""
    author: int
    """The person or the bot that wrote it; 0: nobody."""
    text: str
    """What it says."""
    date: dt.datetime
    """When it was written, by the clock of the portal."""
    system: bool
    """Whether it looks like one of the portal itself."""
    edited: bool
    """Whether it was changed."""
    deleted: bool
    """Whether it was deleted, so that only a note is left."""
    reply: int | None
    """The message that it answers."""
    attach: JSON
    """Its attachment, as it was sent."""
    keyboard: JSON
    """Its buttons, as they were sent."""
    reactions: list[tuple[int, str]]
    """Who reacted to it, and how."""


@dataclass(frozen=True)
class Chat:
    """A chat of a sandbox."""

    id: int
    """Its id: ``chat13`` is the dialog of number 13."""
    type: str
    """Its kind: ``open``, ``chat``, ``private`` and so on."""
    title: str
    """Its title."""
    owner: int
    """Who owns it."""
    users: list[int]
    """Who is in it."""
    entity_type: str
    """What it belongs to."""
    entity_id: str
    """The number of that."""


@dataclass(frozen=True)
class Bot:
    """A bot that is registered with a sandbox."""

    id: int
    """Its id, which is also its dialog with whoever writes to it."""
    code: str
    """Its code."""
    name: str
    """Its name."""
    type: str
    """Its kind."""
    commands: list[str]
    """The commands that it has registered."""


@final
class User:
    """A person of a sandbox: what they do is what the portal tells bots.

    ::

        >>> from bitrix24.sandbox import Sandbox
        >>> with Sandbox() as sandbox, sandbox.client() as client:
        ...     anna = sandbox.add_user("Anna Davis")
        ...     chat = anna.open_chat("Pipes", [1])
        ...     _ = anna.write(f"chat{chat}", "Hello")
        ...     said = sandbox.user().messages(f"chat{chat}")[-1]
        >>> said.author == anna.id, said.text
        (True, 'Hello')

    What is wrong raises ``ValueError``: a dialog that they are not in, for instance.
    """

    __slots__ = ("_sandbox", "id")

    id: Final[int]
    """Their id."""

    def __init__(self, sandbox: Sandbox, id: int, /) -> None:
        self._sandbox: Final = sandbox
        self.id = id

    @property
    def name(self) -> str:
        """First and last name.

        Raises:
            ValueError: There is no such person.
        """
        people: list[dict[str, JSON]] = self._sandbox.order("users")
        for person in people:
            if person["id"] == self.id:
                name: str = person["name"]
                return name
        raise ValueError(f"no such user: {self.id}")

    def write(self, dialog: Dialog, text: str) -> int:
        """Writes a message, and gives its id.

        A message such as ``/echo hi`` gives the command to the bot that has registered it.
        """
        message: int = self._do("write", dialog=dialog, text=text)
        return message

    def reply(self, dialog: Dialog, text: str, *, to: int) -> int:
        """Answers a message of a dialog, and gives the answer's id."""
        message: int = self._do("write", dialog=dialog, text=text, reply=to)
        return message

    def edit(self, message: int, text: str) -> None:
        """Changes a message of their own."""
        self._do("edit", message=message, text=text)

    def delete(self, message: int, *, complete: bool = False) -> None:
        """Deletes a message of their own.

        Args:
            message: Its id.
            complete: Whether no note stays in its place.
        """
        self._do("delete", message=message, complete=complete)

    def react(self, message: int, reaction: str = "like") -> None:
        """Reacts to a message."""
        self._do("react", message=message, reaction=reaction)

    def take_back(self, message: int, reaction: str = "like") -> None:
        """Takes a reaction back."""
        self._do("react", message=message, reaction=reaction, on=False)

    def press(self, message: int, button: str | int) -> None:
        """Presses a button below a message: that with this text, or of this number, from 0."""
        self._do("press", message=message, button=button)

    def open_chat(
        self,
        title: str,
        users: Iterable[int] = (),
        *,
        open: bool = False,
        color: str | None = None,
        entity_type: str | None = None,
        entity_id: str | int | None = None,
    ) -> int:
        """Opens a chat, and gives its id.

        Args:
            title: Its title.
            users: The people and bots that are in it as well.
            open: Whether anybody may enter it.
            color: Its color.
            entity_type: What it belongs to.
            entity_id: The number of that.
        """
        chat: int = self._do(
            "chat",
            title=title,
            users=[*users],
            open=open,
            color=color,
            entity_type=entity_type,
            entity_id=entity_id,
        )
        return chat

    def invite(self, dialog: Dialog, who: int) -> None:
        """Brings a person or a bot into a chat."""
        self._do("invite", dialog=dialog, who=who)

    def leave(self, dialog: Dialog) -> None:
        """Leaves a chat."""
        self._do("leave", dialog=dialog)

    def dismiss(self, dialog: Dialog, who: int) -> None:
        """Takes a person or a bot out of a chat."""
        self._do("leave", dialog=dialog, who=who)

    def look_into(self, dialog: Dialog, context: Mapping[str, JSON] | None = None) -> None:
        """Looks into a dialog, by which they have read it.

        Args:
            dialog: Which one.
            context: What they bring along, as links to a bot do: the bot is told of it.
        """
        self._do("open", dialog=dialog, context=context)

    def messages(self, dialog: Dialog, *, after: int = 0) -> list[Message]:
        """The messages of a dialog, oldest first.

        Args:
            dialog: Which one.
            after: Only those after this message.
        """
        messages: list[dict[str, Any]] = self._do("messages", dialog=dialog, after=after)
        return [message(told) for told in messages]

    def wait_for_message(self, dialog: Dialog, *, after: int = 0, timeout: float = 5.0) -> Message:
        """Waits for a message that somebody else writes in a dialog.

        ::

            question = anna.write(bot, "Hello")
            assert anna.wait_for_message(bot, after=question).text == "Hello"

        Args:
            dialog: Which one.
            after: The message after which it must come.
            timeout: Seconds to wait.

        Raises:
            TimeoutError: There was none.
        """
        __tracebackhide__ = True
        return wait_for(self._wanted(dialog, after), timeout)

    async def wait_for_message_async(
        self, dialog: Dialog, *, after: int = 0, timeout: float = 5.0
    ) -> Message:
        """Does what :meth:`wait_for_message` does, to be awaited."""
        __tracebackhide__ = True
        return await wait_for_async(self._wanted(dialog, after), timeout)

    def _wanted(self, dialog: Dialog, after: int) -> Wanted[Message]:
        return Wanted(
            f"a message of somebody else in dialog {dialog}",
            lambda: self._heard(dialog, after),
            lambda: self._seen(dialog, after),
            "wait_for_message_async",
        )

    def _seen(self, dialog: Dialog, after: int) -> str:
        try:
            messages = self.messages(dialog)
        except ValueError as error:
            return str(error)
        own = sum(one.author == self.id for one in messages)
        late = sum(one.id > after for one in messages)
        since = f", {late} of all after message {after}" if after else ""
        return f"there are {len(messages)} messages in it, {own} by user {self.id}{since}"

    def _heard(self, dialog: Dialog, after: int) -> Message | None:
        try:
            messages = self.messages(dialog, after=after)
        except ValueError:
            # The dialog begins with its first message.
            return None
        return next((message for message in messages if message.author != self.id), None)

    def _do(self, order: str, **params: JSON) -> JSON:
        given = {name: value for name, value in params.items() if value is not None}
        return self._sandbox.order(order, user=self.id, **given)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, User):
            return NotImplemented
        return self._sandbox is other._sandbox and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<bitrix24.sandbox.User {self.id}>"


def picked(kind: Callable[..., T], told: Mapping[str, JSON]) -> T:
    """Makes a record of what the portal tells, which may be more than the record has."""
    return kind(**{field.name: told[field.name] for field in fields(cast("Any", kind))})


def message(told: Mapping[str, JSON]) -> Message:
    """Makes a message of what the portal tells."""
    given = {**told, "date": dt.datetime.fromisoformat(told["date"])}
    given["reactions"] = [(one["user"], one["reaction"]) for one in told["reactions"]]
    return picked(Message, given)


STEP: Final = 0.005
"""Seconds between two looks at what a test waits for."""


@dataclass(frozen=True)
class Wanted(Generic[T]):
    """What a test waits for."""

    what: str
    """In words."""
    find: Callable[[], T | None]
    """Looks for it."""
    seen: Callable[[], str]
    """What there is instead, in words without secrets."""
    twin: str
    """What waits for it without blocking an event loop."""

    def missed(self, timeout: float) -> TimeoutError:
        """Tells that it did not come."""
        return TimeoutError(f"waited {timeout} s in vain for {self.what}: {self.seen()}")


def wait_for(wanted: Wanted[T], timeout: float) -> T:
    """Looks for something until it is there."""
    __tracebackhide__ = True
    end = time.monotonic() + timeout
    while (found := wanted.find()) is None:
        if time.monotonic() >= end:
            error = wanted.missed(timeout)
            if is_in_event_loop():
                # What was waited for may well have waited for the loop.
                raise TimeoutError(
                    f"{error}; this blocked the event loop of its thread: await {wanted.twin}"
                )
            raise error
        time.sleep(STEP)
    return found


async def wait_for_async(wanted: Wanted[T], timeout: float) -> T:
    """Does what :func:`wait_for` does, to be awaited."""
    import asyncio

    __tracebackhide__ = True
    end = time.monotonic() + timeout
    while (found := wanted.find()) is None:
        if time.monotonic() >= end:
            raise wanted.missed(timeout)
        await asyncio.sleep(STEP)
    return found


def is_in_event_loop() -> bool:
    """Whether an event loop runs in this thread."""
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
