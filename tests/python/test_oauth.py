"""Access tokens: where they are kept, and how they are renewed once for all."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import stat
import subprocess
import threading
import time
import traceback
import weakref
from typing import TYPE_CHECKING, Any, final
from urllib.parse import parse_qs, urlsplit

import pytest
from bitrix24 import (
    AsyncClient,
    Client,
    Credential,
    FileStore,
    Installation,
    MemoryStore,
    OAuth,
    Secret,
    errors,
)
from bitrix24.sandbox import Sandbox

from portal import PLAIN, Portal, Reply, Request
from test_process import finish, posix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bitrix24 import TokenStore

    from test_process import Script

CLIENT_SECRET = "cl13nts3cr3t0fn00n3"
OLD = "0ldt0k3n0fn00n3"
REFRESH = "r3fr3sht0k3n0fn00n3"


class Server:
    """A portal and its authorization server in one, which takes only the newest token."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.refreshes: list[dict[str, str]] = []
        self.token: str | None = None
        self.refuses: Reply | None = None
        self.delay = 0.1
        portal.react(self.react)

    def react(self, request: Request) -> Reply:
        if request.path.startswith("/oauth/token/"):
            query = {
                name: value for name, [value] in parse_qs(urlsplit(request.path).query).items()
            }
            self.refreshes.append(query)
            if self.refuses:
                return self.refuses
            self.token = f"n3wt0k3n{len(self.refreshes)}"
            answer = {
                "access_token": self.token,
                "refresh_token": f"n3wr3fr3sh{len(self.refreshes)}",
                "expires_in": 3600,
                "client_endpoint": f"{self.portal.url}/rest/",
                "server_endpoint": f"{self.portal.url}/rest/",
                "member_id": "member",
                "user_id": 7,
                "scope": "crm,imbot",
                "status": "L",
            }
            return Reply(answer, delay=self.delay)
        if request.json["auth"] == self.token:
            return Reply({"result": "welcome"})
        return Reply({"error": "expired_token", "error_description": "Over."}, 401)

    def credential(self, **fields: Any) -> Credential:
        given: dict[str, Any] = {"refresh_token": REFRESH, "auth_server": self.portal.url, **fields}
        return Credential(f"{self.portal.url}/rest/", OLD, **given)

    def oauth(self, **settings: Any) -> OAuth:
        if "store" not in settings:
            settings.setdefault("credential", self.credential())
        return OAuth("local.id", CLIENT_SECRET, **settings)


@pytest.fixture
def server(portal: Portal) -> Server:
    return Server(portal)


class PythonStore:
    """A store as people write one, which can fail."""

    def __init__(self, credential: Credential | None) -> None:
        self.held = credential
        self.fails: Exception | None = None
        self.saves = 0
        self.threads: set[str] = set()

    def load(self) -> Credential | None:
        self.threads.add(threading.current_thread().name)
        return self.held

    def save(self, expected: Credential | None, new: Credential, /) -> Credential | None:
        if self.fails:
            raise self.fails
        self.saves += 1
        if self.held is not None and self.held != expected:
            return self.held
        self.held = new
        return None


def test_renewal(server: Server) -> None:
    oauth = server.oauth()
    with Client.from_oauth(oauth, **PLAIN) as client:
        assert client.call("server.time").result == "welcome"
        assert client.stats.refreshes == 1
    assert oauth.refreshes == 1
    assert server.refreshes == [
        {
            "grant_type": "refresh_token",
            "client_id": "local.id",
            "client_secret": CLIENT_SECRET,
            "refresh_token": REFRESH,
        }
    ]
    new = oauth.credential
    assert new is not None
    assert new.access_token == Secret("n3wt0k3n1")
    assert new.refresh_token == Secret("n3wr3fr3sh1")
    assert (new.member_id, new.user_id, new.scopes, new.status) == (
        "member",
        7,
        ("crm", "imbot"),
        "L",
    )
    assert abs((new.expires_at or 0) - time.time() - 3600) < 60


def sync_calls(oauth: OAuth, threads: int, each: int, results: list[object]) -> Iterator[Any]:
    client = Client.from_oauth(oauth, **PLAIN)

    def work() -> None:
        for _ in range(each):
            results.append(client.call("server.time").result)

    for _ in range(threads):
        yield threading.Thread(target=work)


async def async_calls(oauth: OAuth, count: int, results: list[object]) -> None:
    client = AsyncClient.from_oauth(oauth, **PLAIN)
    answers = await asyncio.gather(*(client.call("server.time") for _ in range(count)))
    results.extend(answer.result for answer in answers)


