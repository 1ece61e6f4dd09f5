OptionErrorCode: TypeAlias = Literal[
    "Other",
    "System",
    "SYSTEM_ERROR",
    "0",
    "",
    "VALUE_ERROR",
    "value_error",
]
"""The codes that ``obstacles.Option`` documents as its own."""

OptionAsync: TypeAlias = Literal["Other", "Self", "", "1", "a b"]
"""The known values of ``async`` in the parameters of ``obstacles.Option``."""

OptionResultSome: TypeAlias = Literal["None", "Some"]
"""The known values of ``Some`` in the result of ``obstacles.Option``."""


class OptionResult(Record):
    """Result of ``obstacles.Option``.

    See https://apidocs.bitrix24.com/obstacles.html
    """

    __slots__ = ("result", "extra_", "new_", "list", "str", "class_", "some", "default_")
    _wire = ("Result", "extra", "new", "list", "str", "class", "Some", "default")

    result: OptionResultResult | None
    """``Result``."""
    extra_: builtins.str | None
    """``extra``."""
    new_: builtins.str | None
    """``new``."""
    list: builtins.list[int] | None
    """``list``."""
    str: builtins.str | None
    """``str``."""
    class_: OptionResultClassObject | builtins.str | None
    """``class``."""
    some: OptionResultSome | builtins.str | None
    """``Some``."""
    default_: bool | None
    """``default``."""

    def __init__(
        self,
        *,
        result: OptionResultResult | None = None,
        extra_: builtins.str | None = None,
        new_: builtins.str | None = None,
        list: builtins.list[int] | None = None,
        str: builtins.str | None = None,
        class_: OptionResultClassObject | builtins.str | None = None,
        some: OptionResultSome | builtins.str | None = None,
        default_: bool | None = None,
        extra: builtins.dict[builtins.str, JSON] | None = None,
    ) -> None:
        self.result = result
        self.extra_ = extra_
        self.new_ = new_
        self.list = list
        self.str = str
        self.class_ = class_
        self.some = some
        self.default_ = default_
        self.extra = {} if extra is None else extra


class OptionResultResult(Record):
    """``Result`` in the result of ``obstacles.Option``.

    See https://apidocs.bitrix24.com/obstacles.html
    """

    __slots__ = ("ok", "err")
    _wire = ("Ok", "Err")

    ok: int | None
    """``Ok``."""
    err: builtins.str | None
    """``Err``."""

    def __init__(
        self,
        *,
        ok: int | None = None,
        err: builtins.str | None = None,
        extra: builtins.dict[builtins.str, JSON] | None = None,
    ) -> None:
        self.ok = ok
        self.err = err
        self.extra = {} if extra is None else extra


class OptionResultClassObject(Record):
    """``class`` in the result of ``obstacles.Option``.

    See https://apidocs.bitrix24.com/obstacles.html
    """

    __slots__ = ("def_",)
    _wire = ("def",)

    def_: OptionResultClassDef | None
    """``def``."""

    def __init__(
        self,
        *,
        def_: OptionResultClassDef | None = None,
        extra: builtins.dict[builtins.str, JSON] | None = None,
    ) -> None:
        self.def_ = def_
        self.extra = {} if extra is None else extra


class OptionResultClassDef(Record):
    """``class.def`` in the result of ``obstacles.Option``.

    See https://apidocs.bitrix24.com/obstacles.html
    """

    __slots__ = ("pass_",)
    _wire = ("pass",)

    pass_: float | None
    """``pass``."""

    def __init__(
        self,
        *,
        pass_: float | None = None,
        extra: builtins.dict[builtins.str, JSON] | None = None,
    ) -> None:
        self.pass_ = pass_
        self.extra = {} if extra is None else extra


