//! The errors of a method.

use serde_json::Value;

use super::page::{Part, deep, plain, tables};
use super::reader::Reader;
use super::table::{Column, columns, spans};
use crate::docs::block::{Block, Cell, Kind, Row};
use crate::docs::code;
use crate::docs::draft::{Element, Weight};
use crate::format::{ErrorRow, Scalar};

/// What was read: the rows, and the statuses of the page as a whole.
pub(super) fn read(reader: &Reader<'_>) -> (Vec<ErrorRow>, Vec<u16>) {
    let mut rows: Vec<ErrorRow> = Vec::new();
    let mut statuses: Vec<u16> = Vec::new();
    let mut shown: Vec<(Scalar, u32)> = Vec::new();
    let mut seen = false;
    let mut tabled = false;
    for section in reader.sections.iter().filter(|it| it.part == Part::Errors) {
        seen = true;
        let title_code = announced(&section.title);
        let mut current: Vec<Scalar> = title_code;
        let mut status = None;
        for block in deep(section.blocks) {
            match &block.kind {
                Kind::Paragraph(text) => {
                    let plain = text.plain();
                    let mut here = Vec::new();
                    statuses_of(&plain, &mut here);
                    if let [only] = here.as_slice() {
                        // Under a code, the line is about that code.
                        for row in rows.iter_mut().filter(|it| current.contains(&it.code)) {
                            row.status = row.status.or(Some(*only));
                        }
                        status = Some(*only);
                    }
                    for one in here {
                        if !statuses.contains(&one) {
                            statuses.push(one);
                        }
                    }
                    let codes = announced_in(text);
                    if !codes.is_empty() {
                        for code in &codes {
                            push(&mut rows, row(code.clone()));
                        }
                        current = codes;
                        status = None;
                        tabled = true;
                    }
                }
                Kind::Table(table) if is_errors(table) => {
                    tabled = true;
                    of_table(reader, table, &mut rows);
                }
                Kind::Table(table) if !current.is_empty() => {
                    of_fields(table, &current, status, &mut rows);
                }
                Kind::Code { lang, text } if lang.is_empty() || lang.starts_with("js") => {
                    if let Some(code) = shown_code(text) {
                        shown.push((code, block.line));
                    }
                }
                _ => {}
            }
        }
    }
    if seen && !tabled {
        // No table: what the example shows is all that is known. A code of the system is not the method's.
        let system = reader.site.page(super::SYSTEM_ERRORS);
        let system = system.and_then(|it| self::system(&it.blocks, &mut |_, _| {}));
        let system = system.unwrap_or_default();
        let own = |code: &Scalar| {
            !is_system(&code.text()) && !system.iter().any(|it| it.code.text() == code.text())
        };
        for (code, _) in shown.iter().filter(|it| own(&it.0)) {
            push(&mut rows, row(code.clone()));
        }
    }
    if !seen {
        reader.find(
            Weight::Note,
            Element::Errors,
            1,
            "errors",
            "the page does not speak of errors",
            Vec::new(),
        );
    }
    for (code, line) in shown {
        let known = rows.iter().any(|it| it.code.text() == code.text());
        if !known && !code.text().is_empty() && !is_system(&code.text()) {
            reader.find(
                Weight::Contradiction,
                Element::Errors,
                line,
                format!("errors.{}", code.text()),
                format!(
                    "the example shows `{}`, which the table of errors lacks",
                    code.text()
                ),
                Vec::new(),
            );
        }
    }
    (rows, statuses)
}

fn is_system(code: &str) -> bool {
    code.starts_with("BITRIX_REST_V3_")
        || matches!(
            code,
            "insufficient_scope"
                | "expired_token"
                | "INVALID_CREDENTIALS"
                | "NO_AUTH_FOUND"
                | "ACCESS_DENIED"
        )
}

fn row(code: Scalar) -> ErrorRow {
    ErrorRow {
        code,
        status: None,
        field: None,
        since: None,
    }
}

