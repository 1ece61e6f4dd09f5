//! The Markdown of the documentation, as Diplodoc reads it → blocks.
//!
//! `outline` pairs what has a beginning and an end, `blocks` builds the tree with `list` and
//! `table`, `inline` reads the text. Nothing is searched for twice, and nesting is bounded, so
//! that a broken page costs no more than a good one.

mod blocks;
mod emphasis;
mod inline;
mod line;
mod list;
mod outline;
mod simple;
mod spans;
mod table;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::docs::block::Page;
use line::Line;

/// Reads a page.
pub(crate) fn parse(text: &str) -> Page {
    let (start, first) = beginning(text);
    let outline = outline::scan(text, start, first);
    let text = without(text, &outline.comments);
    let mut lines = lines(&text, start, first);
    for &(_, end) in &outline.comments {
        outdent(&mut lines, end);
    }
    let mut parser = blocks::Parser::new(outline);
    let blocks = parser.blocks(lines, 0, true);
    let mut faults = parser.faults();
    faults.sort_by_key(|fault| fault.line);
    faults.dedup();
    Page { blocks, faults }
}

/// Where the page begins behind the mark of its encoding and its properties, and at which line.
fn beginning(text: &str) -> (usize, u32) {
    let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let rest = text.get(start..).unwrap_or_default();
    if !rest.starts_with("---") {
        return (start, 1);
    }
    let mut at = start;
    for (number, line) in (1..).zip(rest.split_inclusive('\n')) {
        at += line.len();
        let rule = line.trim_end() == "---";
        match (number, rule) {
            (1, false) => break,
            (2.., true) => return (at, number + 1),
            _ => {}
        }
    }
    (start, 1)
}

/// The text with blanks in place of its comments, so that all else stays where it was.
fn without<'a>(text: &'a str, comments: &[(usize, usize)]) -> Cow<'a, str> {
    if comments.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for &(start, end) in comments {
        out.push_str(text.get(from..start).unwrap_or_default());
        for byte in text.get(start..end).unwrap_or_default().bytes() {
            out.push(if byte == b'\n' { '\n' } else { ' ' });
        }
        from = end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(out)
}

/// Drops the blanks that a comment leaves at the beginning of a line: they are no indentation.
fn outdent(lines: &mut [Line<'_>], end: usize) {
    let index = lines.partition_point(|line| line.end() < end);
    if let Some(line) = lines.get_mut(index)
        && line.clip(0, end).is_some_and(|before| before.is_blank())
    {
        *line = line.skip(end - line.at).dedent(usize::MAX);
    }
}

fn lines(text: &str, start: usize, first: u32) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut at = start;
    let mut no = first;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let end = rest.find('\n').unwrap_or(rest.len());
        let line = rest.get(..end).unwrap_or_default();
        let text = line.strip_suffix('\r').unwrap_or(line);
        lines.push(Line { no, at, text });
        at += end + 1;
        no += 1;
    }
    lines
}
