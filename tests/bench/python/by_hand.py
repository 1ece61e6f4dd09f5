"""Batches and lists for clients that only know HTTP: as one writes them by the documentation.

Both kinds of clients, those that block and those of asyncio, take the same steps.
"""

from __future__ import annotations

from driver import BATCH, CHAT, FOUND, Async, Sync, Wrong

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any, TypeAlias

    from driver import Ids

    Steps: TypeAlias = Generator[tuple[str, dict[str, Any]], Any, None]
    """Calls to be made, one after the other: each is sent the answer to it."""


def batch() -> dict[str, Any]:
    """A batch of calls."""
    from urllib.parse import urlencode  # clients need it, too: not before they are imported

    commands = {f"c{n}": f"imbot.chat.get?{urlencode(CHAT)}" for n in range(BATCH)}
    return {"halt": 0, "cmd": commands}


def results(answer: Any) -> Any:
    """What the commands of a batch have answered."""
    result = answer["result"]
    if result["result_error"]:
        raise Wrong(result["result_error"])
    return result["result"]


def check(found: Any) -> None:
    """Looks at each answer of the batch."""
    for n in range(BATCH):
        if found[f"c{n}"]["ID"] != FOUND:
            raise Wrong(found)


def pages(ids: Ids) -> Steps:
    """One page after the other."""
    start = 0
    while start is not None:
        answer = yield "crm.deal.list", {"start": start}
        if ids.take(answer["result"]):
            return
        start = answer.get("next")


def batched(ids: Ids) -> Steps:
    """Many pages with each request, as far as the first one says that there are any."""
    start, total = 0, 1
    while start < total:
        starts = range(start, start + BATCH * BATCH, BATCH)
        commands = {f"p{n}": f"crm.deal.list?start={n}" for n in starts}
        answer = yield "batch", {"halt": 0, "cmd": commands}
        for page in results(answer).values():
            if ids.take(page):
                return
        total = answer["result"]["result_total"][f"p{start}"]
        start = starts.stop


def keyed(ids: Ids) -> Steps:
    """What comes after the last record, without counting."""
    last: Any = 0
    while True:
        params = {"order": {"ID": "ASC"}, "filter": {">ID": last}, "start": -1}
        answer = yield "crm.deal.list", params
        page = answer["result"]
        if ids.take(page) or len(page) < BATCH:
            return
        last = page[-1]["ID"]


WAYS = {"pages": pages, "batched": batched, "keyed": keyed}


class SyncByHand(Sync):
    """A client that has to be told everything."""

    def post(self, method: str, params: dict[str, Any]) -> Any:
        """Sends a call, and decodes the answer."""
        raise NotImplementedError

    def call(self) -> None:
        chat = self.post("imbot.chat.get", CHAT)["result"]
        if chat["ID"] != FOUND:
            raise Wrong(chat)

    def batch(self) -> None:
        check(results(self.post("batch", batch())))

    def read(self, way: str, ids: Ids) -> None:
        steps = WAYS[way](ids)
        try:
            step = next(steps)
            while True:
                step = steps.send(self.post(*step))
        except StopIteration:
            pass

    def answer(self, size: int) -> int:
        return len(self.post("bench.answer", {"BYTES": size})["result"])


class AsyncByHand(Async):
    """The same for asyncio."""

    async def post(self, method: str, params: dict[str, Any]) -> Any:
        """Sends a call, and decodes the answer."""
        raise NotImplementedError

    async def call(self) -> None:
        chat = (await self.post("imbot.chat.get", CHAT))["result"]
        if chat["ID"] != FOUND:
            raise Wrong(chat)

    async def batch(self) -> None:
        check(results(await self.post("batch", batch())))

    async def read(self, way: str, ids: Ids) -> None:
        steps = WAYS[way](ids)
        try:
            step = next(steps)
            while True:
                step = steps.send(await self.post(*step))
        except StopIteration:
            pass

    async def answer(self, size: int) -> int:
        return len((await self.post("bench.answer", {"BYTES": size}))["result"])
