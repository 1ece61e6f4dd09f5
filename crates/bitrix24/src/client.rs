//! The client.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::{
    Request, Url,
    header::{HeaderMap, LOCATION},
};
use serde::Serialize;
use serde_json::Value;

use crate::{
    Answer, ConfigError, Error, RequestError, Secret,
    address::{Address, is_method_name},
    builder::ClientBuilder,
    error::AnyCode,
    method::{ErrorCode, Method, Rest},
    raw::{Call, Reply},
    rules::{self, AuthKind},
    scrub::Scrubber,
    transport::{self, Connector},
};

/// A client of one portal.
///
/// Cheap to clone; clones share their connections. It needs a Tokio runtime to call from, and its
/// connections belong to the runtime of the call that opened them: see
/// [`with_own_connections`](Client::with_own_connections).
///
/// Nothing is repeated: a call that fails is reported, and the error says whether the method may
/// have run. Dropping the future of a call abandons it at once; the method may run nonetheless.
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
    shared: Arc<Shared>,
    http: reqwest::Client,
    timeout: Duration,
}

/// What all calls of a client have in common, prepared once.
pub(crate) struct Shared {
    pub(crate) address: Address,
    pub(crate) headers: HeaderMap,
    /// The end of the parameters that holds the token: `"auth":"token"}`.
    pub(crate) token_field: Option<Secret>,
    pub(crate) auth: AuthKind,
    pub(crate) scrubber: Arc<Scrubber>,
    pub(crate) connector: Connector,
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

    /// Settings other than the usual ones.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    pub(crate) fn new(shared: Shared, http: reqwest::Client, timeout: Duration) -> Self {
        Self {
            shared: Arc::new(shared),
            http,
            timeout,
        }
    }

    /// The same client with another time for a whole call.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self {
            timeout,
            ..self.clone()
        }
    }

    /// The same client with connections of its own.
    ///
    /// A connection belongs to the runtime that opened it and dies with it, so a program with
    /// several runtimes needs a client for each.
    ///
    /// # Errors
    /// If the system's certificates can no longer be read.
    pub fn with_own_connections(&self) -> Result<Self, ConfigError> {
        Ok(Self {
            http: self.shared.connector.connect()?,
            ..self.clone()
        })
    }

    /// Calls a method.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn call<M: Method>(&self, request: M) -> Result<Answer<M::Output>, Error<M::Error>> {
        let meta = M::META;
        let params = self.encode(meta.name, &request)?;
        drop(request);
        let call = Call {
            method: meta.name,
            rest: meta.rest,
            rules: meta.rules,
            repeatable: meta.repeatable,
            timeout: None,
            params,
        };
        let reply = self.send(call).await.map_err(typed)?;
        reply.decode().map_err(typed)
    }

    /// Calls a method that has no type here, or whose type is in the way.
    ///
    /// The parameters are whatever serializes to a JSON object; `()` stands for none.
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
    /// The parameters are whatever serializes to a JSON object; `()` stands for none.
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
        self.send(Call::new(method, rest, params)).await?.decode()
    }

    /// Sends a call and waits for the whole answer, whatever it is.
    ///
    /// # Errors
    /// [`Error::Request`] and [`Error::Transport`]; the rest shows when the answer is read.
    pub async fn send(&self, call: Call<'_>) -> Result<Reply, Error> {
        let (method, timeout) = (call.method, call.timeout.unwrap_or(self.timeout));
        let mut request = self.request(call)?;
        *request.timeout_mut() = Some(timeout);

        let scrubber = &self.shared.scrubber;
        let response = self
            .http
            .execute(request)
            .await
            .map_err(|error| transport::failure(error, method, None, scrubber))?;
        let status = response.status().as_u16();
        let location = response.headers().get(LOCATION).map(|location| {
            scrubber
                .scrub(&String::from_utf8_lossy(location.as_bytes()))
                .into_owned()
        });
        let body = response
            .bytes()
            .await
            .map_err(|error| transport::failure(error, method, Some(status), scrubber))?;
        Ok(Reply {
            method: method.to_owned(),
            status,
            location,
            body,
            scrubber: Arc::clone(scrubber),
        })
    }

    /// The text without the secrets of this client: for messages that bindings to other languages
    /// make.
    pub fn scrub(&self, text: &str) -> String {
        self.shared.scrubber.scrub(text).into_owned()
    }

    fn request(&self, call: Call<'_>) -> Result<Request, RequestError> {
        const NOT_AN_OBJECT: &str = "the parameters are not a JSON object";

        let shared = &*self.shared;
        let refuse = |what: &str| self.refuse(call.method, what);
        if !is_method_name(call.method) {
            return Err(refuse("this cannot be the name of a method"));
        }
        if !call.rules.is_empty() {
            let params = serde_json::from_slice(&call.params).map_err(|_| refuse(NOT_AN_OBJECT))?;
            rules::check(call.rules, &params, shared.auth).map_err(|what| refuse(&what))?;
        }
        let url = Url::parse(&shared.address.of(call.method, call.rest))
            .map_err(|_| refuse("the address cannot be made"))?;
        let body =
            body(call.params, shared.token_field.as_ref()).ok_or_else(|| refuse(NOT_AN_OBJECT))?;

        let mut request = Request::new(reqwest::Method::POST, url);
        *request.headers_mut() = shared.headers.clone();
        *request.body_mut() = Some(body.into());
        Ok(request)
    }

    /// The parameters as JSON.
    pub(crate) fn encode(
        &self,
        method: &str,
        params: &impl Serialize,
    ) -> Result<Vec<u8>, RequestError> {
        let params = serde_json::to_vec(params)
            .map_err(|error| self.refuse(method, error.to_string().trim_start_matches('.')))?;
        Ok(if params == b"null" {
            b"{}".to_vec()
        } else {
            params
        })
    }

    /// The texts are the caller's own, who may have put the address in the place of a name.
    fn refuse(&self, method: &str, what: &str) -> RequestError {
        let scrubber = &self.shared.scrubber;
        RequestError::new(scrubber.scrub(method), scrubber.scrub(what))
    }
}

fn typed<E: ErrorCode>(error: Error<AnyCode>) -> Error<E> {
    error.into_typed()
}

/// The body of a request: the parameters, and at their end the token. `None`: not an object.
fn body(mut params: Vec<u8>, token_field: Option<&Secret>) -> Option<Vec<u8>> {
    params.truncate(params.trim_ascii_end().len());
    let inside = params
        .trim_ascii_start()
        .strip_prefix(b"{")?
        .strip_suffix(b"}")?;
    if let Some(field) = token_field {
        let is_empty = inside.trim_ascii().is_empty();
        params.pop();
        if !is_empty {
            params.push(b',');
        }
        params.extend_from_slice(field.expose().as_bytes());
    }
    Some(params)
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("auth", &self.shared.auth)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
