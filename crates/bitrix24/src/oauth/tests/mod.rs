#![allow(clippy::unwrap_used, clippy::panic)]

mod ahead;
mod files;
mod forms;
mod renewal;
mod server;
mod shared;
mod stores;

use std::{
    future::Future,
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use super::*;
use crate::BoxFuture;

const SECRET: &str = "cl1ent/s3cret";
const ACCESS: &str = "acc3ss-t0ken";
const REFRESH: &str = "r3fresh-t0ken";

/// What a server does with a request.
#[derive(Clone)]
enum Act {
    /// The next pair of tokens.
    Pair,
    Answer(u16, String),
    /// The same after a while.
    Slow(Duration, Box<Act>),
    /// Half of an answer.
    Die,
    /// None at all.
    Hang,
}

/// An authorization server that does what it is told, the last thing again and again.
struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new(acts: impl Into<Vec<Act>>) -> Self {
        Self::at(TcpListener::bind("127.0.0.1:0").unwrap(), acts.into())
    }

    fn at(listener: TcpListener, acts: Vec<Act>) -> Self {
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let served = Arc::new(AtomicUsize::new(0));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (seen, served, acts) = (seen.clone(), served.clone(), acts.clone());
                thread::spawn(move || serve(stream.unwrap(), &seen, &served, &acts));
            }
        });
        Self { address, requests }
    }

    fn endpoint(&self) -> String {
        format!("http://{}/rest/", self.address)
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// A credential that is renewed here.
    fn credential(&self) -> Credential {
        Credential::new("portal.example", ACCESS)
            .refresh_token(REFRESH)
            .auth_server(self.endpoint())
    }

    /// Its clients' tokens are over when the portal says so.
    fn oauth(&self) -> OAuth {
        OAuth::new(app(), self.credential()).unwrap()
    }
}

fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<String>>,
    served: &AtomicUsize,
    acts: &[Act],
) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let line = String::from_utf8(head).unwrap();
    seen.lock()
        .unwrap()
        .push(line.lines().next().unwrap().to_owned());
    let number = served.fetch_add(1, Ordering::SeqCst);
    let mut act = acts.get(number).or(acts.last())?.clone();
    while let Act::Slow(time, then) = act {
        thread::sleep(time);
        act = *then;
    }
    let pair = pair(
        number + 1,
        &format!("http://{}/rest/", stream.local_addr().unwrap()),
    );
    let (status, body, sent) = match act {
        Act::Pair => (200, pair, usize::MAX),
        Act::Die => (200, pair, 20),
        Act::Answer(status, body) => (status, body, usize::MAX),
        Act::Hang | Act::Slow(..) => {
            thread::sleep(Duration::from_secs(5));
            return None;
        }
    };
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nLocation: /x\r\n\r\n");
    stream.write_all(head.as_bytes()).ok()?;
    stream
        .write_all(&body.as_bytes()[..sent.min(length)])
        .ok()?;
    stream.shutdown(Shutdown::Both).ok()
}

fn pair(number: usize, endpoint: &str) -> String {
    serde_json::json!({
        "access_token": format!("new-acc3ss-{number}"),
        "refresh_token": format!("new-r3fresh-{number}"),
        "client_endpoint": "https://portal.example/rest/",
        "server_endpoint": endpoint,
        "domain": "oauth.bitrix.info",
        "expires_in": "3600",
        "scope": "crm,im",
        "member_id": "m",
        "status": "F",
        "user_id": "67",
    })
    .to_string()
}

fn refusal(code: &str) -> Act {
    let body = serde_json::json!({"error": code, "error_description": format!("no, {REFRESH}!")});
    Act::Answer(400, body.to_string())
}

fn slow(act: Act) -> Act {
    Act::Slow(Duration::from_millis(300), Box::new(act))
}

fn app() -> App {
    App::new("local.1", SECRET)
        .unwrap()
        .timeout(Duration::from_secs(3))
        .unwrap()
        .trust("127.0.0.1")
        .unwrap()
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// A token that is about to end, in a process that has run for a while.
fn about_to_end(app: App, credential: Credential) -> OAuth {
    let oauth = OAuth::new(app, credential.expires_at(now() + 30)).unwrap();
    has_run_for_a_while(&oauth);
    oauth
}

fn has_run_for_a_while(oauth: &OAuth) {
    oauth.shared.state().lock().not_ahead_before = None;
}

/// The tokens of several processes are over at the same time.
fn all_at_once(several: Vec<OAuth>) -> Vec<String> {
    let tokens: Vec<_> = several
        .iter()
        .map(|oauth| (oauth.begin(), run(oauth.token(oauth.begin())).unwrap()))
        .collect();
    let threads = several
        .into_iter()
        .zip(tokens)
        .map(|(oauth, (epoch, token))| {
            thread::spawn(move || run(oauth.renew(token.generation, epoch)).unwrap())
        });
    let threads: Vec<_> = threads.collect();
    threads
        .into_iter()
        .map(|thread| thread.join().unwrap().secret.expose().to_owned())
        .collect()
}

/// Waits for work that nobody waits for.
fn at_rest(oauth: &OAuth) {
    while oauth.shared.state().lock().running.is_some() {
        thread::sleep(Duration::from_millis(1));
    }
}

/// What a call does whose token the portal declared to be over.
async fn rejected(oauth: &OAuth) -> Result<Token, TokenError> {
    let epoch = oauth.begin();
    let token = oauth.token(epoch).await?;
    oauth.renew(token.generation, epoch).await
}

fn assert_clean(text: impl std::fmt::Debug + std::fmt::Display) {
    for text in [format!("{text}"), format!("{text:?}"), format!("{text:#?}")] {
        for secret in [SECRET, ACCESS, REFRESH, "new-", "s3cret", "c0de"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}
