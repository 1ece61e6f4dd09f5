//! The portal's leaky bucket, as far as one process can know it.
//!
//! Everything here is a function of the time that is passed in, counted from some beginning.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use super::Intensity;

/// Waits that differ by less are the same.
const TICK: Duration = Duration::from_micros(100);

/// A waiter shows at least that often that it is still there.
const LOOK: Duration = Duration::from_secs(2);

/// How much later than it said a waiter may look, so that nobody overtakes those just woken.
const GRACE: Duration = Duration::from_secs(1);

/// A bucket, and those who wait until it has room for them.
///
/// Each waiter knows a moment at which there is room for it, whatever those before it do; and looks
/// now and then before it. Who does not look when it should, as nobody polls its future, keeps its
/// place but counts for nobody else until it looks again. Who leaves the queue early lets those
/// behind move up, and who goes although others are before it wakes them: there is room for all.
#[derive(Debug)]
pub(super) struct Bucket<W> {
    /// Of the bucket, less what the portal may be late in draining.
    depth: f64,
    per_second: f64,
    /// How much was in it at `at`.
    level: f64,
    at: Duration,
    queue: VecDeque<Waiter<W>>,
    /// Those who did not look when they should.
    absent: BTreeMap<Ticket, Waiter<W>>,
    /// Nobody in the queue is to look before.
    next_look: Duration,
    next_ticket: i64,
    /// For those who have waited before: lower than all others.
    next_again: i64,
}

#[derive(Debug)]
struct Waiter<W> {
    ticket: Ticket,
    /// When there is room for it.
    due: Duration,
    /// When it will look again.
    looks: Duration,
    wake: W,
}

/// A place in the queue; those with lower numbers come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket(i64);

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Go,
    /// Ask again at `look`, if not woken before. There will be room at `due`.
    Wait {
        due: Duration,
        look: Duration,
    },
}

impl<W: Clone> Bucket<W> {
    pub(super) fn new(intensity: Intensity) -> Self {
        let mut bucket = Self {
            depth: 0.0,
            per_second: 0.0,
            level: 0.0,
            at: Duration::ZERO,
            queue: VecDeque::new(),
            absent: BTreeMap::new(),
            next_look: Duration::MAX,
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
        self.pass(now);
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
            looks: Duration::MAX,
            wake,
        };
        self.insert(waiter);
        Err(ticket)
    }

    /// What the holder of a ticket is to do now. To go is to leave the queue; those who are returned
    /// with it should look again at once.
    pub(super) fn step(&mut self, now: Duration, ticket: Ticket) -> (Step, Vec<W>) {
        self.pass(now);
        let index = match self.absent.remove(&ticket) {
            Some(waiter) => Some(self.insert(waiter)),
            None => self.index(ticket),
        };
        let Some(index) = index else {
            return (Step::Go, Vec::new());
        };
        let wait = self.room_in(index);
        if wait.is_zero() {
            self.queue.remove(index);
            self.level += 1.0;
            let woken = (0..=index).filter_map(|place| self.move_up(place, now));
            return (Step::Go, woken.collect());
        }
        let due = now + wait;
        let look = due.min(now + LOOK);
        self.queue[index].due = due;
        self.looks_at(index, look);
        (Step::Wait { due, look }, Vec::new())
    }

    /// Gives a place in the queue back.
    pub(super) fn leave(&mut self, now: Duration, ticket: Ticket) -> Option<W> {
        self.pass(now);
        match self.index(ticket) {
            Some(index) => {
                self.queue.remove(index);
                self.move_up(index, now)
            }
            None => {
                self.absent.remove(&ticket);
                None
            }
        }
    }

    /// Takes back a turn that was not used.
    pub(super) fn give_back(&mut self, now: Duration) -> Option<W> {
        self.pass(now);
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
        self.pass(now);
        self.room_in(self.queue.len())
    }

    pub(super) fn is_idle(&mut self, now: Duration) -> bool {
        self.drain(now);
        self.queue.is_empty() && self.absent.is_empty() && self.level == 0.0
    }

    fn drain(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at);
        self.level = (self.level - passed.as_secs_f64() * self.per_second).max(0.0);
        self.at = self.at.max(now);
    }

    /// Drains the bucket, and finds those who did not look when they should.
    fn pass(&mut self, now: Duration) {
        self.drain(now);
        let is_late = |looks| now.saturating_sub(looks) > GRACE;
        // If all look in time, this is so once in a second at most.
        if !is_late(self.next_look) {
            return;
        }
        let waiters = self.queue.drain(..);
        let (late, rest): (Vec<_>, Vec<_>) = waiters.partition(|waiter| is_late(waiter.looks));
        self.queue = rest.into();
        let late = late.into_iter().map(|waiter| (waiter.ticket, waiter));
        self.absent.extend(late);
        let looks = self.queue.iter().map(|waiter| waiter.looks);
        self.next_look = looks.min().unwrap_or(Duration::MAX);
    }

    /// Puts one in its place.
    fn insert(&mut self, waiter: Waiter<W>) -> usize {
        let place = self
            .queue
            .partition_point(|other| other.ticket < waiter.ticket);
        self.queue.insert(place, waiter);
        place
    }

    fn looks_at(&mut self, index: usize, look: Duration) {
        self.queue[index].looks = look;
        self.next_look = self.next_look.min(look);
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
        let (look, wake) = (waiter.looks.min(due), waiter.wake.clone());
        self.looks_at(index, look);
        Some(wake)
    }
}
