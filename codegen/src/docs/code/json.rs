//! JSON as examples hold it.

use serde_json::Value;

use super::lex::{Dialect, tokens};
use super::literal::Reader;

/// What was read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Json {
    pub value: Value,
    /// Whether it takes liberties: comments, trailing commas, `...`.
    pub loose: bool,
    /// Whether `...` stands for something in it.
    pub cut: bool,
}

/// Why it cannot be read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct JsonFault {
    /// The line within the text, from 1.
    pub line: u32,
    pub message: String,
}

/// Reads JSON.
pub(crate) fn json(text: &str) -> Result<Json, JsonFault> {
    if let Ok(value) = serde_json::from_str(text) {
        return Ok(Json {
            value,
            loose: false,
            cut: false,
        });
    }
    let tokens = tokens(Dialect::Json, text);
    let mut reader = Reader::new(Dialect::Json, &tokens, 0);
    let value = reader.value(0);
    if reader.peek().is_some() {
        reader.odd("the JSON ends here, and something follows");
    }
    match (value, reader.odd) {
        (Some(value), None) => Ok(Json {
            value,
            loose: true,
            cut: reader.cut,
        }),
        (_, Some((line, message))) => Err(JsonFault { line, message }),
        (None, None) => Err(JsonFault {
            line: 1,
            message: "this is no JSON".into(),
        }),
    }
}
