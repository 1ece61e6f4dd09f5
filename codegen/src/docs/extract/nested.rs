//! What is nested in an object: in a table elsewhere, in the cell, or in a list of names.

use super::fields::{Place, of_rows, plain_field, push};
use super::page::{deep, tables, texts};
use super::reader::Reader;
use super::table::{Named, is_named, named};
use super::untyped::guesses;
use crate::docs::block::{Block, Kind};
use crate::docs::draft::Weight;
use crate::docs::site::resolve;
use crate::format::Field;

/// The fields of an object.
#[derive(Default)]
pub(super) struct Nested {
    pub fields: Vec<Field>,
    /// Whether it takes others as well.
    pub open: bool,
}

impl From<Vec<Field>> for Nested {
    fn from(fields: Vec<Field>) -> Self {
        Self {
            fields,
            open: false,
        }
    }
}

/// What is nested in an object or a list: by a link to an anchor, a heading that names it, or a list.
pub(super) fn nested_of<'a>(
    reader: &Reader<'a>,
    row: &Named<'a>,
    name: &str,
    place: &Place<'_>,
) -> Nested {
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
    // What the answer holds is no parameter: a filter leads there only for the names of its fields.
    let here = |part| !place.is_params() || place.parts.contains(&part);
    let by_anchor = anchors.iter().find_map(|it| reader.anchored(it, here));
    let found = by_anchor.or_else(|| reader.titled(name, place.parts));
    if let Some((line, rows)) = found
        && !place.open.contains(&line)
    {
        let place = place.below(name, Some(line));
        let fields = of_rows(reader, rows, &place);
        let section = reader.sections.iter().find(|it| it.line == line);
        let about = section.map_or(row.about, |it| it.blocks);
        return nested(reader, fields, line, about, &place);
    }
    // A table within the cell.
    for block in deep(row.about) {
        if let Kind::Table(rows) = &block.kind
            && is_named(rows)
        {
            return of_rows(reader, rows, &place.below(name, Some(row.line))).into();
        }
    }
    if let Some(told) = told(reader, row, name, place) {
        return told;
    }
    // The JSON of an answer says more than a list in prose.
    if free(name) || !place.is_params() {
        return Nested::default();
    }
    let found = bullets(reader, row.about, name, place);
    nested(reader, found, row.line, row.about, &place.below(name, None))
}

/// The only key that a description names, where a heading names it, too: ``an object `NAV_PARAMS` ``.
fn told<'a>(reader: &Reader<'a>, row: &Named<'a>, name: &str, place: &Place<'_>) -> Option<Nested> {
    let place = place.below(name, None);
    let mut keys: Vec<&str> = texts(row.about)
        .iter()
        .flat_map(|it| &it.spans)
        .filter(|it| it.code)
        .map(|it| it.text.trim())
        .filter(|it| *it != name && is_plain(it))
        .collect();
    keys.dedup();
    let [key] = keys.as_slice() else {
        return None;
    };
    let (line, rows) = reader.titled(key, place.parts)?;
    if !place.is_params() || place.open.contains(&line) {
        return None;
    }
    let mut field = plain_field(key);
    field.ty = "object".into();
    let below = place.below(key, Some(line));
    let inner = nested(reader, of_rows(reader, rows, &below), line, &[], &below);
    (field.fields, field.open) = (inner.fields, inner.open);
    let told = nested(reader, vec![field], row.line, row.about, &place);
    (!told.fields.is_empty()).then_some(told)
}

/// A word that can be the name of a field.
fn is_plain(name: &str) -> bool {
    name.chars()
        .all(|it| it.is_ascii_alphanumeric() || it == '_')
        && name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
}

