//! Tables of errors, then and now.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::Kind;
use super::fields::Sink;
use super::normal::json;
use crate::format::ErrorRow;

/// Compares the statuses of a page as a whole.
pub(super) fn statuses(old: &[u16], new: &[u16], sink: &mut Sink<'_>) {
    let set = |of: &[u16]| of.iter().copied().collect::<BTreeSet<u16>>();
    let (was, is) = (set(old), set(new));
    if was != is {
        let text = format!("HTTP statuses of its errors {} → {}", all(&was), all(&is));
        sink(
            "statuses".into(),
            Kind::Statuses,
            json(&was),
            json(&is),
            text,
        );
    }
}

/// What the rows of a code say.
#[derive(Default, PartialEq)]
struct Rows {
    statuses: BTreeSet<u16>,
    fields: BTreeSet<String>,
    since: BTreeSet<String>,
}

fn by_code(rows: &[ErrorRow]) -> BTreeMap<String, Rows> {
    let mut out: BTreeMap<String, Rows> = BTreeMap::new();
    for row in rows {
        let ErrorRow {
            code,
            status,
            field,
            since,
        } = row;
        let rows = out.entry(code.text()).or_default();
        rows.statuses.extend(status);
        rows.fields.extend(field.clone());
        rows.since.extend(since.clone());
    }
    out
}

/// Compares tables of errors, code by code.
pub(super) fn errors(
    fact: &str,
    word: &str,
    old: &[ErrorRow],
    new: &[ErrorRow],
    sink: &mut Sink<'_>,
) {
    let (was, is) = (by_code(old), by_code(new));
    let shown = |code: &str| match code {
        "" => "(blank)".to_owned(),
        code => code.to_owned(),
    };
    for code in was.keys().filter(|it| !is.contains_key(*it)) {
        let code = shown(code);
        let text = format!("{word}{code} removed");
        sink(
            format!("{fact}.{code}"),
            Kind::ErrorRemoved,
            json(&code),
            Value::Null,
            text,
        );
    }
    for (code, new) in &is {
        let code_shown = shown(code);
        let at = format!("{fact}.{code_shown}");
        let Some(Rows {
            statuses,
            fields,
            since,
        }) = was.get(code)
        else {
            let mut text = format!("{word}{code_shown} added");
            if !new.statuses.is_empty() {
                text.push_str(&format!(", status {}", all(&new.statuses)));
            }
            sink(at, Kind::ErrorAdded, Value::Null, json(&code_shown), text);
            continue;
        };
        let mut tell = |what: &str, was: Value, is: Value, text: String| {
            let text = format!("{word}{code_shown} {text}");
            sink(format!("{at}.{what}"), Kind::ErrorChanged, was, is, text);
        };
        if *statuses != new.statuses {
            let text = format!("status {} → {}", all(statuses), all(&new.statuses));
            tell("status", json(statuses), json(&new.statuses), text);
        }
        if *fields != new.fields {
            let text = format!("about {} → {}", all(fields), all(&new.fields));
            tell("field", json(fields), json(&new.fields), text);
        }
        // Not every table has a column for it.
        if *since != new.since && !new.since.is_empty() {
            let text = format!("since {} → {}", all(since), all(&new.since));
            tell("since", json(since), json(&new.since), text);
        }
    }
}

fn all<T: ToString>(values: &BTreeSet<T>) -> String {
    let words: Vec<String> = values.iter().map(T::to_string).collect();
    match words.as_slice() {
        [] => "none".into(),
        words => words.join(", "),
    }
}
