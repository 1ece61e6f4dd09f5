//! How long methods have worked, and which of them must rest.

use std::{collections::BTreeMap, time::Duration};

/// For how long a method rests if nobody says: the portal counts by the minute.
const REST: Duration = Duration::from_secs(60);

/// The portal forgets after ten minutes, so nothing rests longer.
const LONGEST_REST: Duration = Duration::from_secs(600);

/// How many methods are remembered before those are forgotten whose time is over.
const MANY: usize = 1024;

/// What is known of the operating time, by credential and method.
#[derive(Debug, Default)]
pub(super) struct Operating(BTreeMap<u64, Known>);

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// When the portal forgets the oldest part.
    resets_at: Duration,
    rests_until: Duration,
}

/// Tells methods of credentials apart. Names of methods differ in case only by mistake.
///
/// It goes on from the credential as FNV-1a does, which takes little for such short names. Nobody
/// else chooses them.
pub(super) fn key(credential: u64, method: &str) -> u64 {
    const PRIME: u64 = 0x0100_0000_01b3;

    method.bytes().fold(credential, |key, byte| {
        (key ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(PRIME)
    })
}

impl Operating {
    /// A good answer: the portal will forget some of the time then.
    pub(super) fn worked(&mut self, now: Duration, key: u64, resets_in: Duration) {
        if self.0.len() >= MANY {
            self.0
                .retain(|_, known| known.resets_at > now || known.rests_until > now);
        }
        let known = self.0.entry(key).or_default();
        // A rest goes on: the answer may be that of a call from before.
        known.resets_at = now + resets_in.min(LONGEST_REST);
    }

    /// The portal refuses the method, perhaps saying until when.
    pub(super) fn spent(&mut self, now: Duration, key: u64, resets_in: Option<Duration>) {
        let known = self.0.entry(key).or_default();
        let last = known.resets_at.checked_sub(now);
        let rest = resets_in
            .or(last)
            .filter(|rest| !rest.is_zero())
            .unwrap_or(REST);
        known.rests_until = now + rest.min(LONGEST_REST);
    }

    /// How long a method must rest.
    pub(super) fn wait(&self, now: Duration, key: u64) -> Duration {
        self.0.get(&key).map_or(Duration::ZERO, |known| {
            known.rests_until.saturating_sub(now)
        })
    }

    pub(super) fn is_idle(&self, now: Duration) -> bool {
        self.0
            .values()
            .all(|known| known.resets_at <= now && known.rests_until <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_whose_time_is_over_are_forgotten() {
        let mut operating = Operating::default();
        for key in 0..3 * MANY as u64 {
            operating.worked(Duration::from_secs(key), key, Duration::from_secs(1));
        }
        assert!(operating.0.len() <= MANY);
    }
}
