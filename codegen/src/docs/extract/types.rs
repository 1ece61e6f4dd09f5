//! The documentation's words for types → type expressions.

use crate::docs::block::Span;
use crate::docs::site::resolve;

/// What a type cell says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Type {
    /// The alternatives, in order, each a type expression or an unknown word.
    pub any_of: Vec<Word>,
    /// The line of the first of them.
    pub line: u32,
}

/// One alternative of a type.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    /// As it is written.
    pub text: String,
    /// The expression of its element, without `[]`; `None` when nobody knows the word.
    pub base: Option<&'static str>,
    /// How many `[]` stand behind it.
    pub lists: usize,
    /// Where its link leads: page and anchor.
    pub link: Option<(String, String)>,
}

/// Words for types, in lower case.
const WORDS: &[(&str, &str)] = &[
    ("any", "any"),
    ("array", "array"),
    ("bool", "boolean"),
    ("boolean", "boolean"),
    ("callable", "any"),
    ("char", "char"),
    ("crm", "crm"),
    ("date", "date"),
    ("datetime", "datetime"),
    ("double", "double"),
    ("enum", "enum"),
    ("file", "file"),
    ("float", "double"),
    ("function", "any"),
    ("int", "integer"),
    ("integer", "integer"),
    ("list", "array"),
    ("map", "object"),
    ("mixed", "any"),
    ("null", "null"),
    ("number", "double"),
    ("object", "object"),
    ("str", "string"),
    ("string", "string"),
    ("text", "text"),
    ("time", "Time"),
    ("timestamp", "timestamp"),
    ("uf_enum_element", "object"),
    ("undefined", "null"),
    ("unknown", "any"),
    ("user", "user"),
    ("void", "null"),
];

/// The expression for one word, or nothing.
pub(super) fn known(word: &str) -> Option<&'static str> {
    let lower = word.to_lowercase();
    WORDS
        .binary_search_by(|(name, _)| (*name).cmp(lower.as_str()))
        .ok()
        .and_then(|index| WORDS.get(index))
        .map(|row| row.1)
}

/// Known words that are nearly this one.
pub(super) fn candidates(word: &str) -> Vec<String> {
    let lower = word.to_lowercase();
    let names = WORDS.iter().map(|row| row.0);
    crate::diag::closest(&lower, names)
        .and_then(known)
        .map(|it| vec![it.to_owned()])
        .unwrap_or_default()
}

impl Word {
    /// Whether the word is the name of an object that another page describes: ``[`User`](entities.md#user)``.
    pub(super) fn is_linked(&self) -> bool {
        let leads =
            |(page, anchor): &(String, String)| !anchor.is_empty() && page.ends_with("entities.md");
        self.base.is_none() || self.base == Some("user") && self.link.as_ref().is_some_and(leads)
    }
}

impl Type {
    /// Reads the spans of a type: code with or without links, `|` between or inside.
    pub(super) fn read(page: &str, spans: &[Span]) -> Self {
        let mut out = Self::default();
        for span in spans {
            let text = span.text.trim();
            let is_type = span.code || span.link.is_some();
            if text.is_empty() || !is_type {
                // Plain words only count where nothing is marked: `string` without backticks.
                continue;
            }
            out.push(page, span, text);
        }
        if out.any_of.is_empty() {
            for span in spans {
                let text = span.text.trim();
                let known_word = |it: &str| {
                    let it = it.trim().trim_end_matches("[]");
                    known(it).is_some()
                };
                if !text.is_empty() && text.split(['|', '\n']).all(known_word) {
                    out.push(page, span, text);
                }
            }
        }
        out
    }

    fn push(&mut self, page: &str, span: &Span, text: &str) {
        if self.any_of.is_empty() {
            self.line = span.line;
        }
        let link = span.link.as_deref().and_then(|it| resolve(page, it));
        for part in text.split(['|', '\n', '/']).map(str::trim) {
            let part = part.trim_matches(['\\', ',', '.', ';', '`']).trim();
            if part.is_empty() {
                continue;
            }
            let word = word(part, link.clone());
            if !self.any_of.contains(&word) {
                self.any_of.push(word);
            }
        }
    }

    /// Whether nothing was said.
    pub(super) fn is_empty(&self) -> bool {
        self.any_of.is_empty()
    }
}

fn word(text: &str, link: Option<(String, String)>) -> Word {
    let mut base = text.trim();
    let mut lists = 0;
    loop {
        if let Some(inner) = base.strip_suffix("[]") {
            base = inner.trim();
            lists += 1;
            continue;
        }
        let lower = base.to_lowercase();
        let inner = ["array<", "list<"]
            .iter()
            .find(|it| lower.starts_with(**it) && lower.ends_with('>'))
            .and_then(|it| base.get(it.len()..base.len() - 1));
        match inner {
            Some(inner) if lists < 8 => {
                base = inner.trim();
                lists += 1;
            }
            _ => break,
        }
    }
    Word {
        text: text.to_owned(),
        base: known(base),
        lists,
        link,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Span {
        Span {
            line: 1,
            text: text.to_owned(),
            code: true,
            ..Span::default()
        }
    }

    #[test]
    fn words_are_sorted() {
        assert!(WORDS.is_sorted_by_key(|it| it.0));
    }

    #[test]
    fn spellings_of_types() {
        let read = |spans: &[Span]| {
            let ty = Type::read("a.md", spans);
            let words: Vec<_> = ty.any_of.iter().map(|it| (it.base, it.lists)).collect();
            words
        };
        assert_eq!(
            read(&[code("string|null")]),
            [(Some("string"), 0), (Some("null"), 0)]
        );
        assert_eq!(read(&[code("array<object>")]), [(Some("object"), 1)]);
        assert_eq!(read(&[code("integer[]")]), [(Some("integer"), 1)]);
        assert_eq!(read(&[code("srting")]), [(None, 0)]);
        assert_eq!(candidates("srting"), ["string"]);
    }
}
