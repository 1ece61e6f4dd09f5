//! The clients in Rust.

fn main() {}
