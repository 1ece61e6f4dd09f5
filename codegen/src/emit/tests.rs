//! What becomes of the whole description.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use std::path::Path;

use super::{rust, table};
use crate::model::Api;
use crate::print::{self, tests::words};

fn everything() -> Api {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    crate::load(&spec).unwrap_or_else(|report| panic!("{report}"))
}

#[test]
fn printing_changes_no_tokens() {
    let api = everything();
    let scopes: Vec<usize> = (0..api.scopes.len()).collect();
    let tables = ("tables.rs".to_owned(), table::tokens(&api));
    for (name, tokens) in rust::tokens(&api, &scopes).chain([tables]) {
        let text = print::rust(tokens.clone());
        let (printed, made) = (words(text.parse().unwrap()), words(tokens));
        let differ = printed
            .iter()
            .zip(&made)
            .position(|(printed, made)| printed != made);
        if let Some(at) = differ {
            let around = at.saturating_sub(9)..at + 1;
            let (printed, made) = (&printed[around.clone()], &made[around]);
            panic!("{name}: {printed:?} is printed for {made:?}");
        }
        assert_eq!(printed.len(), made.len(), "{name}");
    }
}
