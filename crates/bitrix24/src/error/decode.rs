//! Errors in reading an answer.

use std::fmt;

use crate::retry::Tries;

/// An answer arrived that the API does not give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    pub(crate) kind: DecodeErrorKind,
    pub(crate) method: String,
    pub(crate) status: u16,
    pub(crate) excerpt: String,
    pub(crate) tries: Tries,
}

/// What is wrong with the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// There is none: the body is empty.
    Empty,
    /// It is a page for people: a login form, a maintenance page, a gateway's error.
    Html,
    /// It is text, but not JSON.
    NotJson {
        /// What the parser met.
        what: String,
    },
    /// It is JSON that ends too early, although the server says that it is whole.
    Truncated,
    /// A value is not of the documented type.
    WrongType {
        /// Where, such as `result.chat.owner`.
        path: String,
        /// What was expected, and what was found.
        what: String,
    },
    /// It is JSON, but neither a result nor an error.
    NotAnAnswer,
    /// It is the answer of a batch, and says nothing about this command.
    Missing,
    /// It is the answer of a command of a batch that referred to a result which is not there. The
    /// portal ran the command nonetheless, with something else in that place.
    Reference {
        /// What is not there. Commands are counted from 0.
        what: String,
    },
    /// It is a page of a list that ends too early, does not go on, or goes on with what was read.
    Incomplete {
        /// What is wrong.
        what: String,
    },
    /// It points to another address, which is not that of the portal's API: such an address is
    /// not followed.
    Redirect {
        /// The other address, if it is given.
        location: Option<String>,
    },
}

impl DecodeErrorKind {
    /// Whether the API cannot have written it, or not to its end.
    pub(crate) fn is_no_answer(&self) -> bool {
        match self {
            Self::Empty
            | Self::Html
            | Self::NotJson { .. }
            | Self::Truncated
            | Self::NotAnAnswer
            | Self::Missing
            | Self::Redirect { .. } => true,
            Self::WrongType { .. } | Self::Reference { .. } | Self::Incomplete { .. } => false,
        }
    }
}

impl DecodeError {
    /// What is wrong.
    pub fn kind(&self) -> &DecodeErrorKind {
        &self.kind
    }

    /// The method that was called.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// How often the call was sent, and why it was not sent again.
    pub fn tries(&self) -> Tries {
        self.tries
    }

    /// The beginning of the answer, at most 200 characters, without secrets.
    pub fn excerpt(&self) -> &str {
        &self.excerpt
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.method)?;
        match &self.kind {
            DecodeErrorKind::Empty => f.write_str("the answer is empty")?,
            DecodeErrorKind::Html => f.write_str("the answer is a page, not JSON")?,
            DecodeErrorKind::NotJson { what } => write!(f, "the answer is not JSON: {what}")?,
            DecodeErrorKind::Truncated => f.write_str("the answer is cut off")?,
            DecodeErrorKind::WrongType { path, what } => write!(f, "{path}: {what}")?,
            DecodeErrorKind::NotAnAnswer => {
                f.write_str("the answer holds neither a result nor an error")?;
            }
            DecodeErrorKind::Missing => {
                f.write_str("the answer of the batch says nothing about this command")?;
            }
            DecodeErrorKind::Reference { what } => {
                write!(f, "it ran with something else in place of a result: {what}")?;
            }
            DecodeErrorKind::Incomplete { what } => f.write_str(what)?,
            DecodeErrorKind::Redirect { location: Some(to) } => {
                write!(f, "the answer is a redirect to {to}")?;
            }
            DecodeErrorKind::Redirect { location: None } => {
                f.write_str("the answer is a redirect")?
            }
        }
        write!(f, " (HTTP {})", self.status)?;
        self.tries.fmt(f)?;
        if !self.excerpt.is_empty() {
            write!(f, "; it begins: {}", self.excerpt)?;
        }
        Ok(())
    }
}

impl std::error::Error for DecodeError {}
