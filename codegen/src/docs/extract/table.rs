//! Tables of names, types and descriptions.

use super::types::Type;
use crate::docs::block::{Block, Cell, Kind, Row, Span, Text};

/// A row of a table of parameters or fields.
#[derive(Debug)]
pub(super) struct Named<'a> {
    pub line: u32,
    /// The name as it is written: `TITLE`, `result.chat`, `items[].id`.
    pub name: String,
    /// Whether it is marked with a star.
    pub starred: bool,
    pub ty: Type,
    /// Whether the name is strong. Without, the cell may hold a type alone.
    pub strong: bool,
    /// The cell of examples, where the table has one.
    pub example: Option<&'a Cell>,
    /// The cell that says what it is.
    pub about: &'a [Block],
}

/// What the columns of a table hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Column {
    Name,
    Type,
    Required,
    About,
    Code,
    Status,
    Example,
    Other,
}

/// The columns by the words of a header.
pub(super) fn columns(row: &Row) -> Vec<Column> {
    row.cells
        .iter()
        .map(|cell| {
            let text = plain(cell).to_lowercase();
            let first = text.split('\n').next().unwrap_or_default().trim();
            // `Name` and `type` may share a line.
            let first = match first.strip_suffix(" type").map(str::trim) {
                Some("data") | None => first,
                Some(name) => name,
            };
            match first {
                "name" | "parameter" | "field" | "key" | "property" | "parameter name"
                | "field name" => Column::Name,
                "type" | "data type" => Column::Type,
                "required" | "mandatory" => Column::Required,
                "description" | "purpose" | "meaning" | "value" | "error description" => {
                    Column::About
                }
                "code" | "error code" | "error" => Column::Code,
                "example" | "sample" => Column::Example,
                "status" | "http status" | "http code" | "http-status" => Column::Status,
                _ => Column::Other,
            }
        })
        .collect()
}

/// The text of a cell.
pub(super) fn plain(cell: &Cell) -> String {
    super::page::plain(&cell.blocks).trim().to_owned()
}

/// The spans of the texts of a cell, in order, a line's end between texts.
pub(super) fn spans(cell: &Cell) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    for block in &cell.blocks {
        let texts: Vec<&Text> = match &block.kind {
            Kind::Paragraph(text) | Kind::Heading { text, .. } => vec![text],
            Kind::List(items) => items.iter().flat_map(|it| super::page::texts(it)).collect(),
            _ => Vec::new(),
        };
        for text in texts {
            if !out.is_empty() {
                out.push(Span {
                    line: block.line,
                    text: "\n".into(),
                    ..Span::default()
                });
            }
            out.extend(text.spans.iter().cloned());
        }
    }
    out
}

/// Whether a table describes names: parameters, or fields of an object.
pub(super) fn is_named(rows: &[Row]) -> bool {
    is_headless(rows)
        || rows.first().is_some_and(|row| {
            let columns = columns(row);
            columns.first() == Some(&Column::Name)
            && columns.iter().any(|it| matches!(it, Column::About | Column::Type))
            && !columns.iter().any(|it| matches!(it, Column::Code | Column::Status))
            // The table of what a validation error of REST 3.0 is about.
            && !plain_of(row, 1).to_lowercase().starts_with("error")
        })
}

/// Whether a table of names lacks its header: its first row has a name with a type.
fn is_headless(rows: &[Row]) -> bool {
    let Some(cell) = rows
        .first()
        .filter(|it| it.cells.len() == 2)
        .and_then(|it| it.cells.first())
    else {
        return false;
    };
    let spans = spans(cell);
    let strong = spans.iter().any(|it| it.strong && !it.code);
    strong && spans.iter().any(|it| it.code && it.link.is_some())
}

fn plain_of(row: &Row, index: usize) -> String {
    row.cells.get(index).map(plain).unwrap_or_default()
}

