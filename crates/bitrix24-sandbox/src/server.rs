//! HTTP/1.1 on a loopback port.

use std::{
    error::Error,
    future::{pending, poll_fn},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};

use http_body_util::{BodyExt, Limited};
use hyper::{
    Request, Response, StatusCode,
    body::Incoming,
    header::{CONTENT_TYPE, HeaderValue, LOCATION},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};

use crate::{
    call,
    fault::Kind,
    reply::Reply,
    state::State,
    tls::Security,
    wire::{Cut, Pieces},
};

/// Enough for files in base64, not enough to fill the memory by accident.
const LONGEST_BODY: usize = 64 << 20;

/// One of the two addresses of a portal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Where the portal is unless it is told to move.
    Old,
    /// Where it moves to.
    New,
}

/// What a client talks over.
pub(crate) trait Line: AsyncRead + AsyncWrite + Unpin {
    /// Lets the connection end with a reset.
    fn will_reset(&self);
}

impl Line for TcpStream {
    fn will_reset(&self) {
        let _ = self.set_zero_linger();
    }
}

/// Takes connections until it is dropped.
pub(crate) async fn serve(
    listener: TcpListener,
    security: Option<Security>,
    state: Arc<State>,
    place: Place,
) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Answers are small: waiting to fill a packet only adds delay.
                let _ = stream.set_nodelay(true);
                let ends = (place, peer.ip());
                let (security, state) = (security.clone(), Arc::clone(&state));
                tokio::spawn(async move {
                    match security {
                        None => converse(stream, state, ends).await,
                        // A client that does not trust the portal leaves: its affair.
                        Some(security) => {
                            if let Ok(stream) = security.accept(stream).await {
                                converse(stream, state, ends).await;
                            }
                        }
                    }
                });
            }
            // Out of file descriptors, most likely: some will be free soon.
            Err(_) => sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Answers the requests of one connection.
async fn converse<S: Line>(stream: S, state: Arc<State>, ends: (Place, IpAddr)) {
    let service = service_fn(|request| Box::pin(answer(&state, ends, request)));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // A connection that breaks is the client's affair.
    let Err(error) = poll_fn(|cx| connection.poll_without_shutdown(cx)).await else {
        let _ = connection.into_parts().io.into_inner().shutdown().await;
        return;
    };
    if error.source().and_then(<dyn Error>::downcast_ref) == Some(&Cut::Reset) {
        // Without lingering, a socket is reset when it is dropped.
        connection.into_parts().io.into_inner().will_reset();
    }
}

async fn answer(
    state: &State,
    (place, source): (Place, IpAddr),
    request: Request<Incoming>,
) -> Result<Response<Pieces>, Cut> {
    let (head, body) = request.into_parts();
    let reply = match Limited::new(body, LONGEST_BODY).collect().await {
        Ok(body) => call::reply(
            state,
            &call::Request {
                place,
                source,
                verb: &head.method,
                path: head.uri.path(),
                query: head.uri.query(),
                headers: &head.headers,
                body: &body.to_bytes(),
            },
        ),
        Err(_) => Reply::page(413, "Content Too Large"),
    };
    let body = match reply.fault.map(|fault| fault.kind) {
        Some(Kind::Reset) => return Err(Cut::Reset),
        Some(Kind::Refuse) => return Err(Cut::Closed),
        Some(Kind::Silence) => pending().await,
        Some(Kind::Half) => Pieces::half(reply.body),
        Some(Kind::Drip(pause)) => Pieces::drip(reply.body, pause),
        Some(Kind::Delay(time)) => {
            sleep(time).await;
            Pieces::whole(reply.body)
        }
        Some(Kind::Html | Kind::Status { .. }) | None => Pieces::whole(reply.body),
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    if let Some(location) = reply.location.and_then(|url| url.try_into().ok()) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}
