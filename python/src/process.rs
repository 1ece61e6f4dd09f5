//! Fork: what belongs to one process only.

use std::{
    mem,
    sync::{Mutex, OnceLock, PoisonError},
};

use bitrix24::process::{Process, forked};
use pyo3::{
    exceptions::PyImportError,
    prelude::*,
    types::{IntoPyDict, PyString},
};

/// A value of the current process. A forked child leaks its parent's, since the threads and
/// connections behind it are not the child's, and begins with a new one.
///
/// The lock is only ever taken by a thread that is attached to Python, and never across anything
/// that could detach it. So nobody holds it at the moment of a fork.
pub(crate) struct PerProcess<T>(Mutex<Owned<T>>);

struct Owned<T> {
    owner: Option<Process>,
    value: Option<T>,
}

impl<T: Default> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Owned {
            owner: None,
            value: None,
        }))
    }

    /// Works with the value. `work` must not call Python.
    pub(crate) fn with<R>(&self, attached: Python<'_>, work: impl FnOnce(&mut T) -> R) -> R {
        self.with_in(attached, Process::current(), work)
    }

    /// [`with`](Self::with) if the current process is known.
    pub(crate) fn with_in<R>(
        &self,
        _attached: Python<'_>,
        current: Process,
        work: impl FnOnce(&mut T) -> R,
    ) -> R {
        let mut owned = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if owned.owner != Some(current) {
            mem::forget(owned.value.take());
            owned.owner = Some(current);
        }
        work(owned.value.get_or_insert_default())
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        if self.owner != Some(Process::current()) {
            mem::forget(self.value.take());
        }
    }
}

/// A value that is made once, whichever thread comes first, and stays.
///
/// Unlike [`PyOnceLock`](pyo3::sync::PyOnceLock) it makes nobody wait: making the value may call
/// Python and so let another thread fork, and the child would wait for a thread that it has not.
pub(crate) struct Once<T>(OnceLock<T>);

impl<T> Once<T> {
    pub(crate) const fn new() -> Self {
        Self(OnceLock::new())
    }

    pub(crate) fn get_or_try(&self, make: impl FnOnce() -> PyResult<T>) -> PyResult<&T> {
        if let Some(value) = self.0.get() {
            return Ok(value);
        }
        let value = make()?;
        Ok(self.0.get_or_init(|| value))
    }
}

/// The text of a Python string that is made once: see [`interned`].
pub(crate) struct Interned(&'static str, OnceLock<Py<PyString>>);

impl Interned {
    pub(crate) const fn new(text: &'static str) -> Self {
        Self(text, OnceLock::new())
    }

    pub(crate) fn get<'py>(&self, py: Python<'py>) -> &Bound<'py, PyString> {
        if let Some(found) = self.1.get() {
            return found.bind(py);
        }
        let made = PyString::intern(py, self.0).unbind();
        self.1.get_or_init(|| made).bind(py)
    }
}

/// Like [`pyo3::intern`], which detaches from Python while it waits: see [`Once`].
macro_rules! interned {
    ($py:expr, $text:literal) => {{
        static TEXT: $crate::process::Interned = $crate::process::Interned::new($text);
        TEXT.get($py)
    }};
}
pub(crate) use interned;

/// Has Python tell each forked child that it is one.
pub(crate) fn watch_forks(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    // Where there is no such function, nobody forks.
    let Some(register) = py.import("os")?.getattr_opt("register_at_fork")? else {
        return Ok(());
    };
    let in_child = [("after_in_child", wrap_pyfunction!(in_child, module)?)];
    register.call((), Some(&in_child.into_py_dict(py)?))?;
    Ok(())
}

#[pyfunction]
fn in_child() {
    forked();
}

/// What is made once here belongs to one interpreter, and ends with it.
pub(crate) fn refuse_subinterpreters(py: Python<'_>) -> PyResult<()> {
    let is_main = match py.import("_thread")?.getattr_opt("_is_main_interpreter")? {
        Some(is_main) => is_main.call0()?.extract()?,
        // Before Python 3.12.
        None => match py.import("_xxsubinterpreters") {
            Ok(all) => all
                .call_method0("get_current")?
                .eq(all.call_method0("get_main")?)?,
            Err(_) => true,
        },
    };
    match is_main {
        true => Ok(()),
        false => Err(PyImportError::new_err(
            "bitrix24 works in the main interpreter of a process only, not in a subinterpreter \
             (mod_wsgi: WSGIApplicationGroup %{GLOBAL})",
        )),
    }
}
