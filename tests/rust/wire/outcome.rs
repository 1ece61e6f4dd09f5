//! What became of a call, compared with what should have.

use std::{iter::repeat_n, time::Duration};

use bitrix24::{
    Answer, ConfigError, Cursor, DecodeErrorKind, Error, ErrorCode, NotRunReason, Origin, Stopped,
    Time, TransportErrorKind, limit::Limit, oauth::TokenErrorKind,
};
use serde::Serialize;
use serde_json::Value;

use crate::{
    ears::Shown,
    secrets::Place,
    table::{Fails, Returns, Step},
};

/// What is wrong with a row.
pub(crate) type Problems = Vec<String>;

pub(crate) enum Outcome {
    Returned(Box<Answer<Value>>),
    Config(ConfigError),
    Failed(Error, Option<Origin>),
    /// Of each command.
    Batch(Vec<(String, Self)>),
    /// The records, and what ended them.
    List(Vec<Value>, Option<(Error, Cursor)>),
}

impl Outcome {
    pub(crate) fn new<T: Serialize + std::fmt::Debug, E: ErrorCode>(
        answer: Result<Answer<T>, Error<E>>,
        shown: &mut Shown,
    ) -> Self {
        match answer {
            Ok(answer) => {
                shown.debug("the answer", &answer);
                let answer = answer.map(|result| serde_json::to_value(result).unwrap());
                Self::Returned(Box::new(answer))
            }
            Err(error) => {
                shown.error(&error);
                let origin = error.api().map(|error| error.origin());
                let kind = error.api().map(|error| error.kind.to_string());
                assert_eq!(kind.as_deref(), error.code(), "the kind keeps the code");
                let untyped = error.clone().into_untyped();
                shown.error(&untyped);
                assert_eq!(untyped.to_string(), error.to_string());
                Self::Failed(untyped, origin)
            }
        }
    }

    pub(crate) fn differs(&self, step: &Step, place: Place) -> Problems {
        if let (Self::Batch(outcomes), Some(expected)) = (self, &step.outcomes) {
            let expected: Vec<_> = expected
                .iter()
                .flat_map(|it| repeat_n(it, it.repeat))
                .collect();
            let mut problems = Problems::new();
            if outcomes.len() != expected.len() {
                problems.push(format!(
                    "{} outcomes, not {}",
                    outcomes.len(),
                    expected.len()
                ));
            }
            for (n, ((method, outcome), it)) in outcomes.iter().zip(expected).enumerate() {
                let place = place.at(n);
                let found = outcome.is(&it.returns, &it.fails, method, place);
                problems.extend(found.into_iter().map(|it| format!("command {n}: {it}")));
            }
            return problems;
        }
        let method = place.fill(step.call.method());
        self.is(&step.returns, &step.fails, &method, place)
    }

    fn is(
        &self,
        returns: &Option<Returns>,
        fails: &Option<Fails>,
        method: &str,
        place: Place,
    ) -> Problems {
        match (self, returns, fails) {
            (Self::List(records, end), returns, fails) => {
                list_differs(records, end.as_ref(), returns, fails, method, place)
            }
            (Self::Batch(outcomes), ..) => {
                vec![format!("a batch of {} outcomes", outcomes.len())]
            }
            (Self::Returned(answer), Some(returns), None) => {
                let mut compare = Compare(Problems::new());
                let result = returns.result.as_deref().expect("a result");
                compare.eq("result", &answer.result, &json(result, place));
                compare.time(answer.time.as_ref(), returns.time.as_deref(), place);
                compare.eq("total", &answer.total, &returns.total);
                compare.eq("next", &answer.next, &returns.next);
                compare.0
            }
            (Self::Config(error), None, Some(fails)) => config_differs(error, fails, place),
            (Self::Failed(error, origin), None, Some(fails)) => {
                error_differs(error, *origin, fails, method, place)
            }
            (Self::Returned(answer), ..) => vec![format!("returned {answer:?}")],
            (Self::Config(error), ..) => vec![format!("not made: {error}")],
            (Self::Failed(error, _), ..) => vec![format!("failed: {error}")],
        }
    }
}

fn json(text: &str, place: Place) -> Value {
    serde_json::from_str(&place.fill(text)).unwrap()
}

