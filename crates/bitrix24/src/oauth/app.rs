//! The application that the tokens are for.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::Url;

use super::{Credential, TokenError, TokenErrorKind, is_secret, server};
use crate::{ConfigError, Secret, address, transport::Connector};

/// How long the authorization server may take unless set otherwise.
const TIMEOUT: Duration = Duration::from_secs(30);

/// An application as it is registered: its id and its secret, and how to reach the authorization
/// server.
///
/// Cheap to clone.
///
/// ```
/// use std::time::Duration;
/// use bitrix24::oauth::App;
///
/// let app = App::new("local.0123abcd.12345678", "client-secret")?
///     .timeout(Duration::from_secs(10))?
///     .trust("oauth.example.com")?;
/// assert_eq!(
///     app.authorize_url("portal.bitrix24.com", "state")?,
///     "https://portal.bitrix24.com/oauth/authorize/\
///      ?client_id=local.0123abcd.12345678&state=state"
/// );
/// # Ok::<(), bitrix24::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct App {
    settings: Arc<Settings>,
}

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) client_id: String,
    pub(super) client_secret: Secret,
    pub(super) timeout: Duration,
    proxy: Option<Secret>,
    root_certificates: Vec<Vec<u8>>,
    /// Host names as URLs hold them.
    pub(super) trusted: Vec<String>,
}

impl App {
    /// An application, with the usual settings.
    ///
    /// # Errors
    /// If one of both is empty or has unusual characters.
    pub fn new(
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
    ) -> Result<Self, ConfigError> {
        let (client_id, client_secret) = (client_id.into(), client_secret.into());
        for (what, value) in [
            ("client id", &Secret::from(client_id.as_str())),
            ("client secret", &client_secret),
        ] {
            if !is_secret(value) {
                return Err(ConfigError::new(format!(
                    "the {what} is empty, too long or has unusual characters"
                )));
            }
        }
        Ok(Self {
            settings: Arc::new(Settings {
                client_id,
                client_secret,
                timeout: TIMEOUT,
                proxy: None,
                root_certificates: Vec::new(),
                trusted: Vec::new(),
            }),
        })
    }

    /// How long a renewal may wait for the authorization server, tries included, and for each step
    /// of the store. 30 seconds unless set.
    ///
    /// # Errors
    /// If it is zero.
    pub fn timeout(self, timeout: Duration) -> Result<Self, ConfigError> {
        if timeout.is_zero() {
            return Err(ConfigError::new("the timeout is zero"));
        }
        Ok(self.with(|settings| settings.timeout = timeout))
    }

    /// The proxy to the authorization server: `http://[user:password@]host:port` or `https://…`.
    /// SOCKS proxies are not supported, and that of a client is not for this.
    ///
    /// Unless set, the environment decides (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`), and on macOS and
    /// Windows the settings of the system.
    ///
    /// # Errors
    /// If the address is not of that form.
    pub fn proxy(self, url: impl Into<Secret>) -> Result<Self, ConfigError> {
        let app = self.with(|settings| settings.proxy = Some(url.into()));
        app.settings.connector(false).proxy_secrets()?;
        Ok(app)
    }

    /// Trusts a certificate authority besides those of the system: one or more certificates in
    /// PEM. May be repeated.
    ///
    /// # Errors
    /// If there is no certificate in it.
    pub fn root_certificate(self, pem: impl Into<Vec<u8>>) -> Result<Self, ConfigError> {
        let app = self.with(|settings| settings.root_certificates.push(pem.into()));
        app.settings.connector(false).check()?;
        Ok(app)
    }

    /// Trusts an authorization server with the client secret, by its host name. May be repeated.
    ///
    /// Hosts of `bitrix.info` and `oauth.bitrix24.tech` are trusted anyway. So is this computer by
    /// [`exchange`](Self::exchange), and for the renewal of credentials whose portal is on it.
    ///
    /// # Errors
    /// If it is not a host name.
    pub fn trust(self, host: &str) -> Result<Self, ConfigError> {
        let bad =
            || ConfigError::new("the trusted host is not a host name such as oauth.example.com");
        let url = Url::parse(&format!("https://{host}/")).map_err(|_| bad())?;
        let name = url.host_str().ok_or_else(bad)?.to_owned();
        // Nothing but the host: no port, user, path or query.
        if url.as_str() != format!("https://{name}/") || host.contains(['/', '\\', '?', '#', '@']) {
            return Err(bad());
        }
        Ok(self.with(|settings| settings.trusted.push(name)))
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }

    /// The id of the application.
    pub fn client_id(&self) -> &str {
        &self.settings.client_id
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where to send a user who is to authorise the application: a page of the portal, which leads
    /// back to the application with a code.
    ///
    /// `state` comes back with the code. Use an unguessable one and compare it, so that nobody slips
    /// a code of their own to a user.
    ///
    /// # Errors
    /// If the portal's address cannot be one.
    pub fn authorize_url(&self, portal: &str, state: &str) -> Result<String, ConfigError> {
        let address = match portal.contains("://") {
            true => portal.to_owned(),
            false => format!("https://{portal}"),
        };
        address::portal_base(&address, "the portal's address")?;
        let mut url = server::endpoint(&address, "oauth/authorize/")
            .ok_or_else(|| ConfigError::new("the portal's address is not a URL"))?;
        url.query_pairs_mut()
            .append_pair("client_id", self.client_id())
            .append_pair("state", state);
        Ok(url.into())
    }

    /// Buys the first pair of tokens with the code that came back from
    /// [`authorize_url`](Self::authorize_url). It is good once, for 30 seconds.
    ///
    /// `server` is the authorization server: the `server_domain` that came with the code. If that
    /// came in a request, anybody may have written it: do not pass on an address of this computer.
    ///
    /// Needs a Tokio runtime. Nothing is repeated, unless there is no connection.
    ///
    /// ```no_run
    /// # async fn run(app: bitrix24::oauth::App) -> Result<(), Box<dyn std::error::Error>> {
    /// let credential = app.exchange("code", Some("oauth.bitrix.info")).await?;
    /// println!("may call {}", credential.portal);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`TokenErrorKind`]: [`Refused`](TokenErrorKind::Refused) with the code `invalid_grant` if
    /// the code is too old.
    pub async fn exchange(
        &self,
        code: impl Into<Secret>,
        server: Option<&str>,
    ) -> Result<Credential, TokenError> {
        let code = code.into();
        if !is_secret(&code) {
            return Err(TokenError::new(
                TokenErrorKind::BadCredential,
                "the code is empty, too long or has unusual characters",
            ));
        }
        server::ask(self.settings(), server, server::Grant::Code(&code)).await
    }
}

impl Settings {
    /// What it takes to reach the authorization server.
    pub(super) fn connector(&self, loopback: bool) -> Connector {
        Connector {
            connect_timeout: self.timeout.min(Duration::from_secs(10)),
            proxy: self.proxy.clone(),
            root_certificates: self.root_certificates.clone(),
            loopback,
        }
    }

    /// What must not show in any text, besides the tokens.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        let mut secrets = self.connector(false).proxy_secrets().unwrap_or_default();
        secrets.push(self.client_secret.clone());
        secrets
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = &*self.settings;
        f.debug_struct("App")
            .field("client_id", &settings.client_id)
            .field("client_secret", &settings.client_secret)
            .field("timeout", &settings.timeout)
            .field("proxy", &settings.proxy)
            .field("root_certificates", &settings.root_certificates.len())
            .field("trusted", &settings.trusted)
            .finish()
    }
}
