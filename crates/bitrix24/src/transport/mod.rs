//! The HTTP below: one request, one whole answer, nothing repeated.
//!
//! Requests go straight to the portal by the client that reqwest is made upon, without the layers
//! that reqwest puts between, or by reqwest if there is a proxy on the way.

mod failure;
mod straight;
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

pub(crate) use self::failure::{Failure, no_address, no_pool, no_time, timed_out};
use self::straight::Straight;
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
        let way = match &self.proxy {
            Some(_) => Way::ByProxy(self.by_proxy()?),
            None => Way::Straight {
                client: self.straight()?,
                around: match self.loopback {
                    true => None,
                    false => Some(Box::new(Around {
                        of_system: Matcher::from_system(),
                        connector: self.clone(),
                        client: OnceLock::new(),
                    })),
                },
            },
        };
        Ok(Http(way))
    }

    /// Whether a pool could be made, as far as that does not depend on the system.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        tls::certificates(&self.root_certificates)?;
        self.given_proxy().map(drop)
    }

    fn straight(&self) -> Result<Straight, ConfigError> {
        let tls = tls::config(tls::certificates(&self.root_certificates)?)?;
        Ok(straight::client(tls, self.connect_timeout))
    }

    /// By the given proxy, or by those of the system.
    fn by_proxy(&self) -> Result<reqwest::Client, ConfigError> {
        let roots = tls::certificates(&self.root_certificates)?;
        let roots = roots
            .iter()
            .map(|root| reqwest::Certificate::from_der(root));
        let roots: Vec<_> = roots.collect::<Result<_, _>>().map_err(not_made)?;
        let mut client = reqwest::Client::builder()
            .tls_certs_merge(roots)
            .http1_only()
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(retry::never())
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(KEEP_ALIVE)
            // What other crates of the program may have turned on.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .no_hickory_dns();
        if let Some(proxy) = self.given_proxy()? {
            client = client.proxy(proxy);
        }
        client.build().map_err(not_made)
    }

    fn given_proxy(&self) -> Result<Option<Proxy>, ConfigError> {
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
        // Whether what keeps to it will understand it: it would go straight to the portal otherwise.
        let understood = Matcher::builder().all(proxy.expose()).build();
        if understood
            .intercept(&Uri::from_static("https://portal"))
            .is_none()
        {
            return Err(ConfigError::new(
                "the proxy's address has unusual characters",
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

fn not_made(error: reqwest::Error) -> ConfigError {
    let detail = Failure::from(error).detail;
    ConfigError::new(format!("the HTTP client could not be made: {detail}"))
}

/// Connections that are kept, and made when there is none.
pub(crate) struct Http(Way);

enum Way {
    /// All by the proxy that was given.
    ByProxy(reqwest::Client),
    Straight {
        client: Straight,
        /// `None`: the proxies of the system are not for it.
        around: Option<Box<Around>>,
    },
}

/// The way by the proxies that the system names.
struct Around {
    of_system: Matcher,
    connector: Connector,
    /// Made when it is first used: few systems name a proxy.
    client: OnceLock<reqwest::Client>,
}

impl Http {
    /// Sends a request, and waits for the head of the answer.
    pub(crate) async fn send(&self, request: Request<Bytes>) -> Result<Answer, Failure> {
        let client = match &self.0 {
            Way::ByProxy(client) => client,
            Way::Straight { client, around } => {
                let around = around.as_ref();
                match around.filter(|around| around.is_for(request.uri())) {
                    Some(around) => around.client().map_err(Failure::not_sent)?,
                    None => {
                        let (head, body) = straight::send(client, request).await?.into_parts();
                        return Ok(Answer {
                            status: head.status.as_u16(),
                            headers: head.headers,
                            body: Body::Straight(body),
                        });
                    }
                }
            }
        };
        // Rare, so it has no place in the future of each call.
        Box::pin(by_proxy(client, request)).await
    }
}

impl Around {
    fn is_for(&self, uri: &Uri) -> bool {
        self.of_system.intercept(uri).is_some()
    }

    fn client(&self) -> Result<&reqwest::Client, ConfigError> {
        made_once(&self.client, || self.connector.by_proxy())
    }
}

/// What is in there, made now if it was not before.
fn made_once<T>(
    place: &OnceLock<T>,
    make: impl FnOnce() -> Result<T, ConfigError>,
) -> Result<&T, ConfigError> {
    if let Some(made) = place.get() {
        return Ok(made);
    }
    let made = make()?;
    Ok(place.get_or_init(|| made))
}

async fn by_proxy(client: &reqwest::Client, request: Request<Bytes>) -> Result<Answer, Failure> {
    let mut answer = client.execute(request.try_into()?).await?;
    Ok(Answer {
        status: answer.status().as_u16(),
        headers: std::mem::take(answer.headers_mut()),
        body: Body::ByProxy(Box::new(answer)),
    })
}

/// An answer whose body is on the way.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    body: Body,
}

enum Body {
    Straight(Incoming),
    ByProxy(Box<reqwest::Response>),
}

impl Answer {
    /// Waits for the next part of the body. `None`: that was all.
    pub(crate) async fn part(&mut self) -> Result<Option<Bytes>, Failure> {
        match &mut self.body {
            Body::Straight(body) => loop {
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
            Body::ByProxy(answer) => Ok(Box::pin(answer.chunk()).await?),
        }
    }
}

/// A pool of connections, made when it is first used if not before: not every client sends something
/// itself, and to read the system's certificates takes longer than all else that one is made of.
#[derive(Clone, Default)]
pub(crate) struct Pool(Arc<OnceLock<Http>>);

impl Pool {
    pub(crate) fn get(&self, connector: &Connector) -> Result<&Http, ConfigError> {
        made_once(&self.0, || connector.connect())
    }
}

impl From<Http> for Pool {
    fn from(http: Http) -> Self {
        Self(Arc::new(http.into()))
    }
}
