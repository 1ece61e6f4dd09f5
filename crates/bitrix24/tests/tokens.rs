//! Tokens that are renewed in the middle of calls, against a portal with an authorization server.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, Once,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use bitrix24::{
    AnyCode, BoxFuture, Client, Error, List, Secret, Stopped, SystemError, TransportErrorKind,
    Tries,
    batch::Batch,
    limit::{Intensity, Limiter, Seen, TooLate, Turn},
    oauth::{
        App, Credential, FileStore, MemoryStore, OAuth, Saved, Store, StoreError, TokenError,
        TokenErrorKind,
    },
};
use bitrix24_sandbox::{Failure, Fault, List as Table, Sandbox};
use serde_json::json;
use tokio::{sync::watch, task::JoinSet};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

const WRITE: &str = "crm.deal.add";

const AUTH: &str = "oauth.token";

/// Nothing here takes longer, or it hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// All that was told to whoever listens.
static TOLD: Mutex<String> = Mutex::new(String::new());

struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Told);
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Told);
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut Told);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Told;

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        writeln!(TOLD.lock().unwrap(), "{field}={value:?}").unwrap();
    }
}

/// A portal whose token has just ended.
struct Scene {
    portal: Sandbox,
    secrets: Mutex<Vec<String>>,
}

impl Scene {
    fn new() -> Self {
        static LISTEN: Once = Once::new();
        LISTEN.call_once(|| tracing::subscriber::set_global_default(Listener).unwrap());
        let portal = Sandbox::start().unwrap();
        portal.answer(WRITE, json!(1));
        let secrets = Mutex::new(vec![
            portal.client_secret().to_owned(),
            portal.expired_token().to_owned(),
            portal.refresh_token(),
        ]);
        Self { portal, secrets }
    }

    fn app(&self) -> App {
        App::new(self.portal.client_id(), self.portal.client_secret()).unwrap()
    }

    fn credential(&self) -> Credential {
        Credential::new(self.portal.url(), self.portal.expired_token())
            .refresh_token(self.portal.refresh_token())
            .auth_server(self.portal.url())
    }

    fn oauth(&self) -> OAuth {
        OAuth::new(self.app(), self.credential()).unwrap()
    }

    fn with_store(&self, store: impl Store + 'static) -> OAuth {
        OAuth::with_store(self.app(), store)
    }

    /// How many requests of a method there were.
    fn requests(&self, method: &str) -> usize {
        let requests = self.portal.requests();
        requests.iter().filter(|it| it.method() == method).count()
    }

    /// How often each write ran.
    fn written(&self) -> BTreeMap<u64, usize> {
        let mut written = BTreeMap::new();
        let requests = self.portal.requests();
        for it in requests
            .iter()
            .filter(|it| it.method() == WRITE && it.ran())
        {
            let id = it.parameters()["id"].as_u64().unwrap();
            *written.entry(id).or_default() += 1;
        }
        written
    }

    fn assert_written_once(&self, ids: std::ops::Range<u64>) {
        assert_eq!(self.written(), ids.map(|id| (id, 1)).collect());
    }

    /// Neither this nor what was told so far gives a secret away.
    fn assert_clean(&self, shown: &(impl fmt::Debug + fmt::Display)) {
        let mut secrets = self.secrets.lock().unwrap();
        secrets.push(self.portal.refresh_token());
        let told = TOLD.lock().unwrap().clone();
        for text in [&told, &shown.to_string(), &format!("{shown:?} {shown:#?}")] {
            for secret in &*secrets {
                assert!(!text.contains(secret), "{secret} in {shown}");
            }
        }
    }
}

fn client(oauth: &OAuth) -> Client {
    Client::builder().no_intensity().oauth(oauth).unwrap()
}

/// Lets calls through once there are so many.
#[derive(Debug)]
struct Gate(watch::Sender<usize>);

