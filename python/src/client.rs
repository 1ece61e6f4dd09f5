//! The client as Python's classes hold it.

use std::{
    mem,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    types::{PyBytes, PyString, PyTuple},
};

use crate::{
    classes::{CONFIG_ERROR, REQUEST, REQUEST_ERROR, SECRET},
    drivers::Driver,
    errors, logs, mailbox,
    process::{PerProcess, interned},
    request::{Request, duration},
    table::TIME,
};

/// Drivers that a client keeps for later calls. More than that only ever run at once.
const IDLE_DRIVERS: usize = 64;

/// A portal, the right to call it, and the connections to it.
#[pyclass(frozen, module = "bitrix24._native")]
pub(crate) struct Client {
    /// Never sends anything itself, so that it has no connections that a fork would share.
    settings: bitrix24::Client,
    /// For synchronous calls: the last one back is the first to be used again.
    idle: PerProcess<Vec<Driver>>,
    /// For asynchronous calls, on the runtime of the process.
    shared: PerProcess<Option<bitrix24::Client>>,
    closed: AtomicBool,
    host: String,
}

impl Client {
    fn new(
        py: Python<'_>,
        address: &str,
        made: Result<bitrix24::Client, bitrix24::ConfigError>,
    ) -> PyResult<Self> {
        // Every call uses these modules. To import them while another thread forks would leave the
        // child waiting for the end of the import.
        TIME.resolve(py)?;
        py.import(interned!(py, "threading"))?;
        let settings = made.map_err(|error| errors::config(py, &error))?;
        Ok(Self {
            host: host(address),
            settings,
            idle: PerProcess::new(),
            shared: PerProcess::new(),
            closed: AtomicBool::new(false),
        })
    }

    fn named(
        &self,
        name: &Bound<'_, PyAny>,
        params: &Bound<'_, PyAny>,
        rest: &str,
        timeout: Option<f64>,
    ) -> PyResult<Request> {
        let name = reveal("name", name)?;
        let shown = self.settings.scrub(&name);
        Request::named(name, &shown, params, rest, timeout)
    }

    /// What an object of the class `Request` describes.
    fn described(&self, request: &Bound<'_, PyAny>, timeout: Option<f64>) -> PyResult<Request> {
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
            Some(rest) => self.named(&target, &values, &rest, timeout),
            None => {
                let key: String = target.extract()?;
                Request::described(&key, values.cast()?, timeout)
            }
        }
    }

    fn check_open(&self, py: Python<'_>, request: &Request) -> PyResult<()> {
        logs::look_up(py)?;
        if self.closed.load(Relaxed) {
            let what = "the client is closed";
            return Err(errors::not_sent(
                py,
                &REQUEST_ERROR,
                &self.settings.scrub(request.target.name()),
                what,
            ));
        }
        Ok(())
    }

    fn wait<'py>(&self, py: Python<'py>, request: Request) -> PyResult<Bound<'py, PyAny>> {
        self.check_open(py, &request)?;
        let target = request.target.clone();
        let driver = match self.idle.with(py, Vec::pop) {
            Some(driver) => driver,
            None => Driver::new(py, &self.settings)?,
        };
        let outcome = driver.drive(py, |client| request.send(client));
        if driver.is_ours() {
            self.put_back(py, driver);
        } else {
            mem::forget(driver);
        }
        target.answer(py, outcome?)
    }

    fn put_back(&self, py: Python<'_>, driver: Driver) {
        let surplus = self.idle.with(py, |idle| {
            if idle.len() == IDLE_DRIVERS || self.closed.load(Relaxed) {
                return Some(driver);
            }
            idle.push(driver);
            None
        });
        drop(surplus);
    }

    fn spawn<'py>(&self, py: Python<'py>, request: Request) -> PyResult<Bound<'py, PyAny>> {
        self.check_open(py, &request)?;
        let client = self.shared.with(py, |shared| {
            if shared.is_none() {
                *shared = Some(self.settings.with_own_connections()?);
            }
            Ok(shared.clone())
        });
        let client = client.map_err(|error| errors::config(py, &error))?;
        let client = client.unwrap_or_else(|| self.settings.clone());
        mailbox::spawn(py, client, request)
    }
}

#[pymethods]
impl Client {
    #[staticmethod]
    #[pyo3(signature = (url, settings, /))]
    fn webhook(url: &Bound<'_, PyAny>, settings: &Settings) -> PyResult<Self> {
        let address = reveal("url", url)?;
        Self::new(url.py(), &address, settings.builder().webhook(&address))
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
        Self::new(
            portal.py(),
            &address,
            settings.builder().token(&address, token),
        )
    }

    /// The portal, for people.
    #[getter]
    fn host(&self) -> String {
        self.host.clone()
    }

