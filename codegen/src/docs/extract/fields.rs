//! Rows of tables → fields, with what is nested in them.

use serde_json::Value;

use super::page::{Part, deep, texts};
use super::reader::{Link, Reader};
use super::table::{Named, named};
use super::types::{Type, Word, candidates};
use super::values::{self, Said};
use crate::docs::block::{Block, Kind, Row};
use crate::docs::draft::{Element, Weight};
use crate::docs::site::resolve;
use crate::format::{Field, Flag};

/// How deep tables may lead to tables.
const DEEPEST: usize = 6;

/// Where a field stands, for the tables it may lead to.
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

    fn below<'q>(&self, name: &'q str, line: Option<u32>) -> Place<'q>
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

    fn is_params(&self) -> bool {
        self.element == Element::Parameters
    }
}

/// The fields of a table. Names with dots go under the field before the dot.
pub(super) fn of_rows<'a>(reader: &Reader<'a>, rows: &'a [Row], place: &Place<'_>) -> Vec<Field> {
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
                    .fold(place.below("", None), |_, _| place.below("", None));
                let field = of_row(reader, &row, last, &place);
                push(parent, field);
                continue;
            }
        }
        let field = of_row(reader, &row, &clean, place);
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
    let mut field = plain_field(name);
    let said = values::read(row.about);
    field.required = place.is_params() && row.starred;
    let mut nested = Vec::new();
    if row.ty.is_empty() {
        untyped(reader, row, name, &fact, place, &mut field);
    } else {
        field.ty = expression(reader, row, place, &fact, &mut nested);
    }
    if many && !field.ty.ends_with("[]") && field.ty != "array" {
        field.ty = format!("{}[]", field.ty);
    }
    let holds = |word: &Word| matches!(word.base, Some("object" | "array" | "any"));
    if nested.is_empty() && place.open.len() < DEEPEST && row.ty.any_of.iter().any(holds) {
        nested = nested_of(reader, row, name, place);
        if !nested.is_empty() {
            field.ty = with_fields(&field.ty);
        }
    }
    field.fields = nested;
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

/// The type expression of a row. Types that link to a table bring their fields.
pub(super) fn expression<'a>(
    reader: &Reader<'a>,
    row: &Named<'a>,
    place: &Place<'_>,
    fact: &str,
    nested: &mut Vec<Field>,
) -> String {
    let mut parts: Vec<String> = Vec::new();
    for word in &row.ty.any_of {
        let base = match word.base.filter(|_| !word.is_linked()) {
            Some(base) => base.to_owned(),
            None => match linked(reader, word, place, nested) {
                Some(base) => base,
                None => {
                    reader.open(
                        place.element,
                        row.ty.line.max(row.line),
                        format!("{fact}.type"),
                        format!("nobody knows the type `{}`", word.text),
                        candidates(&word.text),
                    );
                    "any".into()
                }
            },
        };
        let part = match (word.lists, base.contains('|')) {
            (0, _) | (_, false) => format!("{base}{}", "[]".repeat(word.lists)),
            (lists, true) => format!("({base}){}", "[]".repeat(lists)),
        };
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    // `null` comes last, as it is written elsewhere.
    parts.sort_by_key(|it| it == "null");
    if parts.iter().any(|it| it == "any") && parts.len() > 1 {
        return "any".into();
    }
    match parts.as_slice() {
        // Nothing but `null` is nothing that is known.
        [only] if only == "null" => "any".into(),
        parts => parts.join("|"),
    }
}

/// A type of a name of its own, by where its link leads.
fn linked<'a>(
    reader: &Reader<'a>,
    word: &Word,
    place: &Place<'_>,
    nested: &mut Vec<Field>,
) -> Option<String> {
    let (page, anchor) = word.link.as_ref()?;
    if page == reader.path {
        let (line, rows) = reader.anchored(anchor)?;
        let alternatives = alternatives(reader, rows);
        if !alternatives.is_empty() {
            // A table of types, not of names: the result is one of them.
            if place.open.contains(&line) || place.open.len() >= DEEPEST {
                return None;
            }
            let mut open = place.open.clone();
            open.push(line);
            let inner = Place {
                element: place.element,
                way: place.way.clone(),
                names: place.names.clone(),
                open,
                parts: place.parts,
            };
            let mut parts: Vec<String> = Vec::new();
            for word in &alternatives {
                let base = match word.base {
                    Some(base) => base.to_owned(),
                    None => linked(reader, word, &inner, nested)?,
                };
                let part = format!("{base}{}", "[]".repeat(word.lists));
                if !parts.contains(&part) {
                    parts.push(part);
                }
            }
            parts.sort_by_key(|it| it == "null");
            return Some(parts.join("|"));
        }
        if place.open.contains(&line) || place.open.len() >= DEEPEST {
            return Some("object".into());
        }
        let name = word.text.trim_end_matches("[]");
        *nested = of_rows(reader, rows, &place.below(name, Some(line)));
        return Some("object".into());
    }
    if page.ends_with("data-types.md") {
        return None;
    }
    let name = type_name(word.text.trim_end_matches("[]"))?;
    reader.site.text(page)?;
    reader.shared.borrow_mut().push(Link {
        name: name.clone(),
        page: page.clone(),
        anchor: anchor.clone(),
    });
    Some(name)
}

