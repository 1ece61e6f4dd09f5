//! Everything that can go wrong, as a tree.
//!
//! ```text
//! ConfigError            the client could not be made
//! Error<E>               a call failed:
//! ├── Request            it was not sent: a parameter is missing or cannot be written
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
mod request;
mod transport;

use std::fmt;

pub use api::{AnyCode, ApiError, FieldError};
pub use config::ConfigError;
pub use decode::{DecodeError, DecodeErrorKind};
pub use request::RequestError;
pub use transport::{TransportError, TransportErrorKind};

#[allow(unused_imports)] // without any scope
pub(crate) use api::{display, system_or_other};

use crate::method::ErrorCode;

/// A call failed. `E` is the type of the method's error codes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error<E = AnyCode> {
    /// The call was not sent.
    Request(RequestError),
    /// No whole answer arrived. Except for [`TransportErrorKind::Connect`], the method may have
    /// run nonetheless.
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
            Self::Request(_) => None,
            Self::Transport(error) => error.status(),
            Self::Decode(error) => Some(error.status()),
            Self::Api(error) => Some(error.status),
        }
    }

    /// The name of the method that was called.
    pub fn method(&self) -> &str {
        match self {
            Self::Request(error) => error.method(),
            Self::Transport(error) => error.method(),
            Self::Decode(error) => error.method(),
            Self::Api(error) => &error.method,
        }
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
