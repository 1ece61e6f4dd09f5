//! Tables: `#| || a | b || |#`, and those of Markdown.

use super::blocks::Parser;
use super::inline;
use super::line::{LONGEST_RUN, Line, Signs, code_end, next_sign, run, signs};
use super::outline::{Enclosed, Mark};
use crate::docs::block::{Block, Cell, Kind, Row};

/// What may divide a table, or hide what does.
static SIGNS: Signs = signs(b"\\`~#[]|");

/// What the walk through a table has met since the last `||`.
struct Walk<'a> {
    lines: Vec<Line<'a>>,
    rows: Vec<Vec<Vec<Line<'a>>>>,
    /// The line and the place where the row begins, or the text between rows.
    from: (usize, usize),
    /// Where its cells end.
    splits: Vec<usize>,
    /// For each open bracket, how many splits stood before it.
    brackets: Vec<usize>,
    open: bool,
}

impl Parser {
    /// The rows of a table, and the place where it leaves off if it has no end but a next one.
    pub(super) fn rows(
        &mut self,
        lines: Vec<Line<'_>>,
        mark: Mark,
        depth: usize,
    ) -> (Vec<Row>, Option<usize>) {
        let mut walk = Walk {
            from: (0, lines.first().map_or(0, |line| line.at)),
            lines,
            rows: Vec::new(),
            splits: Vec::new(),
            brackets: Vec::new(),
            open: false,
        };
        let left = self.walk(&mut walk, mark);
        let mut rows = Vec::new();
        for cells in walk.rows {
            let line = cells.first().and_then(|cell| cell.first());
            let line = line.map_or(mark.line, |line| line.no);
            let cells = cells.into_iter().map(|lines| Cell {
                line: lines.first().map_or(line, |line| line.no),
                blocks: self.blocks(evened(lines), depth + 1, false),
            });
            rows.push(Row {
                line,
                cells: cells.collect(),
            });
        }
        (rows, left)
    }

    fn walk(&mut self, walk: &mut Walk<'_>, mark: Mark) -> Option<usize> {
        let (mut index, mut at) = (0, 0);
        while let Some(&line) = walk.lines.get(index) {
            let bytes = line.text.as_bytes();
            if at == 0 && line.is_blank() {
                walk.brackets.clear();
            }
            at = next_sign(bytes, at, &SIGNS);
            let Some(&byte) = bytes.get(at) else {
                (index, at) = (index + 1, 0);
                continue;
            };
            let place = line.at + at;
            match byte {
                b'\\' => at += 2,
                b'`' | b'~' | b'#' => {
                    let inner = self.outline.at(place);
                    if let Some(inner) = inner.filter(|inner| inner.what == Enclosed::Fence) {
                        (index, at) = behind(&walk.lines, index, inner.end);
                    } else if let Some(inner) = inner {
                        if !walk.open && !mark.closed && self.patience > 0 {
                            // This table is no part of the one that has no end.
                            self.patience -= 1;
                            walk.leave(index, place, self);
                            return Some(place);
                        }
                        (index, at) = behind(&walk.lines, index, inner.end);
                    } else if byte == b'`' {
                        let ticks = run(bytes, at, b'`');
                        (index, at) = walk.behind_code(index, at + ticks, ticks);
                    } else {
                        at += 1;
                    }
                }
                b'[' => {
                    walk.brackets.push(walk.splits.len());
                    at += 1;
                }
                b']' => {
                    if let Some(splits) = walk.brackets.pop()
                        && let Some(end) = target_end(bytes, at + 1)
                    {
                        walk.splits.truncate(splits);
                        at = end;
                    } else {
                        at += 1;
                    }
                }
                b'|' if bytes.get(at + 1) == Some(&b'|') => {
                    let closes = walk.open && bytes.get(at + 2) == Some(&b'|');
                    if closes && bytes.get(at + 3) != Some(&b'|') {
                        // The last cell is empty.
                        walk.splits.push(place);
                        at += 1;
                    } else {
                        self.border(walk, index, at);
                        at += 2;
                    }
                }
                b'|' => {
                    walk.splits.push(place);
                    at += 1;
                }
                _ => at += 1,
            }
        }
        let end = walk.lines.last().map_or(0, Line::end);
        walk.leave(walk.lines.len(), end, self);
        None
    }

