//! What a method answers: its table and its JSON together.

use serde_json::Value;

use super::fields::{Place, of_row, plain_field, push, with_fields};
use super::page::{Part, deep, is_returned_data, plain, tables};
use super::reader::Reader;
use super::table::{Named, is_named, named};
use super::{containers, infer};
use crate::docs::block::{Kind, Row};
use crate::docs::draft::{Element, Weight};
use crate::docs::{check, code};
use crate::format::{Field, Shape};

/// What was read about the answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub shape: Shape,
    /// The whole answers that the page shows, without errors.
    pub shown: Vec<Value>,
}

/// Reads the answer.
pub(super) fn read(reader: &Reader<'_>) -> Answer {
    let shown = shown(reader);
    let results: Vec<&Value> = shown
        .iter()
        .filter_map(|(it, _)| it.get("result"))
        .collect();
    let mut root = plain_field("result");
    match main_table(reader) {
        Some((line, rows)) => {
            let rows = named(reader.path, rows);
            of_table(reader, line, &rows, &results, &mut root);
            containers::open(reader, line, "result", &mut root);
            containers::unwrap(&mut root, &results);
            containers::settle(reader, Element::Result, line, "result", &mut root, &results);
            containers::describes(reader, line, &mut root, &results);
            compare(reader, line, &root, &shown);
        }
        None if results.is_empty() => reader.open(
            Element::Result,
            1,
            "result",
            "the page shows neither a table of the answer nor JSON",
            Vec::new(),
        ),
        None => {}
    }
    for result in &results {
        infer::fill(&mut root, result);
    }
    containers::open(reader, 1, "result", &mut root);
    Answer {
        shape: Shape {
            ty: root.ty,
            fields: root.fields,
            values: root.values,
        },
        shown: shown.into_iter().map(|it| it.0).collect(),
    }
}

/// The answers that the page shows, with their lines.
fn shown(reader: &Reader<'_>) -> Vec<(Value, u32)> {
    let mut out = Vec::new();
    for section in reader
        .sections
        .iter()
        .filter(|it| it.part == Part::Response)
    {
        for block in deep(section.blocks) {
            let Kind::Code { lang, text } = &block.kind else {
                continue;
            };
            let is_json = lang.is_empty() || lang.starts_with("js");
            if !is_json || !text.contains("result") {
                continue;
            }
            match code::json(text) {
                Ok(json) if json.value.get("result").is_some() && !json.cut => {
                    out.push((json.value, block.line))
                }
                Ok(_) => {}
                Err(fault) if text.trim_start().starts_with('{') => reader.find(
                    Weight::Contradiction,
                    Element::Result,
                    block.line + fault.line,
                    "result",
                    format!("the answer is no JSON: {}", fault.message),
                    Vec::new(),
                ),
                Err(_) => {}
            }
        }
    }
    out
}

/// The table that lists what is returned.
fn main_table<'a>(reader: &Reader<'a>) -> Option<(u32, &'a [Row])> {
    let all: Vec<(&super::page::Section<'a>, &'a [Row])> = reader
        .sections
        .iter()
        .filter(|it| it.part == Part::Response)
        .flat_map(|section| {
            let tables = tables(section.blocks).into_iter().filter(|it| is_named(it));
            tables.map(move |it| (section, it)).collect::<Vec<_>>()
        })
        .collect();
    let has_result = |rows: &[Row]| {
        named(reader.path, rows).iter().any(|it| {
            it.name == "result" || it.name.starts_with("result.") || it.name.starts_with("result[")
        })
    };
    let found = all
        .iter()
        .find(|(_, rows)| has_result(rows))
        .or_else(|| {
            all.iter()
                .find(|(section, _)| is_returned_data(&section.title))
        })
        .or_else(|| all.first())?;
    Some((found.0.line, found.1))
}

const BESIDE: &[&str] = &["time", "total", "next", "error", "error_description"];

