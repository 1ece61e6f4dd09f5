//! A portal that gets another address, over a bare socket.
#![allow(clippy::unwrap_used)]

mod wire;

use bitrix24_sandbox::{Fault, Sandbox};
use serde_json::json;
use wire::{Connection, hook};

#[test]
fn calls_are_sent_on() {
    let portal = Sandbox::builder().intensity(1, 0.0).start().unwrap();
    let mut old = Connection::to(&portal);
    let new_url = portal.move_to_new_address();
    assert_ne!(new_url, portal.url());
    portal.fault("*", Fault::html().after(1));
    let target = format!("{}?a=b%20c", hook(&portal, "sandbox.echo"));
    let reply = old.post(&target, &json!({"d": 1}));
    assert_eq!(reply.status, 302);
    assert_eq!(reply.location, Some(format!("{new_url}{target}")));
    assert_eq!(
        old.send("POST", &target, "application/json", "{").status,
        302
    );
    let mut new = Connection::to_url(&new_url);
    let reply = new.post(&target, &json!({"d": 1}));
    assert_eq!(reply.json()["result"], json!({"a": "b c", "d": 1}));
    let ran: Vec<_> = portal
        .requests()
        .iter()
        .map(|call| (call.status(), call.ran()))
        .collect();
    assert_eq!(ran, [(302, false), (302, false), (200, true)]);

    // Orders stay, and so does the authorization server.
    portal.clear();
    let order = old.get(&hook(&portal, "sandbox.move")).json();
    assert_eq!(order["result"], new_url);
    let renewal = format!(
        "/oauth/token/?grant_type=refresh_token&client_id={}&client_secret={}&refresh_token={}",
        portal.client_id(),
        portal.client_secret(),
        portal.refresh_token(),
    );
    let pair = old.get(&renewal).json();
    assert_eq!(pair["client_endpoint"], format!("{new_url}/rest/"));
    assert_eq!(pair["server_endpoint"], format!("{}/rest/", portal.url()));
    assert_eq!(old.get("/_sandbox/stay").status, 200);
    assert_eq!(old.get(&target).status, 200);
    old.post("/_sandbox/move", &json!({"to": "http://127.0.0.1:1/"}));
    let reply = old.get("/rest/api/x");
    assert_eq!(
        reply.location.as_deref(),
        Some("http://127.0.0.1:1/rest/api/x")
    );
    for to in ["ftp://x", "http://x\r\ny"] {
        old.post("/_sandbox/move", &json!({"to": to}))
            .is_error(400, "SANDBOX");
    }
}

#[test]
fn every_form_of_address_is_sent_on() {
    let portal = Sandbox::start().unwrap();
    let mut old = Connection::to(&portal);
    let new_url = portal.move_to_new_address();
    let v3 = hook(&portal, "tasks.task.list").replace("/rest/", "/rest/api/");
    let form = "application/x-www-form-urlencoded";
    let token = portal.access_token();
    for target in [
        hook(&portal, "server.time"),
        hook(&portal, "server.time.xml"),
        format!("{}/", hook(&portal, "server.time.json")),
        format!("/rest/server.time?auth={token}"),
        hook(&portal, "batch"),
        v3,
        "/rest/api/tasks.task.list".to_owned(),
        "/oauth/authorize/?client_id=x".to_owned(),
    ] {
        for (verb, kind, body) in [
            ("GET", "", ""),
            ("POST", form, "a=1"),
            ("POST", "application/json", "{}"),
        ] {
            let reply = old.send(verb, &target, kind, body);
            assert_eq!(
                (reply.status, reply.location),
                (302, Some(format!("{new_url}{target}")))
            );
        }
    }
    // The application follows, and its time goes on.
    portal.stop_clock();
    let mut new = Connection::to_url(&new_url);
    let reply = new.post(&format!("/rest/server.time?auth={token}"), &json!({}));
    assert_eq!(reply.status, 200);
    assert_eq!(old.get("/oauth/token/").status, 400);
    assert_eq!(old.get("/_sandbox/clock").status, 200);
}
