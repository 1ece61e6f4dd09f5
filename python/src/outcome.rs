//! What comes of the client's work, whoever waits for it.

use std::sync::Arc;

use pyo3::prelude::*;

use crate::{moves::Hook, store::PythonStore};

/// A result on its way to Python.
///
/// It holds nothing of Python's: on the way it belongs to threads that are not attached.
pub(crate) trait Outcome: Send + 'static {
    /// Makes what Python gets, or the exception.
    fn give(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>>;
}

/// Python's part of some work, which stays on Python's side until it ends.
#[derive(Default)]
pub(crate) struct Ending {
    /// Is told if the portal has moved meanwhile.
    pub(crate) hook: Option<Hook>,
    /// What a failing store raised is in there.
    pub(crate) store: Option<Arc<PythonStore>>,
    /// Dropped at the end.
    pub(crate) _keep: Option<Box<dyn Send + Sync>>,
}

impl Ending {
    /// Makes what Python gets, or the exception.
    pub(crate) fn give<'py>(
        &self,
        py: Python<'py>,
        outcome: Box<dyn Outcome>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if let Some(hook) = &self.hook {
            hook.tell(py)?;
        }
        outcome.give(py).inspect_err(|error| {
            if let Some(store) = &self.store {
                store.explain(py, error);
            }
        })
    }
}
