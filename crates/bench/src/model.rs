//! What was measured: kept as JSON, so that a section can be measured again alone.

use std::{collections::BTreeMap, time::SystemTime};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::stats::Spread;

/// One section of the benchmark.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Section {
    pub(crate) name: String,
    /// When it was measured.
    pub(crate) date: String,
    /// With what.
    #[serde(default)]
    pub(crate) setup: Setup,
    /// The name of each client, and its version.
    pub(crate) versions: BTreeMap<String, String>,
    pub(crate) notes: Vec<String>,
    pub(crate) races: Vec<Race>,
    pub(crate) values: Vec<Values>,
    pub(crate) verdicts: Vec<Verdict>,
    pub(crate) plots: Vec<Plot>,
}

/// What figures belong to. What nobody noted is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Setup {
    pub(crate) machine: String,
    pub(crate) rustc: String,
    pub(crate) python: String,
    /// The state of the project.
    pub(crate) commit: String,
}

/// Clients that did the same.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Race {
    pub(crate) title: String,
    /// What is counted, such as `call`.
    pub(crate) unit: String,
    pub(crate) entries: Vec<Entry>,
}

/// What a client came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) client: String,
    pub(crate) rounds: Vec<Round>,
    /// Why there are no rounds, or fewer.
    pub(crate) problem: Option<String>,
}

/// One turn.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Round {
    pub(crate) count: u64,
    /// Seconds.
    pub(crate) wall: f64,
    /// Seconds.
    pub(crate) cpu: f64,
    /// Bytes.
    pub(crate) peak: u64,
}

/// Figures of their own.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Values {
    pub(crate) title: String,
    pub(crate) rows: Vec<Value>,
}

/// One figure, measured some times.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Value {
    pub(crate) what: String,
    pub(crate) measure: Measure,
    pub(crate) values: Vec<f64>,
    /// Why it was not measured.
    pub(crate) problem: Option<String>,
}

/// What a figure is one of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Measure {
    Seconds,
    Bytes,
}

/// An expectation, and what became of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Verdict {
    pub(crate) what: String,
    pub(crate) ours: String,
    pub(crate) against: String,
    pub(crate) theirs: String,
    /// How many times as fast, where it is of calls.
    pub(crate) speed: String,
    /// How many times less CPU time, where it is of calls.
    pub(crate) cpu: String,
    /// How many times less CPU time the limit takes, where there is one.
    #[serde(default)]
    pub(crate) limit: String,
    pub(crate) expected: String,
    pub(crate) met: Met,
}

/// What became of an expectation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) enum Met {
    Yes,
    /// In CPU time, not in calls a second.
    InCpu,
    /// In calls a second, not in CPU time.
    InSpeed,
    No,
    /// Something could not be measured.
    #[default]
    Unknown,
}

impl Section {
    /// One that is measured now.
    pub(crate) fn now() -> Self {
        let now = DateTime::<Utc>::from(SystemTime::now());
        Self {
            date: now.format("%Y-%m-%d").to_string(),
            ..Self::default()
        }
    }
}

impl Met {
    /// Of one condition.
    pub(crate) fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// Lines that grow.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Plot {
    /// The name of its file, without the ending.
    pub(crate) file: String,
    pub(crate) title: String,
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) lines: Vec<Line>,
}

/// One of them.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
}

impl Entry {
    /// Of how many there were a second.
    pub(crate) fn speed(&self) -> Option<Spread> {
        Spread::of(self.rounds.iter().map(|it| it.count as f64 / it.wall))
    }

    /// Seconds of CPU for each.
    pub(crate) fn cpu(&self) -> Option<Spread> {
        Spread::of(self.rounds.iter().map(|it| it.cpu / it.count as f64))
    }

    /// The most memory, in bytes.
    pub(crate) fn peak(&self) -> Option<u64> {
        self.rounds.iter().map(|it| it.peak).max()
    }
}

impl Race {
    /// What that client came to.
    pub(crate) fn entry(&self, client: &str) -> Option<&Entry> {
        self.entries.iter().find(|it| it.client == client)
    }
}

impl Value {
    /// A figure that was measured.
    pub(crate) fn new(what: impl Into<String>, measure: Measure, values: Vec<f64>) -> Self {
        let what = what.into();
        Self {
            what,
            measure,
            values,
            problem: None,
        }
    }

    /// One that was not measured.
    pub(crate) fn missing(what: impl Into<String>, measure: Measure, problem: String) -> Self {
        Self {
            problem: Some(problem),
            ..Self::new(what, measure, Vec::new())
        }
    }

    /// The middle of it. What failed has none, even if it did not fail each time.
    pub(crate) fn median(&self) -> Option<f64> {
        if self.problem.is_some() {
            return None;
        }
        Spread::of(self.values.iter().copied()).map(|it| it.median)
    }
}
