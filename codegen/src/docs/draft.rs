//! What was read from the documentation, and what a person must settle.

use serde::Serialize;

use crate::format::{ErrorRow, Facts, SharedType};

/// All that was read from a folder of the documentation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Docs {
    /// The methods, by name and version.
    pub methods: Vec<Draft>,
    /// The table of system errors, if the folder holds it.
    pub system_errors: Option<Vec<ErrorRow>>,
    /// Objects that pages of several methods link to, by name.
    pub types: Vec<SharedType>,
    /// What a person must settle about the last two.
    pub findings: Vec<Finding>,
    /// Pages from which no method was read, and why.
    pub skipped: Vec<Skipped>,
}

/// A method as its page describes it.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// Its name on the wire, in the spelling of the title.
    pub method: String,
    /// What is clear.
    pub facts: Facts,
    /// What is not.
    pub findings: Vec<Finding>,
}

/// Something about a page that a person should know.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Finding {
    /// The page, from the root of the documentation.
    pub page: String,
    /// The line, from 1.
    pub line: u32,
    /// What part of the facts it is about.
    pub element: Element,
    /// The way to the fact, as in a ruling: `params.ENTITY_ID.type`. That of a whole page is
    /// [`Finding::WHOLE_PAGE`].
    pub fact: String,
    /// What is unclear.
    pub message: String,
    /// What may be meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<String>,
    /// How much it matters.
    pub weight: Weight,
}

impl Finding {
    /// The way of a finding that is about all facts of its page. No ruling leads there.
    pub(crate) const WHOLE_PAGE: &str = "";
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Weight {
    /// The fact is not settled: a person must rule on it.
    Open,
    /// The page contradicts itself: a table says this, an example that.
    Contradiction,
    /// Worth knowing, nothing to settle.
    Note,
}

/// The parts of a method's facts.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Element {
    Name,
    Scopes,
    Deprecation,
    Parameters,
    Result,
    List,
    Errors,
    Repeatability,
}

/// A page from which no method was read.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Skipped {
    /// The page, from the root of the documentation.
    pub page: String,
    /// Why, in a few words: `an event`, `an overview`.
    pub reason: String,
    /// Whether a method was expected there: a person should look.
    pub suspicious: bool,
}
