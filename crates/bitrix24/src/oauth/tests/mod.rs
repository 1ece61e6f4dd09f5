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
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use bitrix24_sandbox::{Answer, Fault, Sandbox};

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
struct Server(Sandbox);

impl Server {
    fn new(acts: impl Into<Vec<Act>>) -> Self {
        Self::at(([127, 0, 0, 1], 0).into(), acts.into())
    }

    fn at(address: SocketAddr, acts: Vec<Act>) -> Self {
        let builder = Sandbox::builder().listen(address.ip());
        let sandbox = builder.port(address.port()).start().unwrap();
        let endpoint = format!("{}/rest/", sandbox.url());
        let served = AtomicUsize::new(0);
        sandbox.answer_with("oauth.token", move |_| {
            let number = served.fetch_add(1, Ordering::SeqCst);
            let act = acts.get(number).or(acts.last()).unwrap();
            act.answer(&pair(number + 1, &endpoint))
        });
        Self(sandbox)
    }

    fn endpoint(&self) -> String {
        format!("{}/rest/", self.0.url())
    }

    fn requests(&self) -> Vec<String> {
        let requests = self.0.requests();
        let line = |it: &bitrix24_sandbox::Recorded| format!("{} {}", it.verb(), it.target());
        requests.iter().map(line).collect()
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

impl Act {
    fn answer(&self, pair: &str) -> Answer {
        let json = |body: &str| Answer::text("application/json", body);
        match self {
            Self::Pair => json(pair),
            Self::Answer(status, body) => json(body).status(*status).header("Location", "/x"),
            Self::Slow(time, act) => match **act {
                Self::Die => act.answer(pair).fault(Fault::half().late(*time)),
                Self::Hang | Self::Slow(..) => panic!("not that slow"),
                _ => act.answer(pair).fault(Fault::delay(*time)),
            },
            Self::Die => json(pair).fault(Fault::half()),
            Self::Hang => json(pair).fault(Fault::silence()),
        }
    }
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
        .map(|oauth| {
            (
                oauth.begin(),
                run(oauth.token(oauth.begin(), None)).unwrap(),
            )
        })
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
    let token = oauth.token(epoch, None).await?;
    oauth.renew(token.generation, epoch).await
}

fn assert_clean(text: impl std::fmt::Debug + std::fmt::Display) {
    for text in [format!("{text}"), format!("{text:?}"), format!("{text:#?}")] {
        for secret in [SECRET, ACCESS, REFRESH, "new-", "s3cret", "c0de"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}
