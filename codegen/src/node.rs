//! A YAML file as a tree whose every node knows its place.

use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::{Location, Spanned};

use crate::diag::{Place, Problem, Source};

/// A value with its place in the text, in bytes.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) kind: Kind,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    Seq(Vec<Node>),
    Map(Vec<Entry>),
    /// What is missing or wrong and was noted: read as whatever is asked for, so that
    /// the reading goes on.
    Hole,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Range<usize>,
    pub(crate) value: Node,
}

/// A way down into a tree.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

/// How deep a file may nest: far beyond any real description, far below the stack.
const DEPTH: usize = 32;

impl Node {
    /// Reads a file; a mistake in the YAML itself is the one problem returned.
    pub(crate) fn parse(source: &Rc<Source>) -> Result<Self, Problem> {
        let options = serde_yaml::options! {
            budget: serde_yaml::budget! { max_depth: DEPTH },
            strict_booleans: true,
            // `007` is a code, not a number.
            leading_zero_numbers_as_strings: true,
            underscored_numbers_as_strings: true,
            with_snippet: false,
        };
        let parsed: Result<Spanned<Kind>, _> =
            serde_yaml::from_str_with_options(&source.text, options);
        match parsed {
            Ok(spanned) => Ok(spanned.into()),
            Err(error) => {
                let place = error.location().map_or_else(
                    || Place::file(source),
                    |location| Place::new(source, bytes_of(&source.text, &location)),
                );
                let error = error.to_string();
                match tab_after(source, &place) {
                    Some(tab) if error.contains("tab") => Err(explain(tab, &error)),
                    _ => Err(explain(place, &error)),
                }
            }
        }
    }

    /// What stands for a mistake that was noted.
    pub(crate) const fn hole() -> Self {
        Self {
            span: 0..0,
            kind: Kind::Hole,
        }
    }

    /// What kind of value this is, in words.
    pub(crate) fn describe(&self) -> String {
        match &self.kind {
            Kind::Null => "nothing".into(),
            Kind::Bool(value) => format!("{value}"),
            Kind::Int(value) => format!("the number {value}"),
            Kind::Float(value) => format!("the number {value}"),
            Kind::Str(value) => format!("the text \"{}\"", shorten(value)),
            Kind::Seq(_) => "a list".into(),
            Kind::Map(_) => "a mapping".into(),
            Kind::Hole => "a mistake".into(),
        }
    }

    /// The entry of a mapping.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    fn step(&self, step: &Step) -> Option<&Self> {
        match (step, &self.kind) {
            (Step::Key(key), _) => self.entry(key).map(|entry| &entry.value),
            (Step::Index(index), Kind::Seq(items)) => items.get(*index),
            _ => None,
        }
    }

    fn step_mut(&mut self, step: &Step) -> Option<&mut Self> {
        match (step, &mut self.kind) {
            (Step::Key(key), Kind::Map(entries)) => entries
                .iter_mut()
                .find(|entry| entry.key == *key)
                .map(|entry| &mut entry.value),
            (Step::Index(index), Kind::Seq(items)) => items.get_mut(*index),
            _ => None,
        }
    }

    /// The deepest node on the way.
    pub(crate) fn nearest(&self, path: &[Step]) -> &Self {
        let mut node = self;
        for step in path {
            match node.step(step) {
                Some(next) => node = next,
                None => break,
            }
        }
        node
    }

    /// The node at the end of the way.
    pub(crate) fn find(&self, path: &[Step]) -> Option<&Self> {
        path.iter().try_fold(self, |node, step| node.step(step))
    }

    /// The node at the end of the way, to be changed.
    pub(crate) fn find_mut(&mut self, path: &[Step]) -> Option<&mut Self> {
        path.iter().try_fold(self, |node, step| node.step_mut(step))
    }

    /// Where the deepest node on the way shows. Lists and mappings in block style have no
    /// text of their own: the key that leads to them stands for them, or what they begin with.
    pub(crate) fn shown(&self, path: &[Step]) -> Range<usize> {
        let mut node = self;
        let mut span = self.own_span();
        for step in path {
            let Some(next) = node.step(step) else { break };
            let key_span = match step {
                Step::Key(key) => node.entry(key).map(|entry| entry.key_span.clone()),
                Step::Index(_) => None,
            };
            let next_span = match key_span {
                Some(key_span) if next.span.is_empty() => key_span,
                _ => next.own_span(),
            };
            span = next_span;
            node = next;
        }
        span
    }

    fn own_span(&self) -> Range<usize> {
        match &self.kind {
            Kind::Map(entries) if self.span.is_empty() => entries
                .first()
                .map_or(self.span.clone(), |entry| entry.key_span.clone()),
            // The dash.
            Kind::Seq(items) if self.span.is_empty() && !items.is_empty() => {
                self.span.start..self.span.start + 1
            }
            _ => self.span.clone(),
        }
    }

    /// Takes the node at the end of the way out of the tree; says whether there was one.
    pub(crate) fn remove(&mut self, path: &[Step]) -> bool {
        let Some((last, way)) = path.split_last() else {
            return false;
        };
        let Some(parent) = self.find_mut(way) else {
            return false;
        };
        match (last, &mut parent.kind) {
            (Step::Key(key), Kind::Map(entries)) => {
                let before = entries.len();
                entries.retain(|entry| entry.key != *key);
                entries.len() < before
            }
            (Step::Index(index), Kind::Seq(items)) if *index < items.len() => {
                items.remove(*index);
                true
            }
            _ => false,
        }
    }
}

