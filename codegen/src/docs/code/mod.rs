//! What the examples of a page call, and with what.
//!
//! Code → tokens → the calls in it and the values that stand written in them. An example is prose
//! to a compiler: what cannot be read is left out, and nothing here fails.

mod curl;
mod form;
mod json;
mod lex;
mod literal;
mod script;
#[cfg(test)]
mod tests;

use serde_json::Value;

#[allow(unused_imports, reason = "the importer will use them")]
pub(crate) use json::{Json, JsonFault, json};
use lex::Dialect;

/// How many calls of one example are read.
const CALLS: usize = 100;

/// A call that an example makes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    /// The line within the code, from 1.
    pub line: u32,
    /// The method; none where an expression stands for it. A batch is a call of `batch`.
    pub method: Option<String>,
    /// Whether it goes to REST 3.0, where the code tells.
    pub v3: Option<bool>,
    /// The parameters without the credential, empty where none are given; none where they cannot be
    /// read at all.
    pub params: Option<Value>,
    /// Whether the parameters are complete. Expressions among them are left out.
    pub whole: bool,
    /// In Go: whether the call says that it may be repeated.
    pub idempotent: Option<bool>,
}

/// Which of the readers.
#[derive(Clone, Copy, PartialEq)]
enum Language {
    Curl,
    Script(Dialect),
}

/// The calls of an example, by the title of its tab and the language of its block.
pub(crate) fn calls(tab_title: &str, lang: &str, text: &str) -> Vec<Call> {
    let (by_title, by_lang) = (by_title(tab_title), by_lang(lang));
    let mut calls = by_title.map(|it| read(it, text)).unwrap_or_default();
    if calls.is_empty() && by_lang != by_title {
        calls = by_lang.map(|it| read(it, text)).unwrap_or_default();
    }
    for call in &mut calls {
        if let Some(Value::Object(params)) = &mut call.params {
            params.shift_remove("auth");
        }
    }
    calls
}

fn read(language: Language, text: &str) -> Vec<Call> {
    match language {
        Language::Curl => curl::calls(text),
        Language::Script(dialect) => script::calls(dialect, text),
    }
}

fn by_title(title: &str) -> Option<Language> {
    let title = title.trim().to_lowercase();
    let first = title.split([' ', '(']).next().unwrap_or_default();
    match first {
        "curl" => Some(Language::Curl),
        "js" | "bx24.js" | "javascript" | "typescript" => Some(Language::Script(Dialect::Js)),
        "php" => Some(Language::Script(Dialect::Php)),
        "go" => Some(Language::Script(Dialect::Go)),
        "python" => Some(Language::Script(Dialect::Python)),
        _ => None,
    }
}

fn by_lang(lang: &str) -> Option<Language> {
    match lang.trim().to_lowercase().as_str() {
        "bash" | "sh" | "shell" | "curl" => Some(Language::Curl),
        "js" | "ts" | "javascript" | "typescript" | "html" => Some(Language::Script(Dialect::Js)),
        "php" => Some(Language::Script(Dialect::Php)),
        "go" => Some(Language::Script(Dialect::Go)),
        "python" | "py" => Some(Language::Script(Dialect::Python)),
        _ => None,
    }
}
