//! Reads parameters whose types the contract has checked.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::contract::text;

/// Parameters of a call, or fields of one of them.
#[derive(Clone, Copy)]
pub(crate) struct Params<'a>(&'a Map<String, Value>);

impl<'a> Params<'a> {
    pub(crate) fn new(params: &'a Map<String, Value>) -> Self {
        Self(params)
    }

    /// What was given; `null` was not.
    pub(crate) fn value(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn has(self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// An object's fields.
    pub(crate) fn fields(self, name: &str) -> Option<Params<'a>> {
        self.value(name)?.as_object().map(Params)
    }

    pub(crate) fn text(self, name: &str) -> Option<Cow<'a, str>> {
        self.value(name).map(text)
    }

    /// Text that says something.
    pub(crate) fn words(self, name: &str) -> Option<Cow<'a, str>> {
        self.text(name).filter(|text| !text.trim().is_empty())
    }

    /// An id; 0 and what is below are none.
    pub(crate) fn id(self, name: &str) -> Option<u64> {
        self.value(name).and_then(id)
    }

    /// Ids in a list, as far as they are any.
    pub(crate) fn ids(self, name: &str) -> Vec<u64> {
        let list = self.value(name).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(id).collect()
    }

    pub(crate) fn flag(self, name: &str) -> Option<bool> {
        let value = self.value(name)?;
        Some(matches!(text(value).as_ref(), "true" | "Y" | "1"))
    }
}

fn id(value: &Value) -> Option<u64> {
    let id = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    id.filter(|id| *id > 0)
}
