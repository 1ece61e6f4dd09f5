//! HTTP/1.1 on a loopback port.

use std::{error::Error, future::poll_fn, mem, net::IpAddr, sync::Arc, time::Duration};

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    Request, Response, StatusCode, Version,
    body::{Bytes, Incoming},
    header::{CONNECTION, CONTENT_TYPE, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};

use crate::{call, reply::Reply, state::State, tls::Security, traffic, wire::Script};

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
                let connection = state.traffic.next();
                let peer = Peer {
                    place,
                    address: peer.ip(),
                    connection,
                };
                let (security, served) = (security.clone(), Arc::clone(&state));
                let task = tokio::spawn(async move {
                    let state = Arc::clone(&served);
                    let _open = served.traffic.until_closed(connection);
                    match security {
                        None => converse(stream, state, peer).await,
                        // A client that does not trust the portal leaves: its affair.
                        Some(security) => {
                            if let Ok(stream) = security.accept(stream).await {
                                converse(stream, state, peer).await;
                            }
                        }
                    }
                });
                state.traffic.opened(connection, task.abort_handle());
            }
            // Out of file descriptors, most likely: some will be free soon.
            Err(_) => sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Where a request comes from.
#[derive(Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) place: Place,
    pub(crate) address: IpAddr,
    /// The number of its connection.
    pub(crate) connection: u64,
}

/// Answers the requests of one connection.
async fn converse<S: Line>(stream: S, state: Arc<State>, peer: Peer) {
    let mut io = TokioIo::new(stream);
    loop {
        let service = service_fn(|request| Box::pin(answer(&state, peer, request)));
        let mut connection = http1::Builder::new().serve_connection(io, service);
        // A connection that breaks is the client's affair.
        let Err(error) = poll_fn(|cx| connection.poll_without_shutdown(cx)).await else {
            let _ = connection.into_parts().io.into_inner().shutdown().await;
            return;
        };
        let Some(script) = error.source().and_then(<dyn Error>::downcast_ref::<Script>) else {
            return;
        };
        let parts = connection.into_parts();
        let mut stream = parts.io.into_inner();
        let under_way = state.traffic.under_way();
        let Ok(goes_on) = script.play(&mut stream).await else {
            return;
        };
        under_way.done();
        if !goes_on || !parts.read_buf.is_empty() {
            return;
        }
        io = TokioIo::new(stream);
    }
}

async fn answer(
    state: &State,
    peer: Peer,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Script> {
    let (head, body) = request.into_parts();
    let is_last = head.version == Version::HTTP_10
        || head
            .headers
            .get(CONNECTION)
            .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"close"));
    let mut reply = match Limited::new(body, LONGEST_BODY).collect().await {
        Ok(body) => {
            let request = call::Request {
                peer,
                verb: head.method,
                uri: head.uri,
                headers: head.headers,
                body: body.to_bytes(),
            };
            traffic::answering(|| call::reply(state, request))
        }
        Err(error) if error.is::<LengthLimitError>() => Reply::page(413, "Content Too Large"),
        Err(_) => Reply::page(400, "Bad Request"),
    };
    if let Some(late) = reply.fault.as_ref().map(|fault| fault.late)
        && !late.is_zero()
    {
        let under_way = state.traffic.under_way();
        sleep(late).await;
        under_way.done();
    }
    let mut headers = mem::take(&mut reply.headers);
    headers
        .entry(CONTENT_TYPE)
        .or_insert(HeaderValue::from_static(reply.content_type));
    if let Some(script) = Script::of(&reply, &headers, is_last) {
        return Err(script);
    }
    let mut response = Response::new(Full::new(reply.body.into()));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = headers;
    Ok(response)
}
