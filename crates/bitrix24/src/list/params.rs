//! The parameters of a call, to be changed from page to page.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};

/// A JSON object in its order, whose values stay as they were written: some methods go by the
/// order of their parameters.
#[derive(Clone, Default)]
pub(super) struct Params(Vec<(String, Box<RawValue>)>);

impl Params {
    /// Reads the parameters of a call. `None`: they are not an object.
    pub(super) fn read(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }

    pub(super) fn write(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// A parameter; `null` counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<Value> {
        let (_, value) = self.0.iter().rev().find(|(known, _)| known == name)?;
        let value: Value = serde_json::from_str(value.get()).ok()?;
        (!value.is_null()).then_some(value)
    }

    /// A parameter that is an object; PHP's empty one is an array. `Err`: it is something else.
    pub(super) fn object(&self, name: &str) -> Result<Self, ()> {
        let value = self.0.iter().rev().find(|(known, _)| known == name);
        match value.map(|(_, value)| value.get().trim_ascii()) {
            None | Some("null") => Ok(Self::default()),
            Some(json) => Self::read(json.as_bytes()).ok_or(()).or_else(|()| {
                let empty: Vec<Value> = serde_json::from_str(json).map_err(drop)?;
                empty.is_empty().then(Self::default).ok_or(())
            }),
        }
    }

    /// Whether all of them mean the same as a query, which knows neither `null` nor `true`, nor
    /// lists and objects that are empty.
    pub(super) fn survive_a_query(&self) -> bool {
        fn survives(value: &Value) -> bool {
            match value {
                Value::Null | Value::Bool(_) => false,
                Value::Number(_) | Value::String(_) => true,
                Value::Array(items) => !items.is_empty() && items.iter().all(survives),
                Value::Object(fields) => !fields.is_empty() && fields.values().all(survives),
            }
        }
        let mut values = self.0.iter().map(|(_, value)| value.get());
        values.all(|value| serde_json::from_str(value).is_ok_and(|value| survives(&value)))
    }

    /// Sets a parameter in its place, or behind the others.
    pub(super) fn set(&mut self, name: &str, value: &impl Serialize) {
        // Numbers, texts and what was JSON before can be written.
        let Ok(value) = to_raw_value(value) else {
            return;
        };
        match self.0.iter().rposition(|(known, _)| known == name) {
            Some(index) => self.0[index].1 = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    /// The object at the end of a way, empty where it is not there yet.
    pub(super) fn within(&self, way: &[String]) -> Result<Self, ()> {
        way.iter()
            .try_fold(self.clone(), |holder, name| holder.object(name))
    }

    /// Puts an object at the end of a way.
    pub(super) fn put_within(&mut self, way: &[String], inner: Self) {
        match way {
            [] => *self = inner,
            [name, rest @ ..] => {
                let mut holder = self.object(name).unwrap_or_default();
                holder.put_within(rest, inner);
                self.set(name, &holder);
            }
        }
    }
}

impl<'de> Deserialize<'de> for Params {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Params;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Params, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Params(entries))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

impl Serialize for Params {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn after(json: &str, change: impl FnOnce(&mut Params)) -> String {
        let mut params = Params::read(json.as_bytes()).unwrap();
        change(&mut params);
        String::from_utf8(params.write().unwrap()).unwrap()
    }

    #[test]
    fn order_and_numbers_stay() {
        let json = r#"{"z":1.10,"a":18446744073709551616,"m":{"y":1,"b":[]}}"#;
        assert_eq!(after(json, |_| ()), json);
        assert_eq!(
            after(json, |params| params.set("a", &5)),
            r#"{"z":1.10,"a":5,"m":{"y":1,"b":[]}}"#
        );
        assert_eq!(
            after(r#"{"a":1}"#, |params| params.set("b", &json!(2))),
            r#"{"a":1,"b":2}"#
        );
    }

    #[test]
    fn nested_objects() {
        let way = ["PARAMS".to_owned(), "NAV".to_owned()];
        let set = |params: &mut Params| {
            let mut inner = params.within(&way).unwrap();
            inner.set("page", &2);
            params.put_within(&way, inner);
        };
        assert_eq!(after("{}", set), r#"{"PARAMS":{"NAV":{"page":2}}}"#);
        assert_eq!(
            after(r#"{"PARAMS":{"x":1,"NAV":{"size":5}},"y":[]}"#, set),
            r#"{"PARAMS":{"x":1,"NAV":{"size":5,"page":2}},"y":[]}"#
        );
        for empty in [r#"{"f":[]}"#, r#"{"f":null}"#, "{}"] {
            let params = Params::read(empty.as_bytes()).unwrap();
            assert_eq!(params.object("f").unwrap().names().count(), 0);
        }
        for other in [r#"{"f":[1]}"#, r#"{"f":5}"#, r#"{"f":"x"}"#] {
            let params = Params::read(other.as_bytes()).unwrap();
            assert!(params.object("f").is_err());
        }
        assert!(Params::read(b"[]").is_none());
    }
}
