//! Reads a tree into the types of [`crate::format`], collecting every problem.
//!
//! Serde stops at the first mistake. Here the mistake is noted, a hole put in its place,
//! and the reading done again, until nothing is wrong. What was read around the holes is
//! worth checking further, so they are cut out in the end, with what cannot be without them.

use std::fmt;
use std::rc::Rc;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};

use crate::diag::{Place, Problem, Report, Source, closest};
use crate::node::{Entry, Kind, Node, Step, shorten};

/// Reads `root` as a `T` and leaves in it what was read. Returns `None` when too much is
/// wrong to have a `T`; then, as always when something is wrong, the report says what.
/// What had to be left out is added to `lost`.
pub(crate) fn read<T: DeserializeOwned>(
    source: &Rc<Source>,
    root: &mut Node,
    lost: &mut Vec<Vec<Step>>,
    report: &mut Report,
) -> Option<T> {
    let mut holes: Vec<Vec<Step>> = Vec::new();
    let mut renamed: Vec<Vec<Step>> = Vec::new();
    loop {
        let error = match T::deserialize(NodeDeserializer { node: root }) {
            Ok(value) if holes.is_empty() => return Some(value),
            Ok(_) => break,
            Err(error) => error,
        };
        let mut path = error.path;
        path.reverse();
        let shown = |path: &[Step]| Place::new(source, root.shown(path));
        match error.kind {
            Mistake::UnknownKey { key, expected } => {
                let there = root.nearest(&path);
                let at = there.entry(&key).map_or_else(
                    || shown(&path),
                    |entry| Place::new(source, entry.key_span.clone()),
                );
                let meant = closest(&key, expected.iter().copied());
                let problem = Problem::new(at, format!("unknown key `{key}`"));
                report.push(match meant {
                    Some(meant) => problem.help(format!("did you mean `{meant}`?")),
                    None => problem.help(format!("known keys: {}", list(expected))),
                });
                // What is under the key is read as what was meant.
                let meant = meant.filter(|meant| there.entry(meant).is_none());
                match (meant, root.find_mut(&path).map(|it| &mut it.kind)) {
                    (Some(meant), Some(Kind::Map(entries))) => {
                        for entry in entries.iter_mut().filter(|it| it.key == key) {
                            entry.key = meant.to_owned();
                        }
                        path.push(Step::Key(meant.to_owned()));
                        renamed.push(path);
                    }
                    _ => {
                        path.push(Step::Key(key));
                        if !root.remove(&path) {
                            return None;
                        }
                    }
                }
            }
            Mistake::MissingKey(key) => {
                report.push(
                    Problem::new(shown(&path), format!("`{key}` is missing here"))
                        .help(format!("add `{key}: …`")),
                );
                let Some(Kind::Map(entries)) = root.find_mut(&path).map(|it| &mut it.kind) else {
                    return None;
                };
                entries.push(Entry {
                    key: key.to_owned(),
                    key_span: 0..0,
                    value: HOLE.clone(),
                });
                path.push(Step::Key(key.to_owned()));
                holes.push(path);
            }
            Mistake::Value(message, help) => {
                if !renamed.contains(&path) {
                    let problem = Problem::new(shown(&path), message);
                    report.push(match help {
                        Some(help) => problem.help(help),
                        None => problem,
                    });
                }
                root.find_mut(&path)?.kind = Kind::Hole;
                holes.push(path);
            }
        }
    }
    // From the end, so that the places of what is still to be cut stay the same.
    holes.sort();
    for hole in holes.into_iter().rev() {
        root.remove(&hole);
        lost.push(hole);
    }
    loop {
        let mut error = match T::deserialize(NodeDeserializer { node: root }) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        error.path.reverse();
        if !root.remove(&error.path) {
            return None;
        }
        lost.push(error.path);
    }
}

