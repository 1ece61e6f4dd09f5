//! How a list is read, then and now.

use serde_json::Value;

use super::change::Kind;
use super::fields::Sink;
use super::normal::json;
use crate::format::List;

/// Compares how a list is read page by page.
pub(super) fn list(old: Option<&List>, new: Option<&List>, sink: &mut Sink<'_>) {
    let fact = "list".to_owned();
    match (old, new) {
        (None, None) => {}
        (None, Some(_)) => {
            sink(
                fact,
                Kind::ListAdded,
                Value::Null,
                json(&new),
                "read page by page".into(),
            );
        }
        (Some(_), None) => {
            let text = "no longer read page by page".to_owned();
            sink(fact, Kind::ListRemoved, json(&old), Value::Null, text);
        }
        (Some(old), Some(new)) => {
            let List {
                paging,
                records,
                page_size,
                max_page_size,
                keyed_by,
                keyed_as,
                order,
                filter,
                within,
            } = old;
            for (what, was, is) in [
                ("paging", json(paging), json(&new.paging)),
                ("records", json(records), json(&new.records)),
                ("page_size", json(page_size), json(&new.page_size)),
                (
                    "max_page_size",
                    json(max_page_size),
                    json(&new.max_page_size),
                ),
                ("keyed_by", json(keyed_by), json(&new.keyed_by)),
                ("keyed_as", json(keyed_as), json(&new.keyed_as)),
                ("order", json(order), json(&new.order)),
                ("filter", json(filter), json(&new.filter)),
                ("within", json(within), json(&new.within)),
            ] {
                if was != is {
                    let records = what == "records";
                    let text = format!("list {what} {} → {}", word(&was), word(&is));
                    sink(
                        format!("list.{what}"),
                        Kind::ListChanged { records },
                        was,
                        is,
                        text,
                    );
                }
            }
        }
    }
}

fn word(value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
