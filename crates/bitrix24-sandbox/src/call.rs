//! Answers one call: who calls, what, with which parameters.

use std::time::SystemTime;

use hyper::{HeaderMap, Method as Verb, header::CONTENT_TYPE};
use serde_json::{Map, Value, json};

use crate::{
    answer::Head,
    auth::{Address, Credential},
    check::{self, Problem},
    contract::{Missing, Rest},
    control,
    log::Recorded,
    oauth, params,
    portal::{Served, State},
    refusal::Refusal,
};

/// A request as HTTP brings it.
pub(crate) struct Request<'a> {
    pub(crate) verb: &'a Verb,
    pub(crate) path: &'a str,
    pub(crate) query: Option<&'a str>,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

/// What goes back.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
    /// Whether the method ran.
    pub(crate) ran: bool,
}

impl Reply {
    /// What a method answers that ran.
    fn ran(body: Vec<u8>) -> Self {
        Self {
            ran: true,
            ..Self::json(200, body)
        }
    }

    fn json(status: u16, body: Vec<u8>) -> Self {
        Self {
            status,
            content_type: "application/json; charset=utf-8",
            body,
            ran: false,
        }
    }

    /// What a web server says where the portal has no say.
    pub(crate) fn page(status: u16, title: &str) -> Self {
        Self {
            status,
            content_type: "text/html; charset=utf-8",
            body: format!("<!DOCTYPE html><title>{title}</title><h1>{title}</h1>\n").into_bytes(),
            ran: false,
        }
    }

    fn refusal(refusal: &Refusal, rest: Rest) -> Self {
        Self::json(refusal.status, refusal.body(rest).to_string().into_bytes())
    }

    fn obeyed(outcome: Result<Value, String>, start: SystemTime) -> Self {
        match outcome {
            Ok(result) => Self::json(200, Head::of_result(result).finish(start)),
            Err(text) => {
                let body = json!({"error": "SANDBOX", "error_description": text});
                Self::json(400, body.to_string().into_bytes())
            }
        }
    }
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
        start,
    };

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
            match state.admit(address.login, token) {
                Err(denied) => call.refuse(&Refusal::denied(&state.contract, denied)),
                Ok(admitted) => {
                    credential = admitted;
                    call.reply(credential, &params)
                }
            }
        }
    };

    if control::in_method(&method).is_none() {
        state.record(Recorded {
            method: address.method.to_owned(),
            verb: request.verb.to_string(),
            path: address.masked(),
            credential,
            parameters: params,
            secret: served.map(Served::secret_params).unwrap_or_default(),
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
            let (credential, outcome) = match (failure, answer) {
                (Some(failure), _) => {
                    let refusal = oauth::failure(&state.contract, failure);
                    (Credential::Refused, Err(refusal))
                }
                (None, Some(body)) => (Credential::Refused, Ok(body)),
                (None, None) => {
                    let (credential, outcome) = oauth::grant(state, &params);
                    let outcome = outcome.map(|body| body.to_string().into_bytes());
                    (credential, outcome)
                }
            };
            let reply = match outcome {
                Ok(body) => Reply::ran(body),
                Err(refusal) => Reply::refusal(&refusal, Rest::Classic),
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

/// A call whose parameters are read.
struct Call<'a> {
    state: &'a State,
    rest: Rest,
    /// In lower case.
    method: &'a str,
    served: Option<&'a Served>,
    start: SystemTime,
}

impl Call<'_> {
    /// Answers a caller who is let in.
    fn reply(&self, credential: Credential, params: &Map<String, Value>) -> Reply {
        let Self { state, rest, .. } = *self;
        if let Some(order) = control::in_method(self.method) {
            return Reply::obeyed(control::obey(state, order, params.clone()), self.start);
        }
        // Orders come before anything that the method itself would object to.
        let failure = state.controls().orders.take_failure(self.method);
        if let Some(failure) = failure {
            return self.refuse(
                &self
                    .error(&failure.code)
                    .with_status(failure.status)
                    .with_text(failure.text),
            );
        }
        if let Some(body) = state.controls().orders.answer_to(self.method) {
            return Reply::ran(body);
        }
        let Some(served) = self.served else {
            return self.refuse(&self.error("ERROR_METHOD_NOT_FOUND"));
        };
        let method = &served.method;
        if method.app_only && credential == Credential::Webhook {
            return self.refuse(&self.error("WRONG_AUTH_TYPE"));
        }
        if !state.has_scope(&method.scopes) {
            return self.refuse(&Refusal::scope(&state.contract, rest));
        }
        match check::check(method, &state.contract.records, params, credential) {
            Ok(()) => Reply::ran(served.answers.to(params).finish(self.start)),
            Err(problem) => match (&problem, &method.missing) {
                (Problem::Missing(_), Some(Missing::Answer(result))) => {
                    Reply::ran(Head::of_result(result.clone()).finish(self.start))
                }
                (Problem::Missing(_), Some(Missing::Error(code))) => self.refuse(&self.error(code)),
                _ => self.refuse(&Refusal::problem(rest, problem)),
            },
        }
    }

    fn error(&self, code: &str) -> Refusal {
        let method = self.served.map(|served| &served.method);
        Refusal::of(&self.state.contract, method, code)
    }

    fn refuse(&self, refusal: &Refusal) -> Reply {
        Reply::refusal(refusal, self.rest)
    }
}
