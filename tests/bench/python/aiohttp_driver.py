"""aiohttp: one `ClientSession` for all tasks, with orjson for both ways.

Switched off: the limit of connections. Its jar for cookies stays: it makes no difference.
"""

from __future__ import annotations

from by_hand import AsyncByHand
from driver import importing, serve, trusting, url

with importing:
    import asyncio

    import aiohttp
    import orjson

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Aiohttp(AsyncByHand):
    distribution = "aiohttp"
    new_loop = staticmethod(asyncio.new_event_loop)

    async def open(self) -> None:
        self.url = url()
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=trusting() or True),
            json_serialize_bytes=orjson.dumps,
            raise_for_status=True,
        )

    async def post(self, method: str, params: dict[str, Any]) -> Any:
        async with self.session.post(self.url + method, json=params) as response:
            return orjson.loads(await response.read())

    async def close(self) -> None:
        await self.session.close()


serve(Aiohttp)
