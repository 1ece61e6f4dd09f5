//! The errors that any method may answer with, over a bare socket.
#![allow(clippy::unwrap_used)]

mod wire;

use bitrix24_sandbox::{Failure, Sandbox};
use serde_json::json;
use wire::{Connection, hook};

/// As documented, with those that are documented elsewhere.
const ERRORS: [(u16, &str); 18] = [
    (500, "INTERNAL_SERVER_ERROR"),
    (500, "ERROR_UNEXPECTED_ANSWER"),
    (503, "QUERY_LIMIT_EXCEEDED"),
    (405, "ERROR_BATCH_METHOD_NOT_ALLOWED"),
    (400, "ERROR_BATCH_LENGTH_EXCEEDED"),
    (401, "NO_AUTH_FOUND"),
    (400, "INVALID_REQUEST"),
    (503, "OVERLOAD_LIMIT"),
    (403, "ACCESS_DENIED"),
    (403, "INVALID_CREDENTIALS"),
    (404, "ERROR_MANIFEST_IS_NOT_AVAILABLE"),
    (403, "insufficient_scope"),
    (401, "expired_token"),
    (403, "user_access_error"),
    (500, "PORTAL_DELETED"),
    (429, "OPERATION_TIME_LIMIT"),
    (404, "ERROR_METHOD_NOT_FOUND"),
    (403, "WRONG_AUTH_TYPE"),
];

#[test]
fn on_demand() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let classic = hook(&portal, "server.time");
    let v3 = hook(&portal, "tasks.task.list").replace("/rest/", "/rest/api/");
    for (status, code) in ERRORS {
        portal.fail("*", Failure::code(code).times(3));
        let reply = connection.get(&classic);
        reply.is_error(status, code);
        let text = reply.json()["error_description"].clone();
        assert_ne!(text, "", "{code}");
        assert_eq!(reply.json().as_object().unwrap().len(), 2);

        let reply = connection.get(&v3);
        assert_eq!(reply.status, status);
        assert_eq!(
            reply.json(),
            json!({"error": {"code": code, "message": text}})
        );

        // A batch fails as a whole.
        let cmd = json!({"cmd": {"a": "server.time"}});
        connection
            .post(&hook(&portal, "batch"), &cmd)
            .is_error(status, code);

        portal.fail("server.time", Failure::code(code));
        let batch = connection.post(&hook(&portal, "batch"), &cmd);
        assert_eq!(batch.status, 200);
        let errors = &batch.json()["result"]["result_error"];
        assert_eq!(
            errors["a"],
            json!({"error": code, "error_description": text})
        );
    }
    assert_eq!(connection.get(&classic).status, 200);
}

#[test]
fn errors_of_rest_3() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let target = hook(&portal, "tasks.task.get").replace("/rest/", "/rest/api/");
    for (status, code) in [
        (400, "INVALIDPAGINATIONEXCEPTION"),
        (400, "UNKNOWNDTOPROPERTYEXCEPTION"),
        (400, "UNKNOWNFILTEROPERATOREXCEPTION"),
        (400, "ENTITYNOTFOUNDEXCEPTION"),
        (403, "ACCESSDENIEDEXCEPTION"),
    ] {
        let code = format!("BITRIX_REST_V3_EXCEPTION_{code}");
        portal.fail("tasks.task.get", Failure::code(&code));
        let reply = connection.post(&target, &json!({"id": 1}));
        let error = &reply.json()["error"];
        assert_eq!((reply.status, &error["code"]), (status, &json!(code)));
        assert_ne!(error["message"], "");
    }
}
