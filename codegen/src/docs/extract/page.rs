//! A method's page by its parts.

use crate::docs::block::{Block, Kind, Page, Row, Text};

/// What a part of a page is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Part {
    /// Before the first heading of the second level.
    Intro,
    Parameters,
    Examples,
    Response,
    Errors,
    Related,
    /// What follows under a heading of its own, and belongs to none of these.
    Other,
}

/// A heading with what follows it, up to the next heading.
#[derive(Debug)]
pub(super) struct Section<'a> {
    pub part: Part,
    pub level: u8,
    pub title: String,
    pub anchors: &'a [String],
    pub line: u32,
    pub blocks: &'a [Block],
}

/// The sections of a page in order. The first holds what comes before any heading.
pub(super) fn sections(page: &Page) -> Vec<Section<'_>> {
    let mut out = vec![Section {
        part: Part::Intro,
        level: 0,
        title: String::new(),
        anchors: &[],
        line: 1,
        blocks: &[],
    }];
    let mut start = 0;
    for (index, block) in page.blocks.iter().enumerate() {
        let Kind::Heading {
            level,
            text,
            anchors,
        } = &block.kind
        else {
            continue;
        };
        let title = text.plain().trim().to_owned();
        let before = out.last().map_or(Part::Intro, |it| it.part);
        close(&mut out, page, start, index);
        let part = match (classify(&title), level) {
            (_, 1) => Part::Intro,
            (Some(found), _) => found,
            // A heading of the second level begins something else.
            (None, 2) => Part::Other,
            (None, _) => before,
        };
        out.push(Section {
            part,
            level: *level,
            title,
            anchors,
            line: block.line,
            blocks: &[],
        });
        start = index + 1;
    }
    close(&mut out, page, start, page.blocks.len());
    out
}

/// Gives the last section its blocks.
fn close<'a>(sections: &mut [Section<'a>], page: &'a Page, start: usize, end: usize) {
    if let Some(last) = sections.last_mut() {
        last.blocks = page.blocks.get(start..end).unwrap_or_default();
    }
}

fn classify(title: &str) -> Option<Part> {
    let title = title.to_lowercase();
    let title = title.trim_end_matches([':', '.']).trim();
    let is = |words: &[&str]| words.iter().any(|word| title.contains(word));
    if is_all_parameters(title) {
        Some(Part::Parameters)
    } else if title == "examples"
        || title == "example"
        || is(&[
            "code example",
            "examples of code",
            "example code",
            "call example",
            "request example",
        ])
    {
        Some(Part::Examples)
    } else if is(&[
        "error handling",
        "error codes",
        "possible errors",
        "error processing",
        "handling errors",
    ]) || title == "errors"
    {
        Some(Part::Errors)
    } else if is(&[
        "response handling",
        "returned data",
        "returned values",
        "return data",
        "return value",
        "response parameters",
        "response processing",
        "response data",
        "response fields",
        "handling the response",
        "successful response",
    ]) || matches!(title, "response" | "result")
    {
        Some(Part::Response)
    } else if is(&[
        "continue learning",
        "continue exploring",
        "continue your exploration",
        "see also",
    ]) {
        Some(Part::Related)
    } else {
        None
    }
}

/// Whether a heading begins the table of all parameters. `Parameter fields` describes one of them.
pub(super) fn is_all_parameters(title: &str) -> bool {
    let title = title.to_lowercase();
    let title = title.trim_end_matches([':', '.']).trim();
    matches!(
        title,
        "parameters" | "request parameters" | "parameters of the method"
    ) || title.ends_with("method parameters")
        || title.starts_with("method parameters")
}

/// Whether a heading begins the table of all that a method answers.
pub(super) fn is_returned_data(title: &str) -> bool {
    let title = title.to_lowercase();
    let words = [
        "return",
        "response parameters",
        "response data",
        "response fields",
    ];
    words.iter().any(|it| title.contains(it)) || title.trim() == "result"
}

/// The blocks, those within notes, cuts, quotes and lists included, in order.
pub(super) fn deep<'a>(blocks: &'a [Block]) -> Vec<&'a Block> {
    let mut out = Vec::new();
    let mut stack: Vec<&'a Block> = blocks.iter().rev().collect();
    while let Some(block) = stack.pop() {
        out.push(block);
        match &block.kind {
            Kind::Note { blocks, .. } | Kind::Cut { blocks, .. } | Kind::Quote(blocks) => {
                stack.extend(blocks.iter().rev());
            }
            Kind::List(items) => stack.extend(items.iter().rev().flat_map(|it| it.iter().rev())),
            _ => {}
        }
    }
    out
}

/// The texts of some blocks, those of lists and notes included, in order. Cells of tables are
/// left out.
pub(super) fn texts(blocks: &[Block]) -> Vec<&Text> {
    deep(blocks)
        .into_iter()
        .filter_map(|block| match &block.kind {
            Kind::Paragraph(text) | Kind::Heading { text, .. } => Some(text),
            _ => None,
        })
        .collect()
}

/// All text of some blocks, a line each.
pub(super) fn plain(blocks: &[Block]) -> String {
    let lines: Vec<String> = texts(blocks).iter().map(|text| text.plain()).collect();
    lines.join("\n")
}

/// The tables among some blocks, those in notes included.
pub(super) fn tables(blocks: &[Block]) -> Vec<&[Row]> {
    deep(blocks)
        .into_iter()
        .filter_map(|block| match &block.kind {
            Kind::Table(rows) => Some(rows.as_slice()),
            _ => None,
        })
        .collect()
}
