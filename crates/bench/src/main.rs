//! Measures the client beside what one would use instead.

fn main() {}
