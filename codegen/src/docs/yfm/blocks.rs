//! Lines → blocks.

use super::line::{Line, Marker, heading, is_rule, marker};
use super::outline::{Enclosed, Mark, Outline};
use super::simple::{
    dedented, directive, fence, indented, paragraph, quoted_title, resume, titled, underline,
};
use crate::docs::block::{Block, Fault, Kind};

/// How deep blocks may nest. What is deeper is text.
const DEEPEST: usize = 32;

/// The columns that make a block of code without a fence.
pub(super) const CODE: usize = 4;

pub(super) struct Parser {
    pub(super) outline: Outline,
    faults: Vec<Fault>,
    /// How many tables without an end may still leave what is behind them to the page; a bound
    /// for the time that takes.
    pub(super) patience: u32,
}

impl Parser {
    pub(super) fn new(mut outline: Outline) -> Self {
        let faults = std::mem::take(&mut outline.faults);
        Self {
            outline,
            faults,
            patience: 64,
        }
    }

    pub(super) fn faults(self) -> Vec<Fault> {
        self.faults
    }

    pub(super) fn fault(&mut self, line: u32, message: &str) {
        self.faults.push(Fault {
            line,
            message: message.to_owned(),
        });
    }

    /// The blocks of the lines. `code` says whether indented text is code there.
    pub(super) fn blocks(
        &mut self,
        mut lines: Vec<Line<'_>>,
        depth: usize,
        code: bool,
    ) -> Vec<Block> {
        let mut out = Vec::new();
        let mut text: Vec<Line<'_>> = Vec::new();
        if depth > DEEPEST {
            if let Some(first) = lines.first() {
                self.fault(first.no, "nested too deep");
            }
            lines.retain(|line| !line.is_blank());
            paragraph(&mut lines, &mut out);
            return out;
        }
        let mut at = 0;
        while let Some(&whole) = lines.get(at) {
            let line = whole.trimmed();
            let Some(&first) = line.text.as_bytes().first() else {
                paragraph(&mut text, &mut out);
                at += 1;
                continue;
            };
            let starts = self.starts(line, !text.is_empty());
            if code && starts == Start::Text && text.is_empty() && whole.indent() >= CODE {
                at = indented(&lines, at, &mut out);
                continue;
            }
            if starts == Start::Text {
                if let Some(level) = underline(line.text).filter(|_| !text.is_empty()) {
                    out.push(titled(level, &text));
                    text.clear();
                    at += 1;
                } else if first == b'|' && line.text == "|#" {
                    // The outline knows that it ends nothing.
                    at += 1;
                } else if let Some(end) = super::table::pipes_end(&lines, at) {
                    paragraph(&mut text, &mut out);
                    out.push(super::table::pipes(lines.get(at..end).unwrap_or_default()));
                    at = end;
                } else {
                    text.push(line);
                    at += 1;
                }
                continue;
            }
            paragraph(&mut text, &mut out);
            match starts {
                Start::Heading(level) => {
                    out.push(titled(level, &[line]));
                    at += 1;
                }
                Start::Mark(mark) => at = self.marked(&mut lines, at, mark, depth, &mut out),
                Start::Directive => at = directive(&mut lines, at, &mut out),
                Start::Quote => {
                    let (inner, end) = self.quoted(&lines, at);
                    let kind = Kind::Quote(self.blocks(inner, depth + 1, false));
                    out.push(Block {
                        line: line.no,
                        kind,
                    });
                    at = end;
                }
                Start::Item(_) => {
                    let (items, end) = self.items(&lines, at);
                    let items = items.into_iter();
                    let items = items.map(|item| self.blocks(item, depth + 1, false));
                    let kind = Kind::List(items.collect());
                    out.push(Block {
                        line: line.no,
                        kind,
                    });
                    at = end;
                }
                Start::Rule | Start::Text => at += 1,
            }
        }
        paragraph(&mut text, &mut out);
        out
    }

