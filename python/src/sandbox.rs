//! A portal in this process, for tests: see `bitrix24.sandbox`.
//!
//! It serves from a thread of its own. Whoever waits for that thread must not be attached to
//! Python, since the functions that answer calls run there, and must not be that thread itself.

use std::{
    cell::Cell,
    io, mem,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::UNIX_EPOCH,
};

use bitrix24::process::Process;
use bitrix24_sandbox::{Answer, Failure, Recorded as Call, Sandbox as Portal};
use pyo3::{
    exceptions::{PyRuntimeError, PyValueError},
    prelude::*,
    types::PyBytes,
};
use serde_json::{Map, Value};

use crate::{gate, mailbox};

thread_local! {
    /// Whether this thread is a portal's that runs a function of Python's.
    static ANSWERING: Cell<bool> = const { Cell::new(false) };
}

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
    process: Process,
    portal: Mutex<Option<Arc<Portal>>>,
    raised: Arc<Raised>,
}

/// The first exception of a function that answers, which nobody else can catch.
#[derive(Default)]
struct Raised(Mutex<Option<PyErr>>);

impl Raised {
    fn keep(&self, error: PyErr) {
        lock(&self.0).get_or_insert(error);
    }

    fn throw(&self) -> PyResult<()> {
        let raised = lock(&self.0).take();
        raised.map_or(Ok(()), Err)
    }
}

#[pymethods]
impl Sandbox {
    #[new]
    #[pyo3(signature = (
        port, listen, tls, https_only, intensity, plan, redirect_uri, documented, deliver_anywhere, seed, /
    ))]
    #[allow(clippy::too_many_arguments)] // the options are as many
    fn new(
        py: Python<'_>,
        port: u16,
        listen: Option<IpAddr>,
        tls: Option<Vec<String>>,
        https_only: bool,
        intensity: Option<(u32, f64)>,
        plan: Option<&str>,
        redirect_uri: Option<String>,
        documented: bool,
        deliver_anywhere: bool,
        seed: Option<u64>,
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
        if let Some(plan) = plan {
            builder = builder.plan(plan.parse().map_err(PyValueError::new_err::<String>)?);
        }
        if let Some(address) = redirect_uri {
            builder = builder.redirect_uri(address);
        }
        if documented {
            builder = builder.documented();
        }
        if deliver_anywhere {
            builder = builder.deliver_anywhere();
        }
        if let Some(seed) = seed {
            builder = builder.seed(seed);
        }
        let portal = py.detach(|| builder.start())?;
        Ok(Self {
            process: Process::current(),
            portal: Mutex::new(Some(Arc::new(portal))),
            raised: Arc::default(),
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
            let params = serde_json::from_str(params).map_err(|error| {
                let text = format!("the parameters are not JSON: {error}");
                io::Error::new(io::ErrorKind::InvalidInput, text)
            })?;
            Ok(portal.order(name, params)?.to_string())
        })
    }

    /// Has calls of a method answered by a function of them, which gives the parameters of the
    /// order for answers, in JSON.
    #[pyo3(signature = (method, function, to_anyone, /))]
    fn answer_with(
        &self,
        py: Python<'_>,
        method: &str,
        function: Py<PyAny>,
        to_anyone: bool,
    ) -> PyResult<()> {
        let raised = self.raised.clone();
        let answer = move |call: &Call| {
            let answer = answer(&function, call);
            answer.unwrap_or_else(|error| {
                let kind =
                    gate::attach(|py| error.get_type(py).name().map(|name| name.to_string()));
                raised.keep(error);
                let (method, kind) = (call.method(), kind.and_then(Result::ok));
                // Not what it says, which may be a secret.
                let kind = kind.as_deref().unwrap_or("an exception");
                let text = format!("the function that answers {method} raised {kind}");
                Failure::code("INTERNAL_SERVER_ERROR").text(text).into()
            })
        };
        self.with(py, |portal| {
            match to_anyone {
                true => portal.answer_anyone_with(method, answer),
                false => portal.answer_with(method, answer),
            }
            Ok(())
        })
    }

    /// All calls so far, or those of a method.
    #[pyo3(signature = (method, /))]
    fn calls(&self, py: Python<'_>, method: Option<&str>) -> PyResult<Vec<Recorded>> {
        let calls = self.with(py, |portal| {
            Ok(match method {
                Some(method) => portal.calls(method),
                None => portal.requests(),
            })
        })?;
        Ok(calls.into_iter().map(Recorded).collect())
    }

    /// Stops the portal, unless it is stopped.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        if ANSWERING.get() {
            return Err(PyRuntimeError::new_err(
                "a function that answers cannot stop the sandbox, which waits for it",
            ));
        }
        self.end(py)
    }

    /// Throws what a function that answers has raised.
    fn throw(&self) -> PyResult<()> {
        self.raised.throw()
    }
}