/// What some fields say of their object: all that it takes, or a part. `about` is the text beside
/// them.
fn nested(
    reader: &Reader<'_>,
    mut fields: Vec<Field>,
    line: u32,
    about: &[Block],
    place: &Place<'_>,
) -> Nested {
    let Some((why, left)) = opens(reader, &fields, about, place) else {
        return fields.into();
    };
    fields.retain(|field| left == Left::Fields && !stands_for_many(&field.name));
    let gone = |fact: &str| {
        let below = fact.strip_prefix(&place.way);
        let name = below.and_then(|it| it.trim_start_matches('.').split('.').next());
        name.is_some_and(|name| !fields.iter().any(|field| field.name == name))
    };
    reader.findings.borrow_mut().retain(|it| !gone(&it.fact));
    let fact = place.way.trim_end_matches(".fields").to_owned();
    let message = format!("{why}: the object stays open");
    reader.find(Weight::Note, place.element, line, fact, message, Vec::new());
    Nested {
        open: !fields.is_empty(),
        fields,
    }
}

/// What is left of the fields of an open object.
#[derive(Eq, PartialEq)]
enum Left {
    Fields,
    Nothing,
}

/// Why fields cannot be all that an object takes.
fn opens(
    reader: &Reader<'_>,
    fields: &[Field],
    about: &[Block],
    place: &Place<'_>,
) -> Option<(String, Left)> {
    if fields.is_empty() || !place.is_params() {
        return None;
    }
    let keys: Vec<&String> = reader
        .examples(&place.names)
        .into_iter()
        .filter_map(|it| it.as_object())
        .flat_map(|it| it.keys())
        .collect();
    let many = |name: &str| format!("`{name}` stands for many names");
    let other = |name: &str| format!("the examples give others, such as `{name}`");
    // A filter's keys have marks before the names of its fields, and take lists of their values.
    let is_marked = |it: &str| it.starts_with(['!', '<', '>', '=', '%', '@', '?', '~']);
    let names = || fields.iter().map(|it| &it.name).chain(keys.iter().copied());
    if let Some(marked) = names().find(|it| is_marked(it)) {
        return Some((many(marked), Left::Nothing));
    }
    let is_known = |key: &&String| fields.iter().any(|it| it.name.eq_ignore_ascii_case(key));
    if let Some(first) = keys.first()
        && !keys.iter().any(is_known)
    {
        return Some((other(first), Left::Nothing));
    }
    if let Some(pattern) = fields.iter().find(|it| stands_for_many(&it.name)) {
        return Some((many(&pattern.name), Left::Fields));
    }
    let unknown = keys
        .iter()
        .find(|it| !is_known(it) && elsewhere(reader, it, about));
    unknown.map(|it| (other(it), Left::Fields))
}

/// Whether a text leads to another page that has a table with this name.
fn elsewhere(reader: &Reader<'_>, name: &str, about: &[Block]) -> bool {
    let links = texts(about).into_iter().flat_map(|it| &it.spans);
    let links = links.filter_map(|it| resolve(reader.path, it.link.as_deref()?));
    let mut pages = links.filter_map(|it| reader.site.page(&it.0));
    pages.any(|page| {
        tables(&page.blocks)
            .into_iter()
            .filter(|it| is_named(it))
            .any(|it| named(reader.path, it).iter().any(|row| row.name == name))
    })
}

/// Whether a name is a pattern of names.
pub(super) fn stands_for_many(name: &str) -> bool {
    let patterns = ["PropertyId", "XXX", "_ID_", "FieldName"];
    name.contains(['*', '{', '<', '%', '/', ' ', '$'])
        || ["_", "_n", "_N"].iter().any(|it| name.ends_with(it))
        || patterns.iter().any(|it| name.contains(it))
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
                    "level",
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
    if !is_plain(name) {
        return None;
    }
    let mut field = plain_field(name);
    field.required = starred && place.is_params();
    // A type in code or brackets right behind the name: `` `id` (`integer`) — … ``.
    let behind = spans.get(1).map(|it| it.text.trim()).unwrap_or_default();
    let behind = behind.trim_start_matches('*').trim_start();
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
