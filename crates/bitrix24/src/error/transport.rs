//! Errors on the way.

use std::fmt;

use crate::retry::Tries;

/// No whole answer arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportError {
    pub(crate) kind: TransportErrorKind,
    pub(crate) method: String,
    pub(crate) status: Option<u16>,
    pub(crate) detail: String,
    pub(crate) tries: Tries,
}

/// What went wrong on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// There was no connection: name, network, TLS or proxy. The method did not run.
    Connect,
    /// It was not sent: its time was up before, or there is no way to send it, as without an address
    /// or certificates that can be used. The method did not run.
    NotSent,
    /// The time was up. The method may have run, unless the call was given less time than a
    /// connection, which nobody can tell then.
    Timeout,
    /// The connection broke before the answer, or in the middle of it. The method may have run.
    Lost,
    /// Anything else, such as an answer that is not HTTP. The method may have run.
    Other,
}

impl TransportError {
    /// What went wrong.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// The method that was called.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The HTTP status, if the connection broke in the middle of an answer.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// How often the call was sent, and why it was not sent again.
    pub fn tries(&self) -> Tries {
        self.tries
    }

    /// The cause as the network layers tell it, without addresses and secrets.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match (self.kind, self.status) {
            (TransportErrorKind::Connect, _) => "no connection",
            (TransportErrorKind::NotSent, _) => "not sent",
            (TransportErrorKind::Timeout, _) => "no answer in time",
            (TransportErrorKind::Lost, None) => "connection lost before the answer",
            (TransportErrorKind::Lost, Some(_)) => "connection lost in the middle of the answer",
            (TransportErrorKind::Other, _) => "no valid answer",
        };
        write!(f, "{}: {what}", self.method)?;
        if let Some(status) = self.status {
            write!(f, " (HTTP {status})")?;
        }
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        self.tries.fmt(f)
    }
}

impl std::error::Error for TransportError {}
