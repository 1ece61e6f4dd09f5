//! How many requests a portal takes: buckets that drain, one for each source.

use std::{
    collections::HashMap,
    net::IpAddr,
    str::FromStr,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::operating;

/// Sources whose buckets are remembered.
const SOURCES: usize = 4096;

/// Beginnings of the names of methods that are documented to be refused with
/// another status.
const BOTS: [&str; 2] = ["imbot.v2.", "im.v2."];

/// The kinds of portals, by the limits that they have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Plan {
    /// 50 requests at once, two a second in the long run.
    Standard,
    /// 250 requests at once, five a second in the long run.
    Enterprise,
    /// On a server of one's own: as many requests as it can take, and seven
    /// minutes of execution time for each method rather than eight.
    SelfHosted,
}

impl Plan {
    pub(crate) fn intensity(self) -> Option<Intensity> {
        let (depth, per_second) = match self {
            Self::Standard => (50, 2.0),
            Self::Enterprise => (250, 5.0),
            Self::SelfHosted => return None,
        };
        Some(Intensity::new(depth, per_second))
    }

    /// The seconds of execution time that a method may use up.
    pub(crate) fn operating(self) -> f64 {
        match self {
            Self::Standard | Self::Enterprise => operating::LIMIT.into(),
            Self::SelfHosted => 420.0,
        }
    }
}

/// By the names `standard`, `enterprise` and `self-hosted`.
impl FromStr for Plan {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Ok(match name {
            "standard" => Self::Standard,
            "enterprise" => Self::Enterprise,
            "self-hosted" => Self::SelfHosted,
            _ => return Err(format!("no such plan: {name}")),
        })
    }
}

/// How many requests a source may send.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Intensity {
    pub(crate) depth: u32,
    pub(crate) per_second: f64,
    /// The bucket drains all the time, rather than once a second.
    pub(crate) continuous: bool,
    /// The status with which methods of bots are refused.
    pub(crate) bot_status: Option<u16>,
}

impl Intensity {
    pub(crate) fn new(depth: u32, per_second: f64) -> Self {
        Self {
            depth,
            per_second,
            continuous: false,
            bot_status: None,
        }
    }
}

/// A request for which there is no room.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full {
    /// The status to answer with, where it is not the documented one.
    pub(crate) status: Option<u16>,
}

/// The limit that stands.
#[derive(Default)]
pub(crate) struct Limits {
    /// Without it, requests pass without a lock.
    on: AtomicBool,
    buckets: Mutex<Buckets>,
    /// Requests that found no room.
    refused: AtomicU64,
}

#[derive(Default)]
struct Buckets {
    intensity: Option<Intensity>,
    by_source: HashMap<IpAddr, Bucket>,
}

impl Limits {
    fn buckets(&self) -> MutexGuard<'_, Buckets> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets a limit, with empty buckets.
    pub(crate) fn set(&self, intensity: Option<Intensity>) {
        let mut buckets = self.buckets();
        buckets.intensity = intensity;
        buckets.by_source.clear();
        self.on.store(intensity.is_some(), Ordering::Relaxed);
    }

    pub(crate) fn reset(&self, intensity: Option<Intensity>) {
        self.set(intensity);
        self.refused.store(0, Ordering::Relaxed);
    }

    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Takes a place for a request of a method, if there is one.
    pub(crate) fn take(
        &self,
        source: IpAddr,
        method: &str,
        now: impl FnOnce() -> Instant,
    ) -> Result<(), Full> {
        if !self.on.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut buckets = self.buckets();
        let Some(intensity) = buckets.intensity else {
            return Ok(());
        };
        let now = now();
        if buckets.by_source.len() >= SOURCES && !buckets.by_source.contains_key(&source) {
            // Full ones are what matters; should all be that, all begin anew.
            buckets
                .by_source
                .retain(|_, bucket| bucket.level(&intensity, now) > 0.0);
            if buckets.by_source.len() >= SOURCES {
                buckets.by_source.clear();
            }
        }
        let bucket = buckets.by_source.entry(source).or_insert_with(|| Bucket {
            level: 0.0,
            drained: now,
        });
        if bucket.add(&intensity, now) {
            return Ok(());
        }
        self.refused.fetch_add(1, Ordering::Relaxed);
        let is_bot = BOTS.iter().any(|prefix| method.starts_with(prefix));
        let status = intensity.bot_status.filter(|_| is_bot);
        Err(Full { status })
    }
}

