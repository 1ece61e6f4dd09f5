//! A portal that runs on a thread of its own.

use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, SystemTime},
};

use serde_json::{Map, Value};
use tokio::sync::oneshot;

use crate::{
    api::Api,
    auth::{Secrets, USER},
    control,
    deliver::{self, Reach},
    failures::Failure,
    fault::Fault,
    limits::{Intensity, Plan},
    log::Recorded,
    operating::Operating,
    ordered::Answer,
    server::{self, Place},
    state::{Observer, Setup, State},
    table::List,
    time::TimeShape,
    tls::Identity,
    tokens::{Grant, Token},
};

/// Options of a portal, from [`Sandbox::builder`].
#[derive(Default)]
#[must_use]
pub struct Builder {
    port: u16,
    address: Option<IpAddr>,
    tls: bool,
    names: Vec<String>,
    contract: Option<String>,
    setup: Setup,
    observer: Option<Observer>,
    reach: Reach,
}

impl Builder {
    /// The port to listen on; 0, the default, takes a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The address to listen on, such as `0.0.0.0`, instead of the loopback
    /// interface. Anybody who reaches it can give orders.
    pub fn listen(mut self, address: IpAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// Serves https, with a certificate for `localhost`, `127.0.0.1` and `::1`
    /// by an authority that is made for this run:
    /// [`certificate`](Sandbox::certificate) is what clients must trust.
    #[cfg(feature = "tls")]
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Serves https with a certificate that is good for these host names and
    /// addresses as well.
    #[cfg(feature = "tls")]
    pub fn tls_names(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.tls = true;
        self.names.extend(names.into_iter().map(Into::into));
        self
    }

    /// Answers calls of a webhook over plain http as a real portal does, with
    /// `INVALID_REQUEST`.
    pub fn https_only(mut self) -> Self {
        self.setup.https_only = true;
        self
    }

    /// Serves another API than the one that this crate was built with, from
    /// the JSON that the generator makes of a description.
    pub fn contract(mut self, json: impl Into<String>) -> Self {
        self.contract = Some(json.into());
        self
    }

    /// Gives the portal the limits of a plan. Without this, all requests find
    /// room, and a method may use up eight minutes of execution time.
    pub fn plan(mut self, plan: Plan) -> Self {
        self.setup.plan = Some(plan);
        self
    }

    /// Where users return to who have authorised the application in a browser.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.setup.redirect_uri = Some(uri.into());
        self
    }

    /// Refuses requests with `QUERY_LIMIT_EXCEEDED` for which a bucket of this
    /// depth has no room, rather than as the [plan](Self::plan) says. Each source
    /// has a bucket of its own: `127.0.0.1` and `127.0.0.2` are two. Each request of a method takes a place, and so many
    /// places become free once a second. Without this, all requests find room.
    pub fn intensity(mut self, depth: u32, per_second: f64) -> Self {
        self.setup.intensity = Some(Intensity::new(depth, per_second));
        self
    }

    /// Starts a portal that keeps nothing: every method gives its documented answer,
    /// whatever was called before. [`Sandbox::keep_state`] changes that later.
    pub fn documented(mut self) -> Self {
        self.setup.documented = true;
        self
    }

    /// Lets faults by chance meet the same requests whenever it is the same; otherwise it differs
    /// from run to run.
    pub fn seed(mut self, seed: u64) -> Self {
        self.setup.seed = Some(seed);
        self
    }

