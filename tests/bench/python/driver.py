"""What the drivers share: how they are told what to do, and what they answer.

The README of `crates/bench` has the orders. `python DRIVER --first` takes none: it makes one call,
and prints `{"import": 0.02, "first_call": 0.03}`, the seconds that the client took to be imported,
and those from there to its first answer, the import included.

Nothing is imported here that a client may need as well: it would come for free then.
"""

from __future__ import annotations

import sys
from time import perf_counter, process_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ssl
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Coroutine, Iterable
    from concurrent.futures import ThreadPoolExecutor
    from typing import Any

CHAT = {"ENTITY_TYPE": "CHAT", "ENTITY_ID": "13"}
FOUND = 2725
"""The chat that `imbot.chat.get` finds."""
BATCH = 50
"""Commands in a batch, and records on a page."""


class Wrong(Exception):
    """An answer is not what it has to be."""


class Skip(Exception):
    """The client has no way to do that."""


class _Importing:
    """Measures the import of a client: `with importing:` stands around what a first call needs."""

    began = seconds = 0.0

    def __enter__(self) -> None:
        self.began = perf_counter()

    def __exit__(self, *_: object) -> None:
        self.seconds = perf_counter() - self.began


importing = _Importing()


def url() -> str:
    """The webhook's address, with a slash at its end."""
    from os import environ

    return environ["BENCH_URL"]


def authority() -> str | None:
    """The file with the certificate to trust, if it takes one."""
    from os import environ

    return environ["BENCH_CA"] if url().startswith("https:") else None


def trusting() -> ssl.SSLContext | None:
    """The same for clients that are given Python's own TLS."""
    file = authority()
    if file is None:
        return None
    import ssl

    return ssl.create_default_context(cafile=file)


def roots() -> list[bytes]:
    """The same for our clients."""
    file = authority()
    if file is None:
        return []
    with open(file, "rb") as pem:
        return [pem.read()]


