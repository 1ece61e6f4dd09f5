//! The portal as a client sees it: over a bare socket.
#![allow(clippy::unwrap_used)]

mod wire;

use std::{
    io::{Read, Write},
    time::{Duration, Instant},
};

use bitrix24_sandbox::{Answer, Credential, Failure, Sandbox};
use serde_json::{Value, json};
use wire::{Connection, hook};

const CHAT: &str = "imbot.chat.get";

fn chat() -> Value {
    json!({"ENTITY_TYPE": "CHAT", "ENTITY_ID": "13"})
}

fn with(mut params: Value, name: &str, value: &str) -> Value {
    params[name] = value.into();
    params
}

#[test]
fn documented_answer_by_every_way_of_calling() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let token = portal.access_token();
    let form = "ENTITY_TYPE=CHAT&ENTITY_ID=13";
    let kind = "application/x-www-form-urlencoded";
    for reply in [
        connection.post(&hook(&portal, CHAT), &chat()),
        connection.post(&hook(&portal, "ImBot.Chat.GET.json"), &chat()),
        connection.post(&format!("{}/", hook(&portal, CHAT)), &chat()),
        connection.post("/rest/imbot.chat.get", &with(chat(), "auth", token)),
        connection.post(&format!("/rest/imbot.chat.get?auth={token}"), &chat()),
        connection.send("POST", &hook(&portal, CHAT), kind, form),
        connection.send("GET", &format!("{}?{form}", hook(&portal, CHAT)), "", ""),
        connection.send(
            "POST",
            "/rest/imbot.chat.get",
            kind,
            &format!("{form}&auth={token}"),
        ),
    ] {
        let body = reply.json();
        assert_eq!(reply.status, 200, "{body}");
        assert_eq!(body["result"], json!({"ID": 2725}));
        assert_eq!(body["time"].as_object().unwrap().len(), 8);
    }
    let requests = portal.requests();
    assert_eq!(requests.len(), 8);
    assert_eq!(requests[0].credential(), Credential::Webhook);
    assert_eq!(requests[0].method(), CHAT);
    assert_eq!(requests[0].path(), "/rest/1/***/imbot.chat.get");
    assert_eq!(requests[0].header("Content-Type"), Some("application/json"));
    assert_eq!(requests[3].credential(), Credential::Token);
    for request in &requests {
        assert_eq!(Value::from(request.parameters().clone()), chat());
    }
}

#[test]
fn credentials() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let expired = with(chat(), "auth", portal.expired_token());
    connection
        .post("/rest/imbot.chat.get", &expired)
        .is_error(401, "expired_token");
    let wrong = with(chat(), "auth", "wrong");
    connection
        .post("/rest/imbot.chat.get", &wrong)
        .is_error(401, "NO_AUTH_FOUND");
    connection
        .post("/rest/imbot.chat.get", &chat())
        .is_error(401, "NO_AUTH_FOUND");
    connection
        .post("/rest/1/wrong/imbot.chat.get", &chat())
        .is_error(401, "NO_AUTH_FOUND");
    let other_user = hook(&portal, CHAT).replace("/rest/1/", "/rest/2/");
    connection
        .post(&other_user, &chat())
        .is_error(401, "NO_AUTH_FOUND");
    portal.grant(&["im"]);
    connection
        .post(&hook(&portal, CHAT), &chat())
        .is_error(403, "insufficient_scope");
    for request in portal.requests() {
        let shown = format!("{request} {request:?}");
        assert!(!shown.contains("wrong"), "{shown}");
        assert!(!shown.contains(portal.expired_token()), "{shown}");
    }
    assert!(!format!("{portal:?}").contains("rest"));
}

#[test]
fn missing_and_wrong_parameters() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    for params in [
        json!({}),
        json!({"ENTITY_TYPE": "CHAT"}),
        json!({"ENTITY_ID": null}),
    ] {
        let reply = connection.post(&hook(&portal, CHAT), &params);
        assert_eq!(reply.status, 200);
        let body = reply.json();
        assert_eq!(body.get("result"), Some(&Value::Null));
        assert!(body["time"].is_object());
    }
    let reply = connection.post(&hook(&portal, CHAT), &with(chat(), "ENTITY_ID", "x"));
    assert_eq!(reply.status, 200);
    let reply = connection.post(
        &hook(&portal, CHAT),
        &json!({"ENTITY_TYPE": "CHAT", "ENTITY_ID": 13}),
    );
    reply.is_error(400, "ERROR_ARGUMENT");
    assert_eq!(reply.json()["argument"], "ENTITY_ID");
    connection
        .send("POST", &hook(&portal, CHAT), "application/json", "{")
        .is_error(400, "INVALID_REQUEST");
}

