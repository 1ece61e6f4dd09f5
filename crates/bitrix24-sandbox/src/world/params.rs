//! Reads parameters whose types the contract has checked.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::contract::text;

/// Parameters of a call, or fields of one of them; `None` where that is not there.
#[derive(Clone, Copy)]
pub(crate) struct Params<'a>(Option<&'a Map<String, Value>>);

impl<'a> Params<'a> {
    pub(crate) fn new(params: &'a Map<String, Value>) -> Self {
        Self(Some(params))
    }

    /// What was given, be it `null`.
    pub(crate) fn raw(self, name: &str) -> Option<&'a Value> {
        self.0?.get(name)
    }

    /// What was given; `null` was not.
    pub(crate) fn value(self, name: &str) -> Option<&'a Value> {
        self.raw(name).filter(|value| !value.is_null())
    }

    pub(crate) fn has(self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// An object's fields.
    pub(crate) fn fields(self, name: &str) -> Option<Self> {
        let fields = self.value(name)?.as_object()?;
        Some(Self::new(fields))
    }

    /// Likewise; there are none where there is no object.
    pub(crate) fn within(self, name: &str) -> Self {
        self.fields(name).unwrap_or(Self(None))
    }

    /// What is text, and nothing else.
    pub(crate) fn str(self, name: &str) -> Option<&'a str> {
        self.raw(name)?.as_str()
    }

    /// Text, a number or a flag as text.
    pub(crate) fn text(self, name: &str) -> Option<Cow<'a, str>> {
        self.value(name).map(text)
    }

    /// Text that says something.
    pub(crate) fn words(self, name: &str) -> Option<Cow<'a, str>> {
        self.text(name).filter(|text| !text.trim().is_empty())
    }

    /// A number; `None` for what is negative.
    pub(crate) fn number(self, name: &str) -> Option<u64> {
        self.raw(name).and_then(number)
    }

    /// An id; 0 and what is below are none.
    pub(crate) fn id(self, name: &str) -> Option<u64> {
        self.raw(name).and_then(id)
    }

    /// Ids in a list, as far as they are any. A list with gaps is an object in forms.
    pub(crate) fn ids(self, name: &str) -> Vec<u64> {
        match self.raw(name) {
            Some(Value::Array(ids)) => ids.iter().filter_map(id).collect(),
            Some(Value::Object(ids)) => ids.values().filter_map(id).collect(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn flag(self, name: &str) -> Option<bool> {
        let value = self.value(name)?;
        Some(matches!(text(value).as_ref(), "true" | "Y" | "1"))
    }
}

/// A number, which may be text.
pub(crate) fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn id(value: &Value) -> Option<u64> {
    number(value).filter(|id| *id > 0)
}
