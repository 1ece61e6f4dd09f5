//! `$result[id][path]` in a batch: what an earlier command answered.

use serde_json::{Map, Value};

use crate::contract::text;

/// How a reference begins.
const OPENING: &str = "$result[";

/// Replaces references in values, however deeply they are nested.
pub(crate) fn replace(value: &mut Value, results: &Map<String, Value>) {
    match value {
        Value::String(text) => {
            if let Some(replaced) = replaced(text, results) {
                *value = replaced;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| replace(value, results)),
        Value::Object(map) => map.values_mut().for_each(|value| replace(value, results)),
        _ => {}
    }
}

/// A text with its references replaced; `None` when it has none.
fn replaced(template: &str, results: &Map<String, Value>) -> Option<Value> {
    let mut written = String::new();
    let mut rest = template;
    let mut found = false;
    while let Some(at) = rest.find(OPENING) {
        let (before, from) = rest.split_at(at);
        written.push_str(before);
        let Some((path, after)) = path(from.strip_prefix("$result").unwrap_or_default()) else {
            // Not closed: no reference, and no other can follow it.
            written.push_str(from);
            rest = "";
            break;
        };
        let value = at_path(results, &path);
        if !found && written.is_empty() && after.is_empty() {
            // Lists and objects go in as they are.
            return Some(match value {
                Some(Value::Array(_) | Value::Object(_)) => value.cloned().unwrap_or_default(),
                value => plain(value).into(),
            });
        }
        written.push_str(&plain(value));
        found = true;
        rest = after;
    }
    written.push_str(rest);
    found.then_some(Value::String(written))
}

/// Reads `[a][b]`, and what comes after it.
fn path(mut rest: &str) -> Option<(Vec<&str>, &str)> {
    let mut path = Vec::new();
    while let Some((part, after)) = rest
        .strip_prefix('[')
        .and_then(|inner| inner.split_once(']'))
    {
        path.push(part);
        rest = after;
    }
    (!path.is_empty()).then_some((path, rest))
}

fn at_path<'a>(results: &'a Map<String, Value>, path: &[&str]) -> Option<&'a Value> {
    let (id, fields) = path.split_first()?;
    let mut value = results.get(*id)?;
    for field in fields {
        value = match value {
            Value::Object(map) => map.get(*field)?,
            Value::Array(values) => values.get(field.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(value)
}

/// A value as a query has it.
fn plain(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::Bool(flag)) => if *flag { "1" } else { "0" }.to_owned(),
        Some(value) => text(value).into_owned(),
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
        for (value, expected) in [
            (json!("$result[chat][ID]"), json!("13")),
            (json!("chat$result[chat][ID]!"), json!("chat13!")),
            (
                json!("$result[chat][ID]$result[chat][users][1][id]"),
                json!("137"),
            ),
            (json!("$result[chat][users]"), json!([{"id": 5}, {"id": 7}])),
            (
                json!({"a": ["$result[chat][open]", "$result[flag]"]}),
                json!({"a": ["1", "0"]}),
            ),
            (json!("$result[chat][none]"), json!("")),
            (json!("$result[chat][users][2][id]"), json!("")),
            (json!("$result[none]-"), json!("-")),
            (json!("$result $result[chat"), json!("$result $result[chat")),
        ] {
            let mut replaced = value.clone();
            replace(&mut replaced, &results);
            assert_eq!(replaced, expected, "{value}");
        }
    }
}
