//! `batch`: many calls of methods in one request.

use std::{
    sync::{Arc, OnceLock},
    time::{Instant, SystemTime},
};

use hyper::{HeaderMap, Uri, body::Bytes};
use serde_json::{Map, Value};

use crate::{
    api::Served,
    auth::Credential,
    check::Problem,
    control,
    fault::{Fault, Kind},
    log::{self, Recorded, Sent},
    method::Call,
    params,
    reference::{self, Room},
    reply::Reply,
    time::Time,
};

pub(crate) const METHOD: &str = "batch";

/// What stands for the path of a command in the log.
const PATH: &str = "batch";

/// How many commands a batch may have.
pub(crate) const MOST: usize = 50;

/// Parameters that are secret wherever they stand.
const SECRET: [&str; 4] = ["CLIENT_ID", "botToken", "client_secret", "refresh_token"];

/// The parameters that the log masks: the secret ones, and the commands of a batch, each of which it
/// shows by itself.
pub(crate) fn secret_params(
    method: &str,
    served: Option<&Served>,
    params: &Map<String, Value>,
) -> Arc<[String]> {
    let described = match served {
        _ if method == METHOD => params
            .keys()
            .filter(|name| *name != "halt")
            .cloned()
            .collect(),
        Some(served) if params.contains_key("0") => by_position(served),
        Some(served) => Arc::clone(&served.secret_params),
        None => Arc::default(),
    };
    let others = SECRET.iter().filter(|name| params.contains_key(**name));
    let mut others = others.map(|name| (*name).to_owned()).peekable();
    match others.peek() {
        None => described,
        Some(_) => described.iter().cloned().chain(others).collect(),
    }
}

/// Its secret parameters, also by their positions.
fn by_position(served: &Served) -> Arc<[String]> {
    let position = |name: &String| {
        let (first, within) = name.split_at(name.find('.').unwrap_or(name.len()));
        let mut params = served.method.params.iter();
        let position = params.position(|param| param.name == first)?;
        Some(format!("{position}{within}"))
    };
    let names = served.secret_params.iter();
    let positions = names.clone().filter_map(position);
    names.cloned().chain(positions).collect()
}

/// Runs the commands and gives the `result` of the batch.
pub(crate) fn run(
    batch: &Call<'_>,
    credential: Credential,
    params: &Map<String, Value>,
) -> Result<Value, Problem> {
    let halt = params.get("halt").is_some_and(is_true);
    let mut outcome = Outcome::default();
    let mut room = Room::default();
    for (index, (id, command)) in commands(params.get("cmd"))?.into_iter().enumerate() {
        let start = batch.state.clock.now();
        let command = Command::read(command, &outcome.result, &mut room);
        let reply = if index < MOST {
            run_command(command, batch, credential, start)
        } else {
            let error = batch.error("ERROR_BATCH_LENGTH_EXCEEDED");
            let reply = batch.refuse(&error);
            let sent = command.sent(batch, credential, start);
            record(sent, batch, &reply, None, Instant::now());
            reply
        };
        let succeeded = outcome.add(id, &reply, || batch.state.time(start, None));
        if halt && !succeeded {
            break;
        }
    }
    Ok(outcome.into_value())
}

/// Runs a command as a call of its own, and records it.
pub(crate) fn run_command(
    command: Command,
    batch: &Call<'_>,
    credential: Credential,
    start: SystemTime,
) -> Reply {
    let began = Instant::now();
    let sent = command.sent(batch, credential, start);
    let (reply, fault) = run_one(&sent, batch, start);
    record(sent, batch, &reply, fault, began);
    reply
}

fn record(
    sent: Recorded,
    batch: &Call<'_>,
    reply: &Reply,
    fault: Option<Arc<Fault>>,
    began: Instant,
) {
    if control::in_method(&sent.method().to_ascii_lowercase()).is_none() {
        batch.state.record(sent.with(log::Outcome {
            status: reply.status,
            ran: reply.ran,
            fault: fault.map(|fault| fault.name()),
            took: began.elapsed(),
        }));
    }
}

/// The commands with their ids.
fn commands(cmd: Option<&Value>) -> Result<Vec<(String, &Value)>, Problem> {
    match cmd {
        None | Some(Value::Null) => Err(Problem::Missing("cmd".to_owned())),
        Some(Value::Object(map)) => Ok(map.iter().map(|(id, cmd)| (id.clone(), cmd)).collect()),
        Some(Value::Array(list)) => Ok(list
            .iter()
            .enumerate()
            .map(|(index, cmd)| (index.to_string(), cmd))
            .collect()),
        Some(_) => Err(Problem::Wrong {
            path: "cmd".to_owned(),
            expected: "an object or a list",
        }),
    }
}