@pytest.mark.parametrize(("threads", "each", "awaits"), [(200, 5, 0), (0, 0, 1000), (100, 5, 500)])
def test_a_thousand_calls_renew_once(server: Server, threads: int, each: int, awaits: int) -> None:
    oauth = server.oauth()
    results: list[object] = []
    started = list(sync_calls(oauth, threads, each, results))
    for thread in started:
        thread.start()
    if awaits:
        asyncio.run(async_calls(oauth, awaits, results))
    for thread in started:
        thread.join()
    assert results == ["welcome"] * 1000
    assert len(server.refreshes) == 1
    assert oauth.refreshes == 1


@pytest.mark.parametrize("is_async", [False, True])
def test_refusal(server: Server, is_async: bool) -> None:
    server.refuses = Reply({"error": "invalid_grant", "error_description": f"No {REFRESH}."}, 400)
    oauth = server.oauth()

    def call() -> Any:
        if not is_async:
            return Client.from_oauth(oauth, **PLAIN).call("server.time")
        return asyncio.run(AsyncClient.from_oauth(oauth, **PLAIN).call("server.time"))

    for _ in range(2):
        with pytest.raises(errors.RefreshRefused) as caught:
            call()
        error = caught.value
        assert error.code == "invalid_grant"
        assert error.method == "server.time"
        text = "".join(traceback.format_exception(error)) + repr(vars(error))
        for secret in (CLIENT_SECRET, REFRESH, OLD):
            assert secret not in text
    assert len(server.refreshes) == 1


