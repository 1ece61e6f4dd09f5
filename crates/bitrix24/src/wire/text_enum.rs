//! Texts of which the documented values have names.

/// A text of which the documented values have names. Generated; see [`wire`](super).
pub trait TextEnum: Sized {
    /// Finds the value of a text; a text that is not documented is kept as it is.
    fn from_text(text: String) -> Self;
    /// The text on the wire.
    fn as_text(&self) -> &str;
}