/// Whether a wait is about what is given, in seconds. It may have passed in part.
pub(crate) fn wait_differs(wait: Duration, expected: Option<f64>) -> Option<String> {
    let (wait, expected) = (wait.as_secs_f64(), expected?);
    let is_near = (expected - (expected / 2.0).min(3.0)..=expected + 0.3).contains(&wait);
    (!is_near).then(|| format!("the wait is {wait} s, not about {expected} s"))
}

struct Compare(Problems);

impl Compare {
    fn eq<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: &T, expected: &T) {
        if found != expected {
            self.0
                .push(format!("{what} is {found:?}, not {expected:?}"));
        }
    }

    /// What is not given, is not compared.
    fn given<T: PartialEq + std::fmt::Debug>(
        &mut self,
        what: &str,
        found: &T,
        expected: Option<T>,
    ) {
        if let Some(expected) = expected {
            self.eq(what, found, &expected);
        }
    }

    fn time(&mut self, found: Option<&Time>, expected: Option<&str>, place: Place) {
        let found = found.map(|time| serde_json::to_value(time).unwrap());
        self.eq("time", &found, &expected.map(|time| json(time, place)));
    }

    fn contains(&mut self, text: &str, part: Option<&str>) {
        if let Some(part) = part.filter(|part| !text.contains(part)) {
            self.0.push(format!("says {text:?}, not {part:?}"));
        }
    }
}

fn config_differs(error: &ConfigError, fails: &Fails, place: Place) -> Problems {
    let mut compare = Compare(Problems::new());
    let message = error.to_string();
    match &fails.config {
        Some(part) => compare.contains(&message, Some(&place.fill(part))),
        None => compare.0.push(format!("not made: {message}")),
    }
    compare.0
}

