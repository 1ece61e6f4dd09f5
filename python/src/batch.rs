//! Many calls in few requests.

use std::collections::HashMap;

use bitrix24::{
    Error, RequestError,
    raw::{Command, Reply},
};
use pyo3::{
    prelude::*,
    types::{PyList, PyTuple},
};

use crate::{
    classes::BITRIX24_ERROR,
    client::Client,
    encode::Earlier,
    errors,
    outcome::Outcome,
    request::{Request, Target, Timeout},
};

/// Calls that are ready to be sent together.
pub(crate) struct Batch {
    requests: Vec<Request>,
    halt: bool,
}

impl Batch {
    /// What objects of the class `Request` describe.
    pub(crate) fn of(
        client: &Client,
        requests: &Bound<'_, PyTuple>,
        halt: bool,
        timeout: Timeout<'_, '_>,
    ) -> PyResult<Self> {
        let mut places = HashMap::with_capacity(requests.len());
        for (place, request) in requests.iter_borrowed().enumerate() {
            places.entry(request.as_ptr().addr()).or_insert(place);
        }
        let requests = requests.iter_borrowed().enumerate().map(|(own, request)| {
            let earlier = Earlier::new(&places, own);
            client.described(&request, timeout, Some(earlier))
        });
        Ok(Self {
            requests: requests.collect::<PyResult<_>>()?,
            halt,
        })
    }

    pub(crate) async fn send(mut self, client: bitrix24::Client) -> Sent {
        let commands = self.requests.iter_mut().map(Request::call);
        let commands = commands.map(Command::new).collect();
        let outcome = client.send_batch_raw(commands, self.halt).await;
        Sent {
            targets: self.requests.into_iter().map(|it| it.target).collect(),
            outcome,
        }
    }
}

/// What came of a batch.
pub(crate) struct Sent {
    targets: Vec<Target>,
    outcome: Result<Vec<Result<Reply, Error>>, RequestError>,
}

impl Outcome for Sent {
    /// A list of answers and of errors, which are not raised.
    fn give(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let outcomes = self
            .outcome
            .map_err(|error| errors::raise(py, &[], error.into()))?;
        let list = PyList::empty(py);
        for (target, outcome) in self.targets.into_iter().zip(outcomes) {
            match target.answer(py, outcome) {
                Ok(answer) => list.append(answer)?,
                Err(error) if BITRIX24_ERROR.is_type_of(error.value(py))? => {
                    list.append(error.into_value(py))?;
                }
                // Python's own: Ctrl-C, or no memory left.
                Err(error) => return Err(error),
            }
        }
        Ok(list.into_any())
    }
}