fn of_table<'a>(
    reader: &Reader<'a>,
    line: u32,
    rows: &[Named<'a>],
    results: &[&Value],
    root: &mut Field,
) {
    let place = Place::result();
    let mut rest: Vec<&Named<'a>> = Vec::new();
    let mut stated = false;
    for row in rows {
        match row.name.as_str() {
            "result" | "result[]" | "result*" => {
                let top = Place {
                    way: String::new(),
                    ..Place::result()
                };
                let mut field = of_row(reader, row, &row.name, &top);
                rename_findings(reader);
                or_nothing(row, &mut field);
                field.name = "result".into();
                *root = field;
                stated = true;
            }
            name if BESIDE.contains(&name) && !shows(results, name) => {}
            _ => rest.push(row),
        }
    }
    if !stated {
        root.ty = match results.first() {
            Some(Value::Array(_)) => "array".into(),
            _ => "object".into(),
        };
    }
    if rest.is_empty() {
        return;
    }
    let can_hold = root
        .ty
        .split('|')
        .any(|it| matches!(it, "object" | "array" | "any" | "object[]"));
    if !can_hold {
        // A scalar with fields below it: the page means something else than it says.
        let lists = results.iter().any(|it| it.is_array());
        let holds = results.iter().any(|it| it.is_object() || it.is_array());
        if !holds {
            reader.open(
                Element::Result,
                line,
                "result",
                format!("the result is said to be `{}`, and to have fields", root.ty),
                vec![root.ty.clone(), "object".into()],
            );
            return;
        }
        if root.ty != "Any" && !is_shared(&root.ty) {
            root.ty = if lists {
                "array".into()
            } else {
                "object".into()
            };
        }
    }
    if is_shared(&root.ty) {
        return;
    }
    root.ty = with_fields(&root.ty);
    for row in rest {
        insert(reader, row, results, root, &place);
    }
}

/// Adds what the result is where there is none, which stands in words beside its type.
fn or_nothing(row: &Named<'_>, field: &mut Field) {
    let about = plain(row.about).to_lowercase();
    for (value, ty) in [("null", "null"), ("false", "boolean")] {
        let said = ["returns", "return"].iter().any(|verb| {
            let words = format!("{verb} {value}");
            about.match_indices(&words).any(|(at, _)| {
                let behind = about[at + words.len()..].chars().next();
                behind.is_none_or(|it| !it.is_alphanumeric())
            })
        });
        let known = |it: &str| it == ty || it == "any";
        if said && !field.ty.split('|').any(known) {
            field.ty = format!("{}|{ty}", field.ty);
        }
    }
}

/// Whether the result itself has a field of this name.
fn shows(results: &[&Value], name: &str) -> bool {
    results.iter().any(|it| it.get(name).is_some())
}

fn is_shared(ty: &str) -> bool {
    ty.starts_with(|it: char| it.is_ascii_uppercase())
}

/// Findings about the row `result` speak of the result itself.
fn rename_findings(reader: &Reader<'_>) {
    for finding in reader.findings.borrow_mut().iter_mut() {
        if finding.element == Element::Result && finding.fact.starts_with(".result") {
            finding.fact = finding.fact.trim_start_matches('.').to_owned();
        }
    }
}

/// Puts a row where it belongs: by its dots, else where the JSON has its name.
fn insert<'a>(
    reader: &Reader<'a>,
    row: &Named<'a>,
    results: &[&Value],
    root: &mut Field,
    place: &Place<'_>,
) {
    let mut name = row.name.as_str();
    let mut rooted = false;
    for prefix in ["result[].", "result.", "[].", "result[]"] {
        if let Some(inner) = name.strip_prefix(prefix) {
            name = inner;
            rooted = true;
            break;
        }
    }
    // `result[0][id]` and the like.
    let name = name
        .replace("][", ".")
        .replace("[]", "\u{0}")
        .replace(['[', ']'], ".")
        .replace('\u{0}', "[]");
    let name = name.trim_matches('.').to_owned();
    let parts: Vec<&str> = name.split('.').filter(|it| !it.is_empty()).collect();
    let Some((last, parents)) = parts.split_last() else {
        return;
    };
    let way = match rooted || !parents.is_empty() {
        true => Vec::new(),
        false => way_to(results, root, last),
    };
    let way = way.iter().map(String::as_str);
    let names: Vec<&str> = way.chain(parents.iter().copied()).collect();
    if let Some(list) = descend(&mut root.fields, &names) {
        let names = names.iter().map(|it| it.trim_end_matches("[]"));
        let place = names.fold(place.clone(), |place, name| place.below(name, None));
        push(list, of_row(reader, row, last, &place));
    }
}

