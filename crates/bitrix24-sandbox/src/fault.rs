//! What goes wrong between a client and a portal.

use std::{fmt, num::NonZero, ops::Range, str::FromStr, time::Duration};

use crate::failures::Failure;

/// Something that goes wrong with the answer to a request: with the next one, unless it is said
/// when. The method has run all the same, but for [`Fault::refuse`] and [`Fault::error`].
///
/// ```
/// use std::time::Duration;
/// use bitrix24_sandbox::{Failure, Fault, Slip};
///
/// let third_call = Fault::reset().after(2);
/// let until_cleared = Fault::drip(Duration::from_millis(10)).always();
/// let proxy = Fault::status(504, "").not_run().times(2);
/// let now_and_then = Fault::error(Failure::code("QUERY_LIMIT_EXCEEDED")).chance(0.1);
/// let each_fifth = Fault::half().every(5);
/// let in_the_second_minute =
///     Fault::html().during(Duration::from_secs(60)..Duration::from_secs(120));
/// let slowly_lost = Fault::cut(100).late(Duration::from_secs(1));
/// let like_php = Fault::slips(Slip::ALL).always();
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub(crate) kind: Kind,
    /// How much later it happens.
    pub(crate) late: Duration,
    pub(crate) runs: bool,
    pub(crate) when: When,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// The connection ends, or falls silent, after a part of the answer.
    Break {
        sent: Part,
        then: End,
    },
    /// The connection is closed, and the method does not run.
    Refuse,
    Drip(Duration),
    Html,
    Status {
        status: u16,
        body: String,
    },
    /// The answer is late, and that is all.
    Delay,
    Error(Failure),
    Slips(Vec<Slip>),
}

/// How much of an answer gets out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// So many bytes of the whole answer, its head among them.
    Bytes(usize),
    /// The head and half of the body.
    Half,
    Whole,
}

/// What becomes of a connection then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Close,
    Reset,
    Silence,
}

/// A value as PHP writes it that does not mind types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Slip {
    /// `[]` for an object that is empty.
    Arrays,
    /// Text for a number.
    Numbers,
    /// `false` for a date.
    Dates,
}

impl Slip {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Arrays, Self::Numbers, Self::Dates];
}

impl FromStr for Slip {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "arrays" => Ok(Self::Arrays),
            "numbers" => Ok(Self::Numbers),
            "dates" => Ok(Self::Dates),
            _ => Err(format!(
                "no such slip: {name} (there are arrays, numbers, dates)"
            )),
        }
    }
}

/// Which requests a fault meets, of those that it is for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct When {
    pub(crate) times: Times,
    /// How many requests go well before.
    pub(crate) after: u32,
    /// It meets the last of each so many requests.
    pub(crate) every: NonZero<u32>,
    /// How likely it meets one.
    pub(crate) chance: f64,
    /// Numbers of requests from 1; empty for all.
    pub(crate) at: Vec<u64>,
    /// On the portal's clock, from the order on.
    pub(crate) during: Option<Range<Duration>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Times {
    /// Once, but all that a schedule names.
    Unsaid,
    Count(u32),
    Always,
}

impl Default for When {
    fn default() -> Self {
        Self {
            times: Times::Unsaid,
            after: 0,
            every: NonZero::<u32>::MIN,
            chance: 1.0,
            at: Vec::new(),
            during: None,
        }
    }
}

impl When {
    /// How many requests it meets; `None` for all.
    pub(crate) fn most(&self) -> Option<u32> {
        let is_scheduled = self.every.get() > 1
            || self.chance < 1.0
            || !self.at.is_empty()
            || self.during.is_some();
        match self.times {
            Times::Unsaid if is_scheduled => None,
            Times::Unsaid => Some(1),
            Times::Count(times) => Some(times),
            Times::Always => None,
        }
    }
}

