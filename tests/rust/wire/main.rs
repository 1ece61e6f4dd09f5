//! Runs every row of the wire cases: see `tests/wire/README.md`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(deprecated, reason = "deprecated methods must work as well")]

mod outcome;
mod portal;
mod secrets;
mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
    time::Duration,
};

use bitrix24::{Client, Method, Secret, imbot::ChatGet, raw};
use serde_json::Value;

use crate::{
    outcome::{Outcome, Problems},
    portal::{Portal, Reply, Seen},
    secrets::Place,
    table::{Rest, Row, Sends},
};

#[tokio::test]
async fn every_row() {
    log::set_logger(&LOGGER).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let rows = table::read();
    assert!(rows.len() >= 40, "{} rows", rows.len());
    let names: BTreeSet<_> = rows.iter().map(|row| &row.name).collect();
    assert_eq!(names.len(), rows.len(), "two rows have the same name");

    let mut failures = Vec::new();
    for row in &rows {
        for problem in run(row).await {
            failures.push(format!("{}: {problem}", row.name));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} rows:\n\n{}\n",
        failures.len(),
        rows.len(),
        failures.join("\n\n")
    );
}

async fn run(row: &Row) -> Problems {
    let portal = Portal::start().await;
    let place = Place {
        portal: portal.address,
        closed: portal::closed().await,
    };
    let reply = Reply::new(&row.answer, place);
    LOGGER.0.lock().unwrap().replace(Vec::new());
    let mut shown = Shown::default();
    let call = async {
        let client = match client(row, place, &mut shown) {
            Ok(client) => client,
            Err(error) => {
                shown.error(&error);
                return (Outcome::Config(error), Vec::new());
            }
        };
        shown.debug("the client", &client);
        let outcome = call(&client, row, place, &mut shown).await;
        // Again below the types: the whole answer is there to be shown.
        let requests = std::mem::take(&mut portal.log.borrow_mut().requests);
        show_reply(&client, row, place, &mut shown).await;
        (outcome, requests)
    };
    let (outcome, requests) = tokio::select! {
        result = call => result,
        () = portal.serve(&reply) => unreachable!(),
    };

    let mut problems = outcome.differs(row, place);
    let connections = portal.log.borrow().connections;
    problems.extend(differs(row, place, &requests, connections));
    let logged = LOGGER.0.lock().unwrap().take().unwrap_or_default();
    if connections > 0 && logged.is_empty() {
        problems.push("the log was not heard".to_owned());
    }
    shown.0.extend(logged.into_iter().map(|line| ("log", line)));
    let leak = shown.0.iter().find_map(|(what, text)| {
        let part = secrets::find(text)?;
        Some(format!("{what} shows {part:?} of a secret: {text}"))
    });
    problems.extend(leak);
    problems
}