/// The list of fields under some names. What is not there yet is made.
fn descend<'f>(fields: &'f mut Vec<Field>, names: &[&str]) -> Option<&'f mut Vec<Field>> {
    let Some((first, rest)) = names.split_first() else {
        return Some(fields);
    };
    let (name, many) = match first.strip_suffix("[]") {
        Some(name) => (name, true),
        None => (*first, false),
    };
    if !fields.iter().any(|it| it.name == name) {
        let mut field = plain_field(name);
        field.ty = if many {
            "object[]".into()
        } else {
            "object".into()
        };
        fields.push(field);
    }
    let field = fields.iter_mut().find(|it| it.name == name)?;
    if is_shared(&field.ty) || field.ty.starts_with("map") {
        return None;
    }
    field.ty = with_fields(&field.ty);
    if !field.ty.contains("object") {
        field.ty = if many {
            "object[]".into()
        } else {
            "object".into()
        };
    }
    descend(&mut field.fields, rest)
}

/// Where a name stands in the JSON: the names of the fields above it. The top where nothing says otherwise.
fn way_to(results: &[&Value], root: &Field, name: &str) -> Vec<String> {
    for result in results {
        // From the top down, so that the nearest one counts.
        let mut level: Vec<(Vec<String>, &Value, &[Field])> =
            vec![(Vec::new(), result, &root.fields)];
        for _ in 0..8 {
            let mut next = Vec::new();
            for (way, value, fields) in &level {
                let elements: Vec<&Value> = match value {
                    Value::Array(items) => items.iter().take(3).collect(),
                    other => vec![other],
                };
                if elements.iter().any(|it| it.get(name).is_some()) {
                    return way.clone();
                }
                for field in *fields {
                    let below = elements.iter().find_map(|it| it.get(&field.name));
                    if let Some(below) = below {
                        let mut way = way.clone();
                        way.push(field.name.clone());
                        next.push((way, below, field.fields.as_slice()));
                    }
                }
                // A map by id: what its first element holds is at the same place.
                for element in &elements {
                    if let Value::Object(map) = element
                        && !map.is_empty()
                        && map.keys().all(|it| infer::is_id(it))
                        && let Some(first) = map.values().next()
                    {
                        next.push((way.clone(), first, fields));
                    }
                }
            }
            if next.is_empty() {
                break;
            }
            level = next;
        }
    }
    Vec::new()
}

/// The table against the JSON.
fn compare(reader: &Reader<'_>, line: u32, root: &Field, shown: &[(Value, u32)]) {
    let shape = Shape {
        ty: root.ty.clone(),
        fields: root.fields.clone(),
        values: root.values.clone(),
    };
    let mut told: Vec<String> = Vec::new();
    for (answer, _) in shown {
        let Some(result) = answer.get("result") else {
            continue;
        };
        for mismatch in check::result(&shape, result) {
            // Another answer with another value of the same kind tells nothing new.
            let text = format!("{} {}", mismatch.path, mismatch.candidates.join(" "));
            let text = if mismatch.candidates.is_empty() {
                format!("{text}{}", mismatch.message)
            } else {
                text
            };
            if told.contains(&text) {
                continue;
            }
            told.push(text);
            // What the result is as a whole must be known; its parts can wait.
            let weight = match mismatch.path.as_str() {
                "result" if shown.len() == 1 => Weight::Open,
                _ => Weight::Contradiction,
            };
            reader.find(
                weight,
                Element::Result,
                line,
                mismatch.path.clone(),
                mismatch.message,
                mismatch.candidates,
            );
        }
    }
}
