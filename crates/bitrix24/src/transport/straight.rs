//! Connections with nothing in between.

use std::{
    error, io,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Uri};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client, ResponseFuture, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::ClientConfig;
use tokio::time::timeout;
use tower_service::Service;

use super::{KEEP_ALIVE, failure::TIMED_OUT};
use crate::BoxFuture;

pub(super) type Straight = Client<Connect, Full<Bytes>>;

/// After how much silence, and how often, the other side is asked whether it is still there.
const PROBE: Duration = Duration::from_secs(15);

/// How many of these questions may stay without an answer.
const PROBES: u32 = 3;

/// How long the other side may take to confirm what it was sent.
#[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
const UNCONFIRMED: Duration = Duration::from_secs(30);

pub(super) fn client(tls: ClientConfig, connect_timeout: Duration) -> Straight {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    // Shared out among the addresses of a name.
    tcp.set_connect_timeout(Some(connect_timeout));
    tcp.set_keepalive(Some(PROBE));
    tcp.set_keepalive_interval(Some(PROBE));
    tcp.set_keepalive_retries(Some(PROBES));
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    tcp.set_tcp_user_timeout(Some(UNCONFIRMED));
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(KEEP_ALIVE)
        .build(Connect {
            below: HttpsConnector::from((tcp, tls)),
            within: connect_timeout,
        })
}

/// Sends a request. Not inlined, so that what is below is compiled once, and not again for each crate
/// whose futures hold this.
#[inline(never)]
pub(super) fn send(client: &Straight, request: Request<Bytes>) -> ResponseFuture {
    client.request(request.map(Full::new))
}

/// Connects, TLS included, within a time.
#[derive(Clone)]
pub(super) struct Connect {
    below: HttpsConnector<HttpConnector>,
    within: Duration,
}

impl Service<Uri> for Connect {
    type Response = <HttpsConnector<HttpConnector> as Service<Uri>>::Response;
    type Error = Box<dyn error::Error + Send + Sync>;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.below.poll_ready(context)
    }

    fn call(&mut self, server: Uri) -> Self::Future {
        let (connected, within) = (self.below.call(server), self.within);
        Box::pin(async move {
            let too_late = |_| io::Error::new(io::ErrorKind::TimedOut, TIMED_OUT);
            timeout(within, connected).await.map_err(too_late)?
        })
    }
}
