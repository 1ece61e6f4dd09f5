"""The mark of deprecated methods.

Not that of ``typing_extensions``, which loads asyncio and takes longer for it than all else that a
client needs at first. Checkers take the one for the other.
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

    COROUTINE = 0x80  # CO_COROUTINE of `inspect`

    def deprecated(message):
        def mark(function):
            @functools.wraps(function)
            def call(*args, **kwargs):
                warnings.warn(message, DeprecationWarning, stacklevel=2)
                return function(*args, **kwargs)

            call.__deprecated__ = message
            if function.__code__.co_flags & COROUTINE:
                mark_as_coroutine(call)
            return call

        return mark

    def mark_as_coroutine(function):
        if "asyncio" not in sys.modules:
            return  # it works all the same, and only asyncio asks for the mark
        import asyncio
        import inspect

        if sys.version_info >= (3, 12):
            inspect.markcoroutinefunction(function)
        else:
            function._is_coroutine = asyncio.coroutines._is_coroutine
