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
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Range<usize>,
    pub(crate) value: Node,
}

/// A way down into a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

impl Node {
    /// Reads a file; a mistake in the YAML itself is the one problem returned.
    pub(crate) fn parse(source: &Rc<Source>) -> Result<Self, Problem> {
        let options = serde_yaml::options! {
            strict_booleans: true,
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
                Err(explain(place, &error.to_string()))
            }
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

    /// Takes the node at the end of the way out of the tree.
    pub(crate) fn remove(&mut self, path: &[Step]) {
        let Some((last, way)) = path.split_last() else {
            return;
        };
        let mut node = self;
        for step in way {
            let next = match (step, &mut node.kind) {
                (Step::Key(key), Kind::Map(entries)) => entries
                    .iter_mut()
                    .find(|entry| entry.key == *key)
                    .map(|entry| &mut entry.value),
                (Step::Index(index), Kind::Seq(items)) => items.get_mut(*index),
                _ => None,
            };
            match next {
                Some(next) => node = next,
                None => return,
            }
        }
        match (last, &mut node.kind) {
            (Step::Key(key), Kind::Map(entries)) => entries.retain(|entry| entry.key != *key),
            (Step::Index(index), Kind::Seq(items)) if *index < items.len() => {
                items.remove(*index);
            }
            _ => {}
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
    match message.split_once(", set DuplicateKeyPolicy") {
        Some((message, _)) => Problem::new(place, message.replace("mapping key:", "key"))
            .help("keep one of the two: the second would silently replace the first"),
        None => Problem::new(place, format!("this is not YAML: {message}")),
    }
}

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
