//! Exceptions: the client's errors as the classes of `bitrix24.errors`.

use bitrix24::{
    ApiError, DecodeError, DecodeErrorKind, Error, Stopped, TransportErrorKind, Tries,
    oauth::{TokenError, TokenErrorKind},
};
use pyo3::{
    exceptions::PyException,
    prelude::*,
    types::{PyDict, PyTuple},
};

use crate::{
    classes::{
        CALL_TIMEOUT, CONNECT_ERROR, CONNECTION_LOST, Class, DECODE_ERROR, EMPTY_BODY, FIELD_ERROR,
        HTML_BODY, LIMIT_ERROR, LIST_CUT_OFF, METHOD_API_ERROR, METHOD_CODES, MISSING_ANSWER,
        NOT_AN_ANSWER, NOT_JSON, NOT_RUN, NOT_SENT, REFRESH_FAILED, REFRESH_REFUSED, REQUEST_ERROR,
        SYSTEM_CODES, TOKEN_ERROR, TOKEN_STORE_ERROR, TOKEN_TIMEOUT, TRANSPORT_ERROR,
        TRUNCATED_BODY, UNEXPECTED_REDIRECT, UNKNOWN_API_ERROR, WRONG_REFERENCE, WRONG_TYPE,
    },
    process::interned,
    time,
};

/// The exception of a call that failed. `codes` are those that the method describes as its own.
pub(crate) fn raise(py: Python<'_>, codes: &[&str], error: Error) -> PyErr {
    let tries = error.tries();
    let raised = make(py, codes, error);
    let noted = raised.and_then(|raised| note(py, &raised, tries).map(|()| raised));
    noted.unwrap_or_else(|error| error)
}

/// Notes how often the call was sent, and why not once more.
fn note(py: Python<'_>, raised: &PyErr, tries: Tries) -> PyResult<()> {
    if tries.made == 0 {
        return Ok(());
    }
    let stopped = match tries.stopped {
        Stopped::MayHaveRun => "not repeatable",
        Stopped::Spent => "tries used up",
        Stopped::NoTime => "no time left",
        _ => "final",
    };
    let raised = raised.value(py);
    raised.setattr(interned!(py, "tries"), tries.made)?;
    raised.setattr(interned!(py, "stopped"), stopped)
}

fn make(py: Python<'_>, codes: &[&str], error: Error) -> PyResult<PyErr> {
    let message = error.to_string();
    let details = PyDict::new(py);
    details.set_item("method", error.method())?;
    let class = match error {
        Error::Request(_) => &REQUEST_ERROR,
        Error::Limit(error) => {
            details.set_item("wait", error.wait().as_secs_f64())?;
            &LIMIT_ERROR
        }
        Error::NotRun(error) => {
            let head = format!("{}: not run: ", error.method());
            details.set_item("because", message.strip_prefix(&head))?;
            &NOT_RUN
        }
        Error::Token(error) => return token(py, &error),
        Error::Transport(error) => {
            details.set_item("status", error.status())?;
            match error.kind() {
                TransportErrorKind::Connect => &CONNECT_ERROR,
                TransportErrorKind::NotSent => &NOT_SENT,
                TransportErrorKind::Timeout => &CALL_TIMEOUT,
                TransportErrorKind::Lost => &CONNECTION_LOST,
                _ => &TRANSPORT_ERROR,
            }
        }
        Error::Decode(error) if matches!(error.kind(), DecodeErrorKind::Incomplete { .. }) => {
            &LIST_CUT_OFF
        }
        Error::Decode(error) => decode_class(&error, &details)?,
        Error::Api(error) => return api(py, codes, *error, &message, &details),
        _ => &DECODE_ERROR,
    };
    Ok(class.error(py, &message, &details))
}

