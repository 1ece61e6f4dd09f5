//! Limits of requests and of execution time, over a bare socket.
#![allow(clippy::unwrap_used)]

mod wire;

use std::time::Duration;

use bitrix24_sandbox::{Credential, Operating, Sandbox};
use serde_json::json;
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

#[test]
fn execution_time() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
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

    let order = json!({"method": "sandbox.echo", "operating": 481, "reset_in": 0, "limit": 480});
    connection.post("/_sandbox/operating", &order);
    connection.get(&echo).is_error(429, "OPERATION_TIME_LIMIT");
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(connection.get(&echo).json()["time"]["operating"], 0.0);
    let order = json!({"method": "sandbox.echo", "reset_in": -1});
    connection
        .post("/_sandbox/operating", &order)
        .is_error(400, "SANDBOX");
}