/// Adds a row, unless it is there. A row of the code alone gives way to one that says more.
fn push(rows: &mut Vec<ErrorRow>, new: ErrorRow) {
    let same = |it: &ErrorRow| it.code == new.code;
    if rows
        .iter()
        .any(|it| same(it) && it.status == new.status && it.field == new.field)
    {
        return;
    }
    let bare = |it: &ErrorRow| {
        it.field.is_none()
            && (it.status.is_none() || it.status == new.status && new.field.is_some())
    };
    if bare(&new) && rows.iter().any(same) {
        return;
    }
    if let Some(known) = rows.iter_mut().find(|it| same(it) && bare(it)) {
        *known = new;
        return;
    }
    rows.push(new);
}

/// Whether the header has a column of codes.
pub(super) fn is_errors(rows: &[Row]) -> bool {
    rows.first()
        .is_some_and(|head| columns(head).contains(&Column::Code))
}

fn of_table(reader: &Reader<'_>, table: &[Row], rows: &mut Vec<ErrorRow>) {
    let Some((head, body)) = table.split_first() else {
        return;
    };
    let columns = columns(head);
    let at = |column| columns.iter().position(|it| *it == column);
    let Some(code_at) = at(Column::Code) else {
        return;
    };
    for line in body {
        let Some(cell) = line.cells.get(code_at) else {
            continue;
        };
        let statuses = statuses_at(line, at(Column::Status));
        match codes(cell) {
            Some(codes) => {
                for code in codes {
                    push_all(rows, &code, &statuses);
                }
            }
            None => reader.open(
                Element::Errors,
                line.line,
                "errors",
                format!("`{}` is no code of an error", plain(&cell.blocks).trim()),
                Vec::new(),
            ),
        }
    }
}

