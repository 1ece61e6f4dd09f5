"""Our client for asyncio.

Switched off: `intensity`, the pace that portals ask for. Everything else is as it comes.
"""

from __future__ import annotations

from driver import BATCH, FOUND, Async, Ids, Wrong, importing, roots, serve, url

with importing:
    import asyncio

    from bitrix24 import AsyncClient

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bitrix24 import AsyncRecords


class Ours(Async):
    distribution = "bitrix24"
    new_loop = staticmethod(asyncio.new_event_loop)

    async def open(self) -> None:
        self.client = AsyncClient.from_webhook(url(), intensity=None, root_certificates=roots())

    async def call(self) -> None:
        answer = await self.client.imbot.chat.get(entity_type="CHAT", entity_id="13")
        if answer.result is None or answer.result.id != FOUND:
            raise Wrong(answer.result)

    async def batch(self) -> None:
        from bitrix24 import Answer, request

        get = request.imbot.chat.get
        requests = [get(entity_type="CHAT", entity_id="13") for _ in range(BATCH)]
        for outcome in await self.client.batch(requests):
            if not isinstance(outcome, Answer):
                raise outcome
            if outcome.result is None or outcome.result.id != FOUND:
                raise Wrong(outcome)

    async def read(self, way: str, ids: Ids) -> None:
        from bitrix24 import ListRequest

        deals = ListRequest.by_name("crm.deal.list", key="ID")
        batched, keyed = way == "batched", way == "keyed"
        records: AsyncRecords[Any] = self.client.records(deals, batched=batched, keyed=keyed)
        async for deal in records:
            ids.last += 1
            if int(deal["ID"]) != ids.last:
                raise Wrong(f"{deal['ID']} is in the place of {ids.last}")
            if ids.last == ids.wanted:
                break

    async def answer(self, size: int) -> int:
        records: Any = (await self.client.call("bench.answer", {"BYTES": size})).result
        return len(records)

    async def close(self) -> None:
        await self.client.close()


serve(Ours)
