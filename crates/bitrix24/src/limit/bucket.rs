//! The portal's leaky bucket, as far as one process can know it.
//!
//! Everything here is a function of the time that is passed in, counted from some beginning.

use std::{collections::VecDeque, time::Duration};

use super::Intensity;

/// Waits that differ by less are the same.
const TICK: Duration = Duration::from_micros(100);

/// A bucket, and those who wait until it has room for them.
///
/// Each waiter knows a moment at which there is room for it, whatever the others do: nobody
/// depends on the progress of another. Who leaves the queue early lets those behind move up.
#[derive(Debug)]
pub(super) struct Bucket<W> {
    /// Of the bucket, less what the portal may be late in draining.
    depth: f64,
    per_second: f64,
    /// How much was in it at `at`.
    level: f64,
    at: Duration,
    queue: VecDeque<Waiter<W>>,
    next_ticket: i64,
    /// For those who have waited before: lower than all others.
    next_again: i64,
}

#[derive(Debug)]
struct Waiter<W> {
    ticket: Ticket,
    /// When it will look again.
    due: Duration,
    wake: W,
}

/// A place in the queue; those with lower numbers come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket(i64);

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Go,
    /// Wait until then, and ask again.
    WaitUntil(Duration),
}

impl<W: Clone> Bucket<W> {
    pub(super) fn new(intensity: Intensity) -> Self {
        let mut bucket = Self {
            depth: 0.0,
            per_second: 0.0,
            level: 0.0,
            at: Duration::ZERO,
            queue: VecDeque::new(),
            next_ticket: 0,
            next_again: i64::MIN,
        };
        bucket.set(intensity);
        bucket
    }

    /// Changes the size. A portal drains its bucket once a second, so up to a second's worth that
    /// has leaked by our clock may still be in it.
    pub(super) fn set(&mut self, intensity: Intensity) {
        self.depth = (f64::from(intensity.depth) - intensity.per_second).max(1.0);
        self.per_second = intensity.per_second;
    }

    /// Takes a turn if there is one without a wait.
    pub(super) fn take(&mut self, now: Duration, again: bool) -> bool {
        self.drain(now);
        let taken = (self.queue.is_empty() || again) && self.room_in(0).is_zero();
        if taken {
            self.level += 1.0;
        }
        taken
    }

    /// Asks for a turn. Without one there is a place in the queue: at its end, or before all who
    /// have not waited yet.
    pub(super) fn enter(&mut self, now: Duration, again: bool, wake: W) -> Result<(), Ticket> {
        if self.take(now, again) {
            return Ok(());
        }
        let next = match again {
            true => &mut self.next_again,
            false => &mut self.next_ticket,
        };
        let ticket = Ticket(*next);
        *next += 1;
        let waiter = Waiter {
            ticket,
            due: Duration::MAX,
            wake,
        };
        let place = self.queue.partition_point(|other| other.ticket < ticket);
        self.queue.insert(place, waiter);
        Err(ticket)
    }

    /// What the holder of a ticket is to do now. To go is to leave the queue; whoever is returned
    /// with it should look again at once.
    pub(super) fn step(&mut self, now: Duration, ticket: Ticket) -> (Step, Option<W>) {
        self.drain(now);
        let Some(index) = self.index(ticket) else {
            return (Step::Go, None);
        };
        let wait = self.room_in(index);
        // Those before it had their moment by then. Who did not look has another one.
        let is_due = self.queue[index].due <= now + TICK && self.room_in(0).is_zero();
        if wait.is_zero() || is_due {
            self.queue.remove(index);
            self.level += 1.0;
            return (Step::Go, self.move_up(index, now));
        }
        let due = now + wait;
        self.queue[index].due = due;
        (Step::WaitUntil(due), None)
    }

    /// Gives a place in the queue back.
    pub(super) fn leave(&mut self, now: Duration, ticket: Ticket) -> Option<W> {
        self.drain(now);
        let index = self.index(ticket)?;
        self.queue.remove(index);
        self.move_up(index, now)
    }

    /// Takes back a turn that was not used.
    pub(super) fn give_back(&mut self, now: Duration) -> Option<W> {
        self.drain(now);
        self.level = (self.level - 1.0).max(0.0);
        self.move_up(0, now)
    }

    /// The portal says that its bucket is full.
    pub(super) fn fill(&mut self, now: Duration) {
        self.drain(now);
        let full = self.depth + self.per_second;
        self.level = self.level.max(full);
    }

    /// How much is in it.
    pub(super) fn level(&mut self, now: Duration) -> f64 {
        self.drain(now);
        self.level
    }

    /// There is as much in it at least.
    pub(super) fn raise(&mut self, now: Duration, level: f64) {
        self.drain(now);
        self.level = self.level.max(level);
    }

    /// How long a newcomer would wait.
    pub(super) fn wait(&mut self, now: Duration) -> Duration {
        self.drain(now);
        self.room_in(self.queue.len())
    }

    pub(super) fn is_idle(&mut self, now: Duration) -> bool {
        self.drain(now);
        self.queue.is_empty() && self.level == 0.0
    }

    fn drain(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at);
        self.level = (self.level - passed.as_secs_f64() * self.per_second).max(0.0);
        self.at = self.at.max(now);
    }

    fn index(&self, ticket: Ticket) -> Option<usize> {
        self.queue
            .binary_search_by_key(&ticket, |waiter| waiter.ticket)
            .ok()
    }

    /// How long until there is room for one more after so many others.
    fn room_in(&self, others: usize) -> Duration {
        #[allow(clippy::cast_precision_loss)] // nobody waits that long
        let above = self.level + others as f64 + 1.0 - self.depth;
        let wait = Duration::try_from_secs_f64(above.max(0.0) / self.per_second);
        let wait = wait.unwrap_or(Duration::MAX / 4);
        if wait < TICK { Duration::ZERO } else { wait }
    }

    /// The one at a place of the queue whose turn comes earlier than it knows.
    fn move_up(&mut self, index: usize, now: Duration) -> Option<W> {
        let due = now + self.room_in(index);
        let waiter = self.queue.get_mut(index)?;
        if due + TICK >= waiter.due {
            return None;
        }
        waiter.due = due;
        Some(waiter.wake.clone())
    }
}
