//! Limits of requests and of execution time, over a bare socket.
#![allow(clippy::unwrap_used)]

mod wire;

use std::{io::BufReader, time::Duration};

use bitrix24_sandbox::{Credential, Operating, Plan, Sandbox, TimeFields, TimeShape};
use serde_json::{Value, json};
use wire::{Connection, hook};

#[test]
fn a_full_bucket() {
    let portal = Sandbox::builder().intensity(3, 0.0).start().unwrap();
    let mut connection = Connection::to(&portal);
    let echo = hook(&portal, "sandbox.echo");
    connection.get(&echo);
    // One request, whatever is in it.
    connection.post(
        &hook(&portal, "batch"),
        &json!({"cmd": vec!["sandbox.echo"; 9]}),
    );
    connection
        .post("/rest/sandbox.echo", &json!({"auth": "wrong"}))
        .is_error(401, "NO_AUTH_FOUND");
    connection.get(&echo).is_error(503, "QUERY_LIMIT_EXCEEDED");
    let v3 = echo.replace("/rest/", "/rest/api/");
    assert_eq!(
        connection.get(&v3).json()["error"]["code"],
        "QUERY_LIMIT_EXCEEDED"
    );
    // Orders need no room.
    let counts = connection.get(&hook(&portal, "sandbox.counts")).json();
    assert_eq!(counts["result"]["refused"], 2);
    assert_eq!(portal.refused(), 2);
    let last = portal.requests().pop().unwrap();
    assert_eq!(
        (last.credential(), last.status(), last.ran()),
        (Credential::Webhook, 503, false)
    );

    let order = connection.send(
        "GET",
        "/_sandbox/limits?depth=1&per_second=1000&continuous=1",
        "",
        "",
    );
    assert_eq!(order.status, 200);
    for _ in 0..3 {
        assert_eq!(connection.get(&echo).status, 200);
        std::thread::sleep(Duration::from_millis(3));
    }
    connection
        .post("/_sandbox/limits", &json!({"depth": 1}))
        .is_error(400, "SANDBOX");
    connection
        .post("/_sandbox/limits", &json!({"depth": 1, "per_second": -1}))
        .is_error(400, "SANDBOX");
    portal.clear();
    assert_eq!(portal.refused(), 0);
    let served = (0..5)
        .filter(|_| connection.get(&echo).status == 200)
        .count();
    assert_eq!(served, 3);
    connection.post("/_sandbox/limits", &json!({}));
    let served = (0..5)
        .filter(|_| connection.get(&echo).status == 200)
        .count();
    assert_eq!(served, 5);
}

/// A connection from another address of this machine.
fn from(portal: &Sandbox, source: [u8; 4]) -> Connection {
    let address = portal.url().strip_prefix("http://").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .unwrap();
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((source, 0).into()).unwrap();
        let stream = socket.connect(address.parse().unwrap()).await.unwrap();
        stream.into_std().unwrap()
    });
    stream.set_nonblocking(false).unwrap();
    Connection(BufReader::new(stream))
}

#[test]
fn plans_and_sources() {
    let portal = Sandbox::builder().plan(Plan::Standard).start().unwrap();
    portal.stop_clock();
    let (mut one, mut two) = (from(&portal, [127, 0, 0, 1]), from(&portal, [127, 0, 0, 2]));
    let echo = hook(&portal, "sandbox.echo");
    let served = |connection: &mut Connection| {
        (0..60)
            .filter(|_| connection.get(&echo).status == 200)
            .count()
    };
    assert_eq!((served(&mut one), served(&mut two)), (50, 50));
    portal.advance(Duration::from_secs(3));
    assert_eq!(served(&mut one), 6);
    portal.plan(Plan::SelfHosted);
    assert_eq!(served(&mut one), 60);
    portal.operating("sandbox.echo", &Operating::default().used(421.0));
    one.get(&echo).is_error(429, "OPERATION_TIME_LIMIT");

    let order = json!({"plan": "enterprise", "bot_status": 429});
    assert_eq!(one.post("/_sandbox/limits", &order).status, 200);
    assert_eq!(served(&mut one), 60);
    for _ in 0..190 {
        one.get(&echo);
    }
    one.get(&echo).is_error(503, "QUERY_LIMIT_EXCEEDED");
    one.get(&hook(&portal, "imbot.v2.Bot.list"))
        .is_error(429, "QUERY_LIMIT_EXCEEDED");
    for wrong in [
        json!({"plan": "free"}),
        json!({"plan": "standard", "depth": 1, "per_second": 1}),
        json!({"plan": "standard", "bot_status": 1}),
    ] {
        one.post("/_sandbox/limits", &wrong)
            .is_error(400, "SANDBOX");
    }
    portal.clear();
    assert_eq!(served(&mut one), 50);
}

