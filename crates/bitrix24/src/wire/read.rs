//! The trait of everything that can be read from an answer.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny},
};
use serde_json::Value;

/// A type that can be read from an answer, leniently. The module says how.
///
/// Only [`read`](FromWire::read) is written per type; callers use the other two.
pub trait FromWire: Sized {
    /// What messages call the type.
    const EXPECTED: Expected;

    /// Reads a value, and tells "nothing" apart from a value that cannot be read.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error>;

    /// Reads a value that must be there.
    fn from_wire<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer)?.required(Self::EXPECTED)
    }

    /// Reads a value that may be absent.
    fn from_wire_opt<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Self::read(deserializer).map(Found::value)
    }
}

/// What stood in the place of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<T> {
    /// The value.
    Value(T),
    /// One of PHP's ways to say that there is none, as it was written.
    Nothing(&'static str),
}

impl<T> Found<T> {
    /// The value, if there is one.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Nothing(_) => None,
        }
    }

    /// The value, which must be there.
    pub fn required<E: Error>(self, expected: Expected) -> Result<T, E> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Nothing(what) => {
                Err(E::custom(format_args!("expected {expected}, found {what}")))
            }
        }
    }

    /// Changes the value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Found<U> {
        match self {
            Self::Value(value) => Found::Value(change(value)),
            Self::Nothing(what) => Found::Nothing(what),
        }
    }
}

/// The kinds of values, as messages name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expected {
    /// `an integer`
    Integer,
    /// `a number`
    Number,
    /// `a boolean`
    Boolean,
    /// `a string`
    Text,
    /// `a date`
    Date,
    /// `a date with time and offset`
    DateTime,
    /// `an array`
    Array,
    /// `an object`
    Object,
    /// `a value`
    Any,
}

impl Expected {
    /// Whether the JSON type of a value is the one that the documentation promises for this kind.
    pub fn is_natural(self, value: &Value) -> bool {
        match self {
            Self::Integer | Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Text | Self::Date | Self::DateTime => value.is_string(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
            Self::Any => true,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Text => "a string",
            Self::Date => "a date",
            Self::DateTime => "a date with time and offset",
            Self::Array => "an array",
            Self::Object => "an object",
            Self::Any => "a value",
        })
    }
}

impl<T: FromWire> FromWire for Option<T> {
    const EXPECTED: Expected = T::EXPECTED;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
        T::from_wire_opt(deserializer).map(Found::Value)
    }
}

/// Reads a value into a field.
pub fn into<'de, D: Deserializer<'de>, T: FromWire>(
    field: &mut T,
    deserializer: D,
) -> Result<(), D::Error> {
    *field = T::from_wire(deserializer)?;
    Ok(())
}

/// Reads a value and forgets it.
pub fn skip<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    deserializer.deserialize_ignored_any(IgnoredAny).map(drop)
}

/// [`FromWire::from_wire`] as a seed.
#[derive(Debug)]
pub struct Strict<T>(PhantomData<T>);

impl<T> Strict<T> {
    /// The seed.
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Default for Strict<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Strict<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Strict<T> {}

impl<'de, T: FromWire> DeserializeSeed<'de> for Strict<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::from_wire(deserializer)
    }
}
