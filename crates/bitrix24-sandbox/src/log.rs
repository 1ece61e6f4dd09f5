//! What a portal remembers of the calls it got.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime},
};

use hyper::{HeaderMap, Method as Verb, Uri, body::Bytes};
use serde_json::{Map, Value, json};

use crate::{auth::Credential, time::since_epoch};

/// Older calls are forgotten beyond this.
const CAPACITY: usize = 10_000;

/// Likewise, so that files do not fill the memory.
const BYTES: usize = 256 << 20;

/// Stands for what is secret.
pub(crate) const MASK: &str = "***";

/// A call that a portal got.
///
/// The webhook's code and the access token are left out when it is recorded,
/// but for [`query`](Self::query), [`target`](Self::target) and [`body`](Self::body).
/// `Debug` and `Display` show none of these, and also mask what the description calls
/// secret; the accessors hand that out as it was sent.
#[derive(Clone)]
pub struct Recorded {
    /// Shared: a call is looked at more often than it is made.
    sent: Arc<Sent>,
    outcome: Outcome,
}

/// What was sent.
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) verb: Verb,
    pub(crate) path: String,
    pub(crate) uri: Uri,
    pub(crate) credential: Credential,
    pub(crate) parameters: Map<String, Value>,
    /// The names of secret parameters; a dot leads into one.
    pub(crate) secret: Arc<[String]>,
    pub(crate) headers: HeaderMap,
    /// As text, for those who ask.
    pub(crate) header_texts: OnceLock<Vec<(String, String)>>,
    pub(crate) body: Bytes,
    pub(crate) time: SystemTime,
    /// 0 for commands.
    pub(crate) connection: u64,
}

/// What came of it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Outcome {
    pub(crate) status: u16,
    pub(crate) ran: bool,
    /// The kind of the fault that it met.
    pub(crate) fault: Option<&'static str>,
    pub(crate) took: Duration,
}

impl Recorded {
    /// A call of which nothing has come yet.
    pub(crate) fn new(sent: Sent) -> Self {
        Self {
            sent: Arc::new(sent),
            outcome: Outcome::default(),
        }
    }

    /// The headers as they came.
    pub(crate) fn headers_of_http(&self) -> &HeaderMap {
        &self.sent.headers
    }

    pub(crate) fn with(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// The method of the API, spelt as it was sent, such as `imbot.chat.get`.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.sent.method
    }

    /// The method of HTTP, such as `POST`.
    #[must_use]
    pub fn verb(&self) -> &str {
        self.sent.verb.as_str()
    }

    pub(crate) fn verb_of_http(&self) -> Verb {
        self.sent.verb.clone()
    }

