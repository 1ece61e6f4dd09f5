"""What older Pythons have elsewhere, under one name."""

from __future__ import annotations

import sys

from bitrix24._deprecated import deprecated as deprecated

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
