NodeListErrorCode: TypeAlias = Literal[
    "BITRIX_REST_V3_EXCEPTION_INVALIDPAGINATIONEXCEPTION",
    "BITRIX_REST_V3_EXCEPTION_VALIDATION_REQUESTVALIDATIONEXCEPTION",
    "BITRIX_REST_V3_EXCEPTION_ACCESSDENIEDEXCEPTION",
]
"""The codes that ``obstacles.node.list`` documents as its own."""

NodeListType: TypeAlias = Literal["DEPARTMENT", "TEAM"]
"""The known values of ``type`` in the parameters of ``obstacles.node.list``."""

NodeListResultItemsType: TypeAlias = Literal["DEPARTMENT", "TEAM"]
"""The known values of ``items.type`` in the result of ``obstacles.node.list``."""


class NodeListPaginationDict(TypedDict):
    """``pagination`` in the parameters of ``obstacles.node.list``.

    See https://apidocs.bitrix24.com/obstacles.html
    """

    page: NotRequired[int]
    """``page``."""
    limit: NotRequired[int]
    """``limit``. When left out: ``50``. At most 200."""
    offset: NotRequired[int]
    """``offset``."""


class NodeListResult(Record):
    """Result of ``obstacles.node.list``.

    See https://apidocs.bitrix24.com/obstacles.html
    """

    __slots__ = ("items",)
    _wire = ("items",)

    items: builtins.list[NodeListResultItems]
    """``items``."""

    def __init__(
        self,
        *,
        items: builtins.list[NodeListResultItems],
        extra: builtins.dict[builtins.str, JSON] | None = None,
    ) -> None:
        self.items = items
        self.extra = {} if extra is None else extra


class NodeListResultItems(Record):
    """``items`` in the result of ``obstacles.node.list``.

    See https://apidocs.bitrix24.com/obstacles.html
    """

    __slots__ = ("id", "name", "type_", "parent_id", "created_at", "user_count")
    _wire = ("id", "name", "type", "parentId", "createdAt", "userCount")

    id: int | None
    """``id``."""
    name: builtins.str | None
    """``name``."""
    type_: NodeListResultItemsType | builtins.str | None
    """``type``."""
    parent_id: int | None
    """``parentId``."""
    created_at: dt.datetime | None
    """``createdAt``."""
    user_count: int | None
    """``userCount``."""

    def __init__(
        self,
        *,
        id: int | None = None,
        name: builtins.str | None = None,
        type_: NodeListResultItemsType | builtins.str | None = None,
        parent_id: int | None = None,
        created_at: dt.datetime | None = None,
        user_count: int | None = None,
        extra: builtins.dict[builtins.str, JSON] | None = None,
    ) -> None:
        self.id = id
        self.name = name
        self.type_ = type_
        self.parent_id = parent_id
        self.created_at = created_at
        self.user_count = user_count
        self.extra = {} if extra is None else extra


class ObstaclesNode(Namespace):
    def list(
        self,
        *,
        type_: NodeListType | builtins.str,
        select: Sequence[builtins.str] | None = None,
        pagination: NodeListPaginationDict | None = None,
        timeout: float | None = None,
    ) -> Answer[NodeListResult]:
        """Lists departments or teams.

        The method ``obstacles.node.list`` of REST 3.0, scope ``obstacles``. Safe to repeat. A list,
        read page by page with ``pagination``, 50 records a page; the records are in ``items``.

        Args:
            type_: ``type``.
            select: ``select``.
            pagination: ``pagination``.
            timeout: Seconds that the call may take in all; the client's own if left out.

        Raises:
            InvalidPaginationException: ``BITRIX_REST_V3_EXCEPTION_INVALIDPAGINATIONEXCEPTION``.
            RequestValidationException:
                ``BITRIX_REST_V3_EXCEPTION_VALIDATION_REQUESTVALIDATIONEXCEPTION``.
            AccessDeniedException: ``BITRIX_REST_V3_EXCEPTION_ACCESSDENIEDEXCEPTION``.

        See https://apidocs.bitrix24.com/obstacles.html
        """
        return self._call("v3:obstacles.node.list", (type_, select, pagination), timeout)


class AsyncObstaclesNode(AsyncNamespace):
    async def list(
        self,
        *,
        type_: NodeListType | builtins.str,
        select: Sequence[builtins.str] | None = None,
        pagination: NodeListPaginationDict | None = None,
        timeout: float | None = None,
    ) -> Answer[NodeListResult]:
        """Lists departments or teams.

        The method ``obstacles.node.list`` of REST 3.0, scope ``obstacles``. Safe to repeat. A list,
        read page by page with ``pagination``, 50 records a page; the records are in ``items``.

        Args:
            type_: ``type``.
            select: ``select``.
            pagination: ``pagination``.
            timeout: Seconds that the call may take in all; the client's own if left out.

        Raises:
            InvalidPaginationException: ``BITRIX_REST_V3_EXCEPTION_INVALIDPAGINATIONEXCEPTION``.
            RequestValidationException:
                ``BITRIX_REST_V3_EXCEPTION_VALIDATION_REQUESTVALIDATIONEXCEPTION``.
            AccessDeniedException: ``BITRIX_REST_V3_EXCEPTION_ACCESSDENIEDEXCEPTION``.

        See https://apidocs.bitrix24.com/obstacles.html
        """
        return await self._call("v3:obstacles.node.list", (type_, select, pagination), timeout)


class ObstaclesNode(RequestNamespace):
    def list(
        self,
        *,
        type_: NodeListType | builtins.str,
        select: Sequence[builtins.str] | None = None,
        pagination: NodeListPaginationDict | None = None,
    ) -> ListRequest[NodeListResult, NodeListResultItems]:
        """The request of ``client.obstacles.node.list``: see there.

        ``client.records`` reads the whole list.
        """
        return ListRequest("v3:obstacles.node.list", (type_, select, pagination))
