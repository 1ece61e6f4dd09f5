//! Runs every row of the wire cases: see `tests/wire/README.md`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(deprecated, reason = "deprecated methods must work as well")]

mod call;
mod ears;
mod many;
mod oauth;
mod outcome;
mod portal;
mod secrets;
mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use bitrix24::{Client, Stats};
use bitrix24_sandbox::Recorded;
use serde_json::Value;
use tokio::{
    sync::Barrier,
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::{
    call::{Clients, Moves},
    ears::Shown,
    outcome::{Outcome, Problems, wait_differs},
    portal::Portal,
    secrets::Place,
    table::{Row, Sends, Step},
};

/// How many rows run at the same time, so that they wait at the same time.
const AT_ONCE: usize = 128;

#[tokio::test]
async fn every_row() {
    ears::listen();
    let rows: &'static [Row] = table::read().leak();
    assert!(rows.len() >= 40, "{} rows", rows.len());
    let names: BTreeSet<_> = rows.iter().map(|row| &row.name).collect();
    assert_eq!(names.len(), rows.len(), "two rows have the same name");

    let mut failures = Vec::new();
    let mut heard = BTreeSet::new();
    for rows in rows.chunks(AT_ONCE) {
        // Making a client takes a while, in which nobody should wait for anything.
        let made = Arc::new(Barrier::new(rows.len()));
        let mut running = JoinSet::new();
        // Neither should anybody wait for portals that stop.
        let portals: Vec<_> = rows.iter().map(|_| Arc::new(Portal::start())).collect();
        for (row, portal) in rows.iter().zip(&portals) {
            let (made, portal) = (made.clone(), portal.clone());
            running.spawn(async move { (row, run(row, &portal, &made).await) });
        }
        let mut shown = Vec::new();
        while let Some(ran) = running.join_next().await {
            let (row, (problems, printed)) = ran.unwrap();
            let failed = |problem| format!("{}: {problem}", row.name);
            failures.extend(problems.into_iter().map(failed));
            shown.push((&*row.name, printed.0));
        }
        let logged = ears::take();
        heard.extend(logged.iter().map(|(by, _)| *by));
        shown.push(("one of these rows", logged));
        for (row, texts) in shown {
            let leak = texts.iter().find_map(|(what, text)| {
                let part = secrets::find(text)?;
                Some(format!("{what} shows {part:?} of a secret: {text}"))
            });
            failures.extend(leak.map(|leak| format!("{row}: {leak}")));
        }
    }
    assert_eq!(heard, ["the log", "the trace"].into(), "what was heard");
    assert!(
        failures.is_empty(),
        "{} failures in {} rows:\n\n{}\n",
        failures.len(),
        rows.len(),
        failures.join("\n\n")
    );
}

async fn run(row: &'static Row, portal: &Portal, made: &Barrier) -> (Problems, Shown) {
    let closed = portal::closed();
    let place = Place {
        portal: portal.address,
        closed: closed.local_addr().unwrap(),
        number: 0,
    };
    portal.answer(false, &row.answers(), place);
    let token_answers: Vec<_> = row.token_answers.iter().collect();
    portal.answer(true, &token_answers, place);
    let mut shown = Shown::default();
    let mut problems = Problems::new();
    let clients = Clients::new(row, place, &mut shown);
    made.wait().await;
    let clients = match clients {
        Ok(clients) => clients,
        Err(error) => {
            shown.error(&error);
            let step = &row.steps[0];
            problems.extend(Outcome::Config(error).differs(step, place));
            problems.extend(differs(step, place, &[], portal.connections()));
            return (problems, shown);
        }
    };
    for step in &row.steps {
        sleep(Duration::from_secs_f64(step.after)).await;
        let (before, opened) = (portal.requests().len(), portal.connections());
        let client = clients.of(step.by);
        for problem in run_step(client, step, place, &mut shown).await {
            problems.push(problem);
        }
        let connections = portal.connections() - opened;
        let requests = &portal.requests()[before..];
        problems.extend(differs(step, place, requests, connections));
    }
    let (requests, expected) = (portal.requests().len(), row.requests());
    if requests != expected {
        problems.push(format!("{requests} requests arrived, not {expected}"));
    }
    problems.extend(tokens_differ(row, place, &portal.token_requests()));
    problems.extend(moves_differ(row, place, &clients.one, &clients.moves));
    problems.extend(stats_differ(row, clients.one.stats()));
    if row.is_plain() {
        call::show_reply(&clients.one, &row.steps[0], place, &mut shown).await;
    }
    (problems, shown)
}

async fn run_step(
    client: &Client,
    step: &'static Step,
    place: Place,
    shown: &mut Shown,
) -> Problems {
    let start = Instant::now();
    let mut calls = JoinSet::new();
    for _ in 0..step.call.times {
        let client = client.clone();
        calls.spawn(async move { call::call(&client, &step.call, place).await });
    }
    let outcomes = calls.join_all().await;
    let took = start.elapsed().as_secs_f64();
    let mut problems = Problems::new();
    for (outcome, printed) in outcomes {
        problems.extend(outcome.differs(step, place));
        shown.0.extend(printed.0);
    }
    if step.takes.at_least.is_some_and(|least| took < least)
        || step.takes.at_most.is_some_and(|most| took > most)
    {
        problems.push(format!("took {took} s, not {:?}", step.takes));
    }
    if step.expected_wait.is_some() {
        let wait = client.expected_wait(&place.fill(step.call.method())).await;
        problems.extend(wait_differs(wait, step.expected_wait));
    }
    problems
}

/// Compares where the portal has moved.
fn moves_differ(row: &Row, place: Place, client: &Client, moves: &Mutex<Moves>) -> Problems {
    let expected = row.moved_to.as_deref().map(|to| place.fill(to));
    let mut problems = Problems::new();
    let told = moves.lock().unwrap().told.clone();
    if told != Vec::from_iter(expected.clone()) {
        problems.push(format!("the hook was told {told:?}, not {expected:?}"));
    }
    let first = moves.lock().unwrap().first.clone();
    let (portal, expected) = (client.portal(), expected.or(first));
    if expected.is_some() && portal != expected {
        problems.push(format!("the portal is at {portal:?}, not {expected:?}"));
    }
    problems
}

/// Compares what the authorization server was asked.
fn tokens_differ(row: &Row, place: Place, requests: &[Recorded]) -> Problems {
    let mut problems = Problems::new();
    let expected = row.token_requests();
    if requests.len() != expected {
        let found = requests.len();
        problems.push(format!(
            "the token was asked for {found} times, not {expected}"
        ));
    }
    for (number, seen) in requests.iter().enumerate() {
        let path = match row.token_sends.as_ref().and_then(|sends| sends.get(number)) {
            Some(path) => place.fill(path),
            None => place.fill(oauth::USUAL_REQUEST),
        };
        let (line, sent) = (format!("GET {path}"), line(seen));
        if sent != line || !seen.body().is_empty() {
            problems.push(format!("asked for a token by {sent}, not {line}"));
        }
    }
    problems
}

fn stats_differ(row: &Row, found: Stats) -> Problems {
    let expected = &row.stats;
    let pairs = [
        ("calls", found.calls, expected.calls),
        ("in_flight", found.in_flight, expected.in_flight.or(Some(0))),
        ("requests", found.requests, expected.requests),
        ("retries", found.retries, expected.retries),
        ("waits", found.waits, expected.waits),
        ("refreshes", found.refreshes, expected.refreshes),
        ("moves", found.moves, expected.moves),
    ];
    pairs
        .into_iter()
        .filter(|(_, found, expected)| expected.is_some_and(|expected| expected != *found))
        .map(|(name, found, expected)| format!("{name} is {found}, not {expected:?}"))
        .collect()
}

/// Compares what arrived.
fn differs(step: &Step, place: Place, requests: &[Recorded], connections: usize) -> Problems {
    let default = table::Request::default();
    let mut problems = Problems::new();
    for (number, seen) in requests.iter().enumerate() {
        let expected = match &step.sends {
            Some(Sends::Nothing(_)) => break,
            Some(Sends::All(request)) => request,
            Some(Sends::Each(requests)) => requests.get(number).unwrap_or(&default),
            None => &default,
        };
        problems.extend(request_differs(step, place, seen, expected));
    }
    match &step.sends {
        Some(Sends::Nothing(_)) if !requests.is_empty() => {
            problems.push("something was sent".to_owned());
        }
        Some(Sends::Nothing(_)) if connections > 0 => {
            problems.push("there was a connection".to_owned());
        }
        Some(Sends::Each(expected)) if expected.len() != requests.len() => {
            let (sent, expected) = (requests.len(), expected.len());
            problems.push(format!("sent {sent} times, not {expected}"));
        }
        _ => {}
    }
    problems
}

/// Verb and target of a request.
fn line(seen: &Recorded) -> String {
    format!("{} {}", seen.verb(), seen.target())
}

fn request_differs(
    step: &Step,
    place: Place,
    seen: &Recorded,
    expected: &table::Request,
) -> Problems {
    let mut problems = Problems::new();
    let path = match &expected.path {
        Some(path) => place.fill(path),
        None => seen.target(),
    };
    let (line, sent) = (format!("POST {path}"), line(seen));
    if sent != line {
        problems.push(format!("sent {sent}, not {line}"));
    }
    let is_of = |method: &str| path.ends_with(&format!("/{method}"));
    let may_be_batch = step.call.batched && is_of("batch");
    if !is_of(&place.fill(step.call.method())) && !may_be_batch {
        problems.push(format!("the path is not the method's: {path}"));
    }

    let mut headers: BTreeMap<_, _> = [
        ("accept", "application/json"),
        ("content-length", &*seen.body().len().to_string()),
        ("content-type", "application/json"),
        ("host", &*place.fill("${portal}")),
        (
            "user-agent",
            concat!("bitrix24-rust/", env!("CARGO_PKG_VERSION")),
        ),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    for (name, value) in &expected.headers {
        headers.insert(name.clone(), place.fill(value));
    }
    let mut found = seen.headers().to_vec();
    found.sort();
    for (name, value) in &mut found {
        if headers.get(name).is_some_and(|expected| expected == "*") {
            "*".clone_into(value);
        }
    }
    if found != Vec::from_iter(headers.clone()) {
        problems.push(format!("sent the headers {found:?}, not {headers:?}"));
    }

    if let Some(expected) = expected.commands {
        let sent: Value = serde_json::from_slice(seen.body()).unwrap();
        let commands = sent["cmd"].as_object().map_or(0, |commands| commands.len());
        if commands != expected {
            problems.push(format!("sent {commands} commands, not {expected}"));
        }
    }
    if let Some(body) = &expected.body {
        let body: Value = serde_json::from_str(&place.fill(body)).unwrap();
        let sent: Value = serde_json::from_slice(seen.body()).unwrap();
        if sent != body {
            problems.push(format!("sent {sent}, not {body}"));
        }
    }
    problems
}
