//! The table: what README.md says about rows, as types.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) client: Settings,
    #[serde(default)]
    call: Call,
    sends: Option<Sends>,
    answer: Option<Answer>,
    answers: Option<Vec<Answer>>,
    requests: Option<usize>,
    returns: Option<Returns>,
    fails: Option<Fails>,
    outcomes: Option<Vec<Expected>>,
    #[serde(default)]
    takes: Takes,
    expected_wait: Option<f64>,
    #[serde(default)]
    then: Vec<Step>,
    pub(crate) moved_to: Option<String>,
    #[serde(default)]
    pub(crate) stats: Stats,
    #[serde(default)]
    pub(crate) token_answers: Vec<Answer>,
    token_requests: Option<usize>,
    pub(crate) token_sends: Option<Vec<String>>,
    /// What the row and its `then` ask for, in order.
    #[serde(skip)]
    pub(crate) steps: Vec<Step>,
}

/// A call, and what must become of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    #[serde(default)]
    pub(crate) after: f64,
    #[serde(default)]
    pub(crate) by: Caller,
    #[serde(default)]
    pub(crate) call: Call,
    pub(crate) sends: Option<Sends>,
    pub(crate) returns: Option<Returns>,
    pub(crate) fails: Option<Fails>,
    /// Of the commands of a batch.
    pub(crate) outcomes: Option<Vec<Expected>>,
    #[serde(default)]
    pub(crate) takes: Takes,
    pub(crate) expected_wait: Option<f64>,
}

/// What must become of commands of a batch.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    pub(crate) returns: Option<Returns>,
    pub(crate) fails: Option<Fails>,
    /// Of so many.
    #[serde(default = "once")]
    pub(crate) repeat: usize,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
pub(crate) enum Caller {
    #[default]
    #[serde(rename = "the same client")]
    Same,
    #[serde(rename = "another client")]
    Another,
    #[serde(rename = "another webhook")]
    Webhook,
}

impl Row {
    /// What the portal answers to its first, second, … request; the last one is repeated.
    pub(crate) fn answers(&self) -> Vec<&Answer> {
        match &self.answers {
            Some(answers) => answers.iter().collect(),
            None => self.answer.iter().collect(),
        }
    }

    /// How many requests must arrive in all.
    pub(crate) fn requests(&self) -> usize {
        if let Some(requests) = self.requests {
            return requests;
        }
        match &self.answers {
            Some(answers) => answers.len(),
            None => self.steps.iter().map(Step::requests).sum(),
        }
    }

    /// How many requests must have arrived at the authorization server.
    pub(crate) fn token_requests(&self) -> usize {
        self.token_requests.unwrap_or(self.token_answers.len())
    }

    /// Whether nothing in it depends on time and order, so that the call may be made once more.
    pub(crate) fn is_plain(&self) -> bool {
        let call = &self.steps[0].call;
        let is_one = call.batch.is_none() && call.list.is_none();
        let has_token = self.client.oauth.is_none();
        self.answers.is_none()
            && self.steps.len() == 1
            && self.client.retries.is_none()
            && is_one
            && has_token
    }

    fn with_steps(mut self) -> Self {
        assert!(
            self.answer.is_none() || self.answers.is_none(),
            "{}: either one answer or several",
            self.name
        );
        let first = Step {
            after: 0.0,
            by: Caller::Same,
            call: std::mem::take(&mut self.call),
            sends: self.sends.take(),
            returns: self.returns.take(),
            fails: self.fails.take(),
            outcomes: self.outcomes.take(),
            takes: std::mem::take(&mut self.takes),
            expected_wait: self.expected_wait,
        };
        self.steps.push(first);
        self.steps.append(&mut self.then);
        for step in &mut self.steps {
            step.call.complete(&self.name);
        }
        self
    }
}

impl Step {
    fn requests(&self) -> usize {
        match self.sends {
            Some(Sends::Nothing(_)) => 0,
            _ => self.call.times,
        }
    }
}