    /// A `||`: the beginning of a row or its end.
    fn border(&mut self, walk: &mut Walk<'_>, index: usize, at: usize) {
        let Some(&line) = walk.lines.get(index) else {
            return;
        };
        let place = line.at + at;
        let leads = line
            .text
            .get(..at)
            .is_none_or(|text| text.trim().is_empty());
        let rest = line.text.get(at + 2..).unwrap_or_default().trim();
        if walk.open {
            // Where a line begins with `||` and goes on, a row begins.
            let begins = leads && !rest.is_empty() && !rest.starts_with("||");
            if begins && walk.has_text(index, place) {
                self.fault(walk.line(), "the row has no end");
                walk.close(index, place);
                walk.begin(index, place + 2, true);
            } else {
                walk.close(index, place);
                walk.begin(index, place + 2, false);
            }
            return;
        }
        if walk.has_text(index, place) {
            let first = walk.first_text(index, place);
            if rest.is_empty() && !leads && !walk.splits.is_empty() {
                self.fault(first, "the row has no beginning");
                walk.close(index, place);
                walk.begin(index, place + 2, false);
                return;
            }
            self.fault(first, "text between the rows of a table");
        }
        walk.begin(index, place + 2, true);
    }
}

impl<'a> Walk<'a> {
    fn begin(&mut self, index: usize, place: usize, open: bool) {
        self.from = (index, place);
        self.splits.clear();
        self.brackets.clear();
        self.open = open;
    }

    /// The parts of the lines between the last border and the given place.
    fn parts(&self, index: usize, to: usize) -> impl Iterator<Item = Line<'a>> {
        let (start, from) = self.from;
        let count = (index + 1).saturating_sub(start);
        let lines = self.lines.iter().skip(start).take(count);
        lines.filter_map(move |line| line.clip(from, to))
    }

    fn has_text(&self, index: usize, to: usize) -> bool {
        self.parts(index, to).any(|line| !line.is_blank())
    }

    fn first_text(&self, index: usize, to: usize) -> u32 {
        let first = self.parts(index, to).find(|line| !line.is_blank());
        first.map_or(self.line(), |line| line.no)
    }

    /// The line of the last border.
    fn line(&self) -> u32 {
        self.lines.get(self.from.0).map_or(1, |line| line.no)
    }

    /// Ends the row.
    fn close(&mut self, index: usize, to: usize) {
        let splits = std::mem::take(&mut self.splits);
        let mut cells: Vec<Vec<Line<'a>>> = vec![Vec::new()];
        let mut splits = splits.into_iter().peekable();
        for line in self.parts(index, to) {
            let mut rest = line;
            while let Some(split) = splits.next_if(|&split| split < line.end()) {
                let part = rest.clip(0, split).unwrap_or(rest);
                if let Some(cell) = cells.last_mut() {
                    cell.push(part);
                }
                cells.push(Vec::new());
                rest = rest.clip(split + 1, usize::MAX).unwrap_or(rest);
            }
            if let Some(cell) = cells.last_mut() {
                cell.push(rest);
            }
        }
        self.rows.push(cells);
    }

    /// The table ends; a row that is open ends with it.
    fn leave(&mut self, index: usize, to: usize, parser: &mut Parser) {
        if !self.has_text(index, to) {
            return;
        }
        if self.open {
            parser.fault(self.line(), "the row has no end");
            self.close(index, to);
        } else {
            let line = self.first_text(index, to);
            parser.fault(line, "text between the rows of a table");
        }
    }

    /// The place behind a code span, or behind its backticks if it has no end. A span may go
    /// over lines of one paragraph, but over no border of a row.
    fn behind_code(&self, index: usize, at: usize, ticks: usize) -> (usize, usize) {
        let mut from = at;
        for (number, line) in self.lines.iter().enumerate().skip(index) {
            let begins = line.text.trim_start();
            let border = ["||", "|#", "#|"]
                .iter()
                .any(|sign| begins.starts_with(sign));
            if number > index && (begins.is_empty() || border) {
                break;
            }
            if let Some(end) = code_end(line.text.as_bytes(), from, ticks) {
                return (number, end + ticks);
            }
            if ticks > LONGEST_RUN || line.text.trim_end().ends_with("||") {
                break;
            }
            from = 0;
        }
        (index, at)
    }
}