    /// The path of the address as it was sent, with `***` for the code of a
    /// webhook and without the query; `batch` for a command in a batch.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.sent.path
    }

    /// The query of the address as it was sent, which may hold a token.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.sent.uri.query()
    }

    /// The address as it was sent, secrets and all: the path and the query, and
    /// what comes before them when the portal is used as a proxy. `/` for a
    /// command in a batch.
    #[must_use]
    pub fn target(&self) -> String {
        self.sent.uri.to_string()
    }

    /// What the call was authorised by.
    #[must_use]
    pub fn credential(&self) -> Credential {
        self.sent.credential
    }

    /// All parameters but `auth`; none when the body could not be read.
    #[must_use]
    pub fn parameters(&self) -> &Map<String, Value> {
        &self.sent.parameters
    }

    /// The headers, with lower-case names; none for a command in a batch.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        self.sent.header_texts.get_or_init(|| {
            let headers = self.sent.headers.iter();
            headers
                .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())))
                .collect()
        })
    }

    /// The first header of that name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers()
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body as it was sent, which may hold a token; empty for a command in
    /// a batch.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.sent.body
    }

    /// When it came, by the portal's clock.
    #[must_use]
    pub fn time(&self) -> SystemTime {
        self.sent.time
    }

    /// How long the portal took to answer, but for what a fault added.
    #[must_use]
    pub fn took(&self) -> Duration {
        self.outcome.took
    }

    /// The number of the connection that it came by, counted from 1 since the
    /// portal was started; 0 for a command in a batch.
    #[must_use]
    pub fn connection(&self) -> u64 {
        self.sent.connection
    }

    /// Whether it was a command in a batch.
    #[must_use]
    pub fn is_command(&self) -> bool {
        self.sent.connection == 0
    }

    /// The HTTP status of the answer; 0 when none was sent.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.outcome.status
    }

    /// Whether the method ran, rather than that the call was turned down. It
    /// may have run for an answer that never arrived.
    #[must_use]
    pub fn ran(&self) -> bool {
        self.outcome.ran
    }

    /// The kind of the fault that the request met, such as `reset`.
    #[must_use]
    pub fn fault(&self) -> Option<&str> {
        self.outcome.fault
    }

    /// Whether it was a call of that method, whatever the case of its name.
    pub(crate) fn is_of(&self, method: &str) -> bool {
        self.sent.method.eq_ignore_ascii_case(method)
    }

    /// As the in-band log shows it, with what was sent in its raw form if that is wanted.
    pub(crate) fn to_json(&self, raw: bool) -> Value {
        let headers: Map<_, _> = self
            .headers()
            .iter()
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
            .collect();
        let mut json = json!({
            "method": self.method(),
            "verb": self.verb(),
            "path": self.path(),
            "credential": self.credential().to_string(),
            "parameters": self.parameters(),
            "headers": headers,
            "time": since_epoch(self.time()),
            "took": self.took().as_secs_f64(),
            "connection": self.connection(),
            "status": self.status(),
            "ran": self.ran(),
            "fault": self.fault(),
        });
        if raw {
            json["query"] = self.query().into();
            json["body"] = String::from_utf8_lossy(self.body()).into();
        }
        json
    }

    /// The parameters without what is secret.
    #[must_use]
    pub fn masked_parameters(&self) -> Value {
        let mut parameters = self.sent.parameters.clone();
        for name in &*self.sent.secret {
            let value = match name.split_once('.') {
                None => parameters.get_mut(name),
                Some((name, within)) => parameters.get_mut(name).and_then(|it| it.get_mut(within)),
            };
            if let Some(value) = value {
                *value = MASK.into();
            }
        }
        parameters.into()
    }
}

impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self
            .headers()
            .iter()
            .map(|(name, value)| match name.as_str() {
                "authorization" | "cookie" | "proxy-authorization" => (name.as_str(), MASK),
                _ => (name.as_str(), value.as_str()),
            })
            .collect();
        f.debug_struct("Recorded")
            .field("method", &self.method())
            .field("verb", &self.verb())
            .field("path", &self.path())
            .field("credential", &self.credential())
            .field("parameters", &self.masked_parameters())
            .field("headers", &headers)
            .field("time", &self.time())
            .field("connection", &self.connection())
            .field("status", &self.status())
            .field("ran", &self.ran())
            .field("fault", &self.fault())
            .finish_non_exhaustive()
    }
}

/// One line, such as `200 POST /rest/1/***/imbot.chat.get webhook {"ENTITY_ID":"13"}`.
impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {} {} {}",
            self.status(),
            self.verb(),
            self.path(),
            self.credential(),
            self.masked_parameters(),
        )
    }
}

/// The calls in the order in which they were answered.
#[derive(Default)]
pub(crate) struct Log {
    calls: VecDeque<Recorded>,
    /// Of their bodies.
    bytes: usize,
}

impl Log {
    pub(crate) fn push(&mut self, recorded: Recorded) {
        self.bytes += recorded.body().len();
        while (self.calls.len() >= CAPACITY || self.bytes > BYTES)
            && let Some(oldest) = self.calls.pop_front()
        {
            self.bytes = self.bytes.saturating_sub(oldest.body().len());
        }
        self.calls.push_back(recorded);
    }

    pub(crate) fn all(&self) -> Vec<Recorded> {
        self.calls.iter().cloned().collect()
    }

    pub(crate) fn of(&self, method: &str) -> Vec<Recorded> {
        let calls = self.calls.iter();
        calls.filter(|call| call.is_of(method)).cloned().collect()
    }

    pub(crate) fn count_of(&self, method: &str) -> usize {
        self.calls.iter().filter(|call| call.is_of(method)).count()
    }

    pub(crate) fn last_of(&self, method: &str) -> Option<Recorded> {
        let mut calls = self.calls.iter().rev();
        calls.find(|call| call.is_of(method)).cloned()
    }
}
