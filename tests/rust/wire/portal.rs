//! A portal of raw bytes: it gives each request the next of its answers, and the last one to all
//! others.

use std::{
    collections::BTreeMap,
    future::pending,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinSet,
    time::sleep,
};

use crate::{
    secrets::Place,
    table::{Answer, Part, Portal as Deed},
};

/// How long a whole answer is on its way before the connection breaks.
const AFTERWARDS: Duration = Duration::from_millis(30);

/// What is done with a request.
#[derive(Clone)]
pub(crate) struct Reply {
    after: Duration,
    wire: Vec<u8>,
    /// Between bytes.
    drip: Option<Duration>,
    /// What follows; `None`: the next request.
    end: Option<Deed>,
    is_whole: bool,
}

impl Reply {
    pub(crate) fn new(answer: &Answer, place: Place) -> Self {
        let (head, body) = match &answer.raw {
            Some(raw) => (Vec::new(), place.fill(raw).into()),
            None => message(answer, place),
        };
        let sent = match (answer.part, answer.portal) {
            (Some(Part::Half), _) => head.len() + body.len() / 2,
            (None, Some(_)) => 0,
            (Some(Part::Whole), _) | (None, None) => head.len() + body.len(),
        };
        let mut wire = [head, body].concat();
        let is_whole = sent == wire.len();
        wire.truncate(sent);
        let hangs_up = !is_whole || answer.raw.is_some();
        Self {
            after: Duration::from_secs_f64(answer.after),
            wire,
            drip: answer.drip.map(Duration::from_secs_f64),
            end: answer.portal.or(hangs_up.then_some(Deed::Closes)),
            is_whole,
        }
    }

    /// Answers; tells whether the connection goes on.
    async fn give(&self, stream: &mut TcpStream) -> bool {
        sleep(self.after).await;
        let pieces: Vec<_> = match self.drip {
            Some(_) => self.wire.chunks(1).collect(),
            None => vec![&*self.wire],
        };
        for piece in pieces {
            if stream.write_all(piece).await.is_err() {
                return false;
            }
            if let Some(pause) = self.drip {
                sleep(pause).await;
            }
        }
        if self.is_whole && self.end.is_some() {
            sleep(AFTERWARDS).await;
        }
        match self.end {
            None => return true,
            Some(Deed::Closes) => {}
            Some(Deed::Resets) => stream.set_zero_linger().unwrap(),
            Some(Deed::IsSilent) => pending().await,
        }
        false
    }
}

/// The head and the body of an answer.
fn message(answer: &Answer, place: Place) -> (Vec<u8>, Vec<u8>) {
    if let Some((from, to)) = answer.numbers {
        let results: Vec<_> = (from..to).map(|n| format!("\"c{n}\":{n}")).collect();
        let results = results.join(",");
        let body = format!(r#"{{"result":{{"result":{{{results}}},"result_error":[]}}}}"#);
        let length = body.len();
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
        let head = format!("{head}content-length: {length}\r\n\r\n");
        return (head.into(), body.into());
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
    let mut head = format!("HTTP/1.1 {} Whatever\r\n", answer.status.unwrap_or(200));
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += "\r\n";
    (head.into(), body)
}

fn unhex(text: &str) -> Vec<u8> {
    text.split_whitespace()
        .map(|byte| u8::from_str_radix(byte, 16).expect("two digits"))
        .collect()
}

/// A request as it arrived.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) line: String,
    /// By their names in lower case, in alphabetical order.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

#[derive(Default)]
pub(crate) struct Log {
    /// But for those to the authorization server.
    pub(crate) connections: usize,
    pub(crate) requests: Vec<Seen>,
    /// Those to the authorization server.
    pub(crate) token_requests: Vec<Seen>,
}

/// Serves until it is dropped.
pub(crate) struct Portal {
    pub(crate) address: SocketAddr,
    listener: Option<TcpListener>,
    log: Arc<Mutex<Log>>,
    serving: JoinSet<()>,
}

impl Portal {
    pub(crate) async fn start() -> Self {
        let listener = listen().await;
        Self {
            address: listener.local_addr().unwrap(),
            listener: Some(listener),
            log: Arc::default(),
            serving: JoinSet::new(),
        }
    }

    pub(crate) fn serve(&mut self, replies: Vec<Reply>, token_replies: Vec<Reply>) {
        let listener = self.listener.take().expect("served once");
        self.serving
            .spawn(serve(listener, self.log.clone(), replies, token_replies));
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        lock(&self.log)
    }
}

fn lock(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(
    listener: TcpListener,
    log: Arc<Mutex<Log>>,
    replies: Vec<Reply>,
    token_replies: Vec<Reply>,
) {
    let replies = Arc::new([replies, token_replies]);
    let mut connections = JoinSet::new();
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        lock(&log).connections += 1;
        let (log, replies) = (log.clone(), replies.clone());
        connections.spawn(async move {
            let mut is_counted = true;
            while let Some(request) = read(&mut stream).await {
                let is_for_token = request.line.contains("/oauth/token/");
                let replies = &replies[usize::from(is_for_token)];
                let number = {
                    let log = &mut lock(&log);
                    if is_for_token && std::mem::take(&mut is_counted) {
                        log.connections -= 1;
                    }
                    let requests = match is_for_token {
                        true => &mut log.token_requests,
                        false => &mut log.requests,
                    };
                    requests.push(request);
                    requests.len().min(replies.len()) - 1
                };
                if !replies[number].give(&mut stream).await {
                    break;
                }
            }
        });
    }
}

async fn listen() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap()
}

/// An address where nobody listens, as long as it is held.
pub(crate) fn closed() -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    socket
}

/// Reads a request; `None` if none comes, or something else.
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
    let text = String::from_utf8(bytes[..head].to_vec()).ok()?;
    let mut lines = text.split("\r\n");
    let line = lines.next()?.to_owned();
    let mut headers: Vec<_> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    headers.sort();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.map_or(Some(0), |(_, length)| length.parse().ok())?;
    let mut body = bytes.split_off(head + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Seen {
        line,
        headers,
        body,
    })
}