/// A word as the name of a shared type.
fn type_name(word: &str) -> Option<String> {
    let mut chars = word.chars();
    let first = chars.next().filter(char::is_ascii_alphabetic)?;
    let rest: String = chars.collect();
    let plain = rest.chars().all(|it| it.is_ascii_alphanumeric());
    plain.then(|| format!("{}{rest}", first.to_ascii_uppercase()))
}

/// What is nested in an object or a list: by a link to an anchor, a heading that names it, or a list.
fn nested_of<'a>(
    reader: &Reader<'a>,
    row: &Named<'a>,
    name: &str,
    place: &Place<'_>,
) -> Vec<Field> {
    let mut anchors: Vec<String> = Vec::new();
    for text in texts(row.about) {
        for span in &text.spans {
            if let Some((page, anchor)) =
                span.link.as_deref().and_then(|it| resolve(reader.path, it))
                && page == reader.path
                && !anchors.contains(&anchor)
            {
                anchors.push(anchor);
            }
        }
    }
    for word in &row.ty.any_of {
        if let Some((page, anchor)) = &word.link
            && page == reader.path
        {
            anchors.push(anchor.clone());
        }
    }
    let by_anchor = anchors.iter().find_map(|it| reader.anchored(it));
    let found = by_anchor.or_else(|| reader.titled(name, place.parts));
    if let Some((line, rows)) = found
        && !place.open.contains(&line)
    {
        let place = place.below(name, Some(line));
        return closed(reader, of_rows(reader, rows, &place), line, &place);
    }
    // A table within the cell.
    for block in deep(row.about) {
        if let Kind::Table(rows) = &block.kind
            && super::table::is_named(rows)
        {
            return of_rows(reader, rows, &place.below(name, Some(row.line)));
        }
    }
    // The JSON of an answer says more than a list in prose.
    if free(name) || !place.is_params() {
        return Vec::new();
    }
    let found = bullets(reader, row.about, name, place);
    closed(reader, found, row.line, place)
}

/// Fields, unless one of the names stands for many: such an object stays open.
fn closed(reader: &Reader<'_>, fields: Vec<Field>, line: u32, place: &Place<'_>) -> Vec<Field> {
    let stands_for_many = |name: &str| {
        let patterns = ["PropertyId", "XXX", "_ID_", "FieldName"];
        name.contains(['*', '{', '<', '%', '/', ' ', '$'])
            || ["_", "_n", "_N"].iter().any(|it| name.ends_with(it))
            || patterns.iter().any(|it| name.contains(it))
    };
    if place.is_params()
        && let Some(many) = fields.iter().find(|it| stands_for_many(&it.name))
    {
        let fact = place.way.trim_end_matches(".fields").to_owned();
        reader
            .findings
            .borrow_mut()
            .retain(|it| !it.fact.starts_with(&place.way));
        reader.find(
            Weight::Note,
            place.element,
            line,
            fact,
            format!(
                "`{}` stands for many names: the object stays open",
                many.name
            ),
            Vec::new(),
        );
        return Vec::new();
    }
    fields
}