/// What PHP takes for true.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty() && text != "0",
        Value::Array(values) => !values.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

pub(crate) struct Command {
    /// As it was spelt; empty when the command is no text.
    method: String,
    params: Map<String, Value>,
}

impl Command {
    pub(crate) fn new(method: &str, params: Map<String, Value>) -> Self {
        Self {
            method: method.to_owned(),
            params,
        }
    }

    /// Reads `method?query` and puts earlier results where it refers to them.
    fn read(command: &Value, results: &Map<String, Value>, room: &mut Room) -> Self {
        let command = command.as_str().unwrap_or_default();
        let (method, query) = command.split_once('?').unwrap_or((command, ""));
        let mut params = params::brackets(query.as_bytes());
        // The batch is authorised as a whole.
        params.shift_remove("auth");
        for value in params.values_mut() {
            reference::replace(value, results, room);
        }
        Self::new(method, params)
    }

    fn sent(self, batch: &Call<'_>, credential: Credential, time: SystemTime) -> Recorded {
        let name = self.method.to_ascii_lowercase();
        let served = batch.state.method(batch.rest, &name);
        Recorded::new(Sent {
            secret: secret_params(&name, served, &self.params),
            method: self.method,
            verb: batch.sent.verb_of_http(),
            path: PATH.to_owned(),
            uri: Uri::default(),
            credential,
            parameters: self.params,
            headers: HeaderMap::new(),
            header_texts: OnceLock::new(),
            body: Bytes::new(),
            time,
            connection: 0,
        })
    }
}

/// Whether a method takes or gives a file, which a batch cannot: `disk.folder.uploadFile`, or
/// `imbot.v2.File.download`.
fn is_about_files(method: &str) -> bool {
    let last = method.rsplit('.').next().unwrap_or(method);
    last.starts_with("upload") || last.starts_with("download")
}

/// Runs a command, and tells which fault it met.
fn run_one(command: &Recorded, batch: &Call<'_>, start: SystemTime) -> (Reply, Option<Arc<Fault>>) {
    let state = batch.state;
    let name = command.method().to_ascii_lowercase();
    let call = Call {
        state,
        rest: batch.rest,
        method: &name,
        served: state.method(batch.rest, &name),
        sent: command,
        caller: batch.caller,
        start,
    };
    if name == METHOD || is_about_files(&name) {
        let error = call.error("ERROR_BATCH_METHOD_NOT_ALLOWED");
        return (call.refuse(&error), None);
    }
    let is_order = control::in_method(&name).is_some();
    let fault = if is_order {
        None
    } else {
        let faults = &mut state.controls().faults;
        faults.take_for_command(&name, || state.clock.instant())
    };
    let run = || call.reply(command.credential(), command.parameters());
    let reply = match fault.as_ref().map(|fault| &fault.kind) {
        Some(Kind::Error(failure)) => call.fail(failure),
        Some(Kind::Slips(slips)) => call.slip(run(), slips),
        _ => run(),
    };
    (reply, fault)
}

/// The five parts of a batch's result, by the ids of the commands.
#[derive(Default)]
struct Outcome {
    result: Map<String, Value>,
    errors: Map<String, Value>,
    totals: Map<String, Value>,
    nexts: Map<String, Value>,
    times: Map<String, Value>,
}

impl Outcome {
    /// Takes the answer of a command, and tells whether that was a success.
    fn add(&mut self, id: String, reply: &Reply, time: impl FnOnce() -> Option<Time>) -> bool {
        // Bodies that are ordered may be anything.
        let body = serde_json::from_slice(&reply.body).unwrap_or_default();
        let Value::Object(mut body) = body else {
            self.result.insert(id, Value::Null);
            return true;
        };
        if body.contains_key("error") {
            body.shift_remove("time");
            self.errors.insert(id, Value::Object(body));
            return false;
        }
        let mut keep = |part: &mut Map<String, Value>, name| {
            if let Some(value) = body.shift_remove(name) {
                part.insert(id.clone(), value);
            }
        };
        keep(&mut self.totals, "total");
        keep(&mut self.nexts, "next");
        keep(&mut self.times, "time");
        if !self.times.contains_key(&id)
            && let Some(time) = time().and_then(|time| serde_json::to_value(time).ok())
        {
            self.times.insert(id.clone(), time);
        }
        let result = body.shift_remove("result").unwrap_or_default();
        self.result.insert(id, result);
        true
    }

    fn into_value(self) -> Value {
        let parts = [
            ("result", self.result),
            ("result_error", self.errors),
            ("result_total", self.totals),
            ("result_next", self.nexts),
            ("result_time", self.times),
        ];
        parts
            .into_iter()
            .map(|(name, part)| (name.to_owned(), params::array(part)))
            .collect::<Map<_, _>>()
            .into()
    }
}
