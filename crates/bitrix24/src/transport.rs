//! The HTTP below: one request, one whole answer, nothing repeated.

use std::{
    error::Error as _,
    sync::{Arc, OnceLock},
    time::Duration,
};

use reqwest::{Certificate, Proxy, Url, redirect, retry};

use crate::{
    ConfigError, Secret, TransportError, error::TransportErrorKind, retry::Tries, scrub::Scrubber,
};

/// How long an unused connection is kept. Shorter than servers do, because a call on a connection
/// that the server is closing is lost.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// What it takes to make connections.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    pub(crate) connect_timeout: Duration,
    pub(crate) proxy: Option<Secret>,
    /// PEM.
    pub(crate) root_certificates: Vec<Vec<u8>>,
    /// The portal is on this computer: the proxies of the environment are not for it.
    pub(crate) loopback: bool,
}

impl Connector {
    /// Makes a pool of connections.
    pub(crate) fn connect(&self) -> Result<reqwest::Client, ConfigError> {
        let certificates = self.certificates()?;
        built(self.settings()?.tls_certs_merge(certificates))
    }

    /// Whether a pool could be made, as far as that does not depend on the system.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let settings = self.settings()?;
        match self.certificates()? {
            certificates if certificates.is_empty() => Ok(()),
            // What is in them is read when the client is made.
            certificates => built(settings.tls_certs_only(certificates)).map(drop),
        }
    }

    fn settings(&self) -> Result<reqwest::ClientBuilder, ConfigError> {
        let mut client = reqwest::Client::builder()
            .http1_only()
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(retry::never())
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(KEEP_ALIVE);
        if self.loopback {
            client = client.no_proxy();
        }
        if let Some(proxy) = &self.proxy {
            let proxy = Proxy::all(proxy.expose());
            client = client
                .proxy(proxy.map_err(|_| ConfigError::new("the proxy's address is not valid"))?);
        }
        Ok(client)
    }

    fn certificates(&self) -> Result<Vec<Certificate>, ConfigError> {
        let mut all = Vec::new();
        for pem in &self.root_certificates {
            let bad = || ConfigError::new("the root certificate is not a valid PEM bundle");
            let certificates = Certificate::from_pem_bundle(pem).map_err(|_| bad())?;
            if certificates.is_empty() {
                return Err(bad());
            }
            all.extend(certificates);
        }
        Ok(all)
    }

    /// Checks the proxy's address, and finds the password in it.
    pub(crate) fn proxy_secrets(&self) -> Result<Vec<Secret>, ConfigError> {
        let Some(proxy) = &self.proxy else {
            return Ok(Vec::new());
        };
        let url = Url::parse(proxy.expose())
            .map_err(|_| ConfigError::new("the proxy's address is not a URL"))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(ConfigError::new(
                "the proxy's address is not http:// or https://",
            ));
        }
        let Some(written) = url.password() else {
            return Ok(Vec::new());
        };
        // As it is written, and as it is: what means something in a query means itself here.
        let query = written.replace('+', "%2B").replace('&', "%26");
        let plain = form_urlencoded::parse(query.as_bytes())
            .map(|(plain, _)| plain.into_owned())
            .filter(|plain| plain != written);
        Ok(plain
            .chain([written.to_owned()])
            .map(Secret::from)
            .collect())
    }
}

fn built(client: reqwest::ClientBuilder) -> Result<reqwest::Client, ConfigError> {
    client.build().map_err(|error| {
        ConfigError::new(format!(
            "the HTTP client could not be made: {}",
            flatten(error)
        ))
    })
}

/// A pool of connections, made when it is first used if not before: not every client sends something
/// itself, and to read the system's certificates takes longer than all else that one is made of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pool(Arc<OnceLock<reqwest::Client>>);

impl Pool {
    pub(crate) fn get(&self, connector: &Connector) -> Result<&reqwest::Client, ConfigError> {
        if let Some(client) = self.0.get() {
            return Ok(client);
        }
        let client = connector.connect()?;
        Ok(self.0.get_or_init(|| client))
    }
}

impl From<reqwest::Client> for Pool {
    fn from(client: reqwest::Client) -> Self {
        Self(Arc::new(client.into()))
    }
}

/// A failure below as ours.
pub(crate) fn failure(
    error: reqwest::Error,
    method: &str,
    status: Option<u16>,
    scrubber: &Scrubber,
) -> TransportError {
    let kind = if error.is_builder() {
        TransportErrorKind::NotSent
    } else if error.is_connect() {
        TransportErrorKind::Connect
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if is_not_http(&error) {
        TransportErrorKind::Other
    } else {
        TransportErrorKind::Lost
    };
    let detail = scrubber.scrub_owned(flatten(error));
    made(kind, method, status, detail)
}

/// There is no way to make connections.
pub(crate) fn no_pool(error: &ConfigError, method: &str, scrubber: &Scrubber) -> TransportError {
    not_sent(&scrubber.scrub(method), &scrubber.scrub(&error.to_string()))
}

/// What cannot happen: an address made of two valid parts is not one.
pub(crate) fn no_address(method: &str) -> TransportError {
    not_sent(method, "the address cannot be made")
}

/// There was no time to send anything.
pub(crate) fn no_time(method: &str) -> TransportError {
    not_sent(method, "the time of the call was up")
}

/// The answer, or the rest of it, did not come in time.
pub(crate) fn timed_out(method: &str, status: Option<u16>) -> TransportError {
    let detail = "operation timed out".to_owned();
    made(TransportErrorKind::Timeout, method, status, detail)
}

fn not_sent(method: &str, detail: &str) -> TransportError {
    made(TransportErrorKind::NotSent, method, None, detail.to_owned())
}

fn made(
    kind: TransportErrorKind,
    method: &str,
    status: Option<u16>,
    detail: String,
) -> TransportError {
    TransportError {
        kind,
        method: method.to_owned(),
        status,
        detail,
        tries: Tries::default(),
    }
}

fn is_not_http(error: &reqwest::Error) -> bool {
    let mut next = error.source();
    while let Some(error) = next {
        if error.downcast_ref().is_some_and(hyper::Error::is_parse) {
            return true;
        }
        next = error.source();
    }
    false
}

/// A chain of errors as one text, without the address, which may be a secret.
fn flatten(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        let cause = error.to_string();
        // Some layers repeat the one below.
        if !text.ends_with(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
        next = error.source();
    }
    text
}