class Obstacles(Namespace):
    def option(
        self,
        *,
        string: builtins.str,
        vec: Sequence[builtins.str],
        none_: builtins.str | None,
        self_: int | None = None,
        self__: int | None = None,
        type_: builtins.str | None = None,
        n0: builtins.str | None = None,
        empty: builtins.str | None = None,
        id: Sequence[int] | None = None,
        timeout_: int | None = None,
        client: int | None = None,
        request: int | None = None,
        fields: int | None = None,
        import_: bool | None = None,
        list: Sequence[int] | None = None,
        dict: Mapping[builtins.str, JSONInput] | None = None,
        int: int | None = None,
        value: int | builtins.str | Sequence[builtins.str] | Unset | None = UNSET,
        async_: OptionAsync | builtins.str | None = None,
        timeout: float | None = None,
    ) -> Answer[OptionResult | None]:
        r"""Answers [nothing] <useful> \ '''quoted''' with ``code``.

        The method ``obstacles.Option``, scope ``obstacles``. Not safe to repeat: a second call may
        do its work a second time.

        Args:
            string: ``String``.
            vec: ``Vec``.
            none_: ``None``.
            self_: ``self``.
            self__: ``Self``.
            type_: ``type``.
            n0: ``0``.
            empty: ``.
            id: ``!=ID``.
            timeout_: ``timeout``.
            client: ``client``.
            request: ``request``.
            fields: ``fields``.
            import_: ``import``.
            list: ``list``.
            dict: ``dict``.
            int: ``int``.
            value: ``value``.
            async_: ``async``.
            timeout: Seconds that the call may take in all; the client's own if left out.

        Raises:
            Other_: ``Other``.
            System_: ``System``.
            SystemError_: ``SYSTEM_ERROR``.
            MethodApiError: ``0``.
            MethodApiError: an empty code.
            ValueError_: ``VALUE_ERROR``.
            ValueError__: ``value_error``.

        See https://apidocs.bitrix24.com/obstacles.html
        """
        return self._call(
            "obstacles.Option",
            (
                string,
                vec,
                none_,
                self_,
                self__,
                type_,
                n0,
                empty,
                id,
                timeout_,
                client,
                request,
                fields,
                import_,
                list,
                dict,
                int,
                value,
                async_,
            ),
            timeout,
        )


class AsyncObstacles(AsyncNamespace):
    async def option(
        self,
        *,
        string: builtins.str,
        vec: Sequence[builtins.str],
        none_: builtins.str | None,
        self_: int | None = None,
        self__: int | None = None,
        type_: builtins.str | None = None,
        n0: builtins.str | None = None,
        empty: builtins.str | None = None,
        id: Sequence[int] | None = None,
        timeout_: int | None = None,
        client: int | None = None,
        request: int | None = None,
        fields: int | None = None,
        import_: bool | None = None,
        list: Sequence[int] | None = None,
        dict: Mapping[builtins.str, JSONInput] | None = None,
        int: int | None = None,
        value: int | builtins.str | Sequence[builtins.str] | Unset | None = UNSET,
        async_: OptionAsync | builtins.str | None = None,
        timeout: float | None = None,
    ) -> Answer[OptionResult | None]:
        r"""Answers [nothing] <useful> \ '''quoted''' with ``code``.

        The method ``obstacles.Option``, scope ``obstacles``. Not safe to repeat: a second call may
        do its work a second time.

        Args:
            string: ``String``.
            vec: ``Vec``.
            none_: ``None``.
            self_: ``self``.
            self__: ``Self``.
            type_: ``type``.
            n0: ``0``.
            empty: ``.
            id: ``!=ID``.
            timeout_: ``timeout``.
            client: ``client``.
            request: ``request``.
            fields: ``fields``.
            import_: ``import``.
            list: ``list``.
            dict: ``dict``.
            int: ``int``.
            value: ``value``.
            async_: ``async``.
            timeout: Seconds that the call may take in all; the client's own if left out.

        Raises:
            Other_: ``Other``.
            System_: ``System``.
            SystemError_: ``SYSTEM_ERROR``.
            MethodApiError: ``0``.
            MethodApiError: an empty code.
            ValueError_: ``VALUE_ERROR``.
            ValueError__: ``value_error``.

        See https://apidocs.bitrix24.com/obstacles.html
        """
        return await self._call(
            "obstacles.Option",
            (
                string,
                vec,
                none_,
                self_,
                self__,
                type_,
                n0,
                empty,
                id,
                timeout_,
                client,
                request,
                fields,
                import_,
                list,
                dict,
                int,
                value,
                async_,
            ),
            timeout,
        )


class Obstacles(RequestNamespace):
    def option(
        self,
        *,
        string: builtins.str,
        vec: Sequence[builtins.str],
        none_: builtins.str | None,
        self_: int | None = None,
        self__: int | None = None,
        type_: builtins.str | None = None,
        n0: builtins.str | None = None,
        empty: builtins.str | None = None,
        id: Sequence[int] | None = None,
        timeout_: int | None = None,
        client: int | None = None,
        request: int | None = None,
        fields: int | None = None,
        import_: bool | None = None,
        list: Sequence[int] | None = None,
        dict: Mapping[builtins.str, JSONInput] | None = None,
        int: int | None = None,
        value: int | builtins.str | Sequence[builtins.str] | Unset | None = UNSET,
        async_: OptionAsync | builtins.str | None = None,
    ) -> Request[OptionResult | None]:
        """The request of ``client.obstacles.option``: see there."""
        return Request(
            "obstacles.Option",
            (
                string,
                vec,
                none_,
                self_,
                self__,
                type_,
                n0,
                empty,
                id,
                timeout_,
                client,
                request,
                fields,
                import_,
                list,
                dict,
                int,
                value,
                async_,
            ),
        )
