//! Stores of credentials: those of the client for Python, and those of Python for the client.

use std::{
    fmt, mem,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use bitrix24::{
    BoxFuture,
    oauth::{Credential, FileStore, MemoryStore, Saved, StoreError, jobs_under_way},
    process::PerProcess,
};
use pyo3::{
    PyTraverseError, PyVisit,
    exceptions::{PyBaseException, PyTypeError},
    prelude::*,
    types::{PyDict, PyWeakrefMethods, PyWeakrefReference},
};

use crate::{
    classes::{FILE_STORE, MEMORY_STORE, TOKEN_STORE_ERROR},
    credential,
    drivers::Runner,
    gate,
    process::interned,
};

/// A store that is written in Rust.
#[pyclass(frozen, module = "bitrix24._native")]
pub(crate) struct Store(Arc<dyn bitrix24::oauth::Store>);

#[pymethods]
impl Store {
    #[staticmethod]
    #[pyo3(signature = (credential, /))]
    fn memory(credential: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        Ok(Self(Arc::new(match credential::read_some(credential)? {
            Some(credential) => MemoryStore::new(credential),
            None => MemoryStore::default(),
        })))
    }

    #[staticmethod]
    #[pyo3(signature = (path, /))]
    fn file(path: PathBuf) -> Self {
        Self(Arc::new(FileStore::new(path)))
    }

    fn load<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let loaded = Runner::new()?.drive(py, self.0.load())?;
        let loaded = loaded.map_err(|error| failed(py, &error))?;
        loaded.map(|it| credential::make(py, it)).transpose()
    }

    /// `None`: it is saved.
    #[pyo3(signature = (expected, new, /))]
    fn save<'py>(
        &self,
        py: Python<'py>,
        expected: Option<&Bound<'py, PyAny>>,
        new: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let mut expected = credential::read_some(expected)?;
        let new = credential::read(new)?;
        loop {
            let saving = self.0.save(expected.as_ref(), &new);
            let saved = Runner::new()?.drive(py, saving)?;
            match saved.map_err(|error| failed(py, &error))? {
                Saved::Other(Some(other)) => return credential::make(py, other).map(Some),
                // An empty store takes everything.
                Saved::Other(None) if expected.is_some() => expected = None,
                _ => return Ok(None),
            }
        }
    }
}

fn failed(py: Python<'_>, error: &StoreError) -> PyErr {
    let what = format!("the token store failed: {error}");
    TOKEN_STORE_ERROR.error(py, &what, &PyDict::new(py))
}

/// A store that an application was given.
pub(crate) enum Given {
    Ours(Arc<dyn bitrix24::oauth::Store>),
    Python(Arc<PythonStore>),
}

impl Given {
    pub(crate) fn read(store: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = store.py();
        if FILE_STORE.is_type_of(store)? || MEMORY_STORE.is_type_of(store)? {
            let native = store.getattr(interned!(py, "_native"))?;
            return Ok(Self::Ours(native.cast::<Store>()?.get().0.clone()));
        }
        let is_coroutine = py.import("inspect")?.getattr("iscoroutinefunction")?;
        for name in [interned!(py, "load"), interned!(py, "save")] {
            let wrong = match store.getattr_opt(name)? {
                None => "has no",
                Some(method) if is_coroutine.call1((&method,))?.extract()? => "has an asynchronous",
                Some(_) => continue,
            };
            let got = store.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "store: expected a store of tokens, got {got}, which {wrong} {name}()"
            )));
        }
        Ok(Self::Python(Arc::new(PythonStore {
            store: store.clone().unbind(),
            raised: PerProcess::default(),
            is_used: AtomicBool::new(false),
        })))
    }
}

/// A store that is written in Python, called on the thread that renews the token.
///
/// It belongs to one [`OAuth`](crate::oauth::OAuth), for Python's garbage collector: stores often
/// lead back to it. Whatever may call the store holds that, apart from jobs that are under way.
pub(crate) struct PythonStore {
    store: Py<PyAny>,
    raised: PerProcess<Mutex<Raised>>,
    /// Whether it was called by a job that may be under way.
    is_used: AtomicBool,
}

/// What a store raised last.
#[derive(Default)]
enum Raised {
    #[default]
    Nothing,
    Untold(Py<PyBaseException>),
    /// It is the cause of this error, as long as that is there.
    Told(Py<PyWeakrefReference>),
}

