//! What goes wrong between a client and a portal.

use std::time::Duration;

use serde_json::Value;

use crate::{failures::EVERY_METHOD, reply::Reply};

/// Something that goes wrong with the answer to a request, once unless it is
/// said otherwise. The method has run all the same, but for [`Fault::refuse`].
///
/// ```
/// use std::time::Duration;
/// use bitrix24_sandbox::Fault;
///
/// let third_call = Fault::reset().after(2);
/// let until_cleared = Fault::drip(Duration::from_millis(10)).always();
/// let proxy = Fault::status(504, "").not_run().times(2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub(crate) kind: Kind,
    /// How many requests it meets; `None` for all until it is cleared.
    times: Option<u32>,
    /// How many requests go well before.
    after: u32,
    runs: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Reset,
    Refuse,
    Half,
    Silence,
    Drip(Duration),
    Html,
    Status { status: u16, body: String },
    Delay(Duration),
}

impl Fault {
    fn new(kind: Kind) -> Self {
        Self {
            runs: kind != Kind::Refuse,
            kind,
            times: Some(1),
            after: 0,
        }
    }

    /// The connection is reset in place of an answer.
    #[must_use]
    pub fn reset() -> Self {
        Self::new(Kind::Reset)
    }

    /// The connection is closed in place of an answer, and the method does not run.
    #[must_use]
    pub fn refuse() -> Self {
        Self::new(Kind::Refuse)
    }

    /// The connection is closed after half of the answer's body.
    #[must_use]
    pub fn half() -> Self {
        Self::new(Kind::Half)
    }

    /// The answer never comes, and the connection stays open.
    #[must_use]
    pub fn silence() -> Self {
        Self::new(Kind::Silence)
    }

    /// The body of the answer comes byte by byte, with this time between them.
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
        Self::new(Kind::Delay(time))
    }

    /// Meets so many requests.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Meets every request until it is cleared.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.times = None;
        self
    }

    /// Lets so many requests pass before.
    #[must_use]
    pub fn after(mut self, requests: u32) -> Self {
        self.after = requests;
        self
    }

    /// The method does not run. Faults that need the answer of the method
    /// ([`half`](Self::half), [`drip`](Self::drip), [`delay`](Self::delay))
    /// then have an empty page with status 502 in its place.
    #[must_use]
    pub fn not_run(mut self) -> Self {
        self.runs = false;
        self
    }

    pub(crate) fn runs(&self) -> bool {
        self.runs
    }

    /// Its kind, as orders name it.
    pub(crate) fn name(&self) -> &'static str {
        match self.kind {
            Kind::Reset => "reset",
            Kind::Refuse => "refuse",
            Kind::Half => "half",
            Kind::Silence => "silence",
            Kind::Drip(_) => "drip",
            Kind::Html => "html",
            Kind::Status { .. } => "status",
            Kind::Delay(_) => "delay",
        }
    }

    /// Spoils an answer; the server does what only it can do.
    pub(crate) fn spoil(self, reply: Reply) -> Reply {
        let spoilt = match &self.kind {
            // No status ever gets out.
            Kind::Reset | Kind::Refuse | Kind::Silence => Reply { status: 0, ..reply },
            Kind::Half | Kind::Drip(_) | Kind::Delay(_) => reply,
            Kind::Html => Reply {
                ran: reply.ran,
                ..Reply::page(502, "Bad Gateway")
            },
            Kind::Status { status, body } => {
                let page = match serde_json::from_str::<Value>(body) {
                    Ok(_) => Reply::json(*status, body.clone().into_bytes()),
                    Err(_) => Reply {
                        body: body.clone().into_bytes(),
                        ..Reply::page(*status, "")
                    },
                };
                Reply {
                    ran: reply.ran,
                    ..page
                }
            }
        };
        Reply {
            fault: Some(self),
            ..spoilt
        }
    }
}

/// The faults that stand, with the lower-case name of the method; the earliest
/// comes first.
#[derive(Default)]
pub(crate) struct Faults(Vec<(String, Fault)>);

impl Faults {
    pub(crate) fn add(&mut self, method: &str, fault: Fault) {
        self.0.push((method.to_ascii_lowercase(), fault));
    }

    /// The fault that this request of a method meets, which counts as used.
    pub(crate) fn take(&mut self, method: &str) -> Option<Fault> {
        let mut met = None;
        for (name, fault) in &mut self.0 {
            if name != EVERY_METHOD && name != method {
                continue;
            }
            if fault.after > 0 {
                fault.after -= 1;
            } else if met.is_none() && fault.times != Some(0) {
                fault.times = fault.times.map(|left| left - 1);
                met = Some(fault.clone());
            }
        }
        self.0.retain(|(_, fault)| fault.times != Some(0));
        met
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_used_up() {
        let mut faults = Faults::default();
        faults.add("A.b", Fault::reset().times(2));
        faults.add("*", Fault::half().after(3));
        faults.add("a.b", Fault::silence().always().after(1));
        faults.add("c", Fault::refuse().times(0));
        let mut names = |method: &str| faults.take(method).map_or("", |fault| fault.name());
        assert_eq!(names("c"), "");
        assert_eq!(
            ["a.b"; 5].map(&mut names),
            ["reset", "reset", "half", "silence", "silence"],
        );
        assert_eq!(names("c"), "");
    }
}
