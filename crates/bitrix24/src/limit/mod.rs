//! The limits of a portal, kept before the portal has to enforce them.
//!
//! A portal counts requests in a leaky bucket and refuses those above its brim; and it adds up how
//! long each method works, and refuses one that worked too long. A client asks its [`Limiter`] for
//! a turn before each request, and tells it what the answers say of the limits.
//!
//! Unless told otherwise, all clients of a portal in a process share a limiter: whatever threads,
//! runtimes and kinds of client there are, they share the portal's budget in the order in which
//! they ask.

mod bucket;
mod operating;
mod portal;
#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

pub(crate) use portal::{PortalLimits, portals};

use crate::{BoxFuture, process::Process};

/// How many requests a portal takes: a bucket that each request fills by one, and that leaks.
///
/// A portal lets it leak once a second, so clients keep back what leaks in a second: of 50 and 2 a
/// second, they send 48 at once. They send one, if nothing would be left.
///
/// ```
/// use bitrix24::limit::Intensity;
///
/// assert_eq!(Intensity::default(), Intensity { depth: 50, per_second: 2.0 });
/// assert_eq!(Intensity::ENTERPRISE, Intensity { depth: 250, per_second: 5.0 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Intensity {
    /// How many requests fill an empty bucket of the portal; at least 1.
    pub depth: u32,
    /// How many requests leak out of it in a second; more than 0.
    pub per_second: f64,
}

impl Intensity {
    /// What portals on the plan Enterprise take.
    pub const ENTERPRISE: Self = Self {
        depth: 250,
        per_second: 5.0,
    };

    pub(crate) fn is_valid(self) -> bool {
        self.depth > 0 && self.per_second.is_finite() && self.per_second > 0.0
    }
}

impl Default for Intensity {
    /// What portals on all plans but Enterprise take.
    fn default() -> Self {
        Self {
            depth: 50,
            per_second: 2.0,
        }
    }
}

/// A request that asks for its turn, or whose answer tells of the limits.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Turn<'a> {
    /// The portal's address, such as `https://portal.bitrix24.com`.
    pub portal: &'a str,
    /// Tells credentials apart without showing them: operating time is counted for each webhook
    /// or application on its own. It is the same in all processes of a program.
    pub credential: u64,
    /// The method.
    pub method: &'a str,
    /// The longest wait that makes sense to the caller.
    pub at_most: Option<Duration>,
    /// The portal has refused this request before: it goes to the front of the queue.
    pub again: bool,
    /// The current process, if the caller knows it.
    pub(crate) process: Option<Process>,
}

impl<'a> Turn<'a> {
    /// A request that can wait, and was not refused before.
    #[must_use]
    pub fn new(portal: &'a str, credential: u64, method: &'a str) -> Self {
        Self {
            portal,
            credential,
            method,
            at_most: None,
            again: false,
            process: None,
        }
    }
}

/// What an answer tells of the limits.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Seen {
    /// The bucket is full (`QUERY_LIMIT_EXCEEDED`): somebody else uses the budget as well.
    BucketFull,
    /// How long the method has worked, and when the oldest part of that will be forgotten.
    Operating {
        /// What has added up.
        used: Duration,
        /// From now.
        resets_in: Duration,
    },
    /// The method has worked too long (`OPERATION_TIME_LIMIT`).
    OperatingSpent {
        /// From now, if the answer says so.
        resets_in: Option<Duration>,
    },
}

/// Which limit makes a request wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// The bucket of the portal's requests.
    Intensity,
    /// The operating time of the method.
    Operating,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Intensity => "the portal's requests",
            Self::Operating => "the method's operating time",
        })
    }
}

/// A turn would come too late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLate {
    /// The limit that makes it so.
    pub limit: Limit,
    /// How long the request would have to wait, from now.
    pub wait: Duration,
}

/// Where the state of the limits is kept.
///
/// The one that clients use by themselves keeps it in the memory of the process. Another one, say
/// on a server that several machines share, is given to
/// [`ClientBuilder::limiter`](crate::ClientBuilder::limiter).
///
/// ```
/// use std::time::Duration;
/// use bitrix24::{BoxFuture, Client, limit::{Limiter, Seen, TooLate, Turn}};
///
/// /// Asks some server for turns.
/// #[derive(Debug)]
/// struct Remote;
///
/// impl Limiter for Remote {
///     fn acquire<'a>(&'a self, turn: Turn<'a>) -> BoxFuture<'a, Result<(), TooLate>> {
///         Box::pin(async move {
///             let _ = (turn.portal, turn.at_most); // what to ask for
///             Ok(())
///         })
///     }
///
///     fn observe(&self, _turn: Turn<'_>, _seen: Seen) {}
///
///     fn expected_wait<'a>(&'a self, _turn: Turn<'a>) -> BoxFuture<'a, Duration> {
///         Box::pin(async { Duration::ZERO })
///     }
/// }
///
/// let client = Client::builder()
///     .limiter(Remote)
///     .webhook("https://portal.bitrix24.com/rest/1/code/")?;
/// # Ok::<(), bitrix24::ConfigError>(())
/// ```
pub trait Limiter: fmt::Debug + Send + Sync + 'static {
    /// Waits for the turn of a request, in the order in which turns are asked for.
    ///
    /// If that would take longer than [`at_most`](Turn::at_most), it fails at once. To drop the
    /// future gives the place in the queue back.
    fn acquire<'a>(&'a self, turn: Turn<'a>) -> BoxFuture<'a, Result<(), TooLate>>;

    /// Learns from an answer. It is called in the middle of a call, and must not block.
    fn observe(&self, turn: Turn<'_>, seen: Seen);

    /// How long a request would wait if it asked now.
    fn expected_wait<'a>(&'a self, turn: Turn<'a>) -> BoxFuture<'a, Duration>;
}
