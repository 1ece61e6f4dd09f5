//! JSON taken apart one level at a time: what is not looked into stays as it came.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::wire::Name;

/// The fields of an object, in order.
pub(super) struct Object<'a>(pub(super) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(name) = map.next_key_seed(Name)? {
                    fields.push((name, map.next_value()?));
                }
                Ok(Object(fields))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

/// A value whose insides are not looked at yet.
pub(super) enum Value<'a> {
    Object(Vec<(Cow<'a, str>, &'a RawValue)>),
    List(Vec<&'a RawValue>),
    Text(Cow<'a, str>),
    True,
    False,
    Null,
    /// As it is written.
    Number(&'a str),
}

/// Opens one level of a value. `None`: it is not JSON.
pub(super) fn open(raw: &str) -> Option<Value<'_>> {
    let raw = raw.trim_ascii();
    Some(match raw.as_bytes().first()? {
        b'{' => Value::Object(serde_json::from_str::<Object<'_>>(raw).ok()?.0),
        b'[' => Value::List(serde_json::from_str(raw).ok()?),
        b'"' => Value::Text(text(raw)?),
        b't' => Value::True,
        b'f' => Value::False,
        b'n' => Value::Null,
        _ => Value::Number(raw),
    })
}

fn text(raw: &str) -> Option<Cow<'_, str>> {
    let inside = raw.strip_prefix('"')?.strip_suffix('"')?;
    Some(if inside.contains('\\') {
        serde_json::from_str::<String>(raw).ok()?.into()
    } else {
        inside.into()
    })
}

/// Passes over the elements of a list.
pub(super) fn elements<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Vec<&'de RawValue>, A::Error> {
    let mut all = Vec::new();
    while let Some(element) = seq.next_element()? {
        all.push(element);
    }
    Ok(all)
}
