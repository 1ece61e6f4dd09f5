"""httpx: one `Client` for all threads, as its documentation has it; `json=` and `.json()`.

Switched off: the limit of connections, and what it takes from the environment (`trust_env`), such
as proxies. Calls may take 60 seconds. HTTP/2 is off by default.
"""

from __future__ import annotations

from by_hand import SyncByHand
from driver import importing, serve, trusting, url

with importing:
    import httpx

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Httpx(SyncByHand):
    distribution = "httpx"

    def __init__(self) -> None:
        self.url = url()
        self.client = httpx.Client(
            verify=trusting() or True, limits=httpx.Limits(), timeout=60, trust_env=False
        )

    def post(self, method: str, params: dict[str, Any]) -> Any:
        return self.client.post(self.url + method, json=params).raise_for_status().json()

    def end(self) -> None:
        self.client.close()


serve(Httpx)
