//! The settings of a client.

use std::{fmt, sync::Arc, time::Duration};

use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};

use crate::{
    Client, ConfigError, Retries, Secret,
    address::{self, Auth, Base},
    client::Options,
    limit::{Intensity, Limiter, PortalLimits},
    live::{LimitChoice, Limits, Live, OnMoved, Renewed, Shared, Source},
    oauth::OAuth,
    rules::AuthKind,
    transport::{Connector, Pool},
};

/// How this crate calls itself to servers.
pub(crate) const OWN_NAME: &str = concat!("bitrix24-rust/", env!("CARGO_PKG_VERSION"));

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
    timeout: Option<Duration>,
    read_timeout: Duration,
    connect_timeout: Duration,
    retries: Retries,
    limits: LimitChoice,
    on_moved: Option<OnMoved>,
    user_agent: String,
    proxy: Option<Secret>,
    root_certificates: Vec<Vec<u8>>,
    connect_late: bool,
    base_url: Option<Secret>,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            timeout: None,
            // The server gives up after 60 seconds.
            read_timeout: Duration::from_secs(65),
            connect_timeout: Duration::from_secs(10),
            retries: Retries::default(),
            limits: LimitChoice::Process(None),
            on_moved: None,
            user_agent: OWN_NAME.to_owned(),
            proxy: None,
            root_certificates: Vec::new(),
            connect_late: false,
            base_url: None,
        }
    }
}

