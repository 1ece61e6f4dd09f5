//! What is measured, each under a name of its own.

mod batch;
mod calls;
mod clients;
mod compile;
mod generator;
mod growth;
mod import;
mod list;
mod size;
mod workspace;

use crate::{Outcome, model::Section, options::Options};

/// A part of the benchmark.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) measure: fn(&Options) -> Outcome<Section>,
}

/// All of them, in the order in which they are measured and shown.
pub(crate) fn all() -> [Part; 10] {
    let part = |name, measure| Part { name, measure };
    [
        part("rust", calls::rust as fn(&Options) -> Outcome<Section>),
        part("python-sync", calls::python_sync),
        part("python-async", calls::python_async),
        part("batch", batch::measure),
        part("list", list::measure),
        part("import", import::measure),
        part("generator", generator::measure),
        part("compile", compile::measure),
        part("size", size::measure),
        part("growth", growth::measure),
    ]
}