/// In seconds.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Takes {
    pub(crate) at_least: Option<f64>,
    pub(crate) at_most: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stats {
    pub(crate) calls: Option<u64>,
    pub(crate) in_flight: Option<u64>,
    pub(crate) requests: Option<u64>,
    pub(crate) retries: Option<u64>,
    pub(crate) waits: Option<u64>,
    pub(crate) refreshes: Option<u64>,
    pub(crate) moves: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Intensity {
    pub(crate) depth: u32,
    pub(crate) per_second: f64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) webhook: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) access_token: Option<String>,
    pub(crate) base_url: Option<String>,
    pub(crate) proxy: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) root_certificate: Option<String>,
    pub(crate) timeout: Option<f64>,
    pub(crate) read_timeout: Option<f64>,
    pub(crate) connect_timeout: Option<f64>,
    pub(crate) retries: Option<u32>,
    /// Milliseconds.
    pub(crate) pause: Option<u64>,
    pub(crate) intensity: Option<Intensity>,
    pub(crate) oauth: Option<OAuth>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OAuth {
    pub(crate) access_token: Option<String>,
    pub(crate) refresh_token: Option<String>,
    /// Seconds, less than none if it is over.
    pub(crate) expires_in: Option<i64>,
    pub(crate) auth_server: Option<String>,
    #[serde(default)]
    pub(crate) store: Store,
    /// Of the authorization server, in seconds.
    pub(crate) timeout: Option<f64>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Store {
    #[default]
    Memory,
    /// Holds nothing.
    Empty,
    /// The first save fails.
    Failing,
    /// Every load fails.
    Broken,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Call {
    /// Left out: the usual call.
    method: Option<String>,
    #[serde(default)]
    pub(crate) typed: bool,
    #[serde(default)]
    pub(crate) rest: Rest,
    pub(crate) params: Option<String>,
    pub(crate) repeatable: Option<bool>,
    pub(crate) timeout: Option<f64>,
    #[serde(default = "once")]
    pub(crate) times: usize,
    pub(crate) batch: Option<Vec<Command>>,
    #[serde(default)]
    pub(crate) halt: bool,
    pub(crate) list: Option<List>,
    #[serde(default)]
    pub(crate) keyed: bool,
    #[serde(default)]
    pub(crate) batched: bool,
    pub(crate) resume: Option<String>,
}

/// A command of a batch.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Command {
    pub(crate) method: String,
    #[serde(default)]
    pub(crate) typed: bool,
    #[serde(default)]
    pub(crate) rest: Rest,
    pub(crate) params: Option<String>,
    /// So many of it.
    #[serde(default = "once")]
    pub(crate) repeat: usize,
}

/// How a list is read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    pub(crate) paging: String,
    pub(crate) records: Option<String>,
    pub(crate) keyed_by: Option<String>,
    pub(crate) page_size: Option<u32>,
}

impl Call {
    pub(crate) fn method(&self) -> &str {
        match self.batch {
            Some(_) => "batch",
            None => self.method.as_deref().unwrap_or_default(),
        }
    }

    fn complete(&mut self, row: &str) {
        if self.method.is_none() && self.batch.is_none() {
            assert!(
                !self.typed && self.params.is_none(),
                "{row}: of which method?"
            );
            let usual = Self::default();
            (self.method, self.typed, self.params) = (usual.method, usual.typed, usual.params);
        }
    }
}

fn once() -> usize {
    1
}

impl Default for Call {
    fn default() -> Self {
        Self {
            method: Some("imbot.chat.get".to_owned()),
            typed: true,
            rest: Rest::Classic,
            params: Some(r#"{"ENTITY_TYPE": "CHAT", "ENTITY_ID": "13"}"#.to_owned()),
            repeatable: None,
            timeout: None,
            times: 1,
            batch: None,
            halt: false,
            list: None,
            keyed: false,
            batched: false,
            resume: None,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Rest {
    #[default]
    Classic,
    V3,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Sends {
    Nothing(Nothing),
    /// Every request.
    All(Request),
    /// The first, the second, ….
    Each(Vec<Request>),
}

#[derive(Debug, Deserialize)]
pub(crate) enum Nothing {
    #[serde(rename = "nothing")]
    Nothing,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    pub(crate) path: Option<String>,
    pub(crate) body: Option<String>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// How many commands a batch has.
    pub(crate) commands: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    pub(crate) status: Option<u16>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) hex: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) raw: Option<String>,
    /// A batch of which each command, from a number to another, answers its number.
    pub(crate) numbers: Option<(u32, u32)>,
    pub(crate) portal: Option<Portal>,
    pub(crate) part: Option<Part>,
    #[serde(default)]
    pub(crate) after: f64,
    pub(crate) drip: Option<f64>,
}

/// How much of an answer is sent before the portal does what it does instead of the rest.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Part {
    Half,
    Whole,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) enum Portal {
    #[serde(rename = "closes")]
    Closes,
    #[serde(rename = "resets")]
    Resets,
    #[serde(rename = "is silent")]
    IsSilent,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Returns {
    pub(crate) result: Option<String>,
    pub(crate) records: Option<String>,
    pub(crate) time: Option<String>,
    pub(crate) total: Option<u64>,
    pub(crate) next: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fails {
    pub(crate) config: Option<String>,
    pub(crate) request: Option<String>,
    pub(crate) transport: Option<String>,
    pub(crate) decode: Option<String>,
    pub(crate) api: Option<String>,
    pub(crate) limit: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) not_run: Option<String>,

    /// Of the authorization server.
    pub(crate) code: Option<String>,
    /// That the error is of, if it is another than is called.
    pub(crate) method: Option<String>,
    /// Those that came before.
    pub(crate) records: Option<String>,
    pub(crate) cursor: Option<String>,
    pub(crate) tries: Option<u32>,
    pub(crate) stopped: Option<String>,
    pub(crate) wait: Option<f64>,
    pub(crate) status: Option<u16>,
    pub(crate) message: Option<String>,
    pub(crate) says: Option<String>,
    pub(crate) excerpt: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) location: Option<String>,

    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) validation: Vec<Invalid>,
    pub(crate) argument: Option<String>,
    pub(crate) time: Option<String>,
    pub(crate) origin: Option<String>,
    /// Not for Rust.
    #[serde(rename = "python")]
    pub(crate) _python: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invalid {
    pub(crate) field: String,
    pub(crate) message: String,
}

/// Reads every table.
pub(crate) fn read() -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("wire");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect();
    files.sort();
    let mut rows = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let table: Vec<Row> = serde_yaml::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        rows.extend(table.into_iter().map(Row::with_steps));
    }
    rows
}
