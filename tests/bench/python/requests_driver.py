"""requests: a `Session` for each thread, so that connections are kept; `json=` and `.json()`.

Switched off: `trust_env`, by which it looks for proxies and passwords anew with each request.
"""

from __future__ import annotations

from by_hand import SyncByHand
from driver import authority, importing, serve, url

with importing:
    import threading

    import requests

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Requests(SyncByHand):
    distribution = "requests"

    def __init__(self) -> None:
        self.url = url()
        self.local = threading.local()

    def post(self, method: str, params: dict[str, Any]) -> Any:
        response = self.session().post(self.url + method, json=params)
        response.raise_for_status()
        return response.json()

    def session(self) -> requests.Session:
        try:
            return self.local.session
        except AttributeError:
            session = self.local.session = requests.Session()
            session.trust_env = False
            session.verify = authority() or True
            return session


serve(Requests)
