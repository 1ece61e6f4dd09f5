//! The client.

use std::{fmt, sync::Arc, time::Duration};

use serde::Serialize;
use serde_json::Value;

use crate::{
    Answer, ConfigError, Error, RequestError, Retries, Secret, Stats,
    builder::ClientBuilder,
    live::Shared,
    method::{Method, Rest},
    oauth::OAuth,
    params,
    process::Process,
    raw::Call,
    transport::Pool,
};

/// A client of one portal.
///
/// Cheap to clone; clones share their connections. It needs a Tokio runtime to call from, and its
/// connections belong to the runtime of the call that opened them: see
/// [`with_own_connections`](Client::with_own_connections).
///
/// Calls keep the portal's limits: they wait for their turn, in the order in which they were made,
/// shared with all other clients of the portal in this process. A call that did not run, or that is
/// safe to run again, is tried again a few times; any other failure is reported at once, and the
/// error says whether the method may have run. Dropping the future of a call abandons it at once
/// and gives its turn back; a method that was called may run nonetheless.
///
/// ```no_run
/// use bitrix24::Client;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::webhook("https://portal.bitrix24.com/rest/1/code/")?;
/// let answer = client.call_by_name("profile", serde_json::json!({})).await?;
/// println!("{}", answer.result["NAME"]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    pub(crate) pool: Pool,
    pub(crate) options: Options,
}

/// What the clones of a client may differ in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// For a whole call.
    pub(crate) timeout: Option<Duration>,
    /// For one try.
    pub(crate) read_timeout: Duration,
    pub(crate) retries: Retries,
    /// What the caller says, whatever the description says.
    pub(crate) repeatable: Option<bool>,
}

impl Client {
    /// A client that is authorised by a webhook, given its address
    /// `https://portal/rest/user/code/`, with the usual settings.
    ///
    /// ```
    /// use bitrix24::Client;
    ///
    /// let client = Client::webhook("https://portal.bitrix24.com/rest/1/code/")?;
    /// assert!(Client::webhook("http://portal.bitrix24.com/rest/1/code/").is_err());
    /// # Ok::<(), bitrix24::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// If the address is not of that form. The error does not repeat the address.
    pub fn webhook(url: &str) -> Result<Self, ConfigError> {
        Self::builder().webhook(url)
    }

    /// A client that is authorised by an application's access token, with the usual settings.
    ///
    /// The portal is a host name, or an address such as `https://portal/rest/`.
    ///
    /// ```
    /// use bitrix24::Client;
    ///
    /// let client = Client::token("portal.bitrix24.com", "access-token")?;
    /// # Ok::<(), bitrix24::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// If the portal or the token cannot be one.
    pub fn token(portal: &str, access_token: impl Into<Secret>) -> Result<Self, ConfigError> {
        Self::builder().token(portal, access_token)
    }

    /// A client that is authorised by an application's access token, which is renewed when it ends,
    /// with the usual settings.
    ///
    /// # Errors
    /// See [`ClientBuilder::oauth`].
    pub fn oauth(oauth: &OAuth) -> Result<Self, ConfigError> {
        Self::builder().oauth(oauth)
    }

