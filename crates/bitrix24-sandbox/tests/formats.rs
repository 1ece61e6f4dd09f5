//! Forms of requests and answers, over a bare socket.
#![allow(clippy::unwrap_used)]

mod wire;

use bitrix24_sandbox::{Answer, Fault, Sandbox, Slip};
use serde_json::{Value, json};
use wire::{Connection, hook};

const CHAT: &str = "imbot.chat.get";

fn result(body: &Value) -> &Value {
    &body["result"]
}

#[test]
fn forms_in_parts() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let body = "--b\r\nContent-Disposition: form-data; name=\"ENTITY_TYPE\"\r\n\r\nCHAT\r\n\
                --b\r\nContent-Disposition: form-data; name=\"ENTITY_ID\"\r\n\r\n13\r\n\
                --b\r\nContent-Disposition: form-data; name=\"auth\"\r\n\r\nTOKEN\r\n--b--\r\n"
        .replace("TOKEN", portal.access_token());
    let kind = "multipart/form-data; boundary=b";
    let reply = connection.send("POST", &format!("/rest/{CHAT}"), kind, &body);
    assert_eq!(result(&reply.json()), &json!({"ID": 2725}));
    assert!(!format!("{:?}", portal.requests()).contains(portal.access_token()));
    connection
        .send("POST", &hook(&portal, CHAT), kind, "--b\r\n")
        .is_error(400, "INVALID_REQUEST");
    let v3 = hook(&portal, "tasks.task.get").replace("/rest/", "/rest/api/");
    let reply = connection.send("POST", &v3, kind, &body);
    assert_eq!(
        reply.json()["error"]["code"],
        "BITRIX_REST_V3_EXCEPTION_INVALIDJSONEXCEPTION"
    );
}

#[test]
fn parameters_by_position() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let target = hook(&portal, "task.commentitem.add");
    let missing = connection.post(&target, &json!([]));
    assert_ne!(missing.status, 200);
    let listed = connection.post(&target, &json!([123, {"POST_MESSAGE": "test"}]));
    assert_eq!(listed.status, 200, "{}", listed.body);
    let query = connection.get(&format!("{target}?0=123&1[POST_MESSAGE]=test"));
    assert_eq!(query.status, 200, "{}", query.body);
    let sent = portal.requests().pop().unwrap();
    assert_eq!(sent.parameters()["0"], "123");
}

#[test]
fn get_in_rest_3() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let v3 = |method: &str| hook(&portal, method).replace("/rest/", "/rest/api/");
    let reply = connection.get(&v3("humanresources.node.count"));
    assert_eq!(reply.status, 200, "{}", reply.body);
    let target = format!("{}?id=51", v3("tasks.task.get"));
    for reply in [
        connection.get(&target),
        connection.send("GET", &target, "application/json", "{\"id\": 51}"),
    ] {
        assert_eq!(reply.status, 400);
        assert_eq!(reply.json()["error"]["validation"][0]["field"], "id");
    }
}

#[test]
fn xml() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let mut get = |method: &str| {
        let reply = connection.get(&hook(&portal, method));
        assert_eq!(reply.content_type, "text/xml; charset=utf-8");
        (reply.status, reply.body)
    };
    let (status, body) = get("imbot.chat.get.xml?ENTITY_TYPE=CHAT&ENTITY_ID=13");
    let start = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<response><result><ID>2725</ID></result><time><start>";
    assert!(status == 200 && body.starts_with(start), "{body}");
    let (status, body) = get("no.such.xml");
    assert_eq!(status, 404);
    assert!(body.contains("<response><error>ERROR_METHOD_NOT_FOUND</error><error_description>"));
    portal.list("a.list", bitrix24_sandbox::List::count(2).page_size(1));
    let (_, body) = get("a.list.xml");
    let list = "<result><item><ID>1</ID><NAME>Record 1</NAME></item></result><next>1</next><total>2</total>";
    assert!(body.contains(list), "{body}");
    let log = portal.requests();
    assert_eq!(log[0].method(), CHAT);
}

#[test]
fn secrets_by_position() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let target = hook(&portal, "imbot.v2.Chat.get");
    connection.post(&target, &json!([5, "a token", "chat13"]));
    let call = portal.last_call("imbot.v2.Chat.get").unwrap();
    assert_eq!(call.parameters()["1"], "a token");
    assert_eq!(
        call.masked_parameters(),
        json!({"0": 5, "1": "***", "2": "chat13"})
    );
    assert!(!format!("{call:?}{call}").contains("a token"));
}

#[test]
fn ordered_answers_in_xml() {
    let portal = Sandbox::start().unwrap();
    portal.answer("crm.a", Answer::body(json!({"result": 1, "total": 3})));
    let reply = Connection::to(&portal).get(&hook(&portal, "crm.a.xml"));
    assert_eq!(reply.content_type, "text/xml; charset=utf-8");
    assert!(reply.body.contains("<total>3</total>"), "{}", reply.body);
}

#[test]
fn slips_in_xml() {
    let portal = Sandbox::start().unwrap();
    let target = hook(&portal, "user.current.xml");
    let mut connection = Connection::to(&portal);
    let right = connection.get(&target).body;
    assert!(
        !right.contains("<DATE_REGISTER></DATE_REGISTER>"),
        "{right}"
    );
    portal.fault("user.current", Fault::slips(Slip::ALL));
    let slipped = connection.get(&target).body;
    assert!(
        slipped.contains("<DATE_REGISTER></DATE_REGISTER>"),
        "{slipped}"
    );
}
