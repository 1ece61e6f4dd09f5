//! Which failures are worth another try.
//!
//! One question decides: can it have run? What was refused before it ran is repeated. What may
//! have run is repeated only if a second run does no harm. What was answered is never repeated.

use std::{fmt, time::Duration};

use crate::{SystemError, TransportErrorKind, envelope};

/// How often a call is tried, and how long it pauses in between.
///
/// Only what cannot have run, or may safely run again, is tried again at all.
///
/// ```
/// use std::time::Duration;
/// use bitrix24::{Client, Retries};
///
/// let client = Client::builder()
///     .retries(Retries { tries: 6, longest: Duration::from_secs(10), ..Retries::default() })
///     .webhook("https://portal.bitrix24.com/rest/1/code/")?;
/// let once = client.with_retries(Retries::NONE);
/// # Ok::<(), bitrix24::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retries {
    /// How often a call is sent at most, not counting once more with a new access token; 0 counts
    /// as 1.
    pub tries: u32,
    /// The pause before the second try, which doubles with each further one. Chance takes up to a
    /// half away, so that those who failed together do not come back together.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
}

impl Retries {
    /// Every call is sent once, and once more if its access token had to be renewed.
    pub const NONE: Self = Self {
        tries: 1,
        first: Duration::ZERO,
        longest: Duration::ZERO,
    };

    /// How long to wait after so many tries.
    pub(crate) fn pause(&self, made: u32) -> Duration {
        let doublings = made.saturating_sub(1).min(31);
        let pause = self.first.saturating_mul(1 << doublings).min(self.longest);
        pause.mul_f64(1.0 - fastrand::f64() / 2.0)
    }
}

impl Default for Retries {
    /// Four tries, with pauses of up to 0.5, 1 and 2 seconds.
    fn default() -> Self {
        Self {
            tries: 4,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(30),
        }
    }
}

/// How often a call was sent, and why it was not sent again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tries {
    /// How often it was sent.
    pub made: u32,
    /// Why no further try was made.
    pub stopped: Stopped,
}

/// Why a call was not tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stopped {
    /// Another try would fail the same way.
    #[default]
    Final,
    /// The method may have run, and is not known to be safe to repeat.
    MayHaveRun,
    /// The tries are used up.
    Spent,
    /// Another try would begin after the time of the call.
    NoTime,
}

impl Tries {
    pub(crate) fn new(made: u32, stopped: Stopped) -> Self {
        Self { made, stopped }
    }
}

impl fmt::Display for Tries {
    /// The end of a message: nothing if there is nothing to tell.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.made, self.stopped) {
            (_, Stopped::MayHaveRun) => f.write_str("; not repeated, since it may have run"),
            (1, Stopped::NoTime) => f.write_str("; no time for another try"),
            (made @ 2.., Stopped::NoTime) => write!(f, "; no time for more than {made} tries"),
            (0 | 1, _) => Ok(()),
            (made, Stopped::Spent) => write!(f, "; gave up after {made} tries"),
            (made, Stopped::Final) => write!(f, "; on try {made}"),
        }
    }
}

/// What an attempt came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Whatever it is, it stays so.
    Final,
    /// It did not run.
    DidNotRun(NotRunBecause),
    /// It may have run.
    MayHaveRun,
}

/// Why a request did not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotRunBecause {
    /// There was no connection.
    NotConnected,
    /// There was no time to send it, or no way.
    NotSent,
    /// The bucket of requests is full.
    BucketFull,
    /// The method's operating time is spent.
    OperatingSpent,
    /// The access token has expired.
    TokenExpired,
}

impl Verdict {
    /// Of a request that got no whole answer.
    pub(crate) fn of_failure(kind: TransportErrorKind) -> Self {
        match kind {
            TransportErrorKind::Connect => Self::DidNotRun(NotRunBecause::NotConnected),
            TransportErrorKind::NotSent => Self::DidNotRun(NotRunBecause::NotSent),
            TransportErrorKind::Timeout | TransportErrorKind::Lost | TransportErrorKind::Other => {
                Self::MayHaveRun
            }
        }
    }

    /// Of an answer.
    pub(crate) fn of_answer(status: u16, refusal: Option<&envelope::Refusal>) -> Self {
        let Some(refusal) = refusal else {
            return match status {
                500.. => Self::MayHaveRun,
                _ => Self::Final,
            };
        };
        match SystemError::from_code(&refusal.code) {
            Some(SystemError::QueryLimitExceeded) => Self::DidNotRun(NotRunBecause::BucketFull),
            Some(SystemError::OperationTimeLimit) => Self::DidNotRun(NotRunBecause::OperatingSpent),
            Some(SystemError::ExpiredToken) => Self::DidNotRun(NotRunBecause::TokenExpired),
            _ => Self::Final,
        }
    }
}
