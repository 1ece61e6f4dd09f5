//! Answers that a test gives.

use std::{fmt, sync::Arc};

use hyper::{
    HeaderMap,
    body::Bytes,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};
use serde_json::Value;

use crate::{answer::Head, failures::Failure, fault::Fault, log::Recorded};

/// What a method is to answer.
///
/// ```
/// use std::time::Duration;
/// use bitrix24_sandbox::{Answer, Failure, Fault};
/// use serde_json::json;
///
/// let result = Answer::result(json!({"ID": 5}));
/// let twice_nothing = Answer::body(json!({"result": [], "total": 0})).times(2);
/// let page = Answer::text("text/html", "<h1>Off for lunch</h1>").status(503).header("Retry-After", "60");
/// let refused = Answer::error(Failure::code("ACCESS_ERROR"));
/// let late = Answer::result(json!(true)).fault(Fault::delay(Duration::from_secs(1)));
/// let noise = Answer::raw("SSH-2.0-OpenSSH_9.7\r\n");
/// ```
#[derive(Clone)]
#[must_use]
pub struct Answer {
    pub(crate) content: Content,
    pub(crate) status: Option<u16>,
    pub(crate) headers: HeaderMap,
    /// How many calls it answers; `None` for all until it is cleared.
    pub(crate) times: Option<u32>,
    pub(crate) fault: Option<Arc<Fault>>,
    pub(crate) to_anyone: bool,
}

#[derive(Clone)]
pub(crate) enum Content {
    /// Short of its `time`.
    Result(Arc<Head>),
    /// A whole body.
    Body(Bytes),
    Error(Failure),
    /// Everything on the wire.
    Raw(Bytes),
}

impl Answer {
    fn new(content: Content) -> Self {
        Self {
            content,
            status: None,
            headers: HeaderMap::new(),
            times: None,
            fault: None,
            to_anyone: false,
        }
    }

    /// This result, with the `time` of the call.
    pub fn result(result: impl Into<Value>) -> Self {
        Self::new(Content::Result(Arc::new(Head::of_result(result.into()))))
    }

    /// A whole body, such as `{"result": [], "total": 0}`.
    pub fn body(body: impl Into<Value>) -> Self {
        Self::text(crate::reply::JSON, body.into().to_string())
    }

    /// Any text of any content type.
    pub fn text(content_type: &str, text: impl Into<String>) -> Self {
        Self::bytes(content_type, text.into())
    }

    /// Any bytes of any content type.
    pub fn bytes(content_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let answer = Self::new(Content::Body(bytes.into().into()));
        answer.header("content-type", content_type)
    }

    /// An error, in the shape of the method's generation of the API. How often, is for the answer
    /// to say, not for the failure.
    pub fn error(failure: Failure) -> Self {
        Self::new(Content::Error(failure))
    }

    /// These bytes in place of an answer in HTTP, after which the connection is closed.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(Content::Raw(bytes.into().into()))
    }

    /// Another HTTP status than 200.
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// A header beside the usual ones, or instead of one of them. One that HTTP does not allow is
    /// left out.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let value = HeaderValue::from_bytes(value.as_bytes());
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), value) {
            if name == CONTENT_TYPE {
                self.headers.insert(name, value);
            } else {
                self.headers.append(name, value);
            }
        }
        self
    }

    /// Answers so many calls, after those that were ordered before in this way, and before one
    /// that answers all of them.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// What goes wrong with this very answer, whenever the fault itself would. An
    /// [error](Fault::error) or [slips](Fault::slips) are for the answer itself to have.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.fault = Some(Arc::new(fault));
        self
    }

    /// Answers whatever the credential, and before a bucket is asked for room.
    pub fn to_anyone(mut self) -> Self {
        self.to_anyone = true;
        self
    }
}

/// A value is a [result](Answer::result).
impl From<Value> for Answer {
    fn from(result: Value) -> Self {
        Self::result(result)
    }
}

/// Likewise.
impl From<&Value> for Answer {
    fn from(result: &Value) -> Self {
        Self::result(result.clone())
    }
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        Self::error(failure)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("times", &self.times)
            .field("fault", &self.fault)
            .field("to_anyone", &self.to_anyone)
            .finish_non_exhaustive()
    }
}

/// A function that answers calls.
pub(crate) type Function = dyn Fn(&Recorded) -> Answer + Send + Sync;

/// What answers a call.
#[derive(Clone)]
pub(crate) enum Given {
    Answer(Arc<Answer>),
    By {
        function: Arc<Function>,
        to_anyone: bool,
    },
}
