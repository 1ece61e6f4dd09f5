//! The JSON Schemas of the format, from the types that read it: what editors check files with.

use crate::format::{CommonFile, MethodFile};

/// The schema of a method's file: `spec/schema.json`.
#[must_use]
pub fn method() -> String {
    text(&schemars::schema_for!(MethodFile))
}

/// The schema of `common.yaml`: `spec/common.schema.json`.
#[must_use]
pub fn common() -> String {
    text(&schemars::schema_for!(CommonFile))
}

fn text(schema: &schemars::Schema) -> String {
    let mut text = serde_json::to_string_pretty(schema).unwrap_or_default();
    text.push('\n');
    text
}
