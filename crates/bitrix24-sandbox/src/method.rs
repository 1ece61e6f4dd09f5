//! Answers a call of one method, alone or in a batch.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::Arc,
    time::SystemTime,
};

use serde_json::{Map, Value};

use crate::{
    answer::Head,
    api::Served,
    auth::{Caller, Credential},
    batch, batch_v3,
    check::{self, Problem},
    contract::{Missing, Rest},
    control,
    failures::Failure,
    fault::Slip,
    log::Recorded,
    oauth,
    operating::{Meter, Spent},
    ordered::{Content, Given},
    params,
    refusal::{APPLICATIONS_ONLY, Refusal, VALIDATION},
    reply::Reply,
    slips,
    state::State,
    world::{
        methods::{Context, Handler, is_in_pages},
        v1, v2,
    },
};

/// The method that answers its parameters.
pub(crate) const ECHO: &str = "sandbox.echo";

/// What is said of a method that no description has.
const NOT_DESCRIBED: &str = "The method is not found: the sandbox has no description of it. \
                             Its orders answer and list make a method";

/// A call whose parameters are read.
pub(crate) struct Call<'a> {
    pub(crate) state: &'a State,
    pub(crate) rest: Rest,
    /// In lower case.
    pub(crate) method: &'a str,
    pub(crate) served: Option<&'a Served>,
    /// What is known of it so far.
    pub(crate) sent: &'a Recorded,
    pub(crate) caller: &'a Caller,
    pub(crate) start: SystemTime,
}

