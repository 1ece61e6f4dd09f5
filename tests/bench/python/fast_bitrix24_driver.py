"""fast_bitrix24 for asyncio, by `call(raw=True)`, which sends what it is given without a batch
around it, `call_batch` and `get_all`.

Without further ado it opens a connection for each call, and keeps the pace that portals ask for.

- Keep-alive: it closes the session after each call unless it is given one (`client=`).
- No pace: `respect_velocity_policy=False` is for the time that calls run. The bucket of calls
  cannot be switched off, but made so large and so leaky that nobody waits, and that it is as good
  as empty.
- No limit of 50 calls at once: `slow()`, which is for fewer, takes any number.
- No logging: it sets its logger to `DEBUG`, and writes each call and each answer to it.
- No search: with each call it looks for IPython, in all folders where it is not installed. It is
  told that there is none.
- No progress bar: `verbose=False`.
"""

from __future__ import annotations

from driver import CHAT, FOUND, Async, Ids, Skip, Wrong, importing, serve, trusting, url

with importing:
    import asyncio
    import sys

    import aiohttp
    from fast_bitrix24 import BitrixAsync


class Forgetful:
    """Stands in for the records of how long calls ran.

    It keeps them for nothing when told not to heed them; and for answers that tell their time, as
    those of all portals do, it even fails: `KeyError`.
    """

    def __getitem__(self, method: str) -> Forgetful:
        return self

    def add_request_record(self, duration: float) -> None:
        pass


class FastBitrix24(Async):
    distribution = "fast_bitrix24"
    new_loop = staticmethod(asyncio.new_event_loop)

    async def open(self) -> None:
        import logging

        logging.getLogger("fast_bitrix24").setLevel(logging.WARNING)
        sys.modules["IPython"] = None
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=trusting() or True),
            raise_for_status=True,  # as its own has it
        )
        self.client = BitrixAsync(
            url(),
            verbose=False,
            respect_velocity_policy=False,
            request_pool_size=1_000_000,
            requests_per_second=1e9,
            client=self.session,
        )
        self.client.srh.method_throttlers = Forgetful()

    async def tasks(self, count: int, at_once: int) -> None:
        with self.client.slow(max(at_once, 50)):
            await super().tasks(count, at_once)

    async def call(self) -> None:
        chat = (await self.client.call("imbot.chat.get", CHAT, raw=True))["result"]
        if chat["ID"] != FOUND:
            raise Wrong(chat)

    async def batch(self) -> None:
        from by_hand import batch, check

        check(await self.client.call_batch(batch()))

    async def read(self, way: str, ids: Ids) -> None:
        if way != "batched":
            raise Skip("get_all reads by batches")
        params = {"filter": {"<=ID": ids.wanted}}
        answer = await self.client.call("crm.deal.list", params, raw=True)
        if answer["total"] != ids.wanted:
            raise Skip("get_all reads the whole list")
        deals = await self.client.get_all("crm.deal.list", params)
        # They come in no order: each is looked at all the same.
        seen = bytearray(ids.wanted)
        for deal in deals:
            seen[int(deal["ID"]) - 1] = 1
        ids.last = seen.count(1)
        if len(deals) != ids.wanted:
            raise Wrong(f"{len(deals)} records")

    async def answer(self, size: int) -> int:
        answer = await self.client.call("bench.answer", {"BYTES": size}, raw=True)
        return len(answer["result"])

    async def close(self) -> None:
        await self.session.close()


serve(FastBitrix24)
