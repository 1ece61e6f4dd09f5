//! Answers that a test gives, and what it learns of the calls.
#![allow(clippy::unwrap_used, clippy::panic)]

mod wire;

use std::{
    io::Read,
    thread,
    time::{Duration, SystemTime},
};

use bitrix24_sandbox::{Answer, Credential, Failure, Fault, Sandbox};
use serde_json::{Value, json};
use wire::{Connection, hook};

const ANY: &str = "any.method";

#[test]
fn one_after_the_other() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    portal.answer("*", Answer::body(json!({"all": 1})));
    portal.answer(ANY, json!("at last"));
    portal.answer(ANY, Answer::result(json!([1])).times(2));
    portal.answer(
        ANY,
        Answer::text("text/csv", "a;b")
            .status(503)
            .header("X-Why", "tired")
            .times(1),
    );
    portal.answer(ANY, Answer::error(Failure::code("expired_token")).times(1));
    let mut ask = |method: &str| connection.get(&hook(&portal, method));
    assert_eq!(ask("Any.Method").json()["result"], json!([1]));
    let second = ask(ANY).json();
    assert_eq!(second["result"], json!([1]));
    assert_eq!(second["time"].as_object().unwrap().len(), 8);
    let third = ask(ANY);
    let third = (
        third.status,
        third.content_type.as_str(),
        third.body.as_str(),
    );
    assert_eq!(third, (503, "text/csv", "a;b"));
    ask(ANY).is_error(401, "expired_token");
    assert_eq!(ask(ANY).json()["result"], "at last");
    assert_eq!(ask("no.such").json(), json!({"all": 1}));
    // Those of all methods leave the authorization server alone.
    assert_eq!(connection.get("/oauth/token/").status, 400);
}

#[test]
fn by_function() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let kept = std::sync::Mutex::new(Vec::new());
    portal.answer_with(ANY, move |call| {
        kept.lock().unwrap().push(call.clone());
        assert!(!call.parameters().contains_key("panic"), "as asked");
        Answer::result(json!([call.method(), call.parameters()["a"]]))
    });
    let post = |connection: &mut Connection, params: Value| {
        connection.post(&hook(&portal, "any.Method"), &params)
    };
    let reply = post(&mut connection, json!({"a": 5}));
    assert_eq!(reply.json()["result"], json!(["any.Method", 5]));
    let reply = post(&mut connection, json!({"panic": 1}));
    reply.is_error(500, "INTERNAL_SERVER_ERROR");
    let text = reply.json()["error_description"].to_string();
    assert!(text.contains("answers any.Method panicked"), "{text}");
    let reply = post(&mut connection, json!({"a": 6}));
    assert_eq!(reply.json()["result"][1], 6);
    let command = format!("{}?cmd[]=any.method%3Fa=7", hook(&portal, "batch"));
    let reply = connection.get(&command);
    assert_eq!(
        reply.json()["result"]["result"],
        json!([["any.method", "7"]])
    );
    connection
        .get("/rest/any.method")
        .is_error(401, "NO_AUTH_FOUND");
    portal.answer_anyone_with(ANY, |_| Answer::body(json!(1)));
    assert_eq!(connection.get("/rest/any.method").json(), json!(1));
}

#[test]
fn anything_on_the_wire() {
    let portal = Sandbox::start().unwrap();
    let whole = |answer: Answer| {
        portal.answer(ANY, answer.times(1));
        let mut connection = Connection::to(&portal);
        connection.write("GET", "/rest/any.method", "", "");
        let mut bytes = Vec::new();
        connection.0.read_to_end(&mut bytes).unwrap();
        bytes
    };
    assert_eq!(whole(Answer::raw([0, 255]).to_anyone()), [0, 255]);
    let answer = Answer::text("text/plain", "short").header("Content-Length", "9");
    let bytes = whole(answer.fault(Fault::close()).to_anyone());
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains("content-length: 9\r\n"), "{text}");
    assert_eq!(text.matches("ontent-").count(), 2, "{text}");
    let answer = Answer::body(json!({"result": 1})).header("Connection", "close");
    let text = String::from_utf8(whole(answer.to_anyone())).unwrap();
    assert!(text.contains("connection: close\r\n"), "{text}");
    let answer = Answer::text("text/plain", "0123456789").fault(Fault::half());
    let text = String::from_utf8(whole(answer.to_anyone())).unwrap();
    assert!(text.ends_with("\r\n\r\n01234"), "{text}");
    // It is not there for those that are not let in.
    portal.answer(ANY, json!(1));
    let mut connection = Connection::to(&portal);
    connection
        .get("/rest/any.method")
        .is_error(401, "NO_AUTH_FOUND");
}

