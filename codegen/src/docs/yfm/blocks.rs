//! Lines → blocks.

use super::inline;
use super::line::{Line, Marker, heading, is_rule, marker};
use super::outline::{Enclosed, Mark, Outline, word};
use crate::docs::block::{Block, Fault, Kind};

/// How deep blocks may nest. What is deeper is text.
const DEEPEST: usize = 32;

/// The columns that make a block of code without a fence.
const CODE: usize = 4;

pub(super) struct Parser {
    pub(super) outline: Outline,
    faults: Vec<Fault>,
}

impl Parser {
    pub(super) fn new(mut outline: Outline) -> Self {
        let faults = std::mem::take(&mut outline.faults);
        Self { outline, faults }
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
        let (inner, end) = self.take(lines, at, mark);
        let title = opening.clip(mark.start, mark.inner).unwrap_or(opening);
        let kind = match mark.what {
            Enclosed::Fence => fence(title.trimmed().text, &inner, indent),
            Enclosed::Table => {
                let inner = inner.iter().map(|line| line.dedent(indent)).collect();
                Kind::Table(self.rows(inner, mark, depth))
            }
            Enclosed::Note => Kind::Note {
                kind: note_kind(title.text).to_owned(),
                title: quoted_title(title),
                blocks: self.blocks(dedented(inner, indent), depth + 1, true),
            },
            Enclosed::Cut => Kind::Cut {
                title: quoted_title(title),
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
            if line.at >= mark.end {
                return (inner, index);
            }
            if line.end() >= mark.inner
                && line.at < mark.inner_end
                && let Some(part) = line.clip(mark.inner, mark.inner_end)
            {
                inner.push(part);
            }
            if line.end() >= mark.end
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

/// The text that was gathered becomes a paragraph.
fn paragraph(lines: &mut Vec<Line<'_>>, out: &mut Vec<Block>) {
    let Some(first) = lines.first() else { return };
    let line = first.no;
    let text = inline::text(lines);
    lines.clear();
    if !text.spans.is_empty() {
        out.push(Block {
            line,
            kind: Kind::Paragraph(text),
        });
    }
}

fn dedented(lines: Vec<Line<'_>>, columns: usize) -> Vec<Line<'_>> {
    lines.iter().map(|line| line.dedent(columns)).collect()
}

/// The level of the heading that a line makes of the text above it.
fn underline(text: &str) -> Option<u8> {
    match text.as_bytes().first()? {
        b'=' if text.bytes().all(|byte| byte == b'=') => Some(1),
        b'-' if text.len() > 2 && text.bytes().all(|byte| byte == b'-') => Some(2),
        _ => None,
    }
}

/// A heading, with or without its signs.
fn titled(level: u8, lines: &[Line<'_>]) -> Block {
    let mut anchors = Vec::new();
    let mut lines = lines.to_vec();
    let no = lines.first().map_or(1, |line| line.no);
    if let Some(last) = lines.last_mut() {
        let mut text = last.text.trim_end();
        while let Some((before, inner)) = braces(text) {
            let words = inner.split_whitespace().rev();
            anchors.extend(
                words
                    .filter_map(|word| word.strip_prefix('#'))
                    .map(str::to_owned),
            );
            text = before.trim_end();
        }
        let bare = text.trim_end_matches('#');
        if bare.is_empty() || bare.ends_with([' ', '\t']) {
            text = bare.trim_end();
        }
        last.text = text;
    }
    anchors.reverse();
    if let [line] = lines.as_mut_slice() {
        let signs = line.text.bytes().take_while(|&byte| byte == b'#').count();
        *line = line.skip(signs);
    }
    Block {
        line: no,
        kind: Kind::Heading {
            level,
            text: inline::text(&lines),
            anchors,
        },
    }
}

/// The anchors or classes at the end of a title, and what is before them.
fn braces(text: &str) -> Option<(&str, &str)> {
    let (before, inner) = text.strip_suffix('}')?.rsplit_once('{')?;
    inner.starts_with(['#', '.']).then_some((before, inner))
}

/// Code without a fence.
fn indented(lines: &[Line<'_>], at: usize, out: &mut Vec<Block>) -> usize {
    let belongs = |line: &&Line<'_>| line.is_blank() || line.indent() >= CODE;
    let count = lines.iter().skip(at).take_while(belongs).count();
    let lines = lines.get(at..at + count).unwrap_or_default();
    let code: Vec<&str> = lines.iter().map(|line| line.dedent(CODE).text).collect();
    out.push(Block {
        line: lines.first().map_or(1, |line| line.no),
        kind: Kind::Code {
            lang: String::new(),
            text: code.join("\n").trim_end().to_owned(),
        },
    });
    at + count
}

fn fence(opening: &str, inner: &[Line<'_>], indent: usize) -> Kind {
    let info = opening.trim_start_matches(['`', '~']).trim();
    let mut text = String::new();
    for line in inner {
        text.push_str(line.dedent(indent).text);
        text.push('\n');
    }
    Kind::Code {
        lang: info
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned(),
        text,
    }
}

/// A directive that encloses nothing.
fn directive(lines: &mut [Line<'_>], at: usize, out: &mut Vec<Block>) -> usize {
    let Some(whole) = lines.get_mut(at) else {
        return at + 1;
    };
    let line = whole.trimmed();
    let Some(end) = line.text.find("%}").map(|end| end + 2) else {
        return at + 1;
    };
    let text = line.text.get(..end).unwrap_or_default();
    if word(text) == "include"
        && let Some((_, target)) = text.rsplit_once("](")
        && let Some((target, _)) = target.rsplit_once(')')
    {
        out.push(Block {
            line: line.no,
            kind: Kind::Include {
                target: target.trim().to_owned(),
            },
        });
    }
    let rest = line.skip(end);
    if rest.is_blank() {
        return at + 1;
    }
    *whole = rest;
    at
}

/// `{% note kind …`.
fn note_kind(opening: &str) -> &str {
    let kind = opening.split_whitespace().nth(2).unwrap_or_default();
    if kind.starts_with(['"', '%']) {
        ""
    } else {
        kind
    }
}

/// The title in the opening of a container.
fn quoted_title(opening: Line<'_>) -> String {
    let title = opening
        .text
        .split_once('"')
        .and_then(|(_, rest)| rest.rsplit_once('"'));
    title.map_or_else(String::new, |(title, _)| inline::plain(opening.no, title))
}