/// The rows of a table of names.
pub(super) fn named<'a>(page: &str, rows: &'a [Row]) -> Vec<Named<'a>> {
    let (columns, rows) = match rows.split_first() {
        Some(_) if is_headless(rows) => (vec![Column::Name, Column::About], rows),
        Some((head, rows)) => (columns(head), rows),
        None => return Vec::new(),
    };
    let at = |column| columns.iter().position(|it| *it == column);
    let about_at = at(Column::About).or_else(|| {
        let last = columns.len().saturating_sub(1);
        (last > 0).then_some(last)
    });
    let mut out = Vec::new();
    for row in rows {
        let Some(cell) = row.cells.first() else {
            continue;
        };
        let mut ty = Type::default();
        let cell_of = |index: Option<usize>| index.and_then(|it| row.cells.get(it));
        if let Some(cell) = cell_of(at(Column::Type)) {
            ty = Type::read(page, &spans(cell));
        }
        let required = cell_of(at(Column::Required))
            .map(plain)
            .is_some_and(|text| {
                matches!(
                    text.to_lowercase().as_str(),
                    "yes" | "+" | "true" | "required" | "*" | "y"
                )
            });
        let about = cell_of(about_at).map_or(&[][..], |it| it.blocks.as_slice());
        let strong = spans(cell).iter().any(|it| it.strong);
        for (name, starred, own) in names(page, cell) {
            let own = if own.is_empty() { ty.clone() } else { own };
            out.push(Named {
                line: cell.line.max(row.line),
                name,
                starred: starred || required,
                ty: own,
                strong,
                example: cell_of(at(Column::Example)),
                about,
            });
        }
    }
    out
}

/// The names of a cell with their stars, and the type that follows them.
fn names(page: &str, cell: &Cell) -> Vec<(String, bool, Type)> {
    let spans = spans(cell);
    // Strong words are names; without any, the first word of the cell is.
    let strong = spans
        .iter()
        .any(|it| it.strong && !it.text.trim().is_empty());
    let mut found: Vec<(String, bool)> = Vec::new();
    let mut rest: &[Span] = &[];
    if strong {
        let mut end = 0;
        let mut fresh = true;
        for (index, span) in spans.iter().enumerate() {
            let text = span.text.trim();
            if span.strong {
                if !text.is_empty() {
                    match found.last_mut() {
                        // `**A**_**B**`: one name, marked in pieces.
                        Some(last) if !fresh => last.0.push_str(text),
                        _ => found.push((text.to_owned(), false)),
                    }
                    fresh = false;
                    end = index + 1;
                }
                continue;
            }
            if span.code || span.link.is_some() {
                break;
            }
            if let Some(last) = found.last_mut()
                && text.starts_with('*')
            {
                last.1 = true;
                end = end.max(index + 1);
            }
            let splits = span.text.contains([',', '/', '\n', ';']);
            fresh = fresh || splits || text.is_empty() && !span.text.is_empty();
        }
        rest = spans.get(end..).unwrap_or_default();
        // `**name***` followed by words of the type in the same span.
        if rest.iter().all(|it| it.text.trim().is_empty()) {
            rest = spans.get(end.saturating_sub(1)..).unwrap_or_default();
            if rest.first().is_some_and(|it| it.strong) {
                rest = &[];
            }
        }
    } else if let Some(first) = spans.iter().find(|it| !it.text.trim().is_empty()) {
        let text = first.text.trim();
        let word = text.split_whitespace().next().unwrap_or_default();
        let index = spans.iter().position(|it| it == first).unwrap_or_default();
        let star = word.ends_with('*')
            || spans
                .get(index + 1)
                .is_some_and(|it| !it.code && it.text.trim_start().starts_with('*'));
        found.push((word.trim_end_matches('*').to_owned(), star));
        rest = spans.get(index + 1..).unwrap_or_default();
    }
    let ty = Type::read(page, rest);
    let mut out = Vec::new();
    for (name, starred) in found {
        let mut name = name.as_str();
        let mut starred = starred;
        while let Some(inner) = name.strip_suffix('*') {
            name = inner.trim_end();
            starred = true;
        }
        let name = name.trim_matches([':', '.', ',', '"', '\'']).trim();
        // `LANGUAGE_ID (LANG)`: what stands in brackets is no part of the name.
        let name = name.split_once(" (").map_or(name, |it| it.0);
        if !name.is_empty() {
            out.push((name.to_owned(), starred, ty.clone()));
        }
    }
    out
}
