//! The reader against small pages of our own, and against broken ones.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by a panic"
)]

mod broken;
mod pages;
mod parameters;

use serde_json::Value;

use super::of_site;
use crate::docs::draft::{Docs, Draft, Weight};
use crate::docs::site::Site;

/// A page with everything that most pages have.
const PAGE: &str = include_str!("whole.md");

fn docs(pages: &[(&str, &str)]) -> Docs {
    of_site(&Site::of(pages), &Default::default(), &|_, _| {})
}

/// The one method of a page.
fn draft(text: &str) -> Draft {
    let mut docs = docs(&[("api/zoo-animal-list.md", text)]);
    assert_eq!(docs.methods.len(), 1, "{:?}", docs.skipped);
    docs.methods.remove(0)
}

/// A page of a method `zoo.feed`: the rows of its parameters, and what follows them.
fn page(rows: &str, rest: &str) -> String {
    format!(
        "# Feed zoo.feed\n\n> Scope: [`zoo`](../scopes.md)\n\nThe method `zoo.feed` feeds.\n\n\
         ## Method Parameters\n\n#|\n|| **Name**\n`type` | **Description** ||\n{rows}\n|#\n\n{rest}\n"
    )
}

fn facts(draft: &Draft) -> Value {
    serde_json::to_value(&draft.facts).unwrap()
}

/// The facts that a person must settle.
fn open(draft: &Draft) -> Vec<&str> {
    let found = draft.findings.iter().filter(|it| it.weight == Weight::Open);
    found.map(|it| it.fact.as_str()).collect()
}
