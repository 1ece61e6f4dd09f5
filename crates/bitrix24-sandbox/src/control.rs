//! Orders that come over HTTP, from any language.

use std::{str::FromStr, time::Duration};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use serde_json::{Map, Value, json};

use crate::{failures::Failure, method::ECHO, portal::State};

/// Before the name of an order that is called like a method.
const METHODS: &str = "sandbox.";

/// Before the name of an order that has an address of its own.
const PATHS: &str = "/_sandbox/";

/// All orders, for who misspells one.
const ORDERS: [&str; 9] = [
    "answer", "clear", "code", "counts", "expire", "fail", "lifetime", "requests", "scopes",
];

/// The order in a method's name, which is in lower case.
pub(crate) fn in_method(method: &str) -> Option<&str> {
    method.strip_prefix(METHODS).filter(|_| method != ECHO)
}

/// The order in a path.
pub(crate) fn in_path(path: &str) -> Option<&str> {
    path.strip_prefix(PATHS)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fail {
    method: String,
    code: String,
    #[serde(default, deserialize_with = "number")]
    status: Option<u16>,
    text: Option<String>,
    /// 0 for all calls until it is cleared.
    #[serde(default, deserialize_with = "number")]
    times: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    method: String,
    answer: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scopes {
    scopes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lifetime {
    #[serde(default, deserialize_with = "number")]
    seconds: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// Carries an order out and gives the `result` of the answer; what is wrong
/// with it otherwise.
pub(crate) fn obey(
    state: &State,
    order: &str,
    params: Map<String, Value>,
) -> Result<Value, String> {
    match order {
        "fail" => {
            let fail: Fail = read(params)?;
            let status = match fail.status {
                Some(status) if !(200..600).contains(&status) => {
                    return Err(format!("no such status: {status}"));
                }
                status => status,
            };
            let failure = Failure {
                code: fail.code,
                status,
                text: fail.text,
                times: match fail.times {
                    Some(0) => None,
                    times => times.or(Some(1)),
                },
            };
            state.controls().orders.fail(&fail.method, failure);
            Ok(true.into())
        }
        "answer" => {
            let answer: Answer = read(params)?;
            state
                .controls()
                .orders
                .answer(&answer.method, &answer.answer);
            Ok(true.into())
        }
        "scopes" => {
            let Scopes { scopes } = read(params)?;
            state.controls().scopes = scopes;
            Ok(true.into())
        }
        "expire" => {
            let Nothing {} = read(params)?;
            state.controls().tokens.expire();
            Ok(true.into())
        }
        "lifetime" => {
            let Lifetime { seconds } = read(params)?;
            let seconds = seconds.ok_or("seconds are missing")?;
            state.controls().tokens.lifetime = Duration::from_secs(seconds);
            Ok(true.into())
        }
        "code" => {
            let Nothing {} = read(params)?;
            Ok(state.controls().tokens.code().into())
        }
        "counts" => {
            let Nothing {} = read(params)?;
            let controls = state.controls();
            Ok(json!({"refreshes": controls.tokens.refreshes}))
        }
        "clear" => {
            state.clear();
            Ok(true.into())
        }
        "requests" => {
            let requests = state.controls().log.all();
            Ok(requests.iter().map(crate::log::Recorded::to_json).collect())
        }
        unknown => Err(format!(
            "no such order: {unknown} (there are {})",
            ORDERS.join(", "),
        )),
    }
}

fn read<T: DeserializeOwned>(params: Map<String, Value>) -> Result<T, String> {
    serde_json::from_value(params.into()).map_err(|error| error.to_string())
}

/// A number that forms send as text.
fn number<'de, D: Deserializer<'de>, N: FromStr>(deserializer: D) -> Result<Option<N>, D::Error> {
    let text = match Value::deserialize(deserializer)? {
        Value::Null => return Ok(None),
        Value::String(text) => text,
        other => other.to_string(),
    };
    let number = text
        .parse()
        .map_err(|_| D::Error::custom(format!("no such number: {text}")));
    number.map(Some)
}
