//! The first look at a page: where its fences, tables and containers begin and end.
//!
//! Pairs are found once for the whole page, so that broken ones cost no second search.

use super::line::{LONGEST_RUN, Signs, code_end, heading, is_space, marker, next_sign, run, signs};
use crate::docs::block::Fault;

/// What a mark encloses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Enclosed {
    Fence,
    Table,
    Note,
    List,
    Cut,
}

impl Enclosed {
    fn of(word: &str) -> Option<Self> {
        match word {
            "note" => Some(Self::Note),
            "list" => Some(Self::List),
            "cut" => Some(Self::Cut),
            _ => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fence => "fence",
            Self::Table => "table",
            Self::Note => "note",
            Self::List => "list",
            Self::Cut => "cut",
        }
    }
}

/// Something with a beginning and an end, in bytes of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub what: Enclosed,
    pub line: u32,
    /// Where the opening mark begins.
    pub start: usize,
    /// What is inside.
    pub inner: usize,
    pub inner_end: usize,
    /// Behind the closing mark.
    pub end: usize,
    /// Whether there is a closing mark.
    pub closed: bool,
}

/// The marks of a page.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// By their beginning.
    marks: Vec<Mark>,
    /// Comments of HTML.
    pub comments: Vec<(usize, usize)>,
    pub faults: Vec<Fault>,
}

impl Outline {
    /// The mark that begins there.
    pub(super) fn at(&self, start: usize) -> Option<Mark> {
        let index = self
            .marks
            .binary_search_by_key(&start, |mark| mark.start)
            .ok()?;
        self.marks.get(index).copied()
    }
}

/// What may begin or end something.
static SIGNS: Signs = signs(b"\\`~{#|<");

/// How far down an end is looked for among what is open.
const REACH: usize = 64;

/// A fence that is being passed.
struct Fence {
    mark: usize,
    sign: u8,
    count: usize,
    quoted: bool,
    /// The bytes before its opening mark.
    margin: usize,
    /// The first line in it that hints that the fence has ended before.
    hint: Option<(usize, u32)>,
}

struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    outline: Outline,
    open: Vec<usize>,
    headings: Vec<usize>,
    fence: Option<Fence>,
    /// The shortest fences, of backticks and of tildes, that are known to be closed no more.
    hopeless: [usize; 2],
    /// Set once no comment ends any more.
    no_comment_ends: bool,
}

/// Looks at the text from a byte on, which begins the given line.
pub(super) fn scan(text: &str, start: usize, line: u32) -> Outline {
    let mut scan = Scan {
        text,
        bytes: text.as_bytes(),
        outline: Outline::default(),
        open: Vec::new(),
        headings: Vec::new(),
        fence: None,
        hopeless: [usize::MAX; 2],
        no_comment_ends: false,
    };
    scan.pass(start, line);
    let length = text.len();
    while let Some(mark) = scan.open.pop() {
        scan.give_up(mark, length);
    }
    scan.outline
}

impl<'a> Scan<'a> {
    fn pass(&mut self, mut at: usize, mut line: u32) {
        loop {
            while at < self.bytes.len() {
                let end = self.line_end(at);
                let next = match self.fence.take() {
                    Some(fence) => self.in_fence(fence, at, end, line),
                    None => self.line(at, end, line),
                };
                // A comment ends, or a broken fence resumes, somewhere else than at the next line.
                (at, line) = next.unwrap_or((end + 1, line + 1));
            }
            let Some(fence) = self.fence.take() else {
                return;
            };
            let [ticks, tildes] = &mut self.hopeless;
            let hopeless = if fence.sign == b'`' { ticks } else { tildes };
            *hopeless = fence.count.min(*hopeless);
            (at, line) = self.break_fence(fence, (self.bytes.len(), line));
        }
    }

