//! Facts as YAML, in the style that a person would write: short rows in braces, the rest in
//! block style, and quotes only around what YAML would take for something else.
//!
//! Works on the JSON of the facts, so the format may grow without a change here. The same
//! facts give the same bytes.

use serde::Serialize;
use serde_json::Value;

/// How long a line with braces may be.
const WIDTH: usize = 110;

/// How deep facts may nest for the reader of descriptions to take them.
const DEPTH: usize = 29;

/// The block `facts:` of a file.
///
/// # Errors
///
/// Says what cannot be written: what nests deeper than the reader goes.
pub(crate) fn facts<T: Serialize>(facts: &T) -> Result<String, String> {
    let value = serde_json::to_value(facts).map_err(|error| error.to_string())?;
    entry("facts", &value, 0)
}

/// A key with its value, in lines that are indented by `indent`.
///
/// # Errors
///
/// As [`facts`].
pub(crate) fn entry(key: &str, value: &Value, indent: usize) -> Result<String, String> {
    if is_deeper(value, DEPTH) {
        return Err(format!("`{key}` nests deeper than {DEPTH} levels"));
    }
    let mut out = String::new();
    spaces(indent, &mut out);
    field(key, value, indent, &mut out);
    Ok(out)
}

/// What the reader of descriptions gives back for a value. Whole numbers that do not fit
/// 64 bits with a sign come back as texts.
pub(crate) fn normal(value: &Value) -> Value {
    match value {
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (None, Some(large)) => Value::String(large.to_string()),
            _ => value.clone(),
        },
        Value::Array(items) => items.iter().map(normal).collect(),
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| (key.clone(), normal(value)));
            Value::Object(entries.collect())
        }
        _ => value.clone(),
    }
}

/// Whether a value nests more than `limit` lists and mappings.
fn is_deeper(value: &Value, limit: usize) -> bool {
    let Some(below) = limit.checked_sub(1) else {
        return value.is_array() || value.is_object();
    };
    match value {
        Value::Array(items) => items.iter().any(|it| is_deeper(it, below)),
        Value::Object(map) => map.values().any(|it| is_deeper(it, below)),
        _ => false,
    }
}

/// `key: value` from where the line stands; what goes on is indented by more than `indent`.
fn field(key: &str, value: &Value, indent: usize, out: &mut String) {
    text(key, out);
    out.push(':');
    let column = indent + key.len() + 2;
    if let Some(flow) = in_line(value, column) {
        out.push(' ');
        out.push_str(&flow);
        out.push('\n');
        return;
    }
    out.push('\n');
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                spaces(indent + 2, out);
                field(key, value, indent + 2, out);
            }
        }
        Value::Array(items) => rows(items, indent + 2, out),
        _ => {}
    }
}

fn rows(items: &[Value], indent: usize, out: &mut String) {
    for item in items {
        spaces(indent, out);
        out.push('-');
        if let Some(flow) = in_line(item, indent + 2) {
            out.push(' ');
            out.push_str(&flow);
            out.push('\n');
            continue;
        }
        match item {
            Value::Object(map) => {
                for (index, (key, value)) in map.iter().enumerate() {
                    match index {
                        0 => out.push(' '),
                        _ => spaces(indent + 2, out),
                    }
                    field(key, value, indent + 2, out);
                }
            }
            Value::Array(items) => {
                out.push('\n');
                rows(items, indent + 2, out);
            }
            _ => {}
        }
    }
}

fn spaces(count: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', count));
}

/// The value as it stands on one line, if it can and may.
fn in_line(value: &Value, column: usize) -> Option<String> {
    let mut out = String::new();
    match value {
        Value::Array(items) if !items.is_empty() => {}
        Value::Object(map) if !map.is_empty() => {}
        _ => {
            scalar(value, &mut out);
            return Some(out);
        }
    }
    flow(value, WIDTH.saturating_sub(column), &mut out).then_some(out)
}

/// Writes a value in braces. Stops, and says so, where it becomes too long, or where each
/// row deserves a line of its own.
fn flow(value: &Value, limit: usize, out: &mut String) -> bool {
    match value {
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                if item.is_object() || !flow(item, limit, out) {
                    return false;
                }
            }
            out.push(']');
        }
        Value::Object(map) if !map.is_empty() => {
            out.push_str("{ ");
            for (index, (key, value)) in map.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                text(key, out);
                out.push_str(": ");
                if !flow(value, limit, out) {
                    return false;
                }
            }
            out.push_str(" }");
        }
        _ => scalar(value, out),
    }
    out.len() <= limit
}

