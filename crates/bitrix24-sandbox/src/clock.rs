//! The portal's clock, which a test can move and stop.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

/// In place of a time at which the clock stands.
const RUNS: i64 = i64::MIN;

/// All times are in nanoseconds since the portal's beginning, which last for
/// 292 years; further than that, it does not go.
pub(crate) struct Clock {
    began: Instant,
    began_at: SystemTime,
    /// How far it is ahead of the clock on the wall, or behind it.
    ahead: AtomicI64,
    /// Where it stands, unless it runs.
    stopped: AtomicI64,
    /// Held by who sets it: readers take no lock.
    hands: Mutex<()>,
}

impl Clock {
    /// A clock that goes right.
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            began_at: SystemTime::now(),
            ahead: AtomicI64::new(0),
            stopped: AtomicI64::new(RUNS),
            hands: Mutex::new(()),
        }
    }

    pub(crate) fn now(&self) -> SystemTime {
        let elapsed = self.elapsed();
        self.began_at.checked_add(elapsed).unwrap_or(self.began_at)
    }

    /// The same for what is measured.
    pub(crate) fn instant(&self) -> Instant {
        let elapsed = self.elapsed();
        self.began.checked_add(elapsed).unwrap_or(self.began)
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed) != RUNS
    }

    pub(crate) fn advance(&self, time: Duration) {
        let _hands = self.hands.lock().unwrap_or_else(PoisonError::into_inner);
        let hand = if self.is_stopped() {
            &self.stopped
        } else {
            &self.ahead
        };
        let moved = hand.load(Ordering::Relaxed).saturating_add(nanos(time));
        hand.store(moved, Ordering::Relaxed);
    }

    pub(crate) fn stop(&self) {
        let _hands = self.hands.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.is_stopped() {
            self.stopped.store(nanos(self.elapsed()), Ordering::Relaxed);
        }
    }

    /// Goes on from where it was stopped.
    pub(crate) fn run(&self) {
        let _hands = self.hands.lock().unwrap_or_else(PoisonError::into_inner);
        let stopped = self.stopped.load(Ordering::Relaxed);
        if stopped != RUNS {
            let real = nanos(self.began.elapsed());
            self.ahead
                .store(stopped.saturating_sub(real), Ordering::Relaxed);
            self.stopped.store(RUNS, Ordering::Relaxed);
        }
    }

    /// Goes right again.
    pub(crate) fn reset(&self) {
        let _hands = self.hands.lock().unwrap_or_else(PoisonError::into_inner);
        self.ahead.store(0, Ordering::Relaxed);
        self.stopped.store(RUNS, Ordering::Relaxed);
    }

    fn elapsed(&self) -> Duration {
        let nanos = match self.stopped.load(Ordering::Relaxed) {
            RUNS => {
                let real = nanos(self.began.elapsed());
                real.saturating_add(self.ahead.load(Ordering::Relaxed))
            }
            stopped => stopped,
        };
        Duration::from_nanos(u64::try_from(nanos).unwrap_or_default())
    }
}

fn nanos(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn moves_and_stops() {
        let clock = Clock::new();
        let (began, began_at) = (clock.instant(), clock.now());
        clock.advance(HOUR);
        assert!(clock.instant() >= began + HOUR);
        assert!(clock.now() >= began_at + HOUR);
        clock.stop();
        let stopped = clock.now();
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!(clock.now(), stopped);
        clock.advance(HOUR);
        assert_eq!(clock.now(), stopped + HOUR);
        clock.stop();
        clock.run();
        clock.run();
        assert!(clock.now() >= stopped + HOUR);
        assert!(clock.now() < stopped + HOUR + HOUR);
        std::thread::sleep(Duration::from_millis(2));
        assert!(clock.now() >= stopped + HOUR + Duration::from_millis(2));
        clock.reset();
        assert!(clock.now() < stopped);
    }

    #[test]
    fn has_an_end() {
        let clock = Clock::new();
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        let end = clock.now();
        clock.stop();
        clock.advance(HOUR);
        assert_eq!(clock.now(), end);
        assert!(end.duration_since(clock.began_at).unwrap() > HOUR);
    }
}
