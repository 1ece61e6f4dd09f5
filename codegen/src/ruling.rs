//! Lays the rulings of a file over its facts.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::diag::{Problem, Report};
use crate::file::{Doc, key, keys};
use crate::format::Ruling;
use crate::node::Step;

/// The facts as they hold: the documentation's, with each ruling's decision in its place.
pub(crate) fn apply<T: Serialize + DeserializeOwned>(
    facts: &T,
    rulings: &[Ruling],
    doc: &Doc,
    report: &mut Report,
) -> Option<T> {
    let mut tree = match serde_json::to_value(facts) {
        Ok(tree) => tree,
        Err(error) => {
            report.push(Problem::new(doc.place(&[]), error.to_string()));
            return None;
        }
    };
    for (index, ruling) in rulings.iter().enumerate() {
        let here = |name: &str| doc.place(&[key("rulings"), Step::Index(index), key(name)]);
        let path: Vec<&str> = ruling.fact.split('.').collect();
        let found = find(&tree, &path).cloned().unwrap_or(Value::Null);
        if !same(&found, &ruling.was) {
            report.push(
                Problem::new(
                    here(if ruling.was.is_null() { "fact" } else { "was" }),
                    format!(
                        "the documentation now says {found} about `{}`, not {}",
                        ruling.fact, ruling.was
                    ),
                )
                .help("decide again, then write what it says into `was`"),
            );
            continue;
        }
        let Some(is) = &ruling.is else { continue };
        let mut next = tree.clone();
        if let Err(message) = set(&mut next, &path, is) {
            report.push(Problem::new(here("fact"), message));
            continue;
        }
        // Tried one by one, so that the mistake is found where it was made.
        match T::deserialize(&next) {
            Ok(_) => tree = next,
            Err(error) => report.push(Problem::new(
                here("is"),
                format!("this does not fit `{}`: {error}", ruling.fact),
            )),
        }
    }
    T::deserialize(&tree)
        .map_err(|error| {
            report.push(Problem::new(
                doc.place(&keys(&["facts"])),
                error.to_string(),
            ))
        })
        .ok()
}

/// Whether two facts say the same. What the documentation does not state is not so.
fn same(found: &Value, was: &Value) -> bool {
    let normal = |value: &Value| match value {
        Value::Bool(false) => Value::Null,
        other => other.clone(),
    };
    normal(found) == normal(was)
}

/// Rows of a list are found by their name or code.
fn is_row(row: &Value, wanted: &str) -> bool {
    let id = row.get("name").or_else(|| row.get("code"));
    match id {
        Some(Value::String(id)) => id == wanted || (id.is_empty() && wanted == "(blank)"),
        Some(Value::Number(id)) => id.to_string() == wanted,
        _ => false,
    }
}

fn find<'a>(tree: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(tree, |node, step| match node {
        Value::Object(map) => map.get(*step),
        Value::Array(rows) => rows.iter().find(|row| is_row(row, step)),
        _ => None,
    })
}

fn set(tree: &mut Value, path: &[&str], is: &Value) -> Result<(), String> {
    let Some((step, rest)) = path.split_first() else {
        *tree = is.clone();
        return Ok(());
    };
    match tree {
        Value::Object(map) if rest.is_empty() && is.is_null() => {
            map.remove(*step);
            Ok(())
        }
        Value::Object(map) => {
            let empty = if rest.is_empty() || is_list(step) {
                Value::Array(Vec::new())
            } else {
                Value::Object(Map::new())
            };
            set(map.entry(*step).or_insert(empty), rest, is)
        }
        Value::Array(rows) => match rows.iter().position(|row| is_row(row, step)) {
            Some(index) if rest.is_empty() && is.is_null() => {
                rows.remove(index);
                Ok(())
            }
            Some(index) => set(&mut rows[index], rest, is),
            None if rest.is_empty() && is_row(is, step) => {
                rows.push(is.clone());
                Ok(())
            }
            None => Err(format!("there is no `{step}` among the facts to rule on")),
        },
        _ => Err(format!("`{step}` is looked for inside of a plain value")),
    }
}

/// The lists of the format that a ruling may have to begin.
fn is_list(step: &str) -> bool {
    matches!(
        step,
        "params" | "fields" | "errors" | "types" | "system_errors"
    )
}
