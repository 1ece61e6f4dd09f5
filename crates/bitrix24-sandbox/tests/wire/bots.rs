//! Bots that are registered with a portal over its socket.
#![allow(unreachable_pub, dead_code)] // each binary uses what it needs

use std::time::Duration;

use bitrix24_sandbox::Sandbox;
use serde_json::{Value, json};

use super::{handler::Handler, wire::Connection};

pub const PATIENCE: Duration = Duration::from_secs(10);

pub fn start() -> (Sandbox, Handler) {
    let handler = Handler::start(200, Duration::ZERO);
    (Sandbox::start().unwrap(), handler)
}

/// The result of a call with an access token.
#[track_caller]
pub fn call(sandbox: &Sandbox, method: &str, mut params: Value) -> Value {
    params["auth"] = sandbox.access_token().into();
    let path = format!("/rest/{method}");
    let body = Connection::to(sandbox).post(&path, &params).json();
    assert!(body.get("error").is_none(), "{method}: {body}");
    body["result"].clone()
}

pub fn register(sandbox: &Sandbox, handler: &Handler) -> u64 {
    let bot = call(
        sandbox,
        "imbot.register",
        json!({
            "CODE": "echo", "EVENT_HANDLER": handler.url, "PROPERTIES": {"NAME": "Echo"},
        }),
    );
    bot.as_u64().unwrap()
}

pub fn register_v2(sandbox: &Sandbox, url: &str) -> u64 {
    let fields = json!({
        "code": "echo2", "properties": {"name": "Echo"}, "eventMode": "webhook", "webhookUrl": url,
    });
    let bot = call(sandbox, "imbot.v2.Bot.register", json!({"fields": fields}));
    bot["bot"]["id"].as_u64().unwrap()
}
