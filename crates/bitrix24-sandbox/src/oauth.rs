//! The authorization server's one address, at which applications get tokens.

use serde_json::{Map, Value, json};
use std::sync::Arc;

use crate::{
    auth::Credential,
    authorize,
    contract::{Contract, text},
    refusal::Refusal,
    state::State,
    time::since_epoch,
    tokens::Token,
};

/// The name under which orders and the log know it.
pub(crate) const METHOD: &str = "oauth.token";

/// Its path, as the log shows it.
pub(crate) const PATH: &str = "/oauth/token/";

/// Its errors. The documentation gives no status for any of them.
const ERRORS: [(&str, u16, &str); 6] = [
    (
        "invalid_request",
        400,
        "A parameter is missing or not valid",
    ),
    ("invalid_client", 401, "The application is not known"),
    ("invalid_grant", 400, "The code or the token is not good"),
    ("invalid_scope", 400, "The scope is not valid"),
    ("insufficient_scope", 400, "The scope is not enough"),
    ("PAYMENT_REQUIRED", 402, "The application is not paid for"),
];

pub(crate) fn is_path(path: &str) -> bool {
    path.strip_suffix('/').unwrap_or(path) == PATH.trim_end_matches('/')
}

/// The parameters that the log masks.
pub(crate) fn secret_params() -> Arc<[String]> {
    ["client_secret", "refresh_token", "code"]
        .map(String::from)
        .into()
}

/// The error with this code, with its own words and the status chosen here.
pub(crate) fn refusal(contract: &Contract, code: &str) -> Refusal {
    match ERRORS.iter().find(|(known, ..)| *known == code) {
        Some((code, status, text)) => Refusal::new(*status, code, *text),
        None => Refusal::of(contract, None, code),
    }
}

/// What a request gets, or the code of an error, and what it was authorised by.
pub(crate) fn grant(
    state: &State,
    params: &Map<String, Value>,
) -> (Credential, Result<Value, &'static str>) {
    let given = |name: &str| params.get(name).map(text).unwrap_or_default();
    let proof = match &*given("grant_type") {
        "authorization_code" => given("code"),
        "refresh_token" => given("refresh_token"),
        _ => return (Credential::Refused, Err("invalid_request")),
    };
    let (id, secret) = (given("client_id"), given("client_secret"));
    if id.is_empty() || secret.is_empty() || proof.is_empty() {
        return (Credential::Refused, Err("invalid_request"));
    }
    if id != state.secrets.client_id || secret != state.secrets.client_secret {
        return (Credential::Refused, Err("invalid_client"));
    }
    let now = state.clock.now();
    let pair = {
        let controls = &mut *state.controls();
        if !controls.app.installed {
            return (Credential::Refused, Err("invalid_client"));
        }
        if !controls.app.paid {
            return (Credential::Application, Err("PAYMENT_REQUIRED"));
        }
        let tokens = &mut controls.tokens;
        if given("grant_type") == "refresh_token" {
            tokens.renew(&proof, now)
        } else {
            tokens.exchange(&proof, now)
        }
    };
    let outcome = match pair {
        Some(pair) => Ok(answer(state, &pair)),
        None => Err("invalid_grant"),
    };
    (Credential::Application, outcome)
}

fn answer(state: &State, pair: &Token) -> Value {
    let endpoint = format!("{}/rest/", state.current_url());
    let server = format!("{}/rest/", state.url);
    let domain = authorize::domain(&state.url);
    let scopes = match &pair.grant.scopes {
        Some(scopes) => scopes.join(","),
        None => state.controls().scopes.join(","),
    };
    let lifetime = pair.lifetime;
    let end = (since_epoch(state.clock.now()) as u64).saturating_add(lifetime.as_secs());
    json!({
        "access_token": pair.access,
        "refresh_token": pair.refresh,
        "expires_in": lifetime.as_secs(),
        "client_endpoint": endpoint,
        "server_endpoint": server,
        "domain": domain,
        "member_id": state.secrets.member_id,
        "scope": scopes,
        "status": "L",
        "expires": end,
        "user_id": pair.grant.user,
    })
}
