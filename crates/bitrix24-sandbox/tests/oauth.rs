//! The authorization server, over a bare socket.
#![allow(clippy::unwrap_used)]

mod wire;

use std::{io::Write, time::Duration};

use bitrix24_sandbox::{Answer, Credential, Failure, Fault, Sandbox};
use serde_json::{Value, json};
use wire::{Connection, hook};

fn renewal(portal: &Sandbox, refresh: &str) -> String {
    format!(
        "/oauth/token/?grant_type=refresh_token&client_id={}&client_secret={}&refresh_token={refresh}",
        portal.client_id(),
        portal.client_secret(),
    )
}

#[test]
fn tokens_are_renewed() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let call = |token: &str| json!({"ENTITY_TYPE": "CHAT", "ENTITY_ID": "13", "auth": token});
    portal.expire_tokens();
    connection
        .post("/rest/imbot.chat.get", &call(portal.access_token()))
        .is_error(401, "expired_token");

    let first = portal.refresh_token();
    let target = renewal(&portal, &first);
    let reply = connection.get(&target);
    let pair = reply.json();
    assert_eq!(reply.status, 200, "{pair}");
    assert_eq!(pair["expires_in"], 3600);
    assert_eq!(pair["user_id"], 1);
    assert!(pair["expires"].is_u64());
    assert_eq!(pair["client_endpoint"], format!("{}/rest/", portal.url()));
    assert_eq!(pair["server_endpoint"], format!("{}/rest/", portal.url()));
    assert_eq!(pair["refresh_token"], portal.refresh_token());
    assert_ne!(portal.refresh_token(), first);
    let token = pair["access_token"].as_str().unwrap();
    assert_eq!(
        connection.post("/rest/imbot.chat.get", &call(token)).status,
        200
    );
    connection.get(&target).is_error(400, "invalid_grant");
    assert_eq!(portal.refreshes(), 1);

    let log = portal.requests();
    assert_eq!(log[1].method(), "oauth.token");
    assert_eq!(log[1].credential(), Credential::Application);
    assert!(log[1].ran() && !log[0].ran() && log[2].ran() && !log[3].ran());
    let shown = format!("{log:?} {}", log[1]);
    assert!(!shown.contains(portal.client_secret()) && !shown.contains(&first));
    let counts = connection.get("/_sandbox/counts").json();
    assert_eq!(counts["result"]["refreshes"], 1);

    portal.clear();
    assert_eq!(portal.refresh_token(), first);
    let reply = connection.post("/rest/imbot.chat.get", &call(portal.access_token()));
    assert_eq!(reply.status, 200);
}

#[test]
fn the_first_token_lives_an_hour() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let params = json!({"ENTITY_TYPE": "CHAT", "ENTITY_ID": "13", "auth": portal.access_token()});
    portal.stop_clock();
    portal.advance(Duration::from_secs(3599));
    assert_eq!(connection.post("/rest/imbot.chat.get", &params).status, 200);
    portal.advance(Duration::from_secs(1));
    connection
        .post("/rest/imbot.chat.get", &params)
        .is_error(401, "expired_token");
}

#[test]
fn codes_are_exchanged() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let body = format!(
        "grant_type=authorization_code&client_id={}&client_secret={}&code={}",
        portal.client_id(),
        portal.client_secret(),
        portal.auth_code(),
    );
    let kind = "application/x-www-form-urlencoded";
    let reply = connection.send("POST", "/oauth/token", kind, &body);
    assert_eq!(reply.status, 200);
    assert!(reply.json()["refresh_token"].is_string());
    assert!(reply.json()["expires"].is_u64() && reply.json()["user_id"] == 1);
    connection
        .send("POST", "/oauth/token/", kind, &body)
        .is_error(400, "invalid_grant");
    let code = connection.get(&hook(&portal, "sandbox.code")).json();
    assert!(code["result"].is_string());
}