impl Limiter for Gate {
    fn acquire<'a>(&'a self, _: Turn<'a>) -> BoxFuture<'a, Result<(), TooLate>> {
        self.0.send_modify(|left| *left = left.saturating_sub(1));
        Box::pin(async {
            let mut left = self.0.subscribe();
            left.wait_for(|left| *left == 0).await.unwrap();
            Ok(())
        })
    }
    fn observe(&self, _: Turn<'_>, _: Seen) {}
    fn expected_wait<'a>(&'a self, _: Turn<'a>) -> BoxFuture<'a, Duration> {
        Box::pin(async { Duration::ZERO })
    }
}

/// A client whose first calls are sent when all of them have begun.
fn gated(oauth: &OAuth, calls: usize) -> Client {
    let gate = Gate(watch::Sender::new(calls));
    Client::builder().limiter(gate).oauth(oauth).unwrap()
}

async fn write(client: &Client, id: u64) -> Result<(), Error> {
    let params = json!({ "id": id, "fields": { "TITLE": "Pipes" } });
    client.call_by_name(WRITE, params).await.map(drop)
}

async fn writes(client: &Client, ids: std::ops::Range<u64>) -> Vec<Result<(), Error>> {
    let mut tasks = JoinSet::new();
    for id in ids {
        let client = client.clone();
        tasks.spawn(async move { write(&client, id).await });
    }
    tasks.join_all().await
}

/// The same from this runtime, and from threads with runtimes of their own.
async fn crowd(client: &Client, each: u64, threads: u64) -> Vec<Result<(), Error>> {
    // To make them takes a while.
    let clients: Vec<_> = (0..threads)
        .map(|_| client.with_own_connections().unwrap())
        .collect();
    let others = (1..).zip(clients).map(|(place, client)| {
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(writes(&client, place * each..(place + 1) * each))
        })
    });
    let others: Vec<_> = others.collect();
    let within = tokio::time::timeout(LIMIT, async {
        let mut outcomes = writes(client, 0..each).await;
        while !others.iter().all(thread::JoinHandle::is_finished) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        for thread in others {
            outcomes.extend(thread.join().unwrap());
        }
        outcomes
    });
    within.await.unwrap_or_else(|_| panic!("calls hang"))
}