/// The codes of a cell: in backticks, else its words. Blank ones are the empty code.
fn codes(cell: &Cell) -> Option<Vec<Scalar>> {
    let spans = spans(cell);
    let marked: Vec<Scalar> = spans
        .iter()
        .filter(|it| it.code)
        .flat_map(|it| {
            it.text
                .split([',', '\n'])
                .map(|it| it.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .map(|it| it.trim_matches(['"', '\'']).to_owned())
        .filter_map(|it| scalar(&it))
        .collect();
    if !marked.is_empty() {
        return Some(marked);
    }
    let text = plain(&cell.blocks);
    let text = text.trim().trim_matches('`').trim();
    let lower = text.to_lowercase();
    let blank = [
        "",
        "-",
        "—",
        "–",
        "empty value",
        "empty string",
        "empty",
        "\"\"",
        "no code",
        "(empty)",
        "empty line",
        "null",
    ];
    if blank.contains(&lower.as_str()) {
        return Some(vec![Scalar::Text(String::new())]);
    }
    let words: Option<Vec<Scalar>> = text
        .split([',', '\n'])
        .map(|it| scalar(it.trim()))
        .collect();
    words.filter(|it| !it.is_empty())
}

/// A code: one word, a number, or empty.
fn scalar(text: &str) -> Option<Scalar> {
    if let Ok(number) = text.parse::<i64>()
        && number.to_string() == text
    {
        return Some(Scalar::Integer(number));
    }
    let lower = text.to_lowercase();
    if matches!(lower.as_str(), "empty value" | "empty string" | "—" | "-") {
        return Some(Scalar::Text(String::new()));
    }
    let word = text
        .chars()
        .all(|it| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.' | '/' | '\\' | ':'));
    (word && !text.is_empty()).then(|| Scalar::Text(text.to_owned()))
}

fn status(word: &str) -> Option<u16> {
    let status = word.parse::<u16>().ok().filter(|_| word.len() == 3);
    status.filter(|it| (100..600).contains(it))
}

/// The statuses of a row: `400`, or `400, 403`.
fn statuses_at(row: &Row, column: Option<usize>) -> Vec<u16> {
    let Some(cell) = column.and_then(|it| row.cells.get(it)) else {
        return Vec::new();
    };
    let text = plain(&cell.blocks);
    text.split(|it: char| !it.is_ascii_alphanumeric())
        .filter_map(status)
        .collect()
}

/// Adds a code with each of its statuses.
fn push_all(rows: &mut Vec<ErrorRow>, code: &Scalar, statuses: &[u16]) {
    if statuses.is_empty() {
        push(rows, row(code.clone()));
    }
    for status in statuses {
        push(
            rows,
            ErrorRow {
                status: Some(*status),
                ..row(code.clone())
            },
        );
    }
}

/// `HTTP Status: **400**, **403**`.
fn statuses_of(text: &str, statuses: &mut Vec<u16>) {
    for line in text.lines() {
        let lower = line.trim().to_lowercase();
        let is_status = [
            "http status",
            "http code",
            "http-status",
            "http response status",
            "status:",
        ]
        .iter()
        .any(|it| lower.starts_with(it));
        if !is_status {
            continue;
        }
        for word in lower.split(|it: char| !it.is_ascii_alphanumeric()) {
            if let Some(status) = status(word)
                && status >= 300
                && !statuses.contains(&status)
            {
                statuses.push(status);
            }
        }
    }
}

/// ``Error Code: `X` ``.
fn announced_in(text: &crate::docs::block::Text) -> Vec<Scalar> {
    let plain = text.plain().to_lowercase();
    let starts = ["error code", "error codes", "code:"];
    if !starts.iter().any(|it| plain.trim_start().starts_with(it)) {
        return Vec::new();
    }
    text.spans
        .iter()
        .filter(|it| it.code)
        .filter_map(|it| scalar(it.text.trim()))
        .collect()
}

/// A heading that is a code.
fn announced(title: &str) -> Vec<Scalar> {
    let word = title.trim();
    let code = word.contains('_')
        && word
            .chars()
            .all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == '_');
    if code {
        scalar(word).into_iter().collect()
    } else {
        Vec::new()
    }
}

/// The fields that an error of REST 3.0 is about.
fn of_fields(table: &[Row], current: &[Scalar], status: Option<u16>, rows: &mut Vec<ErrorRow>) {
    let Some((head, body)) = table.split_first() else {
        return;
    };
    if columns(head).first() != Some(&Column::Name) {
        return;
    }
    for line in body {
        let Some(cell) = line.cells.first() else {
            continue;
        };
        let names: Vec<String> = spans(cell)
            .iter()
            .filter(|it| it.code || it.strong)
            .map(|it| it.text.trim().to_owned())
            .filter(|it| !matches!(it.as_str(), "" | "-" | "—") && !it.contains(' '))
            .collect();
        for code in current {
            for name in &names {
                push(
                    rows,
                    ErrorRow {
                        field: Some(name.clone()),
                        status,
                        ..row(code.clone())
                    },
                );
            }
        }
    }
}

/// The code of an error that an example shows.
pub(super) fn shown_code(text: &str) -> Option<Scalar> {
    let json = code::json(text).ok()?;
    let error = json.value.get("error")?;
    let code = match error {
        Value::Object(map) => map.get("code")?,
        other => other,
    };
    match code {
        Value::String(text) => Some(Scalar::Text(text.clone())),
        Value::Number(number) => number.as_i64().map(Scalar::Integer),
        _ => None,
    }
}

/// The table of system errors: status, code with its message behind it, description. What cannot
/// be read is left out, and told with its line.
pub(super) fn system(blocks: &[Block], unread: &mut dyn FnMut(u32, &str)) -> Option<Vec<ErrorRow>> {
    let table = tables(blocks).into_iter().find(|it| is_errors(it))?;
    let (head, body) = table.split_first()?;
    let columns = columns(head);
    let code_at = columns.iter().position(|it| *it == Column::Code)?;
    let status_at = columns.iter().position(|it| *it == Column::Status);
    let mut rows = Vec::new();
    for line in body {
        let spans = line.cells.get(code_at).map(spans).unwrap_or_default();
        let code = spans.iter().find(|it| it.code);
        let Some(code) = code.and_then(|it| scalar(it.text.trim())) else {
            unread(line.line, "this row has no code in backticks");
            continue;
        };
        let status = match statuses_at(line, status_at).as_slice() {
            [] => None,
            [only] => Some(*only),
            _ => {
                unread(line.line, "which of its statuses this code has is not said");
                None
            }
        };
        push(
            &mut rows,
            ErrorRow {
                status,
                ..row(code)
            },
        );
    }
    Some(rows)
}
