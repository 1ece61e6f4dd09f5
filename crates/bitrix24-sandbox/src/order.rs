//! The parameters of orders.

use std::{num::NonZero, str::FromStr, time::Duration};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use serde_json::{Map, Value};

use crate::contract::text;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fail {
    pub(crate) method: String,
    pub(crate) code: String,
    #[serde(default, deserialize_with = "number")]
    pub(crate) status: Option<u16>,
    pub(crate) text: Option<String>,
    /// 0 for all calls until it is cleared.
    #[serde(default, deserialize_with = "number")]
    pub(crate) times: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scopes {
    pub(crate) scopes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HttpsOnly {
    #[serde(default, deserialize_with = "flag")]
    pub(crate) on: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Requests {
    pub(crate) method: Option<String>,
    /// With the query and the body as they were sent.
    #[serde(default, deserialize_with = "flag")]
    pub(crate) raw: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Luck {
    #[serde(default, deserialize_with = "number")]
    pub(crate) seed: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lifetime {
    #[serde(default, deserialize_with = "number")]
    pub(crate) seconds: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hands {
    /// In seconds.
    #[serde(default, deserialize_with = "number")]
    pub(crate) advance: Option<f64>,
    #[serde(default, deserialize_with = "flag")]
    pub(crate) stopped: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct App {
    pub(crate) redirect_uri: Option<String>,
    pub(crate) users: Option<Vec<Value>>,
    #[serde(default, deserialize_with = "flag")]
    pub(crate) installed: Option<bool>,
    #[serde(default, deserialize_with = "flag")]
    pub(crate) paid: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Issue {
    #[serde(default, deserialize_with = "number")]
    pub(crate) user: Option<u64>,
    pub(crate) scopes: Option<Vec<String>>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) lifetime: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    pub(crate) plan: Option<String>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) depth: Option<u32>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) per_second: Option<f64>,
    #[serde(default, deserialize_with = "flag")]
    pub(crate) continuous: Option<bool>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) bot_status: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shape {
    pub(crate) fields: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    pub(crate) integers: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Move {
    pub(crate) to: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    pub(crate) method: String,
    pub(crate) records: Option<Vec<Value>>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) count: Option<u64>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) page_size: Option<NonZero<usize>>,
    pub(crate) wrap: Option<String>,
    pub(crate) key: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Budget {
    pub(crate) method: String,
    #[serde(default, deserialize_with = "number")]
    pub(crate) operating: Option<f64>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) per_call: Option<f64>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) reset_in: Option<f64>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) limit: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keep {
    #[serde(default, deserialize_with = "flag")]
    pub(crate) on: Option<bool>,
}

/// The parameters of an order; what is wrong with them otherwise.
pub(crate) fn read<T: DeserializeOwned>(params: Map<String, Value>) -> Result<T, String> {
    serde_json::from_value(params.into()).map_err(|error| error.to_string())
}

/// A status that HTTP has for final answers.
pub(crate) fn possible(status: u16) -> Result<u16, String> {
    if (200..600).contains(&status) {
        Ok(status)
    } else {
        Err(format!("no such status: {status}"))
    }
}

/// A time that is told in seconds.
pub(crate) fn duration(seconds: f64) -> Result<Duration, String> {
    Duration::try_from_secs_f64(seconds).map_err(|_| format!("no such time: {seconds} s"))
}

/// Whether a header can send a client there.
pub(crate) fn is_address(url: &str) -> bool {
    let web = url.starts_with("http://") || url.starts_with("https://");
    web && url.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The method that an order is about, of which the rest is read by itself.
pub(crate) fn method(params: &mut Map<String, Value>) -> Result<String, String> {
    match params.shift_remove("method") {
        Some(Value::String(method)) => Ok(method),
        _ => Err("method is missing".to_owned()),
    }
}

/// A number that forms send as text.
pub(crate) fn number<'de, D: Deserializer<'de>, N: FromStr>(
    deserializer: D,
) -> Result<Option<N>, D::Error> {
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

/// A boolean that forms send as text.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    match text(&Value::deserialize(deserializer)?).as_ref() {
        "null" => Ok(None),
        "true" | "1" | "Y" => Ok(Some(true)),
        "false" | "0" | "N" => Ok(Some(false)),
        other => Err(D::Error::custom(format!("neither true nor false: {other}"))),
    }
}

/// Numbers that forms send as text.
pub(crate) fn numbers<'de, D: Deserializer<'de>, N: FromStr>(
    deserializer: D,
) -> Result<Vec<N>, D::Error> {
    let values = Vec::<Value>::deserialize(deserializer)?;
    let numbers = values.iter().map(|value| {
        let text = text(value);
        text.parse()
            .map_err(|_| D::Error::custom(format!("no such number: {text}")))
    });
    numbers.collect()
}
