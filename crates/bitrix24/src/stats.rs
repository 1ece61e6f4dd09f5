//! What a client has done so far, in numbers.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// What a client and its clones have done since it was made: see
/// [`Client::stats`](crate::Client::stats).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Calls that were begun.
    pub calls: u64,
    /// Calls that have not come to an end.
    pub in_flight: u64,
    /// Requests that were sent: each try of a call is one, and so is a batch.
    pub requests: u64,
    /// Tries after the first.
    pub retries: u64,
    /// How often a request waited for its turn.
    pub waits: u64,
    /// How long they waited in all.
    pub waited: Duration,
    /// How often the access token was renewed.
    pub refreshes: u64,
    /// How often the portal was found at a new address.
    pub moves: u64,
}

/// The same, to be counted by many threads.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    calls: AtomicU64,
    ended: AtomicU64,
    pub(crate) requests: AtomicU64,
    pub(crate) retries: AtomicU64,
    waits: AtomicU64,
    waited_micros: AtomicU64,
    pub(crate) moves: AtomicU64,
}

impl Counters {
    /// Counts a call as under way until the guard is dropped.
    pub(crate) fn call(&self) -> UnderWay<'_> {
        count(&self.calls);
        UnderWay(self)
    }

    pub(crate) fn waited(&self, wait: Duration) {
        count(&self.waits);
        let micros = u64::try_from(wait.as_micros()).unwrap_or(u64::MAX);
        self.waited_micros.fetch_add(micros, Relaxed);
    }

    pub(crate) fn read(&self, refreshes: u64) -> Stats {
        let ended = self.ended.load(Relaxed);
        let calls = self.calls.load(Relaxed);
        Stats {
            calls,
            in_flight: calls.saturating_sub(ended),
            requests: self.requests.load(Relaxed),
            retries: self.retries.load(Relaxed),
            waits: self.waits.load(Relaxed),
            waited: Duration::from_micros(self.waited_micros.load(Relaxed)),
            refreshes,
            moves: self.moves.load(Relaxed),
        }
    }
}

pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}

pub(crate) struct UnderWay<'a>(&'a Counters);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        count(&self.0.ended);
    }
}