fn list(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// Serde's names for what it expects, in the words of someone who writes YAML.
fn in_words(expected: &str) -> String {
    match expected {
        "a string" => "a text".into(),
        "a boolean" => "`true` or `false`".into(),
        "a sequence" => "a list".into(),
        "a map" => "a mapping".into(),
        "i64" => "a whole number".into(),
        "u16" => "a whole number from 0 to 65535".into(),
        "u32" => "a whole number from 0 to 4294967295".into(),
        other if other.starts_with("struct ") => "a mapping".into(),
        other => other.into(),
    }
}

/// A mistake and the way to its node, last step first.
#[derive(Debug)]
struct Error {
    kind: Mistake,
    path: Vec<Step>,
}

#[derive(Debug)]
enum Mistake {
    UnknownKey {
        key: String,
        expected: &'static [&'static str],
    },
    MissingKey(&'static str),
    Value(String, Option<String>),
}

impl Error {
    fn new(kind: Mistake) -> Self {
        Self {
            kind,
            path: Vec::new(),
        }
    }

    fn under(mut self, step: Step) -> Self {
        self.path.push(step);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Mistake::Value(message.to_string(), None))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let expected = in_words(&expected.to_string());
        let help = match (expected.as_str(), found) {
            ("`true` or `false`", Unexpected::Str(word)) => match word.to_lowercase().as_str() {
                "y" | "yes" | "on" => Some("write `true`".into()),
                "n" | "no" | "off" => Some("write `false`".into()),
                _ => None,
            },
            ("a list", Unexpected::Str(word)) => Some(format!("write `[{}]`", shorten(word))),
            ("a list", Unexpected::Map) => Some("put a `- ` before each item".into()),
            (_, Unexpected::Str(word))
                if expected.starts_with("a whole number") && word.parse::<i64>().is_ok() =>
            {
                Some("take the quotes away".into())
            }
            ("a text", Unexpected::Bool(_) | Unexpected::Signed(_) | Unexpected::Float(_)) => {
                Some("put it in quotes if it is a text".into())
            }
            (_, Unexpected::Unit) => Some("give it a value, or take the key away".into()),
            _ => None,
        };
        let found = match found {
            Unexpected::Unit | Unexpected::Option => "nothing".into(),
            Unexpected::Bool(value) => format!("`{value}`"),
            Unexpected::Signed(value) => format!("the number {value}"),
            Unexpected::Unsigned(value) => format!("the number {value}"),
            Unexpected::Float(value) => format!("the number {value}"),
            Unexpected::Str(value) => format!("the text \"{}\"", shorten(value)),
            Unexpected::Seq => "a list".into(),
            Unexpected::Map => "a mapping".into(),
            other => other.to_string(),
        };
        Self::new(Mistake::Value(
            format!("expected {expected}, found {found}"),
            help,
        ))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let help = match closest(variant, expected.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("one of {}", list(expected)),
        };
        Self::new(Mistake::Value(
            format!("`{}` is not known here", shorten(variant)),
            Some(help),
        ))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Mistake::UnknownKey {
            key: field.to_owned(),
            expected,
        })
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Mistake::MissingKey(field))
    }
}

#[derive(Clone, Copy)]
struct NodeDeserializer<'a> {
    node: &'a Node,
}

impl NodeDeserializer<'_> {
    fn is_hole(self) -> bool {
        matches!(self.node.kind, Kind::Hole)
    }
}

