//! A portal that runs on a thread of its own.

use std::{
    collections::HashMap,
    fmt, io,
    net::{Ipv4Addr, TcpListener},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use serde_json::Value;
use tokio::sync::oneshot;

use crate::{
    answer::Answers,
    auth::{Credential, Denied, Login, Secrets, USER},
    contract::{Contract, Method, Rest},
    failures::{Failure, Orders},
    log::{Log, Recorded},
    server,
    tokens::Tokens,
};

/// The contract of the API that this crate was built with.
const CONTRACT: &str = include_str!(concat!(env!("OUT_DIR"), "/spec.json"));

type Observer = Box<dyn Fn(&Recorded) + Send + Sync>;

/// A method with its answers.
pub(crate) struct Served {
    pub(crate) method: Method,
    pub(crate) answers: Answers,
}

impl Served {
    pub(crate) fn secret_params(&self) -> Vec<String> {
        let secret = self.method.params.iter().filter(|param| param.secret);
        secret.map(|param| param.name.clone()).collect()
    }
}

/// What the portal's thread and its owner share.
pub(crate) struct State {
    /// Its address, without a slash at its end.
    pub(crate) url: String,
    pub(crate) secrets: Secrets,
    /// All but its methods, which are in `methods`.
    pub(crate) contract: Contract,
    methods: HashMap<Rest, HashMap<String, Served>>,
    all_scopes: Vec<String>,
    controls: Mutex<Controls>,
    observer: Option<Observer>,
}

/// What changes while the portal runs.
pub(crate) struct Controls {
    pub(crate) orders: Orders,
    pub(crate) log: Log,
    pub(crate) scopes: Vec<String>,
    pub(crate) tokens: Tokens,
}

impl State {
    fn new(
        url: String,
        mut contract: Contract,
        secrets: Secrets,
        observer: Option<Observer>,
    ) -> Self {
        let all_scopes = contract.scopes();
        let mut methods: HashMap<_, HashMap<_, _>> = HashMap::new();
        for method in contract.methods.drain(..) {
            let served = Served {
                answers: Answers::prepare(&method, &contract.records),
                method,
            };
            methods
                .entry(served.method.rest)
                .or_default()
                .insert(served.method.name.to_ascii_lowercase(), served);
        }
        Self {
            url,
            controls: Mutex::new(Controls {
                orders: Orders::default(),
                log: Log::default(),
                scopes: all_scopes.clone(),
                tokens: Tokens::new(&secrets),
            }),
            secrets,
            contract,
            methods,
            all_scopes,
            observer,
        }
    }

    /// The method with this lower-case name.
    pub(crate) fn method(&self, rest: Rest, name: &str) -> Option<&Served> {
        self.methods.get(&rest)?.get(name)
    }

    pub(crate) fn controls(&self) -> MutexGuard<'_, Controls> {
        self.controls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The address that calls should go to.
    pub(crate) fn current_url(&self) -> String {
        self.url.clone()
    }

    /// Judges the credential of a call.
    pub(crate) fn admit(
        &self,
        login: Option<Login<'_>>,
        token: Option<&str>,
    ) -> Result<Credential, Denied> {
        match (login, token) {
            (Some(login), _) if login.user == USER && login.code == self.secrets.webhook => {
                Ok(Credential::Webhook)
            }
            (None, Some(token)) => {
                self.controls().tokens.admit(token)?;
                Ok(Credential::Token)
            }
            _ => Err(Denied::Unknown),
        }
    }

    /// Whether one of these scopes is granted, or none is needed.
    pub(crate) fn has_scope(&self, scopes: &[String]) -> bool {
        let granted = &self.controls().scopes;
        scopes.is_empty() || scopes.iter().any(|scope| granted.contains(scope))
    }

    pub(crate) fn record(&self, recorded: Recorded) {
        if let Some(observer) = &self.observer {
            observer(&recorded);
        }
        self.controls().log.push(recorded);
    }

    pub(crate) fn clear(&self) {
        let mut controls = self.controls();
        controls.orders = Orders::default();
        controls.log.clear();
        controls.scopes.clone_from(&self.all_scopes);
        controls.tokens = Tokens::new(&self.secrets);
    }
}

/// Options of a portal, from [`Portal::builder`].
#[derive(Default)]
#[must_use]
pub struct Builder {
    port: u16,
    contract: Option<String>,
    observer: Option<Observer>,
}

impl Builder {
    /// The port to listen on; 0, the default, takes a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Serves another API than the one that this crate was built with, from
    /// the JSON that the generator makes of a description.
    pub fn contract(mut self, json: impl Into<String>) -> Self {
        self.contract = Some(json.into());
        self
    }

    /// Calls this with every call after it was answered, on the portal's thread.
    pub fn on_request(mut self, observer: impl Fn(&Recorded) + Send + Sync + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Starts the portal.
    ///
    /// # Errors
    ///
    /// When the port is taken, the system has no random bytes or threads left,
    /// or the contract is not one.
    pub fn start(self) -> io::Result<Portal> {
        let contract = Contract::read(self.contract.as_deref().unwrap_or(CONTRACT))
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port))?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(State::new(url, contract, Secrets::random()?, self.observer));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let served = Arc::clone(&state);
        let listener = {
            let _runtime = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let thread = thread::Builder::new()
            .name("bitrix24-sandbox".to_owned())
            .spawn(move || {
                runtime.spawn(server::serve(listener, served));
                // Ends when the portal is dropped; open connections end with the runtime.
                let _ = runtime.block_on(stopped);
            })?;

        Ok(Portal {
            webhook_url: format!("{}/rest/{USER}/{}/", state.url, state.secrets.webhook),
            state,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

/// A Bitrix24 portal on a loopback port, with secrets of its own. It stops when
/// it is dropped.
///
/// ```
/// use bitrix24_sandbox::{Failure, Portal};
///
/// let portal = Portal::start()?;
/// portal.fail("imbot.chat.get", Failure::code("ACCESS_ERROR"));
/// // … a client calls portal.webhook_url() …
/// assert!(portal.requests().is_empty());
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Portal {
    webhook_url: String,
    state: Arc<State>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Portal {
    /// Starts a portal on a free port.
    ///
    /// # Errors
    ///
    /// When the system has no port, no random bytes or no threads left.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// Options for [another port, another API or an observer](Builder).
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The address of the portal, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.state.url
    }

    /// The address of a webhook, which ends with its secret code and a slash.
    #[must_use]
    pub fn webhook_url(&self) -> &str {
        &self.webhook_url
    }

    /// A token that the portal takes in the parameter `auth`.
    #[must_use]
    pub fn access_token(&self) -> &str {
        &self.state.secrets.access
    }

    /// A token that has expired: every call with it gets `expired_token`.
    #[must_use]
    pub fn expired_token(&self) -> &str {
        &self.state.secrets.expired
    }

    /// The id of the application that the tokens belong to.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.state.secrets.client_id
    }

    /// The secret of that application.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        &self.state.secrets.client_secret
    }

    /// The refresh token that was issued last. It is good for one renewal at
    /// [`url`](Self::url) + `/oauth/token/`.
    #[must_use]
    pub fn refresh_token(&self) -> String {
        self.state.controls().tokens.newest_refresh().to_owned()
    }

    /// A new code of an authorisation, which is good for one exchange within
    /// 30 seconds.
    #[must_use]
    pub fn auth_code(&self) -> String {
        self.state.controls().tokens.code()
    }

    /// Ends every access token so far: calls with them get `expired_token`.
    pub fn expire_tokens(&self) {
        self.state.controls().tokens.expire();
    }

    /// How long the access tokens live that are issued from now on, in whole
    /// seconds; an hour unless it is said otherwise.
    pub fn token_lifetime(&self, lifetime: Duration) {
        self.state.controls().tokens.lifetime = lifetime;
    }

    /// How many refresh tokens were exchanged for a new pair so far.
    #[must_use]
    pub fn refreshes(&self) -> u64 {
        self.state.controls().tokens.refreshes
    }

    /// Answers calls of a method with an error; `*` stands for every method.
    /// Failures are used up in the order in which they were given.
    pub fn fail(&self, method: &str, failure: Failure) {
        self.state.controls().orders.fail(method, failure);
    }

    /// Answers every call of a method with this body and status 200 until it
    /// is [cleared](Self::clear). The method need not be a known one.
    pub fn answer(&self, method: &str, body: &Value) {
        self.state.controls().orders.answer(method, body);
    }

    /// Leaves webhook and tokens with these scopes only.
    pub fn grant(&self, scopes: &[&str]) {
        self.state.controls().scopes = scopes.iter().copied().map(String::from).collect();
    }

    /// The calls so far, in the order in which they were answered; the last
    /// 10 000 of them.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.state.controls().log.all()
    }

    /// Takes everything back that was ordered, and forgets recorded calls. The
    /// tokens that the run began with are good again, all others are not.
    pub fn clear(&self) {
        self.state.clear();
    }
}

impl fmt::Debug for Portal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Portal")
            .field("url", &self.state.url)
            .finish_non_exhaustive()
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic on that thread has been reported there.
            let _ = thread.join();
        }
    }
}
