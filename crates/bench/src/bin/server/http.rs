//! HTTP/1.1 on a connection that is kept: as much of it as clients of an API use.

use std::io::{self, ErrorKind};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::answers::Answers;

/// Headers that a request may have.
const HEADERS: usize = 64;

/// What is read at once, at least.
const CHUNK: usize = 16 * 1024;

/// What the head of a request says.
struct Head {
    /// How much of the bytes it takes up.
    length: usize,
    body: usize,
    path: String,
    /// Whether the client waits for a word before it sends the body.
    expects: bool,
}

/// Answers one request after the other.
pub(crate) async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answers: &Answers,
) -> io::Result<()> {
    let mut read = BytesMut::with_capacity(CHUNK);
    let mut answer = Vec::with_capacity(CHUNK);
    loop {
        let head = loop {
            if let Some(head) = head(&read)? {
                break head;
            }
            if fill(&mut stream, &mut read).await? == 0 {
                return Ok(());
            }
        };
        if head.expects {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        while read.len() < head.length + head.body {
            if fill(&mut stream, &mut read).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        read.advance(head.length);
        let body = read.split_to(head.body);
        answer.clear();
        answers.write(&head.path, &body, &mut answer);
        stream.write_all(&answer).await?;
        stream.flush().await?;
    }
}

async fn fill(stream: &mut (impl AsyncRead + Unpin), read: &mut BytesMut) -> io::Result<usize> {
    read.reserve(CHUNK);
    stream.read_buf(read).await
}

/// Reads the head of a request; `None`: it is not all there yet.
fn head(bytes: &[u8]) -> io::Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let wrong = |what: String| io::Error::new(ErrorKind::InvalidData, what);
    let parsed = request.parse(bytes);
    let httparse::Status::Complete(length) = parsed.map_err(|error| wrong(error.to_string()))?
    else {
        return Ok(None);
    };
    let mut head = Head {
        length,
        body: 0,
        path: request.path.unwrap_or_default().to_owned(),
        expects: false,
    };
    for header in request.headers.iter() {
        let value = || String::from_utf8_lossy(header.value);
        if header.name.eq_ignore_ascii_case("content-length") {
            let length = value().trim().parse();
            head.body = length.map_err(|_| wrong("a length that is none".to_owned()))?;
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            return Err(wrong("a body without a length".to_owned()));
        } else if header.name.eq_ignore_ascii_case("expect") {
            head.expects = true;
        }
    }
    Ok(Some(head))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn heads() {
        assert!(head(b"POST /a HTTP/1.1\r\ncontent-le").unwrap().is_none());
        let found = b"POST /a?b HTTP/1.1\r\nContent-Length: 7\r\n\r\n{}";
        let found = head(found).unwrap().unwrap();
        assert_eq!((found.path.as_str(), found.body), ("/a?b", 7));
        assert!(head(b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n").is_err());
    }
}
