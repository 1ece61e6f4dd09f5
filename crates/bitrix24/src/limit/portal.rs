//! The limits of the portals that this process calls.

use std::{
    collections::HashMap,
    future::ready,
    ptr,
    sync::{
        Arc, LazyLock, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep, timeout},
};

use super::{
    Intensity, Limit, Limiter, Seen, TooLate, Turn,
    bucket::{Bucket, Step, Ticket},
    operating::{self, Operating},
};
use crate::{
    BoxFuture,
    process::{PerProcess, Process},
};

/// The limits of one portal, kept in memory.
#[derive(Debug)]
pub(crate) struct PortalLimits {
    /// Depth and rate, readable without a lock: a forked child starts from them.
    intensity: Setting,
    start: Instant,
    state: PerProcess<Mutex<State>>,
}

/// An [`Intensity`] that may change.
#[derive(Debug)]
struct Setting {
    depth: AtomicU64,
    per_second: AtomicU64,
    /// Whether requests are counted at all.
    on: bool,
}

#[derive(Debug)]
struct State {
    bucket: Option<Bucket<Arc<Notify>>>,
    operating: Operating,
}

impl PortalLimits {
    /// Without an intensity, requests are not counted.
    pub(crate) fn new(intensity: Option<Intensity>) -> Self {
        let shown = intensity.unwrap_or_default();
        Self {
            intensity: Setting {
                depth: AtomicU64::new(shown.depth.into()),
                per_second: AtomicU64::new(shown.per_second.to_bits()),
                on: intensity.is_some(),
            },
            start: Instant::now(),
            state: PerProcess::new(Mutex::new(State::new(intensity))),
        }
    }

    fn intensity(&self) -> Option<Intensity> {
        let depth = u32::try_from(self.intensity.depth.load(Relaxed)).unwrap_or(u32::MAX);
        self.intensity.on.then_some(Intensity {
            depth,
            per_second: f64::from_bits(self.intensity.per_second.load(Relaxed)),
        })
    }

    /// What somebody asks for replaces the default and what others asked for earlier.
    fn ask_for(&self, intensity: Intensity) {
        self.intensity.depth.store(intensity.depth.into(), Relaxed);
        self.intensity
            .per_second
            .store(intensity.per_second.to_bits(), Relaxed);
        if let Some(bucket) = &mut self.state().bucket {
            bucket.set(intensity);
        }
    }

    /// Takes over what is known of the same portal at another address.
    fn inherit(&self, before: &Self) {
        if ptr::eq(self, before) {
            return;
        }
        // As the default is what nobody asked for, it tells nothing.
        let asked_for = before.intensity().filter(|it| *it != Intensity::default());
        if let Some(intensity) = asked_for {
            self.ask_for(intensity);
        }
        let level = match &mut before.state().bucket {
            Some(bucket) => bucket.level(before.now()),
            None => 0.0,
        };
        if let Some(bucket) = &mut self.state().bucket {
            bucket.raise(self.now(), level);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state_in(Process::current())
    }

    /// In the process of a turn, if that is known.
    fn state_for(&self, turn: &Turn<'_>) -> MutexGuard<'_, State> {
        self.state_in(turn.process.unwrap_or_else(Process::current))
    }

    fn state_in(&self, process: Process) -> MutexGuard<'_, State> {
        let fresh = |_: &Mutex<State>| Mutex::new(State::new(self.intensity()));
        lock(self.state.get_or_in(process, fresh))
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn is_idle(&self) -> bool {
        let now = self.now();
        let mut state = self.state();
        let bucket = state.bucket.as_mut();
        bucket.is_none_or(|bucket| bucket.is_idle(now)) && state.operating.is_idle(now)
    }

    /// Takes a turn if nobody has to wait for it.
    fn at_once(&self, key: u64, turn: &Turn<'_>) -> bool {
        let now = self.now();
        let mut state = self.state_for(turn);
        // In this order: a turn that is taken is used.
        state.operating.wait(now, key).is_zero()
            && (state.bucket.as_mut()).is_none_or(|bucket| bucket.take(now, turn.again))
    }

    async fn wait(&self, key: u64, turn: Turn<'_>) -> Result<(), TooLate> {
        let asked = self.now();
        let too_late = |limit, now: Duration, wait: Duration| match turn.at_most {
            Some(at_most) if now.saturating_sub(asked) + wait > at_most => {
                Err(TooLate { limit, wait })
            }
            _ => Ok(()),
        };
        loop {
            let now = self.now();
            let rest = self.state().operating.wait(now, key);
            if !rest.is_zero() {
                too_late(Limit::Operating, now, rest)?;
                sleep(rest).await;
                continue;
            }
            self.queue(turn.again, |now, wait| {
                too_late(Limit::Intensity, now, wait)
            })
            .await?;
            // The method may have been refused while this one queued.
            let now = self.now();
            let mut state = self.state();
            if state.operating.wait(now, key).is_zero() {
                return Ok(());
            }
            let woken = state.bucket.as_mut().and_then(|it| it.give_back(now));
            drop(state);
            wake(woken);
        }
    }

    /// Waits for room in the bucket.
    async fn queue(
        &self,
        again: bool,
        check: impl Fn(Duration, Duration) -> Result<(), TooLate>,
    ) -> Result<(), TooLate> {
        let wake_up = Arc::new(Notify::new());
        let ticket = {
            let now = self.now();
            let mut state = self.state();
            let Some(bucket) = &mut state.bucket else {
                return Ok(());
            };
            let ticket = match bucket.enter(now, again, wake_up.clone()) {
                Ok(()) => return Ok(()),
                Err(ticket) => ticket,
            };
            // Within the same lock: others must not see the place of one that gives up at once.
            let (step, woken) = bucket.step(now, ticket);
            let (entered, left) = match step {
                Step::Go => (Ok(None), None),
                Step::Wait { due, .. } => match check(now, due.saturating_sub(now)) {
                    Ok(()) => (Ok(Some(ticket)), None),
                    Err(late) => (Err(late), bucket.leave(now, ticket)),
                },
            };
            drop(state);
            wake(woken.into_iter().chain(left));
            match entered? {
                Some(ticket) => ticket,
                None => return Ok(()),
            }
        };
        let mut place = Place {
            limits: self,
            ticket: Some(ticket),
        };
        loop {
            let now = self.now();
            let step = match &mut self.state().bucket {
                Some(bucket) => bucket.step(now, ticket),
                None => (Step::Go, Vec::new()),
            };
            match step {
                (Step::Go, woken) => {
                    place.ticket = None;
                    wake(woken);
                    return Ok(());
                }
                (Step::Wait { due, look }, _) => {
                    check(now, due.saturating_sub(now))?;
                    // Whichever comes first.
                    let _ = timeout(look.saturating_sub(now), wake_up.notified()).await;
                }
            }
        }
    }
}

impl State {
    fn new(intensity: Option<Intensity>) -> Self {
        Self {
            bucket: intensity.map(Bucket::new),
            operating: Operating::default(),
        }
    }
}

/// A place in the queue, given back when its holder goes away.
struct Place<'a> {
    limits: &'a PortalLimits,
    ticket: Option<Ticket>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let now = self.limits.now();
        let mut state = self.limits.state();
        let woken = state.bucket.as_mut().and_then(|it| it.leave(now, ticket));
        drop(state);
        wake(woken);
    }
}

