//! Lists, and the tabs that are written as one.

use super::blocks::{Parser, Start};
use super::inline;
use super::line::{Line, Marker};
use super::outline::Mark;
use crate::docs::block::{Block, Tab};

/// The lines of each item, without their margin, and where the list ends.
type Items<'a> = (Vec<Vec<Line<'a>>>, usize);

impl Parser {
    /// The list that begins at the line.
    pub(super) fn items<'a>(&self, lines: &[Line<'a>], start: usize) -> Items<'a> {
        let mut items: Vec<Vec<Line<'a>>> = Vec::new();
        let mut item: Vec<Line<'a>> = Vec::new();
        // The column of the marker, and of the text behind it.
        let mut outer = 0;
        let mut inner = 0;
        let mut kind: Option<Marker> = None;
        // Whether the last line was text, which goes on without indentation.
        let mut in_text = false;
        let mut at = start;
        while let Some(whole) = lines.get(at) {
            if whole.is_blank() {
                item.push(*whole);
                in_text = false;
                at += 1;
                continue;
            }
            let line = whole.trimmed();
            let indent = whole.indent();
            let starts = self.starts(line, in_text);
            let first = kind.is_none();
            if first || indent <= outer {
                // A sibling, whatever its number is.
                let marker = match self.starts(line, false) {
                    Start::Item(marker) => Some(marker),
                    _ => None,
                };
                let sibling = marker.filter(|marker| {
                    kind.is_none_or(|kind| kind.number.is_some() == marker.number.is_some())
                });
                if let Some(marker) = sibling {
                    if !first {
                        items.push(std::mem::take(&mut item));
                    }
                    (outer, inner, kind) = (indent, indent + marker.width, Some(marker));
                    let rest = whole.trimmed().skip(marker.bytes);
                    item.push(rest);
                    at += 1;
                    let starts = self.starts(rest, false);
                    in_text = starts == Start::Text && !rest.is_blank();
                    if let Start::Mark(mark) = starts {
                        at = swallow(lines, at, mark, inner, &mut item);
                    }
                    continue;
                }
                if !(in_text && starts == Start::Text) {
                    break;
                }
            }
            item.push(whole.dedent(inner));
            at += 1;
            in_text = matches!(starts, Start::Text | Start::Item(_) | Start::Quote);
            if let Start::Mark(mark) = starts {
                at = swallow(lines, at, mark, inner, &mut item);
            }
        }
        items.push(item);
        (items, at)
    }

    /// The tabs of a list of tabs.
    pub(super) fn tabs(&mut self, lines: Vec<Line<'_>>, depth: usize) -> Vec<Tab> {
        let mut tabs: Vec<Tab> = Vec::new();
        let mut astray: Vec<Line<'_>> = Vec::new();
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            let begins = self.starts(line.trimmed(), false);
            if !matches!(begins, Start::Item(_)) {
                astray.push(*line);
                at += 1;
                if let Start::Mark(mark) = begins {
                    at = swallow(&lines, at, mark, 0, &mut astray);
                }
                continue;
            }
            self.astray(&mut astray, &mut tabs, depth);
            let (items, end) = self.items(&lines, at);
            tabs.extend(items.into_iter().map(|item| self.tab(item, depth)));
            at = end;
        }
        self.astray(&mut astray, &mut tabs, depth);
        tabs
    }

    /// Lines that are in no tab belong to the one above them.
    fn astray(&mut self, lines: &mut Vec<Line<'_>>, tabs: &mut Vec<Tab>, depth: usize) {
        let lines = std::mem::take(lines);
        let Some(first) = lines.iter().find(|line| !line.is_blank()) else {
            return;
        };
        let line = first.no;
        self.fault(line, "a list of tabs holds text that is in no tab");
        let blocks = self.blocks(lines, depth + 1, false);
        if let Some(tab) = tabs.last_mut() {
            tab.blocks.extend(blocks);
        } else {
            tabs.push(Tab {
                title: String::new(),
                blocks,
            });
        }
    }

    fn tab(&mut self, mut item: Vec<Line<'_>>, depth: usize) -> Tab {
        let Some(first) = item.first().copied() else {
            return Tab {
                title: String::new(),
                blocks: Vec::new(),
            };
        };
        let titled = self.starts(first.trimmed(), false) == Start::Text;
        if titled {
            item.remove(0);
        }
        let blocks: Vec<Block> = self.blocks(item, depth + 1, false);
        let title = if titled {
            inline::plain(first.no, first.text)
        } else {
            String::new()
        };
        Tab { title, blocks }
    }
}

/// Takes the lines within a mark, however they are indented.
fn swallow<'a>(
    lines: &[Line<'a>],
    mut at: usize,
    mark: Mark,
    columns: usize,
    item: &mut Vec<Line<'a>>,
) -> usize {
    while mark.closed
        && let Some(line) = lines.get(at)
        && line.at < mark.end
    {
        item.push(line.dedent(columns));
        at += 1;
    }
    at
}
