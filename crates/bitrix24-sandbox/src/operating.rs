//! How much execution time methods use up, and how much they may.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use crate::{auth::Credential, time::since_epoch};

/// How long what was used up counts.
const WINDOW: Duration = Duration::from_secs(600);

/// Seconds that a method may use up, on a portal in the cloud.
pub(crate) const LIMIT: u32 = 480;

/// Methods that nothing describes, of which no more are remembered.
const STRANGERS: usize = 1000;

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
    limit: Option<f64>,
}

/// Nothing used, nothing added to the time that a call really takes, what is
/// used counts for ten minutes, and the limit is that of the portal.
impl Default for Operating {
    fn default() -> Self {
        Self {
            used: 0.0,
            per_call: 0.0,
            reset_in: WINDOW,
            limit: None,
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

    /// What each call adds to the time that it really takes.
    #[must_use]
    pub fn per_call(mut self, seconds: f64) -> Self {
        self.per_call = seconds;
        self
    }

    /// How long what was used up counts. Calls are counted by the minute, all
    /// of a minute together for so long after the first of them.
    #[must_use]
    pub fn reset_in(mut self, time: Duration) -> Self {
        self.reset_in = time;
        self
    }

    /// Calls are refused when more than this was used up before them.
    #[must_use]
    pub fn limit(mut self, seconds: f64) -> Self {
        self.limit = Some(seconds);
        self
    }
}

/// What answers tell about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spent {
    pub(crate) seconds: f64,
    /// In seconds since 1970.
    pub(crate) reset_at: u64,
}

impl Spent {
    /// Of what has no budget.
    pub(crate) fn nothing(now: SystemTime) -> Self {
        Self {
            seconds: 0.0,
            reset_at: (since_epoch(now) as u64).saturating_add(WINDOW.as_secs()),
        }
    }
}

/// What was used up within one minute.
struct Minute {
    /// Since 1970.
    number: u64,
    seconds: f64,
    /// When it counts no more, in seconds since 1970.
    reset_at: u64,
}

/// The budget of one method, for the application and for the webhook.
#[derive(Default)]
pub(crate) struct Meter(Mutex<Accounts>);

#[derive(Default)]
struct Accounts {
    order: Operating,
    application: Vec<Minute>,
    webhook: Vec<Minute>,
}

impl Accounts {
    /// What counts by now, the oldest first.
    fn of(&mut self, credential: Credential, now: f64) -> &mut Vec<Minute> {
        let minutes = match credential {
            Credential::Webhook => &mut self.webhook,
            _ => &mut self.application,
        };
        minutes.retain(|minute| now < minute.reset_at as f64);
        minutes
    }
}

impl Meter {
    fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the next call may run, unless an order says otherwise within
    /// this limit.
    pub(crate) fn has_time(&self, credential: Credential, now: SystemTime, limit: f64) -> bool {
        let mut accounts = self.accounts();
        let limit = accounts.order.limit.unwrap_or(limit);
        let minutes = accounts.of(credential, since_epoch(now));
        minutes.iter().map(|minute| minute.seconds).sum::<f64>() <= limit
    }

    /// Counts a call that began then and took so long.
    pub(crate) fn add(&self, credential: Credential, start: SystemTime, took: Duration) -> Spent {
        let mut accounts = self.accounts();
        let Operating {
            per_call, reset_in, ..
        } = accounts.order;
        let now = since_epoch(start);
        let minutes = accounts.of(credential, now);
        let (second, seconds) = (now as u64, took.as_secs_f64() + per_call);
        let number = second / 60;
        match minutes.last_mut() {
            Some(minute) if minute.number == number => minute.seconds += seconds,
            _ => minutes.push(Minute {
                number,
                seconds,
                reset_at: second.saturating_add(reset_in.as_secs()),
            }),
        }
        Spent {
            seconds: minutes.iter().map(|minute| minute.seconds).sum(),
            reset_at: minutes.first().map_or(second, |minute| minute.reset_at),
        }
    }

    /// Forgets what was used up, but for what is ordered.
    pub(crate) fn set(&self, order: &Operating, now: SystemTime) {
        let now = since_epoch(now);
        let used = || {
            let minute = Minute {
                number: now as u64 / 60,
                seconds: order.used,
                reset_at: (now + order.reset_in.as_secs_f64()).ceil() as u64,
            };
            if order.used > 0.0 {
                vec![minute]
            } else {
                Vec::new()
            }
        };
        *self.accounts() = Accounts {
            order: *order,
            application: used(),
            webhook: used(),
        };
    }

