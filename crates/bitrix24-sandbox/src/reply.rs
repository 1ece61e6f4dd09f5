//! What goes back over HTTP.

use std::sync::Arc;

use hyper::{
    HeaderMap, Uri,
    body::Bytes,
    header::{CONTENT_TYPE, LOCATION},
};
use serde_json::{Value, json};

use crate::{
    answer::Head,
    contract::Rest,
    fault::{Fault, Kind, Part},
    refusal::Refusal,
    time::Time,
    xml,
};

pub(crate) const JSON: &str = "application/json; charset=utf-8";

/// What goes back.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
    /// Whether the method ran.
    pub(crate) ran: bool,
    /// What goes wrong on its way.
    pub(crate) fault: Option<Arc<Fault>>,
    /// Beside the usual ones, or instead of them.
    pub(crate) headers: HeaderMap,
    /// What is sent in place of all this.
    pub(crate) raw: Option<Bytes>,
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
            content_type: JSON,
            body,
            ran: false,
            fault: None,
            headers: HeaderMap::new(),
            raw: None,
        }
    }

    /// What a web server says where the portal has no say.
    pub(crate) fn page(status: u16, title: &str) -> Self {
        let page = format!("<!DOCTYPE html><title>{title}</title><h1>{title}</h1>\n");
        Self {
            content_type: "text/html; charset=utf-8",
            ..Self::json(status, page.into_bytes())
        }
    }

    /// What the old address of a portal says that has moved.
    pub(crate) fn moved(to: &str, uri: &Uri) -> Self {
        let mut page = Self::page(302, "Found");
        // A client that takes the portal for a proxy names its address as well.
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        if let Ok(location) = format!("{to}{target}").try_into() {
            page.headers.insert(LOCATION, location);
        }
        page
    }

    /// The same in XML.
    pub(crate) fn into_xml(mut self) -> Self {
        if let Some(body) = xml::body(&self.body) {
            self.headers.remove(CONTENT_TYPE);
            self.content_type = "text/xml; charset=utf-8";
            self.body = body;
        }
        self
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

    /// Spoils an answer as far as it can be done here; the rest is done on the wire.
    pub(crate) fn spoilt(self, fault: Arc<Fault>) -> Self {
        let spoilt = match &fault.kind {
            // No status ever gets out.
            Kind::Refuse
            | Kind::Break {
                sent: Part::Bytes(0),
                ..
            } => Self { status: 0, ..self },
            Kind::Html => Self {
                ran: self.ran,
                ..Self::page(502, "Bad Gateway")
            },
            Kind::Status { status, body } => {
                let content_type = match serde_json::from_str::<Value>(body) {
                    Ok(_) => JSON,
                    Err(_) => "text/html; charset=utf-8",
                };
                Self {
                    content_type,
                    ran: self.ran,
                    ..Self::json(*status, body.clone().into_bytes())
                }
            }
            _ => self,
        };
        Self {
            fault: Some(fault),
            ..spoilt
        }
    }
}