/// A text short enough for a message.
pub(crate) fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// The reader's own words, and what a writer of descriptions needs to know.
fn explain(place: Place, error: &str) -> Problem {
    let message = error.split(" at line ").next().unwrap_or(error);
    if let Some((message, _)) = message.split_once(", set DuplicateKeyPolicy") {
        let key = message.trim_start_matches("duplicate mapping key: ");
        return Problem::new(place, format!("the key `{key}` stands here twice"))
            .help("keep one of the two: the second would silently replace the first");
    }
    for (sign, message, help) in MISTAKES {
        if error.contains(sign) {
            return Problem::new(place, *message).help(*help);
        }
    }
    Problem::new(place, format!("this is not YAML: {message}"))
        .help("a text with special characters needs quotes, as \"a: b\"")
}

/// The first tab that indents a line, from the line of a place on.
fn tab_after(source: &Rc<Source>, place: &Place) -> Option<Place> {
    let (first, _) = place.line_column();
    let mut start = 0;
    for (index, line) in source.text.split_inclusive('\n').enumerate() {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let tab = line.get(..indent).and_then(|it| it.find('\t'));
        if let Some(tab) = tab
            && index + 1 >= first
        {
            return Some(Place::new(source, start + tab..start + tab + 1));
        }
        start += line.len();
    }
    None
}

/// Common mistakes: a sign of each in the reader's words, what it is, and what would be right.
const MISTAKES: &[(&str, &str, &str)] = &[
    (
        "tabs disallowed",
        "YAML is not indented with tabs",
        "indent with spaces",
    ),
    (
        "found a tab",
        "YAML is not indented with tabs",
        "indent with spaces",
    ),
    (
        "while parsing a block mapping",
        "this line stands under none of the lines before it",
        "the keys of a mapping stand right under each other",
    ),
    (
        "while parsing a block collection",
        "this line stands under none of the lines before it",
        "the dashes of a list stand right under each other, and so do the keys after a dash",
    ),
    (
        "while parsing a flow mapping",
        "a `,` or a `}` is missing before this",
        "entries in braces are written `{ key: value, key: value }`",
    ),
    (
        "while parsing a flow sequence",
        "a `,` or a `]` is missing before this",
        "items in brackets are written `[A, B]`",
    ),
    (
        "does not fit 64 bits",
        "this number does not fit 64 bits",
        "quote it if it is a text",
    ),
    (
        "unclosed quote",
        "this quote is not closed",
        "end the text with the same quote",
    ),
    (
        "unclosed bracket",
        "this bracket is not closed",
        "every `[` needs a `]` and every `{` a `}`, each line in between indented",
    ),
    (
        "illegal placement of ':'",
        "there is a `:` where a list goes on",
        "close the `[` before it",
    ),
    (
        "mapping values are not allowed",
        "there is a `:` where no key can be",
        "a text that holds `: ` needs quotes; a key stands right under its neighbours",
    ),
    (
        "multiple YAML documents",
        "a file holds one document, and here another one begins",
        "take the `---` or `...` before it away, or move what follows to a file of its own",
    ),
    (
        "recursive references",
        "this alias stands inside of what it stands for",
        "write out what is meant",
    ),
    (
        "unknown anchor",
        "there is no anchor of this name before this line",
        "an alias `*name` repeats what was marked with `&name`",
    ),
    (
        "expected string scalar",
        "a key is a plain word",
        "quote what holds braces or brackets, as \"{x}\"",
    ),
    (
        "cannot deserialize null into string",
        "a key is a plain word",
        "quote it, if `null` is meant as a word",
    ),
    (
        "depth",
        "this is nested too deeply",
        "real descriptions nest a few levels",
    ),
    (
        "non-finite float",
        "this number is not finite",
        "quote it if it is a text",
    ),
];

