//! What clients are made with, and what their copies differ in.

use std::time::Duration;

use bitrix24::{ClientBuilder, ConfigError, Retries, limit::Intensity};
use pyo3::{
    exceptions::{PyOverflowError, PyTypeError},
    prelude::*,
    types::{PyBool, PyBytes, PyDict, PyString},
};

use crate::{
    classes::{CONFIG_ERROR, SECRET, UNSET},
    moves::Hook,
    process::interned,
};

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
        timeout: Option<Bound<'_, PyAny>>,
        read_timeout: &Bound<'_, PyAny>,
        connect_timeout: &Bound<'_, PyAny>,
        retries: &Bound<'_, PyAny>,
        intensity: Option<Bound<'_, PyAny>>,
        on_moved: Option<Bound<'_, PyAny>>,
        user_agent: Option<Bound<'_, PyAny>>,
        proxy: Option<Bound<'_, PyAny>>,
        root_certificates: &Bound<'_, PyAny>,
        base_url: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let pair = "None, or how many requests at once and how many a second";
        Ok(Self {
            timeout: timeout
                .map(|timeout| seconds("timeout", &timeout))
                .transpose()?,
            read_timeout: seconds("read_timeout", read_timeout)?,
            connect_timeout: seconds("connect_timeout", connect_timeout)?,
            retries: tries(retries)?,
            intensity: intensity.map(|it| rate(pair, &it)).transpose()?,
            on_moved: on_moved.map(Hook::new).transpose()?,
            user_agent: match user_agent {
                Some(name) => given("user_agent", "str", &name)?,
                None => concat!("bitrix24-python/", env!("CARGO_PKG_VERSION")).to_owned(),
            },
            proxy: proxy.map(|proxy| reveal("proxy", &proxy)).transpose()?,
            root_certificates: certificates(root_certificates)?,
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
            self.timeout = Some(match timeout.is_none() {
                true => None,
                false => Some(seconds("timeout", timeout)?),
            });
        }
        if !retries.is(unset) {
            self.retries = Some(tries(retries)?);
        }
        if !repeatable.is(unset) {
            self.repeatable = Some(match repeatable.extract() {
                Ok(repeatable) => repeatable,
                Err(_) => return Err(of_another_type("repeatable", "a bool", repeatable)?),
            });
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

/// Takes what was given for a setting, or says what it should have been. A bool is nothing of that,
/// though Python counts it among the numbers.
pub(crate) fn given<'py, T: FromPyObjectOwned<'py>>(
    name: &str,
    expected: &str,
    value: &Bound<'py, PyAny>,
) -> PyResult<T> {
    match value.extract() {
        Ok(given) if !value.is_instance_of::<PyBool>() => Ok(given),
        _ => Err(of_another_type(name, expected, value)?),
    }
}

/// The exception for a value that is of another type than is expected.
fn of_another_type(name: &str, expected: &str, value: &Bound<'_, PyAny>) -> PyResult<PyErr> {
    let got = value.get_type().name()?;
    let text = format!("{name}: expected {expected}, got {got}");
    Ok(PyTypeError::new_err(text))
}

/// Refuses a setting.
pub(crate) fn refused(py: Python<'_>, what: &str) -> PyErr {
    CONFIG_ERROR.error(py, what, &PyDict::new(py))
}

/// The exception of settings that do not fit.
pub(crate) fn config(py: Python<'_>, error: &ConfigError) -> PyErr {
    refused(py, &error.to_string())
}

pub(crate) fn seconds(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Duration> {
    duration(name, value, MOMENT)?.map_err(|what| refused(value.py(), &what))
}

/// A number, which is infinite where it is too large.
fn number(name: &str, expected: &str, value: &Bound<'_, PyAny>) -> PyResult<f64> {
    match value.extract::<f64>() {
        Err(error) if error.is_instance_of::<PyOverflowError>(value.py()) => match value.lt(0)? {
            true => Ok(f64::NEG_INFINITY),
            false => Ok(f64::INFINITY),
        },
        _ => given(name, expected, value),
    }
}

/// The shortest time that is one.
pub(crate) const MOMENT: Duration = Duration::from_nanos(1);

/// A time that is no shorter than the least: zero, or a moment. An error of the second kind says
/// what cannot be.
pub(crate) fn duration(
    name: &str,
    value: &Bound<'_, PyAny>,
    least: Duration,
) -> PyResult<Result<Duration, String>> {
    let seconds = number(name, "a number of seconds", value)?;
    let duration = Duration::try_from_secs_f64(seconds).ok();
    let fits = duration.filter(|it| seconds > 0.0 || *it >= least);
    Ok(fits.map(|it| it.max(least)).ok_or_else(|| {
        let least = if least.is_zero() {
            "0 or more"
        } else {
            "above 0"
        };
        format!("{name}: expected a number of seconds {least} and below 2**64, got {seconds:?}")
    }))
}

/// Those of an object of Python's class.
fn tries(retries: &Bound<'_, PyAny>) -> PyResult<Retries> {
    type Fields<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>, Bound<'py, PyAny>);

    let py = retries.py();
    let (tries, first, longest): Fields<'_> = given("retries", "Retries", retries)?;
    let pause = |name, seconds| {
        let name = format!("retries: {name}");
        duration(&name, seconds, Duration::ZERO)?.map_err(|what| refused(py, &what))
    };
    let tries: i64 = given("retries: tries", "an int of 64 bits", &tries)?;
    if tries < 1 {
        return Err(refused(py, "retries: expected one try or more"));
    }
    Ok(Retries {
        tries: u32::try_from(tries).unwrap_or(u32::MAX),
        first: pause("first", &first)?,
        longest: pause("longest", &longest)?,
    })
}

fn rate(expected: &str, pair: &Bound<'_, PyAny>) -> PyResult<Intensity> {
    type Fields<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

    let (depth, per_second): Fields<'_> = given("intensity", expected, pair)?;
    let whole = |depth: &Bound<'_, PyAny>| match depth.extract::<i64>() {
        Err(error) if error.is_instance_of::<PyOverflowError>(depth.py()) => Ok(0_i64),
        _ => given("intensity", expected, depth),
    };
    match (
        u32::try_from(whole(&depth)?),
        number("intensity", expected, &per_second)?,
    ) {
        (Ok(depth @ 1..), per_second) if per_second.is_finite() && per_second > 0.0 => {
            Ok(Intensity { depth, per_second })
        }
        _ => Err(refused(
            pair.py(),
            "intensity: expected how many requests may go out at once, from 1 to 2**32-1, and how \
             many a second, more than 0 and no infinity",
        )),
    }
}

/// The text of a `str` or a `Secret`.
pub(crate) fn reveal(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    // What Python says of a text that is none holds the text.
    let plain = |text: &Bound<'_, PyString>| match text.to_cow() {
        Ok(plain) => Ok(plain.into_owned()),
        Err(_) => Err(refused(
            text.py(),
            &format!("{name}: expected a text that Unicode has, got half of a surrogate pair"),
        )),
    };
    if let Ok(text) = value.cast::<PyString>() {
        return plain(text);
    }
    if SECRET.is_type_of(value)? {
        let revealed = value.call_method0(interned!(value.py(), "reveal"))?;
        return plain(revealed.cast()?);
    }
    Err(of_another_type(name, "str or Secret", value)?)
}

/// Certificates in PEM.
pub(crate) fn certificates(list: &Bound<'_, PyAny>) -> PyResult<Vec<Vec<u8>>> {
    let (name, expected) = ("root_certificates", "a list of str or bytes in PEM");
    if list.is_instance_of::<PyBytes>() {
        return Err(of_another_type(name, expected, list)?);
    }
    let list: Vec<Bound<'_, PyAny>> = given(name, expected, list)?;
    let pem = |certificate: &Bound<'_, PyAny>| {
        if let Ok(text) = certificate.cast::<PyString>() {
            return Ok(text.to_cow()?.as_bytes().to_vec());
        }
        match certificate.cast::<PyBytes>() {
            Ok(bytes) => Ok(bytes.as_bytes().to_vec()),
            Err(_) => Err(of_another_type(name, "str or bytes in PEM", certificate)?),
        }
    };
    list.iter().map(pem).collect()
}