/// The types of a table whose rows have types instead of names.
fn alternatives(reader: &Reader<'_>, rows: &[Row]) -> Vec<Word> {
    let all = named(reader.path, rows);
    if all.iter().any(|it| it.strong) {
        return Vec::new();
    }
    let mut out: Vec<Word> = Vec::new();
    for row in rows.iter().skip(1) {
        let Some(cell) = row.cells.first() else {
            continue;
        };
        let words = Type::read(reader.path, &super::table::spans(cell)).any_of;
        // `object` above a name of its own says only that the name is one.
        let specific = words.iter().any(|it| it.base.is_none());
        for word in words {
            if specific && word.base == Some("object") || out.contains(&word) {
                continue;
            }
            out.push(word);
        }
    }
    let known = out.iter().all(|it| it.base.is_some() || it.link.is_some());
    if known { out } else { Vec::new() }
}

/// A row without a type: its examples tell, if they agree.
fn untyped(
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

/// Objects whose keys are names of fields with marks before them, or of many things: never closed.
fn free(name: &str) -> bool {
    let lower = name.to_lowercase();
    ["filter", "order", "sort", "select"]
        .iter()
        .any(|it| lower.contains(it))
}

/// A list of names in the cell of an object: ``- `page` — number of the page``.
fn bullets<'a>(
    reader: &Reader<'a>,
    about: &'a [Block],
    name: &str,
    place: &Place<'_>,
) -> Vec<Field> {
    let mut before = String::new();
    for block in about {
        match &block.kind {
            Kind::Paragraph(text) => before = text.plain(),
            Kind::List(items) => {
                let lower = before.to_lowercase();
                let last = lower
                    .trim_end()
                    .rsplit(['\n', '.'])
                    .next()
                    .unwrap_or_default();
                let other = [
                    "value",
                    "direction",
                    "categor",
                    "prefix",
                    "for example",
                    "required fields",
                    "types",
                    "format",
                    "can pass",
                    "pass:",
                    "options",
                    "conditions",
                    "operator",
                ];
                if other.iter().any(|it| last.contains(it)) {
                    continue;
                }
                let below = place.below(name, None);
                let fields: Option<Vec<Field>> = items
                    .iter()
                    .map(|item| bullet(reader, item, &below))
                    .collect();
                if let Some(fields) = fields.filter(|it| !it.is_empty()) {
                    let mut out = Vec::new();
                    for field in fields {
                        push(&mut out, field);
                    }
                    return out;
                }
            }
            _ => {}
        }
    }
    Vec::new()
}

fn bullet(reader: &Reader<'_>, item: &[Block], place: &Place<'_>) -> Option<Field> {
    let text = texts(item).into_iter().next()?;
    let spans: Vec<_> = text
        .spans
        .iter()
        .filter(|it| !it.text.trim().is_empty())
        .collect();
    let first = spans.first().filter(|it| it.code || it.strong)?;
    let raw = first.text.trim().trim_matches(['"', '\'']);
    let starred = raw.ends_with('*')
        || spans
            .get(1)
            .is_some_and(|it| !it.code && it.text.starts_with('*'));
    let name = raw.trim_end_matches('*');
    let plain_name = name
        .chars()
        .all(|it| it.is_ascii_alphanumeric() || it == '_')
        && name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_');
    if !plain_name {
        return None;
    }
    let mut field = plain_field(name);
    field.required = starred && place.is_params();
    // A type in code or brackets right behind the name: `` `id` (`integer`) — … ``.
    let behind = spans.get(1).map(|it| it.text.trim()).unwrap_or_default();
    let typed = match spans.get(1) {
        Some(span) if span.code => Some(span.text.trim()),
        Some(_) if matches!(behind, "(" | "[") => {
            spans.get(2).filter(|it| it.code).map(|it| it.text.trim())
        }
        _ => None,
    };
    let by_word = typed.and_then(|it| {
        super::types::known(it.trim_end_matches("[]")).map(|base| (base, it.ends_with("[]")))
    });
    if let Some((base, many)) = by_word {
        field.ty = if many {
            format!("{base}[]")
        } else {
            base.to_owned()
        };
    } else if let [only] = guesses(reader, place, name).as_slice() {
        field.ty = only.clone();
    }
    Some(field)
}

/// What the examples say the type of a name is.
fn guesses(reader: &Reader<'_>, place: &Place<'_>, name: &str) -> Vec<String> {
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
        let lower = field.name.to_lowercase();
        field.secret = ["token", "password", "secret"]
            .iter()
            .any(|it| lower.ends_with(it));
    }
}
