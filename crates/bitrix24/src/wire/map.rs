//! Objects whose keys are data.

use std::collections::BTreeMap;

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use super::{Expected, Extra, Found, FromWire, Strict, at, path, scalar::no_scalars};

/// A key of an object: `String` or `i64`.
pub trait MapKey: Ord + Sized {
    /// Reads a key. `None`: not of this type.
    fn from_key(key: String) -> Option<Self>;
    /// The key as text.
    fn to_key(&self) -> String;
}

impl MapKey for String {
    fn from_key(key: String) -> Option<Self> {
        Some(key)
    }

    fn to_key(&self) -> String {
        self.clone()
    }
}

impl MapKey for i64 {
    fn from_key(key: String) -> Option<Self> {
        key.parse().ok()
    }

    fn to_key(&self) -> String {
        self.to_string()
    }
}

/// Keys and values in the order of the body.
pub type Entries<K, V> = Vec<(K, V)>;

/// Reads an object whose keys are data.
pub fn map<'de, D, K, T>(deserializer: D) -> Result<Found<BTreeMap<K, T>>, D::Error>
where
    D: Deserializer<'de>,
    K: MapKey,
    T: FromWire,
{
    Ok(map_with(deserializer, Strict::new())?.map(BTreeMap::from_iter))
}

/// Reads an object whose values are read by a seed; the entries keep their order.
pub fn map_with<'de, D, K, S>(
    deserializer: D,
    seed: S,
) -> Result<Found<Entries<K, S::Value>>, D::Error>
where
    D: Deserializer<'de>,
    K: MapKey,
    S: DeserializeSeed<'de> + Copy,
{
    deserializer.deserialize_any(MapVisitor(seed, std::marker::PhantomData))
}

struct MapVisitor<S, K>(S, std::marker::PhantomData<K>);

impl<'de, S: DeserializeSeed<'de> + Copy, K: MapKey> Visitor<'de> for MapVisitor<S, K> {
    type Value = Found<Entries<K, S::Value>>;

    no_scalars!(Expected::Object);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            let step = path::key(&name);
            let Some(key) = K::from_key(name) else {
                return Err(at(step, A::Error::custom("expected an integer as the key")));
            };
            let value = map
                .next_value_seed(self.0)
                .map_err(|error| at(step, error))?;
            entries.push((key, value));
        }
        Ok(Found::Value(entries))
    }

    /// PHP writes an object as an array if its keys happen to be 0, 1, 2… or if it is empty.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        for index in 0_u64.. {
            let step = format_args!("[{index}]");
            let Some(value) = seq
                .next_element_seed(self.0)
                .map_err(|error| at(step, error))?
            else {
                break;
            };
            // Every key type takes a number.
            entries.extend(K::from_key(index.to_string()).map(|key| (key, value)));
        }
        Ok(Found::Value(entries))
    }
}

impl<K: MapKey, T: FromWire> FromWire for BTreeMap<K, T> {
    const EXPECTED: Expected = Expected::Object;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
        map(deserializer)
    }
}

impl FromWire for Extra {
    const EXPECTED: Expected = Expected::Object;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
        let entries = map_with(deserializer, Strict::<Value>::new())?;
        Ok(entries.map(Extra::from_iter))
    }
}
