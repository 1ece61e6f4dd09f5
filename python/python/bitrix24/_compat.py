"""What older Pythons take from typing_extensions, under one name."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if sys.version_info >= (3, 11):
    from typing import NotRequired as NotRequired
    from typing import Self as Self
    from typing import TypedDict as TypedDict
    from typing import Unpack as Unpack
else:
    from typing_extensions import NotRequired as NotRequired
    from typing_extensions import Self as Self
    from typing_extensions import TypedDict as TypedDict
    from typing_extensions import Unpack as Unpack

if sys.version_info >= (3, 13):
    from warnings import deprecated as deprecated
elif TYPE_CHECKING:
    from typing_extensions import deprecated as deprecated
else:

    def __getattr__(name: str) -> object:
        # Loading typing_extensions takes long, and not all who load this module need it.
        if name != "deprecated":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from typing_extensions import deprecated

        return deprecated