impl ClientBuilder {
    /// How long a call may take in all: to wait for its turn, to be sent as often as it takes, and
    /// to have its token renewed.
    ///
    /// Unless set, a call takes the time that it takes. Each try is bounded by
    /// [`read_timeout`](Self::read_timeout) and their number by [`retries`](Self::retries), but it
    /// may be long before it is its turn: 48 calls at once are all that the bucket of a portal
    /// surely takes, and each further one waits for half a second more. See [`Intensity`].
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long one try of a call may take, from its start to the last byte of the answer.
    ///
    /// 65 seconds unless set, since the server gives up after 60.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout;
        self
    }

    /// How long it may take to connect, TLS included: 10 seconds unless set, and never more than nine
    /// tenths of the [`read_timeout`](Self::read_timeout).
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How often a call is tried that did not run, or that is safe to run again. See [`Retries`].
    pub fn retries(mut self, retries: Retries) -> Self {
        self.retries = retries;
        self
    }

    /// How many requests the portal takes. It applies to all clients of the portal in this process,
    /// which share its budget. Processes know nothing of each other: where N of them call the portal,
    /// give each an N-th of both numbers, or a [`limiter`](Self::limiter) that they share.
    ///
    /// Unless set, that of every plan but Enterprise: see [`Intensity`].
    pub fn intensity(mut self, intensity: Intensity) -> Self {
        self.limits = LimitChoice::Process(Some(intensity));
        self
    }

    /// Sends requests as fast as they come, and does not count them for other clients either. The
    /// portal refuses those that are too many. Operating time is still minded.
    pub fn no_intensity(mut self) -> Self {
        self.limits = LimitChoice::Given(Arc::new(PortalLimits::new(None)));
        self
    }

    /// Asks another limiter for turns: one that several processes share, for example.
    pub fn limiter(mut self, limiter: impl Limiter) -> Self {
        self.limits = LimitChoice::Given(Arc::new(limiter));
        self
    }

    /// Calls this with the portal's new address when the portal has moved, so that it can be stored
    /// in place of the old one. The client itself goes on at the new address.
    ///
    /// It is called in the middle of a call: it should be quick, and must not wait for the client.
    pub fn on_moved(mut self, hook: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.on_moved = Some(Arc::new(hook));
        self
    }

    /// Who calls: a name and a version, such as `my-app/1.0`.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// The proxy for all calls: `http://[user:password@]host:port` or `https://…`. SOCKS proxies are
    /// not supported. Tokens are renewed by that of [`App::proxy`](crate::oauth::App::proxy) instead.
    ///
    /// Unless set, the environment decides (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`), and on macOS and
    /// Windows the settings of the system, except for portals on this computer, which are called
    /// directly, unless the client is made before its credential is loaded.
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Trusts a certificate authority besides those of the system: one or more certificates in
    /// PEM. May be repeated.
    ///
    /// The check of the server's certificate cannot be turned off. Tokens are renewed by those of
    /// [`App::root_certificate`](crate::oauth::App::root_certificate) instead.
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// Prepares connections when the first call is made instead of now, which spares a client that
    /// makes none the reading of the system's certificates: one that others are copied from by
    /// [`with_own_connections`](Client::with_own_connections).
    ///
    /// ```
    /// use bitrix24::Client;
    ///
    /// let template = Client::builder()
    ///     .connect_late()
    ///     .webhook("https://portal.bitrix24.com/rest/1/code/")?;
    /// let client = template.with_own_connections()?;
    /// # Ok::<(), bitrix24::ConfigError>(())
    /// ```
    pub fn connect_late(mut self) -> Self {
        self.connect_late = true;
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
        self.fixed(address::webhook(url)?)
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
        self.fixed(address::token(portal, access_token.into())?)
    }

    /// Makes a client that is authorised by an application's access token, which is renewed when it
    /// ends. The portal is that of the credential.
    ///
    /// ```
    /// use bitrix24::{Client, oauth::{App, Credential, OAuth}};
    ///
    /// let app = App::new("local.0123abcd.12345678", "client-secret")?;
    /// let credential = Credential::new("portal.bitrix24.com", "access-token")
    ///     .refresh_token("refresh-token");
    /// let client = Client::builder().oauth(&OAuth::new(app, credential)?)?;
    /// # Ok::<(), bitrix24::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// If a setting is not valid. What is wrong with the credential shows when it is used.
    pub fn oauth(self, oauth: &OAuth) -> Result<Client, ConfigError> {
        let base = self.base()?;
        let portal = match (&base, oauth.portal()) {
            (Some(base), _) => Some(base.clone()),
            (None, Some(portal)) => Some(address::portal(&portal)?),
            (None, None) => None,
        };
        let oauth = oauth.clone();
        let limits = self.limits.clone();
        let loopback = portal.is_some_and(|portal| portal.loopback);
        self.build(AuthKind::Token, loopback, |secrets| {
            Ok(Source::OAuth(Box::new(Renewed {
                oauth,
                base,
                limits,
                secrets,
            })))
        })
    }

    fn fixed(self, (base, auth): (Base, Auth)) -> Result<Client, ConfigError> {
        let base = self.base()?.unwrap_or(base);
        let limits = self.limits.clone();
        self.build(auth.kind(), base.loopback, |mut secrets| {
            secrets.push(auth.secret().clone());
            let limits = Limits::new(&limits, base.address(), auth.secret().expose());
            let live = Live::new(base, &auth, secrets, limits)?;
            Ok(Source::Fixed(Arc::new(live)))
        })
    }

    fn base(&self) -> Result<Option<Base>, ConfigError> {
        let url = self.base_url.as_ref();
        url.map(|url| address::portal_base(url.expose(), "the base URL"))
            .transpose()
    }

    fn build(
        self,
        auth: AuthKind,
        loopback: bool,
        source: impl FnOnce(Vec<Secret>) -> Result<Source, ConfigError>,
    ) -> Result<Client, ConfigError> {
        for (timeout, what) in [
            (self.timeout, "timeout"),
            (Some(self.read_timeout), "read timeout"),
            (Some(self.connect_timeout), "connect timeout"),
        ] {
            if timeout.is_some_and(|timeout| timeout.is_zero()) {
                return Err(ConfigError::new(format!("the {what} is zero")));
            }
        }
        if let LimitChoice::Process(Some(intensity)) = self.limits
            && !intensity.is_valid()
        {
            return Err(ConfigError::new(
                "the intensity is not one: the depth must be 1 at least, the rate more than 0",
            ));
        }
        let connector = Connector {
            // Else it would not be known whether a call whose time is up was sent.
            connect_timeout: self.connect_timeout.min(self.read_timeout / 10 * 9),
            proxy: self.proxy,
            root_certificates: self.root_certificates,
            loopback,
        };
        let source = source(connector.proxy_secrets()?)?;
        let pool = match self.connect_late {
            true => connector.check().map(|()| Pool::default())?,
            false => connector.connect()?.into(),
        };
        let headers = headers(&self.user_agent)?;
        let shared = Shared::new(headers, auth, connector, self.on_moved, source);
        let options = Options {
            timeout: self.timeout,
            read_timeout: self.read_timeout,
            retries: self.retries,
            repeatable: None,
        };
        Ok(Client::new(shared, pool, options))
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

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("timeout", &self.timeout)
            .field("read_timeout", &self.read_timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("retries", &self.retries)
            .field("limits", &self.limits)
            .field("user_agent", &self.user_agent)
            .field("proxy", &self.proxy)
            .field("root_certificates", &self.root_certificates.len())
            .field("connect_late", &self.connect_late)
            .field("base_url", &self.base_url)
            .finish()
    }
}