    /// Calls this with every call after it was answered, on the portal's thread.
    pub fn on_request(mut self, observer: impl Fn(&Recorded) + Send + Sync + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Sends events to handlers on other machines as well, in plain HTTP.
    pub fn deliver_anywhere(mut self) -> Self {
        self.reach = Reach::Anywhere;
        self
    }

    /// Starts the portal.
    ///
    /// # Errors
    ///
    /// When the port is taken, the system has no random bytes or threads left,
    /// or the contract is not one.
    pub fn start(self) -> io::Result<Sandbox> {
        let api = Api::new(self.contract.as_deref())?;
        let identity = if self.tls {
            let mut names = self.names;
            names.extend(self.address.map(|address| address.to_string()));
            Some(Identity::new(names)?)
        } else {
            None
        };
        let security = identity.as_ref().map(Identity::security);
        let scheme = if self.tls { "https" } else { "http" };
        let address = self.address.unwrap_or(Ipv4Addr::LOCALHOST.into());
        let (listener, url) = listen(scheme, (address, self.port).into())?;
        let (new_listener, new_url) = listen(scheme, (address, 0).into())?;
        let state = Arc::new(State::new(
            [url, new_url],
            api,
            Secrets::random()?,
            self.setup,
            self.observer,
        ));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let served = Arc::clone(&state);
        let (listener, new_listener) = {
            let _runtime = runtime.enter();
            (
                tokio::net::TcpListener::from_std(listener)?,
                tokio::net::TcpListener::from_std(new_listener)?,
            )
        };
        let thread = thread::Builder::new()
            .name("bitrix24-sandbox".to_owned())
            .spawn(move || {
                runtime.spawn(deliver::run(Arc::clone(&served), self.reach));
                let (new_security, new_served) = (security.clone(), Arc::clone(&served));
                runtime.spawn(server::serve(listener, security, served, Place::Old));
                runtime.spawn(server::serve(
                    new_listener,
                    new_security,
                    new_served,
                    Place::New,
                ));
                // Ends when the portal is dropped; open connections end with the runtime.
                let _ = runtime.block_on(stopped);
            })?;

        Ok(Sandbox {
            webhook_url: format!("{}/rest/{USER}/{}/", state.url, state.secrets.webhook),
            state,
            identity,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

/// A listener and the URL by which this machine reaches it.
fn listen(scheme: &str, address: SocketAddr) -> io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let mut address = listener.local_addr()?;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    Ok((listener, format!("{scheme}://{address}")))
}

/// A Bitrix24 portal on a loopback port, with secrets of its own. It stops when
/// it is dropped.
///
/// ```
/// use bitrix24_sandbox::{Failure, Sandbox};
///
/// let portal = Sandbox::start()?;
/// portal.fail("imbot.chat.get", Failure::code("ACCESS_ERROR"));
/// // … a client calls portal.webhook_url() …
/// assert!(portal.requests().is_empty());
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Sandbox {
    webhook_url: String,
    pub(crate) state: Arc<State>,
    identity: Option<Identity>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a portal on a free port.
    ///
    /// # Errors
    ///
    /// When the system has no port, no random bytes or no threads left.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    pub(crate) fn state(&self) -> &State {
        &self.state
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

    /// The certificate of the authority that clients must trust, in a file in
    /// PEM that is there until the portal stops; `None` without
    #[cfg_attr(feature = "tls", doc = "[`tls`](Builder::tls).")]
    #[cfg_attr(not(feature = "tls"), doc = "TLS.")]
    #[must_use]
    pub fn certificate(&self) -> Option<&Path> {
        self.identity.as_ref().map(Identity::certificate)
    }

    /// Whether calls of a webhook over plain http get `INVALID_REQUEST` from
    /// now on, as [`Builder::https_only`] says.
    pub fn https_only(&self, on: bool) {
        self.state.controls().https_only = on;
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
        self.state.controls().tokens.code(self.state.clock.now())
    }

    /// A new pair of tokens, for any user and with any scopes.
    #[must_use]
    pub fn token(&self, grant: &Grant) -> Token {
        let now = self.state.clock.now();
        self.state
            .controls()
            .tokens
            .issue_beside(grant.clone(), now)
    }

    /// Where users return to from now on who have authorised the application at
    /// [`url`](Self::url) + `/oauth/authorize/`.
    pub fn redirect_uri(&self, uri: &str) {
        self.state.controls().app.redirect_uri = Some(uri.to_owned());
    }

    /// Leaves the application to these users only: calls with the tokens of
    /// others get `user_access_error`.
    pub fn restrict_app(&self, users: &[u64]) {
        self.state.controls().app.users = Some(users.to_vec());
    }

    /// Whether the application is installed. While it is not, the authorization
    /// server says `invalid_client`.
    pub fn install_app(&self, installed: bool) {
        self.state.controls().app.installed = installed;
    }

    /// Whether the application is paid for. While it is not, the authorization
    /// server says `PAYMENT_REQUIRED`.
    pub fn pay_app(&self, paid: bool) {
        self.state.controls().app.paid = paid;
    }

    /// Ends every access token so far: calls with them get `expired_token`.
    pub fn expire_tokens(&self) {
        self.state.controls().tokens.expire(self.state.clock.now());
    }

    /// The time by the portal's clock, which everything there goes by but the
    /// delays of [faults](Self::fault).
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.state.clock.now()
    }

    /// Moves the portal's clock ahead. Tokens expire by it, and limits recover.
    ///
    /// ```
    /// # let portal = bitrix24_sandbox::Sandbox::start()?;
    /// use std::time::Duration;
    ///
    /// portal.advance(Duration::from_secs(180 * 24 * 3600)); // half a year later
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn advance(&self, time: Duration) {
        self.state.clock.advance(time);
    }

    /// Stops the portal's clock, so that it moves only when it is
    /// [told to](Self::advance).
    pub fn stop_clock(&self) {
        self.state.clock.stop();
    }

    /// Lets the portal's clock go on from where it was stopped.
    pub fn run_clock(&self) {
        self.state.clock.run();
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

    /// Lets the answers to requests of a method go wrong; `*` stands for every
    /// method and for the authorization server, `oauth.token` for that alone,
    /// and `batch` for batches. Commands in a batch meet only
    /// [errors](Fault::error) and [slips](Fault::slips).
    pub fn fault(&self, method: &str, fault: Fault) {
        let now = self.state.clock.instant();
        self.state.controls().faults.add(method, fault, now);
    }

    /// Moves the portal to another port, as a portal gets another domain, and
    /// gives the address there, without a slash at its end. Calls to the old
    /// address are sent on with status 302; orders and the authorization server
    /// are not affected.
    pub fn move_to_new_address(&self) -> String {
        self.move_to(&self.state.new_url);
        self.state.new_url.clone()
    }

    /// Sends calls on to any address, such as `http://127.0.0.1:1`.
    pub fn move_to(&self, url: &str) {
        let url = url.trim_end_matches('/').to_owned();
        self.state.controls().moved = Some(url);
    }

    /// Moves the portal back to the address that it had at first.
    pub fn stay(&self) {
        self.state.controls().moved = None;
    }

    /// Answers calls of a method with a result, or with any [`Answer`], until
    /// it is [cleared](Self::clear). The method need not be a known one. `*`
    /// stands for every method, `oauth.token` for the authorization server.
    ///
    /// ```
    /// # let sandbox = bitrix24_sandbox::Sandbox::start()?;
    /// use bitrix24_sandbox::Answer;
    /// use serde_json::json;
    ///
    /// sandbox.answer("imbot.chat.get", json!({"ID": 5}));
    /// sandbox.answer("imbot.chat.get", Answer::text("text/html", "<p>Later</p>").status(503).times(2));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn answer(&self, method: &str, answer: impl Into<Answer>) {
        let answer = answer.into();
        self.state.controls().orders.answer(method, answer);
    }

    /// Answers calls of a method by a function of them, on the portal's thread: one that waits for
    /// the portal waits forever. The caller of one that panics gets `INTERNAL_SERVER_ERROR`.
    ///
    /// ```
    /// # let sandbox = bitrix24_sandbox::Sandbox::start()?;
    /// use bitrix24_sandbox::Answer;
    ///
    /// sandbox.answer_with("user.get", |call| Answer::result(call.parameters()["ID"].clone()));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn answer_with(
        &self,
        method: &str,
        function: impl Fn(&Recorded) -> Answer + Send + Sync + 'static,
    ) {
        let orders = &mut self.state.controls().orders;
        orders.answer_with(method, Arc::new(function), false);
    }

    /// Likewise, whatever the credential: see [`Answer::to_anyone`].
    pub fn answer_anyone_with(
        &self,
        method: &str,
        function: impl Fn(&Recorded) -> Answer + Send + Sync + 'static,
    ) {
        let orders = &mut self.state.controls().orders;
        orders.answer_with(method, Arc::new(function), true);
    }

    /// Answers calls of a method with the pages of a list. The method need not
    /// be a known one.
    pub fn list(&self, method: &str, list: List) {
        self.state.controls().orders.list(method, list);
    }

    /// Leaves webhook and tokens with these scopes only.
    pub fn grant(&self, scopes: &[&str]) {
        self.state.controls().scopes = scopes.iter().copied().map(String::from).collect();
    }

    /// Gives the portal the limits of a plan from now on, with buckets that are
    /// empty at first.
    pub fn plan(&self, plan: Plan) {
        self.state.limits.set(plan.intensity());
        self.state.budgets.set_limit(plan.operating());
    }

    /// Refuses requests from now on as [`Builder::intensity`] says, with
    /// buckets that are empty at first.
    pub fn intensity(&self, depth: u32, per_second: f64) {
        let intensity = Intensity::new(depth, per_second);
        self.state.limits.set(Some(intensity));
    }

    /// Which fields the `time` of answers has from now on.
    pub fn time_shape(&self, shape: TimeShape) {
        self.state.time.set(shape);
    }

    /// How many requests found no room so far.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.state.limits.refused()
    }

    /// Gives a method a budget of execution time. Its answers tell what is used
    /// up, and above the limit calls get `OPERATION_TIME_LIMIT` until enough of it
    /// counts no more. Webhook and application have such a budget each.
    pub fn operating(&self, method: &str, operating: &Operating) {
        self.state.order_operating(method, operating);
    }

    /// The calls so far, in the order in which they were answered; the last
    /// 10 000 of them.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.state.controls().log.all()
    }

