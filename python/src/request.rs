//! One call, whoever waits for it: what goes out, and what becomes of the answer.

use std::{mem, time::Duration};

use bitrix24::{
    Error, Rest,
    raw::{Call, Reply},
};
use pyo3::{exceptions::PyKeyError, prelude::*, types::PyTuple};

use crate::{
    classes::{ANSWERED, REQUEST_ERROR},
    decode::{Scratch, Seed},
    encode::{self, Earlier},
    errors,
    outcome::Outcome,
    settings::{MOMENT, duration},
    table::{Method, Type},
    time,
};

/// How long a call may take, in seconds, if it says so.
pub(crate) type Timeout<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

/// A call that is ready to be sent.
pub(crate) struct Request {
    pub(crate) target: Target,
    params: Vec<u8>,
    timeout: Option<Duration>,
}

/// The method that is called.
#[derive(Clone)]
pub(crate) enum Target {
    Described(&'static Method),
    Named(String, Rest),
}

/// The parts of a request.
pub(crate) struct Parts {
    pub(crate) target: Target,
    pub(crate) params: Vec<u8>,
}

impl Request {
    /// A call of a described method, its values in the order of the parameters.
    pub(crate) fn described(
        key: &str,
        values: &Bound<'_, PyTuple>,
        timeout: Timeout<'_, '_>,
        earlier: Option<Earlier<'_>>,
    ) -> PyResult<Self> {
        let Some(method) = Method::find(key) else {
            return Err(PyKeyError::new_err(key.to_owned()));
        };
        Ok(Self {
            params: encode::values(method, values, earlier)?,
            timeout: seconds(values.py(), method.name, timeout)?,
            target: Target::Described(method),
        })
    }

    /// A call of any method. `shown` is what errors show for its name.
    pub(crate) fn named(
        name: String,
        shown: &str,
        params: &Bound<'_, PyAny>,
        rest: &str,
        timeout: Timeout<'_, '_>,
        earlier: Option<Earlier<'_>>,
    ) -> PyResult<Self> {
        let py = params.py();
        let rest = match rest {
            "classic" => Rest::Classic,
            "v3" => Rest::V3,
            _ => {
                let what = "rest: expected \"classic\" or \"v3\"";
                return Err(errors::not_sent(py, &REQUEST_ERROR, shown, what));
            }
        };
        Ok(Self {
            params: encode::mapping(shown, params, earlier)?,
            timeout: seconds(py, shown, timeout)?,
            target: Target::Named(name, rest),
        })
    }

    /// The call, for the client. It takes the parameters away.
    pub(crate) fn call(&mut self) -> Call<'_> {
        let params = mem::take(&mut self.params);
        let mut call = match &self.target {
            Target::Described(method) => {
                let mut call = Call::new(method.name, method.rest, params);
                call.rules = method.rules;
                call.repeatable = method.repeatable;
                call
            }
            Target::Named(name, rest) => Call::new(name, *rest, params),
        };
        call.timeout = self.timeout;
        call.is_json = true;
        call
    }

    pub(crate) fn into_parts(self) -> Parts {
        Parts {
            target: self.target,
            params: self.params,
        }
    }

    /// Sends the call and waits for the answer.
    pub(crate) async fn send(mut self, client: bitrix24::Client) -> Sent {
        let outcome = client.send(self.call()).await;
        Sent {
            target: self.target,
            outcome,
        }
    }
}

/// What came of a call.
pub(crate) struct Sent {
    target: Target,
    outcome: Result<Reply, Error>,
}

impl Outcome for Sent {
    fn give(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        self.target.answer(py, self.outcome)
    }
}

impl Target {
    /// The wire name of the method.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Described(method) => method.name,
            Self::Named(name, _) => name,
        }
    }

    /// The codes that the method describes as its own.
    pub(crate) fn codes(&self) -> &'static [&'static str] {
        match self {
            Self::Described(method) => method.codes,
            Self::Named(..) => &[],
        }
    }

    /// Makes the answer that Python gets, or the exception.
    pub(crate) fn answer<'py>(
        &self,
        py: Python<'py>,
        outcome: Result<Reply, Error>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let codes = self.codes();
        let result = match self {
            Self::Described(method) => &method.result,
            Self::Named(..) => &Type::Any,
        };
        let scratch = Scratch::default();
        let reply = outcome.map_err(|error| errors::raise(py, codes, error))?;
        let (answer, time) = reply
            .decode_late(Seed::new(py, result, &scratch))
            .map_err(|error| scratch.raise(py, codes, error))?;
        let time = time::late(py, time)?;
        ANSWERED
            .get(py)?
            .call1((answer.result, time, answer.total, answer.next))
    }
}

fn seconds(py: Python<'_>, method: &str, timeout: Timeout<'_, '_>) -> PyResult<Option<Duration>> {
    let Some(timeout) = timeout else {
        return Ok(None);
    };
    let timeout = duration("timeout", timeout, MOMENT)?;
    let refuse = |what: String| errors::not_sent(py, &REQUEST_ERROR, method, &what);
    timeout.map(Some).map_err(refuse)
}
