"""The mark of deprecated methods for modules that are loaded with the package.

``typing_extensions`` takes longer to load than all else that a client needs at first.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if sys.version_info >= (3, 13):
    from warnings import deprecated as deprecated
elif TYPE_CHECKING:
    from typing_extensions import deprecated as deprecated
else:
    import functools
    import warnings

    def deprecated(message):
        def mark(function):
            @functools.wraps(function)
            def call(*args, **kwargs):
                warnings.warn(message, DeprecationWarning, stacklevel=2)
                return function(*args, **kwargs)

            call.__deprecated__ = message
            return call

        return mark
