//! Errors in making a request.

use std::fmt;

/// The call was not sent, because its parameters cannot be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestError {
    pub(super) method: String,
    what: String,
}

impl RequestError {
    pub(crate) fn new(method: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            what: what.into(),
        }
    }

    /// The method that was called.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// What is wrong, naming the parameter by its wire name.
    pub fn what(&self) -> &str {
        &self.what
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: not sent: {}", self.method, self.what)
    }
}

impl std::error::Error for RequestError {}