#[test]
fn by_order() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    for order in [
        json!({"result": null, "times": 1}),
        json!({"answer": {"result": 2, "total": 0}, "times": "1"}),
        json!({"text": "three", "content_type": "text/x", "status": 404, "headers": {"X-N": 3}, "times": 1}),
        json!({"hex": "66 6f 75 72", "times": 1}),
        json!({"error": "ACCESS_DENIED", "times": 1}),
        json!({"raw": "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n6", "times": 0}),
    ] {
        let mut order = order;
        order["method"] = ANY.into();
        let reply = connection.post("/_sandbox/answer", &order);
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    let mut ask = || connection.get(&hook(&portal, ANY));
    assert_eq!(ask().json()["result"], Value::Null);
    assert_eq!(ask().json(), json!({"result": 2, "total": 0}));
    let third = ask();
    assert_eq!((third.status, third.body.as_str()), (404, "three"));
    assert_eq!(ask().body, "four");
    ask().is_error(403, "ACCESS_DENIED");
    assert_eq!(ask().body, "6");
    let mut connection = Connection::to(&portal);
    for wrong in [
        json!({"method": ANY}),
        json!({"result": 1}),
        json!({"method": ANY, "result": 1, "text": "x"}),
        json!({"method": ANY, "hex": "0"}),
        json!({"method": ANY, "result": 1, "status": 99}),
        json!({"method": ANY, "result": 1, "fault": {"kind": "none"}}),
        json!({"method": ANY, "result": 1, "fault": {"kind": "slips"}}),
        json!({"method": ANY, "result": 1, "unknown": 1}),
    ] {
        connection
            .post("/_sandbox/answer", &wrong)
            .is_error(400, "SANDBOX");
    }
}

