//! Everything that can go wrong, as a tree.
//!
//! ```text
//! ConfigError            the client could not be made
//! Error<E>               a call failed:
//! ├── Request            it was not sent: a parameter is missing or cannot be written
//! ├── Limit              it did not run: its turn would have come too late
//! ├── NotRun             it is part of a batch that stopped before it
//! ├── Token              it was not sent: there is no access token
//! ├── Transport          no whole answer arrived
//! ├── Decode             an answer arrived that the API does not give
//! └── Api                the API refused: code, description, status
//! ListError<E>           an Error, and where in the list it came
//! ```
//!
//! No text in it ever holds the webhook's code or the access token.

mod api;
mod config;
mod decode;
mod limit;
mod not_run;
mod request;
mod transport;

use std::fmt;

pub use api::{AnyCode, ApiError, FieldError};
pub use config::ConfigError;
pub use decode::{DecodeError, DecodeErrorKind};
pub use limit::LimitError;
pub use not_run::{NotRun, NotRunReason};
pub use request::RequestError;
pub use transport::{TransportError, TransportErrorKind};

#[allow(unused_imports)] // without any scope
pub(crate) use api::{display, system_or_other};

use crate::{method::ErrorCode, oauth::TokenError, retry::Tries};

/// A call failed. `E` is the type of the method's error codes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error<E = AnyCode> {
    /// The call was not sent.
    Request(RequestError),
    /// The turn of the call would have come too late. The method did not run.
    Limit(LimitError),
    /// The command of a batch was not run, because of what happened to others.
    NotRun(NotRun),
    /// The call was not sent, or did not run: there is no access token that is valid.
    Token(Box<TokenError>),
    /// No whole answer arrived. Except for [`TransportErrorKind::Connect`] and
    /// [`NotSent`](TransportErrorKind::NotSent), the method may have run nonetheless.
    Transport(TransportError),
    /// The answer is not one that the API gives. The method may have run nonetheless.
    Decode(Box<DecodeError>),
    /// The API answered an error.
    Api(Box<ApiError<E>>),
}

impl<E> Error<E> {
    /// The error that the API answered, if it is that.
    pub fn api(&self) -> Option<&ApiError<E>> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// The error code that the API answered: possibly `""` or `"0"`.
    pub fn code(&self) -> Option<&str> {
        self.api().map(|error| error.code.as_str())
    }

    /// The HTTP status, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Request(_) | Self::Limit(_) | Self::Token(_) | Self::NotRun(_) => None,
            Self::Transport(error) => error.status(),
            Self::Decode(error) => Some(error.status()),
            Self::Api(error) => Some(error.status),
        }
    }

    /// The name of the method that was called; with `batch: ` before it if a batch failed as a
    /// whole, and this is one of its commands.
    pub fn method(&self) -> &str {
        match self {
            Self::Request(error) => error.method(),
            Self::Limit(error) => error.method(),
            Self::NotRun(error) => error.method(),
            Self::Token(error) => error.method(),
            Self::Transport(error) => error.method(),
            Self::Decode(error) => error.method(),
            Self::Api(error) => &error.method,
        }
    }

    /// How often the call was sent, and why it was not sent again.
    pub fn tries(&self) -> Tries {
        match self {
            Self::Request(_) | Self::NotRun(_) => Tries::default(),
            Self::Limit(error) => error.tries,
            Self::Token(error) => error.tries,
            Self::Transport(error) => error.tries,
            Self::Decode(error) => error.tries,
            Self::Api(error) => error.tries,
        }
    }
}

impl<E> Error<E> {
    /// The error of a whole batch as that of one of its commands.
    pub(crate) fn of_command(mut self, command: &str) -> Self {
        let method = match &mut self {
            Self::Request(error) => &mut error.method,
            Self::Limit(error) => &mut error.method,
            Self::NotRun(error) => &mut error.method,
            Self::Token(error) => &mut error.method,
            Self::Transport(error) => &mut error.method,
            Self::Decode(error) => &mut error.method,
            Self::Api(error) => &mut error.method,
        };
        method.push_str(": ");
        method.push_str(command);
        self
    }
}

impl<E: ErrorCode> Error<E> {
    /// Forgets which method the codes belong to, so that errors of several methods share a type.
    pub fn into_untyped(self) -> Error<AnyCode> {
        self.into_typed()
    }

    pub(crate) fn into_typed<F: ErrorCode>(self) -> Error<F> {
        match self {
            Self::Request(error) => Error::Request(error),
            Self::Limit(error) => Error::Limit(error),
            Self::NotRun(error) => Error::NotRun(error),
            Self::Token(error) => Error::Token(error),
            Self::Transport(error) => Error::Transport(error),
            Self::Decode(error) => Error::Decode(error),
            Self::Api(error) => Error::Api(Box::new(error.into_typed())),
        }
    }
}

impl<E> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(error) => error.fmt(f),
            Self::Limit(error) => error.fmt(f),
            Self::NotRun(error) => error.fmt(f),
            Self::Token(error) => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
            Self::Decode(error) => error.fmt(f),
            Self::Api(error) => error.fmt(f),
        }
    }
}

// No source: each part prints itself whole, and what lies below may hold an address.
impl<E: fmt::Debug> std::error::Error for Error<E> {}

impl<E> From<RequestError> for Error<E> {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

impl<E> From<LimitError> for Error<E> {
    fn from(error: LimitError) -> Self {
        Self::Limit(error)
    }
}

impl<E> From<NotRun> for Error<E> {
    fn from(error: NotRun) -> Self {
        Self::NotRun(error)
    }
}

impl<E> From<TokenError> for Error<E> {
    fn from(error: TokenError) -> Self {
        Self::Token(Box::new(error))
    }
}

impl<E> From<TransportError> for Error<E> {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl<E> From<DecodeError> for Error<E> {
    fn from(error: DecodeError) -> Self {
        Self::Decode(Box::new(error))
    }
}

impl<E> From<ApiError<E>> for Error<E> {
    fn from(error: ApiError<E>) -> Self {
        Self::Api(Box::new(error))
    }
}