    fn line_end(&self, at: usize) -> usize {
        self.text
            .get(at..)
            .and_then(|rest| rest.find('\n'))
            .map_or(self.bytes.len(), |found| at + found)
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    fn fault(&mut self, line: u32, message: String) {
        self.outline.faults.push(Fault { line, message });
    }

    /// A line in a fence.
    fn in_fence(
        &mut self,
        mut fence: Fence,
        start: usize,
        end: usize,
        line: u32,
    ) -> Option<(usize, u32)> {
        let skipped = |byte: u8| is_space(byte) || (fence.quoted && byte == b'>');
        let mut at = start;
        while at < end && self.bytes.get(at).is_some_and(|&byte| skipped(byte)) {
            at += 1;
        }
        let first = self.bytes.get(at).copied().unwrap_or_default();
        if first == fence.sign && at < end {
            let count = run(self.bytes, at, fence.sign).min(end - at);
            let rest = self.slice(at + count, end).trim();
            if count >= fence.count && (rest.is_empty() || rest.starts_with('|')) {
                if let Some(mark) = self.outline.marks.get_mut(fence.mark) {
                    mark.inner_end = start;
                    mark.end = at + count;
                    mark.closed = true;
                }
                // A table goes on behind a fence in its cell.
                return Some((at + count, line)).filter(|_| !rest.is_empty());
            }
            let opens = count >= 3 && !rest.contains(char::from(fence.sign));
            if opens && !rest.is_empty() {
                return Some(self.break_fence(fence, (start, line)));
            }
        }
        if fence.hint.is_none() && at < end {
            // Code seldom stands left of its fence.
            let hints = at - start < fence.margin
                || match first {
                    b'#' => at == start && self.slice(at, end).starts_with("## "),
                    b'{' => self.slice(at, end).starts_with("{% end"),
                    b'|' => self.slice(at, end).trim_end() == "|#",
                    _ => false,
                };
            if hints {
                fence.hint = Some((start, line));
                let [ticks, tildes] = self.hopeless;
                if fence.count >= if fence.sign == b'`' { ticks } else { tildes } {
                    return Some(self.break_fence(fence, (start, line)));
                }
            }
        }
        self.fence = Some(fence);
        None
    }

    /// A fence that has no end. Says where the page goes on.
    fn break_fence(&mut self, fence: Fence, otherwise: (usize, u32)) -> (usize, u32) {
        let resume = fence.hint.unwrap_or(otherwise);
        if let Some(mark) = self.outline.marks.get_mut(fence.mark) {
            mark.inner_end = resume.0;
            mark.end = resume.0;
            let line = mark.line;
            self.fault(line, "the fence has no end".to_owned());
        }
        resume
    }

    /// A line outside of fences.
    fn line(&mut self, start: usize, end: usize, line: u32) -> Option<(usize, u32)> {
        let mut at = start;
        if self.bytes.get(at) == Some(&b'#')
            && heading(self.slice(start, end)).is_some_and(|level| level <= 2)
        {
            self.headings.push(start);
        }
        let bytes = self.bytes.get(..end).unwrap_or_default();
        loop {
            at = next_sign(bytes, at, &SIGNS);
            if at >= end {
                return None;
            }
            let next = self.bytes.get(at + 1).copied().filter(|_| at + 1 < end);
            match self.bytes.get(at).copied().unwrap_or_default() {
                b'\\' => at += 2,
                sign @ (b'`' | b'~') => {
                    let count = run(self.bytes, at, sign).min(end - at);
                    let rest = self.bytes.get(at + count..end).unwrap_or_default();
                    if sign == b'`'
                        && let Some(close) = code_end(rest, 0, count)
                    {
                        at += count + close + count;
                    } else if (3..=LONGEST_RUN).contains(&count)
                        && !rest.contains(&b'`')
                        && begins_block(self.slice(start, at))
                    {
                        self.open_fence(start, at, end, line);
                        return None;
                    } else {
                        at += count;
                    }
                }
                b'{' if next == Some(b'%') => {
                    let length = self.slice(at, end).find("%}")?;
                    self.directive(at, at + length + 2, line);
                    at += length + 2;
                }
                b'#' if next == Some(b'|') => {
                    let rest = self.slice(at + 2, end).trim();
                    if (rest.is_empty() || rest.starts_with("||"))
                        && begins_block(self.slice(start, at))
                    {
                        self.open(Enclosed::Table, at, at + 2, line);
                    }
                    at += 2;
                }
                b'|' if next == Some(b'#') => {
                    let before = self.slice(start, at).trim_end();
                    let after = self.bytes.get(at + 2).copied();
                    if after != Some(b'|') && (before.is_empty() || before.ends_with('|')) {
                        self.close(Enclosed::Table, at, at + 2, line);
                    }
                    at += 2;
                }
                b'|' if next == Some(b'|') => at += 2,
                b'<' if next == Some(b'!') => {
                    if let Some(behind) = self.comment(at) {
                        let lines = self.slice(at, behind).matches('\n').count();
                        if lines > 0 {
                            return Some((behind, line + u32::try_from(lines).unwrap_or(0)));
                        }
                        at = behind;
                    } else {
                        at += 2;
                    }
                }
                _ => at += 1,
            }
        }
    }

    fn open_fence(&mut self, start: usize, at: usize, end: usize, line: u32) {
        let sign = self.bytes.get(at).copied().unwrap_or_default();
        let quoted = self.slice(start, at).trim_start().starts_with('>');
        self.fence = Some(Fence {
            mark: self.outline.marks.len(),
            sign,
            count: run(self.bytes, at, sign),
            quoted,
            margin: at - start,
            hint: None,
        });
        self.outline.marks.push(Mark {
            what: Enclosed::Fence,
            line,
            start: at,
            inner: (end + 1).min(self.bytes.len()),
            inner_end: self.bytes.len(),
            end: self.bytes.len(),
            closed: false,
        });
    }

    /// The place behind the comment that begins there.
    fn comment(&mut self, at: usize) -> Option<usize> {
        let rest = self.text.get(at..)?;
        if self.no_comment_ends || !rest.starts_with("<!--") {
            return None;
        }
        let Some(length) = rest.find("-->") else {
            self.no_comment_ends = true;
            return None;
        };
        let behind = at + length + 3;
        self.outline.comments.push((at, behind));
        Some(behind)
    }

    fn directive(&mut self, at: usize, behind: usize, line: u32) {
        let word = word(self.slice(at, behind));
        if let Some(what) = Enclosed::of(word) {
            self.open(what, at, behind, line);
        } else if let Some(what) = word.strip_prefix("end").and_then(Enclosed::of) {
            self.close(what, at, behind, line);
        }
    }

    fn open(&mut self, what: Enclosed, start: usize, inner: usize, line: u32) {
        self.open.push(self.outline.marks.len());
        self.outline.marks.push(Mark {
            what,
            line,
            start,
            inner,
            inner_end: self.bytes.len(),
            end: self.bytes.len(),
            closed: false,
        });
    }

    fn close(&mut self, what: Enclosed, at: usize, behind: usize, line: u32) {
        let bottom = self.open.len().saturating_sub(REACH);
        let found = (bottom..self.open.len()).rev().find(|&index| {
            let mark = self
                .open
                .get(index)
                .and_then(|&i| self.outline.marks.get(i));
            mark.is_some_and(|mark| mark.what == what)
        });
        let Some(found) = found else {
            self.fault(
                line,
                format!("the end of a {} that has no beginning", what.name()),
            );
            return;
        };
        while self.open.len() > found + 1 {
            if let Some(inner) = self.open.pop() {
                self.give_up(inner, at);
            }
        }
        if let Some(index) = self.open.pop()
            && let Some(mark) = self.outline.marks.get_mut(index)
        {
            mark.inner_end = at;
            mark.end = behind;
            mark.closed = true;
        }
    }

    /// Something has no end: it goes to the next chapter, or to the end of what is around it.
    fn give_up(&mut self, index: usize, limit: usize) {
        let Some(mark) = self.outline.marks.get_mut(index) else {
            return;
        };
        let next = self.headings.partition_point(|&at| at <= mark.start);
        let end = self.headings.get(next).map_or(limit, |&at| at.min(limit));
        mark.inner_end = end;
        mark.end = end;
        let (line, what) = (mark.line, mark.what);
        self.fault(line, format!("the {} has no end", what.name()));
    }
}

/// The word that says what a directive is.
pub(super) fn word(directive: &str) -> &str {
    let inner = directive.trim_start_matches("{%").trim_start();
    let end = inner
        .find(|letter: char| !letter.is_ascii_alphanumeric())
        .unwrap_or(inner.len());
    inner.get(..end).unwrap_or_default()
}

/// Whether a block can begin behind this beginning of a line.
fn begins_block(before: &str) -> bool {
    let before = before.trim();
    before.is_empty()
        || before.ends_with(['|', '>'])
        || before.ends_with("%}")
        || marker(before).is_some_and(|marker| marker.bytes == before.len())
}
