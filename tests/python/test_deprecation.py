from __future__ import annotations

import asyncio
import inspect

import pytest
from bitrix24 import AsyncClient, Client

INSTEAD = r"use client\.imbot\.v2\.chat\.get \(imbot\.v2\.Chat\.get\)"


def line() -> int:
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def test_warns_where_it_is_called(client: Client) -> None:
    here = line() + 2
    with pytest.warns(DeprecationWarning, match=INSTEAD) as caught:
        client.imbot.chat.get(entity_type="CHAT", entity_id="13")
    [warning] = caught
    assert (warning.filename, warning.lineno) == (__file__, here)


def test_warns_where_it_is_called_in_async(async_client: AsyncClient) -> None:
    async def run() -> None:
        here = line() + 2
        with pytest.warns(DeprecationWarning, match=INSTEAD) as caught:
            call = async_client.imbot.chat.get(entity_type="CHAT", entity_id="13")
        [warning] = caught
        assert (warning.filename, warning.lineno) == (__file__, here)
        await call

    asyncio.run(run())
    assert inspect.iscoroutinefunction(AsyncClient.call)
