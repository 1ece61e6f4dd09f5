//! A successful answer.

use crate::Time;

/// A successful answer of the API: the result, and what the envelope says about the call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Answer<T> {
    /// What the method returned.
    pub result: T,
    /// How long the call took on the server, in seconds. Absent from some answers.
    pub time: Option<Time>,
    /// Lists: how many items there are in all.
    pub total: Option<u64>,
    /// Lists: the `start` of the next page, absent from the last one.
    pub next: Option<u64>,
}

impl<T> Answer<T> {
    /// Changes the result and keeps the rest.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Answer<U> {
        Answer {
            result: change(self.result),
            time: self.time,
            total: self.total,
            next: self.next,
        }
    }
}
