//! Lays the rulings of a file over its facts.
//!
//! A ruling's decision goes into the tree of the file, in the place of what it rules on.
//! So a mistake in a decision is found like any other, and shown where it was made.

use std::borrow::Cow;
use std::ops::Range;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::diag::{Problem, Report, closest};
use crate::file::{Doc, key, keys, within};
use crate::format::Ruling;
use crate::node::{Entry, Kind, Node, Step};

/// The facts as they hold: the documentation's, with each ruling's decision in its place.
/// The file that is returned holds them too.
pub(crate) fn apply<'a, T: Clone + Serialize + DeserializeOwned>(
    facts: &T,
    rulings: &[Ruling],
    doc: &'a Doc,
    report: &mut Report,
) -> Option<(Cow<'a, Doc>, T)> {
    if rulings.is_empty() {
        return Some((Cow::Borrowed(doc), facts.clone()));
    }
    let stated = match serde_json::to_value(facts) {
        Ok(stated) => stated,
        Err(error) => {
            report.push(Problem::new(doc.place(&[]), error.to_string()));
            return None;
        }
    };
    let way_to_facts = keys(&["facts"]);
    let mut ruled = doc.clone();
    let mut as_ruled = facts.clone();
    for (index, ruling) in rulings.iter().enumerate() {
        let way = |name: &str| [key("rulings"), Step::Index(index), key(name)];
        let fact = doc.place(&way("fact"));
        let path = segments(&ruling.fact);
        let decision = match &ruling.is {
            Some(_) => doc.root().find(&way("is")).cloned(),
            // Nothing is decided, but what is spoken of has to be there.
            None => Some(Node::hole()),
        };
        let next = ruled.root().find(&way_to_facts).cloned();
        let (Some(mut next), Some(decision)) = (next, decision) else {
            continue;
        };
        let key_span = |at: &Range<usize>| within(&fact, &ruling.fact, at).span();
        if let Err(nowhere) = set(&mut next, &path, &decision, &key_span) {
            if !doc.has_lost(&keys(&["facts", path[0].0])) {
                let place = within(&fact, &ruling.fact, &nowhere.at);
                report.push(Problem::new(place, nowhere.message).help(nowhere.help));
            }
            continue;
        }
        let found = find(&stated, &path).unwrap_or(&Value::Null);
        if !same(found, &ruling.was) {
            if !doc.has_lost(&keys(&["facts", path[0].0])) {
                let silent = ruling.was.is_null();
                let place = if silent { fact } else { doc.place(&way("was")) };
                let message = format!(
                    "the documentation says {} about `{}`, not {}",
                    in_words(found),
                    ruling.fact,
                    in_words(&ruling.was)
                );
                let help = if silent {
                    format!("write what it says: `was: {found}`")
                } else {
                    "decide again, then write what it says into `was`".into()
                };
                report.push(Problem::new(place, message).help(help));
            }
            continue;
        }
        // Tried one by one: only what fits is laid over the facts.
        let mut problems = Report::default();
        let read: Option<T> = ruled.read_facts(&mut next, &mut problems);
        let fits = problems.is_empty() && ruling.is.is_some();
        report.append(problems);
        if let (true, Some(read)) = (fits, read)
            && let Some(tree) = ruled.root_mut().find_mut(&way_to_facts)
        {
            *tree = next;
            as_ruled = read;
        }
    }
    Some((Cow::Owned(ruled), as_ruled))
}

/// The steps to a fact with their places in the text.
fn segments(fact: &str) -> Vec<(&str, Range<usize>)> {
    let mut start = 0;
    let parts = fact.split('.');
    let with_place = parts.map(|part| {
        let at = start..start + part.len();
        start = at.end + 1;
        (part, at)
    });
    with_place.collect()
}

fn in_words(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        other => format!("`{other}`"),
    }
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
        Some(Value::String(id)) => is_id(id, wanted),
        Some(Value::Number(id)) => id.to_string() == wanted,
        _ => false,
    }
}

fn is_id(id: &str, wanted: &str) -> bool {
    id == wanted || (id.is_empty() && wanted == "(blank)")
}

/// The name or code of a row of a list.
fn row_id(row: &Node) -> Option<String> {
    let id = row.entry("name").or_else(|| row.entry("code"))?;
    match &id.value.kind {
        Kind::Str(id) => Some(id.clone()),
        Kind::Int(id) => Some(id.to_string()),
        _ => None,
    }
}

fn find<'a>(tree: &'a Value, path: &[(&str, Range<usize>)]) -> Option<&'a Value> {
    path.iter().try_fold(tree, |node, (step, _)| match node {
        Value::Object(map) => map.get(*step),
        Value::Array(rows) => rows.iter().find(|row| is_row(row, step)),
        _ => None,
    })
}

/// What the facts say where a ruling would override them.
#[cfg(feature = "cli")]
pub(crate) fn stated<'a>(facts: &'a Value, fact: &str) -> Option<&'a Value> {
    find(facts, &segments(fact))
}

/// A way that leads nowhere: where in its text it gets lost.
struct Nowhere {
    at: Range<usize>,
    message: String,
    help: String,
}

fn set(
    node: &mut Node,
    path: &[(&str, Range<usize>)],
    is: &Node,
    key_span: &impl Fn(&Range<usize>) -> Range<usize>,
) -> Result<(), Nowhere> {
    let Some(((step, at), rest)) = path.split_first() else {
        *node = is.clone();
        return Ok(());
    };
    let takes_away = rest.is_empty() && matches!(is.kind, Kind::Null);
    match &mut node.kind {
        Kind::Map(entries) if takes_away => {
            entries.retain(|entry| entry.key != *step);
            Ok(())
        }
        Kind::Map(entries) => {
            let index = entries.iter().position(|entry| entry.key == *step);
            let index = index.unwrap_or_else(|| {
                let list = rest.is_empty() || is_list(step);
                entries.push(Entry {
                    key: (*step).to_owned(),
                    key_span: key_span(at),
                    value: Node {
                        span: 0..0,
                        kind: match list {
                            true => Kind::Seq(Vec::new()),
                            false => Kind::Map(Vec::new()),
                        },
                    },
                });
                entries.len() - 1
            });
            let entry = &mut entries[index];
            if rest.is_empty() {
                // What a decision in block style shows by.
                entry.key_span = key_span(at);
            }
            set(&mut entry.value, rest, is, key_span)
        }
        Kind::Seq(rows) => {
            let ids: Vec<String> = rows.iter().filter_map(row_id).collect();
            let found = rows
                .iter()
                .position(|row| row_id(row).is_some_and(|id| is_id(&id, step)));
            match found {
                Some(index) if takes_away => {
                    rows.remove(index);
                    Ok(())
                }
                Some(index) => set(&mut rows[index], rest, is, key_span),
                None if rest.is_empty() && row_id(is).is_some_and(|id| is_id(&id, step)) => {
                    rows.push(is.clone());
                    Ok(())
                }
                None => Err(Nowhere {
                    at: at.clone(),
                    message: format!("there is no `{step}` among the facts to rule on"),
                    help: match closest(step, ids.iter().map(String::as_str)) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => "a row of a list is found by its `name` or `code`".into(),
                    },
                }),
            }
        }
        _ => Err(Nowhere {
            at: at.clone(),
            message: format!("`{step}` is looked for inside of a plain value"),
            help: "end the way at what is ruled on, as `params.ID.required`".into(),
        }),
    }
}

/// The lists of the format that a ruling may have to begin.
fn is_list(step: &str) -> bool {
    matches!(
        step,
        "params" | "fields" | "errors" | "types" | "system_errors"
    )
}
