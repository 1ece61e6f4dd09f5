//! Rows without a type: what their examples tell.

use serde_json::Value;

use super::fields::Place;
use super::reader::Reader;
use super::table::Named;
use crate::docs::draft::Weight;
use crate::format::Field;

/// A row without a type: its examples tell, if they agree.
pub(super) fn untyped(
    reader: &Reader<'_>,
    row: &Named<'_>,
    name: &str,
    fact: &str,
    place: &Place<'_>,
    field: &mut Field,
) {
    let mut found = guesses(reader, place, name);
    if found.is_empty()
        && let Some(guess) = row.example.and_then(by_example)
    {
        found.push(guess.to_owned());
    }
    let (weight, ty) = match found.as_slice() {
        [only] => (Weight::Note, only.clone()),
        _ => (Weight::Open, "any".into()),
    };
    let message = match weight {
        Weight::Open => format!("the table does not say what type `{name}` has"),
        _ => format!("the table does not say what type `{name}` has; its examples do"),
    };
    field.ty = ty;
    reader.find(
        weight,
        place.element,
        row.line,
        format!("{fact}.type"),
        message,
        found,
    );
}

/// The type of a value that stands in a column of examples.
fn by_example(cell: &crate::docs::block::Cell) -> Option<&'static str> {
    let spans = super::table::spans(cell);
    let code = spans.iter().find(|it| it.code)?.text.trim().to_owned();
    let quoted = |mark: char| code.len() > 1 && code.starts_with(mark) && code.ends_with(mark);
    if code.parse::<i64>().is_ok() {
        Some("integer")
    } else if code.parse::<f64>().is_ok() {
        Some("double")
    } else if quoted('\'') || quoted('"') {
        Some("string")
    } else if matches!(code.as_str(), "true" | "false") {
        Some("boolean")
    } else {
        None
    }
}

/// What the examples say the type of a name is.
pub(super) fn guesses(reader: &Reader<'_>, place: &Place<'_>, name: &str) -> Vec<String> {
    if !place.is_params() {
        return Vec::new();
    }
    let mut way = place.names.clone();
    way.push(name);
    let mut out: Vec<String> = Vec::new();
    for value in reader.examples(&way) {
        let ty = match value {
            Value::Bool(_) => "boolean",
            Value::Number(it) if it.is_f64() => "double",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
            Value::Null => continue,
        };
        if !out.iter().any(|it| it == ty) {
            out.push(ty.to_owned());
        }
    }
    out
}
