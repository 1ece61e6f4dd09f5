class CloneListItem(Record):
    """Result of ``obstacles.clone.list``.

    See https://apidocs.bitrix24.com/obstacles.html
    """

    __slots__ = ("dict", "when")
    _wire = ("dict", "when")

    dict: builtins.dict[builtins.str, JSON] | None
    """``dict``."""
    when: dt.date | None
    """``when``."""

    def __init__(
        self,
        *,
        dict: builtins.dict[builtins.str, JSON] | None = None,
        when: dt.date | None = None,
        extra: builtins.dict[builtins.str, JSON] | None = None,
    ) -> None:
        self.dict = dict
        self.when = when
        self.extra = {} if extra is None else extra


class ObstaclesClone(Namespace):
    def list(
        self,
        *,
        offset: int | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Answer[builtins.dict[builtins.str, CloneListItem]]:
        """Calls ``obstacles.clone.list``.

        The method ``obstacles.clone.list``, scope ``obstacles``. Not safe to repeat: a second call
        may do its work a second time. A list, read page by page with ``offset``, 10 records a page.

        Args:
            offset: ``OFFSET``.
            limit: ``LIMIT``.
            timeout: Seconds that the call may take in all; the client's own if left out.

        See https://apidocs.bitrix24.com/obstacles.html
        """
        return self._call("obstacles.clone.list", (offset, limit), timeout)


class AsyncObstaclesClone(AsyncNamespace):
    async def list(
        self,
        *,
        offset: int | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Answer[builtins.dict[builtins.str, CloneListItem]]:
        """Calls ``obstacles.clone.list``.

        The method ``obstacles.clone.list``, scope ``obstacles``. Not safe to repeat: a second call
        may do its work a second time. A list, read page by page with ``offset``, 10 records a page.

        Args:
            offset: ``OFFSET``.
            limit: ``LIMIT``.
            timeout: Seconds that the call may take in all; the client's own if left out.

        See https://apidocs.bitrix24.com/obstacles.html
        """
        return await self._call("obstacles.clone.list", (offset, limit), timeout)


class ObstaclesClone(RequestNamespace):
    def list(
        self,
        *,
        offset: int | None = None,
        limit: int | None = None,
    ) -> ListRequest[builtins.dict[builtins.str, CloneListItem], CloneListItem]:
        """The request of ``client.obstacles.clone.list``: see there.

        ``client.records`` reads the whole list.
        """
        return ListRequest("obstacles.clone.list", (offset, limit))