class Notes(logging.Handler):
    """Notes what it is told, once it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []
        self.may_go_on = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.may_go_on.wait(10)
        self.told.append(record.getMessage())


def test_nobody_waits_for_those_who_are_told(server: Server) -> None:
    server.refuses = Reply({"error": "invalid_grant"}, 400)
    client = Client.from_oauth(server.oauth(), **PLAIN, timeout=5)
    logger, notes = logging.getLogger("bitrix24"), Notes()
    logger.addHandler(notes)
    try:
        for _ in range(2):
            with pytest.raises(errors.RefreshRefused):
                client.call("server.time")
        notes.may_go_on.set()
        deadline = time.monotonic() + 10
        while not notes.told and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.1)
    finally:
        logger.removeHandler(notes)
    # What lasts is told once.
    [told] = notes.told
    assert told.startswith("no access token error=the authorization server refused")


def test_a_renewal_is_told_when_it_is_stored(server: Server) -> None:
    store = PythonStore(server.credential())
    client = Client.from_oauth(server.oauth(store=store), **PLAIN, timeout=5)
    saves: list[int] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.getMessage() == "the access token was renewed":
                saves.append(store.saves)

    logger, handler = logging.getLogger("bitrix24"), Handler()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        assert client.call("server.time").result == "welcome"
        deadline = time.monotonic() + 10
        while not saves and time.monotonic() < deadline:
            time.sleep(0.01)
    finally:
        logger.setLevel(logging.NOTSET)
        logger.removeHandler(handler)
    assert saves == [1]


def test_garbage(server: Server) -> None:
    server.refuses = Reply("<p>Maintenance", 502)
    with pytest.raises(errors.RefreshFailed):
        Client.from_oauth(server.oauth(), **PLAIN).call("server.time")


def test_servers_that_are_not_trusted(server: Server) -> None:
    credential = server.credential(auth_server="https://oauth.example.com/rest/")
    oauth = server.oauth(credential=credential)
    with pytest.raises(errors.TokenError, match="trust") as caught:
        Client.from_oauth(oauth, **PLAIN).call("server.time")
    assert type(caught.value) is errors.TokenError


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Credential("x.example", "t0k3n-a", refresh_token="t0k3n-r", expires_at=1.5),  # type: ignore[arg-type]
        lambda: Credential("x.example", b"t0k3n-a", refresh_token="t0k3n-r"),  # type: ignore[arg-type]
        lambda: Credential("x.example", "t0k3n-a", refresh_token="t0k3n-r", scopes=5),  # type: ignore[arg-type]
        lambda: Credential.from_dict({"portal": "x", "access_token": "t0k3n-a", "user_id": "1"}),
    ],
)
def test_a_refused_credential_shows_no_token(wrong: Callable[[], Credential]) -> None:
    with pytest.raises((TypeError, errors.ConfigError)) as caught:
        wrong()
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    of_ours = [line for line in shown.format() if "bitrix24" in line]
    assert of_ours
    assert "t0k3n" not in "".join(of_ours)


def test_time_that_is_up_before_a_token_comes() -> None:
    class Slow:
        held: Credential | None = None
        pause = 0.0

        def load(self) -> Credential | None:
            return self.held

        def save(self, expected: Credential | None, new: Credential, /) -> Credential | None:
            time.sleep(self.pause)
            self.held = new
            return None

    store = Slow()
    with Sandbox() as portal, Client.from_oauth(portal.oauth(store=store)) as client:
        portal.expire_tokens()
        store.pause = 0.5
        with pytest.raises(TimeoutError) as caught:
            client.call("server.time", timeout=0.1)
        assert type(caught.value) is errors.TokenTimeout
        assert client.call("server.time").result
        assert client.stats.refreshes == 1


@posix
def test_file_store(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "token.json"
    store = FileStore(path)
    assert store.load() is None
    assert store.save(None, server.credential()) is None
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert store.load() == server.credential()
    Client.from_oauth(server.oauth(store=store), **PLAIN).call("server.time")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    held = store.load()
    assert held is not None
    assert held.access_token == Secret("n3wt0k3n1")
    assert Credential.from_dict(json.loads(path.read_text())["credential"]) == held
    assert store.save(server.credential(), server.credential()) == held
    path.write_text("nonsense")
    with pytest.raises(errors.TokenStoreError) as caught:
        store.load()
    assert "n3wt0k3n1" not in str(caught.value)
    nowhere = FileStore(tmp_path / "no" / "such")
    with pytest.raises(errors.TokenStoreError):
        nowhere.save(None, server.credential())
    with pytest.raises(errors.TokenStoreError, match="has no directory"):
        nowhere.load()


def test_stored_like_the_dictionary(server: Server, tmp_path: Path) -> None:
    full = server.credential(expires_at=1, member_id="m", user_id=7, scopes=("a", "b"), status="L")
    for credential in (full, Credential("https://x.example/rest/", "t0k3n0fn00n3")):
        path = tmp_path / "token.json"
        path.unlink(missing_ok=True)
        FileStore(path).save(None, credential)
        fields = json.loads(path.read_text())["credential"]
        stored = {name: value for name, value in fields.items() if value}
        assert stored == {name: value for name, value in credential.to_dict().items() if value}


def test_paths_that_are_no_unicode(server: Server, tmp_path: Path) -> None:
    if os.name != "posix":
        pytest.skip("a matter of POSIX")
    path = os.fsencode(tmp_path) + b"/\xff.json"
    FileStore(path).save(None, server.credential())
    assert FileStore(os.fsdecode(path)).load() == server.credential()


def test_memory_store(server: Server) -> None:
    store = MemoryStore()
    oauth = server.oauth(store=store)
    assert oauth.credential is None
    with pytest.raises(errors.TokenError):
        Client.from_oauth(oauth, **PLAIN).call("server.time")
    oauth.replace(server.credential())
    assert store.load() == server.credential()
    client = Client.from_oauth(oauth, **PLAIN)
    assert client.call("server.time").result == "welcome"
    assert client.portal == server.portal.url


def test_python_store(server: Server) -> None:
    store = PythonStore(server.credential())
    typed: TokenStore = store
    oauth = server.oauth(store=typed)
    client = Client.from_oauth(oauth, **PLAIN)
    assert client.portal is None
    assert "stored" in repr(client)
    assert client.call("server.time").result == "welcome"
    assert client.portal == server.portal.url
    assert store.saves == 1
    assert store.held == oauth.credential
    assert threading.current_thread().name not in store.threads


@pytest.mark.parametrize("is_async", [False, True])
def test_a_store_that_fails(server: Server, is_async: bool) -> None:
    store = PythonStore(server.credential())
    store.fails = ZeroDivisionError(f"at {REFRESH}")
    oauth = server.oauth(store=store)

    def call() -> Any:
        if not is_async:
            return Client.from_oauth(oauth, **PLAIN).call("server.time").result
        return asyncio.run(AsyncClient.from_oauth(oauth, **PLAIN).call("server.time")).result

    with pytest.raises(errors.TokenStoreError, match="ZeroDivisionError") as caught:
        call()
    assert REFRESH not in str(caught.value)
    assert caught.value.__cause__ is store.fails
    store.fails = None
    assert call() == "welcome"
    assert len(server.refreshes) == 1


@final
class Tenant:
    """A store that leads back to those who ask it, as a row of a database does."""

    def __init__(self, server: Server) -> None:
        self.held: Credential | None = server.credential()
        self.saved = threading.Event()
        self.oauth = server.oauth(store=self)
        self.client = Client.from_oauth(self.oauth, **PLAIN)
        self.async_client = AsyncClient.from_oauth(self.oauth, **PLAIN)

    def load(self) -> Credential | None:
        return self.held

    def save(self, _expected: Credential | None, new: Credential, /) -> None:
        self.held = new
        self.saved.set()


def is_let_go_of(gone: weakref.ref[Any]) -> bool:
    """A job goes on for a moment when all who wait for it have its outcome."""
    deadline = time.monotonic() + 10
    while gone() is not None and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.01)
    return gone() is None


def test_a_store_goes_with_those_who_ask_it(server: Server) -> None:
    tenant = Tenant(server)
    assert tenant.client.call("server.time").result == "welcome"
    assert tenant.client.with_options(timeout=5).call("server.time").result == "welcome"
    assert asyncio.run(tenant.async_client.call("server.time")).result == "welcome"
    gone = weakref.ref(tenant)
    del tenant
    assert is_let_go_of(gone)


def test_a_store_stays_until_a_new_token_is_saved(server: Server) -> None:
    server.delay = 0.5
    tenant = Tenant(server)
    with pytest.raises(errors.TokenError, match="no access token yet"):
        tenant.client.call("server.time", timeout=0.3)
    assert len(server.refreshes) == 1
    saved, gone = tenant.saved, weakref.ref(tenant)
    del tenant
    gc.collect()
    assert gone() is not None
    assert saved.wait(10)
    assert is_let_go_of(gone)


def test_what_a_store_raised_goes_with_the_error(server: Server) -> None:
    class Local:
        pass

    class Failing(PythonStore):
        local: weakref.ref[Local]

        def load(self) -> Credential | None:
            local = Local()
            self.local = weakref.ref(local)
            raise ZeroDivisionError

    store = Failing(None)
    oauth = server.oauth(store=store)
    with pytest.raises(errors.TokenStoreError) as caught:
        _ = oauth.credential
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert store.local() is not None
    del caught
    assert is_let_go_of(store.local)


def test_stores_that_are_none(server: Server) -> None:
    wrong: Any = {}
    with pytest.raises(TypeError, match="store of tokens, got dict"):
        server.oauth(store=wrong)
    store = PythonStore(wrong)
    with pytest.raises(errors.TokenStoreError, match="TypeError") as caught:
        Client.from_oauth(server.oauth(store=store), **PLAIN).call("server.time")
    assert str(caught.value.__cause__) == "expected a Credential, got dict"
    with pytest.raises(TypeError, match="expected an OAuth"):
        Client.from_oauth(wrong)

    class Asynchronous:
        async def load(self) -> None: ...
        async def save(self, expected: object, new: object) -> None: ...

    later: Any = Asynchronous()
    with pytest.raises(TypeError, match=r"Asynchronous, which has an asynchronous load\(\)"):
        server.oauth(store=later)


def test_exchange(server: Server) -> None:
    oauth = server.oauth(store=MemoryStore())
    with pytest.raises(errors.TokenError):
        oauth.exchange("c0de", "https://oauth.example.com")
    credential = oauth.exchange("c0de", server.portal.url)
    assert credential.access_token == Secret("n3wt0k3n1")
    assert server.refreshes[0]["grant_type"] == "authorization_code"
    assert server.refreshes[0]["code"] == "c0de"
    assert oauth.credential is None
    again = asyncio.run(oauth.exchange_async("c0de", server.portal.url))
    assert again.access_token == Secret("n3wt0k3n2")


def test_authorize_url(server: Server) -> None:
    url = server.oauth().authorize_url("https://example.bitrix24.com", "st&te")
    assert url == ("https://example.bitrix24.com/oauth/authorize/?client_id=local.id&state=st%26te")
    with pytest.raises(errors.ConfigError):
        server.oauth().authorize_url("ftp://x", "s")


def test_settings_that_do_not_fit(server: Server) -> None:
    for settings in ({"timeout": 0}, {"trust": ["https://x/"]}, {"root_certificates": ["x"]}):
        with pytest.raises(errors.ConfigError):
            server.oauth(**settings)
    with pytest.raises(errors.ConfigError) as caught:
        OAuth("", CLIENT_SECRET)
    text = traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
    assert "<bitrix24.OAuth>" in "".join(text)
    for wrong in ({"trust": "host"}, {"timeout": "1"}):
        with pytest.raises(TypeError, match=f"^{next(iter(wrong))}: expected "):
            server.oauth(**wrong)


def test_credentials_that_are_none() -> None:
    wrong: Any
    for wrong in (
        {"expires_at": 1.5},
        {"user_id": "1"},
        {"scopes": "crm"},
        {"refresh_token": 5},
        {"member_id": 5},
    ):
        name = next(iter(wrong))
        with pytest.raises(TypeError, match=f"^credential: {name}: expected "):
            Credential("portal.example", "t", **wrong)
    wrong = None
    with pytest.raises(TypeError, match=r"^credential: access_token: expected str or Secret"):
        Credential("portal.example", wrong)
    distant = Credential("portal.example", "t", expires_at=2**70)
    with pytest.raises(TypeError, match=r"^credential: expires_at: expected an int of 64 bits"):
        MemoryStore(distant)
    with pytest.raises(errors.ConfigError, match="expected a dictionary, got NoneType"):
        Credential.from_dict(wrong)


def test_installations() -> None:
    body = {
        "event": "ONAPPINSTALL",
        "auth[access_token]": OLD,
        "auth[refresh_token]": REFRESH,
        "auth[client_endpoint]": "https://example.bitrix24.com/rest/",
        "auth[server_endpoint]": "https://oauth.bitrix.info/rest/",
        "auth[application_token]": "4ppt0k3n0fn00n3",
        "auth[expires_in]": "3600",
        "auth[member_id]": "m",
    }
    installed = Installation.from_event(body)
    assert installed.event == "ONAPPINSTALL"
    assert installed.application_token == Secret("4ppt0k3n0fn00n3")
    assert installed.credential.access_token == Secret(OLD)
    assert installed.credential.refresh_token == Secret(REFRESH)
    opened = Installation.from_open(
        {"DOMAIN": "example.bitrix24.com", "PROTOCOL": "1", "LANG": "en", "APP_SID": "s"},
        {"AUTH_ID": OLD, "REFRESH_ID": REFRESH, "AUTH_EXPIRES": "3600", "member_id": "m"},
    )
    assert opened.event is None
    assert opened.credential.access_token == Secret(OLD)
    assert (opened.language, opened.placement, opened.bots) == ("en", None, {})
    for made in (installed, opened):
        assert OLD not in repr(made)
    bot = Installation.from_event(
        {
            "data[BOT][7][access_token]": OLD,
            "data[BOT][7][client_endpoint]": "https://example.bitrix24.com/rest/",
        }
    )
    assert bot.bots == {7: bot.credential}
    with pytest.raises(errors.ConfigError) as caught:
        Installation.from_event(f"auth[refresh_token]={REFRESH}")
    assert REFRESH not in str(caught.value)


def test_what_parsers_make_of_a_body() -> None:
    text = f"event=ONAPPINSTALL&auth[access_token]={OLD}&auth[application_token]=4ppt0k3n0fn00n3"
    text += "&auth[client_endpoint]=https%3A%2F%2Fexample.bitrix24.com%2Frest%2F"
    for fields in (parse_qs(text), {**parse_qs(text), "auth[refresh_token]": None}):
        given: Any = fields
        installed = Installation.from_event(given)
        assert installed.credential.access_token == Secret(OLD)
        assert installed.credential.refresh_token is None
        assert Installation.token_of(given) == Secret("4ppt0k3n0fn00n3")
    absent: Any = {"auth[application_token]": None}
    assert Installation.token_of(absent) is None
    wrong: Any
    for wrong in (5, [OLD, OLD], [5], [], object()):
        with pytest.raises(TypeError, match=r"^body: auth\[a\]: expected ") as caught:
            Installation.token_of({"auth[a]": wrong})
        assert OLD not in str(caught.value)
    wrong = memoryview(b"auth[application_token]=x")
    with pytest.raises(TypeError, match=r"^body: expected .*, got memoryview$"):
        Installation.token_of(wrong)


def test_the_proof_of_an_event() -> None:
    body = {"event": "ONAPPUNINSTALL", "auth[application_token]": "4ppt0k3n0fn00n3"}
    with pytest.raises(errors.ConfigError):
        Installation.from_event(body)
    assert Installation.token_of(body) == Secret("4ppt0k3n0fn00n3")
    assert Installation.token_of(b"auth[application_token]=x") != Secret("4ppt0k3n0fn00n3")
    assert Installation.token_of("event=ONAPPUNINSTALL") is None


def test_a_store_behind_an_event_loop(server: Server) -> None:
    class Row:
        held: Credential | None = None

        def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
            self.loop = loop

        def load(self) -> Credential | None:
            return asyncio.run_coroutine_threadsafe(self.read(), self.loop).result(10)

        async def read(self) -> Credential | None:
            return self.held

        def save(self, _expected: Credential | None, new: Credential, /) -> Credential | None:
            return asyncio.run_coroutine_threadsafe(self.write(new), self.loop).result(10)

        async def write(self, new: Credential) -> None:
            self.held = new

    async def run() -> None:
        row = Row(asyncio.get_running_loop())
        oauth = server.oauth(store=row)
        assert await oauth.credential_async() is None
        await oauth.replace_async(server.credential())
        assert row.held == server.credential() == await oauth.credential_async()
        client = AsyncClient.from_oauth(oauth, **PLAIN)
        assert (await client.call("server.time")).result == "welcome"
        assert row.held == await oauth.credential_async() != server.credential()

    asyncio.run(run())


@pytest.mark.parametrize("is_python", [False, True])
def test_the_exit_waits_for_a_new_token(
    server: Server, script: Script, tmp_path: Path, is_python: bool
) -> None:
    server.delay = 1
    path = tmp_path / "token.json"
    FileStore(path).save(None, server.credential())
    process = script(
        f"""
        class Store:
            inner = FileStore({str(path)!r})
            def load(self): return self.inner.load()
            def save(self, expected, new): return self.inner.save(expected, new)

        store = Store() if {is_python} else Store.inner
        url = URL.partition("/rest/")[0]
        client = Client.from_oauth(OAuth("id", "s3cr3t", store=store), **PLAIN)
        try:
            client.call("server.time", timeout=0.2)
        except errors.TokenError:
            print("too late")
        """
    )
    assert finish(process) == "too late\n"
    held = FileStore(path).load()
    assert held is not None
    assert held.access_token == Secret("n3wt0k3n1")


@posix
def test_ctrl_c_ends_the_wait_for_a_store_that_hangs(server: Server, script: Script) -> None:
    process = script(
        f"""
        import time
        url = URL.partition("/rest/")[0]
        credential = Credential(url + "/rest/", "{OLD}", refresh_token="r", auth_server=url)

        class Store:
            def load(self): return credential
            def save(self, expected, new): time.sleep(60)

        client = Client.from_oauth(OAuth("id", "s3cr3t", store=Store()), **PLAIN)
        try:
            client.call("server.time", timeout=0.5)
        except errors.TokenError:
            print("too late", flush=True)
        """
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "too late\n"
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1)  # others would lose the token for a store that is slow
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)


@posix
def test_fork_and_exit(server: Server, script: Script) -> None:
    process = script(
        f"""
        import warnings
        warnings.simplefilter("ignore")
        url = URL.partition("/rest/")[0]
        credential = Credential(url + "/rest/", "{OLD}", refresh_token="r", auth_server=url)

        class Store:
            held = credential
            def load(self): return self.held
            def save(self, expected, new): self.held = new

        oauth = OAuth("id", "s3cr3t", store=Store())
        client = Client.from_oauth(oauth, **PLAIN)
        assert client.call("server.time").result == "welcome"
        if child := os.fork():
            assert os.waitpid(child, 0)[1] == 0
        else:
            assert client.call("server.time").result == "welcome"
            sys.exit(0)
        print(oauth.refreshes)
        """
    )
    assert finish(process) == "1\n"


class Wrapping:
    """A store of one's own around one of ours: it is called on the thread of a renewal."""

    def __init__(self, inner: TokenStore) -> None:
        self.inner = inner

    def load(self) -> Credential | None:
        return self.inner.load()

    def save(self, expected: Credential | None, new: Credential, /) -> Credential | None:
        return self.inner.save(expected, new)


def test_stores_around_ours(server: Server, tmp_path: Path) -> None:
    credential = server.credential()
    file = FileStore(str(tmp_path / "token.json"))
    assert file.save(None, credential) is None
    for inner in (MemoryStore(credential), file):
        oauth = server.oauth(store=Wrapping(inner))
        with Client.from_oauth(oauth, **PLAIN) as client:
            assert client.call("server.time").result == "welcome"
        assert inner.load() != credential
