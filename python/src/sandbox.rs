//! A portal in this process, for tests: see `bitrix24.sandbox`.
//!
//! It serves from a thread of its own. Whoever waits for that thread must not be attached to
//! Python, since the functions that answer calls run there, and must not be that thread itself.

use std::{
    io, mem,
    net::IpAddr,
    path::{Path, PathBuf},
    process,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bitrix24_sandbox::Sandbox as Portal;
use pyo3::{
    exceptions::{PyRuntimeError, PyValueError},
    prelude::*,
};

/// What `Facts` of Python consists of.
type Facts = (
    String,
    String,
    String,
    String,
    String,
    String,
    Option<PathBuf>,
);

/// A portal, until it is stopped.
#[pyclass(frozen, module = "bitrix24._native")]
pub(crate) struct Sandbox {
    pid: u32,
    portal: Mutex<Option<Arc<Portal>>>,
}

#[pymethods]
impl Sandbox {
    #[new]
    #[pyo3(signature = (
        port, listen, tls, https_only, intensity, documented, deliver_anywhere, /
    ))]
    #[allow(clippy::too_many_arguments)] // the options are as many
    fn new(
        py: Python<'_>,
        port: u16,
        listen: Option<IpAddr>,
        tls: Option<Vec<String>>,
        https_only: bool,
        intensity: Option<(u32, f64)>,
        documented: bool,
        deliver_anywhere: bool,
    ) -> PyResult<Self> {
        let mut builder = Portal::builder().port(port);
        if let Some(address) = listen {
            builder = builder.listen(address);
        }
        if let Some(names) = tls {
            builder = builder.tls_names(names);
        }
        if https_only {
            builder = builder.https_only();
        }
        if let Some((depth, per_second)) = intensity {
            builder = builder.intensity(depth, per_second);
        }
        if documented {
            builder = builder.documented();
        }
        if deliver_anywhere {
            builder = builder.deliver_anywhere();
        }
        let portal = py.detach(|| builder.start())?;
        Ok(Self {
            pid: process::id(),
            portal: Mutex::new(Some(Arc::new(portal))),
        })
    }

    /// What stays as it is: the address, the webhook, and what an application has.
    fn facts(&self, py: Python<'_>) -> PyResult<Facts> {
        self.with(py, |portal| {
            Ok((
                portal.url().to_owned(),
                portal.webhook_url().to_owned(),
                portal.access_token().to_owned(),
                portal.expired_token().to_owned(),
                portal.client_id().to_owned(),
                portal.client_secret().to_owned(),
                portal.certificate().map(Path::to_owned),
            ))
        })
    }

    fn refresh_token(&self, py: Python<'_>) -> PyResult<String> {
        self.with(py, |portal| Ok(portal.refresh_token()))
    }

    /// Carries out an order. Its parameters and its result are JSON.
    #[pyo3(signature = (name, params, /))]
    fn order(&self, py: Python<'_>, name: &str, params: &str) -> PyResult<String> {
        self.with(py, |portal| {
            let params = serde_json::from_str(params)?;
            Ok(portal.order(name, params)?.to_string())
        })
    }

    fn calls(&self, py: Python<'_>) -> PyResult<Vec<Recorded>> {
        let calls = self.with(py, |portal| Ok(portal.requests()))?;
        Ok(calls.into_iter().map(Recorded).collect())
    }

    /// Stops the portal, unless it is stopped.
    fn stop(&self, py: Python<'_>) {
        let portal = lock(&self.portal).take();
        if self.is_ours() {
            py.detach(|| drop(portal));
        } else {
            mem::forget(portal);
        }
    }
}

impl Sandbox {
    /// Whether this is the process that started the portal, rather than a forked child of it.
    fn is_ours(&self) -> bool {
        self.pid == process::id()
    }

    /// Works with the portal, detached from Python.
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&Portal) -> io::Result<T> + Send,
    ) -> PyResult<T> {
        if !self.is_ours() {
            return Err(PyRuntimeError::new_err(
                "the sandbox belongs to the process that started it",
            ));
        }
        let Some(portal) = lock(&self.portal).clone() else {
            return Err(PyRuntimeError::new_err("the sandbox is stopped"));
        };
        // With its last owner the portal stops, which must be seen to detached as well.
        let done = py.detach(move || work(&portal));
        done.map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => PyValueError::new_err(error.to_string()),
            _ => error.into(),
        })
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        Python::attach(|py| self.stop(py));
    }
}

/// A call that the portal got.
#[pyclass(frozen, module = "bitrix24._native")]
pub(crate) struct Recorded(bitrix24_sandbox::Recorded);

#[pymethods]
impl Recorded {
    #[getter]
    fn method(&self) -> &str {
        self.0.method()
    }

    #[getter]
    fn verb(&self) -> &str {
        self.0.verb()
    }

    #[getter]
    fn path(&self) -> &str {
        self.0.path()
    }

    #[getter]
    fn credential(&self) -> String {
        self.0.credential().to_string()
    }

    /// In JSON.
    #[getter]
    fn parameters(&self) -> PyResult<String> {
        serde_json::to_string(self.0.parameters())
            .map_err(|error| PyRuntimeError::new_err(error.to_string()))
    }

    #[getter]
    fn headers(&self) -> Vec<(String, String)> {
        self.0.headers().to_vec()
    }

    #[getter]
    fn status(&self) -> u16 {
        self.0.status()
    }

    #[getter]
    fn ran(&self) -> bool {
        self.0.ran()
    }

    #[getter]
    fn fault(&self) -> Option<&str> {
        self.0.fault()
    }

    /// A line without secrets.
    fn __str__(&self) -> String {
        self.0.to_string()
    }
}

/// The program `bitrix24-sandbox`. Gives its exit status.
#[pyfunction]
#[pyo3(signature = (args, /))]
pub(crate) fn sandbox_command(py: Python<'_>, args: Vec<String>) -> u8 {
    py.detach(|| bitrix24_sandbox::command(args))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
