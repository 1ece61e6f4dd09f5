//! Answers one request: who calls, what, with which parameters.

use std::time::SystemTime;

use hyper::{HeaderMap, Method as Verb, header::CONTENT_TYPE};
use serde_json::{Map, Value};

use crate::{
    auth::{Address, Credential},
    batch,
    contract::Rest,
    control,
    log::Recorded,
    method::Call,
    oauth, params,
    refusal::Refusal,
    reply::Reply,
    state::State,
};

/// A request as HTTP brings it.
pub(crate) struct Request<'a> {
    pub(crate) verb: &'a Verb,
    pub(crate) path: &'a str,
    pub(crate) query: Option<&'a str>,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

/// Answers a request and records it.
pub(crate) fn reply(state: &State, request: &Request<'_>) -> Reply {
    let start = SystemTime::now();
    if request.verb != Verb::GET && request.verb != Verb::POST {
        return Reply::page(405, "Method Not Allowed");
    }
    if let Some(order) = control::in_path(request.path) {
        let params = read(Rest::Classic, request).map_err(|unreadable| unreadable.0.to_owned());
        return Reply::obeyed(
            params.and_then(|params| control::obey(state, order, params)),
            start,
        );
    }
    if oauth::is_path(request.path) {
        return token(state, request);
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
    let mut credential = Credential::Refused;
    let mut params = Map::new();
    let reply = match read(address.rest, request) {
        Err(unreadable) => Reply::refusal(
            &Refusal::unreadable(address.rest, &unreadable),
            address.rest,
        ),
        Ok(read) => {
            params = read;
            let token = params.shift_remove("auth");
            let token = token.as_ref().and_then(Value::as_str);
            let admitted = state.admit(address.login, token);
            if !is_order && !state.controls().has_room() {
                credential = admitted.unwrap_or(Credential::Refused);
                call.refuse(&call.error("QUERY_LIMIT_EXCEEDED"))
            } else {
                match admitted {
                    Err(denied) => call.refuse(&Refusal::denied(&state.contract, denied)),
                    Ok(admitted) => {
                        credential = admitted;
                        call.reply(credential, &params)
                    }
                }
            }
        }
    };

    if !is_order {
        state.record(Recorded {
            method: address.method.to_owned(),
            verb: request.verb.to_string(),
            path: address.masked(),
            credential,
            parameters: params,
            secret: match served {
                Some(served) => served.secret_params(),
                None => batch::secret_params(&method),
            },
            headers: headers(request.headers),
            status: reply.status,
            ran: reply.ran,
        });
    }
    reply
}

/// Answers a request for tokens and records it.
fn token(state: &State, request: &Request<'_>) -> Reply {
    let (credential, params, reply) = match read(Rest::Classic, request) {
        Err(_) => {
            let refusal = oauth::refusal(&state.contract, "invalid_request");
            let reply = Reply::refusal(&refusal, Rest::Classic);
            (Credential::Refused, Map::new(), reply)
        }
        Ok(params) => {
            let failure = state.controls().orders.take_failure_of(oauth::METHOD);
            let answer = state.controls().orders.answer_to(oauth::METHOD);
            let refuse = |refusal: &Refusal| Reply::refusal(refusal, Rest::Classic);
            let (credential, reply) = match (failure, answer) {
                (Some(failure), _) => {
                    let refusal = oauth::failure(&state.contract, failure);
                    (Credential::Refused, refuse(&refusal))
                }
                (None, Some(body)) => (Credential::Refused, Reply::ran(body)),
                (None, None) => match oauth::grant(state, &params) {
                    (credential, Ok(body)) => {
                        (credential, Reply::ran(body.to_string().into_bytes()))
                    }
                    (credential, Err(code)) => {
                        (credential, refuse(&oauth::refusal(&state.contract, code)))
                    }
                },
            };
            (credential, params, reply)
        }
    };
    state.record(Recorded {
        method: oauth::METHOD.to_owned(),
        verb: request.verb.to_string(),
        path: oauth::PATH.to_owned(),
        credential,
        parameters: params,
        secret: oauth::secret_params(),
        headers: headers(request.headers),
        status: reply.status,
        ran: reply.ran,
    });
    reply
}

fn read(rest: Rest, request: &Request<'_>) -> Result<Map<String, Value>, params::Unreadable> {
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
