//! The recipes of the README, run against a portal of our own.
//!
//! A block of the README with `<!-- tests/recipes/…: name -->` before it is a copy of what stands
//! in that file between `README: name` and `end`. `UPDATE_GOLDEN=1` copies them anew.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]
#![allow(deprecated, reason = "deprecated methods must work as well")]

mod batches;
mod lists;
mod many;
mod moved;
mod page;
mod quick;
mod testing;
mod tokens;
mod watch;
mod write;

use bitrix24::Client;
use bitrix24_sandbox::Sandbox;
use serde_json::{Value, json};

/// A portal with a deal, and a client of it.
fn portal() -> (Sandbox, Client) {
    let portal = Sandbox::start().unwrap();
    portal.answer("crm.deal.get", json!({ "ID": "13", "TITLE": "Pipes" }));
    let client = Client::webhook(portal.webhook_url()).unwrap();
    (portal, client)
}

/// How often a method was called, alone or in a batch.
fn calls(portal: &Sandbox, method: &str) -> usize {
    let requests = portal.requests();
    requests.iter().filter(|it| it.method() == method).count()
}

/// What the portal got of a method last.
fn last(portal: &Sandbox, method: &str) -> Value {
    let requests = portal.requests();
    let last = requests.iter().rfind(|it| it.method() == method).unwrap();
    Value::Object(last.parameters().clone())
}
