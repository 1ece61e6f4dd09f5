//! Prints Rust: from the tokens that `quote` makes to the text that people read.
//!
//! Tokens are never changed, but for commas at the end of what is in brackets. Nothing is parsed:
//! what brackets hold is told by the keyword before them (`spell`), and lines are broken at
//! brackets (`layout`). The layout is that of rustfmt with its defaults, as far as what the
//! emitters write asks for it, with two exceptions: no braces are put around the value of an arm,
//! and no line is longer than it must be.

mod doc;
mod item;
mod layout;
mod punct;
mod spell;
#[cfg(test)]
pub(crate) mod tests;
mod tree;

use proc_macro2::TokenStream;

/// The tokens as the text of a file.
pub(crate) fn rust(tokens: TokenStream) -> String {
    let (text, nodes) = spell::spell(tokens);
    layout::lines(&text, &nodes)
}
