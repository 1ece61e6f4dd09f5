//! Answers a call of one method, alone or in a batch.

use std::time::SystemTime;

use serde_json::{Map, Value};

use crate::{
    answer::Head,
    api::Served,
    auth::Credential,
    batch,
    check::{self, Problem},
    contract::{Missing, Rest},
    control,
    operating::Spent,
    refusal::Refusal,
    reply::Reply,
    state::State,
    world::{
        OWNER,
        methods::{Context, Handler},
        v1, v2,
    },
};

/// The method that answers its parameters.
pub(crate) const ECHO: &str = "sandbox.echo";

/// A call whose parameters are read.
pub(crate) struct Call<'a> {
    pub(crate) state: &'a State,
    pub(crate) rest: Rest,
    /// In lower case.
    pub(crate) method: &'a str,
    pub(crate) served: Option<&'a Served>,
    /// The method of HTTP that brought it.
    pub(crate) verb: &'a str,
    pub(crate) start: SystemTime,
}

impl Call<'_> {
    /// Answers a caller who is let in.
    pub(crate) fn reply(&self, credential: Credential, params: &Map<String, Value>) -> Reply {
        let Self { state, rest, .. } = *self;
        if let Some(order) = control::in_method(self.method) {
            return Reply::obeyed(
                control::obey(state, order, params.clone()),
                self.start,
                state.clock.now(),
            );
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
        let Ok(spent) = state.controls().budgets.spend(self.method, self.start) else {
            return self.refuse(&self.error("OPERATION_TIME_LIMIT"));
        };
        if let Some(body) = state.controls().orders.answer_to(self.method) {
            return Reply::ran(body);
        }
        // Not within the `if`, which would keep the lock while the page is made.
        let list = state.controls().orders.list_of(self.method);
        if let Some(list) = list {
            return self.ran(&Head::new(list.page(params)), spent);
        }
        if self.method == ECHO {
            let parameters = Value::Object(params.clone());
            return self.ran(&Head::of_result(parameters), spent);
        }
        if self.method == batch::METHOD && rest == Rest::Classic {
            return match batch::run(self, credential, params) {
                Ok(result) => self.ran(&Head::of_result(result), None),
                Err(problem) => self.refuse(&Refusal::problem(rest, problem)),
            };
        }
        let Some(served) = self.served else {
            return self.refuse(&self.error("ERROR_METHOD_NOT_FOUND"));
        };
        let method = &served.method;
        if method.app_only && credential == Credential::Webhook {
            return self.refuse(&self.error("WRONG_AUTH_TYPE"));
        }
        if !state.has_scope(&method.scopes) {
            return self.refuse(&Refusal::scope(state.contract(), rest));
        }
        match check::check(method, &state.contract().records, params, credential) {
            Ok(()) => match served.handler.filter(|_| state.is_stateful()) {
                Some(handler) => self.handle(handler, credential, params, spent),
                None => self.ran(served.answers.to(params), spent),
            },
            Err(problem) => match (&problem, &method.missing) {
                (Problem::Missing(_), Some(Missing::Answer(result))) => {
                    self.ran(&Head::of_result(result.clone()), spent)
                }
                (Problem::Missing(_), Some(Missing::Error(code))) => self.refuse(&self.error(code)),
                (Problem::Missing(path), None) => match method.missing_code(path) {
                    Some(code) => self.refuse(&self.error(code)),
                    None => self.object(problem),
                },
                _ => self.object(problem),
            },
        }
    }

    /// Asks what the portal keeps.
    fn handle(
        &self,
        handler: Handler,
        credential: Credential,
        params: &Map<String, Value>,
        spent: Option<Spent>,
    ) -> Reply {
        let outcome = self.state.in_world(|world| {
            handler(&mut Context {
                world,
                state: self.state,
                credential,
                user: OWNER,
                params,
                now: self.start,
            })
        });
        match outcome {
            Ok(result) => self.ran(&Head::of_result(result), spent),
            Err(refused) => self.refuse(&self.error(refused.code).with_text(refused.text)),
        }
    }

    /// Refuses parameters about which the contract itself does not say more.
    fn object(&self, problem: Problem) -> Reply {
        let path = match &problem {
            Problem::Missing(path) | Problem::Wrong { path, .. } | Problem::Clash(path) => path,
        };
        let code = v1::objection(self.method, path).or_else(|| v2::objection(self.method, path));
        let Some(code) = code else {
            return self.refuse(&Refusal::problem(self.rest, problem));
        };
        // The documented words would not say what is wrong with something that is there.
        let text = match &problem {
            Problem::Wrong { path, expected } => {
                Some(format!("Argument '{path}' must be {expected}"))
            }
            Problem::Missing(_) | Problem::Clash(_) => None,
        };
        self.refuse(&self.error(code).with_text(text))
    }

    fn ran(&self, answer: &Head, spent: Option<Spent>) -> Reply {
        Reply::ran(answer.finish(self.start, self.state.clock.now(), spent))
    }

    /// What was not looked up among the methods.
    pub(crate) fn result(&self, result: Value) -> Reply {
        self.ran(&Head::of_result(result), None)
    }

    pub(crate) fn error(&self, code: &str) -> Refusal {
        let method = self.served.map(|served| &served.method);
        Refusal::of(self.state.contract(), method, code)
    }

    pub(crate) fn refuse(&self, refusal: &Refusal) -> Reply {
        Reply::refusal(refusal, self.rest)
    }
}
