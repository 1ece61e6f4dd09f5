//! The faults that stand, and which requests they meet.

use std::{sync::Arc, time::Instant};

use fastrand::Rng;

use crate::{
    batch,
    failures::EVERY_METHOD,
    fault::{Fault, Kind},
};

/// The earliest comes first.
pub(crate) struct Faults {
    /// What chance comes from: it is the same for the same seed.
    rng: Rng,
    standing: Vec<Standing>,
}

struct Standing {
    /// The lower-case name of the method.
    name: String,
    fault: Arc<Fault>,
    since: Instant,
    /// Requests that it was for.
    seen: u64,
    /// How many more requests it meets; `None` for all until it is cleared.
    left: Option<u32>,
    /// Its own, so that faults do not disturb each other's luck.
    rng: Rng,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            standing: Vec::new(),
        }
    }

    /// Begins anew with what chance brings.
    pub(crate) fn seed(&mut self, seed: u64) {
        self.rng = Rng::with_seed(seed);
        for standing in &mut self.standing {
            standing.rng = self.rng.fork();
        }
    }

    pub(crate) fn add(&mut self, method: &str, fault: Fault, now: Instant) {
        self.standing.push(Standing {
            name: method.to_ascii_lowercase(),
            left: fault.when.most(),
            fault: Arc::new(fault),
            since: now,
            seen: 0,
            rng: self.rng.fork(),
        });
    }

    /// The fault that this request of a method meets, which counts as used.
    pub(crate) fn take(
        &mut self,
        method: &str,
        now: impl FnOnce() -> Instant,
    ) -> Option<Arc<Fault>> {
        self.pick(now, |name, fault| {
            // Those of all methods meet the commands of a batch rather than the batch.
            let is_for_commands = method == batch::METHOD && matches!(fault.kind, Kind::Slips(_));
            name == method || name == EVERY_METHOD && !is_for_commands
        })
    }

    /// Likewise, for a command of a batch.
    pub(crate) fn take_for_command(
        &mut self,
        method: &str,
        now: impl FnOnce() -> Instant,
    ) -> Option<Arc<Fault>> {
        self.pick(now, |name, fault| {
            (name == EVERY_METHOD || name == method) && fault.meets_commands()
        })
    }

    fn pick(
        &mut self,
        now: impl FnOnce() -> Instant,
        is_meant: impl Fn(&str, &Fault) -> bool,
    ) -> Option<Arc<Fault>> {
        if self.standing.is_empty() {
            return None;
        }
        let (now, mut met) = (now(), None);
        for standing in &mut self.standing {
            if is_meant(&standing.name, &standing.fault) && standing.meets(now, met.is_none()) {
                met = Some(Arc::clone(&standing.fault));
            }
        }
        self.standing.retain(|standing| standing.left != Some(0));
        met
    }
}

impl Standing {
    /// Counts a request, and tells whether it meets it. Only a free request can be met.
    fn meets(&mut self, now: Instant, is_free: bool) -> bool {
        self.seen += 1;
        let when = &self.fault.when;
        let after = u64::from(when.after);
        if self.seen <= after {
            return false;
        }
        // Drawn for each request, so that those before and their fates do not matter.
        let is_lucky = when.chance >= 1.0 || self.rng.f64() < when.chance;
        let passed = now.saturating_duration_since(self.since);
        let meets = is_free
            && is_lucky
            && self.left != Some(0)
            && (self.seen - after).is_multiple_of(when.every.get().into())
            && (when.at.is_empty() || when.at.contains(&self.seen))
            && when
                .during
                .as_ref()
                .is_none_or(|time| time.contains(&passed));
        if meets {
            self.left = self.left.map(|left| left.saturating_sub(1));
        }
        meets
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn met(faults: &mut Faults, method: &str, requests: usize) -> Vec<bool> {
        let now = Instant::now();
        (0..requests)
            .map(|_| faults.take(method, || now).is_some())
            .collect()
    }

    #[test]
    fn faults_are_used_up() {
        let now = Instant::now();
        let mut faults = Faults::new(0);
        faults.add("A.b", Fault::reset().times(2), now);
        faults.add("*", Fault::half().after(3), now);
        faults.add("a.b", Fault::silence().always().after(1), now);
        faults.add("c", Fault::refuse().times(0), now);
        let mut names = |method: &str| {
            let fault = faults.take(method, || now);
            fault.map_or("", |fault| fault.name())
        };
        assert_eq!(names("c"), "");
        assert_eq!(
            ["a.b"; 5].map(&mut names),
            ["reset", "reset", "half", "silence", "silence"],
        );
        assert_eq!(names("c"), "");
    }

    #[test]
    fn schedules() {
        let mut faults = Faults::new(0);
        let now = Instant::now();
        faults.add("a", Fault::html().every(3).after(1), now);
        faults.add("b", Fault::html().at([2, 3]), now);
        faults.add("c", Fault::html().every(2).times(1), now);
        assert_eq!(
            met(&mut faults, "a", 7),
            [false, false, false, true, false, false, true]
        );
        assert_eq!(met(&mut faults, "b", 4), [false, true, true, false]);
        assert_eq!(met(&mut faults, "c", 4), [false, true, false, false]);

        let seconds = Duration::from_secs;
        faults.add("d", Fault::html().during(seconds(5)..seconds(7)), now);
        let met = [4, 5, 6, 7, 5].map(|at| faults.take("d", || now + seconds(at)).is_some());
        assert_eq!(met, [false, true, true, false, true]);
    }

    #[test]
    fn the_same_luck_with_the_same_seed() {
        let run = |seed, others| {
            let mut faults = Faults::new(seed);
            let now = Instant::now();
            faults.add("a", Fault::html().chance(0.3), now);
            faults.add("b", Fault::html().chance(0.5), now);
            met(&mut faults, "b", others);
            met(&mut faults, "a", 1000)
        };
        let one = run(7, 0);
        assert_eq!(one, run(7, 5));
        assert_ne!(one, run(8, 0));
        let count = one.iter().filter(|met| **met).count();
        assert!((230..370).contains(&count), "{count}");
    }

    #[test]
    fn only_some_meet_commands() {
        let mut faults = Faults::new(0);
        let now = Instant::now();
        faults.add("*", Fault::reset(), now);
        faults.add("a", Fault::slips([]), now);
        let command = faults.take_for_command("a", || now);
        assert_eq!(command.map_or("", |fault| fault.name()), "slips");
        assert_eq!(met(&mut faults, "a", 2), [true, false]);
    }
}
