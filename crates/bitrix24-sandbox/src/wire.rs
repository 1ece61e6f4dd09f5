//! Answers byte by byte, for those that HTTP does not let go wrong.

use std::{error, fmt, time::Duration};

use hyper::{
    HeaderMap, StatusCode,
    body::Bytes,
    header::{CONTENT_LENGTH, TRANSFER_ENCODING},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::sleep,
};

use crate::{
    fault::{End, Kind, Part},
    reply::Reply,
    server::Line,
};

/// Long enough for what was said before to get out.
const MOMENT: Duration = Duration::from_millis(20);

/// What is written in place of an answer that HTTP would write.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    bytes: Bytes,
    /// Between bytes.
    pause: Option<Duration>,
    /// `None`: the next request.
    then: Option<End>,
}

/// It leaves the service as an error, as nothing else makes the server let go of a connection.
impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cut by order")
    }
}

impl error::Error for Script {}

impl Script {
    /// What an answer asks for, if it must not be left to HTTP.
    pub(crate) fn of(reply: &Reply, headers: &HeaderMap, is_last: bool) -> Option<Self> {
        let end = is_last.then_some(End::Close);
        let fault = reply.fault.as_deref().map(|fault| &fault.kind);
        let (sent, pause, then) = match fault {
            Some(Kind::Break { sent, then }) => (*sent, None, Some(*then)),
            Some(Kind::Refuse) => (Part::Bytes(0), None, Some(End::Close)),
            Some(Kind::Drip(pause)) => (Part::Whole, Some(*pause), end),
            // HTTP minds a length that is wrong.
            _ if reply.raw.is_some() || is_framed(headers) => (Part::Whole, None, end),
            _ => return None,
        };
        let (mut bytes, then) = match &reply.raw {
            Some(raw) => (raw.clone(), then.or(Some(End::Close))),
            None => (message(reply, headers), then),
        };
        bytes.truncate(match sent {
            Part::Bytes(count) => count,
            Part::Half if reply.raw.is_some() => bytes.len() / 2,
            Part::Half => bytes.len() - reply.body.len().div_ceil(2),
            Part::Whole => bytes.len(),
        });
        Some(Self { bytes, pause, then })
    }

    /// Does it; tells whether the connection goes on.
    pub(crate) async fn play<S: Line>(&self, stream: &mut S) -> std::io::Result<bool> {
        match self.pause {
            None => {
                stream.write_all(&self.bytes).await?;
                stream.flush().await?;
            }
            Some(pause) => {
                for byte in self.bytes.iter() {
                    stream.write_all(&[*byte]).await?;
                    stream.flush().await?;
                    sleep(pause).await;
                }
            }
        }
        let Some(end) = self.then else {
            return Ok(true);
        };
        match end {
            // At once, so that nobody takes it for one that goes on.
            End::Close => {}
            End::Reset => {
                if !self.bytes.is_empty() {
                    sleep(MOMENT).await;
                }
                stream.will_reset();
            }
            End::Silence => {
                // Until the client has had enough.
                let mut rest = [0; 1024];
                while stream.read(&mut rest).await? > 0 {}
                return Err(std::io::ErrorKind::ConnectionAborted.into());
            }
        }
        Ok(false)
    }
}

/// Whether the answer itself tells where it ends.
fn is_framed(headers: &HeaderMap) -> bool {
    headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING)
}

/// An answer in HTTP.
fn message(reply: &Reply, headers: &HeaderMap) -> Bytes {
    let reason = StatusCode::from_u16(reply.status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default();
    // No status is recorded for what never gets out whole.
    let status = if reply.status == 0 { 200 } else { reply.status };
    let mut message = format!("HTTP/1.1 {status} {reason}\r\n").into_bytes();
    for (name, value) in headers {
        message.extend_from_slice(name.as_str().as_bytes());
        message.extend_from_slice(b": ");
        message.extend_from_slice(value.as_bytes());
        message.extend_from_slice(b"\r\n");
    }
    if !is_framed(headers) {
        let length = format!("content-length: {}\r\n", reply.body.len());
        message.extend_from_slice(length.as_bytes());
    }
    message.extend_from_slice(b"\r\n");
    message.extend_from_slice(&reply.body);
    message.into()
}
