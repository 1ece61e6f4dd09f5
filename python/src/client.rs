//! The client as Python's classes hold it.

use std::{
    mem,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use bitrix24::process::Process;
use pyo3::{PyTraverseError, PyVisit, exceptions::PyTypeError, prelude::*, types::PyTuple};

use crate::{
    batch::Batch,
    classes::{REQUEST, REQUEST_ERROR},
    drivers::{Driver, Idle, Runner},
    encode::Earlier,
    errors, logs, mailbox,
    moves::Hook,
    oauth::OAuth,
    outcome::{Ending, Outcome},
    pages::Pages,
    process::{PerProcess, interned},
    request::{Request, Timeout},
    settings::{Options, Settings, config, given, reveal},
    table::TIME,
};

/// A portal, the right to call it, and the connections to it.
#[pyclass(frozen, module = "bitrix24._native")]
pub(crate) struct Client {
    shared: Arc<Shared>,
    options: Options,
    /// Each copy holds its own reference, or the garbage collector would miscount.
    hook: Option<Hook>,
    /// The application, if it has a store that is written in Python.
    oauth: Option<Py<OAuth>>,
}

/// What all copies of a client share.
struct Shared {
    /// Never sends anything itself, so that it has no connections that a fork would share.
    settings: bitrix24::Client,
    /// For synchronous calls.
    idle: Arc<Idle>,
    /// For asynchronous calls, on the runtime of the process.
    running: PerProcess<Option<bitrix24::Client>>,
    closed: AtomicBool,
    host: String,
}

impl Client {
    fn new(
        py: Python<'_>,
        settings: &Settings,
        made: Result<bitrix24::Client, bitrix24::ConfigError>,
    ) -> PyResult<Self> {
        // Every call uses these modules. To import them while another thread forks would leave the
        // child waiting for the end of the import.
        TIME.resolve(py)?;
        py.import(interned!(py, "threading"))?;
        let _ = py.import(interned!(py, "resource"));
        let client = made.map_err(|error| config(py, &error))?;
        let portal = client.portal();
        Ok(Self {
            shared: Arc::new(Shared {
                host: portal.map_or_else(|| "a stored credential".to_owned(), |it| host(&it)),
                settings: client,
                idle: Idle::new(),
                running: PerProcess::new(),
                closed: AtomicBool::new(false),
            }),
            options: Options::default(),
            hook: settings.hook(py),
            oauth: None,
        })
    }

    fn named(
        &self,
        name: &Bound<'_, PyAny>,
        params: &Bound<'_, PyAny>,
        rest: &str,
        timeout: Timeout<'_, '_>,
        earlier: Option<Earlier<'_>>,
    ) -> PyResult<Request> {
        let name = reveal("name", name)?;
        let shown = self.shared.settings.scrub(&name);
        Request::named(name, &shown, params, rest, timeout, earlier)
    }

    /// What an object of the class `Request` describes.
    pub(crate) fn described(
        &self,
        request: &Bound<'_, PyAny>,
        timeout: Timeout<'_, '_>,
        earlier: Option<Earlier<'_>>,
    ) -> PyResult<Request> {
        let py = request.py();
        if !REQUEST.is_type_of(request)? {
            let got = request.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "expected a request, got {got}"
            )));
        }
        let target = request.getattr(interned!(py, "_target"))?;
        let values = request.getattr(interned!(py, "_values"))?;
        let rest: Option<String> = request.getattr(interned!(py, "_rest"))?.extract()?;
        match rest {
            Some(rest) => self.named(&target, &values, &rest, timeout, earlier),
            None => {
                let key: String = target.extract()?;
                Request::described(&key, values.cast()?, timeout, earlier)
            }
        }
    }

    fn check_open(&self, py: Python<'_>, method: &str) -> PyResult<()> {
        logs::look_up(py)?;
        if self.shared.closed.load(Relaxed) {
            let what = "the client is closed";
            let method = self.shared.settings.scrub(method);
            return Err(errors::not_sent(py, &REQUEST_ERROR, &method, what));
        }
        Ok(())
    }

    /// Does something with connections for synchronous calls, and waits for it.
    pub(crate) fn wait<'py, T, F>(
        &self,
        py: Python<'py>,
        method: &str,
        work: impl FnOnce(bitrix24::Client) -> F,
    ) -> PyResult<Bound<'py, PyAny>>
    where
        T: Outcome,
        F: Future<Output = T> + Send,
    {
        self.check_open(py, method)?;
        let shared = &self.shared;
        let process = Process::current();
        let driver = match shared.idle.take(py, process) {
            Some(driver) => driver,
            None => {
                shared.idle.make_room(py);
                Driver::new(py, &shared.settings)?
            }
        };
        let outcome = driver.drive(py, |client| work(self.options.apply(client)));
        // If it ended well, no signal handler has forked.
        if outcome.is_ok() || driver.is_ours() {
            shared.put_back(py, process, driver);
        } else {
            mem::forget(driver);
        }
        self.ending(py, None).give(py, Box::new(outcome?))
    }

    /// Does something with connections for asynchronous calls. The running event loop gets a future
    /// of what comes of it; `keep` is dropped when that is done or cancelled.
    pub(crate) fn spawn<'py, T, F>(
        &self,
        py: Python<'py>,
        method: &str,
        keep: Option<Box<dyn Send + Sync>>,
        work: impl FnOnce(bitrix24::Client) -> F,
    ) -> PyResult<Bound<'py, PyAny>>
    where
        T: Outcome,
        F: Future<Output = T> + Send + 'static,
    {
        self.check_open(py, method)?;
        let shared = &self.shared;
        let process = Process::current();
        let client = shared.running.with_in(py, process, |running| {
            if running.is_none() {
                *running = Some(shared.settings.with_own_connections()?);
            }
            Ok(running.clone())
        });
        let client = client.map_err(|error| config(py, &error))?;
        let client = client.unwrap_or_else(|| shared.settings.clone());
        let work = work(self.options.apply(client));
        mailbox::spawn(py, process, self.ending(py, keep), work)
    }

    fn ending(&self, py: Python<'_>, keep: Option<Box<dyn Send + Sync>>) -> Ending {
        Ending {
            hook: self.hook.as_ref().map(|hook| hook.clone_ref(py)),
            oauth: self.oauth.as_ref().map(|oauth| oauth.clone_ref(py)),
            _keep: keep,
        }
    }

    /// A client that sends nothing, for what is described before it is sent.
    pub(crate) fn template(&self) -> &bitrix24::Client {
        &self.shared.settings
    }

    fn wait_for<'py>(&self, py: Python<'py>, request: Request) -> PyResult<Bound<'py, PyAny>> {
        let target = request.target.clone();
        self.wait(py, target.name(), |client| request.send(client))
    }

    fn await_for<'py>(&self, py: Python<'py>, request: Request) -> PyResult<Bound<'py, PyAny>> {
        let target = request.target.clone();
        self.spawn(py, target.name(), None, |client| request.send(client))
    }
}