    fn reset(&self) {
        *self.accounts() = Accounts::default();
    }
}

/// What the methods have in common.
pub(crate) struct Budgets {
    /// Of a portal without another order, in seconds.
    limit: AtomicU64,
    /// By the number of the method.
    meters: Vec<Meter>,
    /// The meters of methods that nothing describes, by lower-case name.
    strangers: Mutex<HashMap<String, Arc<Meter>>>,
}

impl Budgets {
    pub(crate) fn new(methods: usize, limit: f64) -> Self {
        Self {
            meters: (0..methods).map(|_| Meter::default()).collect(),
            limit: AtomicU64::new(limit.to_bits()),
            strangers: Mutex::default(),
        }
    }

    pub(crate) fn limit(&self) -> f64 {
        f64::from_bits(self.limit.load(Ordering::Relaxed))
    }

    pub(crate) fn set_limit(&self, seconds: f64) {
        self.limit.store(seconds.to_bits(), Ordering::Relaxed);
    }

    /// Asks the meter of a method, if there is one by now.
    pub(crate) fn known<T>(
        &self,
        number: Option<usize>,
        name: &str,
        ask: impl FnOnce(&Meter) -> T,
    ) -> Option<T> {
        if let Some(meter) = number.and_then(|number| self.meters.get(number)) {
            return Some(ask(meter));
        }
        let meter = self.strangers().get(name).cloned();
        meter.map(|meter| ask(&meter))
    }

    /// Asks the meter of a method, by its number or else by its lower-case name.
    pub(crate) fn of<T>(
        &self,
        number: Option<usize>,
        name: &str,
        ask: impl FnOnce(&Meter) -> T,
    ) -> T {
        match number.and_then(|number| self.meters.get(number)) {
            Some(meter) => ask(meter),
            None => ask(&self.stranger(name)),
        }
    }

    fn strangers(&self) -> MutexGuard<'_, HashMap<String, Arc<Meter>>> {
        self.strangers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn stranger(&self, method: &str) -> Arc<Meter> {
        let mut strangers = self.strangers();
        if let Some(meter) = strangers.get(method) {
            return Arc::clone(meter);
        }
        let meter = Arc::<Meter>::default();
        if strangers.len() < STRANGERS {
            strangers.insert(method.to_owned(), Arc::clone(&meter));
        }
        meter
    }

    pub(crate) fn reset(&self, limit: f64) {
        self.set_limit(limit);
        self.meters.iter().for_each(Meter::reset);
        self.strangers().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOOK: Credential = Credential::Webhook;

    /// A call so many seconds after 10:05:00, which takes so many seconds.
    fn call(meter: &Meter, credential: Credential, after: f64, seconds: u64) -> Option<(f64, u64)> {
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs_f64(36_300.0 + after);
        meter.has_time(credential, start, 480.0).then(|| {
            let spent = meter.add(credential, start, Duration::from_secs(seconds));
            (spent.seconds, spent.reset_at - 36_300)
        })
    }

    #[test]
    fn minutes_count_for_ten_minutes() {
        let meter = Meter::default();
        // The documented example: 40 seconds in the first minute, 460 later.
        assert_eq!(call(&meter, HOOK, 20.9, 20), Some((20.0, 620)));
        assert_eq!(call(&meter, HOOK, 59.0, 20), Some((40.0, 620)));
        assert_eq!(call(&meter, HOOK, 60.0, 440), Some((480.0, 620)));
        assert_eq!(call(&meter, HOOK, 130.0, 20), Some((500.0, 620)));
        assert_eq!(call(&meter, HOOK, 619.9, 20), None);
        // The application has a budget of its own.
        assert_eq!(call(&meter, Credential::Token, 619.9, 1), Some((1.0, 1219)));
        assert_eq!(call(&meter, HOOK, 620.0, 20), Some((480.0, 660)));
        assert_eq!(call(&meter, HOOK, 660.0, 1), Some((41.0, 730)));
        assert_eq!(call(&meter, HOOK, 1300.0, 1), Some((1.0, 1900)));
    }

    #[test]
    fn orders() {
        let meter = Meter::default();
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs_f64(36_300.5);
        let order = Operating::default()
            .used(250.0)
            .per_call(200.0)
            .reset_in(Duration::from_secs(5))
            .limit(640.0);
        meter.set(&order, now);
        assert_eq!(call(&meter, HOOK, 0.5, 0), Some((450.0, 6)));
        assert_eq!(call(&meter, HOOK, 0.5, 0), Some((650.0, 6)));
        assert_eq!(call(&meter, HOOK, 5.9, 0), None);
        assert_eq!(call(&meter, Credential::Token, 5.9, 0), Some((450.0, 6)));
        assert_eq!(call(&meter, HOOK, 6.0, 0), Some((200.0, 11)));
        meter.reset();
        assert_eq!(call(&meter, HOOK, 6.0, 0), Some((0.0, 606)));
    }
}