impl PythonStore {
    /// For the garbage collector. What it finds on its first round it must find on the second: this
    /// changes in a thread that is attached, except for a job's end, after which there is more.
    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        if self.is_used.load(SeqCst) {
            if jobs_under_way() > 0 {
                // A new token may be on its way to it.
                return Ok(());
            }
            self.is_used.store(false, SeqCst);
        }
        visit.call(&self.store)?;
        match self.raised.get().try_lock().as_deref() {
            Ok(Raised::Untold(raised)) => visit.call(raised),
            Ok(Raised::Told(error)) => visit.call(error),
            _ => Ok(()),
        }
    }

    fn load_in(&self, py: Python<'_>) -> PyResult<Option<Credential>> {
        let loaded = self.store.bind(py).call_method0(interned!(py, "load"))?;
        credential::read_some(Some(&loaded).filter(|loaded| !loaded.is_none()))
    }

    fn save_in(
        &self,
        py: Python<'_>,
        expected: Option<&Credential>,
        new: &Credential,
    ) -> PyResult<Saved> {
        let expected = expected.cloned().map(|it| credential::make(py, it));
        let new = credential::make(py, new.clone())?;
        let store = self.store.bind(py);
        let other = store.call_method1(interned!(py, "save"), (expected.transpose()?, new))?;
        Ok(match other.is_none() {
            true => Saved::Done,
            false => Saved::Other(Some(credential::read(&other)?)),
        })
    }

    /// Calls it, and remembers what it raised: texts of others may hold secrets, so that only the
    /// class is told.
    fn call<T>(&self, call: impl FnOnce(Python<'_>) -> PyResult<T>) -> Result<T, StoreError> {
        let called = gate::attach_for_long(|py| {
            self.is_used.store(true, SeqCst);
            let (outcome, raised) = match call(py) {
                Ok(value) => (Ok(value), Raised::Nothing),
                Err(error) => {
                    let kind = error.get_type(py).fully_qualified_name();
                    let kind = kind.map_or_else(|_| "an error".to_owned(), |it| it.to_string());
                    (
                        Err(StoreError::new(format!("it raised {kind}"))),
                        Raised::Untold(error.into_value(py)),
                    )
                }
            };
            drop(self.remember(raised));
            outcome
        });
        called.unwrap_or_else(|| Err(StoreError::new("the interpreter is shutting down")))
    }

    fn raised(&self) -> MutexGuard<'_, Raised> {
        let raised = self.raised.get().lock();
        raised.unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, raised: Raised) -> Raised {
        mem::replace(&mut self.raised(), raised)
    }

    /// Makes what the store raised the cause of an error that tells of it, and leaves it to that.
    pub(crate) fn explain(&self, py: Python<'_>, error: &PyErr) -> PyResult<()> {
        if !TOKEN_STORE_ERROR.is_type_of(error.value(py))? {
            return Ok(());
        }
        let told = PyWeakrefReference::new(error.value(py))?.unbind();
        let cause = {
            let mut raised = self.raised();
            match &*raised {
                Raised::Nothing => return Ok(()),
                Raised::Untold(cause) => {
                    let cause = cause.clone_ref(py);
                    *raised = Raised::Told(told);
                    Some(PyErr::from_value(cause.into_bound(py).into_any()))
                }
                // Several calls may have waited for the same.
                Raised::Told(first) => {
                    let first = first.clone_ref(py);
                    drop(raised);
                    let first = first.bind(py).upgrade();
                    first.and_then(|first| PyErr::from_value(first).cause(py))
                }
            }
        };
        error.set_cause(py, cause);
        Ok(())
    }
}

impl fmt::Debug for PythonStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PythonStore").finish_non_exhaustive()
    }
}

impl bitrix24::oauth::Store for PythonStore {
    fn load(&self) -> BoxFuture<'_, Result<Option<Credential>, StoreError>> {
        Box::pin(async { self.call(|py| self.load_in(py)) })
    }

    fn save<'a>(
        &'a self,
        expected: Option<&'a Credential>,
        new: &'a Credential,
    ) -> BoxFuture<'a, Result<Saved, StoreError>> {
        Box::pin(async move { self.call(|py| self.save_in(py, expected, new)) })
    }
}