struct Bucket {
    level: f64,
    drained: Instant,
}

impl Bucket {
    /// How full it is by now.
    fn level(&mut self, intensity: &Intensity, now: Instant) -> f64 {
        let mut passed = now.saturating_duration_since(self.drained);
        if !intensity.continuous {
            passed = Duration::from_secs(passed.as_secs());
        }
        self.drained += passed;
        self.level = (self.level - passed.as_secs_f64() * intensity.per_second).max(0.0);
        self.level
    }

    /// Adds a request; `false` when there is no room for it.
    fn add(&mut self, intensity: &Intensity, now: Instant) -> bool {
        let room = self.level(intensity, now) + 1.0 <= intensity.depth.into();
        if room {
            self.level += 1.0;
        }
        room
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn taken(limits: &Limits, start: Instant, millis: u64, tries: u32) -> usize {
        let now = start + Duration::from_millis(millis);
        (0..tries)
            .filter(|_| limits.take(HERE, "m", || now).is_ok())
            .count()
    }

    #[test]
    fn drains_once_a_second() {
        let (limits, start) = (Limits::default(), Instant::now());
        assert_eq!(taken(&limits, start, 0, 999), 999);
        limits.set(Some(Intensity::new(5, 2.0)));
        assert_eq!(taken(&limits, start, 0, 9), 5);
        assert_eq!(taken(&limits, start, 999, 9), 0);
        assert_eq!(taken(&limits, start, 1999, 9), 2);
        // What was drained at the first second counts no more at the second one.
        assert_eq!(taken(&limits, start, 2000, 9), 2);
        assert_eq!(taken(&limits, start, 60_000, 9), 5);
        assert_eq!(limits.refused(), 4 + 9 + 7 + 7 + 4);
    }

    #[test]
    fn drains_all_the_time() {
        let (limits, start) = (Limits::default(), Instant::now());
        limits.set(Some(Intensity {
            continuous: true,
            ..Intensity::new(5, 2.0)
        }));
        assert_eq!(taken(&limits, start, 0, 9), 5);
        assert_eq!(taken(&limits, start, 499, 9), 0);
        assert_eq!(taken(&limits, start, 501, 9), 1);
        assert_eq!(taken(&limits, start, 2001, 9), 3);
    }

    #[test]
    fn plans_and_sources() {
        let (limits, now) = (Limits::default(), Instant::now());
        limits.set(Plan::Standard.intensity());
        assert_eq!(taken(&limits, now, 0, 60), 50);
        assert_eq!(taken(&limits, now, 10_000, 60), 20);
        limits.set(Plan::Enterprise.intensity());
        assert_eq!(taken(&limits, now, 0, 260), 250);
        assert_eq!(taken(&limits, now, 10_000, 260), 50);
        assert_eq!(Plan::SelfHosted.intensity(), None);

        limits.set(Some(Intensity {
            bot_status: Some(429),
            ..Intensity::new(1, 0.0)
        }));
        for number in 0..20_000_u32 {
            let source = IpAddr::V4(Ipv4Addr::from_bits(0x7f00_0001 + number));
            assert_eq!(limits.take(source, "m", || now), Ok(()));
        }
        assert!(limits.buckets().by_source.len() <= SOURCES);
        let last = IpAddr::V4(Ipv4Addr::from_bits(0x7f00_0001 + 19_999));
        let refused = |method| limits.take(last, method, || now);
        assert_eq!(refused("m"), Err(Full { status: None }));
        let status = Some(429);
        assert_eq!(refused("imbot.v2.bot.list"), Err(Full { status }));
        assert_eq!(refused("imbot.chat.get"), Err(Full { status: None }));
    }
}
