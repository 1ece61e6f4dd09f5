ChatGetErrorCode: TypeAlias = Literal["AUTHORIZE_ERROR", "ACCESS_ERROR"]
"""The codes that ``imbot.chat.get`` documents as its own."""


class ChatGetResult(Record):
    """Result of ``imbot.chat.get``.

    See https://apidocs.bitrix24.com/api-reference/chat-bots/outdated/chats/imbot-chat-get.html
    """

    __slots__ = ("id",)
    _wire = ("ID",)

    id: int
    """``ID``: the chat's id."""

    def __init__(
        self,
        *,
        id: int,
        extra: dict[str, JSON] | None = None,
    ) -> None:
        self.id = id
        self.extra = {} if extra is None else extra


class ImbotChat(Namespace):
    @deprecated("imbot.chat.get is deprecated: use imbot.v2.Chat.get")
    def get(
        self,
        *,
        entity_type: str,
        entity_id: str,
        timeout: float | None = None,
    ) -> Answer[ChatGetResult | None]:
        """Finds the chat that belongs to an object of another system.

        The method ``imbot.chat.get``, scope ``imbot``. Safe to repeat. Callers: any user who can
        open the chat.

        Deprecated: use ``imbot.v2.Chat.get``.

        A bot that opens chats for objects of its own (orders, tickets, devices) ties each chat to
        its object when it creates it with ``imbot.chat.add``. This method leads from the object
        back to the chat. For more than the chat's id, pass that id to ``imbot.dialog.get``.

        Where the documentation leaves a question:

        * ``params.ENTITY_TYPE.required``, ``params.ENTITY_ID.required``: Without it the portal
          answers ``null`` instead of an error. Such a call can find nothing, so it stays required
          here; a call by name may leave it out.

        * ``missing``: The page says in prose that the answer is ``null`` when one of the two is
          missing.

        * ``result.fields.ID.required``: The page calls the result an object, shows ``ID`` in its
          example and speaks of ``null`` in prose. All three hold: an object with an ``ID``, or
          ``null``.

        * ``errors.AUTHORIZE_ERROR.status``, ``errors.ACCESS_ERROR.status``: The page gives 400 and
          403 for its two codes together, and does not say which is whose. A client goes by the code
          alone. A missing right calls for 403, so a portal of our own answers that.

        Args:
            entity_type: ``ENTITY_TYPE``: the kind of object, as it was given to ``imbot.chat.add``.
            entity_id: ``ENTITY_ID``: the object's identifier, as it was given to
                ``imbot.chat.add``.
            timeout: Seconds that the call may take in all; the client's own if left out.

        Returns:
            The chat, or nothing.

        Raises:
            AuthorizeError: ``AUTHORIZE_ERROR``: the caller is a guest, and guests may not ask.
            AccessError: ``ACCESS_ERROR``: the caller cannot open this chat.

        Example:
            >>> answer = client.imbot.chat.get(entity_type="CHAT", entity_id="13")
            >>> print(answer.result)  # doctest: +ELLIPSIS
            ChatGetResult(...)

        See https://apidocs.bitrix24.com/api-reference/chat-bots/outdated/chats/imbot-chat-get.html
        """
        return self._call("imbot.chat.get", (entity_type, entity_id), timeout)


class AsyncImbotChat(AsyncNamespace):
    @deprecated("imbot.chat.get is deprecated: use imbot.v2.Chat.get")
    async def get(
        self,
        *,
        entity_type: str,
        entity_id: str,
        timeout: float | None = None,
    ) -> Answer[ChatGetResult | None]:
        """Finds the chat that belongs to an object of another system.

        The method ``imbot.chat.get``, scope ``imbot``. Safe to repeat. Callers: any user who can
        open the chat.

        Deprecated: use ``imbot.v2.Chat.get``.

        A bot that opens chats for objects of its own (orders, tickets, devices) ties each chat to
        its object when it creates it with ``imbot.chat.add``. This method leads from the object
        back to the chat. For more than the chat's id, pass that id to ``imbot.dialog.get``.

        Where the documentation leaves a question:

        * ``params.ENTITY_TYPE.required``, ``params.ENTITY_ID.required``: Without it the portal
          answers ``null`` instead of an error. Such a call can find nothing, so it stays required
          here; a call by name may leave it out.

        * ``missing``: The page says in prose that the answer is ``null`` when one of the two is
          missing.

        * ``result.fields.ID.required``: The page calls the result an object, shows ``ID`` in its
          example and speaks of ``null`` in prose. All three hold: an object with an ``ID``, or
          ``null``.

        * ``errors.AUTHORIZE_ERROR.status``, ``errors.ACCESS_ERROR.status``: The page gives 400 and
          403 for its two codes together, and does not say which is whose. A client goes by the code
          alone. A missing right calls for 403, so a portal of our own answers that.

        Args:
            entity_type: ``ENTITY_TYPE``: the kind of object, as it was given to ``imbot.chat.add``.
            entity_id: ``ENTITY_ID``: the object's identifier, as it was given to
                ``imbot.chat.add``.
            timeout: Seconds that the call may take in all; the client's own if left out.

        Returns:
            The chat, or nothing.

        Raises:
            AuthorizeError: ``AUTHORIZE_ERROR``: the caller is a guest, and guests may not ask.
            AccessError: ``ACCESS_ERROR``: the caller cannot open this chat.

        See https://apidocs.bitrix24.com/api-reference/chat-bots/outdated/chats/imbot-chat-get.html
        """
        return await self._call("imbot.chat.get", (entity_type, entity_id), timeout)


class ImbotChat(RequestNamespace):
    @deprecated("imbot.chat.get is deprecated: use imbot.v2.Chat.get")
    def get(
        self,
        *,
        entity_type: str,
        entity_id: str,
    ) -> Request[ChatGetResult | None]:
        """The request of ``client.imbot.chat.get``: see there."""
        return Request("imbot.chat.get", (entity_type, entity_id))
