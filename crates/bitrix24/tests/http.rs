//! What goes over the wire, seen from the other end of the socket.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]
#![allow(deprecated, reason = "deprecated methods must work as well")]

use std::{collections::BTreeMap, future::Future, time::Duration};

use bitrix24::{
    Client, DecodeErrorKind, Error, Rest, Retries, Rule, Stopped, TransportErrorKind, Tries, When,
    batch::Batch,
    imbot::{ChatGet, ChatGetError},
    raw::Call,
};
use bitrix24_sandbox::{Answer, Fault, Sandbox};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const CODE: &str = "t0psecretc0de";
const TOKEN: &str = "t0p\"secret/t0ken";

struct Seen {
    line: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Seen {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

fn ok(body: &str) -> Vec<u8> {
    answer("200 OK", "", body)
}

fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}");
    format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// A portal that answers alike whatever the method and the credential.
fn portal(answer: Answer) -> Sandbox {
    let portal = Sandbox::start().unwrap();
    portal.answer("*", answer.to_anyone());
    portal
}

/// Answers every request on every connection alike, until the call is done. Returns what arrived.
async fn serve<T>(answer: &[u8], call: impl AsyncFnOnce(String) -> T) -> (T, Vec<Seen>) {
    let portal = portal(Answer::raw(answer));
    let result = call(portal.url().to_owned()).await;
    let requests = portal.requests();
    let requests = requests.iter().map(|request| Seen {
        line: format!("{} {}", request.verb(), request.target()),
        headers: request.headers().to_vec(),
        body: String::from_utf8(request.body().to_vec()).unwrap(),
    });
    (result, requests.collect())
}

fn webhook(url: &str) -> Client {
    Client::webhook(&format!("{url}/rest/7/{CODE}/")).unwrap()
}

async fn by_name(answer: &[u8]) -> Result<Value, Error> {
    let call = async |url: String| webhook(&url).call_by_name("profile", ()).await;
    let (result, requests) = serve(answer, call).await;
    assert_eq!(requests.len(), 1, "nothing may be repeated");
    if let Err(error) = &result {
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(!text.contains(CODE), "{text}");
        }
        assert_eq!(error.method(), "profile");
    }
    result.map(|answer| answer.result)
}

#[tokio::test]
async fn webhook_request() {
    let answer = ok(r#"{"result":{"ID":2725}}"#);
    let call = async |url: String| webhook(&url).call(ChatGet::new("CHAT", "13")).await;
    let (result, seen) = serve(&answer, call).await;
    assert_eq!(result.unwrap().result.unwrap().id, 2725);
    let [seen] = &seen[..] else { panic!() };
    assert_eq!(seen.line, format!("POST /rest/7/{CODE}/imbot.chat.get"));
    assert_eq!(
        seen.json(),
        json!({"ENTITY_TYPE": "CHAT", "ENTITY_ID": "13"})
    );
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(seen.header("accept"), Some("application/json"));
    let version = concat!("bitrix24-rust/", env!("CARGO_PKG_VERSION"));
    assert_eq!(seen.header("user-agent"), Some(version));
    let mut names: Vec<_> = seen.headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "accept",
            "content-length",
            "content-type",
            "host",
            "user-agent"
        ]
    );
}

