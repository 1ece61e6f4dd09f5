//! Objects whose fields are documented.

use std::borrow::Cow;

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
    ser::SerializeMap,
};

use super::{Expected, Extra, Fields, Found, at, scalar::no_scalars, value};

/// An object whose fields are documented. Generated.
pub trait Record: Default {
    /// The documented fields.
    const FIELDS: &'static [Field];

    /// Reads the field at a position of [`FIELDS`](Record::FIELDS).
    fn set<'de, D: Deserializer<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error>;

    /// Writes the fields.
    fn put<M: SerializeMap>(&self, fields: &mut Fields<M>);

    /// The fields that are not documented.
    fn extra(&mut self) -> &mut Extra;
}

/// A documented field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name on the wire.
    pub wire: &'static str,
    /// Whether an answer without the field is refused.
    pub required: bool,
}

impl Field {
    /// A field that is always there.
    pub const fn required(wire: &'static str) -> Self {
        Self {
            wire,
            required: true,
        }
    }

    /// A field that may be left out.
    pub const fn optional(wire: &'static str) -> Self {
        Self {
            wire,
            required: false,
        }
    }
}

/// What [`fill`] fills: a [`Record`], or an object of another language.
pub trait Slots {
    /// How many documented fields there are.
    fn count(&self) -> usize;
    /// The documented field at a position.
    fn field(&self, index: usize) -> Field;
    /// Reads the field at a position.
    fn set<'de, D: Deserializer<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error>;
    /// Reads a field that is not documented.
    fn set_extra<'de, D: Deserializer<'de>>(
        &mut self,
        name: &str,
        value: D,
    ) -> Result<(), D::Error>;
}

/// Reads a record.
pub fn read_record<'de, D, R>(deserializer: D) -> Result<Found<R>, D::Error>
where
    D: Deserializer<'de>,
    R: Record,
{
    let mut slots = RecordSlots(R::default());
    Ok(fill(deserializer, &mut slots)?.map(|()| slots.0))
}

struct RecordSlots<R>(R);

impl<R: Record> Slots for RecordSlots<R> {
    fn count(&self) -> usize {
        R::FIELDS.len()
    }

    fn field(&self, index: usize) -> Field {
        R::FIELDS[index]
    }

    fn set<'de, D: Deserializer<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        self.0.set(index, value)
    }

    fn set_extra<'de, D: Deserializer<'de>>(
        &mut self,
        name: &str,
        deserializer: D,
    ) -> Result<(), D::Error> {
        let value = value(deserializer)?;
        self.0.extra().insert(name.to_owned(), value);
        Ok(())
    }
}

/// Reads an object field by field. An empty array is an empty object.
pub fn fill<'de, D, T>(deserializer: D, slots: &mut T) -> Result<Found<()>, D::Error>
where
    D: Deserializer<'de>,
    T: Slots,
{
    deserializer.deserialize_any(FieldsVisitor(slots))
}

struct FieldsVisitor<'a, T>(&'a mut T);

impl<'de, T: Slots> Visitor<'de> for FieldsVisitor<'_, T> {
    type Value = Found<()>;

    no_scalars!(Expected::Object);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let slots = self.0;
        let mut seen = Seen::default();
        let mut next = 0;
        while let Some(name) = map.next_key_seed(Name)? {
            let index = find(slots, &name, next);
            if let Some(index) = index {
                seen.mark(index);
                next = index + 1;
            }
            map.next_value_seed(SetField {
                slots,
                index,
                name: &name,
            })
            .map_err(|error| at(format_args!(".{name}"), error))?;
        }
        seen.check(slots)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        if seq.next_element::<serde::de::IgnoredAny>()?.is_some() {
            return Err(A::Error::custom("expected an object, found an array"));
        }
        Seen::default().check(self.0)
    }
}

/// Finds a field by name, beginning where the last one stood: answers keep the documented order.
fn find(slots: &impl Slots, name: &str, from: usize) -> Option<usize> {
    let len = slots.count();
    (from..len)
        .chain(0..from.min(len))
        .find(|&index| slots.field(index).wire == name)
}

/// A field's name, borrowed from the body if nothing in it is escaped.
pub(crate) struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(name.into())
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(name.to_owned().into())
    }

    fn visit_string<E>(self, name: String) -> Result<Self::Value, E> {
        Ok(name.into())
    }
}

struct SetField<'a, T> {
    slots: &'a mut T,
    index: Option<usize>,
    name: &'a str,
}

impl<'de, T: Slots> DeserializeSeed<'de> for SetField<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.index {
            Some(index) => self.slots.set(index, deserializer),
            None => self.slots.set_extra(self.name, deserializer),
        }
    }
}

/// Which fields an object had.
#[derive(Default)]
struct Seen {
    first: u64,
    /// Few records have more than 64 fields.
    more: Vec<u64>,
}

impl Seen {
    fn mark(&mut self, index: usize) {
        let bit = 1 << (index % 64);
        match (index / 64).checked_sub(1) {
            None => self.first |= bit,
            Some(word) => {
                if self.more.len() <= word {
                    self.more.resize(word + 1, 0);
                }
                self.more[word] |= bit;
            }
        }
    }

    fn has(&self, index: usize) -> bool {
        let word = match (index / 64).checked_sub(1) {
            None => self.first,
            Some(word) => self.more.get(word).copied().unwrap_or_default(),
        };
        word & (1 << (index % 64)) != 0
    }

    fn check<E: Error>(&self, slots: &impl Slots) -> Result<Found<()>, E> {
        let missing =
            (0..slots.count()).find(|&index| slots.field(index).required && !self.has(index));
        match missing {
            Some(index) => {
                let field = slots.field(index).wire;
                Err(E::custom(format_args!(".{field}: missing")))
            }
            None => Ok(Found::Value(())),
        }
    }
}
