//! The reader against small pages of our own, and against broken ones.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

mod broken;

use super::of_site;
use crate::docs::draft::{Docs, Draft};
use crate::docs::site::Site;

/// A page with everything that most pages have.
const PAGE: &str = include_str!("whole.md");

fn docs(pages: &[(&str, &str)]) -> Docs {
    of_site(&Site::of(pages), &|_, _| {})
}

/// The one method of a page.
fn draft(text: &str) -> Draft {
    let mut docs = docs(&[("api/zoo-animal-list.md", text)]);
    assert_eq!(docs.methods.len(), 1, "{:?}", docs.skipped);
    docs.methods.remove(0)
}
