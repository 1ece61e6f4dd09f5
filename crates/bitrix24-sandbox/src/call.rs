//! Answers one request: who calls, what, with which parameters.

use std::{
    sync::{Arc, OnceLock},
    time::{Instant, SystemTime},
};

use hyper::{HeaderMap, Method as Verb, Uri, body::Bytes, header::CONTENT_TYPE};
use serde_json::{Map, Value};

use crate::{
    app_info,
    auth::{Address, Caller, Credential, Denied},
    authorize, batch,
    contract::Rest,
    control, download,
    failures::Failure,
    fault::{Fault, Kind},
    idempotency,
    log::{Outcome, Recorded, Sent},
    method::Call,
    oauth,
    ordered::Given,
    params,
    refusal::Refusal,
    reply::Reply,
    server::{Peer, Place},
    state::State,
};

/// A request as HTTP brings it.
pub(crate) struct Request {
    pub(crate) peer: Peer,
    pub(crate) verb: Verb,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
impl Request {
    pub(crate) fn post(path: &str, headers: HeaderMap, body: String) -> Self {
        Self {
            peer: Peer {
                place: Place::Old,
                address: std::net::Ipv4Addr::LOCALHOST.into(),
                connection: 1,
            },
            verb: Verb::POST,
            uri: path.parse().unwrap(),
            headers,
            body: body.into(),
        }
    }
}

/// Answers a request and records it.
pub(crate) fn reply(state: &State, request: Request) -> Reply {
    let began = Instant::now();
    let start = state.clock.now();
    if request.verb != Verb::GET && request.verb != Verb::POST {
        return Reply::page(405, "Method Not Allowed");
    }
    let uri = request.uri.clone();
    let path = uri.path();
    if let Some(order) = control::in_path(path) {
        let params = read(Rest::Classic, &request).map_err(|unreadable| unreadable.0.to_owned());
        return Reply::obeyed(
            params.and_then(|params| control::receive(state, order, params)),
            state.time(start, None).as_ref(),
        );
    }
    if oauth::is_path(path) {
        return token(state, request, began, start);
    }
    if authorize::is_path(path) {
        return authorized(state, request, began, start);
    }
    if download::is_path(path) {
        return download::reply(state, uri.query());
    }
    let Some(address) = Address::parse(path) else {
        return Reply::page(404, "Not Found");
    };
    let method = address.method.to_ascii_lowercase();
    let served = state.method(address.rest, &method);
    let (mut params, unreadable) = match read(address.rest, &request) {
        Ok(params) => (params, None),
        Err(unreadable) => (Map::new(), Some(unreadable)),
    };
    let token = params.shift_remove("auth");
    let admitted = match &unreadable {
        None => state.admit(address.login, token.as_ref().and_then(Value::as_str)),
        Some(_) => Err(Denied::Unknown),
    };
    let (caller, denied) = match admitted {
        Ok(caller) => (caller, None),
        Err(denied) => (Caller::new(Credential::Refused), Some(denied)),
    };
    let peer = request.peer;
    let sent = Recorded::new(Sent {
        method: address.method.to_owned(),
        path: address.masked(),
        credential: caller.credential,
        secret: batch::secret_params(&method, served, &params),
        parameters: params,
        ..blank(request, start)
    });
    let call = Call {
        state,
        rest: address.rest,
        method: &method,
        served,
        sent: &sent,
        caller: &caller,
        start,
    };
    let is_order = control::in_method(&method).is_some();
    let arrival = if is_order {
        Arrival::default()
    } else {
        arrive(state, peer, &method)
    };
    let fault = arrival.fault.as_deref();
    let reply = if let Some(moved) = arrival.moved {
        Reply::moved(&moved, &uri)
    } else if let Some(Kind::Error(failure)) = fault.map(|fault| &fault.kind) {
        call.fail(failure)
    } else if fault.is_some_and(|fault| !fault.runs) {
        Reply::page(502, "Bad Gateway")
    } else if let Some(given) = &arrival.given {
        call.give(given)
    } else if let Some(unreadable) = unreadable {
        call.refuse(&Refusal::unreadable(address.rest, &unreadable))
    } else if !is_order && address.login.is_some() && state.wants_https() {
        let words = Some("Https required".to_owned());
        call.refuse(&call.error("INVALID_REQUEST").with_text(words))
    } else if !is_order
        && let Err(full) = state
            .limits
            .take(peer.address, &method, || state.clock.instant())
    {
        call.refuse(&call.error("QUERY_LIMIT_EXCEEDED").with_status(full.status))
    } else {
        match denied {
            Some(denied) => call.refuse(&Refusal::denied(state.contract(), denied)),
            None if app_info::is_asked(call.rest, &method, &sent) => call.result(app_info::result(
                state,
                token.as_ref().and_then(Value::as_str),
            )),
            None => idempotency::run(&call, sent.headers_of_http(), sent.parameters()),
        }
    };
    let reply = match fault.map(|fault| &fault.kind) {
        Some(Kind::Slips(slips)) => call.slip(reply, slips),
        _ => reply,
    };
    let reply = if address.xml { reply.into_xml() } else { reply };
    if is_order {
        return reply;
    }
    finish(state, sent, reply, arrival.fault, began)
}

/// What awaits a request.
#[derive(Default)]
struct Arrival {
    /// Where it should have gone.
    moved: Option<String>,
    fault: Option<Arc<Fault>>,
    /// An answer to anyone.
    given: Option<Given>,
}

fn arrive(state: &State, peer: Peer, method: &str) -> Arrival {
    let controls = &mut *state.controls();
    if let (Place::Old, Some(moved)) = (peer.place, &controls.moved) {
        // What is sent elsewhere has not arrived: nothing else awaits it.
        return Arrival {
            moved: Some(moved.clone()),
            ..Arrival::default()
        };
    }
    let fault = controls.faults.take(method, || state.clock.instant());
    // The page for browsers is not a method, and no answer for all of them is used up by it.
    let takes_answers =
        method != authorize::METHOD && fault.as_ref().is_none_or(|fault| fault.runs);
    Arrival {
        moved: None,
        given: if takes_answers {
            controls.orders.take_answer_to_anyone(method)
        } else {
            None
        },
        fault,
    }
}

/// A record of a request, of which nothing is known yet but its form.
fn blank(request: Request, time: SystemTime) -> Sent {
    Sent {
        method: String::new(),
        verb: request.verb,
        path: String::new(),
        uri: request.uri,
        credential: Credential::Refused,
        parameters: Map::new(),
        secret: Arc::default(),
        headers: request.headers,
        header_texts: OnceLock::new(),
        body: request.body,
        time,
        connection: request.peer.connection,
    }
}

/// Spoils an answer if it must be, and records it.
fn finish(
    state: &State,
    sent: Recorded,
    mut reply: Reply,
    fault: Option<Arc<Fault>>,
    began: Instant,
) -> Reply {
    let fault = fault.or_else(|| reply.fault.take());
    let name = fault.as_ref().map(|fault| fault.name());
    let reply = match fault {
        Some(fault) => reply.spoilt(fault),
        None => reply,
    };
    state.record(sent.with(Outcome {
        status: reply.status,
        ran: reply.ran,
        fault: name,
        took: began.elapsed(),
    }));
    reply
}

/// Answers a browser in which a user authorises the application, and records it.
fn authorized(state: &State, request: Request, began: Instant, start: SystemTime) -> Reply {
    let params = read(Rest::Classic, &request).unwrap_or_default();
    let uri = request.uri.clone();
    let arrival = arrive(state, request.peer, authorize::METHOD);
    let ordered = match &arrival.moved {
        Some(_) => None,
        None => Ordered::take(state, authorize::METHOD, arrival.fault.as_deref()),
    };
    let sent = Recorded::new(Sent {
        method: authorize::METHOD.to_owned(),
        path: authorize::PATH.to_owned(),
        parameters: params,
        ..blank(request, start)
    });
    let call = Call {
        state,
        rest: Rest::Classic,
        method: authorize::METHOD,
        served: None,
        sent: &sent,
        caller: &Caller::new(Credential::Refused),
        start,
    };
    let reply = match (&arrival.moved, ordered) {
        (Some(moved), _) => Reply::moved(moved, &uri),
        (None, Some(ordered)) => ordered.reply(&call),
        (None, None) => authorize::reply(state, sent.parameters()),
    };
    finish(state, sent, reply, arrival.fault, began)
}

/// What is to be said in the place of what is not a method of the API.
enum Ordered {
    Failure(Failure),
    Given(Given),
    Nothing,
}

impl Ordered {
    /// What a fault says. `None`: the request is answered as ever.
    fn by(fault: Option<&Fault>) -> Option<Self> {
        let fault = fault?;
        match &fault.kind {
            Kind::Error(failure) => Some(Self::Failure(failure.clone())),
            _ => (!fault.runs).then_some(Self::Nothing),
        }
    }

