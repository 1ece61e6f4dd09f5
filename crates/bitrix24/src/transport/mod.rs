//! The HTTP below: one request, one whole answer, nothing repeated.
//!
//! Requests go straight to the portal by the client that reqwest is made upon, without the layers
//! that reqwest puts between, or by reqwest if there is a proxy on the way.

mod direct;
mod failure;
mod tls;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{HeaderMap, Request, Uri, body::Incoming};
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{Proxy, Url, redirect, retry};
use rustls::ClientConfig;

use self::direct::Direct;
pub(crate) use self::failure::{Failure, no_address, no_pool, no_time, timed_out};
use crate::{ConfigError, Secret};

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
    pub(crate) fn connect(&self) -> Result<Http, ConfigError> {
        let tls = tls::config(tls::certificates(&self.root_certificates)?)?;
        Ok(Http {
            direct: direct::client(tls.clone(), self.connect_timeout),
            proxied: self.proxied(tls)?,
        })
    }

    /// Whether a pool could be made, as far as that does not depend on the system.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        tls::certificates(&self.root_certificates)?;
        self.explicit_proxy().map(drop)
    }

    fn proxied(&self, tls: ClientConfig) -> Result<Option<Proxied>, ConfigError> {
        let proxy = self.explicit_proxy()?;
        if proxy.is_none() && self.loopback {
            return Ok(None);
        }
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .http1_only()
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(retry::never())
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(KEEP_ALIVE);
        let (client, of_system) = match proxy {
            Some(proxy) => (client.proxy(proxy), None),
            None => (client, Some(Matcher::from_system())),
        };
        let client = client.build().map_err(|error| {
            let detail = Failure::from(error).detail;
            ConfigError::new(format!("the HTTP client could not be made: {detail}"))
        })?;
        Ok(Some(Proxied { client, of_system }))
    }

    fn explicit_proxy(&self) -> Result<Option<Proxy>, ConfigError> {
        let proxy = self.proxy.as_ref().map(|proxy| Proxy::all(proxy.expose()));
        proxy
            .transpose()
            .map_err(|_| ConfigError::new("the proxy's address is not valid"))
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

/// Connections that are kept, and made when there is none.
pub(crate) struct Http {
    direct: Direct,
    /// `None`: there are no proxies.
    proxied: Option<Proxied>,
}

/// The way by a proxy.
struct Proxied {
    client: reqwest::Client,
    /// Which requests go by a proxy of the system; the client knows by which. `None`: all go by the
    /// proxy that was given.
    of_system: Option<Matcher>,
}

impl Http {
    /// Sends a request, and waits for the head of the answer.
    pub(crate) async fn send(&self, request: Request<Bytes>) -> Result<Answer, Failure> {
        match &self.proxied {
            Some(proxied) if proxied.is_for(request.uri()) => {
                // Rare, so it has no place in the future of each call.
                Box::pin(proxied.send(request)).await
            }
            _ => {
                let answer = direct::send(&self.direct, request).await?;
                let (head, body) = answer.into_parts();
                Ok(Answer {
                    status: head.status.as_u16(),
                    headers: head.headers,
                    body: Body::Direct(body),
                })
            }
        }
    }
}

impl Proxied {
    fn is_for(&self, uri: &Uri) -> bool {
        let of_system = self.of_system.as_ref();
        of_system.is_none_or(|of_system| of_system.intercept(uri).is_some())
    }

    async fn send(&self, request: Request<Bytes>) -> Result<Answer, Failure> {
        let mut answer = self.client.execute(request.try_into()?).await?;
        Ok(Answer {
            status: answer.status().as_u16(),
            headers: std::mem::take(answer.headers_mut()),
            body: Body::Proxied(Box::new(answer)),
        })
    }
}

/// An answer whose body is on the way.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    body: Body,
}

enum Body {
    Direct(Incoming),
    Proxied(Box<reqwest::Response>),
}

impl Answer {
    /// Waits for the next part of the body. `None`: that was all.
    pub(crate) async fn part(&mut self) -> Result<Option<Bytes>, Failure> {
        match &mut self.body {
            Body::Direct(body) => loop {
                match body
                    .frame()
                    .await
                    .transpose()?
                    .map(|frame| frame.into_data())
                {
                    Some(Ok(part)) => return Ok(Some(part)),
                    // Trailers.
                    Some(Err(_)) => {}
                    None => return Ok(None),
                }
            },
            Body::Proxied(answer) => Ok(Box::pin(answer.chunk()).await?),
        }
    }
}

/// A pool of connections, made when it is first used if not before: not every client sends something
/// itself, and to read the system's certificates takes longer than all else that one is made of.
#[derive(Clone, Default)]
pub(crate) struct Pool(Arc<OnceLock<Http>>);

impl Pool {
    pub(crate) fn get(&self, connector: &Connector) -> Result<&Http, ConfigError> {
        if let Some(http) = self.0.get() {
            return Ok(http);
        }
        let http = connector.connect()?;
        Ok(self.0.get_or_init(|| http))
    }
}

impl From<Http> for Pool {
    fn from(http: Http) -> Self {
        Self(Arc::new(http.into()))
    }
}
