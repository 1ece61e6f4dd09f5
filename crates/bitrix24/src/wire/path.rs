//! The place of an error, carried in its message while the error passes through serde.
//!
//! serde's errors are opaque texts, so a path is put in front of the text on the way out, one step
//! at a time: `expected an integer`, `.owner: expected an integer`, `.chat.owner: expected …`.

use std::{borrow::Cow, fmt::Display};

use serde::de;

/// The longest excerpt of a value in a message, in characters.
const VALUE_CHARS: usize = 40;

/// Puts one step of the path, such as `.owner` or `[3]`, in front of an error.
pub fn at<E: de::Error>(step: impl Display, error: E) -> E {
    E::custom(located(step, &error.to_string()))
}

pub(crate) fn located(step: impl Display, text: &str) -> String {
    let colon = if text.starts_with(['.', '[']) {
        ""
    } else {
        ": "
    };
    format!("{step}{colon}{text}")
}

/// A key of a map as a step of the path.
///
/// Unusual keys are quoted, and hold no colon, so that a message still splits at its first one.
pub fn key(key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
    if plain && key.len() <= VALUE_CHARS {
        format!("[{key}]")
    } else {
        format!("[{}]", shorten(key).replace(':', "\\u{3a}"))
    }
}

/// A string as it stands in a message: quoted, and cut after 40 characters.
pub fn shorten(text: &str) -> String {
    let short: Cow<'_, str> = match text.char_indices().nth(VALUE_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    };
    format!("{short:?}")
}
