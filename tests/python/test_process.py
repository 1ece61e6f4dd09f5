"""Signals, the exit of the interpreter, and forks: each in a Python of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from portal import Portal, Reply, Request

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Script = Callable[[str], subprocess.Popen[str]]

posix = pytest.mark.skipif(os.name != "posix", reason="a matter of POSIX")


def finish(process: subprocess.Popen[str], code: int = 0) -> str:
    """The output of a script that ends well and says nothing else."""
    output, noise = process.communicate(timeout=30)
    assert noise == ""
    assert process.returncode == code
    return output


def wait_for_requests(portal: Portal, count: int) -> None:
    deadline = time.monotonic() + 20
    while len(portal.requests) < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@posix
def test_ctrl_c(portal: Portal, script: Script) -> None:
    portal.answer(Reply(delay=60))
    process = script(
        """
        client = Client.from_webhook(URL, **PLAIN)
        try:
            client.call("server.time")
        except KeyboardInterrupt:
            print(client.call("server.time").result)
        """
    )
    wait_for_requests(portal, 1)
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert finish(process) == "{'ID': 2725}\n"
    assert time.monotonic() - start < 1
    assert portal.broken == 1


@posix
def test_ctrl_c_ends_the_request_at_once(portal: Portal, script: Script) -> None:
    """However early it comes, and without another call that would tidy up."""
    portal.always(Reply(delay=60))
    process = script(
        """
        import signal, threading, time
        client = Client.from_webhook(URL, **PLAIN)
        client.expected_wait("server.time")
        main = threading.get_ident()
        after = threading.Timer(0.02, lambda: signal.pthread_kill(main, signal.SIGINT))
        try:
            after.start()
            client.call("server.time")
        except KeyboardInterrupt:
            print("interrupted", flush=True)
            time.sleep(60)
        """
    )
    wait_for_requests(portal, 1)
    deadline = time.monotonic() + 5
    while portal.broken == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert portal.broken == 1
    process.kill()


@posix
@pytest.mark.parametrize("delay", [0.04, 0.2])
def test_ctrl_c_while_something_is_logged(portal: Portal, script: Script, delay: float) -> None:
    """What runs in the middle of a call runs the handlers of signals, too."""
    portal.always(Reply(delay=delay))
    process = script(
        """
        import logging, threading

        class Notes(logging.Handler):
            def emit(self, record):
                if record.getMessage().startswith("answered"):
                    signal.raise_signal(signal.SIGINT)

        logger = logging.getLogger("bitrix24")
        logger.setLevel(logging.DEBUG)
        client = Client.from_webhook(URL, **PLAIN)
        notes = Notes()
        logger.addHandler(notes)
        try:
            client.call("server.time")
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        thread = threading.Thread(target=client.call, args=("server.time",))
        try:
            thread.start()
            thread.join()
        except KeyboardInterrupt:
            thread.join()
        logger.removeHandler(notes)
        print(client.call("server.time").result)
        """
    )
    assert finish(process) == "interrupted\n{'ID': 2725}\n"


@posix
def test_no_record_is_lost_to_a_signal(script: Script) -> None:
    process = script(
        """
        from bitrix24.sandbox import Sandbox

        class Tick(Exception):
            pass

        def tick(*_):
            if armed:
                raise Tick

        armed, ticks, seen = False, 0, []
        signal.signal(signal.SIGALRM, tick)
        with Sandbox() as portal, portal.client() as client:
            portal.list("a.b", count=20_000)
            request = ListRequest.by_name("a.b", key="ID")
            for _ in range(3):
                records = client.records(request, batched=True)
                signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0003)
                while True:
                    try:
                        armed = True
                        for record in records:
                            seen.append(record["ID"])
                        armed = False
                        break
                    except Tick:
                        armed = False
                        ticks += 1
                signal.setitimer(signal.ITIMER_REAL, 0)
        print(ticks > 300, len(seen), len(set(seen)))
        """
    )
    assert finish(process) == "True 60000 20000\n"


@posix
def test_ctrl_c_while_a_file_is_locked(script: Script, tmp_path: Path) -> None:
    process = script(
        f"""
        import fcntl, threading, time

        store = FileStore({str(tmp_path / "token.json")!r})
        old = Credential("https://portal.example/rest/", "t0k3n")
        store.save(None, old)
        held = open({str(tmp_path / "token.json.lock")!r}, "r+")
        fcntl.flock(held, fcntl.LOCK_EX)
        start = time.monotonic()
        threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        try:
            store.save(old, old)
        except KeyboardInterrupt:
            print(time.monotonic() - start < 3)
        """
    )
    assert finish(process) == "True\n"


@posix
def test_signal_handlers_run_during_a_call(portal: Portal, script: Script) -> None:
    portal.answer(Reply(delay=1))
    process = script(
        """
        import signal
        client = Client.from_webhook(URL, **PLAIN)
        signal.signal(signal.SIGUSR1, lambda *_: print(client.call("server.time").result))
        print(client.call("server.time").result)
        """
    )
    wait_for_requests(portal, 1)
    process.send_signal(signal.SIGUSR1)
    assert finish(process) == "{'ID': 2725}\n" * 2
    assert portal.connections == 2


@posix
def test_a_signal_handler_that_forks(portal: Portal, script: Script) -> None:
    portal.answer(Reply(delay=1))
    process = script(
        """
        import signal
        client = Client.from_webhook(URL, **PLAIN)
        child = None

        def fork(*_):
            global child
            child = os.fork()

        signal.signal(signal.SIGUSR1, fork)
        try:
            print(client.call("server.time").result, flush=True)
        except RuntimeError as error:
            client.call("server.time")
            os._exit("forked" not in str(error))
        assert os.waitpid(child, 0)[1] == 0
        """
    )
    wait_for_requests(portal, 1)
    process.send_signal(signal.SIGUSR1)
    assert finish(process) == "{'ID': 2725}\n"


@posix
def test_ctrl_c_in_async(portal: Portal, script: Script) -> None:
    portal.answer(Reply(delay=60))
    process = script(
        """
        import asyncio

        async def run():
            await AsyncClient.from_webhook(URL, **PLAIN).call("server.time")

        try:
            asyncio.run(run())
        except KeyboardInterrupt:
            print("interrupted")
        """
    )
    wait_for_requests(portal, 1)
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert finish(process) == "interrupted\n"
    assert time.monotonic() - start < 1


@pytest.mark.parametrize("watches", [True, False])
def test_event_loops_that_go(portal: Portal, script: Script, watches: bool) -> None:
    """Dropped, and closed while a call is under way."""

    def react(request: Request) -> Reply:
        return Reply(delay=60 if request.path.endswith("slow") else 0)

    portal.react(react)
    process = script(
        f"""
        import asyncio, gc, logging, warnings, weakref
        warnings.simplefilter("ignore")
        logging.getLogger("asyncio").disabled = True
        client = AsyncClient.from_webhook(URL, **PLAIN)

        def refuse(*_):
            raise NotImplementedError

        def drop():
            loop = asyncio.new_event_loop()
            loop.run_until_complete(client.call("server.time"))
            return weakref.ref(loop)

        def close():
            loop = asyncio.new_event_loop()
            if not {watches}:
                loop.add_reader = refuse
            async def run():
                loop.create_task(client.call("slow"))
                await client.call("server.time")
            loop.run_until_complete(run())
            loop.close()
            return weakref.ref(loop)

        loops = [close() for _ in range(5)]
        if {watches}:
            loops += [drop() for _ in range(5)]
        # Where nothing is watched, the next loop lets go of the others.
        asyncio.run(client.call("server.time"))
        gc.collect()
        print([loop() for loop in loops if loop()])
        """
    )
    assert finish(process) == "[]\n"


def test_subinterpreters_are_refused(script: Script) -> None:
    process = script(
        """
        try:
            import _interpreters as all_of_them
            other = all_of_them.create("legacy")
        except ImportError:
            import _xxsubinterpreters as all_of_them
            other = all_of_them.create()
        told = os.dup(1)
        code = '''
        import os
        try:
            import bitrix24
        except ImportError as error:
            os.write(TOLD, str(error).encode())
        '''
        import textwrap
        all_of_them.run_string(other, textwrap.dedent(code).replace("TOLD", str(told)))
        """
    )
    assert "main interpreter" in finish(process)


@posix
def test_many_clients_share_the_descriptors(portal: Portal, script: Script) -> None:
    process = script(
        """
        import resource
        resource.setrlimit(resource.RLIMIT_NOFILE, (160, 160))
        clients = [Client.from_webhook(URL, **PLAIN) for _ in range(60)]
        for client in clients:
            client.call("server.time")
        for _ in range(20):
            clients[-1].call("server.time")
            clients[0].call("server.time")
        print(len(os.listdir("/dev/fd")) < 120)
        """
    )
    assert finish(process) == "True\n"
    # Those in use keep their connection.
    assert portal.connections <= 62


def test_exit_with_a_thread_in_a_call(portal: Portal, script: Script) -> None:
    portal.always(Reply(delay=60))
    process = script(
        """
        import threading, time
        client = Client.from_webhook(URL, **PLAIN)
        for _ in range(4):
            threading.Thread(target=client.call, args=("server.time",), daemon=True).start()
        time.sleep(0.3)
        """
    )
    start = time.monotonic()
    finish(process)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("delay", [60, 0.3])
def test_exit_with_awaits_in_flight(portal: Portal, script: Script, delay: float) -> None:
    portal.always(Reply(delay=delay))
    process = script(
        """
        import asyncio
        client = AsyncClient.from_webhook(URL, **PLAIN)
        loop = asyncio.new_event_loop()
        calls = []

        async def run():
            calls.extend(asyncio.ensure_future(client.call("server.time")) for _ in range(20))
            for call in calls:
                call._log_destroy_pending = False
            await asyncio.sleep(0.3)

        loop.run_until_complete(run())
        """
    )
    start = time.monotonic()
    finish(process)
    assert time.monotonic() - start < 10


def test_exit_while_answers_pour_in(portal: Portal, script: Script) -> None:
    for _ in range(8):
        process = script(
            """
            import asyncio, threading, time

            async def run():
                client = AsyncClient.from_webhook(URL, **PLAIN)
                while True:
                    await asyncio.gather(*(client.call("server.time") for _ in range(50)))

            threading.Thread(target=asyncio.run, args=(run(),), daemon=True).start()
            time.sleep(0.2)
            """
        )
        finish(process)


def test_calls_at_exit(script: Script) -> None:
    process = script(
        """
        import asyncio, atexit
        client = Client.from_webhook(URL, **PLAIN)
        waiting = AsyncClient.from_webhook(URL, **PLAIN)

        @atexit.register
        def last():
            print(client.call("server.time").result)
            print(asyncio.run(waiting.call("server.time")).result)

        asyncio.run(waiting.call("server.time"))
        """
    )
    assert finish(process) == "{'ID': 2725}\n" * 2


def test_calls_after_the_exit(script: Script) -> None:
    process = script(
        """
        import asyncio, atexit
        client = Client.from_webhook(URL, **PLAIN)
        waiting = AsyncClient.from_webhook(URL, **PLAIN)
        asyncio.run(waiting.call("server.time"))
        atexit._run_exitfuncs()
        print(client.call("server.time").result)
        try:
            asyncio.run(waiting.call("server.time"))
        except RuntimeError as error:
            print(error)
        """
    )
    assert finish(process) == "{'ID': 2725}\nthe interpreter is shutting down\n"


def test_without_asyncio(script: Script) -> None:
    process = script(
        """
        Client.from_webhook(URL, **PLAIN).call("server.time")
        print(sorted({"asyncio", "ssl", "typing_extensions", "bitrix24.imbot"} & set(sys.modules)))
        """
    )
    assert finish(process) == "[]\n"


@posix
def test_fork(portal: Portal, script: Script) -> None:
    process = script(
        """
        import asyncio, warnings
        warnings.simplefilter("ignore")  # newer Pythons warn of forks with threads
        client, waiting = Client.from_webhook(URL, **PLAIN), AsyncClient.from_webhook(URL, **PLAIN)

        async def many(count):
            calls = (waiting.call("server.time") for _ in range(count))
            return [answer.result for answer in await asyncio.gather(*calls)]

        def use():
            results = [client.call("server.time").result, *asyncio.run(many(10))]
            assert results == [{"ID": 2725}] * 11

        def in_child(work):
            sys.stdout.flush()
            if child := os.fork():
                assert os.waitpid(child, 0)[1] == 0
                return
            work()
            in_grandchild = os.fork()
            if not in_grandchild:
                work()
                sys.exit(0)
            assert os.waitpid(in_grandchild, 0)[1] == 0
            sys.exit(0)

        in_child(use)  # before anything ran
        use()
        in_child(use)  # with connections open
        use()

        async def amid():
            calls = asyncio.ensure_future(many(10))
            await asyncio.sleep(0)
            # With calls under way. The child may not even close the loop: they share its epoll.
            in_child(lambda: (client.call("server.time"), os._exit(0)))
            assert len(await calls) == 10

        asyncio.run(amid())
        use()
        print("done")
        """
    )
    assert finish(process) == "done\n"


@posix
def test_fork_while_other_threads_call(portal: Portal, script: Script) -> None:
    process = script(
        """
        import threading, warnings
        warnings.simplefilter("ignore")
        client, stop = Client.from_webhook(URL, **PLAIN), threading.Event()

        def call():
            while not stop.is_set():
                client.call("server.time")

        threads = [threading.Thread(target=call) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(10):
            if child := os.fork():
                assert os.waitpid(child, 0)[1] == 0
            else:
                client.call("server.time")
                os._exit(0)
        stop.set()
        for thread in threads:
            thread.join()
        """
    )
    finish(process)


@posix
def test_multiprocessing_by_fork(script: Script) -> None:
    process = script(
        """
        import multiprocessing, warnings
        warnings.simplefilter("ignore")
        client = Client.from_webhook(URL, **PLAIN)
        client.call("server.time")

        def work(number):
            return client.call("server.time").result

        if __name__ == "__main__":
            with multiprocessing.get_context("fork").Pool(3) as pool:
                assert pool.map(work, range(30)) == [{"ID": 2725}] * 30
        """
    )
    finish(process)


def test_import_loads_what_is_needed_and_no_more() -> None:
    code = "import sys, bitrix24; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True)
    loaded = run.stdout.decode().split()
    assert "bitrix24._native" in loaded
    for late in ("asyncio", "bitrix24._codes", "bitrix24.imbot", "bitrix24.namespaces", "json"):
        assert late not in loaded