/// The reader counts characters where it has no bytes.
fn bytes_of(text: &str, location: &Location) -> Range<usize> {
    let span = location.span();
    let number = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
    if let (Some(start), Some(len)) = (span.byte_offset(), span.byte_len()) {
        let start = number(start);
        return start..start.saturating_add(number(len));
    }
    let byte_at = |index: usize| {
        text.char_indices()
            .nth(index)
            .map_or(text.len(), |(byte, _)| byte)
    };
    let start = number(span.offset());
    byte_at(start)..byte_at(start.saturating_add(number(span.len())))
}

impl From<Spanned<Kind>> for Node {
    fn from(spanned: Spanned<Kind>) -> Self {
        let span = spanned.referenced.span();
        let start = span.byte_offset().unwrap_or_default();
        let end = start + span.byte_len().unwrap_or_default();
        Self {
            span: usize::try_from(start).unwrap_or_default()
                ..usize::try_from(end).unwrap_or_default(),
            kind: spanned.value,
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Spanned::<Kind>::deserialize(deserializer).map(Self::from)
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KindVisitor)
    }
}

struct KindVisitor;

impl<'de> Visitor<'de> for KindVisitor {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_none<E>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Kind, D::Error> {
        Kind::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Kind, E> {
        Ok(Kind::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Kind, E> {
        Ok(Kind::Int(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Kind, E> {
        i64::try_from(value)
            .map(Kind::Int)
            .map_err(|_| E::custom("this number does not fit 64 bits; quote it if it is a text"))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Kind, E> {
        Ok(Kind::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Kind, E> {
        Ok(Kind::Str(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Kind, E> {
        Ok(Kind::Str(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Kind, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Kind::Seq(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Kind, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, value)) = map.next_entry::<Spanned<String>, Node>()? {
            let key_node = Node::from(Spanned {
                value: Kind::Null,
                referenced: key.referenced,
                defined: key.defined,
            });
            entries.push(Entry {
                key: key.value,
                key_span: key_node.span,
                value,
            });
        }
        Ok(Kind::Map(entries))
    }
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test fails by a panic")]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Node, Problem> {
        Node::parse(&Rc::new(Source {
            path: "a.yaml".into(),
            text: text.into(),
        }))
    }

    #[test]
    fn nesting_has_an_end() {
        for depth in [31, 33, 100, 1000, 100_000] {
            let lists = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            assert_eq!(parse(&lists).is_ok(), depth < DEPTH, "{depth}");
            let lists = "- ".repeat(depth);
            assert_eq!(parse(&lists).is_ok(), depth < DEPTH, "{depth}");
            assert!(parse(&"[".repeat(depth)).is_err());
            assert!(parse(&"{a: ".repeat(depth)).is_err());
        }
    }

    #[test]
    fn codes_keep_their_zeros() {
        for word in ["007", "1_000"] {
            let node = parse(word);
            assert!(matches!(node.map(|it| it.kind), Ok(Kind::Str(it)) if it == word));
        }
    }

    #[test]
    fn every_node_shows() {
        let text = "a:\n  - b: 1\n  -\nc:\n";
        let root = parse(text).unwrap_or_else(|problem| panic!("{problem}"));
        let key = |name: &str| Step::Key(name.into());
        for (path, shown) in [
            (vec![], "a"),
            (vec![key("a")], "a"),
            (vec![key("a"), Step::Index(0)], "b"),
            (vec![key("a"), Step::Index(1)], ""),
            (vec![key("c")], "c"),
            (vec![key("c"), key("d")], "c"),
        ] {
            assert_eq!(text.get(root.shown(&path)), Some(shown), "{path:?}");
        }
    }
}
