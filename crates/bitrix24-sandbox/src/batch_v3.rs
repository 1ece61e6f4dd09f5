//! `batch` of REST 3.0: a list of calls in one request.

use serde_json::{Map, Value, json};

use crate::{
    auth::Credential,
    batch::{self, Command, MOST},
    contract::Rest,
    method::Call,
    reference::{self, Room},
    reference_v3,
    refusal::{Refusal, VALIDATION},
};

/// What a batch in the manner of the classic API gets.
const SELECT: &str = "BITRIX_REST_V3_EXCEPTION_INVALIDSELECTEXCEPTION";

/// Runs the calls, and gives their results in order. One that fails leaves its
/// error in its place.
pub(crate) fn run(
    batch: &Call<'_>,
    credential: Credential,
    params: &Map<String, Value>,
) -> Result<Value, Box<Refusal>> {
    if params.contains_key("cmd") {
        return Err(batch.error(SELECT).into());
    }
    let wrong = |text: &str| Refusal::new(400, VALIDATION, text);
    // The reader has made an object of the list.
    let is_list = params
        .keys()
        .enumerate()
        .all(|(at, key)| *key == at.to_string());
    if !is_list || params.is_empty() {
        return Err(wrong("The request body is not a list of calls").into());
    }
    if params.len() > MOST {
        return Err(batch.error("ERROR_BATCH_LENGTH_EXCEEDED").into());
    }
    let mut results = Map::new();
    // The same, by the names of the calls.
    let mut named = Map::new();
    let mut room = Room::default();
    for (index, call) in params {
        let method = call.get("method").and_then(Value::as_str);
        let query = match call.get("query") {
            None => Some(Map::new()),
            Some(Value::Object(query)) => Some(query.clone()),
            // An empty object of PHP.
            Some(Value::Array(list)) if list.is_empty() => Some(Map::new()),
            Some(_) => None,
        };
        let result = match method.zip(query) {
            Some((method, mut query)) => {
                query.shift_remove("auth");
                for value in query.values_mut() {
                    reference::replace(value, &results, &mut room);
                    reference_v3::replace(value, &named, &mut room)
                        .map_err(|reference_v3::Unreadable| batch.error(SELECT))?;
                }
                let command = Command::new(method, query);
                let reply = batch::run_command(command, batch, credential, batch.state.clock.now());
                let mut body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
                match body.get_mut("error") {
                    Some(error) => json!({"error": error.take()}),
                    None => body.get_mut("result").map(Value::take).unwrap_or_default(),
                }
            }
            None => {
                let refusal = wrong("A call in a batch has a method and a query");
                refusal.body(Rest::V3)
            }
        };
        let name = call.get("as").and_then(Value::as_str).unwrap_or(index);
        named.insert(name.to_owned(), result.clone());
        results.insert(index.clone(), result);
    }
    Ok(results.into_iter().map(|(_, result)| result).collect())
}
