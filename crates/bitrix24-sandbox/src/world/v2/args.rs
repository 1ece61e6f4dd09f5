//! Parameters, which the contract has checked, as the values that are meant.

use serde_json::{Map, Value};

/// Parameters, or a part of them.
#[derive(Clone, Copy)]
pub(super) struct Args<'a>(Option<&'a Map<String, Value>>);

impl<'a> Args<'a> {
    pub(super) fn of(params: &'a Map<String, Value>) -> Self {
        Self(Some(params))
    }

    pub(super) fn get(self, name: &str) -> Option<&'a Value> {
        self.0?.get(name)
    }

    /// Those within an object; none where there is no object.
    pub(super) fn within(self, name: &str) -> Self {
        Self(self.get(name).and_then(Value::as_object))
    }

    /// What was given and is not `null`.
    pub(super) fn given(self, name: &str) -> Option<&'a Value> {
        self.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(self, name: &str) -> Option<&'a str> {
        self.get(name)?.as_str()
    }

    pub(super) fn flag(self, name: &str) -> Option<bool> {
        flag(self.get(name)?)
    }

    /// A number; `None` for what is negative.
    pub(super) fn number(self, name: &str) -> Option<u64> {
        number(self.get(name)?)
    }

    /// An id; 0, which nothing has, where there is none.
    pub(super) fn id(self, name: &str) -> u64 {
        self.number(name).unwrap_or_default()
    }

    /// A list of ids.
    pub(super) fn ids(self, name: &str) -> Vec<u64> {
        match self.get(name) {
            Some(Value::Array(ids)) => ids.iter().filter_map(number).collect(),
            Some(Value::Object(ids)) => ids.values().filter_map(number).collect(),
            _ => Vec::new(),
        }
    }
}

pub(super) fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => Some(number.as_f64() != Some(0.0)),
        Value::String(text) => match text.as_str() {
            "Y" | "1" | "true" => Some(true),
            "N" | "0" | "false" | "" => Some(false),
            _ => None,
        },
        _ => None,
    }
}
