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
    /// Whether it takes the Python package.
    pub(crate) python: bool,
    pub(crate) measure: fn(&Options) -> Outcome<Section>,
}

/// All of them, in the order in which they are measured and shown.
pub(crate) fn all() -> [Part; 10] {
    let rust = |name, measure| Part {
        name,
        python: false,
        measure,
    };
    let python = |name, measure| Part {
        name,
        python: true,
        measure,
    };
    [
        rust("rust", calls::rust as fn(&Options) -> Outcome<Section>),
        python("python-sync", calls::python_sync),
        python("python-async", calls::python_async),
        python("batch", batch::measure),
        python("list", list::measure),
        python("import", import::measure),
        rust("generator", generator::measure),
        rust("compile", compile::measure),
        python("size", size::measure),
        python("growth", growth::measure),
    ]
}