fn wake(waiters: impl IntoIterator<Item = Arc<Notify>>) {
    for waiter in waiters {
        waiter.notify_one();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Limiter for PortalLimits {
    fn acquire<'a>(&'a self, turn: Turn<'a>) -> BoxFuture<'a, Result<(), TooLate>> {
        let key = operating::key(turn.credential, turn.method);
        match self.at_once(key, &turn) {
            true => Box::pin(ready(Ok(()))),
            false => Box::pin(self.wait(key, turn)),
        }
    }

    fn observe(&self, turn: Turn<'_>, seen: Seen) {
        let now = self.now();
        let key = operating::key(turn.credential, turn.method);
        let mut state = self.state_for(&turn);
        match seen {
            Seen::BucketFull => {
                if let Some(bucket) = &mut state.bucket {
                    bucket.fill(now);
                }
            }
            Seen::Operating { resets_in, .. } => state.operating.worked(now, key, resets_in),
            Seen::OperatingSpent { resets_in } => state.operating.spent(now, key, resets_in),
        }
    }

    fn expected_wait<'a>(&'a self, turn: Turn<'a>) -> BoxFuture<'a, Duration> {
        let now = self.now();
        let key = operating::key(turn.credential, turn.method);
        let mut state = self.state();
        let bucket = state.bucket.as_mut();
        let queue = bucket.map_or(Duration::ZERO, |bucket| bucket.wait(now));
        let wait = state.operating.wait(now, key).max(queue);
        Box::pin(ready(wait))
    }
}

/// The limits of every portal that has been called lately.
#[derive(Debug, Default)]
pub(crate) struct Portals(Mutex<HashMap<String, Arc<PortalLimits>>>);

impl Portals {
    /// The limits that all clients of a portal share. An intensity that is asked for applies to
    /// all of them.
    pub(crate) fn of(&self, portal: &str, asked_for: Option<Intensity>) -> Arc<PortalLimits> {
        let mut known = lock(&self.0);
        let limits = match known.get(portal) {
            Some(limits) => limits.clone(),
            None => {
                // A client that is made anew for each call finds the bucket as it left it.
                // Those of a portal that has moved are kept for both its addresses.
                let mut kept: HashMap<_, usize> = HashMap::new();
                for limits in known.values() {
                    *kept.entry(Arc::as_ptr(limits)).or_default() += 1;
                }
                known.retain(|_, limits| {
                    let own = kept.get(&Arc::as_ptr(limits)).copied().unwrap_or_default();
                    Arc::strong_count(limits) > own || !limits.is_idle()
                });
                let limits = Arc::new(PortalLimits::new(Some(Intensity::default())));
                known.insert(portal.to_owned(), limits.clone());
                limits
            }
        };
        drop(known);
        if let Some(intensity) = asked_for {
            limits.ask_for(intensity);
        }
        limits
    }
}

impl Portals {
    /// A portal has moved: its limits are those of both addresses.
    pub(crate) fn moved(&self, from: &str, to: &str) -> Option<Arc<PortalLimits>> {
        let mut known = lock(&self.0);
        let limits = match (known.get(from), known.get(to)) {
            (Some(before), Some(limits)) => {
                limits.inherit(before);
                limits
            }
            (before, limits) => limits.or(before)?,
        };
        let limits = limits.clone();
        known.insert(from.to_owned(), limits.clone());
        known.insert(to.to_owned(), limits.clone());
        Some(limits)
    }
}

/// The portals of this process.
pub(crate) fn portals() -> &'static Portals {
    static PORTALS: LazyLock<PerProcess<Portals>> = LazyLock::new(PerProcess::default);
    // Clients that a child has from its parent share their limits with those it makes itself. What
    // the limits hold is the child's own.
    PORTALS.get_or(|parent| {
        let known = parent.0.try_lock().map(|known| known.clone());
        Portals(Mutex::new(known.unwrap_or_default()))
    })
}
