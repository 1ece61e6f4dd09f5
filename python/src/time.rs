//! What the portal says of the time of a call.

use std::borrow::Cow;

use bitrix24::Time;
use pyo3::prelude::*;
use serde::{Deserializer, de::DeserializeSeed};

use crate::{
    decode::{Scratch, Seed},
    table::{TIME, Type},
};

/// The time of an answer, on its way to Python: few look at it, and to make it costs as much as all
/// the rest of a small answer.
#[pyclass(frozen, module = "bitrix24._native")]
pub(crate) struct LateTime(Box<str>);

#[pymethods]
impl LateTime {
    fn make<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        read(py, &mut serde_json::Deserializer::from_str(&self.0))
    }
}

/// What an answer gets, which makes the rest when somebody asks for it.
pub(crate) fn late<'py>(
    py: Python<'py>,
    time: Option<Cow<'_, str>>,
) -> PyResult<Option<Bound<'py, LateTime>>> {
    time.map(|time| Bound::new(py, LateTime(time.into())))
        .transpose()
}

/// The object of Python.
pub(crate) fn made<'py>(py: Python<'py>, time: &Time) -> PyResult<Option<Bound<'py, PyAny>>> {
    // What was read a moment ago can be written and read again.
    match serde_json::to_value(time) {
        Ok(time) => read(py, time),
        Err(_) => Ok(None),
    }
}

/// A time that cannot be read counts as absent.
fn read<'de, 'py>(
    py: Python<'py>,
    time: impl Deserializer<'de>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    static RECORD: Type = Type::Record(TIME);

    let scratch = Scratch::default();
    let object = Seed::new(py, &RECORD, &scratch).deserialize(time).ok();
    scratch.take().map_or(Ok(object), Err)
}
