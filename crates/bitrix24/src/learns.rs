//! What answers tell of the limits.

use std::time::Duration;

use serde::Deserializer;

use crate::{
    SystemError, Time, envelope,
    limit::Seen,
    live::Limits,
    wire::{self, Field, FromWire, Slots},
};

/// Tells the limiter what answers say of the operating time of methods.
#[derive(Clone)]
pub(crate) struct Learns(pub(crate) Limits);

impl Learns {
    /// A good answer.
    pub(crate) fn time(&self, method: &str, time: &Time) {
        self.spent(method, &time.into());
    }

    /// A good answer, whose time has not been read.
    pub(crate) fn unread_time(&self, method: &str, time: &str) {
        if let Some(spent) = Spent::read(time) {
            self.spent(method, &spent);
        }
    }

    fn spent(&self, method: &str, spent: &Spent) {
        let used = spent
            .operating
            .and_then(|used| Duration::try_from_secs_f64(used).ok());
        if let (Some(used), Some(resets_in)) = (used, spent.resets_in()) {
            let turn = self.0.turn(method);
            let limiter = self.0.limiter();
            limiter.observe(turn, Seen::Operating { used, resets_in });
        }
    }

    /// A command of a batch was refused; a call that is sent alone is looked at while it is sent.
    pub(crate) fn refusal(&self, method: &str, refusal: &envelope::Refusal) {
        if SystemError::from_code(&refusal.code) == Some(SystemError::OperationTimeLimit) {
            let resets_in = refusal.time.as_ref().and_then(resets_in);
            let turn = self.0.turn(method);
            let limiter = self.0.limiter();
            limiter.observe(turn, Seen::OperatingSpent { resets_in });
        }
    }
}

/// When the portal will forget some operating time, from the moment of its answer.
pub(crate) fn resets_in(time: &Time) -> Option<Duration> {
    Spent::from(time).resets_in()
}

/// The part of [`Time`] that has to do with limits.
#[derive(Default)]
struct Spent {
    start: Option<f64>,
    finish: Option<f64>,
    duration: Option<f64>,
    operating_reset_at: Option<i64>,
    operating: Option<f64>,
}

impl Spent {
    /// Reads nothing else. `None`: it cannot be read, which is not worth failing for.
    fn read(time: &str) -> Option<Self> {
        let mut spent = Self::default();
        let found = wire::fill(&mut serde_json::Deserializer::from_str(time), &mut spent);
        found.ok()?.value()?;
        Some(spent)
    }

    fn resets_in(&self) -> Option<Duration> {
        // By the portal's own clock, which need not be ours.
        let now = self.finish.or_else(|| Some(self.start? + self.duration?))?;
        #[allow(clippy::cast_precision_loss)] // seconds
        let resets_at = self.operating_reset_at? as f64;
        Duration::try_from_secs_f64((resets_at - now).max(0.0)).ok()
    }
}

impl From<&Time> for Spent {
    fn from(time: &Time) -> Self {
        Self {
            start: time.start,
            finish: time.finish,
            duration: time.duration,
            operating_reset_at: time.operating_reset_at,
            operating: time.operating,
        }
    }
}

impl Slots for Spent {
    fn count(&self) -> usize {
        FIELDS.len()
    }

    fn field(&self, index: usize) -> Field {
        FIELDS[index]
    }

    fn set<'de, D: Deserializer<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => self.start = f64::from_wire_opt(value)?,
            1 => self.finish = f64::from_wire_opt(value)?,
            2 => self.duration = f64::from_wire_opt(value)?,
            3 => self.operating_reset_at = i64::from_wire_opt(value)?,
            _ => self.operating = f64::from_wire_opt(value)?,
        }
        Ok(())
    }

    fn set_extra<'de, D: Deserializer<'de>>(&mut self, _: &str, value: D) -> Result<(), D::Error> {
        wire::skip(value)
    }
}

/// In the order in which portals write them.
const FIELDS: [Field; 5] = [
    Field::optional("start"),
    Field::optional("finish"),
    Field::optional("duration"),
    Field::optional("operating_reset_at"),
    Field::optional("operating"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Both ways to the same facts.
    fn both(time: &str) -> (Option<Duration>, Option<Duration>) {
        let whole: Option<Time> = serde_json::from_str(time).ok();
        let part = Spent::read(time).and_then(|spent| spent.resets_in());
        (whole.and_then(|time| resets_in(&time)), part)
    }

    #[test]
    fn the_part_says_what_the_whole_says() {
        for (time, seconds) in [
            (
                r#"{"start":100,"finish":101.5,"duration":1.5,"processing":1,"date_start":
                "2026-02-24T13:44:33+01:00","operating_reset_at":700,"operating":0.5}"#,
                Some(598.5),
            ),
            (
                r#"{"operating":"1","operating_reset_at":"700","duration":"1","start":"100"}"#,
                Some(599.0),
            ),
            (
                r#"{"finish":800,"operating_reset_at":700,"new":{}}"#,
                Some(0.0),
            ),
            (r#"{"finish":100,"operating_reset_at":false}"#, None),
            (r#"{"start":100,"operating_reset_at":700}"#, None),
            (r#"{"finish":{},"operating_reset_at":700}"#, None),
            ("[]", None),
            ("null", None),
            ("7", None),
        ] {
            let expected = seconds.map(Duration::from_secs_f64);
            assert_eq!(both(time), (expected, expected), "{time}");
        }
    }
}
