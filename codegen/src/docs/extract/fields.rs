//! Rows of tables → fields, with what is nested in them.

use super::linked::expression;
use super::nested::{Nested, nested_of};
use super::page::Part;
use super::reader::Reader;
use super::table::{Named, named};
use super::types::Word;
use super::untyped::untyped;
use super::values::{self, Said};
use crate::docs::block::Row;
use crate::docs::draft::Element;
use crate::format::{Field, Flag};

/// How deep tables may lead to tables.
pub(super) const DEEPEST: usize = 6;

/// Where a field stands, for the tables it may lead to.
#[derive(Clone)]
pub(super) struct Place<'p> {
    /// `params` or `result`.
    pub element: Element,
    /// The way to the facts: `params.fields`, or `result`.
    pub way: String,
    /// The names from the top, for values in the examples.
    pub names: Vec<&'p str>,
    /// The lines of the headings whose tables are being read: a table does not lead to itself.
    pub open: Vec<u32>,
    /// The parts of the page in which tables of this kind stand.
    pub parts: &'static [Part],
}

impl<'p> Place<'p> {
    pub(super) fn params() -> Self {
        Self {
            element: Element::Parameters,
            way: "params".into(),
            names: Vec::new(),
            open: Vec::new(),
            parts: &[Part::Parameters, Part::Other],
        }
    }

    pub(super) fn result() -> Self {
        Self {
            element: Element::Result,
            way: "result.fields".into(),
            names: Vec::new(),
            open: Vec::new(),
            parts: &[Part::Response, Part::Other],
        }
    }

    pub(super) fn below<'q>(&self, name: &'q str, line: Option<u32>) -> Place<'q>
    where
        'p: 'q,
    {
        let mut names: Vec<&'q str> = self.names.clone();
        names.push(name);
        let mut open = self.open.clone();
        open.extend(line);
        let way = format!("{}.{name}.fields", self.way);
        Place {
            element: self.element,
            way,
            names,
            open,
            parts: self.parts,
        }
    }

    pub(super) fn is_params(&self) -> bool {
        self.element == Element::Parameters
    }
}

/// The fields of a table. Names with dots go under the field before the dot.
pub(super) fn of_rows<'a>(reader: &Reader<'a>, rows: &'a [Row], place: &Place<'_>) -> Vec<Field> {
    reader.mark(rows);
    let mut out: Vec<Field> = Vec::new();
    for row in named(reader.path, rows) {
        // The credential is not a parameter of a method.
        if place.is_params() && row.name == "auth" {
            continue;
        }
        let clean = row.name.trim_start_matches('.').to_owned();
        let parts: Vec<&str> = clean.split('.').collect();
        if let [parents @ .., last] = parts.as_slice()
            && !parents.is_empty()
        {
            let keys: Vec<&str> = parents.iter().map(|it| it.trim_end_matches("[]")).collect();
            if let Some(parent) = under(&mut out, &keys) {
                let place = keys
                    .iter()
                    .fold(place.clone(), |place, key| place.below(key, None));
                let field = of_row(reader, &row, last, &place);
                contradicts(reader, row.line, &place, parent, &field);
                push(parent, field);
                continue;
            }
        }
        let field = of_row(reader, &row, &clean, place);
        contradicts(reader, row.line, place, &out, &field);
        push(&mut out, field);
    }
    out
}

/// The list of fields under some names, if all of them are there and can hold fields.
fn under<'f>(fields: &'f mut Vec<Field>, names: &[&str]) -> Option<&'f mut Vec<Field>> {
    let Some((first, rest)) = names.split_first() else {
        return Some(fields);
    };
    let field = fields.iter_mut().find(|it| it.name == *first)?;
    match field.ty.as_str() {
        "object" | "object[]" => {}
        "array" => field.ty = "object[]".into(),
        "object|null" => {}
        _ => return None,
    }
    under(&mut field.fields, rest)
}

/// Finds the facts that a second row of a name states otherwise than the first one.
fn contradicts(reader: &Reader<'_>, line: u32, place: &Place<'_>, known: &[Field], field: &Field) {
    let Some(known) = known.iter().find(|it| it.name == field.name) else {
        return;
    };
    let find = |fact: &str, was: String, is: String| {
        let message = format!("two rows of `{}` say `{was}` and `{is}`", field.name);
        let fact = format!("{}.{}.{fact}", place.way, field.name);
        reader.open(place.element, line, fact, message, vec![was, is]);
    };
    // A list of nobody says what is the same as one of which somebody does.
    let list = |ty: &str| ty == "array" || ty.ends_with("[]");
    let vague = |a: &str, b: &str| a == "any" || a == "array" && list(b);
    let (was, is) = (known.ty.as_str(), field.ty.as_str());
    if was != is && !vague(was, is) && !vague(is, was) {
        find("type", was.to_owned(), is.to_owned());
    }
    if known.required != field.required {
        let (was, is) = (known.required.to_string(), field.required.to_string());
        find("required", was, is);
    }
}