impl Call<'_> {
    /// Answers a caller who is let in.
    pub(crate) fn reply(&self, credential: Credential, params: &Map<String, Value>) -> Reply {
        let state = self.state;
        if let Some(order) = control::in_method(self.method) {
            return Reply::obeyed(
                control::receive(state, order, params.clone()),
                state.time(self.start, None).as_ref(),
            );
        }
        match self.hindrance(credential) {
            Some(hindrance) => hindrance,
            None => self.carry_out(credential, params),
        }
    }

    /// What keeps a call from running, whatever it asks for. Orders come before anything that the
    /// method itself would object to.
    pub(crate) fn hindrance(&self, credential: Credential) -> Option<Reply> {
        let state = self.state;
        let failure = state.controls().orders.take_failure(self.method);
        if let Some(failure) = failure {
            return Some(self.fail(&failure));
        }
        let limit = state.budgets.limit();
        let number = self.served.map(|served| served.index);
        let has_time = |meter: &Meter| meter.has_time(credential, self.start, limit);
        let is_spent = self.method != batch::METHOD
            && state.budgets.known(number, self.method, has_time) == Some(false);
        is_spent.then(|| self.refuse(&self.error("OPERATION_TIME_LIMIT")))
    }

    /// Answers a call that nothing hinders.
    pub(crate) fn carry_out(&self, credential: Credential, params: &Map<String, Value>) -> Reply {
        let Self { state, rest, .. } = *self;
        // Not within an `if`, which would keep the lock while the answer is made.
        let given = state.controls().orders.take_answer(self.method);
        if let Some(given) = given {
            return self.give(&given);
        }
        let list = state.controls().orders.list_of(self.method);
        if let Some(list) = list {
            return self.ran(&Head::new(list.page(params)), credential);
        }
        if self.method == ECHO {
            let parameters = Value::Object(params.clone());
            return self.ran(&Head::of_result(parameters), credential);
        }
        if self.method == batch::METHOD && rest == Rest::Classic {
            return match batch::run(self, credential, params) {
                Ok(result) => Reply::ran(
                    Head::of_result(result).finish(state.time(self.start, None).as_ref()),
                ),
                Err(problem) => self.refuse(&Refusal::problem(rest, &problem)),
            };
        }
        if self.method == batch::METHOD && rest == Rest::V3 {
            return match batch_v3::run(self, credential, params) {
                Ok(result) => self.ran(&Head::of_result(result), credential),
                Err(refusal) => self.refuse(&refusal),
            };
        }
        let Some(served) = self.served else {
            let text = Some(NOT_DESCRIBED.to_owned());
            return self.refuse(&self.error("ERROR_METHOD_NOT_FOUND").with_text(text));
        };
        let method = &served.method;
        if method.app_only && credential == Credential::Webhook {
            let text = APPLICATIONS_ONLY.to_owned();
            return self.refuse(&self.error(method.app_code()).with_text(Some(text)));
        }
        if !state.has_scope(self.caller, &method.scopes) {
            return self.refuse(&Refusal::scope(state.contract(), rest));
        }
        let named = (rest == Rest::Classic)
            .then(|| params::named(method, params))
            .flatten();
        let params = named.as_ref().unwrap_or(params);
        match check::check(method, &state.contract().records, params, credential) {
            Ok(()) => match served.handler.filter(|_| state.is_stateful()) {
                Some(handler) => self.handle(handler, credential, params),
                None => self.ran(served.answers.to(params), credential),
            },
            Err(problem) => match (&problem, &method.missing) {
                (Problem::Missing(_), Some(Missing::Answer(result))) => {
                    self.ran(&Head::of_result(result.clone()), credential)
                }
                (Problem::Missing(_), Some(Missing::Error(code))) => self.refuse(&self.error(code)),
                (Problem::Missing(path), None) => match method.missing_code(path) {
                    // Which parameter it is has a place in that error.
                    Some(code) if code != VALIDATION => self.refuse(&self.error(code)),
                    _ => self.object(&problem),
                },
                _ => self.object(&problem),
            },
        }
    }

    /// Asks what the portal keeps.
    fn handle(
        &self,
        handler: Handler,
        credential: Credential,
        params: &Map<String, Value>,
    ) -> Reply {
        let outcome = self.state.in_world(|world| {
            handler(&mut Context {
                world,
                state: self.state,
                credential,
                caller: self.caller,
                user: self.caller.user,
                params,
                now: self.start,
            })
        });
        match outcome {
            Ok(Value::Object(body)) if is_in_pages(self.method) => {
                self.ran(&Head::new(body), credential)
            }
            Ok(result) => self.ran(&Head::of_result(result), credential),
            Err(refused) => self.refuse(&self.error(refused.code).with_text(refused.text)),
        }
    }

    /// Refuses parameters about which the contract itself does not say more.
    fn object(&self, problem: &Problem) -> Reply {
        let path = problem.path();
        let code = v1::objection(self.method, path).or_else(|| v2::objection(self.method, path));
        let Some(code) = code else {
            return self.refuse(&Refusal::problem(self.rest, problem));
        };
        // The documented words would not say what is wrong with something that is there.
        let is_there = matches!(problem, Problem::Wrong { .. });
        let text = is_there.then(|| problem.to_string());
        self.refuse(&self.error(code).with_text(text))
    }

    fn ran(&self, answer: &Head, credential: Credential) -> Reply {
        let spent = self.spend(credential);
        Reply::ran(answer.finish(self.state.time(self.start, spent).as_ref()))
    }

    /// Counts the time that the call has taken so far.
    fn spend(&self, credential: Credential) -> Option<Spent> {
        let took = self.state.clock.now().duration_since(self.start);
        self.metered(|meter| meter.add(credential, self.start, took.unwrap_or_default()))
    }

    /// Asks the meter of the method; a batch has none.
    fn metered<T>(&self, ask: impl FnOnce(&Meter) -> T) -> Option<T> {
        let number = self.served.map(|served| served.index);
        let budgets = &self.state.budgets;
        (self.method != batch::METHOD).then(|| budgets.of(number, self.method, ask))
    }

    /// What was not looked up among the methods.
    pub(crate) fn result(&self, result: Value) -> Reply {
        let time = self.state.time(self.start, None);
        Reply::ran(Head::of_result(result).finish(time.as_ref()))
    }

    /// Answers as a test wants it.
    pub(crate) fn give(&self, given: &Given) -> Reply {
        let answer = match given {
            Given::Answer(answer) => Arc::clone(answer),
            // A function that fails is no reason for the portal to.
            Given::By { function, .. } => {
                match panic::catch_unwind(AssertUnwindSafe(|| function(self.sent))) {
                    Ok(answer) => Arc::new(answer),
                    Err(_) => {
                        let method = self.sent.method();
                        let text = format!("the function that answers {method} panicked");
                        let error = self.error("INTERNAL_SERVER_ERROR");
                        return self.refuse(&error.with_text(Some(text)));
                    }
                }
            }
        };
        let reply = match &answer.content {
            Content::Result(head) => self.ran(head, self.sent.credential()),
            Content::Error(failure) => self.fail(failure),
            Content::Body(body) => {
                self.spend(self.sent.credential());
                Reply::ran(body.to_vec())
            }
            Content::Raw(bytes) => Reply {
                raw: Some(bytes.clone()),
                ..Reply::ran(Vec::new())
            },
        };
        Reply {
            status: answer.status.unwrap_or(reply.status),
            headers: answer.headers.clone(),
            fault: answer.fault.clone(),
            ..reply
        }
    }

    /// Answers with an error that is asked for.
    pub(crate) fn fail(&self, failure: &Failure) -> Reply {
        let error = self.error(&failure.code).with_status(failure.status);
        self.refuse(&error.with_text(failure.text.clone()))
    }

    /// Makes slips in an answer.
    pub(crate) fn slip(&self, mut reply: Reply, slips: &[Slip]) -> Reply {
        let Some(served) = self.served.filter(|_| reply.ran) else {
            return reply;
        };
        if let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body)
            && let Some(result) = body.get_mut("result")
        {
            let records = &self.state.contract().records;
            slips::slip(result, &served.method.result, records, slips);
            reply.body = body.to_string().into_bytes();
        }
        reply
    }

    pub(crate) fn error(&self, code: &str) -> Refusal {
        if self.method == oauth::METHOD {
            return oauth::refusal(self.state.contract(), code);
        }
        let method = self.served.map(|served| &served.method);
        Refusal::of(self.state.contract(), method, code)
    }

    pub(crate) fn refuse(&self, refusal: &Refusal) -> Reply {
        Reply::refusal(refusal, self.rest)
    }
}