    #[pyo3(signature = (key, values, timeout, /))]
    fn call<'py>(
        &self,
        key: &str,
        values: &Bound<'py, PyTuple>,
        timeout: Option<f64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.wait(values.py(), Request::described(key, values, timeout)?)
    }

    #[pyo3(signature = (key, values, timeout, /))]
    fn call_async<'py>(
        &self,
        key: &str,
        values: &Bound<'py, PyTuple>,
        timeout: Option<f64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.spawn(values.py(), Request::described(key, values, timeout)?)
    }

    #[pyo3(signature = (name, params, rest, timeout, /))]
    fn call_by_name<'py>(
        &self,
        name: &Bound<'py, PyAny>,
        params: &Bound<'py, PyAny>,
        rest: &str,
        timeout: Option<f64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.wait(params.py(), self.named(name, params, rest, timeout)?)
    }

    #[pyo3(signature = (name, params, rest, timeout, /))]
    fn call_by_name_async<'py>(
        &self,
        name: &Bound<'py, PyAny>,
        params: &Bound<'py, PyAny>,
        rest: &str,
        timeout: Option<f64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.spawn(params.py(), self.named(name, params, rest, timeout)?)
    }

    #[pyo3(signature = (request, timeout, /))]
    fn send<'py>(
        &self,
        request: &Bound<'py, PyAny>,
        timeout: Option<f64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.wait(request.py(), self.described(request, timeout)?)
    }

    #[pyo3(signature = (request, timeout, /))]
    fn send_async<'py>(
        &self,
        request: &Bound<'py, PyAny>,
        timeout: Option<f64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.spawn(request.py(), self.described(request, timeout)?)
    }

    fn close(&self, py: Python<'_>) {
        self.closed.store(true, Relaxed);
        drop(self.idle.with(py, mem::take));
        drop(self.shared.with(py, Option::take));
    }
}

/// What clients of either kind are made with.
#[pyclass(frozen, module = "bitrix24._native")]
pub(crate) struct Settings {
    timeout: Option<Duration>,
    read_timeout: Duration,
    connect_timeout: Duration,
    user_agent: String,
    proxy: Option<String>,
    root_certificates: Vec<Vec<u8>>,
    base_url: Option<String>,
}

#[pymethods]
impl Settings {
    #[new]
    #[pyo3(signature = (
        timeout, read_timeout, connect_timeout, _retries, _intensity, _on_moved, user_agent, proxy,
        root_certificates, base_url, /
    ))]
    #[allow(clippy::too_many_arguments)] // the settings are as many
    fn new(
        py: Python<'_>,
        timeout: Option<f64>,
        read_timeout: f64,
        connect_timeout: f64,
        _retries: &Bound<'_, PyAny>,
        _intensity: &Bound<'_, PyAny>,
        _on_moved: &Bound<'_, PyAny>,
        user_agent: Option<String>,
        proxy: Option<Bound<'_, PyAny>>,
        root_certificates: Vec<Bound<'_, PyAny>>,
        base_url: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let positive = |name: &str, seconds| {
            duration(seconds).ok_or_else(|| {
                let what = format!("{name}: expected a positive number of seconds");
                CONFIG_ERROR.error(py, &what, &pyo3::types::PyDict::new(py))
            })
        };
        Ok(Self {
            timeout: timeout.map(|it| positive("timeout", it)).transpose()?,
            read_timeout: positive("read_timeout", read_timeout)?,
            connect_timeout: positive("connect_timeout", connect_timeout)?,
            user_agent: user_agent.unwrap_or_else(|| {
                concat!("bitrix24-python/", env!("CARGO_PKG_VERSION")).to_owned()
            }),
            proxy: proxy.map(|proxy| reveal("proxy", &proxy)).transpose()?,
            root_certificates: root_certificates.iter().map(pem).collect::<PyResult<_>>()?,
            base_url: base_url.map(|url| reveal("base_url", &url)).transpose()?,
        })
    }
}

impl Settings {
    fn builder(&self) -> bitrix24::ClientBuilder {
        let mut builder = bitrix24::Client::builder()
            .timeout(self.timeout.unwrap_or(self.read_timeout))
            .connect_timeout(self.connect_timeout)
            .user_agent(&self.user_agent);
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(proxy.as_str());
        }
        if let Some(url) = &self.base_url {
            builder = builder.base_url(url.as_str());
        }
        self.root_certificates.iter().fold(builder, |builder, pem| {
            builder.root_certificate(pem.as_slice())
        })
    }
}

/// The host of an address that made a client, and its port.
fn host(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().to_owned()
}

/// The text of a `str` or a `Secret`.
fn reveal(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    if let Ok(text) = value.cast::<PyString>() {
        return text.extract();
    }
    if SECRET.is_type_of(value)? {
        return value
            .call_method0(interned!(value.py(), "reveal"))?
            .extract();
    }
    let got = value.get_type().name()?;
    Err(PyTypeError::new_err(format!(
        "{name}: expected str or Secret, got {got}"
    )))
}

fn pem(value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(text.to_cow()?.as_bytes().to_vec());
    }
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    Err(PyTypeError::new_err(
        "root_certificates: expected str or bytes",
    ))
}
