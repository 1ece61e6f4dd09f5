//! What a portal remembers of the calls it got.

use std::{collections::VecDeque, fmt};

use serde_json::{Map, Value, json};

use crate::auth::Credential;

/// Older calls are forgotten beyond this.
const CAPACITY: usize = 10_000;

/// Stands for what is secret.
pub(crate) const MASK: &str = "***";

/// A call that a portal got.
///
/// The webhook's code and the access token are left out when it is recorded.
/// `Debug` and `Display` also mask what the description calls secret; the
/// accessors hand that out as it was sent.
#[derive(Clone, PartialEq)]
pub struct Recorded {
    pub(crate) method: String,
    pub(crate) verb: String,
    pub(crate) path: String,
    pub(crate) credential: Credential,
    pub(crate) parameters: Map<String, Value>,
    /// The names of secret parameters.
    pub(crate) secret: Vec<String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) status: u16,
    pub(crate) ran: bool,
    /// The kind of the fault that it met.
    pub(crate) fault: Option<&'static str>,
}

impl Recorded {
    /// The method of the API, spelt as it was sent, such as `imbot.chat.get`.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The method of HTTP, such as `POST`.
    #[must_use]
    pub fn verb(&self) -> &str {
        &self.verb
    }

    /// The path of the address as it was sent, with `***` for the code of a
    /// webhook and without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What the call was authorised by.
    #[must_use]
    pub fn credential(&self) -> Credential {
        self.credential
    }

    /// All parameters but `auth`; none when the body could not be read.
    #[must_use]
    pub fn parameters(&self) -> &Map<String, Value> {
        &self.parameters
    }

    /// The headers in the order in which they came, with lower-case names.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The first header of that name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The HTTP status of the answer; 0 when none was sent.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether the method ran, rather than that the call was turned down. It
    /// may have run for an answer that never arrived.
    #[must_use]
    pub fn ran(&self) -> bool {
        self.ran
    }

    /// The kind of the fault that the request met, such as `reset`.
    #[must_use]
    pub fn fault(&self) -> Option<&str> {
        self.fault
    }

    /// As the in-band log shows it.
    pub(crate) fn to_json(&self) -> Value {
        let headers: Map<_, _> = self
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
            .collect();
        json!({
            "method": self.method,
            "verb": self.verb,
            "path": self.path,
            "credential": self.credential.to_string(),
            "parameters": self.parameters,
            "headers": headers,
            "status": self.status,
            "ran": self.ran,
            "fault": self.fault,
        })
    }

    fn masked_parameters(&self) -> Value {
        let mut parameters = self.parameters.clone();
        for (name, value) in &mut parameters {
            if self.secret.contains(name) {
                *value = MASK.into();
            }
        }
        parameters.into()
    }
}

impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| match name.as_str() {
                "authorization" | "cookie" | "proxy-authorization" => (name.as_str(), MASK),
                _ => (name.as_str(), value.as_str()),
            })
            .collect();
        f.debug_struct("Recorded")
            .field("method", &self.method)
            .field("verb", &self.verb)
            .field("path", &self.path)
            .field("credential", &self.credential)
            .field("parameters", &self.masked_parameters())
            .field("headers", &headers)
            .field("status", &self.status)
            .field("ran", &self.ran)
            .field("fault", &self.fault)
            .finish_non_exhaustive()
    }
}

/// One line, such as `200 POST /rest/1/***/imbot.chat.get webhook {"ENTITY_ID":"13"}`.
impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {} {} {}",
            self.status,
            self.verb,
            self.path,
            self.credential,
            self.masked_parameters(),
        )
    }
}

/// The calls in the order in which they were answered.
#[derive(Default)]
pub(crate) struct Log(VecDeque<Recorded>);

impl Log {
    pub(crate) fn push(&mut self, recorded: Recorded) {
        if self.0.len() == CAPACITY {
            self.0.pop_front();
        }
        self.0.push_back(recorded);
    }

    pub(crate) fn all(&self) -> Vec<Recorded> {
        self.0.iter().cloned().collect()
    }
}
