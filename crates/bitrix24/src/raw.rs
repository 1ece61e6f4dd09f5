//! Calls without types: what bindings to other languages build on.
//!
//! ```no_run
//! use bitrix24::{Client, Rest, raw::Call};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::webhook("https://portal.bitrix24.com/rest/1/code/")?;
//! let reply = client.send(Call::new("profile", Rest::Classic, b"{}".to_vec())).await?;
//! let profile = reply.decode::<serde_json::Value>()?.result;
//! # Ok(())
//! # }
//! ```

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use serde::de::DeserializeSeed;

use crate::{
    Answer, Error, Rest, Rule, Stopped, Tries, envelope,
    error::{DecodeError, DecodeErrorKind},
    learns::Learns,
    scrub::Scrubber,
    wire::{FromWire, Strict},
};

/// A call, ready to be sent.
#[derive(Clone)]
#[non_exhaustive]
pub struct Call<'a> {
    /// The name of the method.
    pub method: &'a str,
    /// The version of the REST API that serves it.
    pub rest: Rest,
    /// Which parameters are required depending on others.
    pub rules: &'a [Rule],
    /// Whether a second run changes nothing that the first did not.
    pub repeatable: bool,
    /// How long the call may take; `None`: as long as the client allows.
    pub timeout: Option<Duration>,
    /// Whether the parameters are known to be JSON. Else they are read before they are sent.
    pub is_json: bool,
    /// The parameters: a JSON object.
    pub params: Vec<u8>,
}

impl<'a> Call<'a> {
    /// A call without rules that is not known to be repeatable.
    pub fn new(method: &'a str, rest: Rest, params: Vec<u8>) -> Self {
        Self {
            method,
            rest,
            rules: &[],
            repeatable: false,
            timeout: None,
            is_json: false,
            params,
        }
    }
}

impl fmt::Debug for Call<'_> {
    /// Of the parameters only the length: secrets may be among them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("method", &self.method)
            .field("rest", &self.rest)
            .field("rules", &self.rules)
            .field("repeatable", &self.repeatable)
            .field("timeout", &self.timeout)
            .field("params", &format_args!("{} bytes", self.params.len()))
            .finish()
    }
}

/// A whole answer, not yet read.
#[derive(Clone)]
pub struct Reply {
    pub(crate) method: String,
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: Bytes,
    pub(crate) scrubber: Arc<Scrubber>,
    pub(crate) tries: Tries,
    /// Whether a second run of the call would have done no harm.
    pub(crate) repeatable: bool,
    /// Whom to tell what the answer says of the limits.
    pub(crate) learns: Option<Learns>,
}

pub use crate::{
    batch::{command::Command, reference::marker},
    list::{Page, Pages},
};

/// A body that is cheap to clone.
pub use bytes::Bytes;

/// An answer without its time, and that time as JSON.
pub type Late<'a, T> = (Answer<T>, Option<Cow<'a, str>>);

impl Reply {
    /// An answer that did not come from a [`Client`](crate::Client): a recorded one, for example.
    ///
    /// ```
    /// use bitrix24::raw::Reply;
    ///
    /// let reply = Reply::new("server.time", 200, r#"{"result": "2026-02-24T13:44:33+01:00"}"#);
    /// assert_eq!(reply.decode::<String>()?.result, "2026-02-24T13:44:33+01:00");
    /// # Ok::<(), bitrix24::Error>(())
    /// ```
    pub fn new(method: impl Into<String>, status: u16, body: impl Into<Bytes>) -> Self {
        Self {
            method: method.into(),
            status,
            location: None,
            body: body.into(),
            scrubber: Arc::default(),
            tries: Tries::default(),
            repeatable: true,
            learns: None,
        }
    }

    /// What this answer to a batch says about one command, as an answer of its own, from which
    /// nothing is to be learned any more.
    pub(crate) fn part(&self, method: &str, body: String) -> Self {
        Self {
            method: method.to_owned(),
            status: self.status,
            location: self.location.clone(),
            body: body.into(),
            scrubber: self.scrubber.clone(),
            tries: self.tries,
            repeatable: self.repeatable,
            learns: None,
        }
    }

