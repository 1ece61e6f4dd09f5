//! How many requests a portal takes: a bucket that drains.

use std::time::{Duration, Instant};

/// The limit of a portal.
#[derive(Clone, Copy)]
pub(crate) struct Intensity {
    pub(crate) depth: u32,
    pub(crate) per_second: f64,
}

impl Intensity {
    pub(crate) fn bucket(self, now: Instant) -> Bucket {
        Bucket::new(self.depth, self.per_second, false, now)
    }
}

pub(crate) struct Bucket {
    depth: f64,
    per_second: f64,
    /// Drains all the time, rather than once a second.
    continuous: bool,
    level: f64,
    drained: Instant,
}

impl Bucket {
    /// An empty bucket.
    pub(crate) fn new(depth: u32, per_second: f64, continuous: bool, now: Instant) -> Self {
        Self {
            depth: depth.into(),
            per_second,
            continuous,
            level: 0.0,
            drained: now,
        }
    }

    /// Adds a request; `false` when there is no room for it.
    pub(crate) fn add(&mut self, now: Instant) -> bool {
        let mut passed = now.saturating_duration_since(self.drained);
        if !self.continuous {
            passed = Duration::from_secs(passed.as_secs());
        }
        self.drained += passed;
        self.level = (self.level - passed.as_secs_f64() * self.per_second).max(0.0);
        let room = self.level + 1.0 <= self.depth;
        if room {
            self.level += 1.0;
        }
        room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(bucket: &mut Bucket, millis: u64, tries: u32) -> usize {
        let now = bucket.drained + Duration::from_millis(millis);
        (0..tries).filter(|_| bucket.add(now)).count()
    }

    #[test]
    fn drains_once_a_second() {
        let mut bucket = Bucket::new(5, 2.0, false, Instant::now());
        assert_eq!(taken(&mut bucket, 0, 9), 5);
        assert_eq!(taken(&mut bucket, 999, 9), 0);
        assert_eq!(taken(&mut bucket, 1999, 9), 2);
        // What was drained at the first second counts no more at the second one.
        assert_eq!(taken(&mut bucket, 1000, 9), 2);
        assert_eq!(taken(&mut bucket, 60_000, 9), 5);
    }

    #[test]
    fn drains_all_the_time() {
        let mut bucket = Bucket::new(5, 2.0, true, Instant::now());
        assert_eq!(taken(&mut bucket, 0, 9), 5);
        assert_eq!(taken(&mut bucket, 499, 9), 0);
        assert_eq!(taken(&mut bucket, 2, 9), 1);
        assert_eq!(taken(&mut bucket, 1500, 9), 3);
    }
}
