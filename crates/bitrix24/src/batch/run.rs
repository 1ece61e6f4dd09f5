//! Sends the commands of a batch, fifty at a time.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use super::{
    answer::{Outcome, split},
    command::{Command, missing},
    encode::{Query, Target, encode},
    json::{self, Value},
    reference::Reference,
};
use crate::{
    Client, DecodeErrorKind, Error, NotRun, NotRunReason, RequestError, Rest, Tries,
    address::is_method_name,
    raw::{Call, Reply},
    rules,
};

/// How many commands a request may hold.
const CHUNK: usize = 50;

/// A command that was found to be right.
struct Ready<'a> {
    method: &'a str,
    repeatable: bool,
    query: Query,
}

pub(super) async fn run(
    client: &Client,
    commands: Vec<Command<'_>>,
    halt: bool,
    batch: u64,
) -> Result<Vec<Result<Reply, Error>>, RequestError> {
    let shortest = commands.iter().filter_map(|it| it.call.timeout).min();
    let timeout = shortest.or(client.options.timeout);
    let ready = commands
        .into_iter()
        .enumerate()
        .map(|(place, command)| prepare(client, command.call, place, batch))
        .collect::<Result<Vec<_>, _>>()?;
    let mut run = Run {
        client,
        halt,
        end: timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
        done: Vec::with_capacity(ready.len()),
        stop: None,
    };
    let mut ready = ready.into_iter();
    loop {
        let chunk: Vec<_> = ready.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            break;
        }
        run.chunk(chunk).await?;
    }
    Ok(run.done.into_iter().map(|it| it.answer).collect())
}

/// Checks a command as if it were called alone, and what a batch asks for besides.
fn prepare<'a>(
    client: &Client,
    call: Call<'a>,
    place: usize,
    batch: u64,
) -> Result<Ready<'a>, RequestError> {
    let refuse = |what: &str| client.refuse(call.method, what);
    if !is_method_name(call.method) {
        return Err(refuse("this cannot be the name of a method"));
    }
    let name = call.method.split('.').next().unwrap_or_default();
    if name.eq_ignore_ascii_case("batch") {
        return Err(refuse("a batch cannot hold a batch"));
    }
    if call.rest == Rest::V3 {
        return Err(refuse(
            "a batch cannot hold methods of REST 3.0: call them one by one",
        ));
    }
    if !call.rules.is_empty() {
        let params = serde_json::from_slice(&call.params)
            .map_err(|_| refuse("the parameters are not a JSON object"))?;
        rules::check(call.rules, &params, client.shared.auth).map_err(|what| refuse(&what))?;
    }
    let check = |reference: &Reference| {
        if reference.batch != 0 && reference.batch != batch {
            return Err("the reference belongs to another batch".to_owned());
        }
        if reference.command >= place {
            return Err(format!(
                "command {place} can only refer to earlier ones, not to command {}",
                reference.command
            ));
        }
        reference.check()?;
        // Commands of one request.
        Ok(reference.command / CHUNK == place / CHUNK)
    };
    let query = encode(&call.params, &check).map_err(|what| refuse(&what))?;
    Ok(Ready {
        method: call.method,
        repeatable: call.repeatable,
        query,
    })
}

struct Run<'a> {
    client: &'a Client,
    halt: bool,
    end: Option<Instant>,
    done: Vec<Outcome>,
    /// Why no further command is sent.
    stop: Option<NotRunReason>,
}

