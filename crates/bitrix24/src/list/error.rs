//! Errors in reading a list.

use std::fmt;

use super::cursor::Cursor;
use crate::{AnyCode, Error, ErrorCode};

/// A list could not be read to its end.
///
/// What was read before it is good. The reading can go on from the cursor, with nothing handed
/// out twice and nothing left out: see [`Records::resume`](super::Records::resume). Where pages are
/// counted, that is so as long as the list does not change meanwhile; where it is read
/// [by key](super::Records::keyed), anyway.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ListError<E = AnyCode> {
    /// Why the next page could not be read, or why it is not the end.
    pub error: Error<E>,
    /// What comes next.
    pub cursor: Cursor,
}

impl ListError {
    pub(super) fn into_typed<E: ErrorCode>(self) -> ListError<E> {
        ListError {
            error: self.error.into_typed(),
            cursor: self.cursor,
        }
    }
}

impl<E: ErrorCode> ListError<E> {
    /// Forgets which method the codes belong to, so that errors of several methods share a type.
    pub fn into_untyped(self) -> ListError {
        ListError {
            error: self.error.into_untyped(),
            cursor: self.cursor,
        }
    }
}

impl<E> fmt::Display for ListError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; the list goes on at {}", self.error, self.cursor)
    }
}

// No source: the text of the error is in this one's.
impl<E: fmt::Debug> std::error::Error for ListError<E> {}

impl<E> From<ListError<E>> for Error<E> {
    /// Forgets the cursor.
    fn from(error: ListError<E>) -> Self {
        error.error
    }
}
