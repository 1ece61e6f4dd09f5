"""httpx for asyncio: one `AsyncClient` for all tasks; `json=` and `.json()`.

Switched off: the limit of connections, and what it takes from the environment (`trust_env`), such
as proxies. Calls may take 60 seconds. HTTP/2 is off by default. With each call it looks for
sniffio, which it works without: it is installed, as it takes longer to find that it is not.
"""

from __future__ import annotations

from by_hand import AsyncByHand
from driver import importing, serve, trusting, url

with importing:
    import asyncio

    import httpx

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Httpx(AsyncByHand):
    distribution = "httpx"
    new_loop = staticmethod(asyncio.new_event_loop)

    async def open(self) -> None:
        self.url = url()
        self.client = httpx.AsyncClient(
            verify=trusting() or True, limits=httpx.Limits(), timeout=60, trust_env=False
        )

    async def post(self, method: str, params: dict[str, Any]) -> Any:
        response = await self.client.post(self.url + method, json=params)
        return response.raise_for_status().json()

    async def close(self) -> None:
        await self.client.aclose()


serve(Httpx)
