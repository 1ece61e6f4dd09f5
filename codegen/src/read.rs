//! Reads a tree into the types of [`crate::format`], collecting every problem.
//!
//! Serde stops at the first mistake. Here the mistake is noted, its node taken out of a
//! copy of the tree, and the reading done again, until nothing is wrong or nothing is left.

use std::fmt;
use std::rc::Rc;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};

use crate::diag::{Place, Problem, Report, Source, closest};
use crate::node::{Entry, Kind, Node, Step, shorten};

/// Reads `root` as a `T`. Returns `None` when too much is wrong to have one;
/// then, as always when something is wrong, the report says what.
pub(crate) fn read<T: DeserializeOwned>(
    source: &Rc<Source>,
    root: &Node,
    report: &mut Report,
) -> Option<T> {
    let mut tree = root.clone();
    let mut noted: Vec<(Vec<Step>, String)> = Vec::new();
    loop {
        let error = match T::deserialize(NodeDeserializer { node: &tree }) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        let mut path = error.path;
        path.reverse();
        let place = |span: &std::ops::Range<usize>| Place::new(source, span.clone());
        let at = place(&error.span);
        let gone = match error.kind {
            Mistake::UnknownKey { key, expected } => {
                let entry_at = tree
                    .nearest(&path)
                    .entry(&key)
                    .map_or(at, |entry| place(&entry.key_span));
                let meant = closest(&key, expected.iter().copied());
                let problem = Problem::new(entry_at, format!("unknown key `{key}`"));
                report.push(match meant {
                    Some(meant) => problem.help(format!("did you mean `{meant}`?")),
                    None => problem.help(format!("known keys: {}", list(expected))),
                });
                if let Some(meant) = meant {
                    noted.push((path.clone(), meant.to_owned()));
                }
                path.push(Step::Key(key));
                path
            }
            Mistake::MissingKey(key) => {
                // The key stood there, misspelt or with a mistake of its own.
                let follow_up = noted
                    .iter()
                    .any(|(parent, name)| *parent == path && name == key);
                if !follow_up {
                    report.push(
                        Problem::new(at, format!("`{key}` is missing here"))
                            .help(format!("add `{key}: …`")),
                    );
                }
                path
            }
            Mistake::Value(message, help) => {
                let problem = Problem::new(at, message);
                report.push(match help {
                    Some(help) => problem.help(help),
                    None => problem,
                });
                path
            }
        };
        if gone.is_empty() {
            return None;
        }
        if let Some((Step::Key(key), parent)) = gone.split_last() {
            noted.push((parent.to_vec(), key.clone()));
        }
        tree.remove(&gone);
    }
}

fn list(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// A mistake and the way to its node, last step first.
#[derive(Debug)]
struct Error {
    kind: Mistake,
    span: std::ops::Range<usize>,
    placed: bool,
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
            span: 0..0,
            placed: false,
            path: Vec::new(),
        }
    }

    /// The innermost node that sees the error pass is where it happened.
    fn at(mut self, node: &Node) -> Self {
        if !self.placed {
            self.placed = true;
            self.span = node.span.clone();
        }
        self
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
        let help = match found.as_str() {
            "the text \"yes\"" | "the text \"no\"" | "the text \"on\"" | "the text \"off\"" => {
                Some("write `true` or `false`".into())
            }
            _ => None,
        };
        Self::new(Mistake::Value(
            format!("expected {expected}, found {found}"),
            help,
        ))
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
        }
        .map_err(|error: Error| error.at(self.node))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.kind {
            Kind::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
        .map_err(|error: Error| error.at(self.node))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor
            .visit_newtype_struct(self)
            .map_err(|error: Error| error.at(self.node))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match &self.node.kind {
            Kind::Str(variant) => visitor.visit_enum(IntoDeserializer::<Error>::into_deserializer(
                variant.as_str(),
            )),
            Kind::Map(entries) if entries.len() == 1 => {
                visitor.visit_enum(Variant { entry: &entries[0] })
            }
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
        .map_err(|error: Error| error.at(self.node))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
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

/// `key: value` read as the variant `key` of an enum.
struct Variant<'a> {
    entry: &'a Entry,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let name = seed.deserialize(StrDeserializer::new(&self.entry.key))?;
        Ok((name, self))
    }
}

impl Variant<'_> {
    fn under(&self, error: Error) -> Error {
        error.under(Step::Key(self.entry.key.clone()))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Err(de::Error::custom(format!(
            "`{}` takes no value: write it alone",
            self.entry.key
        )))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(NodeDeserializer {
            node: &self.entry.value,
        })
        .map_err(|error| self.under(error))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Error> {
        NodeDeserializer {
            node: &self.entry.value,
        }
        .deserialize_any(visitor)
        .map_err(|error| self.under(error))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        NodeDeserializer {
            node: &self.entry.value,
        }
        .deserialize_any(visitor)
        .map_err(|error| self.under(error))
    }
}
