//! Errors in waiting for a turn.

use std::{fmt, time::Duration};

use crate::{limit::Limit, retry::Tries};

/// The call would have had to wait for longer than it may take, so it was not sent; or it was tried,
/// did not run, and would have had to wait too long to be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitError {
    pub(crate) limit: Limit,
    pub(crate) wait: Duration,
    pub(crate) method: String,
    pub(crate) tries: Tries,
}

impl LimitError {
    /// Which limit is in the way.
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// How long the call would have had to wait for its turn.
    pub fn wait(&self) -> Duration {
        self.wait
    }

    /// How often the call was tried before.
    pub fn tries(&self) -> Tries {
        self.tries
    }

    /// The method that was called. It did not run.
    pub fn method(&self) -> &str {
        &self.method
    }
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: did not run: {} would make it wait for {:.1} s, longer than the call may take",
            self.method,
            self.limit,
            self.wait.as_secs_f64()
        )?;
        match self.tries.made {
            0 => Ok(()),
            1 => f.write_str("; tried once before"),
            made => write!(f, "; tried {made} times before"),
        }
    }
}

impl std::error::Error for LimitError {}