impl Run<'_> {
    async fn chunk(&mut self, chunk: Vec<Ready<'_>>) -> Result<(), RequestError> {
        let first = self.done.len();
        let methods: Vec<_> = chunk.iter().map(|command| command.method).collect();
        if self.stop.is_none() && self.left() == Some(Duration::ZERO) {
            self.stop = Some(NotRunReason::OutOfTime);
        }
        if let Some(stop) = &self.stop {
            let stopped = methods.iter().map(|method| not_run(method, stop.clone()));
            self.done.extend(stopped);
            return Ok(());
        }

        // What the portal is to look up, by the place of the command that asks for it.
        let mut asked = Vec::new();
        for (place, command) in chunk.iter().enumerate() {
            let references = command.query.references();
            let references = references.filter(|(it, _)| it.command >= first);
            asked.extend(references.map(|(reference, in_text)| Asked {
                by: first + place,
                reference: reference.clone(),
                in_text,
            }));
        }
        let (call, unsent) = self.request(chunk);
        let said = match call {
            None => Ok((methods.iter().map(|_| None).collect(), 0, Tries::default())),
            Some(call) => self.client.send(call).await.and_then(|reply| {
                let said = split(&reply, first, &methods)?;
                Ok((said, reply.status(), reply.tries_in_vain()))
            }),
        };
        match said {
            Err(Error::Request(error)) if first == 0 => return Err(error),
            Err(error) => self.all_failed(&error, &methods, unsent),
            Ok((said, status, tries)) => {
                self.finish(said, &methods, unsent, |method| {
                    missing(method, status, tries)
                });
                self.look_up(&asked);
            }
        }
        Ok(())
    }

    /// Finds the commands that ran with something else than the result they referred to: where there
    /// is none, the portal puts in what comes next to it, the whole object for example.
    fn look_up(&mut self, asked: &[Asked]) {
        let wrong = asked.iter().filter_map(|asked| {
            let number = asked.reference.command;
            let target = self.done.get(number).and_then(Outcome::json);
            let what = match target.map(|result| asked.reference.find(result)) {
                Some(Ok("null")) => format!("command {number} answered null there"),
                Some(Ok(value)) if asked.in_text && !is_word(value) => format!(
                    "command {number} answered neither a text nor a number there, which the portal \
                     does not put into a text"
                ),
                Some(Ok(_)) => return None,
                Some(Err(what)) => what,
                None => format!("command {number} failed"),
            };
            Some((asked.by, self.client.scrub(&what)))
        });
        for (place, what) in wrong.collect::<Vec<_>>() {
            if let Some(outcome) = self.done.get_mut(place)
                && let Ok(reply) = &outcome.answer
            {
                let wrong = reply.wrong(DecodeErrorKind::Reference { what });
                outcome.answer = Err(wrong);
            }
        }
    }

    /// The request of a chunk, unless there is nothing to send, and which commands are not in it.
    fn request(&self, chunk: Vec<Ready<'_>>) -> (Option<Call<'static>>, Vec<Option<NotRunReason>>) {
        let first = self.done.len();
        let mut unsent: Vec<Option<NotRunReason>> = Vec::with_capacity(chunk.len());
        let mut repeatable = true;
        let mut body = format!(r#"{{"halt":{},"cmd":{{"#, u8::from(self.halt));
        let empty = body.len();
        for (place, command) in chunk.into_iter().enumerate() {
            if self.halt && unsent.last().is_some_and(Option::is_some) {
                unsent.push(Some(NotRunReason::Halted));
                continue;
            }
            let query = command.query.fill(|reference| {
                let sent = match reference.command.checked_sub(first) {
                    None => self.done.get(reference.command).and_then(Outcome::json),
                    Some(place) => match unsent.get(place) {
                        Some(None) => return Ok(Target::Same),
                        _ => None,
                    },
                };
                let failed = || format!("command {} failed or was not run", reference.command);
                let value = reference.find(sent.ok_or_else(failed)?)?;
                Ok(Target::Known(value))
            });
            match query {
                Ok(query) => {
                    if body.len() > empty {
                        body.push(',');
                    }
                    // Writing to a string does not fail. Nothing in the texts needs an escape:
                    // the name of a method holds words, and what a query could hold is encoded.
                    let _ = write!(body, r#""c{}":"{}"#, first + place, command.method);
                    if !query.is_empty() {
                        body.push('?');
                        body.push_str(&query);
                    }
                    body.push('"');
                    repeatable &= command.repeatable;
                    unsent.push(None);
                }
                Err(what) => {
                    let what = self.client.scrub(&what);
                    unsent.push(Some(NotRunReason::Reference { what }));
                }
            }
        }
        let call = (body.len() > empty).then(|| {
            body.push_str("}}");
            Call {
                repeatable,
                timeout: self.left(),
                is_json: true,
                ..Call::new("batch", Rest::Classic, body.into_bytes())
            }
        });
        (call, unsent)
    }

    /// The whole request failed.
    fn all_failed(&mut self, error: &Error, methods: &[&str], unsent: Vec<Option<NotRunReason>>) {
        let outcomes = methods
            .iter()
            .zip(unsent)
            .map(|(method, unsent)| match unsent {
                Some(reason) => not_run(method, reason),
                None => Outcome::failed(error.clone().of_command(method)),
            });
        self.done.extend(outcomes);
        self.stop = Some(NotRunReason::RequestFailed);
    }

    /// The request was answered.
    fn finish(
        &mut self,
        said: Vec<Option<Outcome>>,
        methods: &[&str],
        unsent: Vec<Option<NotRunReason>>,
        missing: impl Fn(&str) -> Error,
    ) {
        // A command that nothing is said of may have run. Only behind one that surely failed did
        // the portal halt.
        let (mut failed, mut halted) = (false, false);
        for ((said, method), unsent) in said.into_iter().zip(methods).zip(unsent) {
            let outcome = match (unsent, said) {
                (Some(reason), _) => {
                    halted = true;
                    not_run(method, reason)
                }
                (None, Some(outcome)) => {
                    halted |= outcome.result.is_none();
                    outcome
                }
                (None, None) if self.halt && halted => not_run(method, NotRunReason::Halted),
                (None, None) => Outcome::failed(missing(method)),
            };
            failed |= outcome.result.is_none();
            self.done.push(outcome);
        }
        if self.halt && failed {
            self.stop = Some(NotRunReason::Halted);
        }
    }

    /// How much of the time is left, if there is a limit.
    fn left(&self) -> Option<Duration> {
        self.end
            .map(|end| end.saturating_duration_since(Instant::now()))
    }
}

/// A value that the portal is to look up.
struct Asked {
    /// The command that asks for it.
    by: usize,
    reference: Reference,
    /// Whether it stands in a longer text.
    in_text: bool,
}

/// Whether the portal can put a value into a text.
fn is_word(value: &str) -> bool {
    matches!(json::open(value), Some(Value::Text(_) | Value::Number(_)))
}

fn not_run(method: &str, reason: NotRunReason) -> Outcome {
    Outcome::failed(Error::NotRun(NotRun::new(method, reason)))
}
