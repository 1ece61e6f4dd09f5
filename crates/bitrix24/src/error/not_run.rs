//! Commands of a batch that were not run.

use std::fmt;

/// A command of a batch was not run: nothing happened, and it can be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRun {
    pub(super) method: String,
    because: NotRunReason,
}

/// Why a command of a batch was not run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotRunReason {
    /// An earlier command failed, and the batch was to halt there.
    Halted,
    /// An earlier request of the batch failed as a whole.
    RequestFailed,
    /// It refers to a result that is not there, or cannot be put in its place.
    Reference {
        /// What is wrong. Commands are counted from 0.
        what: String,
    },
    /// The time of the batch was up before its request was sent.
    OutOfTime,
}

impl NotRun {
    pub(crate) fn new(method: &str, because: NotRunReason) -> Self {
        Self {
            method: method.to_owned(),
            because,
        }
    }

    /// The method of the command.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Why it was not run.
    pub fn because(&self) -> &NotRunReason {
        &self.because
    }
}

impl fmt::Display for NotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: not run: ", self.method)?;
        match &self.because {
            NotRunReason::Halted => f.write_str("an earlier command of the batch failed"),
            NotRunReason::RequestFailed => f.write_str("an earlier request of the batch failed"),
            NotRunReason::Reference { what } => f.write_str(what),
            NotRunReason::OutOfTime => f.write_str("the time of the batch was up"),
        }
    }
}

impl std::error::Error for NotRun {}
