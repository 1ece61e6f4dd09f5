//! A portal of raw bytes: it gives every request the same answer.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    future::pending,
    net::{Ipv4Addr, SocketAddr},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{
    secrets::Place,
    table::{Answer, Portal as Deed},
};

/// What is done with a request.
pub(crate) enum Reply {
    Send(Vec<u8>),
    SendAndClose(Vec<u8>),
    Do(Deed),
}

impl Reply {
    pub(crate) fn new(answer: &Answer, place: Place) -> Self {
        if let Some(deed) = answer.portal {
            return Self::Do(deed);
        }
        if let Some(raw) = &answer.raw {
            return Self::SendAndClose(place.fill(raw).into());
        }
        let mut body = unhex(answer.hex.as_deref().unwrap_or_default());
        match (&answer.hex, &answer.body) {
            (_, Some(text)) => body.extend(place.fill(text).bytes()),
            (None, None) => body.extend(br#"{"result": null}"#),
            (Some(_), None) => {}
        }
        let mut headers = BTreeMap::from([
            ("content-type".to_owned(), "application/json".to_owned()),
            ("content-length".to_owned(), body.len().to_string()),
        ]);
        for (name, value) in &answer.headers {
            headers.insert(name.clone(), place.fill(value));
        }
        let mut wire = format!("HTTP/1.1 {} Whatever\r\n", answer.status.unwrap_or(200));
        for (name, value) in headers {
            wire += &format!("{name}: {value}\r\n");
        }
        wire += "\r\n";
        Self::Send([wire.into(), body].concat())
    }
}

fn unhex(text: &str) -> Vec<u8> {
    text.split_whitespace()
        .map(|byte| u8::from_str_radix(byte, 16).expect("two digits"))
        .collect()
}

/// A request as it arrived.
pub(crate) struct Seen {
    pub(crate) line: String,
    /// By their names in lower case, in alphabetical order.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

#[derive(Default)]
pub(crate) struct Log {
    pub(crate) connections: usize,
    pub(crate) requests: Vec<Seen>,
}

pub(crate) struct Portal {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
    pub(crate) log: RefCell<Log>,
}

impl Portal {
    pub(crate) async fn start() -> Self {
        let listener = listen().await;
        Self {
            address: listener.local_addr().unwrap(),
            listener,
            log: RefCell::default(),
        }
    }

    /// Serves one connection after the other.
    pub(crate) async fn serve(&self, reply: &Reply) {
        loop {
            let (mut stream, _) = self.listener.accept().await.unwrap();
            self.log.borrow_mut().connections += 1;
            while let Some(request) = read(&mut stream).await {
                self.log.borrow_mut().requests.push(request);
                match reply {
                    Reply::Send(wire) => stream.write_all(wire).await.unwrap(),
                    Reply::SendAndClose(wire) => {
                        stream.write_all(wire).await.unwrap();
                        break;
                    }
                    Reply::Do(Deed::Closes) => break,
                    Reply::Do(Deed::Resets) => {
                        stream.set_zero_linger().unwrap();
                        break;
                    }
                    Reply::Do(Deed::IsSilent) => pending().await,
                }
            }
        }
    }
}

async fn listen() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap()
}

/// An address where nobody listens.
pub(crate) async fn closed() -> SocketAddr {
    listen().await.local_addr().unwrap()
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let head = loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let mut lines = text.split("\r\n");
    let line = lines.next().unwrap().to_owned();
    let mut headers: Vec<_> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    headers.sort();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.unwrap().1.parse().unwrap();
    let mut body = bytes.split_off(head + 4);
    while body.len() < length {
        assert_ne!(stream.read_buf(&mut body).await.unwrap(), 0);
    }
    Some(Seen {
        line,
        headers,
        body,
    })
}
