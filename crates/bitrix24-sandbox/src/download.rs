//! Files, for who has a link to them.

use crate::{params, reply::Reply, state::State};

const PATH: &str = "/rest/download.json";

/// Between the module that has made a link and its token.
const SEPARATOR: char = '|';

pub(crate) fn is_path(path: &str) -> bool {
    path == PATH
}

/// A link that is good once.
pub(crate) fn address(url: &str, module: &str, token: &str) -> String {
    format!("{url}{PATH}?token={module}%7C{token}")
}

/// What a link leads to.
pub(crate) fn reply(state: &State, query: Option<&str>) -> Reply {
    let params = params::brackets(query.unwrap_or_default().as_bytes());
    let token = params.get("token").and_then(serde_json::Value::as_str);
    let token = token.and_then(|token| token.split_once(SEPARATOR));
    let content = token.and_then(|(_, token)| state.in_world(|world| world.follow(token)));
    match content {
        Some(content) => Reply {
            content_type: "application/octet-stream",
            ..Reply::json(200, content.to_vec())
        },
        None => Reply::page(404, "Not Found"),
    }
}
