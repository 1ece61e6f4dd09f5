//! Blocks that hold no blocks, and the openings of those that do.

use super::blocks::CODE;
use super::inline;
use super::line::Line;
use super::outline::word;
use crate::docs::block::{Block, Kind};

/// The text that was gathered becomes a paragraph.
pub(super) fn paragraph(lines: &mut Vec<Line<'_>>, out: &mut Vec<Block>) {
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

/// Makes the lines go on at a place of the file.
pub(super) fn resume(lines: &mut [Line<'_>], at: usize, place: usize) -> usize {
    let found = lines
        .iter()
        .skip(at + 1)
        .position(|line| line.end() >= place);
    let index = found.map_or(lines.len(), |found| at + 1 + found);
    if let Some(line) = lines.get_mut(index)
        && let Some(rest) = line.clip(place, usize::MAX)
    {
        *line = rest;
    }
    index
}

pub(super) fn dedented(lines: Vec<Line<'_>>, columns: usize) -> Vec<Line<'_>> {
    if columns == 0 {
        return lines;
    }
    lines.iter().map(|line| line.dedent(columns)).collect()
}

/// The level of the heading that a line makes of the text above it.
pub(super) fn underline(text: &str) -> Option<u8> {
    match text.as_bytes().first()? {
        b'=' if text.bytes().all(|byte| byte == b'=') => Some(1),
        b'-' if text.len() > 2 && text.bytes().all(|byte| byte == b'-') => Some(2),
        _ => None,
    }
}

/// A heading, with or without its signs.
pub(super) fn titled(level: u8, lines: &[Line<'_>]) -> Block {
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
pub(super) fn braces(text: &str) -> Option<(&str, &str)> {
    let (before, inner) = text.strip_suffix('}')?.rsplit_once('{')?;
    inner.starts_with(['#', '.']).then_some((before, inner))
}

/// Code without a fence.
pub(super) fn indented(lines: &[Line<'_>], at: usize, out: &mut Vec<Block>) -> usize {
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

pub(super) fn fence(opening: &str, inner: &[Line<'_>], indent: usize) -> Kind {
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
pub(super) fn directive(lines: &mut [Line<'_>], at: usize, out: &mut Vec<Block>) -> usize {
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

/// The title in the opening of a container.
pub(super) fn quoted_title(opening: Line<'_>) -> String {
    let title = opening
        .text
        .split_once('"')
        .and_then(|(_, rest)| rest.rsplit_once('"'));
    title.map_or_else(String::new, |(title, _)| inline::plain(opening.no, title))
}
