//! What JSON says where a table says nothing.

use serde_json::{Map, Value};

use super::fields::{plain_field, push, with_fields};
use crate::format::Field;

/// How deep examples are followed.
const DEEPEST: usize = 8;

/// Adds to a field what an example of it shows: fields of objects, elements of lists.
pub(super) fn fill(field: &mut Field, value: &Value) {
    fill_at(field, value, 0);
}

fn fill_at(field: &mut Field, value: &Value, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Object(map) if !map.is_empty() => object(field, map, depth),
        Value::Array(items) if !items.is_empty() => array(field, items, depth),
        _ => {}
    }
    // Nothing was said but the example: its type is what it shows.
    if field.ty == "any" && field.fields.is_empty() {
        field.ty = type_of(value).to_owned();
    }
}

fn object(field: &mut Field, map: &Map<String, Value>, depth: usize) {
    let is_any = field.ty == "any";
    let objects = |ty: &str| ty.split('|').filter(|it| *it == "object").count() == 1;
    if !(is_any || objects(&field.ty)) {
        if field.ty.starts_with("map<") && field.ty.contains("object") {
            for value in map.values().take(3) {
                merge(field, value, depth);
            }
        }
        return;
    }
    let by_id = map.keys().all(|it| is_id(it));
    let named = field.fields.iter().any(|it| map.contains_key(&it.name));
    if by_id && !named {
        let values: Vec<&Value> = map.values().collect();
        let element = element(field, &values, depth);
        let mapped = format!("map<integer, {element}>");
        field.ty = match is_any {
            true => mapped,
            false => replace(&field.ty, "object", &mapped),
        };
        return;
    }
    if is_any {
        field.ty = "object".into();
    }
    // Keys that are prose are no fields, nor are their neighbours.
    let prose = |it: &String| !is_name(it) && !it.starts_with("...") && !is_id(it);
    if field.fields.is_empty() && map.keys().any(prose) {
        return;
    }
    for (name, value) in map {
        if !is_name(name) {
            continue;
        }
        add(field, name, value, depth);
    }
}

/// The one alternative of a type in the place of another.
pub(super) fn replace(ty: &str, from: &str, to: &str) -> String {
    let parts: Vec<&str> = ty
        .split('|')
        .map(|it| if it == from { to } else { it })
        .collect();
    parts.join("|")
}

fn add(field: &mut Field, name: &str, value: &Value, depth: usize) {
    match field.fields.iter_mut().find(|it| it.name == name) {
        Some(known) => fill_at(known, value, depth + 1),
        None => {
            // The same name in another case is what the table means.
            if field
                .fields
                .iter()
                .any(|it| it.name.eq_ignore_ascii_case(name))
            {
                return;
            }
            let mut new = plain_field(name);
            fill_at(&mut new, value, depth + 1);
            push(&mut field.fields, new);
        }
    }
}

fn array(field: &mut Field, items: &[Value], depth: usize) {
    let values: Vec<&Value> = items.iter().collect();
    if field.ty == "array" || field.ty == "any" {
        let element = element(field, &values, depth);
        field.ty = match element.as_str() {
            "any" => "array".into(),
            element => format!("{element}[]"),
        };
    } else if field.ty.split('|').any(|it| it == "object[]") {
        for value in values {
            merge(field, value, depth);
        }
    } else if field.ty.split('|').any(|it| it == "array") && values.iter().all(|it| it.is_object())
    {
        field.ty = with_fields(&field.ty);
        for value in values {
            merge(field, value, depth);
        }
    }
}

/// Adds the fields of an element to those of its list.
fn merge(field: &mut Field, value: &Value, depth: usize) {
    if let Value::Object(map) = value {
        for (name, value) in map {
            if is_name(name) {
                add(field, name, value, depth);
            }
        }
    }
}

/// The type of the elements; objects put their fields into the field of the list.
fn element(field: &mut Field, values: &[&Value], depth: usize) -> String {
    if !values.is_empty() && values.iter().all(|it| it.is_object()) {
        let maps = values.iter().all(|it| {
            it.as_object()
                .is_some_and(|map| !map.is_empty() && map.keys().all(|it| is_id(it)))
        });
        if maps && field.fields.is_empty() {
            return "object".into();
        }
        for value in values {
            merge(field, value, depth);
        }
        return "object".into();
    }
    if !field.fields.is_empty() {
        return "object".into();
    }
    let mut types: Vec<&str> = values
        .iter()
        .filter(|it| !it.is_null())
        .map(|it| type_of(it))
        .collect();
    types.dedup();
    match types.as_slice() {
        [only] if !matches!(*only, "array" | "object") => (*only).to_owned(),
        _ => "any".into(),
    }
}

/// The type of a value, as far as it shows.
fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "any",
        Value::Bool(_) => "boolean",
        Value::Number(it) if it.is_f64() => "double",
        Value::Number(_) => "integer",
        Value::String(text) => string(text),
        // PHP writes `[]` for an object that is empty as well, JavaScript `{}` for a date.
        Value::Array(items) if items.is_empty() => "any",
        Value::Object(fields) if fields.is_empty() => "any",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn string(text: &str) -> &'static str {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes
            .get(range)
            .is_some_and(|it| it.iter().all(u8::is_ascii_digit))
    };
    let at = |index: usize, byte: u8| bytes.get(index) == Some(&byte);
    let date = digits(0..4) && at(4, b'-') && digits(5..7) && at(7, b'-') && digits(8..10);
    let zone = bytes.len() >= 20 && (at(19, b'+') || at(19, b'-') || at(19, b'Z'));
    match bytes.len() {
        10 if date => "date",
        20.. if date && at(10, b'T') && zone => "datetime",
        _ => "string",
    }
}

/// A key that is an id.
pub(super) fn is_id(key: &str) -> bool {
    !key.is_empty() && key.len() < 19 && key.bytes().all(|it| it.is_ascii_digit())
}

/// A key that can be a field's name.
fn is_name(key: &str) -> bool {
    !key.is_empty()
        && !key.starts_with("...")
        && key.chars().any(|it| it.is_ascii_alphabetic())
        && key.chars().all(|it| it.is_ascii_graphic())
}