/// Everything that was printed, and what printed it.
#[derive(Default)]
struct Shown(Vec<(&'static str, String)>);

impl Shown {
    fn debug(&mut self, what: &'static str, value: &impl std::fmt::Debug) {
        self.0.push((what, format!("{value:?}")));
        self.0.push((what, format!("{value:#?}")));
    }

    fn error(&mut self, error: &(dyn std::error::Error + 'static)) {
        self.debug("an error", &error);
        self.0.push(("an error", format!("{error} {error:#}")));
        if let Some(cause) = error.source() {
            self.error(cause);
        }
    }
}

async fn call(client: &Client, row: &Row, place: Place, shown: &mut Shown) -> Outcome {
    let method = place.fill(&row.call.method);
    let params = params(row, place);
    if row.call.typed {
        assert_eq!(method, ChatGet::META.name, "a typed call of this runner");
        let request = ChatGet::new(text(&params, "ENTITY_TYPE"), text(&params, "ENTITY_ID"));
        shown.debug("the request", &request);
        let answer = client.imbot().chat().get(request).await;
        Outcome::new(answer, shown)
    } else {
        Outcome::new(
            match row.call.rest {
                Rest::Classic => client.call_by_name(&method, params).await,
                Rest::V3 => client.call_by_name_v3(&method, params).await,
            },
            shown,
        )
    }
}

/// Shows what bindings to other languages work with.
async fn show_reply(client: &Client, row: &Row, place: Place, shown: &mut Shown) {
    let method = place.fill(&row.call.method);
    let rest = match row.call.rest {
        Rest::Classic => bitrix24::Rest::Classic,
        Rest::V3 => bitrix24::Rest::V3,
    };
    let bytes = serde_json::to_vec(&params(row, place)).unwrap();
    let token = place.fill("${token}");
    shown.debug("a secret parameter", &Secret::from(&*token));
    let secret = format!(r#"{{"BOT_TOKEN": {}}}"#, Value::from(token));
    shown.debug(
        "a call with a secret",
        &raw::Call::new("m", rest, secret.into()),
    );
    match client.send(raw::Call::new(&method, rest, bytes)).await {
        Ok(reply) => {
            // What the portal sends as a result is the caller's.
            if row.fails.is_some() {
                shown.debug("the answer", &reply);
            }
        }
        Err(error) => shown.error(&error),
    }
}

fn client(row: &Row, place: Place, shown: &mut Shown) -> Result<Client, bitrix24::ConfigError> {
    let settings = &row.client;
    let fill = |text: &Option<String>| text.as_deref().map(|text| place.fill(text));
    let mut builder = Client::builder();
    if let Some(url) = fill(&settings.base_url) {
        builder = builder.base_url(url);
    }
    if let Some(url) = fill(&settings.proxy) {
        builder = builder.proxy(url);
    }
    if let Some(user_agent) = fill(&settings.user_agent) {
        builder = builder.user_agent(user_agent);
    }
    if let Some(pem) = fill(&settings.root_certificate) {
        builder = builder.root_certificate(pem);
    }
    if let Some(seconds) = settings.timeout {
        builder = builder.timeout(Duration::from_secs_f64(seconds));
    }
    shown.debug("the settings", &builder);
    match (fill(&settings.webhook), fill(&settings.token)) {
        (Some(url), None) => builder.webhook(&url),
        (None, Some(portal)) => {
            let token = fill(&settings.access_token);
            builder.token(&portal, token.unwrap_or_else(|| place.fill("${token}")))
        }
        _ => panic!("{}: a client has either a webhook or a token", row.name),
    }
}

fn params(row: &Row, place: Place) -> Value {
    let params = row.call.params.as_deref().unwrap_or("null");
    serde_json::from_str(&place.fill(params)).unwrap()
}

fn text<'a>(params: &'a Value, name: &str) -> &'a str {
    params[name].as_str().expect("a parameter")
}

/// Compares what arrived.
fn differs(row: &Row, place: Place, requests: &[Seen], connections: usize) -> Problems {
    let mut problems = Problems::new();
    let default = table::Request::default();
    let expected = match &row.sends {
        Some(Sends::Nothing(_)) => {
            if connections > 0 || !requests.is_empty() {
                problems.push("something was sent".to_owned());
            }
            return problems;
        }
        Some(Sends::One(request)) => request,
        None => &default,
    };
    let [seen] = requests else {
        return vec![format!("sent {} times", requests.len())];
    };

    let path = match &expected.path {
        Some(path) => place.fill(path),
        None => seen.line.split(' ').nth(1).unwrap_or_default().to_owned(),
    };
    let line = format!("POST {path} HTTP/1.1");
    if seen.line != line {
        problems.push(format!("sent {}, not {line}", seen.line));
    }
    if !path.ends_with(&format!("/{}", place.fill(&row.call.method))) {
        problems.push(format!("the path is not the method's: {path}"));
    }

    let mut headers: BTreeMap<_, _> = [
        ("accept", "application/json"),
        ("content-length", &*seen.body.len().to_string()),
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
    let mut found = seen.headers.clone();
    for (name, value) in &mut found {
        if headers.get(name).is_some_and(|expected| expected == "*") {
            "*".clone_into(value);
        }
    }
    if found != Vec::from_iter(headers.clone()) {
        problems.push(format!("sent the headers {found:?}, not {headers:?}"));
    }

    if let Some(body) = &expected.body {
        let body: Value = serde_json::from_str(&place.fill(body)).unwrap();
        let sent: Value = serde_json::from_slice(&seen.body).unwrap();
        if sent != body {
            problems.push(format!("sent {sent}, not {body}"));
        }
    }
    problems
}

/// Keeps what the layers below log, while there is a place for it.
struct Logger(Mutex<Option<Vec<String>>>);

static LOGGER: Logger = Logger(Mutex::new(None));

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        if let Some(lines) = &mut *self.0.lock().unwrap() {
            lines.push(format!("{}: {}", record.target(), record.args()));
        }
    }

    fn flush(&self) {}
}
