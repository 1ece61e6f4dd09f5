"""What older Pythons take from typing_extensions, under one name."""

from __future__ import annotations

import sys

if sys.version_info >= (3, 11):
    from typing import NotRequired as NotRequired
    from typing import Self as Self
    from typing import TypedDict as TypedDict
else:
    from typing_extensions import NotRequired as NotRequired
    from typing_extensions import Self as Self
    from typing_extensions import TypedDict as TypedDict

if sys.version_info >= (3, 13):
    from warnings import deprecated as deprecated
else:
    from typing_extensions import deprecated as deprecated
