//! Lines of text → stretches of text with their marks.

use std::borrow::Cow;

use super::line::{LONGEST_RUN, Line, Signs, code_end, next_sign, run, signs};
use super::{emphasis, spans};
use crate::docs::block::Text;

/// What may be a mark.
static SIGNS: Signs = signs(b"\n\\`*_![]^<&{");

/// A piece of a text.
pub(super) struct Token<'a> {
    pub line: u32,
    pub kind: Kind<'a>,
    /// The link around it, by its number.
    pub link: Option<usize>,
    pub strong: bool,
}

pub(super) enum Kind<'a> {
    Plain(Cow<'a, str>),
    Code(Cow<'a, str>),
    Mark(Mark),
    Break,
}

/// Stars or underscores.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub sign: char,
    /// How many there were.
    pub length: usize,
    /// How many are left, being no marks.
    pub left: usize,
    pub opens: bool,
    pub closes: bool,
}

/// The text of a paragraph, a title, a cell.
pub(super) fn text(lines: &[Line<'_>]) -> Text {
    let mut joined = String::new();
    let mut numbers = Vec::new();
    for line in lines {
        let line = line.trimmed();
        if !numbers.is_empty() {
            joined.push('\n');
        }
        joined.push_str(line.text);
        numbers.push(line.no);
    }
    let mut reader = Reader {
        text: &joined,
        bytes: joined.as_bytes(),
        numbers: &numbers,
        current: 0,
        from: 0,
        tokens: Vec::new(),
        links: Vec::new(),
        brackets: Vec::new(),
        no_code: 0,
    };
    reader.read();
    let (mut tokens, links) = (reader.tokens, reader.links);
    emphasis::resolve(&mut tokens);
    spans::spans(tokens, &links)
}

/// The text of a short string without its marks.
pub(super) fn plain(no: u32, text: &str) -> String {
    let line = Line { no, at: 0, text };
    self::text(&[line]).plain()
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// The number of each line of the text.
    numbers: &'a [u32],
    /// The index of the line that is being read.
    current: usize,
    /// Where the plain text begins that is not yet a token.
    from: usize,
    tokens: Vec<Token<'a>>,
    links: Vec<String>,
    /// The open brackets: their tokens, and whether they are of an image.
    brackets: Vec<(usize, bool)>,
    /// A bit for each run of backticks that is known to be closed no more.
    no_code: u64,
}

impl<'a> Reader<'a> {
    fn read(&mut self) {
        let mut at = 0;
        loop {
            at = next_sign(self.bytes, at, &SIGNS);
            let Some(&byte) = self.bytes.get(at) else {
                break;
            };
            at = match byte {
                b'\n' => {
                    self.flush(at);
                    self.push(Kind::Break);
                    self.current += 1;
                    self.skip_to(at + 1)
                }
                b'\\' => self.escape(at),
                b'`' => self.code(at),
                b'*' | b'_' => self.mark(at, byte),
                b'!' if self.bytes.get(at + 1) == Some(&b'[') => self.bracket(at, 2),
                b'[' => self.bracket(at, 1),
                b']' => self.close_bracket(at),
                b'^' => self.superscript(at),
                b'<' => self.tag(at),
                b'&' => self.entity(at),
                b'{' => self.attribute(at),
                _ => at + 1,
            };
        }
        self.flush(self.bytes.len());
    }

    fn push(&mut self, kind: Kind<'a>) {
        let line = self.numbers.get(self.current).or(self.numbers.last());
        self.tokens.push(Token {
            line: line.copied().unwrap_or(1),
            kind,
            link: None,
            strong: false,
        });
    }

    /// Ends the plain text here.
    fn flush(&mut self, at: usize) {
        if let Some(text) = self.text.get(self.from..at)
            && !text.is_empty()
        {
            self.push(Kind::Plain(Cow::Borrowed(text)));
        }
        self.from = at;
    }

    fn skip_to(&mut self, at: usize) -> usize {
        self.from = at;
        at
    }

    fn escape(&mut self, at: usize) -> usize {
        match self.bytes.get(at + 1) {
            Some(b'\n') => {
                self.flush(at);
                self.skip_to(at + 1)
            }
            Some(byte) if byte.is_ascii_punctuation() => {
                self.flush(at);
                self.from = at + 1;
                at + 2
            }
            _ => at + 1,
        }
    }

    fn code(&mut self, at: usize) -> usize {
        let ticks = run(self.bytes, at, b'`');
        let start = at + ticks;
        if ticks > LONGEST_RUN || self.no_code & (1 << ticks) != 0 {
            return start;
        }
        let Some(end) = code_end(self.bytes, start, ticks) else {
            self.no_code |= 1 << ticks;
            return start;
        };
        self.flush(at);
        let inner = self.text.get(start..end).unwrap_or_default();
        let breaks = inner.bytes().filter(|&byte| byte == b'\n').count();
        let code = if breaks > 0 {
            Cow::Owned(inner.replace('\n', " "))
        } else {
            Cow::Borrowed(inner)
        };
        // A blank on each side only keeps backticks apart.
        let padded = code.len() > 2 && code.starts_with(' ') && code.ends_with(' ');
        let code = if padded && !code.trim().is_empty() {
            Cow::Owned(code.get(1..code.len() - 1).unwrap_or_default().to_owned())
        } else {
            code
        };
        self.push(Kind::Code(code));
        self.current += breaks;
        self.skip_to(end + ticks)
    }

    fn mark(&mut self, at: usize, sign: u8) -> usize {
        let length = run(self.bytes, at, sign);
        let end = at + length;
        let before = self
            .text
            .get(..at)
            .and_then(|text| text.chars().next_back());
        let after = self.text.get(end..).and_then(|text| text.chars().next());
        let mut opens = after.is_some_and(|letter| !letter.is_whitespace());
        let mut closes = before.is_some_and(|letter| !letter.is_whitespace());
        if sign == b'_' {
            // Inside a word it is a letter.
            opens = opens && before.is_none_or(|letter| !letter.is_alphanumeric());
            closes = closes && after.is_none_or(|letter| !letter.is_alphanumeric());
        }
        if !opens && !closes {
            return end;
        }
        self.flush(at);
        self.push(Kind::Mark(Mark {
            sign: char::from(sign),
            length,
            left: length,
            opens,
            closes,
        }));
        self.skip_to(end)
    }

    fn bracket(&mut self, at: usize, length: usize) -> usize {
        self.flush(at);
        self.brackets.push((self.tokens.len(), length == 2));
        let sign = self.text.get(at..at + length).unwrap_or_default();
        self.push(Kind::Plain(Cow::Borrowed(sign)));
        self.skip_to(at + length)
    }

    fn close_bracket(&mut self, at: usize) -> usize {
        let Some((open, image)) = self.brackets.pop() else {
            return at + 1;
        };
        let Some((target, end)) = target(self.text, at + 1) else {
            return at + 1;
        };
        self.flush(at);
        if image {
            self.tokens.truncate(open);
            self.skip_to(end);
            // What follows an image in braces is its size.
            let size = self.text.get(end..).filter(|rest| rest.starts_with('{'));
            let size = size.and_then(|rest| rest.get(..rest.find(['}', '\n'])? + 1));
            return self.skip_to(end + size.filter(|size| size.ends_with('}')).map_or(0, str::len));
        }
        let number = self.links.len();
        self.links.push(target);
        for token in self.tokens.iter_mut().skip(open) {
            token.link = token.link.or(Some(number));
        }
        if let Some(token) = self.tokens.get_mut(open) {
            token.kind = Kind::Plain(Cow::Borrowed(""));
        }
        // A link is in no other link.
        self.brackets.retain(|&(_, image)| image);
        self.skip_to(end)
    }

    fn superscript(&mut self, at: usize) -> usize {
        const LONGEST: usize = 64;
        let rest = self.bytes.get(at + 1..).unwrap_or_default();
        let end = rest.iter().take(LONGEST).position(|&byte| byte == b'^');
        let Some(inner) = end.and_then(|end| self.text.get(at + 1..at + 1 + end)) else {
            return at + 1;
        };
        if inner.is_empty() || inner.contains(char::is_whitespace) || inner.contains('`') {
            return at + 1;
        }
        self.flush(at);
        let end = at + 1 + inner.len() + 1;
        self.push(Kind::Plain(Cow::Owned(inner.replace('\\', ""))));
        self.skip_to(end)
    }

    fn tag(&mut self, at: usize) -> usize {
        const LONGEST: usize = 512;
        let rest = self.bytes.get(at + 1..).unwrap_or_default();
        let end = rest.iter().take(LONGEST).position(|&byte| byte == b'>');
        let Some(inner) = end.and_then(|end| self.text.get(at + 1..at + 1 + end)) else {
            return at + 1;
        };
        let end = at + 1 + inner.len() + 1;
        if matches!(inner.trim_end_matches([' ', '/']), "br" | "BR") {
            self.flush(at);
            // One that ends a line adds none.
            if self.bytes.get(end).is_some_and(|&byte| byte != b'\n') {
                self.push(Kind::Break);
            }
            return self.skip_to(end);
        }
        let address = inner.starts_with("http://") || inner.starts_with("https://");
        if !address || inner.contains(char::is_whitespace) {
            return at + 1;
        }
        self.flush(at);
        let number = self.links.len();
        self.links.push(inner.to_owned());
        self.push(Kind::Plain(Cow::Borrowed(inner)));
        if let Some(token) = self.tokens.last_mut() {
            token.link = Some(number);
        }
        self.skip_to(end)
    }

    fn entity(&mut self, at: usize) -> usize {
        const KNOWN: [(&str, &str); 7] = [
            ("&nbsp;", " "),
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&amp;", "&"),
            ("&quot;", "\""),
            ("&#124;", "|"),
            ("&vert;", "|"),
        ];
        let rest = self.text.get(at..).unwrap_or_default();
        for (entity, letter) in KNOWN {
            if rest.starts_with(entity) {
                self.flush(at);
                self.push(Kind::Plain(Cow::Borrowed(letter)));
                return self.skip_to(at + entity.len());
            }
        }
        at + 1
    }

    /// `{.class}` and `{#anchor}` behind a text, and directives within one.
    fn attribute(&mut self, at: usize) -> usize {
        const LONGEST: usize = 256;
        let sign = self.bytes.get(at + 1).copied().unwrap_or_default();
        let rest = self.bytes.get(at + 1..).unwrap_or_default();
        let inner = rest
            .iter()
            .take(LONGEST)
            .position(|&byte| byte == b'}' || byte == b'\n')
            .and_then(|end| self.text.get(at + 1..at + 1 + end));
        let Some(inner) = inner else { return at + 1 };
        let end = at + 1 + inner.len();
        if self.bytes.get(end) != Some(&b'}') {
            return at + 1;
        }
        let dropped = match sign {
            b'%' => inner.ends_with('%') && inner.len() > 1,
            b'.' | b'#' => {
                // The title of the linked page stands for the text of the link.
                let title = self.text.get(..at).is_some_and(|text| text.ends_with('['))
                    && self.bytes.get(end + 1) == Some(&b']');
                let name = |letter: char| letter.is_alphanumeric() || "-_.# ".contains(letter);
                inner.len() > 1 && !title && inner.chars().all(name)
            }
            _ => false,
        };
        if !dropped {
            return at + 1;
        }
        self.flush(at);
        self.skip_to(end + 1)
    }
}

/// The target in parentheses that begins there, and the place behind it.
fn target(text: &str, at: usize) -> Option<(String, usize)> {
    const LONGEST: usize = 2048;
    let bytes = text.as_bytes();
    if bytes.get(at) != Some(&b'(') {
        return None;
    }
    let mut depth = 0_usize;
    let mut end = None;
    for (offset, &byte) in bytes.iter().skip(at).take(LONGEST).enumerate() {
        match byte {
            b'\n' => break,
            b'(' => depth += 1,
            b')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    end = Some(at + offset);
                    break;
                }
            }
            _ => {}
        }
    }
    let end = end?;
    let inner = text.get(at + 1..end)?.trim();
    let inner = match inner.split_once([' ', '\t']) {
        Some((target, title)) if title.trim_start().starts_with(['"', '\'']) => target,
        _ => inner,
    };
    let inner = inner
        .strip_prefix('<')
        .map_or(inner, |inner| inner.trim_end_matches('>'));
    Some((inner.to_owned(), end + 1))
}
