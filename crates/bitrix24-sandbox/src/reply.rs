//! What goes back over HTTP.

use serde_json::{Value, json};

use crate::{answer::Head, contract::Rest, fault::Fault, refusal::Refusal, time::Time, xml};

/// What goes back.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
    /// Whether the method ran.
    pub(crate) ran: bool,
    /// What goes wrong on its way.
    pub(crate) fault: Option<Fault>,
    /// Where the client should go instead.
    pub(crate) location: Option<String>,
}

impl Reply {
    /// What a method answers that ran.
    pub(crate) fn ran(body: Vec<u8>) -> Self {
        Self {
            ran: true,
            ..Self::json(200, body)
        }
    }

    pub(crate) fn json(status: u16, body: Vec<u8>) -> Self {
        Self {
            status,
            content_type: "application/json; charset=utf-8",
            body,
            ran: false,
            fault: None,
            location: None,
        }
    }

    /// What a web server says where the portal has no say.
    pub(crate) fn page(status: u16, title: &str) -> Self {
        Self {
            status,
            content_type: "text/html; charset=utf-8",
            body: format!("<!DOCTYPE html><title>{title}</title><h1>{title}</h1>\n").into_bytes(),
            ran: false,
            fault: None,
            location: None,
        }
    }

    /// What the old address of a portal says that has moved.
    pub(crate) fn moved(location: String) -> Self {
        Self {
            location: Some(location),
            ..Self::page(302, "Found")
        }
    }

    /// The same in XML.
    pub(crate) fn into_xml(self) -> Self {
        match xml::body(&self.body) {
            Some(body) => Self {
                content_type: "text/xml; charset=utf-8",
                body,
                ..self
            },
            None => self,
        }
    }

    pub(crate) fn refusal(refusal: &Refusal, rest: Rest) -> Self {
        Self::json(refusal.status, refusal.body(rest).to_string().into_bytes())
    }

    pub(crate) fn obeyed(outcome: Result<Value, String>, time: Option<&Time>) -> Self {
        match outcome {
            Ok(result) => Self::json(200, Head::of_result(result).finish(time)),
            Err(text) => {
                let body = json!({"error": "SANDBOX", "error_description": text});
                Self::json(400, body.to_string().into_bytes())
            }
        }
    }
}
