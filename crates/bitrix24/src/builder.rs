//! The settings of a client.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};

use crate::{
    Client, ConfigError, Secret,
    address::{self, Address, Auth, Base},
    client::Shared,
    scrub::Scrubber,
    transport::Connector,
};

/// The settings of a [`Client`], made by [`Client::builder`].
///
/// ```
/// use std::time::Duration;
/// use bitrix24::Client;
///
/// let client = Client::builder()
///     .timeout(Duration::from_secs(20))
///     .user_agent("my-app/1.0")
///     .webhook("https://portal.bitrix24.com/rest/1/code/")?;
/// # Ok::<(), bitrix24::ConfigError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct ClientBuilder {
    timeout: Duration,
    connect_timeout: Duration,
    user_agent: String,
    proxy: Option<Secret>,
    root_certificates: Vec<Vec<u8>>,
    base_url: Option<Secret>,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            // The server gives up after 60 seconds.
            timeout: Duration::from_secs(65),
            connect_timeout: Duration::from_secs(10),
            user_agent: concat!("bitrix24-rust/", env!("CARGO_PKG_VERSION")).to_owned(),
            proxy: None,
            root_certificates: Vec::new(),
            base_url: None,
        }
    }
}

impl ClientBuilder {
    /// How long a call may take in all, from its start to the last byte of the answer.
    ///
    /// 65 seconds unless set, since the server gives up after 60.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long it may take to connect, TLS included. 10 seconds unless set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Who calls: a name and a version, such as `my-app/1.0`.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// The proxy for all calls: `http://[user:password@]host:port` or `https://…`.
    ///
    /// Unless set, the environment decides (`HTTPS_PROXY`, `NO_PROXY`), except for portals on this
    /// computer, which are called directly.
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Trusts a certificate authority besides those of the system: one or more certificates in
    /// PEM. May be repeated.
    ///
    /// The check of the server's certificate cannot be turned off.
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// Calls another server in place of the portal: its scheme, host, port and path prefix
    /// replace those of the address. For tests.
    pub fn base_url(mut self, url: impl Into<Secret>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Makes a client that is authorised by a webhook, given its address
    /// `https://portal/rest/user/code/`.
    ///
    /// # Errors
    /// If the address is not of that form, or a setting is not valid.
    pub fn webhook(self, url: &str) -> Result<Client, ConfigError> {
        self.build(address::webhook(url)?)
    }

    /// Makes a client that is authorised by an application's access token.
    ///
    /// The portal is a host name, or an address such as `https://portal/rest/`.
    ///
    /// # Errors
    /// If the portal or the token cannot be one, or a setting is not valid.
    pub fn token(
        self,
        portal: &str,
        access_token: impl Into<Secret>,
    ) -> Result<Client, ConfigError> {
        self.build(address::token(portal, access_token.into())?)
    }

    fn build(self, (base, auth): (Base, Auth)) -> Result<Client, ConfigError> {
        let base = match &self.base_url {
            Some(url) => address::portal_base(url.expose(), "the base URL")?,
            None => base,
        };
        for (timeout, what) in [
            (self.timeout, "timeout"),
            (self.connect_timeout, "connect timeout"),
        ] {
            if timeout.is_zero() {
                return Err(ConfigError::new(format!("the {what} is zero")));
            }
        }
        let connector = Connector {
            connect_timeout: self.connect_timeout,
            proxy: self.proxy,
            root_certificates: self.root_certificates,
            loopback: base.loopback,
        };
        let mut secrets = connector.proxy_secrets()?;
        secrets.push(auth.secret().clone());
        let http = connector.connect()?;
        let shared = Shared {
            address: Address::new(&base, &auth),
            headers: headers(&self.user_agent)?,
            token_field: token_field(&auth)?,
            auth: auth.kind(),
            scrubber: Arc::new(Scrubber::new(secrets)),
            connector,
        };
        Ok(Client::new(shared, http, self.timeout))
    }
}

/// The headers of every call.
fn headers(user_agent: &str) -> Result<HeaderMap, ConfigError> {
    let bad = || ConfigError::new("the user agent is empty or has unusual characters");
    let user_agent = HeaderValue::from_str(user_agent.trim()).map_err(|_| bad())?;
    if user_agent.is_empty() {
        return Err(bad());
    }
    const JSON: HeaderValue = HeaderValue::from_static("application/json");
    Ok(HeaderMap::from_iter([
        (ACCEPT, JSON),
        (CONTENT_TYPE, JSON),
        (USER_AGENT, user_agent),
    ]))
}

/// The end of the parameters that holds the token: `"auth":"token"}`.
fn token_field(auth: &Auth) -> Result<Option<Secret>, ConfigError> {
    match auth {
        Auth::Webhook { .. } => Ok(None),
        Auth::Token(token) => {
            let token = serde_json::to_string(token)
                .map_err(|_| ConfigError::new("the access token cannot be written"))?;
            Ok(Some(format!("\"auth\":{token}}}").into()))
        }
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("user_agent", &self.user_agent)
            .field("proxy", &self.proxy)
            .field("root_certificates", &self.root_certificates.len())
            .field("base_url", &self.base_url)
            .finish()
    }
}
