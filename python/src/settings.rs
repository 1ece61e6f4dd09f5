//! What clients are made with, and what their copies differ in.

use std::time::Duration;

use bitrix24::{ClientBuilder, ConfigError, Retries, limit::Intensity};
use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    types::{PyBytes, PyDict, PyString},
};

use crate::{
    classes::{CONFIG_ERROR, SECRET, UNSET},
    moves::Hook,
    process::interned,
    request::duration,
};

/// `Retries` of Python: tries, and the seconds of the first and of the longest pause.
type PyRetries = (i64, f64, f64);

/// What clients of either kind are made with.
#[pyclass(frozen, module = "bitrix24._native")]
pub(crate) struct Settings {
    timeout: Option<Duration>,
    read_timeout: Duration,
    connect_timeout: Duration,
    retries: Retries,
    intensity: Option<Intensity>,
    on_moved: Option<Hook>,
    user_agent: String,
    proxy: Option<String>,
    root_certificates: Vec<Vec<u8>>,
    base_url: Option<String>,
}

#[pymethods]
impl Settings {
    #[new]
    #[pyo3(signature = (
        timeout, read_timeout, connect_timeout, retries, intensity, on_moved, user_agent, proxy,
        root_certificates, base_url, /
    ))]
    #[allow(clippy::too_many_arguments)] // the settings are as many
    fn new(
        py: Python<'_>,
        timeout: Option<f64>,
        read_timeout: f64,
        connect_timeout: f64,
        retries: PyRetries,
        intensity: Option<(i64, f64)>,
        on_moved: Option<Bound<'_, PyAny>>,
        user_agent: Option<String>,
        proxy: Option<Bound<'_, PyAny>>,
        root_certificates: Vec<Bound<'_, PyAny>>,
        base_url: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        Ok(Self {
            timeout: timeout
                .map(|timeout| seconds(py, "timeout", timeout))
                .transpose()?,
            read_timeout: seconds(py, "read_timeout", read_timeout)?,
            connect_timeout: seconds(py, "connect_timeout", connect_timeout)?,
            retries: tries(py, retries)?,
            intensity: intensity.map(|intensity| rate(py, intensity)).transpose()?,
            on_moved: on_moved.map(Hook::new).transpose()?,
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
    pub(crate) fn builder(&self) -> ClientBuilder {
        let mut builder = bitrix24::Client::builder()
            .connect_late()
            .read_timeout(self.read_timeout)
            .connect_timeout(self.connect_timeout)
            .retries(self.retries)
            .user_agent(&self.user_agent);
        builder = match self.intensity {
            Some(intensity) => builder.intensity(intensity),
            None => builder.no_intensity(),
        };
        if let Some(timeout) = self.timeout {
            builder = builder.timeout(timeout);
        }
        if let Some(hook) = &self.on_moved {
            builder = builder.on_moved(hook.ear());
        }
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

    pub(crate) fn hook(&self, py: Python<'_>) -> Option<Hook> {
        self.on_moved.as_ref().map(|hook| hook.clone_ref(py))
    }
}

/// What a copy of a client changes.
#[derive(Clone, Copy, Default)]
pub(crate) struct Options {
    timeout: Option<Option<Duration>>,
    retries: Option<Retries>,
    repeatable: Option<bool>,
}

impl Options {
    /// The same with changes; `UNSET` changes nothing.
    pub(crate) fn with(
        mut self,
        timeout: &Bound<'_, PyAny>,
        retries: &Bound<'_, PyAny>,
        repeatable: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        let py = timeout.py();
        let unset = UNSET.get(py)?;
        if !timeout.is(unset) {
            let timeout: Option<f64> = timeout.extract()?;
            self.timeout = Some(timeout.map(|it| seconds(py, "timeout", it)).transpose()?);
        }
        if !retries.is(unset) {
            self.retries = Some(tries(py, retries.extract()?)?);
        }
        if !repeatable.is(unset) {
            self.repeatable = Some(repeatable.extract()?);
        }
        Ok(self)
    }

    pub(crate) fn apply(self, mut client: bitrix24::Client) -> bitrix24::Client {
        if let Some(timeout) = self.timeout {
            client = client.with_timeout(timeout);
        }
        if let Some(retries) = self.retries {
            client = client.with_retries(retries);
        }
        if self.repeatable.is_some() {
            client = client.with_repeatable(self.repeatable);
        }
        client
    }
}

/// Refuses a setting.
pub(crate) fn refused(py: Python<'_>, what: &str) -> PyErr {
    CONFIG_ERROR.error(py, what, &PyDict::new(py))
}

/// The exception of settings that do not fit.
pub(crate) fn config(py: Python<'_>, error: &ConfigError) -> PyErr {
    refused(py, &error.to_string())
}

pub(crate) fn seconds(py: Python<'_>, name: &str, seconds: f64) -> PyResult<Duration> {
    duration(seconds).ok_or_else(|| {
        refused(
            py,
            &format!("{name}: expected a positive number of seconds"),
        )
    })
}

fn tries(py: Python<'_>, (tries, first, longest): PyRetries) -> PyResult<Retries> {
    let pause = |name, seconds| {
        let what = || format!("retries: {name}: expected a number of seconds");
        Duration::try_from_secs_f64(seconds).map_err(|_| refused(py, &what()))
    };
    if tries < 1 {
        return Err(refused(py, "retries: expected one try or more"));
    }
    Ok(Retries {
        tries: u32::try_from(tries).unwrap_or(u32::MAX),
        first: pause("first", first)?,
        longest: pause("longest", longest)?,
    })
}

fn rate(py: Python<'_>, (depth, per_second): (i64, f64)) -> PyResult<Intensity> {
    match u32::try_from(depth) {
        Ok(depth @ 1..) if per_second.is_finite() && per_second > 0.0 => {
            Ok(Intensity { depth, per_second })
        }
        _ => Err(refused(
            py,
            "intensity: expected how many requests may go out at once, 1 or more, and how many a \
             second, more than 0",
        )),
    }
}

/// The text of a `str` or a `Secret`.
pub(crate) fn reveal(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
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

pub(crate) fn pem(value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
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