    /// What a fault says, or an order, which then counts as used.
    fn take(state: &State, name: &str, fault: Option<&Fault>) -> Option<Self> {
        Self::by(fault).or_else(|| {
            let orders = &mut state.controls().orders;
            match orders.take_failure_of(name) {
                Some(failure) => Some(Self::Failure(failure)),
                None => orders.take_answer_of(name).map(Self::Given),
            }
        })
    }

    fn reply(&self, call: &Call<'_>) -> Reply {
        match self {
            Self::Failure(failure) => call.fail(failure),
            Self::Given(given) => call.give(given),
            Self::Nothing => Reply::page(502, "Bad Gateway"),
        }
    }
}

/// Answers a request for tokens and records it.
fn token(state: &State, request: Request, began: Instant, start: SystemTime) -> Reply {
    let read = read(Rest::Classic, &request);
    let is_readable = read.is_ok();
    let params = read.unwrap_or_default();
    let now = || state.clock.instant();
    let fault = state.controls().faults.take(oauth::METHOD, now);
    let ordered = match is_readable {
        true => Ordered::take(state, oauth::METHOD, fault.as_deref()),
        false => Ordered::by(fault.as_deref()),
    };
    let (credential, granted) = match &ordered {
        None if is_readable => oauth::grant(state, &params),
        _ => (Credential::Refused, Err("invalid_request")),
    };
    let sent = Recorded::new(Sent {
        method: oauth::METHOD.to_owned(),
        path: oauth::PATH.to_owned(),
        credential,
        parameters: params,
        secret: oauth::secret_params(),
        ..blank(request, start)
    });
    let call = Call {
        state,
        rest: Rest::Classic,
        method: oauth::METHOD,
        served: None,
        sent: &sent,
        caller: &Caller::new(credential),
        start,
    };
    let reply = match (ordered, granted) {
        (Some(ordered), _) => ordered.reply(&call),
        (None, Ok(body)) => Reply::ran(body.to_string().into_bytes()),
        (None, Err(code)) => call.refuse(&call.error(code)),
    };
    finish(state, sent, reply, fault, began)
}

fn read(rest: Rest, request: &Request) -> Result<Map<String, Value>, params::Unreadable> {
    if rest == Rest::V3 && request.verb == Verb::GET {
        // Only methods without parameters can be called so.
        return Ok(Map::new());
    }
    let content_type = request.headers.get(CONTENT_TYPE);
    params::read(
        rest,
        request.uri.query(),
        content_type.and_then(|value| value.to_str().ok()),
        &request.body,
    )
}
