//! `$result[id][path]` in a batch: what an earlier command answered.

use serde_json::{Map, Value};

use crate::contract::text;

/// How a reference begins, in any case.
const OPENING: &str = "$result";

/// How much references can still put into a batch. Without an end to it, 50 commands with two
/// references each to the one before would fill any memory.
pub(crate) struct Room(usize);

impl Default for Room {
    fn default() -> Self {
        Self(64 << 20)
    }
}

impl Room {
    /// A copy of a value; `null` when there is no room for it, nor for what comes after it.
    pub(crate) fn copy(&mut self, value: &Value) -> Value {
        if self.has(value) {
            value.clone()
        } else {
            Value::Null
        }
    }

    /// Takes the room of a value, roughly in bytes.
    fn has(&mut self, value: &Value) -> bool {
        self.takes(match value {
            Value::String(text) => text.len(),
            _ => 0,
        }) && match value {
            Value::Array(values) => values.iter().all(|value| self.has(value)),
            Value::Object(map) => self.has_all(map),
            _ => true,
        }
    }

    fn has_all(&mut self, map: &Map<String, Value>) -> bool {
        map.iter()
            .all(|(key, value)| self.takes(key.len()) && self.has(value))
    }

    fn takes(&mut self, bytes: usize) -> bool {
        // No value is without a place of its own.
        let left = self.0.checked_sub(bytes.saturating_add(size_of::<Value>()));
        self.0 = left.unwrap_or_default();
        left.is_some()
    }
}

/// Replaces references in values, however deeply they are nested.
pub(crate) fn replace(value: &mut Value, results: &Map<String, Value>, room: &mut Room) {
    match value {
        Value::String(text) => {
            if let Some(replaced) = replaced(text, results, room) {
                *value = replaced;
            }
        }
        Value::Array(values) => {
            for value in values {
                replace(value, results, room);
            }
        }
        Value::Object(map) => {
            for value in map.values_mut() {
                replace(value, results, room);
            }
        }
        _ => {}
    }
}

/// A text with its references replaced; `None` when it has none.
fn replaced(template: &str, results: &Map<String, Value>, room: &mut Room) -> Option<Value> {
    let mut written = String::new();
    let mut rest = template;
    let mut found = false;
    while let Some(at) = opening(rest) {
        let (before, from) = rest.split_at(at);
        written.push_str(before);
        // Up to the next blank, all of it is the reference.
        let (run, after) = from.split_at(from.find(is_blank).unwrap_or(from.len()));
        rest = after;
        let path = path(run);
        if path.is_empty() {
            written.push_str(run);
            continue;
        }
        let value = deepest(results, &path);
        if !found && written.is_empty() && after.is_empty() {
            return Some(match value {
                Some(value @ (Value::Array(_) | Value::Object(_))) => room.copy(value),
                Some(value) if room.has(value) => plain(value).into(),
                None if room.has_all(results) => Value::Object(results.clone()),
                _ => Value::Null,
            });
        }
        match value {
            Some(value) if !value.is_array() && !value.is_object() => {
                if room.has(value) {
                    written.push_str(&plain(value));
                }
            }
            // What is not a text cannot go into one.
            _ => written.push_str(run),
        }
        found = true;
    }
    written.push_str(rest);
    found.then_some(Value::String(written))
}

/// Where the next reference may begin.
fn opening(text: &str) -> Option<usize> {
    text.match_indices('$').map(|(at, _)| at).find(|at| {
        let start = text.as_bytes().get(*at..at + OPENING.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(OPENING.as_bytes()))
    })
}

fn is_blank(c: char) -> bool {
    c.is_ascii_whitespace() || c == '\u{b}'
}

/// Everything in brackets.
fn path(run: &str) -> Vec<&str> {
    let mut path = Vec::new();
    let mut rest = run;
    while let Some((_, inner)) = rest.split_once('[')
        && let Some((part, after)) = inner.split_once(']')
    {
        path.push(part);
        rest = after;
    }
    path
}

/// The value at a path, or the deepest one on the way to it: `null` counts as nothing.
fn deepest<'a>(results: &'a Map<String, Value>, path: &[&str]) -> Option<&'a Value> {
    let mut parts = path.iter();
    let mut value = results.get(*parts.next()?).filter(|it| !it.is_null())?;
    for part in parts {
        let inner = match value {
            Value::Object(map) => map.get(*part),
            Value::Array(values) => part.parse().ok().and_then(|at: usize| values.get(at)),
            _ => None,
        };
        match inner.filter(|it| !it.is_null()) {
            Some(inner) => value = inner,
            None => break,
        }
    }
    Some(value)
}

/// A value as a query has it.
fn plain(value: &Value) -> String {
    match value {
        Value::Bool(flag) => if *flag { "1" } else { "0" }.to_owned(),
        value => text(value).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whole_values_and_parts() {
        let results = json!({
            "chat": {"ID": 13, "users": [{"id": 5}, {"id": 7}], "open": true, "none": null},
            "flag": false,
        });
        let Value::Object(results) = results else {
            return;
        };
        let chat = results["chat"].clone();
        let all = Value::Object(results.clone());
        for (value, expected) in [
            (json!("$result[chat][ID]"), json!("13")),
            (json!("chat$RESULT[chat][ID] !"), json!("chat13 !")),
            (json!("$result[chat][ID], and so on"), json!("13 and so on")),
            (json!("$result[chat][users]"), json!([{"id": 5}, {"id": 7}])),
            (
                json!({"a": ["$result[chat][open]", "$result[flag]"]}),
                json!({"a": ["1", "0"]}),
            ),
            // What is not there: the next that is.
            (json!("$result[chat][none]"), chat),
            (
                json!("$result[chat][users][2][id]"),
                json!([{"id": 5}, {"id": 7}]),
            ),
            (json!("$result[none]"), all),
            (json!("a $result[chat] b"), json!("a $result[chat] b")),
            (json!("$result $result[chat"), json!("$result $result[chat")),
            (json!("$resolved[chat]"), json!("$resolved[chat]")),
        ] {
            let mut replaced = value.clone();
            replace(&mut replaced, &results, &mut Room::default());
            assert_eq!(replaced, expected, "{value}");
        }
    }

    #[test]
    fn no_more_than_there_is_room_for() {
        let mut room = Room::default();
        let mut results = Map::new();
        let mut value = json!(["x".repeat(1000)]);
        for id in 0..50 {
            results.insert(id.to_string(), value);
            let reference = format!("$result[{id}]");
            value = json!([reference, reference]);
            replace(&mut value, &results, &mut room);
        }
        assert_eq!(value, json!([null, null]));
        let mut text = json!("[$result[text] ]");
        results.insert("text".to_owned(), "x".into());
        replace(&mut text, &results, &mut room);
        assert_eq!(text, "[ ]");
    }
}
