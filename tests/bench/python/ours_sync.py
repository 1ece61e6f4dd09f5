"""Our client, the one that waits for its answers.

Switched off: `intensity`, the pace that portals ask for. Everything else is as it comes.
"""

from __future__ import annotations

from driver import BATCH, FOUND, Ids, Sync, Wrong, importing, roots, serve, url

with importing:
    from bitrix24 import Client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Ours(Sync):
    distribution = "bitrix24"

    def __init__(self) -> None:
        self.client = Client.from_webhook(url(), intensity=None, root_certificates=roots())

    def call(self) -> None:
        chat = self.client.imbot.chat.get(entity_type="CHAT", entity_id="13").result
        if chat is None or chat.id != FOUND:
            raise Wrong(chat)

    def batch(self) -> None:
        from bitrix24 import Answer, request

        get = request.imbot.chat.get
        requests = [get(entity_type="CHAT", entity_id="13") for _ in range(BATCH)]
        for outcome in self.client.batch(requests):
            if not isinstance(outcome, Answer):
                raise outcome
            if outcome.result is None or outcome.result.id != FOUND:
                raise Wrong(outcome)

    def read(self, way: str, ids: Ids) -> None:
        from bitrix24 import ListRequest

        deals = ListRequest.by_name("crm.deal.list", key="ID")
        batched, keyed = way == "batched", way == "keyed"
        ids.take(self.client.records(deals, batched=batched, keyed=keyed))

    def answer(self, size: int) -> int:
        records: Any = self.client.call("bench.answer", {"BYTES": size}).result
        return len(records)

    def end(self) -> None:
        self.client.close()


serve(Ours)
