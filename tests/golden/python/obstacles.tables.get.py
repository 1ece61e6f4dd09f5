TablesGetErrorCode: TypeAlias = Literal["ERROR_REQUIRED_PARAMETERS_MISSING", "ACCESS_DENIED"]
"""The codes that ``obstacles.tables.get`` documents as its own."""

TablesGetIblockTypeId_: TypeAlias = Literal["lists", "bitrix_processes", "lists_socnet"]
"""The known values of ``IBLOCK_TYPE_ID`` in the parameters of ``obstacles.tables.get``.

``lists``: lists of the whole company.

``bitrix_processes``: processes.

``lists_socnet``: lists of a group.
"""

TablesGetIblockOrder: TypeAlias = Literal["asc", "desc"]
"""The known values of ``IBLOCK_ORDER`` in the parameters of ``obstacles.tables.get``."""


class TablesGetItem(Record):
    """Result of ``obstacles.tables.get``.

    See https://apidocs.bitrix24.com/obstacles.html
    """

    __slots__ = (
        "id",
        "timestamp_x",
        "iblock_type_id",
        "code",
        "name",
        "active",
        "sort",
        "rss_file_limit",
    )
    _wire = (
        "ID",
        "TIMESTAMP_X",
        "IBLOCK_TYPE_ID",
        "CODE",
        "NAME",
        "ACTIVE",
        "SORT",
        "RSS_FILE_LIMIT",
    )

    id: int
    """``ID``: the id of the list."""
    timestamp_x: builtins.str | None
    """``TIMESTAMP_X``."""
    iblock_type_id: builtins.str | None
    """``IBLOCK_TYPE_ID``."""
    code: builtins.str | None
    """``CODE``."""
    name: builtins.str | None
    """``NAME``."""
    active: bool | None
    """``ACTIVE``."""
    sort: int | None
    """``SORT``."""
    rss_file_limit: int | None
    """``RSS_FILE_LIMIT``."""

    def __init__(
        self,
        *,
        id: int,
        timestamp_x: builtins.str | None = None,
        iblock_type_id: builtins.str | None = None,
        code: builtins.str | None = None,
        name: builtins.str | None = None,
        active: bool | None = None,
        sort: int | None = None,
        rss_file_limit: int | None = None,
        extra: builtins.dict[builtins.str, JSON] | None = None,
    ) -> None:
        self.id = id
        self.timestamp_x = timestamp_x
        self.iblock_type_id = iblock_type_id
        self.code = code
        self.name = name
        self.active = active
        self.sort = sort
        self.rss_file_limit = rss_file_limit
        self.extra = {} if extra is None else extra


class ObstaclesTables(Namespace):
    def get(
        self,
        *,
        iblock_type_id: TablesGetIblockTypeId_ | builtins.str,
        iblock_id: int | None = None,
        iblock_code: builtins.str | None = None,
        socnet_group_id: int | None = None,
        iblock_order: Mapping[builtins.str, TablesGetIblockOrder | builtins.str] | None = None,
        start: int | None = None,
        timeout: float | None = None,
    ) -> Answer[builtins.list[TablesGetItem]]:
        """Reads lists of one type.

        The method ``obstacles.tables.get``, scope ``obstacles``. Safe to repeat. Callers: any user
        with the right to read the lists. A list, read page by page with ``start``, 50 records a
        page.

        ``SOCNET_GROUP_ID`` is required when ``IBLOCK_TYPE_ID`` is ``lists_socnet``.

        Where the documentation leaves a question:

        * ``params.IBLOCK_ORDER.default``: The page gives a default that is no direction; none is
          stated here.

        Args:
            iblock_type_id: ``IBLOCK_TYPE_ID``: the type of the lists.
            iblock_id: ``IBLOCK_ID``.
            iblock_code: ``IBLOCK_CODE``.
            socnet_group_id: ``SOCNET_GROUP_ID``: the group whose lists are read.
            iblock_order: ``IBLOCK_ORDER``: the order of the lists, by field.
            start: ``start``: how many lists to skip. When left out: ``0``.
            timeout: Seconds that the call may take in all; the client's own if left out.

        Raises:
            ErrorRequiredParametersMissing: ``ERROR_REQUIRED_PARAMETERS_MISSING``.
            AccessDenied: ``ACCESS_DENIED``.

        See https://apidocs.bitrix24.com/obstacles.html
        """
        return self._call(
            "obstacles.tables.get",
            (iblock_type_id, iblock_id, iblock_code, socnet_group_id, iblock_order, start),
            timeout,
        )


class AsyncObstaclesTables(AsyncNamespace):
    async def get(
        self,
        *,
        iblock_type_id: TablesGetIblockTypeId_ | builtins.str,
        iblock_id: int | None = None,
        iblock_code: builtins.str | None = None,
        socnet_group_id: int | None = None,
        iblock_order: Mapping[builtins.str, TablesGetIblockOrder | builtins.str] | None = None,
        start: int | None = None,
        timeout: float | None = None,
    ) -> Answer[builtins.list[TablesGetItem]]:
        """Reads lists of one type.

        The method ``obstacles.tables.get``, scope ``obstacles``. Safe to repeat. Callers: any user
        with the right to read the lists. A list, read page by page with ``start``, 50 records a
        page.

        ``SOCNET_GROUP_ID`` is required when ``IBLOCK_TYPE_ID`` is ``lists_socnet``.

        Where the documentation leaves a question:

        * ``params.IBLOCK_ORDER.default``: The page gives a default that is no direction; none is
          stated here.

        Args:
            iblock_type_id: ``IBLOCK_TYPE_ID``: the type of the lists.
            iblock_id: ``IBLOCK_ID``.
            iblock_code: ``IBLOCK_CODE``.
            socnet_group_id: ``SOCNET_GROUP_ID``: the group whose lists are read.
            iblock_order: ``IBLOCK_ORDER``: the order of the lists, by field.
            start: ``start``: how many lists to skip. When left out: ``0``.
            timeout: Seconds that the call may take in all; the client's own if left out.

        Raises:
            ErrorRequiredParametersMissing: ``ERROR_REQUIRED_PARAMETERS_MISSING``.
            AccessDenied: ``ACCESS_DENIED``.

        See https://apidocs.bitrix24.com/obstacles.html
        """
        return await self._call(
            "obstacles.tables.get",
            (iblock_type_id, iblock_id, iblock_code, socnet_group_id, iblock_order, start),
            timeout,
        )


class ObstaclesTables(RequestNamespace):
    def get(
        self,
        *,
        iblock_type_id: TablesGetIblockTypeId_ | builtins.str,
        iblock_id: int | None = None,
        iblock_code: builtins.str | None = None,
        socnet_group_id: int | None = None,
        iblock_order: Mapping[builtins.str, TablesGetIblockOrder | builtins.str] | None = None,
        start: int | None = None,
    ) -> ListRequest[builtins.list[TablesGetItem], TablesGetItem]:
        """The request of ``client.obstacles.tables.get``: see there.

        ``client.records`` reads the whole list.
        """
        return ListRequest(
            "obstacles.tables.get",
            (iblock_type_id, iblock_id, iblock_code, socnet_group_id, iblock_order, start),
        )
