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
    #[serde(default)]
    takes: Takes,
    expected_wait: Option<f64>,
    #[serde(default)]
    then: Vec<Step>,
    pub(crate) moved_to: Option<String>,
    #[serde(default)]
    pub(crate) stats: Stats,
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
    #[serde(default)]
    pub(crate) takes: Takes,
    pub(crate) expected_wait: Option<f64>,
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

    /// Whether nothing in it depends on time and order, so that the call may be made once more.
    pub(crate) fn is_plain(&self) -> bool {
        self.answers.is_none() && self.steps.len() == 1 && self.client.retries.is_none()
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
}

impl Call {
    pub(crate) fn method(&self) -> &str {
        self.method.as_deref().unwrap_or_default()
    }

    fn complete(&mut self, row: &str) {
        if self.method.is_none() {
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
    pub(crate) result: String,
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