/// A name that stands in a table twice is the first one.
pub(super) fn push(fields: &mut Vec<Field>, field: Field) {
    match fields.iter_mut().find(|it| it.name == field.name) {
        Some(known) => {
            known.required |= field.required;
            if known.ty == "any" && field.ty != "any" {
                *known = Field {
                    required: known.required,
                    ..field
                };
            }
        }
        None => fields.push(field),
    }
}

/// One row as a field of a name.
pub(super) fn of_row<'a>(
    reader: &Reader<'a>,
    row: &Named<'a>,
    name: &str,
    place: &Place<'_>,
) -> Field {
    let (name, many) = match name.trim_end().strip_suffix("[]") {
        Some(name) => (name, true),
        None => (name.trim_end(), false),
    };
    let fact = format!("{}.{name}", place.way);
    reader.stands(&fact, row.line);
    let mut field = plain_field(name);
    let said = values::read(row.about);
    field.required = place.is_params() && row.starred;
    let mut nested = Nested::default();
    if row.ty.is_empty() {
        untyped(reader, row, name, &fact, place, &mut field);
    } else {
        field.ty = expression(reader, row, name, place, &mut nested);
    }
    if many && !field.ty.ends_with("[]") && field.ty != "array" {
        field.ty = format!("{}[]", field.ty);
    }
    let holds = |word: &Word| matches!(word.base, Some("object" | "array" | "any"));
    if nested.fields.is_empty() && place.open.len() < DEEPEST && row.ty.any_of.iter().any(holds) {
        nested = nested_of(reader, row, name, place);
        if !nested.fields.is_empty() {
            field.ty = with_fields(&field.ty);
        }
    }
    (field.fields, field.open) = (nested.fields, nested.open);
    apply(reader, &mut field, said, place);
    field
}

/// A type that fields can belong to: `array` becomes `object[]`.
pub(super) fn with_fields(ty: &str) -> String {
    if ty.split('|').any(|it| it.contains("object")) {
        return ty.to_owned();
    }
    let parts: Vec<&str> = ty
        .split('|')
        .map(|part| match part {
            "array" => "object[]",
            "any" => "object",
            part => part,
        })
        .collect();
    parts.join("|")
}

pub(super) fn plain_field(name: &str) -> Field {
    Field {
        name: name.to_owned(),
        ty: "any".into(),
        required: false,
        fields: Vec::new(),
        open: false,
        values: Vec::new(),
        default: None,
        wire: Flag::Json,
        min: None,
        max: None,
        max_length: None,
        position: None,
        secret: false,
        since: None,
        until: None,
    }
}

/// Lays what the description says beside prose over a field.
fn apply(reader: &Reader<'_>, field: &mut Field, said: Said, place: &Place<'_>) {
    let flag = values::flag(&said.values);
    match field.ty.as_str() {
        "boolean" => {
            let mut way = place.names.clone();
            way.push(&field.name);
            let examples = match place.is_params() {
                true => reader.examples(&way),
                false => Vec::new(),
            };
            let words = !examples.is_empty()
                && examples
                    .iter()
                    .all(|it| matches!(it.as_str(), Some("Y" | "N")));
            field.wire = match flag {
                Some(flag) => flag,
                None if words => Flag::YesNo,
                None => Flag::Json,
            };
        }
        "string" | "char" | "enum" if flag == Some(Flag::YesNo) => {
            field.ty = "boolean".into();
            field.wire = Flag::YesNo;
        }
        "string" | "char" | "enum" | "text" if !said.values.is_empty() => {
            field.ty = "enum".into();
            field.values = values::scalars(&said.values);
        }
        "integer" if said.values.len() > 1 => {
            let values = values::scalars(&said.values);
            if values
                .iter()
                .all(|it| matches!(it, crate::format::Scalar::Integer(_)))
            {
                field.ty = "enum".into();
                field.values = values;
            }
        }
        _ => {}
    }
    if !place.is_params() {
        field.wire = Flag::Json;
        return;
    }
    if let Some(text) = &said.default {
        field.default = match field.ty.as_str() {
            "enum" => values::scalars(std::slice::from_ref(text))
                .first()
                .and_then(|it| {
                    field
                        .values
                        .contains(it)
                        .then(|| serde_json::to_value(it).ok())
                        .flatten()
                }),
            ty => values::default_of(ty, text),
        };
    }
    if matches!(field.ty.as_str(), "integer" | "double") {
        field.min = said.min;
        field.max = said
            .max
            .filter(|max| said.min.is_none_or(|min| min <= *max));
    }
    if field.ty == "string" {
        field.max_length = said.max_length;
    }
    if said.many && matches!(field.ty.as_str(), "integer" | "string" | "double") {
        field.ty = format!("{0}|{0}[]", field.ty);
    }
}