#[test]
fn unknown_places() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    connection
        .post(&hook(&portal, "no.such"), &json!({}))
        .is_error(404, "ERROR_METHOD_NOT_FOUND");
    let reply = connection.post(&hook(&portal, "no.such"), &json!({}));
    let text = reply.json()["error_description"].to_string();
    assert!(text.contains("answer") && text.contains("list"), "{text}");
    assert_eq!(connection.post("/", &json!({})).status, 404);
    assert_eq!(
        connection.send("PUT", &hook(&portal, CHAT), "", "").status,
        405
    );
    let v3 = hook(&portal, CHAT).replace("/rest/", "/rest/api/");
    let reply = connection.post(&v3, &chat());
    assert_eq!(reply.status, 404);
    assert_eq!(reply.json()["error"]["code"], "ERROR_METHOD_NOT_FOUND");
}

#[test]
fn errors_on_demand() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let target = hook(&portal, CHAT);
    for (code, status) in [
        ("ACCESS_ERROR", 403),
        ("QUERY_LIMIT_EXCEEDED", 503),
        ("expired_token", 401),
        ("OPERATION_TIME_LIMIT", 429),
        ("MADE_UP", 400),
    ] {
        portal.fail(CHAT, Failure::code(code));
        connection.post(&target, &chat()).is_error(status, code);
        assert_eq!(connection.post(&target, &chat()).status, 200);
    }
    portal.fail("*", Failure::code("X").status(418).text("why").always());
    for _ in 0..3 {
        let reply = connection.post(&hook(&portal, "any.method"), &json!({}));
        reply.is_error(418, "X");
        assert_eq!(reply.json()["error_description"], "why");
    }
    portal.clear();
    assert_eq!(connection.post(&target, &chat()).status, 200);
    portal.answer(
        "any.method",
        Answer::body(json!({"result": [], "total": 0})),
    );
    let reply = connection.post(&hook(&portal, "any.method"), &json!({}));
    assert_eq!(
        (reply.status, reply.json()),
        (200, json!({"result": [], "total": 0}))
    );
}

#[test]
fn orders_in_band() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let target = hook(&portal, CHAT);
    let fail = json!({"method": CHAT, "code": "ACCESS_ERROR"});
    assert_eq!(
        connection.post("/_sandbox/fail", &fail).json()["result"],
        true
    );
    connection
        .post(&target, &chat())
        .is_error(403, "ACCESS_ERROR");
    let order = hook(&portal, "sandbox.fail");
    connection
        .post(&order, &with(fail, "times", "often"))
        .is_error(400, "SANDBOX");
    let form = "method=imbot.chat.get&code=100&status=422&times=1";
    assert_eq!(
        connection.send("POST", "/_sandbox/fail", "", form).status,
        200
    );
    connection.post(&target, &chat()).is_error(422, "100");

    // As curl sends it without a header.
    let json = r#" {"method": "imbot.chat.get", "code": "100", "headers": {"a": ["&="]}}"#;
    let form = "application/x-www-form-urlencoded";
    for (kind, target) in [
        ("", "/_sandbox/fail"),
        (form, &hook(&portal, "sandbox.fail")),
    ] {
        let reply = connection.send("POST", target, kind, json);
        reply.is_error(400, "SANDBOX");
        let text = reply.json()["error_description"].to_string();
        assert!(
            text.contains("form") && text.contains("application/json"),
            "{text}"
        );
    }

    let log = connection.send("GET", "/_sandbox/requests", "", "").json();
    assert_eq!(log["result"].as_array().unwrap().len(), 2, "{log}");
    assert_eq!(log["result"][0]["parameters"], chat());
    assert_eq!(log["result"][0]["credential"], "webhook");
    assert_eq!(log["result"][0]["status"], 403);

    connection.post("/_sandbox/scopes", &json!({"scopes": []}));
    connection
        .post(&target, &chat())
        .is_error(403, "insufficient_scope");
    connection.post(&hook(&portal, "sandbox.clear"), &json!({}));
    assert!(portal.requests().is_empty());
    assert_eq!(connection.post(&target, &chat()).status, 200);
    connection
        .post("/_sandbox/nothing", &json!({}))
        .is_error(400, "SANDBOX");
    connection
        .post("/rest/1/wrong/sandbox.clear", &json!({}))
        .is_error(401, "NO_AUTH_FOUND");
}