fn scalar(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (None, Some(large)) => quoted(&large.to_string(), out),
            _ => out.push_str(&number.to_string()),
        },
        Value::String(value) => text(value, out),
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
    }
}

fn text(value: &str, out: &mut String) {
    if is_plain(value) {
        out.push_str(value);
    } else {
        quoted(value, out);
    }
}

/// Whether a text needs no quotes, in any version of YAML and inside of braces.
fn is_plain(value: &str) -> bool {
    let first = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '/' | '$' | '(');
    let inner = |c: char| c.is_ascii_alphanumeric() || " _./|-+<>()$%=^;'!@*&~".contains(c);
    value.starts_with(first)
        && value.chars().all(inner)
        && !value.ends_with(' ')
        && !WORDS.contains(&value.to_ascii_lowercase().as_str())
}

/// Words that some version of YAML takes for something else than a text.
const WORDS: &[&str] = &[
    "false", "inf", "infinity", "n", "nan", "no", "null", "off", "on", "true", "y", "yes",
];

fn quoted(value: &str, out: &mut String) {
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if shows(c) => out.push(c),
            _ => match u32::from(c) {
                code @ ..=0xff => out.push_str(&format!("\\x{code:02X}")),
                code @ ..=0xffff => out.push_str(&format!("\\u{code:04X}")),
                code => out.push_str(&format!("\\U{code:08X}")),
            },
        }
    }
    out.push('"');
}

