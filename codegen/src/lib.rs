//! From the description of the Bitrix24 REST API to the clients.
//!
//! Everything flows one way: YAML files → [`load`] reads and checks them → [`model::Api`]
//! holds what they say, with names decided once for all languages → the emitters in
//! [`emit`] write Rust, Python and JSON. [`build`] drives them from build scripts.

pub mod build;
pub mod diag;
#[cfg(feature = "cli")]
mod docs;
#[cfg(feature = "cli")]
pub mod drift;
pub mod emit;
mod example;
mod expr;
mod file;
pub mod format;
mod list;
mod lower;
pub mod model;
mod names;
mod node;
mod print;
mod read;
mod ruling;
#[cfg(feature = "cli")]
pub mod schema;

#[cfg(feature = "cli")]
pub use docs::{import, survey};
pub use file::files;
pub use lower::load;
