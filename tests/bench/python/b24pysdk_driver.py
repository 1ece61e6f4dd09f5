"""b24pysdk, by the functions of its token: `call_method`, `call_batch`, `call_list_fast`.

They are what its README has for methods without a wrapper, such as `imbot.chat.get`, and what the
wrappers call: `as_list_fast()` is `call_list_fast()` and `as_list()` is `call_list()`.

There is nothing to switch off: it keeps no pace. It opens a connection for each call, and has no
way to keep one. It always calls by https: that it can be measured without, a property is replaced.
"""

from __future__ import annotations

from driver import BATCH, CHAT, FOUND, Ids, Sync, Wrong, authority, importing, serve, url

with importing:
    from b24pysdk import BitrixWebhook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class B24PySdk(Sync):
    distribution = "b24pysdk"

    def __init__(self) -> None:
        import os

        scheme, _, rest = url().partition("://")
        domain, _, token = rest.partition("/rest/")
        if scheme == "http":
            without_tls()
        else:
            os.environ["REQUESTS_CA_BUNDLE"] = authority() or ""
        self.token = BitrixWebhook(domain=domain, webhook_token=token.strip("/"))

    def call(self) -> None:
        chat = self.token.call_method("imbot.chat.get", CHAT)["result"]
        if chat["ID"] != FOUND:
            raise Wrong(chat)

    def batch(self) -> None:
        methods = {f"c{n}": ("imbot.chat.get", CHAT) for n in range(BATCH)}
        result = self.token.call_batch(methods)["result"]
        if result["result_error"]:
            raise Wrong(result["result_error"])
        for name in methods:
            if result["result"][name]["ID"] != FOUND:
                raise Wrong(result)

    def read(self, way: str, ids: Ids) -> None:
        if way == "keyed":  # in batches, one record after the other
            ids.take(self.token.call_list_fast("crm.deal.list", limit=ids.wanted)["result"])
        elif way == "batched":  # all of them at once
            ids.take(self.token.call_list("crm.deal.list", limit=ids.wanted)["result"])
        else:
            start = 0
            while start is not None:
                answer = self.token.call_method("crm.deal.list", {"start": start})
                if ids.take(answer["result"]):
                    return
                start = answer.get("next")

    def answer(self, size: int) -> int:
        return len(self.token.call_method("bench.answer", {"BYTES": size})["result"])


def without_tls() -> None:
    from importlib import import_module

    def base(self: Any) -> str:
        return f"http://{self._domain}/rest"

    # The function of the same name stands before the module.
    module = import_module("b24pysdk.api.callers.call_method")
    module._MethodCaller._base_url = property(base)


serve(B24PySdk)
