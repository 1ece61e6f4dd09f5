//! The step of an authorisation that a user takes in a browser.

use form_urlencoded::Serializer;
use hyper::header::LOCATION;
use serde_json::{Map, Value};

use crate::{contract::text, reply::Reply, state::State};

/// The name under which the log knows it.
pub(crate) const METHOD: &str = "oauth.authorize";

/// Its path, as the log shows it.
pub(crate) const PATH: &str = "/oauth/authorize/";

pub(crate) fn is_path(path: &str) -> bool {
    path.strip_suffix('/').unwrap_or(path) == PATH.trim_end_matches('/')
}

/// Sends the browser back to the application with a code, or shows the code
/// where the application has no address. What is wrong is shown to the user.
pub(crate) fn reply(state: &State, params: &Map<String, Value>) -> Reply {
    let given = |name: &str| params.get(name).map(text).unwrap_or_default();
    let app = state.controls().app.clone();
    if given("client_id") != state.secrets.client_id || !app.installed {
        return Reply::page(400, "The application is not installed");
    }
    let code = state.controls().tokens.code(state.clock.now());
    let Some(uri) = app.redirect_uri else {
        return Reply {
            ran: true,
            ..Reply::page(200, &code)
        };
    };
    let scope = state.controls().scopes.join(",");
    let (portal, server) = (state.current_url(), &state.url);
    let query = Serializer::new(String::new())
        .append_pair("code", &code)
        .append_pair("state", &given("state"))
        .append_pair("domain", domain(&portal))
        .append_pair("member_id", &state.secrets.member_id)
        .append_pair("scope", &scope)
        .append_pair("server_domain", domain(server))
        .finish();
    // What the application has behind a `#` stays behind it.
    let (uri, fragment) = match uri.split_once('#') {
        Some((uri, fragment)) => (uri, format!("#{fragment}")),
        None => (uri.as_str(), String::new()),
    };
    let joint = if uri.contains('?') { '&' } else { '?' };
    let mut reply = Reply {
        ran: true,
        ..Reply::page(302, "Found")
    };
    if let Ok(location) = format!("{uri}{joint}{query}{fragment}").try_into() {
        reply.headers.insert(LOCATION, location);
    }
    reply
}

/// The host of an address, with its port.
pub(crate) fn domain(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, domain)| domain)
}