impl<'de> Deserializer<'de> for NodeDeserializer<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.kind {
            Kind::Null => visitor.visit_unit(),
            Kind::Bool(value) => visitor.visit_bool(*value),
            Kind::Int(value) => visitor.visit_i64(*value),
            Kind::Float(value) => visitor.visit_f64(*value),
            Kind::Str(value) => visitor.visit_borrowed_str(value),
            Kind::Seq(items) => visitor.visit_seq(Items { items, next: 0 }),
            Kind::Map(entries) => visitor.visit_map(Entries {
                entries,
                value: None,
            }),
            Kind::Hole => visitor.visit_borrowed_str(""),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.is_hole() {
            true => visitor.visit_bool(false),
            false => self.deserialize_any(visitor),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.is_hole() {
            true => visitor.visit_i64(0),
            false => self.deserialize_any(visitor),
        }
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.kind {
            Kind::Null | Kind::Hole => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.is_hole() {
            true => visitor.visit_seq(Items {
                items: &[],
                next: 0,
            }),
            false => self.deserialize_any(visitor),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.is_hole() {
            true => visitor.visit_map(Entries {
                entries: &[],
                value: None,
            }),
            false => self.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match &self.node.kind {
            Kind::Hole => visitor.visit_map(Holes { fields }),
            Kind::Map(_) | Kind::Null => self.deserialize_any(visitor),
            // Serde would take a list for the values in the order of the fields.
            _ => {
                let example: Vec<_> = fields.iter().take(2).map(|it| format!("{it}: …")).collect();
                Err(Error::new(Mistake::Value(
                    format!("expected a mapping, found {}", self.node.describe()),
                    Some(format!("write `{{ {} }}`", example.join(", "))),
                )))
            }
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match &self.node.kind {
            Kind::Str(name) => visitor.visit_enum(Variant {
                name,
                content: None,
            }),
            Kind::Hole => visitor.visit_enum(Variant {
                name: variants.first().copied().unwrap_or_default(),
                content: Some(&HOLE),
            }),
            Kind::Map(entries) if entries.len() == 1 => visitor.visit_enum(Variant {
                name: &entries[0].key,
                content: Some(&entries[0].value),
            }),
            Kind::Map(_) => Err(de::Error::custom(format!(
                "expected exactly one of {}",
                list(variants)
            ))),
            _ => Err(de::Error::custom(format!(
                "expected one of {}, found {}",
                list(variants),
                self.node.describe()
            ))),
        }
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

/// What stands for a mistake that was noted.
static HOLE: Node = Node::hole();

/// A mapping that has every key, and a hole under each.
struct Holes {
    fields: &'static [&'static str],
}

impl<'de> MapAccess<'de> for Holes {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some((field, rest)) = self.fields.split_first() else {
            return Ok(None);
        };
        self.fields = rest;
        seed.deserialize(StrDeserializer::new(field)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(NodeDeserializer { node: &HOLE })
    }
}

struct Items<'a> {
    items: &'a [Node],
    next: usize,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let index = self.next;
        let Some(node) = self.items.get(index) else {
            return Ok(None);
        };
        self.next += 1;
        seed.deserialize(NodeDeserializer { node })
            .map(Some)
            .map_err(|error| error.under(Step::Index(index)))
    }
}

struct Entries<'a> {
    entries: &'a [Entry],
    value: Option<&'a Entry>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some((entry, rest)) = self.entries.split_first() else {
            return Ok(None);
        };
        self.entries = rest;
        self.value = Some(entry);
        seed.deserialize(StrDeserializer::new(&entry.key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let Some(entry) = self.value.take() else {
            return Err(de::Error::custom("a value was asked for before its key"));
        };
        seed.deserialize(NodeDeserializer { node: &entry.value })
            .map_err(|error| error.under(Step::Key(entry.key.clone())))
    }
}

/// `name`, or `name: content`, read as a variant of an enum.
struct Variant<'a> {
    name: &'a str,
    content: Option<&'a Node>,
}

impl<'a> Variant<'a> {
    fn content(&self) -> Result<NodeDeserializer<'a>, Error> {
        let node = self.content.ok_or_else(|| {
            Error::new(Mistake::Value(
                format!("`{}` needs a value", self.name),
                Some(format!("write `{}: …`", self.name)),
            ))
        })?;
        Ok(NodeDeserializer { node })
    }

    fn under(&self, error: Error) -> Error {
        error.under(Step::Key(self.name.to_owned()))
    }
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let value = seed.deserialize(StrDeserializer::<Error>::new(self.name))?;
        Ok((value, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.content {
            None => Ok(()),
            Some(node) if matches!(node.kind, Kind::Hole) => Ok(()),
            Some(_) => Err(de::Error::custom(format!(
                "`{}` takes no value: write it alone",
                self.name
            ))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.content()?)
            .map_err(|error| self.under(error))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Error> {
        self.content()?
            .deserialize_any(visitor)
            .map_err(|error| self.under(error))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.tuple_variant(0, visitor)
    }
}
