//! A portal that runs on a thread of its own.

use std::{
    fmt, io,
    path::Path,
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, SystemTime},
};

use serde_json::{Map, Value};
use tokio::sync::oneshot;

use crate::{
    builder::Builder,
    control,
    limits::{Intensity, Plan},
    log::Recorded,
    operating::Operating,
    state::State,
    time::TimeShape,
    tls::Identity,
};

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
    pub(crate) webhook_url: String,
    pub(crate) state: Arc<State>,
    pub(crate) identity: Option<Identity>,
    /// What lets the portal's thread end when it is dropped.
    pub(crate) stop: Option<oneshot::Sender<()>>,
    pub(crate) thread: Option<JoinHandle<()>>,
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

    /// A token that the portal takes in the parameter `auth`, for an hour of its
    /// clock.
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

    /// The calls so far, in the order in which they were done, each before its
    /// answer is sent; the last 10 000 of them.
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
    /// It blocks the thread that calls it: see [`wait_for_bot`](Self::wait_for_bot).
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
        // The last owner may be a function that answers, which is on that thread itself.
        let is_other = |thread: &JoinHandle<_>| thread.thread().id() != thread::current().id();
        if let Some(thread) = self.thread.take().filter(is_other) {
            // A panic on that thread has been reported there.
            let _ = thread.join();
        }
    }
}
