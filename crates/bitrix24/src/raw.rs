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

use std::{fmt, sync::Arc, time::Duration};

use serde::de::DeserializeSeed;

use crate::{
    Answer, Error, Rest, Rule, envelope,
    error::{DecodeError, DecodeErrorKind},
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
}

pub use crate::list::{Page, Pages};

/// A body that is cheap to clone.
pub use bytes::Bytes;

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
        if (300..400).contains(&self.status) {
            return Err(DecodeError {
                kind: DecodeErrorKind::Redirect {
                    location: self.location.clone(),
                },
                method: self.method.clone(),
                status: self.status,
                excerpt: self.scrubber.excerpt(&self.body),
            }
            .into());
        }
        envelope::decode(seed, &self.context())
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
