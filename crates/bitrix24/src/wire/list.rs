//! Arrays.

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};

use super::{Expected, Found, FromWire, Strict, at, scalar::no_scalars};

/// Reads an array.
pub fn list<'de, D, T>(deserializer: D) -> Result<Found<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: FromWire,
{
    list_with(deserializer, Strict::new())
}

/// Reads an array whose items are read by a seed.
pub fn list_with<'de, D, S>(deserializer: D, seed: S) -> Result<Found<Vec<S::Value>>, D::Error>
where
    D: Deserializer<'de>,
    S: DeserializeSeed<'de> + Copy,
{
    deserializer.deserialize_any(ListVisitor(seed))
}

struct ListVisitor<S>(S);

impl<'de, S: DeserializeSeed<'de> + Copy> Visitor<'de> for ListVisitor<S> {
    type Value = Found<Vec<S::Value>>;

    no_scalars!(Expected::Array);

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq
            .next_element_seed(self.0)
            .map_err(|error| at(format_args!("[{}]", items.len()), error))?
        {
            items.push(item);
        }
        Ok(Found::Value(items))
    }

    /// A list with gaps: PHP writes the keys as soon as they are not 0, 1, 2…
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if key.parse::<i64>().is_err() {
                return Err(A::Error::custom("expected an array, found an object"));
            }
            let item = map
                .next_value_seed(self.0)
                .map_err(|error| at(format_args!("[{key}]"), error))?;
            items.push(item);
        }
        Ok(Found::Value(items))
    }
}

impl<T: FromWire> FromWire for Vec<T> {
    const EXPECTED: Expected = Expected::Array;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
        list(deserializer)
    }
}
