//! Values of any type.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{Expected, Found, FromWire};

/// Reads any value.
pub fn value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    Value::deserialize(deserializer)
}

impl FromWire for Value {
    const EXPECTED: Expected = Expected::Any;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
        Ok(match value(deserializer)? {
            Value::Null => Found::Nothing("null"),
            value => Found::Value(value),
        })
    }

    /// Where any value may stand, `null` is one.
    fn from_wire<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        value(deserializer)
    }
}

/// The items of an array of any values; of an object, as which PHP writes one with gaps, the values.
#[allow(dead_code)] // few lists are described as anything
pub(crate) fn items(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        Value::Object(items) => items.into_iter().map(|(_, value)| value).collect(),
        _ => Vec::new(),
    }
}
