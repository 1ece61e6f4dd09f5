V2BotRegisterErrorCode: TypeAlias = Literal[
    "BOT_TOKEN_NOT_SPECIFIED",
    "BOT_CODE_REQUIRED",
    "BOT_PROPERTIES_REQUIRED",
]
"""The codes that ``obstacles.v2.Bot.register`` documents as its own."""

V2BotRegisterFieldsPropertiesGender: TypeAlias = Literal["M", "F"]
"""The known values of a field.

The known values of ``fields.properties.gender`` in the parameters of ``obstacles.v2.Bot.register``.
"""

V2BotRegisterFieldsType: TypeAlias = Literal["bot", "network", "openline", "supervisor", "personal"]
"""The known values of ``fields.type`` in the parameters of ``obstacles.v2.Bot.register``.

``bot``: an ordinary bot.
"""

V2BotRegisterFieldsEventMode: TypeAlias = Literal["fetch", "webhook"]
"""The known values of ``fields.eventMode`` in the parameters of ``obstacles.v2.Bot.register``."""


class V2BotRegisterFieldsDict(TypedDict):
    """The bot.

    On the wire: ``fields`` in the parameters of ``obstacles.v2.Bot.register``.

    See https://apidocs.bitrix24.com/obstacles.html
    """

    code: builtins.str
    """``code``: the bot's code, unique in the application."""
    botToken: NotRequired[builtins.str | Secret]
    """``botToken``. At most 40 characters. Since 2026-08-06."""
    properties: V2BotRegisterFieldsPropertiesDict | Mapping[builtins.str, JSONInput]
    """``properties``."""
    type: NotRequired[V2BotRegisterFieldsType | builtins.str]
    """``type``. When left out: ``"bot"``."""
    eventMode: NotRequired[V2BotRegisterFieldsEventMode | builtins.str]
    """``eventMode``. When left out: ``"fetch"``."""
    webhookUrl: NotRequired[builtins.str]
    """``webhookUrl``."""
    isHidden: NotRequired[bool]
    """``isHidden``. When left out: ``false``."""
    isLegacy: NotRequired[bool]
    """``isLegacy``. Travels as ``Y`` or ``N``."""
    backgroundId: NotRequired[builtins.str | None]
    """``backgroundId``."""
    keyboard: NotRequired[Sequence[KeyboardButtonDict]]
    """``keyboard``."""
    first: NotRequired[KeyboardButtonDict]
    """``first``."""


class V2BotRegisterFieldsPropertiesDict(TypedDict):
    """``fields.properties`` in the parameters of ``obstacles.v2.Bot.register``.

    Other fields are taken as well.

    See https://apidocs.bitrix24.com/obstacles.html
    """

    name: builtins.str
    """``name``."""
    gender: NotRequired[V2BotRegisterFieldsPropertiesGender | builtins.str]
    """``gender``."""
    birthday: NotRequired[dt.date]
    """``birthday``."""


class V2BotRegisterResult(Record):
    """Result of ``obstacles.v2.Bot.register``.

    See https://apidocs.bitrix24.com/obstacles.html
    """

    __slots__ = ("bot", "users")
    _wire = ("bot", "users")

    bot: V2BotRegisterResultBot
    """``bot``."""
    users: builtins.list[V2BotRegisterResultUsers] | None
    """``users``."""

    def __init__(
        self,
        *,
        bot: V2BotRegisterResultBot,
        users: builtins.list[V2BotRegisterResultUsers] | None = None,
        extra: builtins.dict[builtins.str, JSON] | None = None,
    ) -> None:
        self.bot = bot
        self.users = users
        self.extra = {} if extra is None else extra


class V2BotRegisterResultBot(Record):
    """``bot`` in the result of ``obstacles.v2.Bot.register``.

    See https://apidocs.bitrix24.com/obstacles.html
    """

    __slots__ = ("id", "code", "is_hidden", "background_id", "avatar_upload_url")
    _wire = ("id", "code", "isHidden", "backgroundId", "avatarUploadUrl")

    id: int
    """``id``."""
    code: builtins.str
    """``code``."""
    is_hidden: bool | None
    """``isHidden``."""
    background_id: builtins.str | None
    """``backgroundId``."""
    avatar_upload_url: Secret | None
    """``avatarUploadUrl``."""

    def __init__(
        self,
        *,
        id: int,
        code: builtins.str,
        is_hidden: bool | None = None,
        background_id: builtins.str | None = None,
        avatar_upload_url: Secret | None = None,
        extra: builtins.dict[builtins.str, JSON] | None = None,
    ) -> None:
        self.id = id
        self.code = code
        self.is_hidden = is_hidden
        self.background_id = background_id
        self.avatar_upload_url = avatar_upload_url
        self.extra = {} if extra is None else extra


class V2BotRegisterResultUsers(Record):
    """``users`` in the result of ``obstacles.v2.Bot.register``.

    See https://apidocs.bitrix24.com/obstacles.html
    """

    __slots__ = ("id", "departments", "phones")
    _wire = ("id", "departments", "phones")

    id: int | None
    """``id``."""
    departments: builtins.list[int] | None
    """``departments``."""
    phones: builtins.list[JSON] | bool | None
    """``phones``."""

    def __init__(
        self,
        *,
        id: int | None = None,
        departments: builtins.list[int] | None = None,
        phones: builtins.list[JSON] | bool | None = None,
        extra: builtins.dict[builtins.str, JSON] | None = None,
    ) -> None:
        self.id = id
        self.departments = departments
        self.phones = phones
        self.extra = {} if extra is None else extra


class ObstaclesV2Bot(Namespace):
    def register(
        self,
        *,
        fields: V2BotRegisterFieldsDict,
        note: builtins.str | Unset | None = UNSET,
        extra_: JSONInput | Unset = UNSET,
        timeout: float | None = None,
    ) -> Answer[V2BotRegisterResult]:
        """Registers a bot.

        The method ``obstacles.v2.Bot.register``, scope ``obstacles``. Safe to repeat. Since
        2025-01-15.

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

        See https://apidocs.bitrix24.com/obstacles.html
        """
        return self._call("obstacles.v2.Bot.register", (fields, note, extra_), timeout)


class AsyncObstaclesV2Bot(AsyncNamespace):
    async def register(
        self,
        *,
        fields: V2BotRegisterFieldsDict,
        note: builtins.str | Unset | None = UNSET,
        extra_: JSONInput | Unset = UNSET,
        timeout: float | None = None,
    ) -> Answer[V2BotRegisterResult]:
        """Registers a bot.

        The method ``obstacles.v2.Bot.register``, scope ``obstacles``. Safe to repeat. Since
        2025-01-15.

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

        See https://apidocs.bitrix24.com/obstacles.html
        """
        return await self._call("obstacles.v2.Bot.register", (fields, note, extra_), timeout)


class ObstaclesV2Bot(RequestNamespace):
    def register(
        self,
        *,
        fields: V2BotRegisterFieldsDict,
        note: builtins.str | Unset | None = UNSET,
        extra_: JSONInput | Unset = UNSET,
    ) -> Request[V2BotRegisterResult]:
        """The request of ``client.obstacles.v2.bot.register``: see there."""
        return Request("obstacles.v2.Bot.register", (fields, note, extra_))