fn error_differs(
    error: &Error,
    origin: Option<Origin>,
    fails: &Fails,
    method: &str,
    place: Place,
) -> Problems {
    let fill = |text: &Option<String>| text.as_deref().map(|text| place.fill(text));
    let mut compare = Compare(Problems::new());
    let message = error.to_string();
    compare.given("message", &message, fill(&fails.message));
    compare.contains(&message, fill(&fails.says).as_deref());
    compare.given("status", &error.status(), fails.status.map(Some));
    if !matches!(error, Error::Request(_)) {
        let method = fails.method.as_deref().unwrap_or(method);
        compare.eq("method", &error.method(), &method);
    }
    let tries = error.tries();
    compare.given("the number of tries", &tries.made, fails.tries);
    let stopped = match tries.stopped {
        Stopped::Final => "final",
        Stopped::MayHaveRun => "may_have_run",
        Stopped::Spent => "spent",
        Stopped::NoTime => "no_time",
        _ => "another",
    };
    compare.given("why it stopped", &stopped, fails.stopped.as_deref());
    match error {
        Error::Limit(error) => {
            let limit = match error.limit() {
                Limit::Intensity => "intensity",
                Limit::Operating => "operating",
                _ => "another",
            };
            compare.eq(
                "the limit",
                &(limit, &*message),
                &given(&fails.limit, &message),
            );
            compare.0.extend(wait_differs(error.wait(), fails.wait));
        }
        Error::Token(error) => {
            let kind = match error.kind() {
                TokenErrorKind::Refused => "refused",
                TokenErrorKind::NoCredential => "no_credential",
                TokenErrorKind::NoRefreshToken => "no_refresh_token",
                TokenErrorKind::Untrusted => "untrusted",
                TokenErrorKind::Connect => "connect",
                TokenErrorKind::Timeout => "timeout",
                TokenErrorKind::Deadline => "deadline",
                TokenErrorKind::Lost => "lost",
                TokenErrorKind::Garbage => "garbage",
                TokenErrorKind::Store => "store",
                _ => "another",
            };
            compare.eq(
                "the failure",
                &(kind, &*message),
                &given(&fails.token, &message),
            );
            compare.eq("the code", &error.code(), &fails.code.as_deref());
            if kind == "refused" {
                let description = place.fill(&fails.description);
                compare.eq("description", &error.what(), &&*description);
            }
        }
        Error::NotRun(error) => {
            let because = match error.because() {
                NotRunReason::Halted => "halted",
                NotRunReason::RequestFailed => "request_failed",
                NotRunReason::Reference { .. } => "reference",
                NotRunReason::OutOfTime => "out_of_time",
                _ => "another",
            };
            compare.eq(
                "why it did not run",
                &(because, &*message),
                &given(&fails.not_run, &message),
            );
        }
        Error::Request(error) => match fill(&fails.request) {
            Some(part) => compare.contains(error.what(), Some(&part)),
            None => compare.0.push(format!("not sent: {message}")),
        },
        Error::Transport(error) => {
            let kind = match error.kind() {
                TransportErrorKind::Connect => "connect",
                TransportErrorKind::NotSent => "not_sent",
                TransportErrorKind::Timeout => "timeout",
                TransportErrorKind::Lost => "lost",
                _ => "other",
            };
            compare.eq(
                "the failure",
                &(kind, &*message),
                &given(&fails.transport, &message),
            );
        }
        Error::Decode(error) => {
            let kind = match error.kind() {
                DecodeErrorKind::Empty => "empty",
                DecodeErrorKind::Html => "html",
                DecodeErrorKind::NotJson { .. } => "not_json",
                DecodeErrorKind::Truncated => "truncated",
                DecodeErrorKind::WrongType { path, .. } => {
                    compare.given("path", path, fill(&fails.path));
                    "wrong_type"
                }
                DecodeErrorKind::NotAnAnswer => "not_an_answer",
                DecodeErrorKind::Missing => "missing",
                DecodeErrorKind::Incomplete { .. } => "incomplete",
                DecodeErrorKind::Redirect { location } => {
                    compare.given("location", location, fill(&fails.location).map(Some));
                    "redirect"
                }
                _ => "another",
            };
            compare.eq(
                "the failure",
                &(kind, &*message),
                &given(&fails.decode, &message),
            );
            compare.given("excerpt", &error.excerpt().to_owned(), fill(&fails.excerpt));
        }
        Error::Api(error) => {
            compare.eq(
                "the code",
                &(&*error.code, &*message),
                &given(&fails.api, &message),
            );
            compare.eq(
                "description",
                &error.description,
                &place.fill(&fails.description),
            );
            let validation = error.validation.iter();
            let validation = validation.map(|wrong| (wrong.field.clone(), wrong.message.clone()));
            let expected = fails.validation.iter();
            let expected = expected.map(|wrong| (wrong.field.clone(), wrong.message.clone()));
            compare.eq(
                "validation",
                &Vec::from_iter(validation),
                &expected.collect(),
            );
            compare.eq("argument", &error.argument, &fill(&fails.argument));
            compare.time(error.time.as_ref(), fails.time.as_deref(), place);
            let origin = match origin {
                Some(Origin::System) => "system",
                Some(Origin::Method) => "method",
                Some(Origin::Unknown) | None => "unknown",
            };
            compare.eq(
                "origin",
                &origin,
                &fails.origin.as_deref().unwrap_or("unknown"),
            );
        }
        _ => compare.0.push(format!("failed otherwise: {message}")),
    }
    compare.0
}

fn list_differs(
    records: &[Value],
    end: Option<&(Error, Cursor)>,
    returns: &Option<Returns>,
    fails: &Option<Fails>,
    method: &str,
    place: Place,
) -> Problems {
    let mut compare = Compare(Problems::new());
    let expected = match (returns, fails) {
        (Some(returns), _) => &returns.records,
        (None, Some(fails)) => &fails.records,
        (None, None) => &None,
    };
    let expected = json(expected.as_deref().unwrap_or("[]"), place);
    compare.eq("the records", &Value::from(records), &expected);
    match (end, fails) {
        (None, None) => {}
        (Some((error, cursor)), Some(fails)) => {
            let origin = error.api().map(|error| error.origin());
            compare
                .0
                .extend(error_differs(error, origin, fails, method, place));
            compare.given("the cursor", &cursor.to_string(), fails.cursor.clone());
        }
        (None, Some(_)) => compare.0.push("the list came to its end".to_owned()),
        (Some((error, cursor)), None) => compare.0.push(format!("ended at {cursor}: {error}")),
    }
    compare.0
}

/// What a step says beside the message, which tells what went wrong instead.
fn given<'a>(expected: &'a Option<String>, message: &'a str) -> (&'a str, &'a str) {
    (expected.as_deref().unwrap_or("something else"), message)
}
