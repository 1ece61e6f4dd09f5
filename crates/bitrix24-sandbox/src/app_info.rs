//! `app.info` of the authorization server: what an application can trust about itself.

use serde_json::{Value, json};

use crate::{
    auth::Credential, contract::Rest, log::Recorded, state::State, time::date, tokens::LIFETIME,
    world::OWNER,
};

const METHOD: &str = "app.info";

/// How the names of authorization servers begin. The portal and its authorization server have one
/// address here, and a method of the same name.
const HOSTS: &str = "oauth.";

/// Whether this call is for the authorization server.
pub(crate) fn is_asked(rest: Rest, method: &str, sent: &Recorded) -> bool {
    rest == Rest::Classic
        && method == METHOD
        && sent.credential() == Credential::Token
        && sent
            .header("host")
            .is_some_and(|host| host.starts_with(HOSTS))
}

/// What it answers to the application that this token is for.
pub(crate) fn result(state: &State, token: Option<&str>) -> Value {
    let endpoint = format!("{}/rest/", state.current_url());
    let now = state.clock.now();
    let controls = state.controls();
    let end = token.and_then(|token| controls.tokens.end_of(token));
    let grant = token.and_then(|token| controls.tokens.admit(token, now).ok());
    let user = grant.map_or(OWNER, |grant| grant.user);
    let scope = controls.scopes.join(",");
    json!({
        "client_id": state.secrets.client_id,
        "scope": scope,
        "expires": date(end.or(now.checked_add(LIFETIME)).unwrap_or(now)),
        "user_id": user,
        "install": {
            "installed": controls.app.installed,
            "version": "1",
            "status": "L",
            "scope": scope,
            "domain": host(&endpoint),
            "uri": "",
            "client_endpoint": endpoint,
            "member_id": state.secrets.member_id,
            "member_type": "cloud",
        },
    })
}

/// The name of the host in an address, without its port.
fn host(url: &str) -> &str {
    let (_, rest) = url.split_once("://").unwrap_or_default();
    let host = rest.split('/').next().unwrap_or_default();
    match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn hosts() {
        assert_eq!(host("https://127.0.0.1:41873/rest/"), "127.0.0.1");
        assert_eq!(host("https://[::1]/rest/"), "[::1]");
        assert_eq!(host("https://example.com/rest/"), "example.com");
        assert_eq!(host(""), "");
    }
}
