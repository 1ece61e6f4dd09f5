//! What comes of the client's work, whoever waits for it.

use pyo3::{PyTraverseError, PyVisit, prelude::*};

use crate::{moves::Hook, oauth::OAuth};

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
    /// What a failing store raised is in there, if that is written in Python.
    pub(crate) oauth: Option<Py<OAuth>>,
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
        outcome.give(py).map_err(|error| {
            let store = self.oauth.as_ref().and_then(|oauth| oauth.get().store());
            let explained = store.map_or(Ok(()), |store| store.explain(py, &error));
            explained.err().unwrap_or(error)
        })
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.oauth)?;
        self.hook.iter().try_for_each(|hook| hook.traverse(visit))
    }
}