/// The line and the byte in it for a place of the file.
fn behind(lines: &[Line<'_>], index: usize, place: usize) -> (usize, usize) {
    let mut index = index;
    while let Some(line) = lines.get(index) {
        if line.end() >= place {
            return (index, place.saturating_sub(line.at));
        }
        index += 1;
    }
    (index, 0)
}

/// The place behind the target of a link, which is in parentheses.
fn target_end(bytes: &[u8], at: usize) -> Option<usize> {
    const LONGEST: usize = 2048;
    if bytes.get(at) != Some(&b'(') {
        return None;
    }
    let mut depth = 0_usize;
    for (offset, &byte) in bytes.iter().skip(at).take(LONGEST).enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth <= 1 => return Some(at + offset + 1),
            b')' => depth -= 1,
            b'|' => return None,
            _ => {}
        }
    }
    None
}

/// The lines of a cell with a common margin, where the first one has none.
fn evened(mut lines: Vec<Line<'_>>) -> Vec<Line<'_>> {
    if let Some(first) = lines.first_mut() {
        *first = first.trimmed();
        if super::line::marker(first.text).is_some() {
            return lines;
        }
    }
    let margin = lines.iter().skip(1).filter(|line| !line.is_blank());
    let margin = margin.map(Line::indent).min().unwrap_or(0);
    for line in lines.iter_mut().skip(1) {
        *line = line.dedent(margin);
    }
    lines
}

/// Where the table of Markdown ends that begins at the line, if one does.
pub(super) fn pipes_end(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let dashes = lines.get(at + 1)?.trimmed().text;
    let known = |byte: u8| matches!(byte, b'|' | b'-' | b':' | b' ' | b'\t');
    if !dashes.starts_with(['|', '-', ':'])
        || !dashes.contains('|')
        || !dashes.contains('-')
        || !dashes.bytes().all(known)
        || !lines.get(at)?.text.contains('|')
    {
        return None;
    }
    let goes_on = |line: &&Line<'_>| line.text.contains('|');
    Some(at + 2 + lines.iter().skip(at + 2).take_while(goes_on).count())
}

/// A table of Markdown.
pub(super) fn pipes(lines: &[Line<'_>]) -> Block {
    let rows = lines.iter().enumerate().filter(|&(index, _)| index != 1);
    let rows = rows.map(|(_, line)| Row {
        line: line.no,
        cells: pipe_cells(line.trimmed()),
    });
    Block {
        line: lines.first().map_or(1, |line| line.no),
        kind: Kind::Table(rows.collect()),
    }
}

fn pipe_cells(line: Line<'_>) -> Vec<Cell> {
    let line = line.skip(usize::from(line.text.starts_with('|')));
    let bytes = line.text.as_bytes();
    let mut cells = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'`' => {
                let ticks = run(bytes, at, b'`');
                at += ticks;
                at = code_end(bytes, at, ticks).map_or(at, |end| end + ticks);
            }
            b'|' => {
                cells.extend(line.clip(line.at + from, line.at + at));
                at += 1;
                from = at;
            }
            _ => at += 1,
        }
    }
    let rest = line.skip(from);
    if !rest.is_blank() {
        cells.push(rest);
    }
    let cells = cells.into_iter().map(|line| {
        let text = inline::text(&[line]);
        let kind = Kind::Paragraph(text.clone());
        let block = Block {
            line: line.no,
            kind,
        };
        Cell {
            line: line.no,
            blocks: if text.spans.is_empty() {
                Vec::new()
            } else {
                vec![block]
            },
        }
    });
    cells.collect()
}