#[tokio::test]
async fn token_request() {
    let answer = ok(r#"{"result":null}"#);
    let call = async |url: String| {
        let client = Client::builder()
            .user_agent("my-app/1.0")
            .token(&url, TOKEN)
            .unwrap();
        client.call(&ChatGet::new("CHAT", "13")).await.unwrap();
        client.call_by_name("profile", json!({})).await.unwrap();
        let call = Call::new("profile", Rest::Classic, b" { \n } \n".to_vec());
        client.send(call).await.unwrap();
        client
            .call_by_name_v3("tasks.task.get", json!({"id": 1}))
            .await
            .unwrap();
    };
    let ((), seen) = serve(&answer, call).await;
    let lines: Vec<_> = seen.iter().map(|seen| seen.line.as_str()).collect();
    assert_eq!(
        lines,
        [
            "POST /rest/imbot.chat.get",
            "POST /rest/profile",
            "POST /rest/profile",
            "POST /rest/api/tasks.task.get",
        ]
    );
    let typed = json!({"ENTITY_TYPE": "CHAT", "ENTITY_ID": "13", "auth": TOKEN});
    assert_eq!(seen[0].json(), typed);
    assert_eq!(seen[1].json(), json!({"auth": TOKEN}));
    assert_eq!(seen[2].json(), json!({"auth": TOKEN}));
    assert_eq!(seen[3].json(), json!({"id": 1, "auth": TOKEN}));
    assert_eq!(seen[0].header("user-agent"), Some("my-app/1.0"));
}

#[tokio::test]
async fn base_url_replaces_the_portal() {
    let call = async |url: String| {
        let builder = Client::builder().base_url(format!("{url}/prefix/"));
        let client = builder
            .webhook(&format!("https://portal.example/rest/7/{CODE}/"))
            .unwrap();
        client.call_by_name_v3("profile", ()).await.unwrap();
    };
    let ((), seen) = serve(&ok(r#"{"result":1}"#), call).await;
    assert_eq!(
        seen[0].line,
        format!("POST /prefix/rest/api/7/{CODE}/profile")
    );
}

#[tokio::test]
async fn connections_are_kept() {
    let portal = portal(Answer::result(1));
    let client = webhook(portal.url());
    for _ in 0..3 {
        client.call_by_name("profile", ()).await.unwrap();
    }
    assert_eq!(portal.connections(), 1);
}

#[tokio::test]
async fn calls_are_made_when_they_are_awaited() {
    let portal = portal(Answer::result(json!({"ID": 5})));
    let client = webhook(portal.url());
    // By way of namespaces that are gone when it is awaited.
    let by_name = client.imbot().chat().get(ChatGet::new("CHAT", "13"));
    let by_type = client.call(ChatGet::new("CHAT", "14"));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(portal.requests().is_empty());
    assert!(!format!("{by_name:?}").contains(CODE));
    let (one, other) = tokio::join!(by_name, by_type);
    for answer in [one.unwrap(), other.unwrap()] {
        assert_eq!(answer.result.map(|chat| chat.id), Some(5));
    }
    assert_eq!(portal.requests().len(), 2);
}

/// What is rare has no place in the future of each call: programs hold thousands of them.
#[test]
fn calls_take_little_room() {
    let client = webhook("http://127.0.0.1:1");
    let call = client.call(ChatGet::new("CHAT", "13"));
    let bytes = size_of_val(&call);
    assert!(bytes <= 2500, "{bytes} bytes");
}

#[tokio::test]
async fn api_errors_are_typed() {
    let cases = [
        ("400 Bad Request", "ACCESS_ERROR", ChatGetError::AccessError),
        ("200 OK", "AUTHORIZE_ERROR", ChatGetError::AuthorizeError),
        (
            "401 Unauthorized",
            "NEW",
            ChatGetError::Other("NEW".to_owned()),
        ),
    ];
    for (status, code, kind) in cases {
        let body = json!({"error": code, "error_description": format!("see {CODE}")}).to_string();
        let answer = answer(status, "", &body);
        let request = ChatGet::new("CHAT", "13");
        let call = async |url: String| {
            let client = webhook(&url);
            let by_scope = client.imbot().chat().get(request.clone()).await;
            (by_scope, client.call(&request).await)
        };
        let (by_scope, by_type) = serve(&answer, call).await.0;
        let error = by_type.unwrap_err();
        assert_eq!(by_scope.unwrap_err(), error);
        let api = error.api().unwrap();
        assert_eq!(
            (&api.kind, &*api.code, &*api.description),
            (&kind, code, "see ***")
        );
        assert_eq!(error.status(), status[..3].parse().ok());
        assert_eq!(error.into_untyped().code(), Some(code));
    }
}

#[tokio::test]
async fn answers_that_are_none() {
    let kind = |error: Error| match error {
        Error::Decode(error) => error.kind().clone(),
        other => panic!("{other:?}"),
    };
    let page = format!("<html>/rest/7/{CODE}/profile</html>");
    let error = by_name(&answer("502 Bad Gateway", "", &page))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains(
            "(HTTP 502); not repeated, since it may have run; it begins: <html>/rest/7/***"
        ),
        "{error}"
    );
    assert_eq!(kind(error), DecodeErrorKind::Html);

    let error = by_name(&answer("204 No Content", "", ""))
        .await
        .unwrap_err();
    assert_eq!(kind(error), DecodeErrorKind::Empty);

    let cut = b"HTTP/1.1 200 OK\r\n\r\n{\"result\":{\"I".to_vec();
    assert_eq!(
        kind(by_name(&cut).await.unwrap_err()),
        DecodeErrorKind::Truncated
    );

    // The same call it is not, so nobody follows.
    let to = format!("location: https://new.example/rest/7/{CODE}/\r\n");
    let error = by_name(&answer("302 Found", &to, "")).await.unwrap_err();
    let location = Some("https://new.example/rest/7/***/".to_owned());
    assert_eq!(kind(error), DecodeErrorKind::Redirect { location });
}

#[tokio::test]
async fn broken_connections() {
    let lost = |error: Error| match error {
        Error::Transport(error) => (error.kind(), error.status()),
        other => panic!("{other:?}"),
    };
    let short = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"result\":1}".to_vec();
    assert_eq!(
        lost(by_name(&short).await.unwrap_err()),
        (TransportErrorKind::Lost, Some(200))
    );
    let chunk = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n40\r\n{\"resu".to_vec();
    assert_eq!(
        lost(by_name(&chunk).await.unwrap_err()),
        (TransportErrorKind::Lost, Some(200))
    );
    assert_eq!(
        lost(by_name(b"").await.unwrap_err()),
        (TransportErrorKind::Lost, None)
    );
    assert_eq!(
        lost(by_name(b"HTTP/1.1 200 O").await.unwrap_err()),
        (TransportErrorKind::Lost, None)
    );
    let other = by_name(b"SSH-2.0-OpenSSH_9.7\r\n\r\n").await.unwrap_err();
    assert_eq!(lost(other), (TransportErrorKind::Other, None));

    // A kept connection that the server closes: the call may have run, so it is not repeated.
    let portal = portal(Answer::result(1).fault(Fault::cut(0)));
    portal.answer("*", Answer::result(1).times(1).to_anyone());
    let client = webhook(portal.url());
    client.call_by_name("profile", ()).await.unwrap();
    let error = client.call_by_name("profile", ()).await.unwrap_err();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!((portal.connections(), portal.requests().len()), (1, 2));
    assert_eq!(lost(error), (TransportErrorKind::Lost, None));
}

#[tokio::test]
async fn no_connection() {
    // Where nobody listens: no portal does that.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let Err(Error::Transport(error)) = webhook(&closed).call_by_name("profile", ()).await else {
        panic!()
    };
    assert_eq!(error.kind(), TransportErrorKind::Connect);
    assert_eq!(
        error.tries(),
        Tries {
            made: 4,
            stopped: Stopped::Spent
        }
    );
    assert!(!format!("{error} {error:?}").contains(CODE), "{error:?}");

    // A server that does not speak TLS.
    let portal = Sandbox::start().unwrap();
    let client = webhook(&portal.url().replace("http:", "https:")).with_retries(Retries::NONE);
    let result = client.call_by_name("profile", ()).await;
    let Err(Error::Transport(error)) = result else {
        panic!()
    };
    assert_eq!(error.kind(), TransportErrorKind::Connect, "{error}");
}

#[tokio::test]
async fn time_is_up() {
    // Also in the middle of an answer.
    let begun = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{";
    let portal = portal(Answer::raw(begun).fault(Fault::close().then_silence()));
    let client = webhook(portal.url()).with_timeout(Duration::from_millis(100));
    let result = client.call_by_name("profile", ()).await;
    let Err(Error::Transport(error)) = result else {
        panic!()
    };
    assert_eq!(error.kind(), TransportErrorKind::Timeout, "{error}");
}

#[tokio::test]
async fn a_dropped_call_closes_its_connection() {
    let portal = portal(Answer::result(1).fault(Fault::silence()));
    let client = webhook(portal.url());
    let call = tokio::spawn(async move { client.call_by_name("profile", ()).await });
    until(|| portal.requests().len() == 1).await;
    call.abort();
    until(|| portal.broken_connections() == 1).await;
}

/// Waits until it is so.
async fn until(is_so: impl Fn() -> bool) {
    for _ in 0..500 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never was");
}

#[tokio::test]
async fn nothing_is_sent() {
    const RULES: &[Rule] = &[Rule::RequiredIf {
        param: "ID",
        when: When::Webhook,
    }];
    let call = async |url: String| {
        let client = webhook(&url);
        let mut texts = Vec::new();
        let whole_address = format!("{url}/rest/7/{CODE}/profile");
        texts.push(client.call_by_name(&whole_address, ()).await.unwrap_err());
        for method in ["", "..", "a/b", "a?b", "profile\r\nx"] {
            texts.push(client.call_by_name(method, ()).await.unwrap_err());
        }
        texts.push(client.call_by_name("profile", [1]).await.unwrap_err());
        texts.push(client.call_by_name("profile", "{}").await.unwrap_err());
        for json in [&b"{\"a\":1,}"[..], b"{}{}", b"{a}", b"{\"a\":\"\xff\"}"] {
            let call = Call::new("profile", Rest::Classic, json.to_vec());
            texts.push(client.send(call).await.unwrap_err());
        }
        let number = [("PRICE", f64::INFINITY)];
        let number = BTreeMap::from(number);
        texts.push(client.call_by_name("profile", &number).await.unwrap_err());
        let mut batch = Batch::new();
        batch.add_by_name("profile", number);
        texts.push(client.send_batch(batch).await.unwrap_err().into());
        let mut call = Call::new("profile", Rest::Classic, b"{}".to_vec());
        call.rules = RULES;
        texts.push(client.send(call).await.unwrap_err());
        texts
    };
    let (errors, seen) = serve(b"", call).await;
    assert!(seen.is_empty());
    assert!(
        errors
            .iter()
            .all(|error| matches!(error, Error::Request(_))),
        "{errors:?}"
    );
    assert!(!format!("{errors:?}").contains(CODE));
    let last = errors.last().unwrap();
    assert_eq!(
        last.to_string(),
        "profile: not sent: ID is required with a webhook"
    );
}

#[tokio::test]
async fn own_connections() {
    let call = async |url: String| {
        let client = webhook(&url).with_own_connections().unwrap();
        client.call_by_name("profile", ()).await.unwrap();
    };
    let ((), seen) = serve(&ok(r#"{"result":1}"#), call).await;
    assert_eq!(seen.len(), 1);
}

#[tokio::test]
async fn a_proxy_is_used_if_it_is_given() {
    let call = async |url: String| {
        let proxy = url.replace("http://", "http://user:pr0xypass@");
        let builder = Client::builder().proxy(proxy);
        let client = builder
            .webhook(&format!("http://localhost:9/rest/7/{CODE}/"))
            .unwrap();
        client.call_by_name("profile", ()).await.unwrap();
    };
    let ((), seen) = serve(&ok(r#"{"result":1}"#), call).await;
    assert_eq!(
        seen[0].line,
        format!("POST http://localhost:9/rest/7/{CODE}/profile")
    );
    assert!(seen[0].header("proxy-authorization").is_some());
    for (written, text, shown) in [
        ("p%40ss%2Bw0rd", "p@ss+w0rd p%40ss%2Bw0rd", "*** ***"),
        ("a&b=c+d", "a&b=c+d a b", "*** a b"),
    ] {
        let client = Client::builder()
            .proxy(format!("http://user:{written}@localhost:9"))
            .webhook(&format!("http://localhost:9/rest/7/{CODE}/"))
            .unwrap();
        assert_eq!(client.scrub(text), shown);
    }
}

#[test]
fn settings_that_are_refused() {
    let address = format!("https://a.example/rest/7/{CODE}/");
    let builder = Client::builder;
    let errors = [
        builder().timeout(Duration::ZERO).webhook(&address),
        builder().connect_timeout(Duration::ZERO).webhook(&address),
        builder().user_agent(" ").webhook(&address),
        builder().user_agent("a\nb").webhook(&address),
        builder().proxy("pr0xy").webhook(&address),
        builder().proxy("ftp://u:pr0xy@a").webhook(&address),
        builder().root_certificate("pem").webhook(&address),
        builder()
            .connect_late()
            .root_certificate("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
            .webhook(&address),
        builder()
            .root_certificate("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
            .webhook(&address),
        builder().base_url("http://a.example").webhook(&address),
        builder()
            .base_url("https://u:p@a.example")
            .webhook(&address),
        Client::token(&address, "token"),
    ];
    for error in errors {
        let error = error.unwrap_err().to_string();
        for secret in [CODE, "pr0xy", "a.example"] {
            assert!(!error.contains(secret), "{error}");
        }
    }
}

#[test]
fn clients_print_no_secrets() {
    let webhook = Client::webhook(&format!("https://a.example/rest/7/{CODE}/")).unwrap();
    let token = Client::token("a.example", TOKEN).unwrap();
    let builder = Client::builder()
        .proxy("http://u:p@a.example")
        .base_url("https://b.example");
    for text in [
        format!("{webhook:?}"),
        format!("{token:?}"),
        format!("{builder:#?}"),
    ] {
        assert!(!text.contains("t0p") && !text.contains("u:p"), "{text}");
    }
    assert!(format!("{webhook:?}").contains("https://a.example"));
}

#[test]
fn calls_can_move_between_threads() {
    fn is_send(_: &(impl Future + Send)) {}
    let client = Client::token("a.example", TOKEN).unwrap();
    let request = ChatGet::new("CHAT", "13");
    is_send(&client.imbot().chat().get(request.clone()));
    is_send(&client.call(&request));
    is_send(&client.call(request));
    is_send(&client.call_by_name("profile", json!({})));
}

#[tokio::test]
async fn no_time_to_send_it() {
    let portal = portal(Answer::result(1));
    let client = webhook(portal.url()).with_timeout(Duration::ZERO);
    let result = client.call_by_name("profile", ()).await;
    let Err(Error::Transport(error)) = result else {
        panic!()
    };
    assert_eq!(error.kind(), TransportErrorKind::NotSent);
    let tries = Tries {
        made: 0,
        stopped: Stopped::NoTime,
    };
    assert_eq!(error.tries(), tries);
    assert_eq!(
        error.to_string(),
        "profile: not sent: the time of the call was up"
    );
    assert!(portal.requests().is_empty());
}

/// Addresses hold more than what the HTTP library takes.
#[tokio::test]
async fn no_way_to_send_it() {
    let portal = portal(Answer::result(1));
    let address = format!("{}/{}/rest/1/{CODE}/", portal.url(), "x".repeat(70_000));
    let client = Client::webhook(&address).unwrap().with_repeatable(true);
    let result = client.call_by_name("profile", ()).await;
    let Err(Error::Transport(error)) = result else {
        panic!()
    };
    assert_eq!(error.kind(), TransportErrorKind::NotSent, "{error}");
    let tries = Tries {
        made: 1,
        stopped: Stopped::Final,
    };
    assert_eq!(error.tries(), tries);
    assert!(!error.to_string().contains("xxx"), "{error}");
    assert!(portal.requests().is_empty());
}