    /// The name of the method.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The body as it arrived. It is not scrubbed.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Reads the result into a type.
    ///
    /// # Errors
    /// [`Error::Api`] if the API refused the call, whatever the HTTP status is; [`Error::Decode`]
    /// if the body is not an answer, or the result is not of the type.
    pub fn decode<T: FromWire>(&self) -> Result<Answer<T>, Error> {
        self.decode_with(Strict::new())
    }

    /// Reads the result by a seed, which may be asked twice: a failing pass is repeated to find
    /// out why it fails.
    ///
    /// # Errors
    /// As [`decode`](Reply::decode).
    pub fn decode_with<'de, S>(&'de self, seed: S) -> Result<Answer<S::Value>, Error>
    where
        S: DeserializeSeed<'de> + Clone,
    {
        self.check_status()?;
        let answer = envelope::decode(seed, &self.context())?;
        if let (Some(learns), Some(time)) = (&self.learns, &answer.time) {
            learns.time(&self.method, time);
        }
        Ok(answer)
    }

    /// [`decode_with`](Reply::decode_with), but for `time`: that of the answer is empty, and what
    /// stands in the body comes beside it, for the few who will look at it. Nobody has checked what
    /// it is, but it is JSON.
    ///
    /// # Errors
    /// As [`decode`](Reply::decode).
    pub fn decode_late<'de, S>(&'de self, seed: S) -> Result<Late<'de, S::Value>, Error>
    where
        S: DeserializeSeed<'de> + Clone,
    {
        self.check_status()?;
        let (answer, time) = envelope::decode_late(seed, &self.context())?;
        if let (Some(learns), Some(time)) = (&self.learns, &time) {
            learns.unread_time(&self.method, time);
        }
        Ok((answer, time))
    }

    fn check_status(&self) -> Result<(), DecodeError> {
        if !is_redirect(self.status) {
            return Ok(());
        }
        let location = self.location.as_deref();
        Err(DecodeError {
            kind: DecodeErrorKind::Redirect {
                location: location.map(|to| self.scrubber.scrub(to).into()),
            },
            method: self.method.clone(),
            status: self.status,
            excerpt: self.scrubber.excerpt(&self.body),
            tries: self.tries_in_vain(),
        })
    }

    /// Where the portal has moved, if it says so. After 303 the method would have run.
    pub(crate) fn location_of_move(&self) -> Option<&str> {
        let is_move = matches!(self.status, 301 | 302 | 307 | 308);
        self.location.as_deref().filter(|_| is_move)
    }

    /// Whether this looks like an answer of the API.
    pub(crate) fn is_of_the_api(&self) -> bool {
        let is_object = envelope::trimmed(&self.body).is_ok_and(|text| text.starts_with('{'));
        is_object && !is_redirect(self.status)
    }

    /// The tries, if this turns out to be no answer. Nobody refused the call, so it may have run.
    pub(crate) fn tries_in_vain(&self) -> Tries {
        let may_have_run = !self.repeatable && matches!(self.status, 200..300 | 303);
        match self.tries.stopped {
            Stopped::Final if may_have_run => Tries::new(self.tries.made, Stopped::MayHaveRun),
            _ => self.tries,
        }
    }

    /// An error about this answer.
    pub(crate) fn wrong(&self, kind: DecodeErrorKind) -> Error {
        self.context().wrong(kind)
    }

    fn context(&self) -> envelope::Context<'_> {
        envelope::Context {
            method: &self.method,
            status: self.status,
            body: &self.body,
            scrubber: &self.scrubber,
            tries: self.tries,
            tries_in_vain: self.tries_in_vain(),
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("method", &self.method)
            .field("status", &self.status)
            .field("body", &self.scrubber.excerpt(&self.body))
            .finish_non_exhaustive()
    }
}

/// Whether a status sends the caller elsewhere.
pub(crate) fn is_redirect(status: u16) -> bool {
    (300..400).contains(&status)
}
