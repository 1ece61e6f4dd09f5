//! Batches, over a bare socket.
#![allow(clippy::unwrap_used)]

mod wire;

use bitrix24_sandbox::{Answer, Failure, Operating, Sandbox};
use serde_json::{Value, json};
use wire::{Connection, hook};

const CHAT: &str = "imbot.chat.get?ENTITY_TYPE=CHAT&ENTITY_ID=13";

fn batch(portal: &Sandbox, params: &Value) -> Value {
    let reply = Connection::to(portal).post(&hook(portal, "batch"), params);
    let body = reply.json();
    assert_eq!(reply.status, 200, "{body}");
    assert!(body["time"].is_object());
    body["result"].clone()
}

#[test]
fn five_parts() {
    let portal = Sandbox::start().unwrap();
    portal.answer(
        "a.list",
        Answer::body(json!({"result": [1, 2], "total": 120, "next": 50})),
    );
    let result = batch(
        &portal,
        &json!({"cmd": {
            "chat": CHAT,
            "list": "A.List",
            "none": "no.such?auth=secret",
            "echo": "sandbox.echo?id=$result[chat][ID]&text=n%20$result[list][1]&all=$result[list]&no=$result[none]",
            "nested": "batch?cmd[]=x",
        }}),
    );
    assert_eq!(
        result["result"],
        json!({"chat": {"ID": 2725}, "list": [1, 2],
               "echo": {"id": "2725", "text": "n 2", "all": [1, 2],
                        "no": {"chat": {"ID": 2725}, "list": [1, 2]}}}),
    );
    assert_eq!(
        result["result_error"]["none"]["error"],
        "ERROR_METHOD_NOT_FOUND"
    );
    assert_eq!(
        result["result_error"]["nested"]["error"],
        "ERROR_BATCH_METHOD_NOT_ALLOWED"
    );
    assert_eq!(result["result_total"], json!({"list": 120}));
    assert_eq!(result["result_next"], json!({"list": 50}));
    assert_eq!(result["result_time"].as_object().unwrap().len(), 3);
    assert!(result["result_time"]["list"]["operating"].is_number());

    let log = portal.requests();
    let methods: Vec<_> = log
        .iter()
        .map(|call| (call.method(), call.path(), call.ran()))
        .collect();
    assert_eq!(
        methods,
        [
            ("imbot.chat.get", "batch", true),
            ("A.List", "batch", true),
            ("no.such", "batch", false),
            ("sandbox.echo", "batch", true),
            ("batch", "batch", false),
            ("batch", "/rest/1/***/batch", true),
        ]
    );
    assert!(!format!("{log:?}").contains("secret"));
}

#[test]
fn forms_and_lists() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let form = "cmd[0]=sandbox.echo%3Fa%5Bb%5D%3D%2526%2520c&cmd[1]=sandbox.echo&halt=0";
    let kind = "application/x-www-form-urlencoded";
    let result = connection
        .send("POST", &hook(&portal, "batch"), kind, form)
        .json();
    // An empty array of PHP and one with the keys 0, 1… are lists.
    assert_eq!(result["result"]["result"], json!([{"a": {"b": "& c"}}, {}]));
    assert_eq!(result["result"]["result_error"], json!([]));
    assert_eq!(result["result"]["result_total"], json!([]));
    let result = batch(&portal, &json!({"cmd": ["no.such", "sandbox.echo"]}));
    assert_eq!(result["result"], json!({"1": {}}));
    assert_eq!(result["result_error"][0]["error"], "ERROR_METHOD_NOT_FOUND");
    let result = batch(&portal, &json!({"cmd": []}));
    assert!(
        result
            .as_object()
            .unwrap()
            .values()
            .all(|part| *part == json!([]))
    );
    let mut refused = |params: Value| {
        connection
            .post(&hook(&portal, "batch"), &params)
            .is_error(400, "ERROR_ARGUMENT");
    };
    refused(json!({}));
    refused(json!({"cmd": "sandbox.echo"}));
}

#[test]
fn halt_orders_and_length() {
    let portal = Sandbox::start().unwrap();
    let cmd = json!({"a": "sandbox.echo", "b": "no.such", "c": "sandbox.echo"});
    let result = batch(&portal, &json!({"cmd": cmd, "halt": 1}));
    assert_eq!(result["result"], json!({"a": {}}));
    assert!(result["result_error"]["b"].is_object());
    assert_eq!(portal.requests().len(), 3);

    portal.fail("sandbox.echo", Failure::code("ACCESS_DENIED"));
    let result = batch(&portal, &json!({"cmd": cmd}));
    assert_eq!(result["result_error"]["a"]["error"], "ACCESS_DENIED");
    assert_eq!(result["result"], json!({"c": {}}));
    portal.grant(&[]);
    let result = batch(&portal, &json!({"cmd": {"a": CHAT}}));
    assert_eq!(result["result_error"]["a"]["error"], "insufficient_scope");

    portal.clear();
    let many: Vec<_> = (0..52).map(|n| format!("sandbox.echo?n={n}")).collect();
    let result = batch(&portal, &json!({"cmd": many}));
    assert_eq!(result["result"].as_array().unwrap().len(), 50);
    for id in ["50", "51"] {
        assert_eq!(
            result["result_error"][id]["error"],
            "ERROR_BATCH_LENGTH_EXCEEDED"
        );
    }
    assert_eq!(
        portal.requests().iter().filter(|call| call.ran()).count(),
        51
    );
}

#[test]
fn what_a_batch_cannot_take() {
    let portal = Sandbox::start().unwrap();
    let result = batch(
        &portal,
        &json!({"cmd": ["batch", "disk.folder.uploadFile?id=1", "imbot.v2.File.download"]}),
    );
    for error in result["result_error"].as_array().unwrap() {
        assert_eq!(error["error"], "ERROR_BATCH_METHOD_NOT_ALLOWED");
        assert_ne!(error["error_description"], "");
    }
    assert_eq!(result["result"], json!([]));
}

#[test]
fn a_batch_has_no_budget() {
    let portal = Sandbox::start().unwrap();
    portal.operating("batch", &Operating::default().used(1000.0));
    portal.operating("server.time", &Operating::default().used(1000.0));
    let result = batch(&portal, &json!({"cmd": ["server.time"]}));
    assert_eq!(
        result["result_error"][0]["error"],
        json!("OPERATION_TIME_LIMIT")
    );
}

#[test]
fn references_come_to_an_end() {
    let portal = Sandbox::start().unwrap();
    let mut cmd = vec!["sandbox.echo?a=1".to_owned()];
    cmd.extend((0..49).map(|id| format!("sandbox.echo?a=$result[{id}]&b=$result[{id}]")));
    // The first command that finds no room has `null`, and no later one is larger.
    let result = batch(&portal, &json!({"cmd": cmd}));
    assert_eq!(result["result"].as_array().unwrap().len(), 50);
    assert_eq!(result["result"][49], json!({"a": null, "b": null}));
}
