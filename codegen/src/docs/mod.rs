//! From the documentation's Markdown to facts.
//!
//! A folder of pages → `yfm` makes blocks of each → `extract` reads facts from them, and
//! notes what a person must settle → the files of the description.

pub(crate) mod block;
pub(crate) mod check;
pub(crate) mod code;
pub(crate) mod draft;
mod edit;
pub(crate) mod extract;
pub mod import;
pub(crate) mod merge;
pub(crate) mod neutral;
pub(crate) mod report;
mod select;
pub(crate) mod site;
pub(crate) mod spec;
mod stale;
pub mod survey;
pub(crate) mod write;
pub(crate) mod yfm;
