//! What the portal keeps, over a bare socket: forms, batches, orders.
#![allow(clippy::unwrap_used)]

mod wire;

use bitrix24_sandbox::Sandbox;
use serde_json::{Value, json};
use wire::{Connection, hook};

const FORM: &str = "application/x-www-form-urlencoded";

/// A bot of the first version, registered by a form.
fn register(portal: &Sandbox, connection: &mut Connection) -> u64 {
    let form = "CODE=echo&EVENT_HANDLER=http://127.0.0.1:1/&CLIENT_ID=secret\
                &PROPERTIES[NAME]=Echo&PROPERTIES[COLOR]=GREEN";
    let reply = connection.send("POST", &hook(portal, "imbot.register"), FORM, form);
    reply.json()["result"].as_u64().unwrap()
}

#[test]
fn forms_and_batches() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let bot = register(&portal, &mut connection);
    let form = "TITLE=Order&ENTITY_TYPE=ORDER&ENTITY_ID=7&USERS[0]=1&CLIENT_ID=secret";
    let reply = connection.send("POST", &hook(&portal, "imbot.chat.add"), FORM, form);
    let chat = reply.json()["result"].as_u64().unwrap();
    let batch = json!({"cmd": {
        "chat": "imbot.chat.get?ENTITY_TYPE=ORDER&ENTITY_ID=7",
        "said": "imbot.message.add?CLIENT_ID=secret&DIALOG_ID=chat$result[chat][ID]&MESSAGE=Hi",
        "lost": "imbot.message.add?CLIENT_ID=other&DIALOG_ID=chat$result[chat][ID]&MESSAGE=Hi",
    }});
    let body = connection.post(&hook(&portal, "batch"), &batch).json();
    assert_eq!(
        body["result"]["result"]["chat"],
        json!({"ID": chat}),
        "{body}"
    );
    assert_eq!(
        body["result"]["result_error"]["lost"]["error"],
        "BOT_ID_ERROR"
    );
    let messages = portal.messages(format!("chat{chat}"));
    let said: Vec<_> = messages
        .iter()
        .map(|one| (one.author(), one.text()))
        .collect();
    assert_eq!(said, [(bot, "Hi")]);
}

#[test]
fn people_by_orders() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let bot = register(&portal, &mut connection);
    let mut order = |name: &str, form: &str| {
        let path = format!("/_sandbox/{name}");
        let reply = connection.send("POST", &path, FORM, form);
        assert_eq!(reply.status, 200, "{}", reply.json());
        reply.json()["result"].clone()
    };
    let anna = order("user", "name=Anna+Davis")["id"].clone();
    let id = order("write", &format!("user={anna}&dialog={bot}&text=Hello"));
    let seen = order("messages", &format!("user={anna}&dialog={bot}"));
    assert_eq!((&seen[0]["id"], &seen[0]["text"]), (&id, &json!("Hello")));
    order("react", &format!("user={anna}&message={id}"));
    let chat = order("chat", &format!("title=Ours&users[]={bot}&users[]={anna}"));
    let chats = order("chats", "");
    let ours = chats
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == chat);
    assert_eq!(ours.unwrap()["users"], json!([1, bot, anna]));

    // Cleared, all of it is gone, and ids begin anew.
    order("clear", "");
    assert_eq!(order("bots", ""), json!([]));
    assert_eq!(portal.bot("echo"), None);
    let reply = connection.post("/_sandbox/write", &json!({"dialog": bot, "text": "x"}));
    assert_eq!(reply.status, 400);
    assert_eq!(reply.json()["error"], "SANDBOX");
}

#[test]
fn nothing_is_kept_on_request() {
    let portal = Sandbox::builder().documented().start().unwrap();
    let mut connection = Connection::to(&portal);
    let mut get = |id: &str| {
        let params = json!({"ENTITY_TYPE": "ANY", "ENTITY_ID": id});
        let reply = connection.post(&hook(&portal, "imbot.chat.get"), &params);
        reply.json()["result"].clone()
    };
    assert_eq!(get("1"), json!({"ID": 2725}));
    portal.keep_state(true);
    assert_eq!(get("1"), Value::Null);
    portal.clear();
    assert_eq!(get("1"), json!({"ID": 2725}));
}