#[test]
fn what_came() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let token = portal.access_token();
    let target = format!("/rest/sandbox.echo?auth={token}&b=2");
    connection.post(&target, &json!({"a": 1}));
    Connection::to(&portal).get(&hook(&portal, "Sandbox.Echo"));
    let calls = portal.calls("sandbox.echo");
    assert_eq!(calls.len(), 2);
    let call = &calls[0];
    assert_eq!(call.credential(), Credential::Token);
    assert_eq!(call.query(), Some(format!("auth={token}&b=2").as_str()));
    assert_eq!(call.body(), br#"{"a":1}"#);
    assert_eq!(
        Value::from(call.parameters().clone()),
        json!({"b": "2", "a": 1})
    );
    assert_eq!((call.connection(), calls[1].connection()), (1, 2));
    assert!(SystemTime::now().duration_since(call.time()).unwrap() < Duration::from_secs(60));
    for shown in [
        format!("{call} {call:?}"),
        call.masked_parameters().to_string(),
    ] {
        assert!(!shown.contains(token), "{shown}");
    }
    assert_eq!(portal.last_call("sandbox.echo").unwrap().connection(), 2);
    assert!(portal.last_call("else").is_none());
    assert_eq!(portal.connections(), 2);
    let counts = connection.get("/_sandbox/counts").json();
    assert_eq!(counts["result"]["connections"], 2);
    let log = connection
        .get("/_sandbox/requests?method=sandbox.echo&raw=1")
        .json();
    assert_eq!(log["result"][0]["body"], r#"{"a":1}"#);
    assert_eq!(log["result"][1]["connection"], 2);
}

#[test]
fn waiting_for_calls() {
    let portal = Sandbox::start().unwrap();
    let (address, target) = (portal.url().to_owned(), hook(&portal, "sandbox.echo"));
    let client = thread::spawn(move || {
        thread::sleep(Duration::from_millis(50));
        let mut connection = Connection::to_url(&address);
        connection.get(&target);
        connection.get(&target);
    });
    let long = Duration::from_secs(10);
    let calls = portal.wait_for_calls("sandbox.echo", 2, long).unwrap();
    assert_eq!(calls.len(), 2);
    client.join().unwrap();
    let short = Duration::from_millis(20);
    let error = portal.wait_for_calls("sandbox.echo", 3, short).unwrap_err();
    assert!(error.to_string().starts_with("2 of 3 calls"), "{error}");
    // What is forgotten meanwhile is not who waits.
    thread::scope(|scope| {
        let begun = std::time::Instant::now();
        let waiting = scope.spawn(|| portal.wait_for_calls("sandbox.echo", 1, long));
        thread::sleep(Duration::from_millis(50));
        portal.clear();
        thread::sleep(Duration::from_millis(50));
        Connection::to(&portal).get(&hook(&portal, "sandbox.echo"));
        waiting.join().unwrap().unwrap();
        assert!(begun.elapsed() < long / 2);
    });
}

#[test]
fn observers_that_panic() {
    let portal = Sandbox::builder()
        .on_request(|call| assert_ne!(call.method(), "sandbox.echo"))
        .start()
        .unwrap();
    let reply = Connection::to(&portal).get(&hook(&portal, "sandbox.echo"));
    assert_eq!(reply.status, 200);
    assert_eq!(portal.requests().len(), 1);
}

#[test]
fn a_function_that_keeps_the_portal() {
    let portal = std::sync::Arc::new(Sandbox::start().unwrap());
    let kept = portal.clone();
    portal.answer_with(ANY, move |_| Answer::result(kept.requests().len()));
    let (address, any) = (portal.url().to_owned(), hook(&portal, ANY));
    let clear = hook(&portal, "sandbox.clear");
    drop(portal);
    let mut connection = Connection::to_url(&address);
    assert_eq!(connection.get(&any).json()["result"], 0);
    // The last owner goes with the order, on the portal's own thread.
    assert_eq!(connection.get(&clear).status, 200);
}

#[test]
fn secrets_that_nobody_described() {
    let portal = Sandbox::start().unwrap();
    let body = json!({"CLIENT_ID": "my-secret", "BOT_ID": 1});
    for method in ["im.notify.system.add", "imbot.bot.list", "no.such"] {
        Connection::to(&portal).post(&hook(&portal, method), &body);
        let call = portal.last_call(method).unwrap();
        for shown in [call.to_string(), format!("{call:?}")] {
            assert!(!shown.contains("my-secret"), "{shown}");
        }
    }
}

#[test]
fn connections_that_end() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let target = hook(&portal, "sandbox.echo");
    connection.get(&target);
    portal.hang_up();
    assert_eq!(connection.0.read(&mut [0]).unwrap(), 0);
    assert_eq!(portal.broken_connections(), 0);

    // The order is answered first.
    let mut connection = Connection::to(&portal);
    assert_eq!(connection.get("/_sandbox/hang_up").status, 200);
    assert_eq!(connection.0.read(&mut [0]).unwrap(), 0);

    let long = Duration::from_secs(30);
    for fault in [Fault::delay(long), Fault::silence(), Fault::drip(long)] {
        portal.fault("sandbox.echo", fault);
        let mut connection = Connection::to(&portal);
        let calls = portal.calls("sandbox.echo").len() + 1;
        connection.write("GET", &target, "", "");
        portal.wait_for_calls("sandbox.echo", calls, long).unwrap();
    }
    for _ in 0..500 {
        if portal.broken_connections() >= 2 {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("{} broken", portal.broken_connections());
}
