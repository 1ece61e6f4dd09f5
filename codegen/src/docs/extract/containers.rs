//! Objects and lists, which PHP does not tell apart: the word of a table against the JSON.

use serde_json::Value;

use super::infer::{self, is_id};
use super::nested::stands_for_many;
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
    let bare = one_container(&said).unwrap_or(&said);
    // What else it may be says nothing of the container.
    let held = |it: &&Value| bare.len() == said.len() || it.is_object() || it.is_array();
    let values: Vec<&Value> = values.iter().copied().filter(held).collect();
    let values = values.as_slice();
    if let Some(found) = container(values) {
        let has_fields = !field.fields.is_empty();
        let named = values
            .iter()
            .any(|value| field.fields.iter().any(|it| value.get(&it.name).is_some()));
        let new = match (bare, found) {
            ("object" | "object[]" | "array", Container::Object)
                if has_fields && !named && by_name(field, values) =>
            {
                Some("map<string, object>")
            }
            ("object", Container::Object) if has_fields && !named => {
                if let Some(inner) = holder(field, values) {
                    field.fields = vec![inner];
                }
                None
            }
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
            field.ty = infer::replace(&said, bare, new);
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
    let named_map = field.ty.starts_with("map<string");
    for inner in &mut field.fields {
        let below: Vec<&Value> = values
            .iter()
            .flat_map(|it| match it {
                Value::Object(map) if named_map => map.values().collect(),
                other => elements(other),
            })
            .filter_map(|it| it.get(&inner.name))
            .collect();
        if !below.is_empty() {
            let fact = format!("{fact}.fields.{}", inner.name);
            settle_at(reader, element, line, &fact, inner, &below, depth + 1);
        }
    }
}

/// The one alternative of a type that holds something.
fn one_container(ty: &str) -> Option<&str> {
    let holds = |it: &&str| matches!(*it, "object" | "object[]" | "array");
    let mut found = ty.split('|').filter(holds);
    found.next().filter(|_| found.next().is_none())
}

/// Objects of which a field stands for many: they hold what it describes by any name.
pub(super) fn open(reader: &Reader<'_>, line: u32, fact: &str, field: &mut Field) {
    for inner in &mut field.fields {
        let fact = format!("{fact}.fields.{}", inner.name);
        open(reader, line, &fact, inner);
    }
    let many = |it: &Field| stands_for_many(&it.name);
    let Some(pattern) = field.fields.iter().find(|it| many(it)).cloned() else {
        return;
    };
    field.fields.retain(|it| !many(it));
    let bare = one_container(&field.ty).unwrap_or_default().to_owned();
    if field.fields.is_empty() && bare == "object" && !pattern.ty.contains('|') {
        let mapped = format!("map<string, {}>", pattern.ty);
        field.ty = infer::replace(&field.ty, "object", &mapped);
        field.fields = pattern.fields;
        field.values = pattern.values;
    }
    reader.find(
        Weight::Note,
        Element::Result,
        line,
        fact,
        format!("`{}` stands for many names", pattern.name),
        Vec::new(),
    );
}

/// Whether the objects hold others by names that the table does not know, and those have its fields.
fn by_name(field: &Field, values: &[&Value]) -> bool {
    let described = |value: &Value| field.fields.iter().any(|it| value.get(&it.name).is_some());
    let mut maps = values.iter().filter_map(|it| it.as_object());
    maps.all(|map| map.values().all(described))
}

/// The only field of an object in which the names of its table stand: the table describes what is there.
fn holder(field: &Field, values: &[&Value]) -> Option<Field> {
    let described = |value: &Value| {
        let inner = elements(value);
        field
            .fields
            .iter()
            .any(|it| inner.iter().any(|value| value.get(&it.name).is_some()))
    };
    let maps: Vec<_> = values.iter().filter_map(|it| it.as_object()).collect();
    let mut names = maps
        .iter()
        .flat_map(|it| it.iter())
        .filter(|it| described(it.1));
    let (name, value) = names.next()?;
    if !names.all(|it| it.0 == name) {
        return None;
    }
    let mut inner = super::fields::plain_field(name);
    inner.ty = match value {
        Value::Array(_) => "object[]".into(),
        _ => "object".into(),
    };
    inner.fields.clone_from(&field.fields);
    Some(inner)
}

/// A table of fields that the answer describes, instead of having them: `{"ID": {"type": …}}`.
pub(super) fn describes(reader: &Reader<'_>, line: u32, root: &mut Field, values: &[&Value]) {
    let scalar = |field: &Field| {
        field.fields.is_empty()
            && !field.ty.contains(['[', '|', '<'])
            && !matches!(field.ty.as_str(), "any" | "object" | "array" | "map")
            && !field.ty.starts_with(|it: char| it.is_ascii_uppercase())
    };
    let shown: Vec<&Value> = root
        .fields
        .iter()
        .filter(|it| scalar(it))
        .flat_map(|field| values.iter().filter_map(|it| it.get(&field.name)))
        .collect();
    if root.ty != "object" || shown.len() < 3 || !shown.iter().all(|it| it.is_object()) {
        return;
    }
    root.ty = "map<string, object>".into();
    root.fields.clear();
    reader.find(
        Weight::Note,
        Element::Result,
        line,
        "result.type",
        "the table lists the fields that the answer describes",
        Vec::new(),
    );
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
