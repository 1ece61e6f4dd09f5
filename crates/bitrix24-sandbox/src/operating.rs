//! How much execution time methods use up, and how much they may.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use crate::answer::since_epoch;

/// The execution time of a method, in seconds.
///
/// ```
/// use std::time::Duration;
/// use bitrix24_sandbox::Operating;
///
/// // The third call is refused, for five minutes.
/// let budget = Operating::default()
///     .per_call(300.0)
///     .reset_in(Duration::from_secs(300));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Operating {
    used: f64,
    per_call: f64,
    reset_in: Duration,
    limit: f64,
}

/// Nothing used, nothing added by a call, a limit of 480 seconds, reset after
/// ten minutes.
impl Default for Operating {
    fn default() -> Self {
        Self {
            used: 0.0,
            per_call: 0.0,
            reset_in: Duration::from_secs(600),
            limit: 480.0,
        }
    }
}

impl Operating {
    /// What was used up before the first call.
    #[must_use]
    pub fn used(mut self, seconds: f64) -> Self {
        self.used = seconds;
        self
    }

    /// What each call adds.
    #[must_use]
    pub fn per_call(mut self, seconds: f64) -> Self {
        self.per_call = seconds;
        self
    }

    /// When nothing counts as used any more, rounded up to a second of the
    /// clock; and again after each such time.
    #[must_use]
    pub fn reset_in(mut self, time: Duration) -> Self {
        self.reset_in = time;
        self
    }

    /// Calls are refused when more than this was used up before them.
    #[must_use]
    pub fn limit(mut self, seconds: f64) -> Self {
        self.limit = seconds;
        self
    }

    fn reset_after(&self, now: SystemTime) -> u64 {
        (since_epoch(now) + self.reset_in.as_secs_f64()).ceil() as u64
    }
}

/// What answers tell about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spent {
    pub(crate) seconds: f64,
    /// In seconds since 1970.
    pub(crate) reset_at: u64,
}

/// More was used up than the limit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Exhausted;

/// The budgets by the lower-case name of the method.
#[derive(Default)]
pub(crate) struct Budgets(HashMap<String, (Operating, Spent)>);

impl Budgets {
    pub(crate) fn set(&mut self, method: &str, operating: &Operating, now: SystemTime) {
        let spent = Spent {
            seconds: operating.used,
            reset_at: operating.reset_after(now),
        };
        self.0
            .insert(method.to_ascii_lowercase(), (*operating, spent));
    }

    /// Counts a call, unless the method has used up too much; `None` for a
    /// method without a budget.
    pub(crate) fn spend(
        &mut self,
        method: &str,
        now: SystemTime,
    ) -> Result<Option<Spent>, Exhausted> {
        let Some((operating, spent)) = self.0.get_mut(method) else {
            return Ok(None);
        };
        if since_epoch(now) >= spent.reset_at as f64 {
            *spent = Spent {
                seconds: 0.0,
                reset_at: operating.reset_after(now),
            };
        }
        if spent.seconds > operating.limit {
            return Err(Exhausted);
        }
        spent.seconds += operating.per_call;
        Ok(Some(*spent))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn refuses_above_the_limit_until_reset() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(10_500);
        let mut budgets = Budgets::default();
        let operating = Operating::default()
            .used(250.0)
            .per_call(200.0)
            .reset_in(Duration::from_secs(5));
        budgets.set("A.b", &operating, now);
        assert_eq!(budgets.spend("c", now), Ok(None));
        let mut seconds = |passed| {
            let now = now + Duration::from_millis(passed);
            let spent = budgets.spend("a.b", now).map(Option::unwrap);
            spent.map(|spent| (spent.seconds, spent.reset_at))
        };
        assert_eq!(seconds(0), Ok((450.0, 16)));
        assert_eq!(seconds(0), Ok((650.0, 16)));
        assert_eq!(seconds(0), Err(Exhausted));
        assert_eq!(seconds(5499), Err(Exhausted));
        assert_eq!(seconds(5500), Ok((200.0, 21)));
    }
}
