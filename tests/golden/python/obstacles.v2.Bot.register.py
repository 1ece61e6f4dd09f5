V2BotRegisterErrorCode: TypeAlias = Literal[
    "BOT_TOKEN_NOT_SPECIFIED",
    "BOT_CODE_REQUIRED",
    "BOT_PROPERTIES_REQUIRED",
]
"""The codes that ``imbot.v2.Bot.register`` documents as its own."""

V2BotRegisterFieldsPropertiesGender: TypeAlias = Literal["M", "F"]
"""The known values of ``fields.properties.gender`` in the parameters of ``imbot.v2.Bot.register``.
"""

V2BotRegisterFieldsType: TypeAlias = Literal["bot", "network", "openline", "supervisor", "personal"]
"""The known values of ``fields.type`` in the parameters of ``imbot.v2.Bot.register``.

``bot``: an ordinary bot.
"""

V2BotRegisterFieldsEventMode: TypeAlias = Literal["fetch", "webhook"]
"""The known values of ``fields.eventMode`` in the parameters of ``imbot.v2.Bot.register``."""


class V2BotRegisterFieldsDict(TypedDict):
    """The bot.

    On the wire: ``fields`` in the parameters of ``imbot.v2.Bot.register``.

    See
    https://apidocs.bitrix24.com/api-reference/chat-bots/chat-bots-v2/imbot.v2/bots/bot-register.html
    """

    code: str
    """``code``: the bot's code, unique in the application."""
    botToken: NotRequired[str | Secret]
    """``botToken``. At most 40 characters. Since 2026-08-06."""
    properties: V2BotRegisterFieldsPropertiesDict
    """``properties``."""
    type: NotRequired[V2BotRegisterFieldsType | str]
    """``type``. When left out: ``"bot"``."""
    eventMode: NotRequired[V2BotRegisterFieldsEventMode | str]
    """``eventMode``. When left out: ``"fetch"``."""
    webhookUrl: NotRequired[str]
    """``webhookUrl``."""
    isHidden: NotRequired[bool]
    """``isHidden``. When left out: ``false``."""
    isLegacy: NotRequired[bool]
    """``isLegacy``. Travels as ``Y`` or ``N``."""
    backgroundId: NotRequired[str | None]
    """``backgroundId``."""
    keyboard: NotRequired[Sequence[KeyboardButtonDict]]
    """``keyboard``."""
    first: NotRequired[KeyboardButtonDict]
    """``first``."""


class V2BotRegisterFieldsPropertiesDict(TypedDict):
    """``fields.properties`` in the parameters of ``imbot.v2.Bot.register``.

    See
    https://apidocs.bitrix24.com/api-reference/chat-bots/chat-bots-v2/imbot.v2/bots/bot-register.html
    """

    name: str
    """``name``."""
    gender: NotRequired[V2BotRegisterFieldsPropertiesGender | str]
    """``gender``."""
    birthday: NotRequired[dt.date]
    """``birthday``."""


class V2BotRegisterResult(Record):
    """Result of ``imbot.v2.Bot.register``.

    See
    https://apidocs.bitrix24.com/api-reference/chat-bots/chat-bots-v2/imbot.v2/bots/bot-register.html
    """

    __slots__ = ("bot", "users")
    _wire = ("bot", "users")

    bot: V2BotRegisterResultBot
    """``bot``."""
    users: list[V2BotRegisterResultUsers] | None
    """``users``."""

    def __init__(
        self,
        *,
        bot: V2BotRegisterResultBot,
        users: list[V2BotRegisterResultUsers] | None = None,
        extra: dict[str, JSON] | None = None,
    ) -> None:
        self.bot = bot
        self.users = users
        self.extra = {} if extra is None else extra


class V2BotRegisterResultBot(Record):
    """``bot`` in the result of ``imbot.v2.Bot.register``.

    See
    https://apidocs.bitrix24.com/api-reference/chat-bots/chat-bots-v2/imbot.v2/bots/bot-register.html
    """

    __slots__ = ("id", "code", "is_hidden", "background_id")
    _wire = ("id", "code", "isHidden", "backgroundId")

    id: int
    """``id``."""
    code: str
    """``code``."""
    is_hidden: bool | None
    """``isHidden``."""
    background_id: str | None
    """``backgroundId``."""

    def __init__(
        self,
        *,
        id: int,
        code: str,
        is_hidden: bool | None = None,
        background_id: str | None = None,
        extra: dict[str, JSON] | None = None,
    ) -> None:
        self.id = id
        self.code = code
        self.is_hidden = is_hidden
        self.background_id = background_id
        self.extra = {} if extra is None else extra