    /// What the line (without indentation) begins.
    pub(super) fn starts(&self, line: Line<'_>, in_text: bool) -> Start {
        let Some(&first) = line.text.as_bytes().first() else {
            return Start::Text;
        };
        match first {
            b'#' | b'`' | b'~' | b'{' => {
                if let Some(mark) = self.outline.at(line.at) {
                    return Start::Mark(mark);
                }
                if let Some(level) = heading(line.text) {
                    return Start::Heading(level);
                }
                if line.text.starts_with("{%") && line.text.contains("%}") {
                    return Start::Directive;
                }
                Start::Text
            }
            b'>' => Start::Quote,
            b'-' | b'*' | b'+' | b'_' | b'0'..=b'9' => {
                if in_text && first == b'-' && underline(line.text).is_some() {
                    return Start::Text;
                }
                if is_rule(line.text) {
                    return Start::Rule;
                }
                match marker(line.text) {
                    // A number at the beginning of a line of text is mostly just a number.
                    Some(marker)
                        if !in_text
                            || (marker.bytes < line.text.len()
                                && marker.number.is_none_or(|number| number == 1)) =>
                    {
                        Start::Item(marker)
                    }
                    _ => Start::Text,
                }
            }
            _ => Start::Text,
        }
    }

    /// A fence, a table, or a container.
    fn marked<'a>(
        &mut self,
        lines: &mut [Line<'a>],
        at: usize,
        mark: Mark,
        depth: usize,
        out: &mut Vec<Block>,
    ) -> usize {
        let Some(&opening) = lines.get(at) else {
            return at + 1;
        };
        let indent = opening.indent();
        let (inner, mut end) = self.take(lines, at, mark);
        let title = opening.clip(mark.start, mark.inner).unwrap_or(opening);
        let kind = match mark.what {
            Enclosed::Fence => fence(title.trimmed().text, &inner, indent),
            Enclosed::Table => {
                let inner = inner.iter().map(|line| line.dedent(indent)).collect();
                let (rows, left) = self.rows(inner, mark, depth);
                if let Some(left) = left {
                    end = resume(lines, at, left);
                }
                Kind::Table(rows)
            }
            Enclosed::Note => Kind::Note {
                title: quoted_title(title),
                blocks: self.blocks(dedented(inner, indent), depth + 1, true),
            },
            Enclosed::Cut => Kind::Cut {
                blocks: self.blocks(dedented(inner, indent), depth + 1, true),
            },
            Enclosed::List => Kind::Tabs(self.tabs(dedented(inner, indent), depth)),
        };
        out.push(Block {
            line: mark.line,
            kind,
        });
        end
    }

    /// The lines within a mark, and where the lines go on. What stands behind the mark in its
    /// last line stays as a line.
    fn take<'a>(
        &mut self,
        lines: &mut [Line<'a>],
        at: usize,
        mark: Mark,
    ) -> (Vec<Line<'a>>, usize) {
        let mut inner = Vec::new();
        for (index, line) in lines.iter_mut().enumerate().skip(at) {
            let end = line.end();
            if line.at > mark.inner && end < mark.inner_end {
                inner.push(*line);
                continue;
            }
            if line.at >= mark.end {
                return (inner, index);
            }
            if end >= mark.inner
                && line.at < mark.inner_end
                && let Some(part) = line.clip(mark.inner, mark.inner_end)
            {
                inner.push(part);
            }
            if end >= mark.end
                && mark.closed
                && let Some(rest) = line.clip(mark.end, usize::MAX)
            {
                if rest.is_blank() {
                    return (inner, index + 1);
                }
                *line = rest;
                return (inner, index);
            }
        }
        if mark.closed {
            let what = mark.what.name();
            self.fault(
                mark.line,
                &format!("the {what} ends outside of what it is in"),
            );
        }
        (inner, lines.len())
    }

    /// The lines of a quote without their marks.
    fn quoted<'a>(&self, lines: &[Line<'a>], at: usize) -> (Vec<Line<'a>>, usize) {
        let mut inner: Vec<Line<'a>> = Vec::new();
        let mut end = at;
        for whole in lines.iter().skip(at) {
            let line = whole.trimmed();
            if line.text.starts_with('>') {
                let rest = line.skip(1);
                let blank = usize::from(rest.text.starts_with(' '));
                inner.push(rest.skip(blank));
            } else {
                // Text goes on without the mark.
                let goes_on = inner.last().is_some_and(|last| !last.is_blank())
                    && !line.is_blank()
                    && self.starts(line, true) == Start::Text;
                if !goes_on {
                    break;
                }
                inner.push(line);
            }
            end += 1;
        }
        (inner, end)
    }
}

/// What a line begins.
#[derive(Clone, Copy)]
pub(super) enum Start {
    Text,
    Heading(u8),
    Mark(Mark),
    Directive,
    Quote,
    Item(Marker),
    Rule,
}

impl PartialEq for Start {
    fn eq(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}
