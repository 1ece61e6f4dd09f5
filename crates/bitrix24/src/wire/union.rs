//! Values of one of several types.

use serde::{Deserializer, de::Error};
use serde_json::Value;

use super::{Expected, Found, FromWire, path::shorten, value};

/// Reads a value of one of several types, tried in order.
///
/// A type whose documented JSON form the value has comes first: in `integer | string`, `"5"` is a
/// string. Only if there is none, the lenient forms count.
///
/// ```
/// use bitrix24::wire::{Found, Union};
///
/// #[derive(Debug, PartialEq)]
/// enum Id {
///     Integer(i64),
///     Text(String),
/// }
///
/// let mut json = serde_json::Deserializer::from_str(r#""chat5""#);
/// let id = Union::read(&mut json)?.or(Id::Integer).or(Id::Text).end::<serde_json::Error>()?;
/// assert_eq!(id, Found::Value(Id::Text("chat5".into())));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug)]
pub struct Union<U> {
    value: Value,
    natural: Option<U>,
    lenient: Option<U>,
    /// Why the first type with the right JSON form does not fit after all.
    reason: Option<String>,
    expected: Vec<Expected>,
}

impl<U> Union<U> {
    /// Reads the value.
    pub fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            value: value(deserializer)?,
            natural: None,
            lenient: None,
            reason: None,
            expected: Vec::new(),
        })
    }

    /// Tries a type.
    #[must_use]
    pub fn or<T: FromWire>(mut self, variant: impl FnOnce(T) -> U) -> Self {
        self.expected.push(T::EXPECTED);
        if self.natural.is_some() || self.value.is_null() {
            return self;
        }
        let is_natural = T::EXPECTED.is_natural(&self.value);
        match T::from_wire(&self.value) {
            Ok(value) if is_natural => self.natural = Some(variant(value)),
            Ok(value) if self.lenient.is_none() => self.lenient = Some(variant(value)),
            Err(error) if is_natural && self.reason.is_none() => {
                self.reason = Some(error.to_string());
            }
            _ => {}
        }
        self
    }

    /// The value, in the type that fits best.
    pub fn end<E: Error>(self) -> Result<Found<U>, E> {
        if let Some(value) = self.natural.or(self.lenient) {
            return Ok(Found::Value(value));
        }
        if let Some(reason) = self.reason {
            return Err(E::custom(reason));
        }
        let found = match &self.value {
            Value::Null => return Ok(Found::Nothing("null")),
            Value::Bool(false) => return Ok(Found::Nothing("false")),
            Value::String(text) if text.is_empty() => return Ok(Found::Nothing("\"\"")),
            Value::String(text) => shorten(text),
            Value::Array(_) => Expected::Array.to_string(),
            Value::Object(_) => Expected::Object.to_string(),
            other => other.to_string(),
        };
        let expected: Vec<_> = self.expected.iter().map(ToString::to_string).collect();
        Err(E::custom(format_args!(
            "expected {}, found {found}",
            expected.join(" or ")
        )))
    }
}
