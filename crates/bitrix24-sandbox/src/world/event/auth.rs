//! What events say of who sends them, and by what they can be answered.

use serde_json::{Map, Value, json};

use super::Desk;
use crate::{
    time::since_epoch,
    world::{
        UserId,
        bot::{Bot, Owner},
    },
};

/// Beside what every event says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum With {
    Access,
    Refresh,
    /// Also by which application.
    Application,
}

/// The part `auth` of an event for a bot, in the name of a user. Who has registered the bot by
/// webhook has no application, and so no tokens.
pub(super) fn auth(desk: Desk<'_>, bot: &Bot, user: UserId, with: With) -> Map<String, Value> {
    auth_of(desk, &bot.owner, user, with)
}

/// Likewise for whoever is told.
pub(super) fn auth_of(
    desk: Desk<'_>,
    owner: &Owner,
    user: UserId,
    with: With,
) -> Map<String, Value> {
    let state = desk.state;
    let current = state.current_url();
    let domain = current
        .split_once("://")
        .map_or(&*current, |(_, rest)| rest);
    let place = [
        ("domain", json!(domain)),
        ("server_endpoint", json!(format!("{}/rest/", state.url))),
        ("client_endpoint", json!(format!("{current}/rest/"))),
        ("member_id", json!(state.secrets.member_id)),
    ];
    let token = ("application_token", json!(state.secrets.application_token));
    let mut auth = Vec::new();
    if *owner == Owner::Application {
        let now = state.clock.now();
        let mut controls = state.controls();
        let (pair, end) = controls.tokens.of_event(user, now);
        let end = since_epoch(end);
        auth.extend([
            ("access_token", json!(pair.access)),
            ("expires", json!(end as u64)),
            ("expires_in", json!(pair.lifetime.as_secs())),
            ("scope", json!("imbot")),
        ]);
        auth.extend(place);
        auth.push(("status", json!("L")));
        auth.push(("user_id", json!(user)));
        if with != With::Access {
            auth.push(("refresh_token", json!(pair.refresh)));
        }
        if with == With::Application {
            auth.push(("client_id", json!(state.secrets.client_id)));
        }
    } else {
        auth.extend(place);
    }
    auth.push(token);
    let auth = auth.into_iter();
    auth.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// An event, short of its handler.
pub(super) fn envelope(
    desk: Desk<'_>,
    event: &str,
    handler: Option<u64>,
    data: Value,
    auth: Map<String, Value>,
) -> Value {
    let mut body = Map::new();
    body.insert("event".to_owned(), event.into());
    if let Some(id) = handler {
        body.insert("event_handler_id".to_owned(), id.into());
    }
    body.insert("data".to_owned(), data);
    let ts = since_epoch(desk.state.clock.now()) as u64;
    body.insert("ts".to_owned(), ts.into());
    body.insert("auth".to_owned(), auth.into());
    body.into()
}