impl Shared {
    fn put_back(&self, py: Python<'_>, current: Process, driver: Driver) {
        drop(match self.closed.load(Relaxed) {
            true => Some(driver),
            false => self.idle.keep(py, current, driver),
        });
    }
}

#[pymethods]
impl Client {
    #[staticmethod]
    #[pyo3(signature = (url, settings, /))]
    fn webhook(url: &Bound<'_, PyAny>, settings: &Settings) -> PyResult<Self> {
        let address = reveal("url", url)?;
        let made = settings.builder().webhook(&address);
        Self::new(url.py(), settings, made)
    }

    #[staticmethod]
    #[pyo3(signature = (portal, access_token, settings, /))]
    fn token(
        portal: &Bound<'_, PyAny>,
        access_token: &Bound<'_, PyAny>,
        settings: &Settings,
    ) -> PyResult<Self> {
        let address = reveal("portal", portal)?;
        let token = reveal("access_token", access_token)?;
        let made = settings.builder().token(&address, token);
        Self::new(portal.py(), settings, made)
    }

    #[staticmethod]
    #[pyo3(signature = (oauth, settings, /))]
    fn oauth(oauth: &Bound<'_, PyAny>, settings: &Settings) -> PyResult<Self> {
        let py = oauth.py();
        let oauth = OAuth::of(oauth)?;
        let made = settings.builder().oauth(oauth.get().inner());
        Ok(Self {
            oauth: oauth.get().store().map(|_| oauth.clone().unbind()),
            ..Self::new(py, settings, made)?
        })
    }

    /// The portal, for people.
    #[getter]
    fn host(&self) -> String {
        self.shared.host.clone()
    }

    /// The address of the portal, wherever it is now. `None`: only the store knows it.
    #[getter]
    fn portal(&self) -> Option<String> {
        self.shared.settings.portal()
    }

