//! What goes wrong on the way, over a bare socket.
#![allow(clippy::unwrap_used)]

mod wire;

use std::{
    io::{ErrorKind, Read},
    time::{Duration, Instant},
};

use bitrix24_sandbox::{Answer, Fault, Sandbox};
use serde_json::json;
use wire::{Connection, hook};

const ECHO: &str = "sandbox.echo";

/// What comes back until the connection ends, and how it ends.
fn rest(connection: &mut Connection) -> (String, Result<(), ErrorKind>) {
    let mut all = Vec::new();
    let end = connection.0.read_to_end(&mut all);
    let text = String::from_utf8(all).unwrap();
    (text, end.map(|_| ()).map_err(|error| error.kind()))
}

fn asked(portal: &Sandbox) -> Connection {
    let mut connection = Connection::to(portal);
    connection.write("GET", &hook(portal, ECHO), "", "");
    connection
}

#[test]
fn connections_that_end() {
    let portal = Sandbox::start().unwrap();
    portal.fault(ECHO, Fault::reset());
    let (text, end) = rest(&mut asked(&portal));
    assert_eq!((text.as_str(), end), ("", Err(ErrorKind::ConnectionReset)));

    portal.fault("*", Fault::refuse());
    assert_eq!(rest(&mut asked(&portal)), (String::new(), Ok(())));

    portal.fault(ECHO, Fault::half());
    let (text, end) = rest(&mut asked(&portal));
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let length = format!("content-length: {}", body.len() * 2);
    let longer = format!("content-length: {}", body.len() * 2 + 1);
    assert!(
        head.starts_with("HTTP/1.1 200") && body.starts_with("{\"result\""),
        "{text}"
    );
    assert!(head.contains(&length) || head.contains(&longer), "{text}");
    assert_eq!(end, Ok(()));

    let mut connection = Connection::to(&portal);
    assert_eq!(connection.get(&hook(&portal, ECHO)).status, 200);
    let log = portal.requests();
    let facts: Vec<_> = log
        .iter()
        .map(|call| (call.fault(), call.status(), call.ran()))
        .collect();
    assert_eq!(
        facts,
        [
            (Some("reset"), 0, true),
            (Some("refuse"), 0, false),
            (Some("half"), 200, true),
            (None, 200, true),
        ]
    );
}

#[test]
fn parts_of_answers() {
    let portal = Sandbox::start().unwrap();
    let answer = |fault: Fault| {
        let answer = Answer::text("text/plain", "0123456789").fault(fault);
        portal.answer(ECHO, answer.times(1));
        rest(&mut asked(&portal))
    };
    assert_eq!(answer(Fault::cut(0)), (String::new(), Ok(())));
    assert_eq!(answer(Fault::cut(12)), ("HTTP/1.1 200".to_owned(), Ok(())));
    let (text, end) = answer(Fault::cut(12).then_reset());
    assert_eq!(
        (text.as_str(), end),
        ("HTTP/1.1 200", Err(ErrorKind::ConnectionReset))
    );
    let (text, end) = answer(Fault::half().then_reset().late(Duration::from_millis(10)));
    assert!(text.ends_with("\r\n\r\n01234"), "{text}");
    assert_eq!(end, Err(ErrorKind::ConnectionReset));
    let (text, end) = answer(Fault::close());
    assert!(text.ends_with("\r\n\r\n0123456789"), "{text}");
    assert_eq!(end, Ok(()));
    let calls = portal.calls(ECHO);
    let faults: Vec<_> = calls
        .iter()
        .map(|call| (call.fault(), call.status()))
        .collect();
    let cut = (Some("cut"), 200);
    let expected = [
        (Some("cut"), 0),
        cut,
        cut,
        (Some("half"), 200),
        (Some("close"), 200),
    ];
    assert_eq!(faults, expected);
}

#[test]
fn answers_that_take_their_time() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let echo = hook(&portal, ECHO);
    portal.fault(ECHO, Fault::delay(Duration::from_millis(200)));
    let start = Instant::now();
    assert_eq!(connection.get(&echo).status, 200);
    assert!(start.elapsed() >= Duration::from_millis(200));
    portal.answer("short", Answer::body(json!({})));
    portal.fault("short", Fault::drip(Duration::from_millis(2)));
    let start = Instant::now();
    assert_eq!(connection.get(&hook(&portal, "short")).json(), json!({}));
    assert!(start.elapsed() >= Duration::from_millis(100));
    portal.fault(ECHO, Fault::silence());
    connection.write("GET", &echo, "", "");
    let timeout = Some(Duration::from_millis(200));
    connection.0.get_mut().set_read_timeout(timeout).unwrap();
    let error = connection.0.read(&mut [0]).unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut
    ));
    assert!(
        portal
            .requests()
            .iter()
            .all(bitrix24_sandbox::Recorded::ran)
    );
    let start = Instant::now();
    drop(portal);
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[test]
fn other_answers_by_order() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let mut order = |params| connection.post("/_sandbox/fault", &params);
    order(json!({"method": ECHO, "kind": "html"}));
    order(
        json!({"method": ECHO, "kind": "status", "status": 503, "body": {"error": "X"}, "times": 2, "after": 1, "ran": false}),
    );
    order(json!({"method": "oauth.token", "kind": "status", "body": "down"}));
    order(json!({"method": ECHO, "kind": "nonsense"})).is_error(400, "SANDBOX");
    order(json!({"method": ECHO, "kind": "status", "status": 99})).is_error(400, "SANDBOX");
    order(json!({"method": ECHO, "kind": "drip", "seconds": -1})).is_error(400, "SANDBOX");
    let mut statuses = [0; 4];
    for status in &mut statuses {
        *status = connection.get(&hook(&portal, ECHO)).status;
    }
    assert_eq!(statuses, [502, 503, 503, 200]);
    let reply = connection.get("/oauth/token/");
    assert_eq!((reply.status, reply.body.as_str()), (500, "down"));
    assert_eq!(reply.content_type, "text/html; charset=utf-8");
    let log = connection.get("/_sandbox/requests").json();
    let ran: Vec<_> = log["result"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| &call["ran"])
        .collect();
    assert_eq!(ran, [true, false, false, true, false]);
    assert_eq!(log["result"][0]["fault"], "html");
}
