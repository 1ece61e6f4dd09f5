"""Fixtures for pytest, which finds them by itself once the package is installed.

This stands beside the package ``bitrix24`` so that pytest does not load that at its start: tests
which do not use the fixtures pay nothing, and coverage is measured from the package's first line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix24 import AsyncClient, Client
    from bitrix24.sandbox import Sandbox

__all__ = ["bitrix24_async_client", "bitrix24_client", "bitrix24_sandbox"]


@pytest.fixture
def bitrix24_sandbox() -> Iterator[Sandbox]:
    """A portal of the test's own, in this process."""
    from bitrix24.sandbox import Sandbox

    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def bitrix24_client(bitrix24_sandbox: Sandbox) -> Iterator[Client]:
    """A client that calls the test's portal by its webhook."""
    with bitrix24_sandbox.client() as client:
        yield client


@pytest.fixture
def bitrix24_async_client(bitrix24_sandbox: Sandbox) -> AsyncClient:
    """A client for asyncio that calls the test's portal by its webhook."""
    # Its connections end with the portal.
    return bitrix24_sandbox.async_client()
