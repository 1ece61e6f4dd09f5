//! The description of the Bitrix24 REST API as a data crate.
//!
//! The YAML files travel inside the package, so that the generator finds them
//! wherever Cargo unpacked it: in a registry cache, a vendor folder or a source
//! distribution of the Python package. The format is `schema.json`.

/// The folder that holds the description.
pub const DIR: &str = env!("CARGO_MANIFEST_DIR");
