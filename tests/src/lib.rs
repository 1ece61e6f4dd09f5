//! What the tests of the whole share.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by a panic"
)]

pub mod folder;
pub mod golden;

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}
