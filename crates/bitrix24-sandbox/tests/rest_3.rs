//! What is particular to REST 3.0, over a bare socket.
#![allow(clippy::unwrap_used)]

mod wire;

use std::time::Duration;

use bitrix24_sandbox::{Failure, Grant, Sandbox};
use serde_json::{Value, json};
use wire::{Connection, hook};

fn v3(portal: &Sandbox, method: &str) -> String {
    hook(portal, method).replace("/rest/", "/rest/api/")
}

#[test]
fn batches() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let batch = v3(&portal, "batch");
    let get = json!({"method": "tasks.task.get", "query": {"id": 289}});
    let body = connection
        .post(
            &batch,
            &json!([get, {"method": "sandbox.echo", "query": {"a": "$result[0][item][id]", "b": {"c": "$result[0][item]"}}},
                {"method": "no.such"}, {"method": "tasks.task.get", "query": {"id": "x"}}, {"query": {}},
                {"method": "batch", "query": {}}]),
        )
        .json();
    let results = body["result"].as_array().unwrap();
    assert_eq!(results.len(), 6, "{body}");
    let id = &results[0]["item"]["id"];
    assert_eq!(results[1]["a"], json!(id.to_string()));
    assert_eq!(results[1]["b"]["c"], results[0]["item"]);
    let code = |at: usize| results[at]["error"]["code"].as_str().unwrap();
    let validation = "BITRIX_REST_V3_EXCEPTION_VALIDATION_REQUESTVALIDATIONEXCEPTION";
    assert_eq!(code(2), "ERROR_METHOD_NOT_FOUND");
    assert_eq!((code(3), code(4)), (validation, validation));
    assert_eq!(code(5), "ERROR_BATCH_METHOD_NOT_ALLOWED");
    assert!(body["time"].is_object());
    let log = portal.requests();
    let paths: Vec<_> = log.iter().map(|call| call.path()).collect();
    assert_eq!(paths[..2], ["batch", "batch"]);
    assert_eq!(log.len(), 6);

    // A token goes into an object with the same keys.
    let body = connection
        .post(
            "/rest/api/batch",
            &json!({"0": get, "auth": portal.access_token()}),
        )
        .json();
    assert!(body["result"][0]["item"].is_object(), "{body}");
    let shown = format!("{:?}", portal.requests());
    assert!(!shown.contains(portal.access_token()));

    for (body, status, code) in [
        (
            json!({"cmd": {"a": "tasks.task.get?id=1"}}),
            400,
            "BITRIX_REST_V3_EXCEPTION_INVALIDSELECTEXCEPTION",
        ),
        (json!({"calls": [get]}), 400, validation),
        (json!([]), 400, validation),
        (
            json!(vec![get.clone(); 51]),
            400,
            "ERROR_BATCH_LENGTH_EXCEEDED",
        ),
    ] {
        let reply = connection.post(&batch, &body);
        assert_eq!(
            (reply.status, &reply.json()["error"]["code"]),
            (status, &json!(code))
        );
    }
}

#[test]
fn idempotency() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let mut call = |method: &str, key: &str, body: &Value| {
        let header = format!("Idempotency-Key: {key}");
        let target = if method.starts_with('/') {
            method.to_owned()
        } else {
            v3(&portal, method)
        };
        let reply = connection.post_with(&target, body, &header);
        let echoed = reply.header("idempotency-key").map(str::to_owned);
        (
            reply.status,
            echoed,
            reply.header("idempotent-replayed") == Some("true"),
            reply.body,
        )
    };
    let body = json!({"fields": {"title": "x", "creatorId": 1, "responsibleId": 1}});
    let add = "tasks.task.add";
    // Only successes are remembered.
    portal.fail(add, Failure::code("INTERNAL_SERVER_ERROR"));
    assert_eq!(call(add, "k 1", &body).0, 500);
    let (status, echoed, replayed, first) = call(add, "k 1", &body);
    assert_eq!(
        (status, echoed.as_deref(), replayed),
        (200, Some("k 1"), false),
        "{first}"
    );
    let (status, echoed, replayed, second) = call(add, "k 1", &body);
    assert_eq!(
        (status, echoed.as_deref(), replayed),
        (200, Some("k 1"), true)
    );
    assert_eq!(first, second);
    portal.fail(add, Failure::code("INTERNAL_SERVER_ERROR"));
    assert_eq!(call(add, "k 1", &body).0, 500, "failures come first");
    let ran = || portal.requests().iter().filter(|call| call.ran()).count();
    assert_eq!(ran(), 1);

    let other = json!({"fields": {"title": "y", "creatorId": 1, "responsibleId": 1}});
    let (status, _, _, text) = call(add, "k 1", &other);
    assert_eq!(status, 422);
    assert!(text.contains("BITRIX_REST_V3_EXCEPTION_IDEMPOTENCYKEYREUSEDEXCEPTION"));
    for key in ["", &"k".repeat(256), "\u{439}"] {
        let (status, _, _, text) = call(add, key, &body);
        assert_eq!(status, 400, "{key}");
        assert!(text.contains("BITRIX_REST_V3_EXCEPTION_INVALIDIDEMPOTENCYKEYEXCEPTION"));
    }
    // Another method, another user, and who only reads.
    let (_, _, replayed, _) = call("tasks.task.delete", "k 1", &json!({"id": 1}));
    assert!(!replayed);
    let mut token = body.clone();
    token["auth"] = portal.access_token().into();
    assert!(!call("/rest/api/tasks.task.add", "k 1", &token).2);
    assert!(call("/rest/api/tasks.task.add", "k 1", &token).2);
    token["auth"] = portal.token(&Grant::user(7)).access().into();
    assert!(!call("/rest/api/tasks.task.add", "k 1", &token).2);
    for _ in 0..2 {
        assert_eq!(call("tasks.task.get", "k 1", &json!({"id": 1})).1, None);
    }
    // A day later it is forgotten.
    portal.advance(Duration::from_secs(24 * 3600 - 10));
    assert!(call(add, "k 1", &body).2);
    portal.advance(Duration::from_secs(10));
    assert!(!call(add, "k 1", &body).2);
    portal.clear();
    assert!(!call(add, "k 1", &body).2);
}
