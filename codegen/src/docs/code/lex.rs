//! Words, texts and marks of the languages in which examples are written.
//!
//! One reader of tokens serves them all: what differs is comments, quotes and escapes.

use serde_json::Number;

/// The language of a piece of code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Dialect {
    Json,
    /// Also TypeScript, and pages of HTML with a script.
    Js,
    Php,
    Go,
    Python,
}

/// `=>`
pub(super) const ARROW: char = '⇒';
/// `->`
pub(super) const ACCESS: char = '→';
/// `::`
pub(super) const SCOPE: char = '∷';
/// `...`
pub(super) const DOTS: char = '…';
/// `==`, `!=`, `<=` and their like.
const COMPARE: char = '≡';

/// The marks of several characters; of two that fit, the longer one comes first.
const MARKS: [(&str, char); 11] = [
    ("...", DOTS),
    ("===", COMPARE),
    ("!==", COMPARE),
    ("==", COMPARE),
    ("!=", COMPARE),
    ("<=", COMPARE),
    (">=", COMPARE),
    ("=>", ARROW),
    ("->", ACCESS),
    ("::", SCOPE),
    ("?.", '.'),
];

/// A token and its line, from 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) line: u32,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A text; not `fixed` when variables stand in it.
    Text {
        value: String,
        fixed: bool,
    },
    Number(Number),
    Word(String),
    Mark(char),
}

/// Takes code apart. What is no code becomes words and marks as well.
pub(super) fn tokens(dialect: Dialect, text: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        dialect,
        text,
        at: 0,
        line: 1,
        unclosed: [0; 3],
    };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next() {
        tokens.push(token);
    }
    tokens
}