#[test]
fn errors_of_the_authorization_server() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let good = renewal(&portal, &portal.refresh_token());
    for (target, status, code) in [
        ("/oauth/token/".to_owned(), 400, "invalid_request"),
        (
            good.replace("=refresh_token", "=password"),
            400,
            "invalid_request",
        ),
        (good.replace("refresh_token=", "x="), 400, "invalid_request"),
        (
            good.replace("client_secret=", "client_secret=x"),
            401,
            "invalid_client",
        ),
        (
            good.replace("&refresh_token=", "&refresh_token=x"),
            400,
            "invalid_grant",
        ),
    ] {
        connection.get(&target).is_error(status, code);
    }
    // A failure of every method is not one of this address.
    portal.fail("*", Failure::code("ACCESS_ERROR"));
    portal.fail("oauth.token", Failure::code("PAYMENT_REQUIRED"));
    connection.get(&good).is_error(402, "PAYMENT_REQUIRED");
    portal.answer("oauth.token", Answer::body(json!({"access_token": 1})));
    assert_eq!(connection.get(&good).json(), json!({"access_token": 1}));
    portal.clear();
    assert_eq!(portal.refreshes(), 0);
    portal.token_lifetime(Duration::ZERO);
    let pair = connection.get(&good).json();
    assert_eq!(pair["expires_in"], 0);
    let token = pair["access_token"].as_str().unwrap();
    connection
        .get(&format!("/rest/imbot.chat.get?auth={token}"))
        .is_error(401, "expired_token");
}

#[test]
fn what_the_authorization_server_tells_of_the_application() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let target = format!("/rest/app.info/?auth={}", portal.access_token());
    let portals = connection.get(&target).json();
    assert!(portals["result"]["INSTALLED"].is_boolean(), "{portals}");

    let request = format!("GET {target} HTTP/1.1\r\nHost: oauth.example.com\r\n\r\n");
    let mut ask = || {
        let socket = connection.0.get_mut();
        socket.write_all(request.as_bytes()).unwrap();
        connection.read()
    };
    let told = ask().json();
    let result = &told["result"];
    assert_eq!(result["client_id"], portal.client_id());
    assert_eq!(result["user_id"], 1);
    assert_eq!(result["install"]["domain"], "127.0.0.1");
    assert_eq!(result["install"]["status"], "L");
    assert!(told["time"]["start"].is_number());
    portal.expire_tokens();
    ask().is_error(401, "expired_token");
}

#[test]
fn users_authorise_the_application() {
    let portal = Sandbox::builder()
        .redirect_uri("https://app.example/back?x=1#top")
        .start()
        .unwrap();
    let mut connection = Connection::to(&portal);
    let target = format!(
        "/oauth/authorize/?client_id={}&state=a%26b",
        portal.client_id()
    );
    let reply = connection.get(&target);
    assert_eq!(reply.status, 302);
    let location = reply.location.unwrap();
    let (start, query) = location.split_once("&code=").unwrap();
    assert_eq!(start, "https://app.example/back?x=1");
    let (code, rest) = query.split_once("&state=a%26b&domain=").unwrap();
    let host = portal.url().strip_prefix("http://").unwrap();
    let host = host.replace(':', "%3A");
    assert!(rest.starts_with(&format!("{host}&member_id=")), "{rest}");
    assert!(
        rest.ends_with(&format!("&server_domain={host}#top")),
        "{rest}"
    );
    assert!(rest.contains("&scope=") && rest.contains("%2C"));
    let token = format!(
        "/oauth/token/?grant_type=authorization_code&client_id={}&client_secret={}&code={code}",
        portal.client_id(),
        portal.client_secret(),
    );
    assert_eq!(connection.get(&token).status, 200);
    connection.get(&token).is_error(400, "invalid_grant");
    let log = portal.requests();
    assert_eq!((log[0].method(), log[0].ran()), ("oauth.authorize", true));
    assert!(!format!("{log:?}").contains(code));

    // What is wrong is shown, and nobody is sent anywhere.
    let wrong = connection.get("/oauth/authorize/?client_id=x");
    assert_eq!((wrong.status, wrong.location), (400, None));
    connection.post("/_sandbox/app", &json!({"installed": false}));
    assert_eq!(connection.get(&target).status, 400);
    connection.get(&token).is_error(401, "invalid_client");
    connection.post("/_sandbox/app", &json!({"installed": true, "paid": 0}));
    connection.get(&token).is_error(402, "PAYMENT_REQUIRED");
    let order = json!({"redirect_uri": "https://app.example/two", "users": ["1", 7]});
    assert_eq!(connection.post("/_sandbox/app", &order).status, 200);
    let location = connection.get(&target).location.unwrap();
    assert!(
        location.starts_with("https://app.example/two?code="),
        "{location}"
    );
    for wrong in [
        json!({"redirect_uri": "javascript:x"}),
        json!({"users": ["x"]}),
    ] {
        connection
            .post("/_sandbox/app", &wrong)
            .is_error(400, "SANDBOX");
    }

    let plain = Sandbox::start().unwrap();
    let mut connection = Connection::to(&plain);
    let page = connection.get(&format!("/oauth/authorize?client_id={}", plain.client_id()));
    assert_eq!(
        (page.status, page.content_type.as_str()),
        (200, "text/html; charset=utf-8")
    );
}