#[test]
fn another_contract() {
    let contract = json!({"system_errors": [{"code": "NO_AUTH_FOUND", "status": 401, "text": "no"}],
        "records": {"tasks.Got": {"fields": [{"name": "item", "type": "object", "required": true}]}},
        "methods": [
        {"name": "app.only", "rest": "classic", "app_only": true, "result": "boolean"},
        {"name": "app.own", "rest": "classic", "app_only": true, "result": "boolean",
         "errors": [{"code": "ACCESS_DENIED", "status": 400, "text": "no rights"}]},
        {"name": "app.rights", "rest": "classic", "app_only": true, "result": "boolean",
         "errors": [{"code": "ACCESS_DENIED", "status": 403, "text": "no rights"}]},
        {"name": "Tasks.Get", "rest": "v3", "result": {"ref": "tasks.Got"},
         "scopes": ["tasks"],
         "params": [{"name": "id", "type": "integer", "required": true}, {"name": "pin", "type": "string", "secret": true}],
         "errors": [{"code": "100", "status": 422, "text": null}],
         "examples": [{"params": null, "status": 400, "answer": {"error": {"code": 100, "message": "Numbers too"}}}]},
        {"name": "own.code", "rest": "classic", "result": "any", "missing": {"error": "ID_EMPTY"},
         "params": [{"name": "ID", "type": "integer", "required": true}],
         "errors": [{"code": "ID_EMPTY", "status": 400, "text": "ours"}],
         "examples": [{"status": 400, "answer": {"error": "ID_EMPTY", "error_description": "documented"}}]},
    ]});
    let portal = Sandbox::builder()
        .contract(contract.to_string())
        .start()
        .unwrap();
    let mut connection = Connection::to(&portal);

    let token = json!({"auth": portal.access_token()});
    assert_eq!(
        connection.post("/rest/app.only", &token).json()["result"],
        true
    );
    for (method, status, code) in [
        ("app.only", 403, "WRONG_AUTH_TYPE"),
        ("app.own", 400, "ACCESS_DENIED"),
        ("app.rights", 403, "WRONG_AUTH_TYPE"),
    ] {
        let reply = connection.post(&hook(&portal, method), &json!({}));
        reply.is_error(status, code);
        let text = &reply.json()["error_description"];
        assert_eq!(text, "The method is open to applications only", "{method}");
    }

    let reply = connection.post(&hook(&portal, "own.code"), &json!({}));
    reply.is_error(400, "ID_EMPTY");
    assert_eq!(reply.json()["error_description"], "documented");

    let v3 = hook(&portal, "tasks.get").replace("/rest/", "/rest/api/");
    assert_eq!(
        connection.post(&v3, &json!({"id": 1})).json()["result"],
        json!({"item": {}})
    );
    let reply = connection.post(&format!("{v3}?id=1"), &json!({"pin": "hidden"}));
    let error = &reply.json()["error"];
    assert_eq!(reply.status, 400);
    assert_eq!(
        error["code"],
        "BITRIX_REST_V3_EXCEPTION_VALIDATION_REQUESTVALIDATIONEXCEPTION"
    );
    assert_eq!(error["validation"][0]["field"], "id");
    let last = portal.requests().pop().unwrap();
    assert_eq!(last.parameters()["pin"], "hidden");
    assert!(!format!("{last} {last:?}").contains("hidden"));

    portal.fail("tasks.get", Failure::code("100"));
    let reply = connection.post(&v3, &json!({"id": 1}));
    assert_eq!(
        (reply.status, &reply.json()["error"]["code"]),
        (422, &json!(100))
    );
    portal.grant(&[]);
    let reply = connection.post(&v3, &json!({"id": 1}));
    assert_eq!(reply.status, 403);
    assert_eq!(
        reply.json()["error"]["code"],
        "BITRIX_REST_V3_EXCEPTION_INSUFFICIENTSCOPEEXCEPTION"
    );

    assert!(Sandbox::builder().contract("{}").start().is_err());
}

#[test]
fn plain_http_only_where_it_is_wanted() {
    let portal = Sandbox::builder().https_only().start().unwrap();
    let mut connection = Connection::to(&portal);
    let reply = connection.post(&hook(&portal, CHAT), &chat());
    reply.is_error(400, "INVALID_REQUEST");
    assert_eq!(reply.json()["error_description"], "Https required");
    let by_token = with(chat(), "auth", portal.access_token());
    let reply = connection.post("/rest/imbot.chat.get", &by_token);
    assert_eq!(reply.status, 200);
    connection.post(&hook(&portal, "sandbox.https_only"), &json!({"on": false}));
    assert_eq!(connection.post(&hook(&portal, CHAT), &chat()).status, 200);
}

#[test]
fn listens_where_it_is_told_to() {
    let address = "0.0.0.0".parse().unwrap();
    let portal = Sandbox::builder().listen(address).start().unwrap();
    assert!(portal.url().starts_with("http://127.0.0.1:"));
    let reply = Connection::to(&portal).post(&hook(&portal, CHAT), &chat());
    assert_eq!(reply.status, 200);
}

#[test]
fn stops_at_once_with_open_connections() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    connection.post(&hook(&portal, CHAT), &chat());
    let start = Instant::now();
    drop(portal);
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(connection.0.read(&mut [0]).unwrap(), 0);
}

#[test]
fn a_body_that_breaks_off() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let request = format!(
        "POST {} HTTP/1.1\r\nHost: portal\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        hook(&portal, "server.time"),
    );
    let stream = connection.0.get_mut();
    stream.write_all(request.as_bytes()).unwrap();
    assert_eq!(connection.read().status, 400);
}
