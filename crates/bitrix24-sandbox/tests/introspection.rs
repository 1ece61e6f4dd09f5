//! What the portal tells about itself, over a bare socket.
#![allow(clippy::unwrap_used)]

mod wire;

use std::time::Duration;

use bitrix24_sandbox::{Grant, Sandbox};
use serde_json::{Value, json};
use wire::{Connection, Reply, hook};

/// Calls with the token of that user, who has these scopes.
fn caller<'a>(
    portal: &Sandbox,
    connection: &'a mut Connection,
    grant: &Grant,
) -> impl FnMut(&str, Value) -> Reply + 'a {
    let token = portal.token(grant).access().to_owned();
    move |method, mut params| {
        params["auth"] = token.as_str().into();
        connection.post(&format!("/rest/{method}"), &params)
    }
}

#[test]
fn methods_and_scopes() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let grant = Grant::user(1).scopes(["entity"]);
    let mut call = caller(&portal, &mut connection, &grant);
    assert_eq!(call("scope", json!({})).json()["result"], json!(["entity"]));
    let all = call("scope", json!({"full": true})).json();
    let all = all["result"].as_array().unwrap();
    assert!(all.contains(&json!("imbot")) && all.len() > 5, "{all:?}");

    let mut methods = |params| {
        let reply = call("methods", params).json();
        let names = reply["result"].as_array().unwrap().clone();
        let has = |name: &str| names.contains(&json!(name));
        (
            has("server.time"),
            has("entity.get"),
            has("imbot.register"),
            has("tasks.task.chat.message.send"),
        )
    };
    assert_eq!(methods(json!({})), (true, true, false, false));
    assert_eq!(methods(json!({"full": "Y"})), (true, true, true, false));
    assert_eq!(methods(json!({"scope": ""})), (true, false, false, false));
    assert_eq!(
        methods(json!({"scope": "imbot"})),
        (false, false, true, false)
    );

    for (name, expected) in [
        (json!("entity.get"), (true, true)),
        (json!("imbot.Register"), (true, false)),
        (json!("no.such"), (false, false)),
        (json!(null), (false, false)),
    ] {
        let reply = call("method.get", json!({"name": name})).json();
        let (exists, available) = expected;
        assert_eq!(
            reply["result"],
            json!({"isExisting": exists, "isAvailable": available}),
            "{name}"
        );
    }
    call("imbot.bot.list", json!({})).is_error(403, "insufficient_scope");
}

#[test]
fn portal_and_application() {
    let portal = Sandbox::start().unwrap();
    portal.stop_clock();
    portal.advance(Duration::from_secs(86_400));
    let mut connection = Connection::to(&portal);
    let time = connection.get(&hook(&portal, "server.time")).json();
    assert_eq!(time["result"], time["time"]["date_start"]);
    for (code, value) in [("rest_offline_extended", "Y"), ("made_up", "N")] {
        let reply = connection.post(&hook(&portal, "feature.get"), &json!({"CODE": code}));
        assert_eq!(reply.json()["result"], json!({"value": value}));
    }
    for params in [json!({}), json!({"CODE": ""})] {
        connection
            .post(&hook(&portal, "feature.get"), &params)
            .is_error(400, "CODE_EMPTY");
    }
    connection
        .get(&hook(&portal, "app.info"))
        .is_error(400, "ACCESS_DENIED");
    let profile = connection.get(&hook(&portal, "profile")).json();
    assert_eq!(
        (&profile["result"]["ID"], &profile["result"]["ADMIN"]),
        (&json!("1"), &json!(true))
    );
    let current = connection.get(&hook(&portal, "user.current")).json();
    assert_eq!(current["result"]["NAME"], profile["result"]["NAME"]);

    let mut call = caller(&portal, &mut connection, &Grant::user(777));
    assert_eq!(call("profile", json!({})).json()["result"], json!([]));
    assert_eq!(call("user.admin", json!({})).json()["result"], json!(false));
    let info = call("app.info", json!({})).json();
    assert_eq!(info["result"]["CODE"], portal.client_id());
    portal.pay_app(false);
    assert_eq!(
        call("app.info", json!({})).json()["result"]["PAYMENT_EXPIRED"],
        "Y"
    );
    portal.restrict_app(&[1]);
    call("app.info", json!({})).is_error(403, "user_access_error");
}

#[test]
fn bindings_of_events() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    connection
        .post(&hook(&portal, "event.get"), &json!({}))
        .is_error(403, "WRONG_AUTH_TYPE");
    let mut call = caller(&portal, &mut connection, &Grant::user(1));
    let lead = json!({"event": "OnCrmLeadAdd", "handler": "https://example.com/h"});
    let mut other = lead.clone();
    other["auth_type"] = 15.into();
    for params in [&lead, &lead, &other] {
        assert_eq!(call("event.bind", params.clone()).json()["result"], true);
    }
    let shown = |user: &str| json!({"event": "ONCRMLEADADD", "handler": "https://example.com/h", "auth_type": user, "offline": 0});
    assert_eq!(
        call("event.get", json!({})).json()["result"],
        json!([shown("0"), shown("15")])
    );
    call("event.bind", json!({"event": "x", "handler": "y"}))
        .is_error(400, "ERROR_EVENT_NOT_FOUND");
    other["auth_type"] = 0.into();
    assert_eq!(
        call("event.unbind", other).json()["result"],
        json!({"count": 1})
    );
    assert_eq!(
        call("event.unbind", lead.clone()).json()["result"],
        json!({"count": 1})
    );
    assert_eq!(call("event.get", json!({})).json()["result"], json!([]));

    drop(call);
    let mut call = caller(&portal, &mut connection, &Grant::user(7));
    let mut as_another = lead.clone();
    as_another["auth_type"] = 1.into();
    call("event.bind", as_another).is_error(403, "ACCESS_DENIED");
    assert_eq!(call("event.bind", lead).status, 200);
}
