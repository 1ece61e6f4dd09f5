//! Objects and lists, which PHP does not tell apart: the word of a table against the JSON.

use serde_json::Value;

use super::infer::is_id;
use super::reader::Reader;
use crate::docs::draft::{Element, Weight};
use crate::format::Field;

/// How deep fields are followed.
const DEEPEST: usize = 6;

/// What the values of a field are, if all that say something agree.
#[derive(Clone, Copy, PartialEq)]
enum Container {
    /// An object with names.
    Object,
    /// An object whose keys are ids.
    ById,
    List,
    /// An object whose only field is `result`.
    Wrapped,
}

fn container(values: &[&Value]) -> Option<Container> {
    let mut found = None;
    for value in values {
        let one = match value {
            Value::Object(map) if map.is_empty() => continue,
            Value::Array(items) if items.is_empty() => continue,
            Value::Null => continue,
            Value::Object(map) if map.keys().all(|it| is_id(it)) => Container::ById,
            Value::Object(map) if map.len() == 1 && map.contains_key("result") => {
                Container::Wrapped
            }
            Value::Object(_) => Container::Object,
            Value::Array(_) => Container::List,
            _ => return None,
        };
        match found {
            None => found = Some(one),
            Some(known) if known == one => {}
            Some(_) => return None,
        }
    }
    found
}

/// Gives a field, and what is in it, the containers that all its examples show.
pub(super) fn settle(
    reader: &Reader<'_>,
    element: Element,
    line: u32,
    fact: &str,
    field: &mut Field,
    values: &[&Value],
) {
    settle_at(reader, element, line, fact, field, values, 0);
}

fn settle_at(
    reader: &Reader<'_>,
    element: Element,
    line: u32,
    fact: &str,
    field: &mut Field,
    values: &[&Value],
    depth: usize,
) {
    if depth > DEEPEST {
        return;
    }
    let said = field.ty.clone();
    if let Some(found) = container(values) {
        let (null, bare) = match said.strip_suffix("|null") {
            Some(bare) => ("|null", bare),
            None => ("", said.as_str()),
        };
        let has_fields = !field.fields.is_empty();
        let named = values
            .iter()
            .any(|value| field.fields.iter().any(|it| value.get(&it.name).is_some()));
        let new = match (bare, found) {
            ("array" | "object[]", Container::Object | Container::Wrapped) => Some("object"),
            ("object", Container::List) if has_fields => Some("object[]"),
            ("object", Container::List) => Some("array"),
            ("object" | "object[]" | "array", Container::ById) if has_fields && !named => {
                Some("map<integer, object>")
            }
            ("array", Container::ById) if !has_fields => Some("object"),
            _ => None,
        };
        if let Some(new) = new {
            field.ty = format!("{new}{null}");
            reader.find(
                Weight::Note,
                element,
                line,
                format!("{fact}.type"),
                format!("the table says `{said}`; the JSON shows what it is"),
                vec![field.ty.clone()],
            );
        }
    }
    for inner in &mut field.fields {
        let below: Vec<&Value> = values
            .iter()
            .flat_map(|it| elements(it))
            .filter_map(|it| it.get(&inner.name))
            .collect();
        if !below.is_empty() {
            let fact = format!("{fact}.fields.{}", inner.name);
            settle_at(reader, element, line, &fact, inner, &below, depth + 1);
        }
    }
}

/// What holds the fields: the value, its elements, or what stands under ids.
fn elements(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(map) if !map.is_empty() && map.keys().all(|it| is_id(it)) => {
            map.values().collect()
        }
        other => vec![other],
    }
}

/// REST 3.0 wraps a flag: `{"result": {"result": true}}`, of which the table names the inner one.
pub(super) fn unwrap(field: &mut Field, values: &[&Value]) {
    if container(values) != Some(Container::Wrapped) || !field.fields.is_empty() {
        return;
    }
    let scalar = matches!(
        field.ty.as_str(),
        "boolean" | "integer" | "string" | "double"
    );
    let fits = values.iter().all(|it| match it.get("result") {
        Some(Value::Bool(_)) => field.ty == "boolean",
        Some(Value::Number(_)) => matches!(field.ty.as_str(), "integer" | "double"),
        Some(Value::String(_)) => field.ty == "string",
        _ => false,
    });
    if scalar && fits {
        let mut inner = super::fields::plain_field("result");
        inner.ty = std::mem::replace(&mut field.ty, "object".into());
        field.fields.push(inner);
    }
}
