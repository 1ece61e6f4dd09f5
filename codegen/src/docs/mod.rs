//! From the documentation's Markdown to facts.
//!
//! A folder of pages → `yfm` makes blocks of each → `extract` reads facts from them, and
//! notes what a person must settle → the files of the description.
#![allow(dead_code)]

pub(crate) mod block;
pub(crate) mod code;
pub(crate) mod draft;
pub(crate) mod extract;
pub(crate) mod site;
mod edit;
pub(crate) mod merge;
pub(crate) mod spec;
mod stale;
pub(crate) mod write;
pub(crate) mod yfm;
pub(crate) mod check;
pub(crate) mod code;
pub(crate) mod draft;
pub(crate) mod neutral;