/// The one error that all of them got.
fn the_error(outcomes: Vec<Result<(), Error>>) -> TokenError {
    let mut errors = outcomes.into_iter().map(|outcome| match outcome {
        Err(Error::Token(error)) => *error,
        outcome => panic!("{outcome:?}"),
    });
    let first = errors.next().unwrap();
    // But for how far each call had come.
    let said = |error: &TokenError| {
        let (code, what) = (error.code().map(str::to_owned), error.what().to_owned());
        (error.kind(), code, error.status(), what)
    };
    assert!(errors.all(|error| said(&error) == said(&first)), "{first}");
    first
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_calls_renew_once() {
    let scene = Scene::new();
    let oauth = scene.oauth();
    // Not a thousand connections at once, for which some systems have no room.
    let paced = Intensity {
        depth: 200,
        per_second: 400.0,
    };
    let client = Client::builder().intensity(paced).oauth(&oauth).unwrap();
    // 50 here, and 50 on each of 19 threads.
    let outcomes = crowd(&client, 50, 19).await;
    assert_eq!(outcomes.len(), 1000);
    for outcome in outcomes {
        outcome.unwrap();
    }
    assert_eq!(scene.portal.refreshes(), 1);
    assert_eq!(scene.requests(AUTH), 1);
    scene.assert_written_once(0..1000);
    let stats = client.stats();
    assert_eq!((stats.calls, stats.in_flight), (1000, 0));
    assert_eq!(stats.refreshes, 1);
    // Those that waited for their turn meanwhile go with the new token.
    assert!(stats.requests <= 1000 + 250, "{stats:?}");
    scene.assert_clean(&"");
}

/// What the authorization server does, what the calls get, and what a call gets later: an error
/// likewise, or `None` if it goes well.
struct Case {
    fault: Option<Fault>,
    failure: Option<Failure>,
    kind: TokenErrorKind,
    status: Option<u16>,
    later: Option<TokenErrorKind>,
    /// How often it is asked then.
    asked: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewal_that_fails_fails_all_once() {
    use TokenErrorKind::{Garbage, Lost, Refused, Timeout};

    let fault = |fault, kind, status, later| Case {
        fault: Some(fault),
        failure: None,
        kind,
        status,
        later,
        asked: 1,
    };
    let refusal = |code: &str, status, is_permanent: bool| Case {
        fault: None,
        failure: Some(Failure::code(code).status(status).text("no")),
        kind: Refused,
        status: Some(status),
        later: is_permanent.then_some(Refused),
        asked: usize::from(!is_permanent),
    };
    let cases = [
        // It has spent the refresh token: somebody has to authorise the application again.
        fault(Fault::reset(), Lost, None, Some(Refused)),
        fault(Fault::half(), Lost, Some(200), Some(Refused)),
        fault(Fault::silence(), Timeout, None, Some(Refused)),
        fault(Fault::html(), Garbage, Some(502), Some(Refused)),
        fault(Fault::status(200, "[1]"), Garbage, Some(200), Some(Refused)),
        fault(Fault::status(200, "{}").not_run(), Garbage, Some(200), None),
        fault(Fault::status(500, "").not_run(), Garbage, Some(500), None),
        fault(
            Fault::drip(Duration::from_secs(1)),
            Timeout,
            None,
            Some(Refused),
        ),
        // It has not.
        fault(Fault::refuse(), Lost, None, None),
        fault(Fault::html().not_run(), Garbage, Some(502), None),
        refusal("internal_error", 503, false),
        refusal("invalid_grant", 400, true),
        refusal("invalid_client", 401, true),
        refusal("PAYMENT_REQUIRED", 402, true),
    ];
    for case in cases {
        case.run().await;
    }
}

impl Case {
    async fn run(self) {
        let scene = Scene::new();
        // Slow machines need their time where nothing else is at stake.
        let seconds = if self.kind == TokenErrorKind::Timeout {
            1
        } else {
            20
        };
        let app = scene.app().timeout(Duration::from_secs(seconds)).unwrap();
        let oauth = OAuth::new(app, scene.credential()).unwrap();
        let client = gated(&oauth, 40);
        let (fault, failure) = (self.fault.clone(), self.failure.clone());
        let what = format!("{fault:?} {failure:?}");
        if let Some(fault) = fault {
            scene.portal.fault(AUTH, fault);
        }
        if let Some(failure) = failure {
            scene.portal.fail(AUTH, failure);
        }

        let error = the_error(crowd(&client, 10, 3).await);
        assert_eq!(
            (error.kind(), error.status()),
            (self.kind, self.status),
            "{what}: {error}"
        );
        assert_eq!(error.method(), WRITE);
        assert_eq!(scene.requests(AUTH), 1, "{what}");
        assert_eq!(scene.written(), BTreeMap::new(), "{what}");
        scene.assert_clean(&error);

        let later = write(&client, 99).await;
        match self.later {
            None => later.unwrap(),
            Some(kind) => {
                let error = the_error(vec![later]);
                assert_eq!(error.kind(), kind, "{what}: {error}");
                assert!(error.is_permanent());
                scene.assert_clean(&error);
            }
        }
        assert_eq!(scene.requests(AUTH), 1 + self.asked, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_renewal_is_waited_for() {
    let scene = Scene::new();
    let client = client(&scene.oauth());
    scene
        .portal
        .fault(AUTH, Fault::delay(Duration::from_secs(5)));
    let hasty = client.with_timeout(Duration::from_secs(3));
    let (hasty, others) = tokio::join!(write(&hasty, 99), crowd(&client, 10, 2));
    let error = the_error(vec![hasty]);
    assert_eq!(error.kind(), TokenErrorKind::Deadline);
    for outcome in others {
        outcome.unwrap();
    }
    assert_eq!((scene.requests(AUTH), scene.portal.refreshes()), (1, 1));
    scene.assert_written_once(0..30);
    scene.assert_clean(&error);
}

#[tokio::test]
async fn nobody_is_there_to_renew() {
    let scene = Scene::new();
    // Where nobody listens: no portal does that.
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let credential = scene.credential().auth_server(format!("http://{address}"));
    let client = client(&OAuth::new(scene.app(), credential).unwrap());
    let error = the_error(crowd(&client, 10, 2).await);
    assert_eq!(error.kind(), TokenErrorKind::Connect);
    assert!(!error.is_permanent());
    assert_eq!(scene.written(), BTreeMap::new());
    scene.assert_clean(&error);
}

#[tokio::test]
async fn a_token_that_is_over_at_once() {
    let scene = Scene::new();
    let client = client(&scene.oauth());
    scene.portal.token_lifetime(Duration::ZERO);
    let stopped = Stopped::Final;
    let assert_expired = |outcome: Result<(), Error>| match outcome {
        Err(Error::Api(error)) => {
            assert_eq!(error.kind, AnyCode::System(SystemError::ExpiredToken));
            assert_eq!(error.tries, Tries { made: 2, stopped });
            scene.assert_clean(&error);
        }
        outcome => panic!("{outcome:?}"),
    };
    // A call renews once.
    for renewals in 1..=3 {
        assert_expired(write(&client, 99).await);
        assert_eq!(scene.portal.refreshes(), renewals);
    }
    crowd(&client, 10, 2)
        .await
        .into_iter()
        .for_each(assert_expired);
    assert!(scene.portal.refreshes() <= 3 + 30);
    assert_eq!(scene.requests(WRITE), 2 * (3 + 30));
    assert_eq!(scene.written(), BTreeMap::new());

    // As soon as the server gives good ones, all is well.
    scene.portal.token_lifetime(Duration::from_secs(3600));
    write(&client, 0).await.unwrap();
}

#[tokio::test]
async fn the_others_go_on_without_the_leader() {
    let scene = Scene::new();
    let client = client(&scene.oauth());
    scene
        .portal
        .fault(AUTH, Fault::delay(Duration::from_millis(600)));

    // The leader's runtime ends as well.
    let leader = client.with_own_connections().unwrap();
    let gone = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let call = write(&leader, 99);
            let cancelled = tokio::time::timeout(Duration::from_millis(200), call).await;
            assert!(cancelled.is_err());
        });
        leader.stats().in_flight
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let start = Instant::now();
    for outcome in crowd(&client, 10, 0).await {
        outcome.unwrap();
    }
    assert!(start.elapsed() > Duration::from_millis(200));
    assert!(gone.join().unwrap() <= 10);
    assert_eq!(client.stats().in_flight, 0);
    assert_eq!((scene.requests(AUTH), scene.portal.refreshes()), (1, 1));
    scene.assert_written_once(0..10);
}

#[tokio::test]
async fn a_write_that_is_lost_after_the_renewal_is_not_repeated() {
    let scene = Scene::new();
    let client = client(&scene.oauth());
    scene.portal.fault(WRITE, Fault::reset().after(1));
    match write(&client, 0).await {
        Err(Error::Transport(error)) => {
            assert_eq!(error.kind(), TransportErrorKind::Lost);
            let stopped = Stopped::MayHaveRun;
            assert_eq!(error.tries(), Tries { made: 2, stopped });
            scene.assert_clean(&error);
        }
        outcome => panic!("{outcome:?}"),
    }
    scene.assert_written_once(0..1);
}

#[tokio::test]
async fn batches_and_lists_go_on_with_the_new_token() {
    let scene = Scene::new();
    let client = client(&scene.oauth());
    let mut batch = Batch::new();
    for id in 0..60 {
        batch.add_by_name(WRITE, json!({ "id": id }));
    }
    client.send_batch(batch).await.unwrap();
    assert_eq!((scene.requests("batch"), scene.portal.refreshes()), (3, 1));
    // Parameters of a batch are texts.
    let requests = scene.portal.requests();
    let written = requests
        .iter()
        .filter(|it| it.method() == WRITE && it.ran());
    assert_eq!(written.count(), 60);

    scene.portal.list("crm.deal.list", Table::count(120));
    let mut deals = client.records_by_name("crm.deal.list", (), List::default());
    for id in 1..=120 {
        let deal = deals.next().await.unwrap().unwrap();
        assert_eq!(deal["ID"], id);
        if id == 60 {
            scene.portal.expire_tokens();
        }
    }
    assert!(deals.next().await.is_none());
    assert_eq!(
        (scene.requests("crm.deal.list"), scene.portal.refreshes()),
        (4, 2)
    );
    scene.assert_clean(&"");
}

/// Fails on demand, and says more than it should.
#[derive(Debug)]
struct Fickle {
    store: MemoryStore,
    is_loading: AtomicBool,
    is_saving: AtomicBool,
    text: Secret,
}

impl Fickle {
    fn new(scene: &Scene) -> Arc<Self> {
        Arc::new(Self {
            store: MemoryStore::new(scene.credential()),
            is_loading: true.into(),
            is_saving: true.into(),
            text: format!("disk full at {}", scene.portal.refresh_token()).into(),
        })
    }

    fn refuse<T>(&self) -> BoxFuture<'_, Result<T, StoreError>> {
        Box::pin(async { Err(StoreError::new(self.text.expose())) })
    }
}

impl Store for Fickle {
    fn load(&self) -> BoxFuture<'_, Result<Option<Credential>, StoreError>> {
        match self.is_loading.load(SeqCst) {
            true => self.store.load(),
            false => self.refuse(),
        }
    }

    fn save<'a>(
        &'a self,
        expected: Option<&'a Credential>,
        new: &'a Credential,
    ) -> BoxFuture<'a, Result<Saved, StoreError>> {
        match self.is_saving.load(SeqCst) {
            true => self.store.save(expected, new),
            false => Box::pin(async {
                // What it was given, too.
                let text = serde_json::to_string(new).unwrap();
                Err(StoreError::new(format_args!("disk full: {text}")))
            }),
        }
    }
}