class Ids:
    """Checks that the ids of a list's records are 1, 2, 3 …, to so many records."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.last = 0

    def take(self, records: Iterable[Any]) -> bool:
        """Takes records, no more than wanted, and says whether that many are there now."""
        last, wanted = self.last, self.wanted
        for record in records:
            last += 1
            if int(record["ID"]) != last:
                raise Wrong(f"{record['ID']} is in the place of {last}")
            if last == wanted:
                break
        self.last = last
        return last == wanted

    def end(self) -> None:
        if self.last != self.wanted:
            raise Wrong(f"the list has ended with {self.last}")


class Client:
    """What is measured: each task with one client."""

    distribution: str
    """What it is called where it is installed from."""

    def first(self) -> None:
        """Makes one call."""
        raise NotImplementedError

    def calls(self, count: int, at_once: int) -> None:
        raise NotImplementedError

    def batches(self, count: int) -> None:
        raise NotImplementedError

    def list(self, way: str, records: int) -> None:
        raise NotImplementedError

    def answers(self, size: int, count: int) -> None:
        raise NotImplementedError

    def end(self) -> None:
        """Closes what is open."""


class Sync(Client):
    """A client whose calls block: threads make many at once."""

    _pool: ThreadPoolExecutor | None = None
    _threads = 0

    def call(self) -> None:
        """Calls `imbot.chat.get`."""
        raise NotImplementedError

    def batch(self) -> None:
        """Sends a batch of such calls."""
        raise NotImplementedError

    def read(self, way: str, ids: Ids) -> None:
        """Reads the list."""
        raise NotImplementedError

    def answer(self, size: int) -> int:
        """Calls `bench.answer`, and counts the records."""
        raise NotImplementedError

    def first(self) -> None:
        self.call()

    def calls(self, count: int, at_once: int) -> None:
        left = iter(range(count))

        def work() -> None:
            for _ in left:
                self.call()

        if at_once == 1:  # as a program without threads does it
            work()
            return
        pool = self._of(at_once)
        for working in [pool.submit(work) for _ in range(at_once)]:
            working.result()

    def _of(self, threads: int) -> ThreadPoolExecutor:
        """Threads, which are kept: so are the connections that some clients have for each."""
        if self._pool is None or self._threads != threads:
            from concurrent.futures import ThreadPoolExecutor

            if self._pool is not None:
                self._pool.shutdown()
            self._pool, self._threads = ThreadPoolExecutor(threads), threads
        return self._pool

    def batches(self, count: int) -> None:
        for _ in range(count):
            self.batch()

    def list(self, way: str, records: int) -> None:
        ids = Ids(records)
        self.read(way, ids)
        ids.end()

    def answers(self, size: int, count: int) -> None:
        for _ in range(count):
            if not self.answer(size):
                raise Wrong("no records")


class Async(Client):
    """A client for asyncio: tasks make many calls at once."""

    new_loop: Callable[[], AbstractEventLoop]
    """What makes an event loop: each driver has to import asyncio for itself."""

    def __init__(self) -> None:
        self._loop = self.new_loop()
        self.run(self.open())

    def run(self, doing: Coroutine[Any, Any, None]) -> None:
        self._loop.run_until_complete(doing)

    async def open(self) -> None:
        """Makes the client, where an event loop runs."""
        raise NotImplementedError

    async def call(self) -> None:
        """This and what follows are those of `Sync`."""
        raise NotImplementedError

    async def batch(self) -> None:
        raise NotImplementedError

    async def read(self, way: str, ids: Ids) -> None:
        raise NotImplementedError

    async def answer(self, size: int) -> int:
        raise NotImplementedError

    def first(self) -> None:
        self.run(self.call())

    def calls(self, count: int, at_once: int) -> None:
        self.run(self.tasks(count, at_once))

    async def tasks(self, count: int, at_once: int) -> None:
        left = iter(range(count))

        async def work() -> None:
            for _ in left:
                await self.call()

        if at_once == 1:
            await work()
            return
        import asyncio

        await asyncio.gather(*(work() for _ in range(at_once)))

    def batches(self, count: int) -> None:
        async def work() -> None:
            for _ in range(count):
                await self.batch()

        self.run(work())

    def list(self, way: str, records: int) -> None:
        ids = Ids(records)
        self.run(self.read(way, ids))
        ids.end()

    def answers(self, size: int, count: int) -> None:
        async def work() -> None:
            for _ in range(count):
                if not await self.answer(size):
                    raise Wrong("no records")

        self.run(work())

    async def close(self) -> None:
        raise NotImplementedError

    def end(self) -> None:
        self.run(self.close())
        self._loop.close()


def peak() -> int:
    """Bytes of memory that the process has had at most."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    from resource import RUSAGE_SELF, getrusage

    most = getrusage(RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _outcome(client: Client, order: dict[str, Any]) -> dict[str, object]:
    import gc
    import traceback

    gc.collect()  # what another task has left is not this one's
    wall, cpu = perf_counter(), process_time()
    try:
        match order:
            case {"task": "calls", "count": count, "at_once": at_once}:
                client.calls(count, at_once)
            case {"task": "batches", "count": count}:
                client.batches(count)
            case {"task": "list", "way": way, "records": records}:
                client.list(way, records)
            case {"task": "answers", "bytes": size, "count": count}:
                client.answers(size, count)
            case _:
                return {"error": f"no such order: {order}"}
    except Skip as why:
        return {"skip": str(why)}
    except Exception as error:
        traceback.print_exc()
        return {"error": f"{type(error).__name__}: {error}"}
    return {"wall": perf_counter() - wall, "cpu": process_time() - cpu, "peak": peak()}


def serve(made: type[Client]) -> None:
    """Does what it is ordered to until there are no orders any more, or makes a first call."""
    answers, sys.stdout = sys.stdout, sys.stderr  # whatever else is printed is no answer
    first = None
    if "--first" in sys.argv:
        client = made()
        client.first()
        first = {"import": importing.seconds, "first_call": perf_counter() - importing.began}
        client.end()
    import json

    def say(what: dict[str, Any]) -> None:
        print(json.dumps(what), file=answers, flush=True)

    if first:
        say(first)
        return
    import warnings
    from importlib.metadata import version

    # `imbot.chat.get` is, as ours says with each call: this is about what is printed.
    warnings.simplefilter("ignore", DeprecationWarning)
    client = made()
    say({"ready": made.distribution, "version": version(made.distribution)})
    for line in sys.stdin:
        say(_outcome(client, json.loads(line)))
    client.end()