#[test]
fn tokens_of_any_user() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let order = json!({"user": 7, "scopes": ["im"], "lifetime": 60});
    let pair = connection.post("/_sandbox/token", &order).json();
    let pair = &pair["result"];
    assert_eq!(
        (&pair["user_id"], &pair["expires_in"]),
        (&json!(7), &json!(60))
    );
    let call = |token: &Value| format!("/rest/imbot.bot.list?auth={}", token.as_str().unwrap());
    let old = call(&pair["access_token"]);
    connection.get(&old).is_error(403, "insufficient_scope");
    portal.advance(Duration::from_secs(60));
    connection.get(&old).is_error(401, "expired_token");
    let target = renewal(&portal, pair["refresh_token"].as_str().unwrap());
    let pair = connection.get(&target).json();
    assert_eq!(
        (&pair["user_id"], &pair["scope"]),
        (&json!(7), &json!("im"))
    );
    // Half a year later, nothing is left of it.
    let target = renewal(&portal, pair["refresh_token"].as_str().unwrap());
    portal.advance(Duration::from_secs(180 * 24 * 3600));
    connection.get(&target).is_error(400, "invalid_grant");
}

#[test]
fn the_page_for_browsers_takes_orders() {
    let portal = Sandbox::start().unwrap();
    let target = format!("/oauth/authorize/?client_id={}", portal.client_id());
    let mut connection = Connection::to(&portal);
    let ordered = Failure::code("access_denied").status(403);
    portal.fault("oauth.authorize", Fault::error(ordered.clone()));
    connection.get(&target).is_error(403, "access_denied");
    portal.fail("oauth.authorize", ordered);
    connection.get(&target).is_error(403, "access_denied");
    portal.answer(
        "oauth.authorize",
        Answer::text("text/plain", "later").times(1),
    );
    assert_eq!(connection.get(&target).body, "later");
    assert_eq!(
        connection.get(&target).content_type,
        "text/html; charset=utf-8"
    );
}

#[test]
fn tokens_of_a_million_years() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let order = json!({"lifetime": 1_000_000_000_000_000_u64});
    let pair = connection.post("/_sandbox/token", &order).json();
    let token = pair["result"]["access_token"].as_str().unwrap();
    let target = format!("/rest/app.info?auth={token}");
    let head = format!("GET {target} HTTP/1.1\r\nHost: oauth.bitrix24.tech\r\n\r\n");
    connection.0.get_mut().write_all(head.as_bytes()).unwrap();
    let info = connection.read().json();
    assert_eq!(info["result"]["expires"], "9999-01-01T03:00:00+03:00");
}

#[test]
fn the_page_for_browsers_uses_no_answer_up() {
    let portal = Sandbox::start().unwrap();
    portal.answer("*", Answer::result(5).to_anyone().times(1));
    let mut connection = Connection::to(&portal);
    let page = connection.get(&format!(
        "/oauth/authorize/?client_id={}",
        portal.client_id()
    ));
    assert_eq!(page.status, 200);
    assert_eq!(connection.get("/rest/a").json()["result"], 5);
}
