//! What the portal says of the time of a call.

use bitrix24::Time;
use pyo3::prelude::*;
use serde::de::DeserializeSeed;

use crate::{
    decode::{Scratch, Seed},
    table::{TIME, Type},
};

/// The time of an answer, on its way to Python: few look at it, and to make it costs as much as all
/// the rest of a small answer.
#[pyclass(frozen, module = "bitrix24._native")]
pub(crate) struct LateTime(Time);

#[pymethods]
impl LateTime {
    fn make<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        made(py, &self.0)
    }
}

/// What an answer gets, which makes the rest when somebody asks for it.
pub(crate) fn late(py: Python<'_>, time: Option<Time>) -> PyResult<Option<Bound<'_, LateTime>>> {
    time.map(|time| Bound::new(py, LateTime(time))).transpose()
}

/// The object of Python.
pub(crate) fn made<'py>(py: Python<'py>, time: &Time) -> PyResult<Option<Bound<'py, PyAny>>> {
    static RECORD: Type = Type::Record(TIME);

    let scratch = Scratch::default();
    // What was read a moment ago can be written and read again.
    let value = serde_json::to_value(time).ok();
    let seed = Seed::new(py, &RECORD, &scratch);
    let object = value.and_then(|value| seed.deserialize(value).ok());
    scratch.take().map_or(Ok(object), Err)
}