    /// Settings other than the usual ones.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    pub(crate) fn new(shared: Shared, pool: Pool, options: Options) -> Self {
        Self {
            shared: Arc::new(shared),
            pool,
            options,
        }
    }

    fn with(&self, change: impl FnOnce(&mut Options)) -> Self {
        let mut client = self.clone();
        change(&mut client.options);
        client
    }

    /// The same client with another time for a whole call, waiting included; `None`: as long as it
    /// takes. In no time at all nothing is sent: such calls fail.
    #[must_use]
    pub fn with_timeout(&self, timeout: impl Into<Option<Duration>>) -> Self {
        self.with(|options| options.timeout = timeout.into())
    }

    /// The same client with other retries.
    #[must_use]
    pub fn with_retries(&self, retries: Retries) -> Self {
        self.with(|options| options.retries = retries)
    }

    /// The same client, told whether its calls are safe to repeat when nobody knows if they ran:
    /// after a lost connection, for example. `None`: what the description says of each method, and
    /// no for calls by name.
    ///
    /// ```no_run
    /// # async fn run(client: bitrix24::Client) -> Result<(), bitrix24::Error> {
    /// // Reading does no harm, however often it is done.
    /// let reading = client.with_repeatable(true);
    /// let deal = reading.call_by_name("crm.deal.get", serde_json::json!({"id": 13})).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_repeatable(&self, repeatable: impl Into<Option<bool>>) -> Self {
        self.with(|options| options.repeatable = repeatable.into())
    }

    /// What this client and its clones have done so far.
    pub fn stats(&self) -> Stats {
        let counters = self.shared.counters(Process::current());
        counters.read(self.shared.refreshes())
    }

    /// The address of the portal, such as `https://portal.bitrix24.com`: the new one if the portal
    /// has moved. `None` as long as only a store knows it that was not asked yet.
    pub fn portal(&self) -> Option<String> {
        self.shared.portal()
    }

    /// How long a call of a method would wait for its turn if it were made now. It takes up no turn
    /// itself.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), bitrix24::ConfigError> {
    /// let client = bitrix24::Client::webhook("https://idle.bitrix24.com/rest/1/code/")?;
    /// assert!(client.expected_wait("imbot.chat.get").await.is_zero());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn expected_wait(&self, method: &str) -> Duration {
        let Some(limits) = self.shared.limits() else {
            return Duration::ZERO;
        };
        limits.limiter().expected_wait(limits.turn(method)).await
    }

    /// The same client with connections of its own.
    ///
    /// A connection belongs to the runtime that opened it and dies with it, so a program with
    /// several runtimes needs a client for each.
    ///
    /// # Errors
    /// If the system's certificates cannot be read.
    pub fn with_own_connections(&self) -> Result<Self, ConfigError> {
        Ok(Self {
            pool: self.shared.connector.connect()?.into(),
            ..self.clone()
        })
    }

    /// Calls a method. `client.imbot().chat().get(request)` does the same by way of the scope.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn call<M: Method>(&self, request: M) -> Result<Answer<M::Output>, Error<M::Error>> {
        let call = self.prepared(&request)?;
        drop(request);
        let reply = self.send(call).await;
        reply
            .and_then(|reply| reply.decode())
            .map_err(Error::into_typed)
    }

    /// The call that a request asks for.
    pub(crate) fn prepared<M: Method>(&self, request: &M) -> Result<Call<'static>, RequestError> {
        let meta = M::META;
        Ok(Call {
            method: meta.name,
            rest: meta.rest,
            rules: meta.rules,
            repeatable: meta.repeatable,
            timeout: None,
            is_json: true,
            params: self.encode(meta.name, request)?,
        })
    }

    /// Calls a method that has no type here, or whose type is in the way.
    ///
    /// The parameters are whatever serializes to a JSON object; `()` stands for none. Infinities and
    /// NaN, which JSON does not have, are refused. The result is as the portal sent it, with the
    /// secrets in it, such as addresses for files.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn call_by_name(
        &self,
        method: &str,
        params: impl Serialize,
    ) -> Result<Answer<Value>, Error> {
        self.call_dynamic(method, Rest::Classic, self.encode(method, &params)?)
            .await
    }

    /// Calls a method of REST 3.0 that has no type here, or whose type is in the way.
    ///
    /// What goes in and comes back is that of [`Client::call_by_name`].
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn call_by_name_v3(
        &self,
        method: &str,
        params: impl Serialize,
    ) -> Result<Answer<Value>, Error> {
        self.call_dynamic(method, Rest::V3, self.encode(method, &params)?)
            .await
    }

    async fn call_dynamic(
        &self,
        method: &str,
        rest: Rest,
        params: Vec<u8>,
    ) -> Result<Answer<Value>, Error> {
        let mut call = Call::new(method, rest, params);
        call.is_json = true;
        self.send(call).await?.decode()
    }

    /// The text without the secrets of this client: for messages that bindings to other languages
    /// make.
    pub fn scrub(&self, text: &str) -> String {
        self.shared.scrubber().scrub(text).into_owned()
    }

    /// The parameters as JSON.
    pub(crate) fn encode(
        &self,
        method: &str,
        params: &impl Serialize,
    ) -> Result<Vec<u8>, RequestError> {
        params::write(params).map_err(|what| self.refuse(method, &what))
    }

    /// The texts are the caller's own, who may have put the address in the place of a name.
    pub(crate) fn refuse(&self, method: &str, what: &str) -> RequestError {
        let scrubber = &self.shared.scrubber();
        RequestError::new(scrubber.scrub(method), scrubber.scrub(what))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("portal", &self.portal())
            .field("auth", &self.shared.auth)
            .field("timeout", &self.options.timeout)
            .field("retries", &self.options.retries)
            .finish_non_exhaustive()
    }
}
