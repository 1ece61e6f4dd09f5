//! Errors that the API answers.

use std::fmt;

use crate::{
    SystemError, Time,
    method::{ErrorCode, Origin},
    retry::Tries,
};

/// The API refused the call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ApiError<E = AnyCode> {
    /// What the code means for this method.
    pub kind: E,
    /// The method that was called.
    pub method: String,
    /// The code on the wire. `""` and `"0"` occur.
    pub code: String,
    /// The server's explanation, possibly in the portal's language. Not for programs to read.
    pub description: String,
    /// The HTTP status. 200 occurs.
    pub status: u16,
    /// REST 3.0: the parameters that were refused.
    pub validation: Vec<FieldError>,
    /// The parameter that was refused, if the server says which.
    pub argument: Option<String>,
    /// How long the call took on the server. Most errors come without.
    pub time: Option<Time>,
    /// How often the call was sent, and why it was not sent again.
    pub tries: Tries,
}

impl<E: ErrorCode> ApiError<E> {
    /// Where the code is documented.
    pub fn origin(&self) -> Origin {
        self.kind.origin()
    }
}

impl<E> ApiError<E> {
    pub(super) fn into_typed<F: ErrorCode>(self) -> ApiError<F> {
        ApiError {
            kind: F::from_code(&self.code),
            method: self.method,
            code: self.code,
            description: self.description,
            status: self.status,
            validation: self.validation,
            argument: self.argument,
            time: self.time,
            tries: self.tries,
        }
    }
}

impl<E> fmt::Display for ApiError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.method)?;
        match self.code.as_str() {
            "" => f.write_str("an error without a code")?,
            code => f.write_str(code)?,
        }
        write!(f, " (HTTP {})", self.status)?;
        if !self.description.is_empty() {
            write!(f, ": {}", self.description)?;
        }
        for FieldError { field, message } in &self.validation {
            write!(f, "; {field}: {message}")?;
        }
        if let Some(argument) = &self.argument {
            write!(f, "; argument: {argument}")?;
        }
        self.tries.fmt(f)
    }
}

impl<E: fmt::Debug> std::error::Error for ApiError<E> {}

/// REST 3.0: a parameter that was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldError {
    /// The parameter, possibly with a path.
    pub field: String,
    /// Why.
    pub message: String,
}

/// An error code of a method that this version does not know, or that was called by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AnyCode {
    /// A code that any method may answer.
    System(SystemError),
    /// Any other code.
    Other(String),
}

impl ErrorCode for AnyCode {
    fn from_code(code: &str) -> Self {
        system_or_other(code, Self::System, Self::Other)
    }

    fn code(&self) -> &str {
        match self {
            Self::System(error) => error.code(),
            Self::Other(code) => code,
        }
    }

    fn origin(&self) -> Origin {
        match self {
            Self::System(_) => Origin::System,
            Self::Other(_) => Origin::Unknown,
        }
    }
}

/// The meaning of a code that is not one of a method's own.
pub(crate) fn system_or_other<E>(
    code: &str,
    system: impl FnOnce(SystemError) -> E,
    other: impl FnOnce(String) -> E,
) -> E {
    match SystemError::from_code(code) {
        Some(error) => system(error),
        None => other(code.to_owned()),
    }
}

/// Lets error codes print as they stand on the wire.
macro_rules! display {
    ($($type:ty),* $(,)?) => {$(
        /// The code on the wire.
        impl ::core::fmt::Display for $type {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str($crate::ErrorCode::code(self))
            }
        }
    )*};
}
pub(crate) use display;

display!(AnyCode);