#[tokio::test]
async fn a_store_that_cannot_save_loses_nothing() {
    let scene = Scene::new();
    let store = Fickle::new(&scene);
    let oauth = OAuth::with_shared_store(scene.app(), store.clone());
    let client = client(&oauth);
    store.is_saving.store(false, SeqCst);
    let error = the_error(crowd(&client, 10, 2).await);
    assert_eq!(error.kind(), TokenErrorKind::Store);
    assert!(error.what().contains("disk full"), "{error}");
    scene.assert_clean(&error);
    scene.assert_clean(&the_error(vec![write(&client, 98).await]));
    assert_eq!(scene.written(), BTreeMap::new());

    store.is_saving.store(true, SeqCst);
    for outcome in crowd(&client, 10, 2).await {
        outcome.unwrap();
    }
    assert_eq!((scene.requests(AUTH), scene.portal.refreshes()), (1, 1));
    scene.assert_written_once(0..30);
    let held = store.store.load().await.unwrap().unwrap();
    assert_eq!(
        held.refresh_token,
        Some(scene.portal.refresh_token().into())
    );
}

#[tokio::test]
async fn a_store_that_cannot_load() {
    let scene = Scene::new();
    let store = Fickle::new(&scene);
    let oauth = OAuth::with_shared_store(scene.app(), store.clone());
    let client = client(&oauth);
    store.is_loading.store(false, SeqCst);
    let error = the_error(crowd(&client, 10, 2).await);
    assert_eq!(error.kind(), TokenErrorKind::Store);
    assert_eq!(scene.portal.requests().len(), 0);

    // It holds the credential, but not when it is to be renewed.
    store.is_loading.store(true, SeqCst);
    oauth.credential().await.unwrap();
    store.is_loading.store(false, SeqCst);
    let error = the_error(crowd(&client, 10, 2).await);
    assert_eq!(error.kind(), TokenErrorKind::Store);
    assert_eq!(scene.requests(AUTH), 0);

    store.is_loading.store(true, SeqCst);
    write(&client, 0).await.unwrap();
    assert_eq!((scene.requests(AUTH), scene.portal.refreshes()), (1, 1));
    scene.assert_written_once(0..1);
}