#[test]
fn execution_time() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    portal.stop_clock();
    portal.operating("Sandbox.Echo", &Operating::default().per_call(300.0));
    let echo = hook(&portal, "sandbox.echo");
    assert_eq!(connection.get(&echo).json()["time"]["operating"], 300.0);
    let result = connection
        .post(
            &hook(&portal, "batch"),
            &json!({"cmd": {"a": "sandbox.echo", "b": "sandbox.echo"}}),
        )
        .json();
    assert_eq!(result["result"]["result_time"]["a"]["operating"], 600.0);
    assert_eq!(
        result["result"]["result_error"]["b"]["error"],
        "OPERATION_TIME_LIMIT"
    );
    assert_eq!(result["time"]["operating"], 0.0);
    connection.get(&echo).is_error(429, "OPERATION_TIME_LIMIT");

    // The application has a budget of its own, and other methods have theirs.
    let call = format!("/rest/sandbox.echo?auth={}", portal.access_token());
    assert_eq!(connection.get(&call).json()["time"]["operating"], 300.0);
    let methods = hook(&portal, "server.time");
    assert_eq!(connection.get(&methods).json()["time"]["operating"], 0.0);
    portal.advance(Duration::from_secs(600));
    let time = &connection.get(&echo).json()["time"];
    assert_eq!(time["operating"], 300.0);
    let (start, reset) = (&time["start"], &time["operating_reset_at"]);
    assert_eq!(
        reset.as_u64().unwrap(),
        start.as_f64().unwrap() as u64 + 600
    );

    let order = json!({"method": "sandbox.echo", "operating": 481, "reset_in": 5, "limit": 480});
    connection.post("/_sandbox/operating", &order);
    connection.get(&echo).is_error(429, "OPERATION_TIME_LIMIT");
    portal.advance(Duration::from_secs(6));
    assert_eq!(connection.get(&echo).json()["time"]["operating"], 0.0);
    let order = json!({"method": "sandbox.echo", "reset_in": -1});
    connection
        .post("/_sandbox/operating", &order)
        .is_error(400, "SANDBOX");

    // Calls count by what they take.
    portal.run_clock();
    portal.clear();
    let operating = |time: &Value| time["time"]["operating"].as_f64().unwrap();
    let one = operating(&connection.get(&echo).json());
    let two = operating(&connection.get(&echo).json());
    assert!(0.0 < one && one < two && two < 1.0, "{one} {two}");
}

#[test]
fn the_shape_of_no_limit() {
    let portal = Sandbox::builder().intensity(1, 0.0).start().unwrap();
    let mut connection = Connection::to(&portal);
    for shape in [json!({"bot_status": 429}), json!({"continuous": true})] {
        let reply = connection.post("/_sandbox/limits", &shape);
        reply.is_error(400, "SANDBOX");
    }
    let echo = hook(&portal, "sandbox.echo");
    connection.get(&echo);
    assert_eq!(connection.get(&echo).status, 503);
}

#[test]
fn shapes_of_time() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let mut fields = |order: Value| {
        assert_eq!(connection.post("/_sandbox/time", &order).status, 200);
        let body = connection.get(&hook(&portal, "sandbox.echo")).json();
        body.get("time")
            .map_or(0, |time| time.as_object().unwrap().len())
    };
    assert_eq!(fields(json!({"fields": "none"})), 0);
    assert_eq!(
        fields(json!({"fields": "no_operating", "integers": "Y"})),
        6
    );
    assert_eq!(fields(json!({"fields": "no_reset"})), 7);
    assert_eq!(fields(json!({"fields": "no_processing"})), 7);
    portal.time_shape(TimeShape::new(TimeFields::None));
    let cmd = json!({"cmd": ["sandbox.echo"]});
    let batch = connection.post(&hook(&portal, "batch"), &cmd).json();
    assert_eq!(
        (batch.get("time"), &batch["result"]["result_time"]),
        (None, &json!([]))
    );
    portal.time_shape(TimeShape::default().integers());
    let time = &connection.get(&hook(&portal, "sandbox.echo")).json()["time"];
    assert!(time["start"].is_u64() && time["finish"].is_f64() && time["processing"] == 0);
    let wrong = json!({"fields": "some"});
    connection
        .post("/_sandbox/time", &wrong)
        .is_error(400, "SANDBOX");
}
