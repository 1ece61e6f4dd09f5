//! The places of parameters, for methods that take a list instead of names.

use serde_json::Value;

use super::page::{Part, plain};
use super::reader::Reader;
use crate::docs::draft::{Element, Weight};
use crate::format::Field;

/// Gives the parameters their places, if examples pass lists that fit the table from its first row.
pub(super) fn read(reader: &Reader<'_>, params: &mut [Field]) {
    let lists: Vec<&Vec<Value>> = reader
        .calls
        .iter()
        .filter(|it| it.whole)
        .filter_map(|it| it.params.as_ref()?.as_array())
        .filter(|it| !it.is_empty())
        .collect();
    if lists.is_empty() || params.is_empty() {
        return;
    }
    let fit = lists.iter().all(|list| {
        list.len() <= params.len() && list.iter().zip(params.iter()).all(|(it, by)| fits(by, it))
    });
    let required = params.iter().filter(|it| it.required).count();
    let enough = lists.iter().any(|it| it.len() >= required);
    // One parameter has one place; of several, the page must speak, or the values tell them apart.
    let told = params.len() == 1 || says(reader) || tells(params);
    if !(fit && enough && told) {
        return;
    }
    for (index, param) in params.iter_mut().enumerate() {
        param.position = u32::try_from(index).ok();
        if param.ty == "any"
            && let Some(ty) = shown(&lists, index)
        {
            param.ty = ty.to_owned();
            // What was unclear is no longer.
            let fact = format!("params.{}.type", param.name);
            let mut findings = reader.findings.borrow_mut();
            findings.retain(|it| it.fact != fact);
        }
    }
    reader.find(
        Weight::Note,
        Element::Parameters,
        1,
        "params",
        "the examples pass a list: the places are those of the table",
        Vec::new(),
    );
}

/// Whether the page says that the order matters.
fn says(reader: &Reader<'_>) -> bool {
    let parts = [Part::Parameters, Part::Intro, Part::Examples];
    let mut sections = reader.sections.iter().filter(|it| parts.contains(&it.part));
    sections.any(|it| {
        let text = plain(it.blocks).to_lowercase();
        text.contains("order of parameters") || text.contains("order of the parameters")
    })
}

/// Whether neighbours differ in type, so that a list in another order would not fit.
fn tells(params: &[Field]) -> bool {
    params.windows(2).all(|pair| match pair {
        [a, b] => a.ty != "any" && b.ty != "any" && kind(&a.ty) != kind(&b.ty),
        _ => true,
    })
}

fn kind(ty: &str) -> &str {
    match ty {
        "timestamp" | "user" => "integer",
        "text" | "char" | "enum" => "string",
        ty if ty.ends_with("[]") => "array",
        ty => ty,
    }
}

fn fits(field: &Field, value: &Value) -> bool {
    match kind(&field.ty) {
        "any" => true,
        "integer" | "double" => match value {
            Value::Number(_) => true,
            Value::String(it) => it.parse::<f64>().is_ok(),
            _ => false,
        },
        "string" | "date" | "datetime" | "boolean" => !value.is_array() && !value.is_object(),
        // PHP does not tell an empty list from an empty object.
        "object" => value.is_object() || value.as_array().is_some_and(Vec::is_empty),
        "array" => value.is_array() || value.is_object(),
        _ => true,
    }
}

/// The type that all lists show at a place.
fn shown(lists: &[&Vec<Value>], index: usize) -> Option<&'static str> {
    let mut found = None;
    for value in lists.iter().filter_map(|it| it.get(index)) {
        let ty = match value {
            Value::Number(it) if it.is_i64() => "integer",
            Value::String(_) => "string",
            Value::Object(_) => "object",
            Value::Bool(_) => "boolean",
            _ => return None,
        };
        if found.is_some_and(|it| it != ty) {
            return None;
        }
        found = Some(ty);
    }
    found
}
