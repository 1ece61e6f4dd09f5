//! Reading what PHP writes: everything may be a string, everything may be missing.

use serde_json::{Map, Value};

use crate::Secret;

/// A text that is there and not empty. Numbers count as their text.
pub(super) fn text(fields: &Map<String, Value>, name: &str) -> Option<String> {
    match fields.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(super) fn secret(fields: &Map<String, Value>, name: &str) -> Option<Secret> {
    text(fields, name).map(Secret::from)
}

pub(super) fn integer(fields: &Map<String, Value>, name: &str) -> Option<i64> {
    match fields.get(name)? {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => number(text),
        _ => None,
    }
}

/// An integer, possibly written as a float.
pub(super) fn number(text: &str) -> Option<i64> {
    let text = text.trim();
    text.parse().ok().or_else(|| whole(text.parse().ok()?))
}

#[allow(clippy::cast_possible_truncation, reason = "within the range")]
fn whole(number: f64) -> Option<i64> {
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    (number.abs() <= LIMIT).then_some(number as i64)
}

/// A list of words with commas or blanks between them: both occur.
pub(super) fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| c == ',' || c.is_whitespace());
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The same, which may also be a JSON array.
pub(super) fn word_list(fields: &Map<String, Value>, name: &str) -> Vec<String> {
    match fields.get(name) {
        Some(Value::String(text)) => words(text),
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

/// When a token that lives for so many seconds from now is over.
pub(super) fn expiry(expires: Option<i64>, expires_in: Option<i64>, now: i64) -> Option<i64> {
    expires
        .filter(|&at| at > 0)
        .or_else(|| expires_in.map(|left| now.saturating_add(left)))
}
