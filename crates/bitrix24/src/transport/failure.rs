//! What goes wrong below, as ours.

use std::{error::Error, io, iter::successors};

use hyper_util::client::legacy;

use crate::{
    ConfigError, TransportError, error::TransportErrorKind, retry::Tries, scrub::Scrubber,
};

/// What is said when the time was up, to connect or to answer.
pub(super) const TIMED_OUT: &str = "operation timed out";

/// Why there is no answer, or no more of it.
pub(crate) struct Failure {
    kind: TransportErrorKind,
    pub(super) detail: String,
}

impl Failure {
    fn below(error: &(dyn Error + 'static)) -> Self {
        Self {
            kind: kind(error),
            detail: flatten(error),
        }
    }

    pub(super) fn not_sent(error: ConfigError) -> Self {
        Self {
            kind: TransportErrorKind::NotSent,
            detail: error.to_string(),
        }
    }

    pub(crate) fn of(
        self,
        method: &str,
        status: Option<u16>,
        scrubber: &Scrubber,
    ) -> TransportError {
        made(self.kind, method, status, scrubber.scrub_owned(self.detail))
    }
}

impl From<legacy::Error> for Failure {
    fn from(error: legacy::Error) -> Self {
        Self::below(&error)
    }
}

impl From<hyper::Error> for Failure {
    fn from(error: hyper::Error) -> Self {
        Self::below(&error)
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        // The address may be a secret.
        let error = error.without_url();
        let kind = if error.is_builder() {
            TransportErrorKind::NotSent
        } else if error.is_connect() {
            TransportErrorKind::Connect
        } else {
            kind(&error)
        };
        // What is said without a proxy: what is below reqwest.
        let detail = error.source().map_or_else(|| flatten(&error), flatten);
        Self { kind, detail }
    }
}

/// There is no way to make connections.
pub(crate) fn no_pool(error: &ConfigError, method: &str, scrubber: &Scrubber) -> TransportError {
    not_sent(&scrubber.scrub(method), &scrubber.scrub(&error.to_string()))
}

/// What cannot happen: an address made of two valid parts is not one.
pub(crate) fn no_address(method: &str) -> TransportError {
    not_sent(method, "the address cannot be made")
}

/// There was no time to send anything.
pub(crate) fn no_time(method: &str) -> TransportError {
    not_sent(method, "the time of the call was up")
}

/// The answer, or the rest of it, did not come in time.
pub(crate) fn timed_out(method: &str, status: Option<u16>) -> TransportError {
    made(
        TransportErrorKind::Timeout,
        method,
        status,
        TIMED_OUT.to_owned(),
    )
}

fn not_sent(method: &str, detail: &str) -> TransportError {
    made(TransportErrorKind::NotSent, method, None, detail.to_owned())
}

fn made(
    kind: TransportErrorKind,
    method: &str,
    status: Option<u16>,
    detail: String,
) -> TransportError {
    TransportError {
        kind,
        method: method.to_owned(),
        status,
        detail,
        tries: Tries::default(),
    }
}

/// The first cause in the chain that tells what happened.
fn kind(error: &(dyn Error + 'static)) -> TransportErrorKind {
    let kind = |cause: &(dyn Error + 'static)| {
        let is_connect = cause.downcast_ref().is_some_and(legacy::Error::is_connect);
        let http: Option<&hyper::Error> = cause.downcast_ref();
        let io: Option<&io::Error> = cause.downcast_ref();
        if is_connect {
            Some(TransportErrorKind::Connect)
        } else if http.is_some_and(hyper::Error::is_timeout)
            || io.is_some_and(|io| io.kind() == io::ErrorKind::TimedOut)
        {
            Some(TransportErrorKind::Timeout)
        } else if http.is_some_and(hyper::Error::is_parse) {
            Some(TransportErrorKind::Other)
        } else {
            None
        }
    };
    let mut causes = successors(Some(error), |&error| error.source());
    causes.find_map(kind).unwrap_or(TransportErrorKind::Lost)
}

/// A chain of errors as one text.
fn flatten(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    for cause in successors(error.source(), |&error| error.source()) {
        let cause = cause.to_string();
        // Some layers repeat the one below.
        if !text.ends_with(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}
