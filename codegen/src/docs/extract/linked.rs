//! Types of a name of their own: where their links lead.

use super::fields::{DEEPEST, Place, of_rows};
use super::nested::{Nested, nested_of};
use super::reader::{Link, Reader};
use super::table::{Named, named};
use super::types::{Type, Word, candidates};
use crate::docs::block::Row;

/// The type expression of a row. Types that link to a table bring their fields.
pub(super) fn expression<'a>(
    reader: &Reader<'a>,
    row: &Named<'a>,
    name: &str,
    place: &Place<'_>,
    nested: &mut Nested,
) -> String {
    let mut parts: Vec<String> = Vec::new();
    for word in &row.ty.any_of {
        let base = match word.base.filter(|_| !word.is_linked()) {
            Some(base) => base.to_owned(),
            None => match linked(reader, word, name, place, nested)
                .or_else(|| described_here(reader, row, word, name, place, nested))
            {
                Some(base) => base,
                None => {
                    reader.open(
                        place.element,
                        row.ty.line.max(row.line),
                        format!("{}.{name}.type", place.way),
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
    name: &str,
    place: &Place<'_>,
    nested: &mut Nested,
) -> Option<String> {
    let (page, anchor) = word.link.as_ref()?;
    if page == reader.path {
        let (line, rows) = reader.anchored(anchor, |_| true)?;
        let alternatives = alternatives(reader, rows);
        if !alternatives.is_empty() {
            // A table of types, not of names: the result is one of them.
            if place.open.contains(&line) || place.open.len() >= DEEPEST {
                return None;
            }
            let mut inner = place.clone();
            inner.open.push(line);
            let mut parts: Vec<String> = Vec::new();
            for word in &alternatives {
                let base = match word.base {
                    Some(base) => base.to_owned(),
                    None => linked(reader, word, name, &inner, nested)?,
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
        *nested = of_rows(reader, rows, &place.below(name, Some(line))).into();
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

/// A type whose own page is not at hand, where this page has a table of its fields as well.
fn described_here<'a>(
    reader: &Reader<'a>,
    row: &Named<'a>,
    word: &Word,
    name: &str,
    place: &Place<'_>,
    nested: &mut Nested,
) -> Option<String> {
    let (page, _) = word.link.as_ref()?;
    if reader.site.text(page).is_some() || place.open.len() >= DEEPEST {
        return None;
    }
    let found = nested_of(reader, row, name, place);
    if found.fields.is_empty() {
        return None;
    }
    *nested = found;
    Some("object".into())
}

/// A word as the name of a shared type.
fn type_name(word: &str) -> Option<String> {
    let mut chars = word.chars();
    let first = chars.next().filter(char::is_ascii_alphabetic)?;
    let rest: String = chars.collect();
    let plain = rest.chars().all(|it| it.is_ascii_alphanumeric());
    plain.then(|| format!("{}{rest}", first.to_ascii_uppercase()))
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