    #[pyo3(signature = (timeout, retries, repeatable, /))]
    fn with_options(
        &self,
        py: Python<'_>,
        timeout: &Bound<'_, PyAny>,
        retries: &Bound<'_, PyAny>,
        repeatable: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        Ok(Self {
            options: self.options.with(timeout, retries, repeatable)?,
            shared: self.shared.clone(),
            hook: self.hook.as_ref().map(|hook| hook.clone_ref(py)),
            oauth: self.oauth.as_ref().map(|oauth| oauth.clone_ref(py)),
        })
    }

    /// In the order of the fields of `Stats`.
    fn stats(&self) -> (u64, u64, u64, u64, f64, u64, u64, u64) {
        let stats = self.shared.settings.stats();
        (
            stats.calls,
            stats.requests,
            stats.retries,
            stats.waits,
            stats.waited.as_secs_f64(),
            stats.refreshes,
            stats.moves,
            stats.in_flight,
        )
    }

    #[pyo3(signature = (method, /))]
    fn expected_wait(&self, py: Python<'_>, method: &str) -> PyResult<f64> {
        let wait = self.shared.settings.expected_wait(method);
        Ok(Runner::new()?.drive(py, wait)?.as_secs_f64())
    }

    #[pyo3(signature = (key, values, timeout, /))]
    fn call<'py>(
        &self,
        key: &str,
        values: &Bound<'py, PyTuple>,
        timeout: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let request = Request::described(key, values, timeout, None)?;
        self.wait_for(values.py(), request)
    }

    #[pyo3(signature = (key, values, timeout, /))]
    fn call_async<'py>(
        &self,
        key: &str,
        values: &Bound<'py, PyTuple>,
        timeout: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let request = Request::described(key, values, timeout, None)?;
        self.await_for(values.py(), request)
    }

    #[pyo3(signature = (name, params, rest, timeout, /))]
    fn call_by_name<'py>(
        &self,
        name: &Bound<'py, PyAny>,
        params: &Bound<'py, PyAny>,
        rest: &str,
        timeout: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let request = self.named(name, params, rest, timeout, None)?;
        self.wait_for(params.py(), request)
    }

    #[pyo3(signature = (name, params, rest, timeout, /))]
    fn call_by_name_async<'py>(
        &self,
        name: &Bound<'py, PyAny>,
        params: &Bound<'py, PyAny>,
        rest: &str,
        timeout: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let request = self.named(name, params, rest, timeout, None)?;
        self.await_for(params.py(), request)
    }

    #[pyo3(signature = (request, timeout, /))]
    fn send<'py>(
        &self,
        request: &Bound<'py, PyAny>,
        timeout: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.wait_for(request.py(), self.described(request, timeout, None)?)
    }

    #[pyo3(signature = (request, timeout, /))]
    fn send_async<'py>(
        &self,
        request: &Bound<'py, PyAny>,
        timeout: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.await_for(request.py(), self.described(request, timeout, None)?)
    }

    #[pyo3(signature = (requests, halt, timeout, /))]
    fn batch<'py>(
        &self,
        requests: &Bound<'py, PyTuple>,
        halt: bool,
        timeout: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let batch = Batch::of(self, requests, halt, timeout)?;
        self.wait(requests.py(), "batch", |client| batch.send(client))
    }

    #[pyo3(signature = (requests, halt, timeout, /))]
    fn batch_async<'py>(
        &self,
        requests: &Bound<'py, PyTuple>,
        halt: bool,
        timeout: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let batch = Batch::of(self, requests, halt, timeout)?;
        self.spawn(requests.py(), "batch", None, |client| batch.send(client))
    }

    #[pyo3(signature = (request, keyed, batched, resume, /))]
    fn pages(
        this: &Bound<'_, Self>,
        request: &Bound<'_, PyAny>,
        keyed: bool,
        batched: bool,
        resume: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Pages> {
        let cursor = |resume| given("resume", "the cursor of a list, a str", resume);
        let resume: Option<String> = resume.map(cursor).transpose()?;
        Pages::of(this, request, keyed, batched, resume.as_deref())
    }

    fn close(&self, py: Python<'_>) {
        self.shared.closed.store(true, Relaxed);
        drop(self.shared.idle.take_all(py));
        drop(self.shared.running.with(py, Option::take));
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.oauth)?;
        self.hook.iter().try_for_each(|hook| hook.traverse(&visit))
    }
}

/// The host of a portal's address, and its port. The address is the client's own: what somebody gave
/// may be written otherwise, with the secret in an unexpected place.
fn host(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default().to_owned()
}