    /// The calls of a method so far, alone or in a batch, whatever the case of
    /// its name.
    #[must_use]
    pub fn calls(&self, method: &str) -> Vec<Recorded> {
        self.state.controls().log.of(method)
    }

    /// The last call of a method so far.
    #[must_use]
    pub fn last_call(&self, method: &str) -> Option<Recorded> {
        self.state.controls().log.last_of(method)
    }

    /// Waits until a method was called so often, and gives all calls of it.
    ///
    /// # Errors
    ///
    /// When fewer calls came in time.
    pub fn wait_for_calls(
        &self,
        method: &str,
        count: usize,
        timeout: Duration,
    ) -> io::Result<Vec<Recorded>> {
        let calls = self.state.wait_for_calls(method, count, timeout);
        calls.map_err(|calls| {
            let found = calls.len();
            let text = format!("{found} of {count} calls of {method} within {timeout:?}");
            io::Error::new(io::ErrorKind::TimedOut, text)
        })
    }

    /// How many connections there were so far, since the portal was started.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.state.traffic.connections()
    }

    /// How many connections ended so far while an answer was under way, other
    /// than by a fault: because the client went away, or by
    /// [`hang_up`](Self::hang_up).
    #[must_use]
    pub fn broken_connections(&self) -> u64 {
        self.state.traffic.broken()
    }

    /// Closes all connections.
    pub fn hang_up(&self) {
        self.state.traffic.hang_up();
    }

    /// What chance comes from: a portal that is [given it](Builder::seed) and
    /// gets the same requests behaves in the same way.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.state.seed()
    }

    /// Gives an order by its name and parameters, as programs give them over
    /// HTTP: the README lists them all. Answers with the order's result.
    ///
    /// ```
    /// # let sandbox = bitrix24_sandbox::Sandbox::start()?;
    /// use serde_json::json;
    ///
    /// sandbox.order("fail", json!({"method": "imbot.chat.get", "code": "ACCESS_ERROR"}))?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When there is no such order, or its parameters are wrong.
    pub fn order(&self, name: &str, params: Value) -> io::Result<Value> {
        let wrong = |text| io::Error::new(io::ErrorKind::InvalidInput, text);
        let params = match params {
            Value::Object(params) => params,
            Value::Null => Map::new(),
            _ => return Err(wrong("the parameters of an order are an object".to_owned())),
        };
        control::obey(&self.state, name, params).map_err(wrong)
    }

    /// Whether methods look at the bots, chats and messages that the portal keeps, or give
    /// their documented answers. What is kept stays.
    pub fn keep_state(&self, on: bool) {
        self.state.set_stateful(on);
    }

    /// Takes everything back that was ordered, and forgets recorded calls. The
    /// tokens that the run began with are good again, all others are not.
    pub fn clear(&self) {
        self.state.clear();
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("url", &self.state.url)
            .finish_non_exhaustive()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic on that thread has been reported there.
            let _ = thread.join();
        }
    }
}