/// The exception of a token that is not to be had.
pub(crate) fn token(py: Python<'_>, error: &TokenError) -> PyResult<PyErr> {
    let details = PyDict::new(py);
    details.set_item("method", error.method())?;
    let class = match error.kind() {
        TokenErrorKind::Refused => {
            details.set_item("code", error.code().unwrap_or_default())?;
            details.set_item("description", error.what())?;
            &REFRESH_REFUSED
        }
        TokenErrorKind::Connect
        | TokenErrorKind::Timeout
        | TokenErrorKind::Lost
        | TokenErrorKind::Garbage => &REFRESH_FAILED,
        TokenErrorKind::Store => &TOKEN_STORE_ERROR,
        TokenErrorKind::Deadline => &TOKEN_TIMEOUT,
        _ => &TOKEN_ERROR,
    };
    Ok(class.error(py, &error.to_string(), &details))
}

fn decode_class(error: &DecodeError, details: &Bound<'_, PyDict>) -> PyResult<&'static Class> {
    details.set_item("status", error.status())?;
    details.set_item("excerpt", error.excerpt())?;
    Ok(match error.kind() {
        DecodeErrorKind::Empty => &EMPTY_BODY,
        DecodeErrorKind::Html => &HTML_BODY,
        DecodeErrorKind::NotJson { .. } => &NOT_JSON,
        DecodeErrorKind::Truncated => &TRUNCATED_BODY,
        DecodeErrorKind::WrongType { path, .. } => {
            details.set_item("path", path)?;
            &WRONG_TYPE
        }
        DecodeErrorKind::NotAnAnswer => &NOT_AN_ANSWER,
        DecodeErrorKind::Missing => &MISSING_ANSWER,
        DecodeErrorKind::Reference { .. } => &WRONG_REFERENCE,
        DecodeErrorKind::Redirect { .. } => &UNEXPECTED_REDIRECT,
        _ => &DECODE_ERROR,
    })
}

fn api(
    py: Python<'_>,
    codes: &[&str],
    error: ApiError,
    message: &str,
    details: &Bound<'_, PyDict>,
) -> PyResult<PyErr> {
    let class = api_class(py, codes, &error.code)?;
    let validation = error.validation.iter().map(|wrong| {
        FIELD_ERROR
            .get(py)?
            .call1((wrong.field.as_str(), wrong.message.as_str()))
    });
    let validation = PyTuple::new(py, validation.collect::<PyResult<Vec<_>>>()?)?;
    details.set_item("code", error.code)?;
    details.set_item("description", error.description)?;
    details.set_item("status", error.status)?;
    details.set_item("validation", validation)?;
    details.set_item("argument", error.argument)?;
    let time = error.time.map(|time| time::made(py, &time)).transpose()?;
    details.set_item("time", time.flatten())?;
    class.call((message,), Some(details)).map(PyErr::from_value)
}

/// The class of a code: as the method's own, as the system's, or as that of other methods.
fn api_class<'py>(py: Python<'py>, codes: &[&str], code: &str) -> PyResult<Bound<'py, PyAny>> {
    let method = METHOD_CODES.get(py)?.cast::<PyDict>()?.get_item(code)?;
    if codes.contains(&code) {
        return method.map_or_else(|| METHOD_API_ERROR.get(py).cloned(), Ok);
    }
    let system = SYSTEM_CODES.get(py)?.cast::<PyDict>()?.get_item(code)?;
    system
        .or(method)
        .map_or_else(|| UNKNOWN_API_ERROR.get(py).cloned(), Ok)
}

/// The exception of a call that cannot be sent.
pub(crate) fn not_sent(py: Python<'_>, class: &Class, method: &str, what: &str) -> PyErr {
    let details = PyDict::new(py);
    match details.set_item("method", method) {
        Ok(()) => class.error(py, &format!("{method}: not sent: {what}"), &details),
        Err(error) => error,
    }
}

/// Whether it interrupts the program, as `KeyboardInterrupt` and whatever else is no `Exception`:
/// such must not be swallowed.
pub(crate) fn is_interrupt(py: Python<'_>, error: &PyErr) -> bool {
    !error.is_instance_of::<PyException>(py)
}