/// A folder that is there until it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("tokens-{name}-{}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// As of two processes that start with the same credential.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_share_a_file() {
    let folder = Folder::new("shared");
    for round in 0..10 {
        let scene = Scene::new();
        let store = FileStore::new(folder.0.join(format!("{round}.json")));
        store.save(None, &scene.credential()).await.unwrap();
        let [a, b] = [(); 2].map(|()| client(&scene.with_store(store.clone())));
        let (a, b) = tokio::join!(crowd(&a, 10, 2), writes(&b, 30..60));
        for outcome in a.into_iter().chain(b) {
            outcome.unwrap();
        }
        assert_eq!(scene.portal.refreshes(), 1);
        assert!(scene.requests(AUTH) <= 2);
        scene.assert_written_once(0..60);
        let held = store.load().await.unwrap().unwrap();
        assert_eq!(
            held.refresh_token,
            Some(scene.portal.refresh_token().into())
        );
        scene.assert_clean(&"");
    }
}

#[tokio::test]
async fn a_code_that_is_refused_is_not_shown() {
    let scene = Scene::new();
    let app = scene.app().timeout(Duration::from_secs(1)).unwrap();
    for fault in [
        Fault::reset(),
        Fault::html(),
        Fault::silence(),
        Fault::half(),
    ] {
        let code = scene.portal.auth_code();
        scene.secrets.lock().unwrap().push(code.clone());
        scene.portal.fault(AUTH, fault);
        let error = app
            .exchange(code.as_str(), Some(scene.portal.url()))
            .await
            .unwrap_err();
        scene.assert_clean(&error);
        // It is good once.
        let error = app
            .exchange(code, Some(scene.portal.url()))
            .await
            .unwrap_err();
        assert_eq!(error.code(), Some("invalid_grant"));
        scene.assert_clean(&error);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_portal_that_moves_late_takes_no_tokens_of_another() {
    let (old, new) = (Sandbox::start().unwrap(), Sandbox::start().unwrap());
    let credential = |portal: &Sandbox| {
        Credential::new(portal.url(), portal.access_token()).refresh_token(portal.refresh_token())
    };
    let app = App::new(old.client_id(), old.client_secret()).unwrap();
    let oauth = OAuth::new(app, credential(&old)).unwrap();
    let client = Client::oauth(&oauth).unwrap();
    old.move_to_new_address();
    old.fault("sandbox.echo", Fault::delay(Duration::from_millis(500)));
    let late = tokio::spawn({
        let client = client.clone();
        async move { client.call_by_name("sandbox.echo", ()).await }
    });
    old.wait_for_calls("sandbox.echo", 1, Duration::from_secs(10))
        .unwrap();
    oauth.replace(credential(&new)).await.unwrap();
    client.call_by_name("sandbox.echo", ()).await.unwrap();
    late.await.unwrap().unwrap();
    assert_eq!(client.portal().as_deref(), Some(new.url()));
    client.call_by_name("sandbox.echo", ()).await.unwrap();
    assert_eq!(new.calls("sandbox.echo").len(), 2);
}
