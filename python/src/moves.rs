//! Telling Python that the portal has moved.
//!
//! The client notices in the middle of a call, on whatever thread that runs. The hook is called at
//! the end of the call, on the thread that made it.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use bitrix24::process::PerProcess;
use pyo3::{PyTraverseError, PyVisit, exceptions::PyTypeError, prelude::*};

use crate::errors::is_interrupt;

/// Addresses of which the hook has not been told yet.
#[derive(Default)]
struct News(PerProcess<Mutex<Vec<String>>>);

impl News {
    fn add(&self, portal: &str) {
        let mut news = self.0.get().lock().unwrap_or_else(PoisonError::into_inner);
        news.push(portal.to_owned());
    }

    fn take(&self) -> Vec<String> {
        let mut news = self.0.get().lock().unwrap_or_else(PoisonError::into_inner);
        mem::take(&mut news)
    }
}

/// What a client calls when the portal has moved.
pub(crate) struct Hook {
    function: Py<PyAny>,
    news: Arc<News>,
}

impl Hook {
    pub(crate) fn new(function: Bound<'_, PyAny>) -> PyResult<Self> {
        if !function.is_callable() {
            let got = function.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "on_moved: expected a function, got {got}"
            )));
        }
        Ok(Self {
            function: function.unbind(),
            news: Arc::default(),
        })
    }

    pub(crate) fn clone_ref(&self, py: Python<'_>) -> Self {
        Self {
            function: self.function.clone_ref(py),
            news: self.news.clone(),
        }
    }

    /// For the client, on any thread.
    pub(crate) fn ear(&self) -> impl Fn(&str) + Send + Sync + 'static {
        let news = self.news.clone();
        move |portal| news.add(portal)
    }

    /// Calls the function, if there is news. What it raises is nobody's to catch, unless that
    /// interrupts the program: then it is the error.
    pub(crate) fn tell(&self, py: Python<'_>) -> PyResult<()> {
        let mut told = Ok(());
        for portal in self.news.take() {
            match self.function.call1(py, (portal,)) {
                Err(error) if is_interrupt(py, &error) => told = Err(error),
                Err(error) => error.write_unraisable(py, Some(self.function.bind(py))),
                Ok(_) => {}
            }
        }
        told
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.function)
    }
}