struct Lexer<'a> {
    dialect: Dialect,
    text: &'a str,
    at: usize,
    line: u32,
    /// For each quote: up to where none closes, so that it need not be sought again.
    unclosed: [usize; 3],
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        if next == '\n' {
            self.line = self.line.saturating_add(1);
        }
        Some(next)
    }

    fn eat(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            for _ in wanted.chars() {
                self.bump();
            }
        }
        found
    }

    /// Goes behind the next `end`, or to the end of the text.
    fn pass(&mut self, end: &str) {
        while self.peek().is_some() && !self.eat(end) {
            self.bump();
        }
    }

    fn blanks(&mut self) {
        use Dialect::{Go, Js, Json, Php, Python};
        loop {
            let (c_like, hash) = match self.dialect {
                Json | Js | Go => (true, false),
                Php => (true, true),
                Python => (false, true),
            };
            match self.peek() {
                Some(c) if c.is_whitespace() => {
                    self.bump();
                }
                Some('/') if c_like && self.rest().starts_with("/*") => self.pass("*/"),
                Some('/') if c_like && self.rest().starts_with("//") => self.pass("\n"),
                Some('#') if hash => self.pass("\n"),
                _ => return,
            }
        }
    }

    fn next(&mut self) -> Option<Token> {
        self.blanks();
        let line = self.line;
        let kind = self.kind()?;
        Some(Token { line, kind })
    }

    fn kind(&mut self) -> Option<Kind> {
        let next = self.peek()?;
        if matches!(next, '"' | '\'' | '`')
            && let Some(text) = self.quoted(false)
        {
            return Some(text);
        }
        if next.is_ascii_digit() {
            return Some(self.number());
        }
        if next.is_alphabetic() || matches!(next, '_' | '$') {
            let word = self.word();
            let prefix = word.to_ascii_lowercase();
            if self.dialect == Dialect::Python
                && matches!(prefix.as_str(), "f" | "r" | "b" | "u" | "rb" | "fr" | "rf")
                && matches!(self.peek(), Some('"' | '\''))
                && let Some(text) = self.quoted(prefix.contains('f'))
            {
                return Some(text);
            }
            return Some(Kind::Word(word));
        }
        for (text, mark) in MARKS {
            if self.eat(text) {
                return Some(Kind::Mark(mark));
            }
        }
        self.bump().map(Kind::Mark)
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(c) = self.peek()
            && (c.is_alphanumeric() || matches!(c, '_' | '$'))
        {
            word.push(c);
            self.bump();
        }
        word
    }

    fn number(&mut self) -> Kind {
        let mut text = String::new();
        while let Some(c) = self.peek() {
            let exponent = text.ends_with(['e', 'E']) && !text.starts_with("0x");
            let dot = c == '.' && !self.rest().starts_with("..");
            if !(c.is_alphanumeric() || c == '_' || dot || matches!(c, '+' | '-') && exponent) {
                break;
            }
            text.push(c);
            self.bump();
        }
        let digits = text.replace('_', "");
        let whole = match digits.strip_prefix("0x") {
            Some(hex) => i64::from_str_radix(hex, 16).ok(),
            None => digits.parse::<i64>().ok(),
        };
        let number = whole.map(Number::from).or_else(|| {
            let large = digits.parse::<u64>().ok().map(Number::from);
            large.or_else(|| digits.parse::<f64>().ok().and_then(Number::from_f64))
        });
        number.map_or(Kind::Word(text), Kind::Number)
    }

    /// A text in quotes; none if the quote is never closed, and then it is a mark.
    fn quoted(&mut self, templated: bool) -> Option<Kind> {
        let quote = self.peek()?;
        let slot = match quote {
            '"' => 0,
            '\'' => 1,
            _ => 2,
        };
        if self.at < *self.unclosed.get(slot)? {
            return None;
        }
        let (start, line) = (self.at, self.line);
        let triple: String = std::iter::repeat_n(quote, 3).collect();
        let end = match self.dialect == Dialect::Python && self.rest().starts_with(&triple) {
            true => triple,
            false => quote.to_string(),
        };
        self.eat(&end);
        let many_lines =
            quote == '`' || end.len() > 1 || matches!(self.dialect, Dialect::Php | Dialect::Json);
        let mut value = String::new();
        let mut fixed = !templated;
        loop {
            if self.eat(&end) {
                return Some(Kind::Text { value, fixed });
            }
            match self.peek() {
                Some('\n') if !many_lines => break,
                None => break,
                Some('\\') if !(self.dialect == Dialect::Go && quote == '`') => {
                    self.bump();
                    self.escape(quote, &mut value);
                }
                Some(c) => {
                    let after = self.rest().chars().nth(1);
                    let variable = match (self.dialect, quote) {
                        (Dialect::Js, '`') => c == '$' && after == Some('{'),
                        (Dialect::Php, '"') => {
                            c == '$' && after.is_some_and(|it| it.is_alphabetic() || it == '{')
                                || c == '{' && after == Some('$')
                        }
                        _ => false,
                    };
                    fixed &= !variable;
                    value.push(c);
                    self.bump();
                }
            }
        }
        if let Some(unclosed) = self.unclosed.get_mut(slot) {
            *unclosed = self.at;
        }
        (self.at, self.line) = (start, line);
        None
    }

    /// What stands behind a `\`.
    fn escape(&mut self, quote: char, value: &mut String) {
        let Some(next) = self.bump() else { return };
        if self.dialect == Dialect::Php && quote == '\'' {
            if !matches!(next, '\\' | '\'') {
                value.push('\\');
            }
            value.push(next);
            return;
        }
        match next {
            'n' => value.push('\n'),
            't' => value.push('\t'),
            'r' => value.push('\r'),
            'b' => value.push('\u{8}'),
            'f' => value.push('\u{c}'),
            '0' => value.push('\0'),
            '\n' => {}
            'x' => value.extend(self.code(2)),
            'u' => {
                let first = self.code_unit(4);
                let pair = first.filter(|it| (0xd800..0xdc00).contains(it));
                if let Some(high) = pair
                    && self.eat("\\u")
                    && let Some(low) = self.code_unit(4)
                {
                    let low = low.wrapping_sub(0xdc00) & 0x3ff;
                    value.extend(char::from_u32(0x10000 + ((high - 0xd800) << 10) + low));
                } else {
                    value.extend(first.and_then(char::from_u32));
                }
            }
            // PHP keeps the stroke of what is no escape.
            c if self.dialect == Dialect::Php && !matches!(c, '"' | '\\' | '$' | '`') => {
                value.extend(['\\', c]);
            }
            c => value.push(c),
        }
    }

    fn code(&mut self, digits: usize) -> Option<char> {
        self.code_unit(digits).and_then(char::from_u32)
    }

    /// `41`, or `{1f600}`.
    fn code_unit(&mut self, digits: usize) -> Option<u32> {
        let braces = self.eat("{");
        let most = if braces { 6 } else { digits };
        let mut hex = String::new();
        while hex.len() < most
            && let Some(c) = self.peek()
            && c.is_ascii_hexdigit()
        {
            hex.push(c);
            self.bump();
        }
        if braces {
            self.eat("}");
        }
        u32::from_str_radix(&hex, 16).ok()
    }
}
