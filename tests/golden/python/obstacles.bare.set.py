BareSetErrorCode: TypeAlias = Literal["ERROR_ID_EMPTY", "100"]
"""The codes that ``obstacles.bare.set`` documents as its own."""

BareSetResultStatus: TypeAlias = Literal["new", "old"]
"""The known values of ``STATUS`` in the result of ``obstacles.bare.set``."""


BareSetFieldsDict = TypedDict(
    "BareSetFieldsDict",
    {
        "NAME": "builtins.str",
        "~NAME": "NotRequired[JSONInput]",
    },
)
"""``FIELDS`` in the parameters of ``obstacles.bare.set``.

See https://apidocs.bitrix24.com/obstacles.html

``NAME``.

``~NAME``.
"""


class BareSetResult(Record):
    """Result of ``obstacles.bare.set``.

    See https://apidocs.bitrix24.com/obstacles.html
    """

    __slots__ = ("id", "status", "kind", "when", "rows")
    _wire = ("ID", "STATUS", "KIND", "WHEN", "ROWS")

    id: int | None
    """``ID``."""
    status: BareSetResultStatus | builtins.str | None
    """``STATUS``."""
    kind: builtins.str | None
    """``KIND``."""
    when: dt.datetime
    """``WHEN``."""
    rows: builtins.list[BareSetResultRows] | None
    """``ROWS``."""

    def __init__(
        self,
        *,
        id: int | None = None,
        status: BareSetResultStatus | builtins.str | None = None,
        kind: builtins.str | None = None,
        when: dt.datetime,
        rows: builtins.list[BareSetResultRows] | None = None,
        extra: builtins.dict[builtins.str, JSON] | None = None,
    ) -> None:
        self.id = id
        self.status = status
        self.kind = kind
        self.when = when
        self.rows = rows
        self.extra = {} if extra is None else extra


class BareSetResultRows(Record):
    """``ROWS`` in the result of ``obstacles.bare.set``.

    See https://apidocs.bitrix24.com/obstacles.html
    """

    __slots__ = ("id", "created")
    _wire = ("ID", "CREATED")

    id: int | None
    """``ID``."""
    created: dt.date | None
    """``CREATED``."""

    def __init__(
        self,
        *,
        id: int | None = None,
        created: dt.date | None = None,
        extra: builtins.dict[builtins.str, JSON] | None = None,
    ) -> None:
        self.id = id
        self.created = created
        self.extra = {} if extra is None else extra


class ObstaclesBare(Namespace):
    @deprecated(
        "obstacles.bare.set is deprecated: use client.hurdles.chat.get (hurdles.chat.get) or "
        "client.obstacles.job.get_v3 (obstacles.job.get of REST 3.0) or "
        "obstacles.not.there.at.all"
    )
    def set(
        self,
        *,
        id: int,
        file: JSONInput | Unset = UNSET,
        callback: JSONInput | Unset = UNSET,
        mode: builtins.str,
        modes: Sequence[builtins.str] | Unset | None = UNSET,
        fields: BareSetFieldsDict | None = None,
        timeout: float | None = None,
    ) -> Answer[BareSetResult]:
        """Calls ``obstacles.bare.set``.

        The method ``obstacles.bare.set``, scope ``obstacles``. Not safe to repeat: a second call
        may do its work a second time.

        Deprecated: use ``client.hurdles.chat.get`` (``hurdles.chat.get``) or
        ``client.obstacles.job.get_v3`` (``obstacles.job.get`` of REST 3.0) or
        ``obstacles.not.there.at.all``.

        Args:
            id: ``ID``.
            file: ``FILE``.
            callback: ``CALLBACK``.
            mode: ``MODE``.
            modes: ``MODES``.
            fields: ``FIELDS``.
            timeout: Seconds that the call may take in all; the client's own if left out.

        Raises:
            ErrorIdEmpty: ``ERROR_ID_EMPTY``.
            MethodApiError: ``100``.

        See https://apidocs.bitrix24.com/obstacles.html
        """
        return self._call("obstacles.bare.set", (id, file, callback, mode, modes, fields), timeout)


class AsyncObstaclesBare(AsyncNamespace):
    @deprecated(
        "obstacles.bare.set is deprecated: use client.hurdles.chat.get (hurdles.chat.get) or "
        "client.obstacles.job.get_v3 (obstacles.job.get of REST 3.0) or "
        "obstacles.not.there.at.all"
    )
    async def set(
        self,
        *,
        id: int,
        file: JSONInput | Unset = UNSET,
        callback: JSONInput | Unset = UNSET,
        mode: builtins.str,
        modes: Sequence[builtins.str] | Unset | None = UNSET,
        fields: BareSetFieldsDict | None = None,
        timeout: float | None = None,
    ) -> Answer[BareSetResult]:
        """Calls ``obstacles.bare.set``.

        The method ``obstacles.bare.set``, scope ``obstacles``. Not safe to repeat: a second call
        may do its work a second time.

        Deprecated: use ``client.hurdles.chat.get`` (``hurdles.chat.get``) or
        ``client.obstacles.job.get_v3`` (``obstacles.job.get`` of REST 3.0) or
        ``obstacles.not.there.at.all``.

        Args:
            id: ``ID``.
            file: ``FILE``.
            callback: ``CALLBACK``.
            mode: ``MODE``.
            modes: ``MODES``.
            fields: ``FIELDS``.
            timeout: Seconds that the call may take in all; the client's own if left out.

        Raises:
            ErrorIdEmpty: ``ERROR_ID_EMPTY``.
            MethodApiError: ``100``.

        See https://apidocs.bitrix24.com/obstacles.html
        """
        return await self._call(
            "obstacles.bare.set",
            (id, file, callback, mode, modes, fields),
            timeout,
        )


class ObstaclesBare(RequestNamespace):
    @deprecated(
        "obstacles.bare.set is deprecated: use client.hurdles.chat.get (hurdles.chat.get) or "
        "client.obstacles.job.get_v3 (obstacles.job.get of REST 3.0) or "
        "obstacles.not.there.at.all"
    )
    def set(
        self,
        *,
        id: int,
        file: JSONInput | Unset = UNSET,
        callback: JSONInput | Unset = UNSET,
        mode: builtins.str,
        modes: Sequence[builtins.str] | Unset | None = UNSET,
        fields: BareSetFieldsDict | None = None,
    ) -> Request[BareSetResult]:
        """The request of ``client.obstacles.bare.set``: see there."""
        return Request("obstacles.bare.set", (id, file, callback, mode, modes, fields))
