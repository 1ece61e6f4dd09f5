//! Python classes and functions that the native half uses, each looked up once.

use chrono::{DateTime, FixedOffset, NaiveDate, Offset, Utc};
use pyo3::{
    prelude::*,
    types::{PyDict, PyMapping, PySequence},
};

use crate::process::Once;

/// An attribute of a module.
pub(crate) struct Class {
    module: &'static str,
    name: &'static str,
    found: Once<Py<PyAny>>,
}

impl Class {
    const fn new(module: &'static str, name: &'static str) -> Self {
        Self {
            module,
            name,
            found: Once::new(),
        }
    }

    pub(crate) fn get<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyAny>> {
        let found = self.found.get_or_try(|| {
            py.import(self.module)?
                .getattr(self.name)
                .map(Bound::unbind)
        })?;
        Ok(found.bind(py))
    }

    pub(crate) fn is_type_of(&self, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        value.is_instance(self.get(value.py())?)
    }

    /// Makes an exception.
    pub(crate) fn error(
        &self,
        py: Python<'_>,
        message: &str,
        details: &Bound<'_, PyDict>,
    ) -> PyErr {
        match self
            .get(py)
            .and_then(|class| class.call((message,), Some(details)))
        {
            Ok(error) => PyErr::from_value(error),
            Err(error) => error,
        }
    }
}

/// Has PyO3 find the classes that it converts to, while it imports this module: a fork at the
/// moment when another thread does so would leave the child waiting for that thread.
pub(crate) fn find_all(py: Python<'_>) -> PyResult<()> {
    let date = NaiveDate::default().into_pyobject(py)?;
    // PyO3 makes the zone UTC in a way of its own.
    for seconds in [0, 3600] {
        let moment = DateTime::UNIX_EPOCH
            .with_timezone(&FixedOffset::east_opt(seconds).unwrap_or(Utc.fix()));
        moment.into_pyobject(py)?;
    }
    let _ = (date.cast::<PyMapping>(), date.cast::<PySequence>());
    // The true ones, whatever a test puts in their place later.
    DATE.get(py)?;
    DATETIME.get(py)?;
    Ok(())
}

macro_rules! classes {
    ($($constant:ident = $module:literal $name:literal;)*) => {$(
        pub(crate) static $constant: Class = Class::new($module, $name);
    )*};
}

classes! {
    ANSWERED = "bitrix24._base" "answered";
    RECORD = "bitrix24._base" "Record";
    REQUEST = "bitrix24._request" "Request";
    REFERENCE = "bitrix24._request" "Reference";
    CREDENTIAL = "bitrix24._oauth" "Credential";
    FILE_STORE = "bitrix24._oauth" "FileStore";
    MEMORY_STORE = "bitrix24._oauth" "MemoryStore";
    OAUTH = "bitrix24._oauth" "OAuth";
    LIST_REQUEST = "bitrix24._request" "ListRequest";
    DATE = "datetime" "date";
    DATETIME = "datetime" "datetime";
    USER_STRING = "collections" "UserString";
    SECRET = "bitrix24._base" "Secret";
    UNSET = "bitrix24._base" "UNSET";
    PENDING = "bitrix24._loop" "Pending";
    WATCH = "bitrix24._loop" "watch";
    RUNNING_LOOP = "asyncio" "get_running_loop";
    LOGGER = "bitrix24._base" "LOGGER";
    REGISTER_AT_EXIT = "atexit" "register";

    BITRIX24_ERROR = "bitrix24.errors" "Bitrix24Error";
    CONFIG_ERROR = "bitrix24.errors" "ConfigError";
    REQUEST_ERROR = "bitrix24.errors" "RequestError";
    ARGUMENT_TYPE_ERROR = "bitrix24.errors" "ArgumentTypeError";
    LIMIT_ERROR = "bitrix24.errors" "LimitError";
    LIST_CUT_OFF = "bitrix24.errors" "ListCutOff";
    TOKEN_ERROR = "bitrix24.errors" "TokenError";
    REFRESH_REFUSED = "bitrix24.errors" "RefreshRefused";
    REFRESH_FAILED = "bitrix24.errors" "RefreshFailed";
    TOKEN_STORE_ERROR = "bitrix24.errors" "TokenStoreError";
    TOKEN_TIMEOUT = "bitrix24.errors" "TokenTimeout";
    NOT_RUN = "bitrix24.errors" "NotRun";
    TRANSPORT_ERROR = "bitrix24.errors" "TransportError";
    CONNECT_ERROR = "bitrix24.errors" "ConnectError";
    NOT_SENT = "bitrix24.errors" "NotSent";
    CALL_TIMEOUT = "bitrix24.errors" "CallTimeout";
    CONNECTION_LOST = "bitrix24.errors" "ConnectionLost";
    DECODE_ERROR = "bitrix24.errors" "DecodeError";
    EMPTY_BODY = "bitrix24.errors" "EmptyBody";
    HTML_BODY = "bitrix24.errors" "HtmlBody";
    NOT_JSON = "bitrix24.errors" "NotJson";
    TRUNCATED_BODY = "bitrix24.errors" "TruncatedBody";
    WRONG_TYPE = "bitrix24.errors" "WrongType";
    NOT_AN_ANSWER = "bitrix24.errors" "NotAnAnswer";
    WRONG_REFERENCE = "bitrix24.errors" "WrongReference";
    MISSING_ANSWER = "bitrix24.errors" "MissingAnswer";
    UNEXPECTED_REDIRECT = "bitrix24.errors" "UnexpectedRedirect";
    METHOD_API_ERROR = "bitrix24.errors" "MethodApiError";
    UNKNOWN_API_ERROR = "bitrix24.errors" "UnknownApiError";
    FIELD_ERROR = "bitrix24.errors" "FieldError";
    SYSTEM_CODES = "bitrix24._codes" "SYSTEM";
    METHOD_CODES = "bitrix24._codes" "METHOD";
}