class V2BotRegisterResultUsers(Record):
    """``users`` in the result of ``imbot.v2.Bot.register``.

    See
    https://apidocs.bitrix24.com/api-reference/chat-bots/chat-bots-v2/imbot.v2/bots/bot-register.html
    """

    __slots__ = ("id", "departments", "phones")
    _wire = ("id", "departments", "phones")

    id: int | None
    """``id``."""
    departments: list[int] | None
    """``departments``."""
    phones: list[JSON] | bool | None
    """``phones``."""

    def __init__(
        self,
        *,
        id: int | None = None,
        departments: list[int] | None = None,
        phones: list[JSON] | bool | None = None,
        extra: dict[str, JSON] | None = None,
    ) -> None:
        self.id = id
        self.departments = departments
        self.phones = phones
        self.extra = {} if extra is None else extra


class ImbotV2Bot(Namespace):
    def register(
        self,
        *,
        fields: V2BotRegisterFieldsDict,
        note: str | Unset | None = UNSET,
        extra_: JSONInput | Unset = UNSET,
        timeout: float | None = None,
    ) -> Answer[V2BotRegisterResult]:
        """Registers a bot.

        The method ``imbot.v2.Bot.register``, scope ``imbot``. Safe to repeat. Since 2025-01-15.

        ``fields.webhookUrl`` is required when ``fields.eventMode`` is ``webhook``.

        ``fields.botToken`` is required when the call is made by a webhook.

        Where the documentation leaves a question:

        * ``repeatable``: The same code again gives the bot that is there.

        Args:
            fields: ``fields``: the bot.
            note: ``note``.
            extra_: ``extra``.
            timeout: Seconds that the call may take in all; the client's own if left out.

        Raises:
            BotTokenNotSpecified: ``BOT_TOKEN_NOT_SPECIFIED``.
            BotCodeRequired: ``BOT_CODE_REQUIRED``.
            BotPropertiesRequired: ``BOT_PROPERTIES_REQUIRED``.

        See https://apidocs.bitrix24.com/api-reference/chat-bots/chat-bots-v2/imbot.v2/bots/bot-register.html
        """
        return self._call("imbot.v2.Bot.register", (fields, note, extra_), timeout)


class AsyncImbotV2Bot(AsyncNamespace):
    async def register(
        self,
        *,
        fields: V2BotRegisterFieldsDict,
        note: str | Unset | None = UNSET,
        extra_: JSONInput | Unset = UNSET,
        timeout: float | None = None,
    ) -> Answer[V2BotRegisterResult]:
        """Registers a bot.

        The method ``imbot.v2.Bot.register``, scope ``imbot``. Safe to repeat. Since 2025-01-15.

        ``fields.webhookUrl`` is required when ``fields.eventMode`` is ``webhook``.

        ``fields.botToken`` is required when the call is made by a webhook.

        Where the documentation leaves a question:

        * ``repeatable``: The same code again gives the bot that is there.

        Args:
            fields: ``fields``: the bot.
            note: ``note``.
            extra_: ``extra``.
            timeout: Seconds that the call may take in all; the client's own if left out.

        Raises:
            BotTokenNotSpecified: ``BOT_TOKEN_NOT_SPECIFIED``.
            BotCodeRequired: ``BOT_CODE_REQUIRED``.
            BotPropertiesRequired: ``BOT_PROPERTIES_REQUIRED``.

        See https://apidocs.bitrix24.com/api-reference/chat-bots/chat-bots-v2/imbot.v2/bots/bot-register.html
        """
        return await self._call("imbot.v2.Bot.register", (fields, note, extra_), timeout)


class ImbotV2Bot(RequestNamespace):
    def register(
        self,
        *,
        fields: V2BotRegisterFieldsDict,
        note: str | Unset | None = UNSET,
        extra_: JSONInput | Unset = UNSET,
    ) -> Request[V2BotRegisterResult]:
        """The request of ``client.imbot.v2.bot.register``: see there."""
        return Request("imbot.v2.Bot.register", (fields, note, extra_))
