//! Errors in making a client.

use std::fmt;

/// The client could not be made.
///
/// The text says what is wrong with an address without repeating it, since a webhook's address is
/// a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    what: String,
}

impl ConfigError {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into() }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for ConfigError {}