/// Whether a character is seen as what it is.
fn shows(c: char) -> bool {
    c == '\'' || c.escape_debug().len() == 1
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by a panic")]
mod tests {
    use super::*;
    use crate::diag::Report;
    use crate::file::Doc;
    use crate::format::Facts;
    use proptest::prelude::*;
    use serde::de::DeserializeOwned;
    use serde_json::json;
    use std::path::Path;

    fn read<T: DeserializeOwned>(yaml: &str) -> T {
        let mut report = Report::default();
        let doc = Doc::parse(Path::new("a.yaml"), yaml.into(), &mut report);
        assert!(report.is_empty(), "{report}\n{yaml}");
        let doc = doc.unwrap();
        let mut facts = doc.root().entry("facts").unwrap().value.clone();
        let read = doc.read_facts(&mut facts, &mut report);
        assert!(report.is_empty(), "{report}\n{yaml}");
        read.unwrap()
    }

    #[test]
    fn facts_look_as_if_written_by_hand() {
        let facts_ = json!({
            "page": "a/b.md",
            "scopes": ["im", "imbot"],
            "params": [
                { "name": "ID", "type": "integer", "required": true },
                { "name": "fields", "type": "object", "fields": [
                    { "name": "active", "type": "boolean", "default": "Y", "wire": "yes_no" },
                    { "name": "kind", "type": "enum", "values": ["", "no", 1] },
                ] },
            ],
            "rules": [{ "any_of": [["ID"], ["fields.active", "fields.kind"]] }],
            "missing": { "answer": null },
            "result": { "type": "object[]" },
            "examples": [{ "answer": {
                "result": [],
                "time": { "start": 1.5, "date": "2026-01-01T00:00:00+00:00", "note": "a: b\nc" },
                "error_description": "Some words that fill this line until it is too long for braces",
            } }],
        });
        let expected = "\
facts:
  page: a/b.md
  scopes: [im, imbot]
  params:
    - { name: ID, type: integer, required: true }
    - name: fields
      type: object
      fields:
        - { name: active, type: boolean, default: \"Y\", wire: yes_no }
        - { name: kind, type: enum, values: [\"\", \"no\", 1] }
  rules:
    - { any_of: [[ID], [fields.active, fields.kind]] }
  missing: { answer: null }
  result: { type: \"object[]\" }
  examples:
    - answer:
        result: []
        time: { start: 1.5, date: \"2026-01-01T00:00:00+00:00\", note: \"a: b\\nc\" }
        error_description: Some words that fill this line until it is too long for braces
";
        assert_eq!(facts(&facts_).unwrap(), expected);
        assert_eq!(read::<Value>(expected), facts_);
        // What the format's own types make of it is the same again.
        let typed: Facts = read(expected);
        assert_eq!(facts(&typed).unwrap(), expected);
    }

    #[test]
    fn texts_stay_texts() {
        let words = "yes|no|Y|n|ON|null|Null|~|true|False|.inf|.nan|NaN|0|007|1_000|1e3|0x1f|0o7|+1|-1|1.|.5|\
            2025-12-24|2025-12-24T00:00:00Z|12:30|- a|-|--- a|...|? a|: a|a: b|a:|:a|a #b|#a|&a|*a|!a|%a|@a|`a|\
            {a}|[a]|a, b|a,b|'a'|\"a\"|<<|=|a\\b| a|a |  |\t|a\tb|a\nb|a\r\nb|\n|привет|é|e\u{301}|🙂|\u{feff}|\
            \u{85}|\u{a0}|\u{2028}|\u{7f}|\0|\u{1b}|\u{fffe}|\u{10ffff}|object[]|map<integer, object>|\
            (integer or string)|/a/b|a/b|$a|No access to this chat|it's|a?b|a - b|a*|https://a.b/c?d=e";
        for word in words.split('|') {
            let value = json!({ "a": word, word: { word: [word, [word]] }, "b": [{ "c": word }] });
            let yaml = facts(&value).unwrap();
            assert_eq!(read::<Value>(&yaml), value, "{yaml}");
        }
    }

    #[test]
    fn numbers_that_nobody_reads_become_texts() {
        let value = json!({ "a": [u64::MAX, i64::MAX, i64::MIN] });
        let yaml = facts(&value).unwrap();
        assert_eq!(read::<Value>(&yaml), normal(&value));
    }

    #[test]
    fn nesting_has_an_end() {
        let mut value = json!({});
        for depth in 1..200 {
            match facts(&value) {
                Ok(yaml) => assert_eq!(read::<Value>(&yaml), value),
                Err(error) => assert!(depth > DEPTH && error.contains("nests"), "{depth}"),
            }
            value = if depth % 3 == 0 {
                json!([value])
            } else {
                json!({ "a": value })
            };
        }
    }

    fn words() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[ -~]{0,12}",
            "[a-z:#,\\[\\]{}\"'&*!|>%@`~ \n-]{0,8}",
            "[0-9eE.+:_xob-]{1,8}",
            proptest::sample::select(WORDS).prop_map(str::to_uppercase),
        ]
    }

    fn json_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            (0..10_000_000i64).prop_map(|it| Value::from(it as f64 / 100.0)),
            words().prop_map(Value::from),
        ];
        leaf.prop_recursive(6, 48, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((words(), inner), 0..6)
                    .prop_map(|it| Value::Object(it.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(value in prop::collection::vec((words(), json_value()), 0..6)) {
            let value = Value::Object(value.into_iter().collect());
            let yaml = facts(&value).unwrap();
            prop_assert_eq!(read::<Value>(&yaml), normal(&value), "{}", yaml);
        }

        #[test]
        fn facts_survive(
            page in words(),
            scopes in prop::collection::vec(words(), 0..4),
            names in prop::collection::vec((words(), words(), any::<bool>(), words()), 0..5),
            codes in prop::collection::vec((words(), 100..600u16), 0..5),
            answer in json_value(),
        ) {
            let params: Vec<Value> = names
                .iter()
                .map(|(name, ty, required, value)| json!({
                    "name": name, "type": ty, "required": required, "default": value,
                    "fields": [{ "name": value, "type": name, "values": [value, 1] }],
                }))
                .collect();
            let errors: Vec<Value> = codes
                .iter()
                .map(|(code, status)| json!({ "code": code, "status": status }))
                .collect();
            let typed: Facts = serde_json::from_value(json!({
                "page": page, "scopes": scopes, "params": params, "errors": errors,
                "result": { "type": "object" },
                "examples": [{ "params": answer, "answer": answer }],
            })).unwrap();
            let yaml = facts(&typed).unwrap();
            let again: Facts = read(&yaml);
            let expected = normal(&serde_json::to_value(&typed).unwrap());
            prop_assert_eq!(serde_json::to_value(&again).unwrap(), expected.clone(), "{}", &yaml);
            if expected == serde_json::to_value(&typed).unwrap() {
                prop_assert_eq!(facts(&again).unwrap(), yaml);
            }
        }
    }
}