impl Fault {
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            runs: !matches!(kind, Kind::Refuse | Kind::Error(_)),
            kind,
            late: Duration::ZERO,
            when: When::default(),
        }
    }

    fn breaking(sent: Part, then: End) -> Self {
        Self::new(Kind::Break { sent, then })
    }

    /// The connection is reset in place of an answer.
    #[must_use]
    pub fn reset() -> Self {
        Self::breaking(Part::Bytes(0), End::Reset)
    }

    /// The connection is closed in place of an answer, and the method does not run.
    #[must_use]
    pub fn refuse() -> Self {
        Self::new(Kind::Refuse)
    }

    /// The connection is closed after half of the answer's body.
    #[must_use]
    pub fn half() -> Self {
        Self::breaking(Part::Half, End::Close)
    }

    /// The connection is closed after so many bytes of the answer, its head
    /// among them; 0: in place of it.
    #[must_use]
    pub fn cut(bytes: usize) -> Self {
        Self::breaking(Part::Bytes(bytes), End::Close)
    }

    /// The connection is closed after the answer, which did not tell so. An
    /// answer with the header `Connection: close` tells it.
    #[must_use]
    pub fn close() -> Self {
        Self::breaking(Part::Whole, End::Close)
    }

    /// The answer never comes, and the connection stays open.
    #[must_use]
    pub fn silence() -> Self {
        Self::breaking(Part::Bytes(0), End::Silence)
    }

    /// The answer comes byte by byte, with this time between them.
    #[must_use]
    pub fn drip(pause: Duration) -> Self {
        Self::new(Kind::Drip(pause))
    }

    /// A page in HTML with status 502 comes instead of the answer.
    #[must_use]
    pub fn html() -> Self {
        Self::new(Kind::Html)
    }

    /// This status and this body come instead of the answer, as JSON if the
    /// body is that, else as HTML.
    #[must_use]
    pub fn status(status: u16, body: impl Into<String>) -> Self {
        let body = body.into();
        Self::new(Kind::Status { status, body })
    }

    /// The answer comes that much later.
    #[must_use]
    pub fn delay(time: Duration) -> Self {
        Self::new(Kind::Delay).late(time)
    }

    /// The portal answers this error, and the method does not run. When, is for
    /// the fault to say, not for the failure. Meets commands in a batch as well.
    #[must_use]
    pub fn error(failure: Failure) -> Self {
        Self::new(Kind::Error(failure))
    }

    /// Values of the result are written as PHP does that does not mind types,
    /// where the documented type allows for the slip. Meets commands in a
    /// batch as well.
    #[must_use]
    pub fn slips(slips: impl IntoIterator<Item = Slip>) -> Self {
        Self::new(Kind::Slips(slips.into_iter().collect()))
    }

    /// The connection is reset where it would be closed: after
    /// [`half`](Self::half), [`cut`](Self::cut) or [`close`](Self::close).
    #[must_use]
    pub fn then_reset(self) -> Self {
        self.then(End::Reset)
    }

    /// Nothing more comes where the connection would be closed, and it stays open.
    #[must_use]
    pub fn then_silence(self) -> Self {
        self.then(End::Silence)
    }

    pub(crate) fn then(mut self, end: End) -> Self {
        if let Kind::Break { then, .. } = &mut self.kind {
            *then = end;
        }
        self
    }

    /// All that happens that much later.
    #[must_use]
    pub fn late(mut self, time: Duration) -> Self {
        self.late = time;
        self
    }

    /// Meets so many requests.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.when.times = Times::Count(times);
        self
    }

    /// Meets every request until it is cleared.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.when.times = Times::Always;
        self
    }

    /// Lets so many requests pass before.
    #[must_use]
    pub fn after(mut self, requests: u32) -> Self {
        self.when.after = requests;
        self
    }

    /// Meets the last of each so many requests: `every(3)` the third, the sixth and so on. Like
    /// all that follow, until it is cleared, unless [`times`](Self::times) says how often.
    #[must_use]
    pub fn every(mut self, requests: u32) -> Self {
        self.when.every = NonZero::new(requests).unwrap_or(NonZero::<u32>::MIN);
        self
    }

    /// Meets requests by chance, from 0 (none) to 1 (all). It is the same ones for the same
    /// [`seed`](crate::Builder::seed).
    #[must_use]
    pub fn chance(mut self, probability: f64) -> Self {
        self.when.chance = probability;
        self
    }

    /// Meets the first, the second… request by these numbers, from 1.
    #[must_use]
    pub fn at(mut self, numbers: impl IntoIterator<Item = u64>) -> Self {
        self.when.at.extend(numbers);
        self
    }

    /// Meets requests in this time since it was ordered, on the portal's clock.
    #[must_use]
    pub fn during(mut self, time: Range<Duration>) -> Self {
        self.when.during = Some(time);
        self
    }

    /// The method does not run. Faults that need the answer of the method
    /// ([`half`](Self::half), [`drip`](Self::drip), [`delay`](Self::delay)…)
    /// then have an empty page with status 502 in its place.
    #[must_use]
    pub fn not_run(mut self) -> Self {
        self.runs = false;
        self
    }

    /// Whether it makes sense for one command of a batch.
    pub(crate) fn meets_commands(&self) -> bool {
        matches!(self.kind, Kind::Error(_) | Kind::Slips(_))
    }

    /// Its kind, as orders name it.
    pub(crate) fn name(&self) -> &'static str {
        match &self.kind {
            Kind::Break {
                sent: Part::Bytes(0),
                then: End::Reset,
            } => "reset",
            Kind::Break {
                sent: Part::Bytes(0),
                then: End::Silence,
            } => "silence",
            Kind::Break {
                sent: Part::Bytes(_),
                ..
            } => "cut",
            Kind::Break {
                sent: Part::Half, ..
            } => "half",
            Kind::Break {
                sent: Part::Whole, ..
            } => "close",
            Kind::Refuse => "refuse",
            Kind::Drip(_) => "drip",
            Kind::Html => "html",
            Kind::Status { .. } => "status",
            Kind::Delay => "delay",
            Kind::Error(_) => "error",
            Kind::Slips(_) => "slips",
        }
    }
}

/// Its kind, as orders name it.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