impl Sandbox {
    /// Whether this is the process that started the portal, rather than a forked child of it.
    fn is_ours(&self) -> bool {
        self.process == Process::current()
    }

    /// Stops the portal, unless it is stopped. A function that answers is waited for, until Ctrl-C.
    fn end(&self, py: Python<'_>) -> PyResult<()> {
        let Some(portal) = lock(&self.portal).take() else {
            return Ok(());
        };
        if !self.is_ours() {
            mem::forget(portal);
            return Ok(());
        }
        let (ending, ended) = mpsc::channel::<()>();
        let end = move || {
            drop(portal);
            drop(ending);
        };
        py.detach(|| thread::Builder::new().spawn(end))?;
        if ANSWERING.get() {
            // On the portal's own thread there is nothing to wait for.
            return Ok(());
        }
        let ended = Mutex::new(ended);
        mailbox::finish(py, |step| {
            lock(&ended).recv_timeout(step) != Err(RecvTimeoutError::Timeout)
        })
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
        self.raised.throw()?;
        let done = py.detach(move || {
            let done = work(&portal);
            release(portal);
            done
        });
        done.map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => PyValueError::new_err(error.to_string()),
            _ => error.into(),
        })
    }
}

/// Stops the portal if nobody else has it. The caller must be detached.
fn release(portal: Arc<Portal>) {
    if ANSWERING.get() {
        // This is the thread that would be waited for.
        thread::spawn(move || drop(portal));
    }
}

/// What a function of Python's answers to a call. Runs on the portal's thread.
fn answer(function: &Py<PyAny>, call: &Call) -> PyResult<Answer> {
    let gone = || PyRuntimeError::new_err("the interpreter is shutting down");
    let script = gate::attach(|py| {
        ANSWERING.set(true);
        let script = function.call1(py, (Recorded(call.clone()),));
        let script = script.and_then(|script| script.extract::<String>(py));
        ANSWERING.set(false);
        script
    });
    let script = script.ok_or_else(gone)??;
    let params = serde_json::from_str::<Map<String, Value>>(&script);
    let answer = params.map_err(|error| error.to_string());
    answer
        .and_then(Answer::try_from)
        .map_err(PyValueError::new_err)
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        Python::attach(|py| {
            if let Err(error) = self.end(py) {
                error.write_unraisable(py, None);
            }
        });
    }
}

/// A call that the portal got.
#[pyclass(frozen, module = "bitrix24._native")]
pub(crate) struct Recorded(Call);

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

    /// In bytes, as it was sent.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.body())
    }

    #[getter]
    fn target(&self) -> String {
        self.0.target()
    }

    /// In seconds since 1970.
    #[getter]
    fn time(&self) -> f64 {
        let time = self.0.time().duration_since(UNIX_EPOCH);
        time.unwrap_or_default().as_secs_f64()
    }

    /// In seconds.
    #[getter]
    fn took(&self) -> f64 {
        self.0.took().as_secs_f64()
    }

    #[getter]
    fn connection(&self) -> u64 {
        self.0.connection()
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
