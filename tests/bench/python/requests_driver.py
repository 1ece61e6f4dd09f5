"""requests as its documentation shows it: a bare `Session` for each thread; `json=`, `.json()`.

Nothing is switched off. Without `trust_env`, by which it looks for proxies and passwords anew with
each request, and which few know, it would take about a quarter less.
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
        self.verify = authority() or True
        self.local = threading.local()

    def post(self, method: str, params: dict[str, Any]) -> Any:
        # Told with each call: the environment would overrule what the session is told.
        response = self.session().post(self.url + method, json=params, verify=self.verify)
        response.raise_for_status()
        return response.json()

    def session(self) -> requests.Session:
        try:
            return self.local.session
        except AttributeError:
            session = self.local.session = requests.Session()
            return session


serve(Requests)
