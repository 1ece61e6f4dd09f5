//! Answers one request: who calls, what, with which parameters.

use std::net::IpAddr;

use hyper::{HeaderMap, Method as Verb, header::CONTENT_TYPE};
use serde_json::{Map, Value};

use crate::{
    app_info,
    auth::{Address, Credential},
    batch,
    contract::Rest,
    control, download,
    fault::Fault,
    log::Recorded,
    method::Call,
    oauth, params,
    refusal::Refusal,
    reply::Reply,
    server::Place,
    state::State,
};

/// A request as HTTP brings it.
pub(crate) struct Request<'a> {
    /// Where it came in.
    pub(crate) place: Place,
    pub(crate) source: IpAddr,
    pub(crate) verb: &'a Verb,
    pub(crate) path: &'a str,
    pub(crate) query: Option<&'a str>,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

/// Answers a request and records it.
pub(crate) fn reply(state: &State, request: &Request<'_>) -> Reply {
    let start = state.clock.now();
    if request.verb != Verb::GET && request.verb != Verb::POST {
        return Reply::page(405, "Method Not Allowed");
    }
    if let Some(order) = control::in_path(request.path) {
        let params = read(Rest::Classic, request).map_err(|unreadable| unreadable.0.to_owned());
        return Reply::obeyed(
            params.and_then(|params| control::obey(state, order, params)),
            state.time(start, None).as_ref(),
        );
    }
    if oauth::is_path(request.path) {
        return token(state, request);
    }
    if download::is_path(request.path) {
        return download::reply(state, request.query);
    }
    let Some(address) = Address::parse(request.path) else {
        return Reply::page(404, "Not Found");
    };
    let method = address.method.to_ascii_lowercase();
    let served = state.method(address.rest, &method);
    let call = Call {
        state,
        rest: address.rest,
        method: &method,
        served,
        verb: request.verb.as_str(),
        start,
    };

    let is_order = control::in_method(&method).is_some();
    let moved = if is_order {
        None
    } else {
        location(state, request)
    };
    // What is sent elsewhere has not arrived.
    let fault = if is_order || moved.is_some() {
        None
    } else {
        state.controls().faults.take(&method)
    };
    let mut credential = Credential::Refused;
    let mut params = Map::new();
    let reply = match read(address.rest, request) {
        Err(unreadable) => match moved {
            Some(location) => Reply::moved(location),
            None => call.refuse(&Refusal::unreadable(address.rest, &unreadable)),
        },
        Ok(read) => {
            params = read;
            let token = params.shift_remove("auth");
            let token = token.as_ref().and_then(Value::as_str);
            let admitted = state.admit(address.login, token);
            credential = admitted.unwrap_or(Credential::Refused);
            if let Some(location) = moved {
                Reply::moved(location)
            } else if fault.as_ref().is_some_and(|fault| !fault.runs()) {
                Reply::page(502, "Bad Gateway")
            } else if !is_order && address.login.is_some() && state.wants_https() {
                let words = Some("Https required".to_owned());
                call.refuse(&call.error("INVALID_REQUEST").with_text(words))
            } else if let Some(full) = (!is_order)
                .then(|| {
                    state
                        .limits
                        .take(request.source, &method, || state.clock.instant())
                })
                .and_then(Result::err)
            {
                call.refuse(&call.error("QUERY_LIMIT_EXCEEDED").with_status(full.status))
            } else {
                match admitted {
                    Err(denied) => call.refuse(&Refusal::denied(state.contract(), denied)),
                    Ok(credential)
                        if app_info::is_asked(call.rest, &method, credential, request.headers) =>
                    {
                        call.result(app_info::result(state, token))
                    }
                    Ok(credential) => call.reply(credential, &params),
                }
            }
        }
    };
    let reply = if address.xml { reply.into_xml() } else { reply };
    if is_order {
        return reply;
    }
    let recorded = Recorded {
        method: address.method.to_owned(),
        path: address.masked(),
        credential,
        parameters: params,
        secret: batch::secret_params(&method, served),
        ..blank(request)
    };
    finish(state, recorded, reply, fault)
}

/// Where this request should have gone, if the portal has moved.
fn location(state: &State, request: &Request<'_>) -> Option<String> {
    if request.place == Place::New {
        return None;
    }
    let moved = state.controls().moved.clone()?;
    let query = request
        .query
        .map_or(String::new(), |query| format!("?{query}"));
    Some(format!("{moved}{}{query}", request.path))
}

/// A record of a request, of which nothing is known yet but its form.
fn blank(request: &Request<'_>) -> Recorded {
    Recorded {
        method: String::new(),
        verb: request.verb.to_string(),
        path: String::new(),
        credential: Credential::Refused,
        parameters: Map::new(),
        secret: Vec::new(),
        headers: headers(request.headers),
        status: 0,
        ran: false,
        fault: None,
    }
}

/// Spoils an answer if it must be, and records it.
fn finish(state: &State, recorded: Recorded, reply: Reply, fault: Option<Fault>) -> Reply {
    let name = fault.as_ref().map(Fault::name);
    let reply = match fault {
        Some(fault) => fault.spoil(reply),
        None => reply,
    };
    state.record(Recorded {
        status: reply.status,
        ran: reply.ran,
        fault: name,
        ..recorded
    });
    reply
}

/// Answers a request for tokens and records it.
fn token(state: &State, request: &Request<'_>) -> Reply {
    let fault = state.controls().faults.take(oauth::METHOD);
    let refuse = |refusal: &Refusal| Reply::refusal(refusal, Rest::Classic);
    let read = read(Rest::Classic, request);
    let params = read.as_ref().ok().cloned().unwrap_or_default();
    let (credential, reply) = if fault.as_ref().is_some_and(|fault| !fault.runs()) {
        (Credential::Refused, Reply::page(502, "Bad Gateway"))
    } else if read.is_err() {
        let refusal = oauth::refusal(state.contract(), "invalid_request");
        (Credential::Refused, refuse(&refusal))
    } else {
        let failure = state.controls().orders.take_failure_of(oauth::METHOD);
        let answer = state.controls().orders.answer_to(oauth::METHOD);
        match (failure, answer) {
            (Some(failure), _) => {
                let refusal = oauth::failure(state.contract(), failure);
                (Credential::Refused, refuse(&refusal))
            }
            (None, Some(body)) => (Credential::Refused, Reply::ran(body)),
            (None, None) => match oauth::grant(state, &params) {
                (credential, Ok(body)) => (credential, Reply::ran(body.to_string().into_bytes())),
                (credential, Err(code)) => {
                    (credential, refuse(&oauth::refusal(state.contract(), code)))
                }
            },
        }
    };
    let recorded = Recorded {
        method: oauth::METHOD.to_owned(),
        path: oauth::PATH.to_owned(),
        credential,
        parameters: params,
        secret: oauth::secret_params(),
        ..blank(request)
    };
    finish(state, recorded, reply, fault)
}

fn read(rest: Rest, request: &Request<'_>) -> Result<Map<String, Value>, params::Unreadable> {
    if rest == Rest::V3 && request.verb == Verb::GET {
        // Only methods without parameters can be called so.
        return Ok(Map::new());
    }
    let content_type = request.headers.get(CONTENT_TYPE);
    params::read(
        rest,
        request.query,
        content_type.and_then(|value| value.to_str().ok()),
        request.body,
    )
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect()
}
