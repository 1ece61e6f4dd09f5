//! What comes of the client's work, whoever waits for it.

use pyo3::prelude::*;

/// A result on its way to Python.
///
/// It holds nothing of Python's: on the way it belongs to threads that are not attached.
pub(crate) trait Outcome: Send + 'static {
    /// Makes what Python gets, or the exception.
    fn give(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>>;
}
