//! What the description of a parameter says in a form that is always the same: its values,
//! its default, its bounds.

mod told;

use serde_json::Value;

use super::page::{plain, texts};
use crate::docs::block::{Block, Kind, Text};
use crate::format::{Flag, Scalar};

/// What a description says beside prose.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Said {
    /// All values that it takes.
    pub values: Vec<String>,
    pub default: Option<String>,
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub max_length: Option<u32>,
    /// Whether several may be given instead of one.
    pub many: bool,
}

const VALUES: &[&str] = &[
    "possible values",
    "possible options",
    "allowed values",
    "available values",
    "acceptable values",
    "accepted values",
    "permissible values",
    "supported values",
    "valid values",
    "can take the following values",
    "can take values",
    "can have the following values",
    "takes the following values",
    "one of the values",
    "one of the following values",
];

/// Reads a description.
pub(super) fn read(about: &[Block]) -> Said {
    let mut said = Said::default();
    if let Some(values) = values(about) {
        said.values = values;
    }
    for text in texts(about) {
        said.many |= told::many(text);
        defaults(text, &mut said);
        bounds(text, &mut said);
    }
    if said.default.is_none() {
        said.default = marked_default(about);
    }
    if said.values.is_empty() {
        said.values = told::values(about);
    }
    said
}

/// The values of a list, or of a line, that is announced as that of all values.
fn values(about: &[Block]) -> Option<Vec<String>> {
    let mut announced = false;
    // Lists of which each is for something: `Possible values for a team:`.
    let mut for_some = false;
    let mut apart: Vec<Vec<String>> = Vec::new();
    for block in about {
        match &block.kind {
            Kind::Paragraph(text) => {
                let lower = text.plain().to_lowercase();
                let found = VALUES
                    .iter()
                    .find_map(|it| lower.rfind(it).map(|at| (at, it.len())));
                announced = false;
                for_some = false;
                if let Some((at, length)) = found {
                    // Values that are named for something else: `Possible values for CODE`.
                    let rest = lower.get(at + length..).unwrap_or_default().trim_start();
                    let code = |it: &str| {
                        text.spans
                            .iter()
                            .any(|span| span.code && it.contains(&span.text.to_lowercase()))
                    };
                    for_some = rest.starts_with("for ") && rest.ends_with(':') && !code(rest);
                    if rest.starts_with("for ")
                        || rest.starts_with("of the ") && !rest.contains("parameter")
                    {
                        continue;
                    }
                    let inline = inline_values(text, at + length);
                    if !inline.is_empty() {
                        return Some(inline);
                    }
                    announced = lower.trim_end().ends_with(':') || rest.is_empty();
                }
            }
            Kind::List(items) if announced || for_some => {
                let all: Option<Vec<Vec<String>>> =
                    items.iter().map(|it| item_values(it)).collect();
                let all: Vec<String> = all?.into_iter().flatten().collect();
                if announced {
                    return (!all.is_empty()).then_some(all);
                }
                apart.push(all);
                for_some = false;
            }
            _ => (announced, for_some) = (false, false),
        }
    }
    // One such list leaves open what holds for all else.
    (apart.len() > 1).then(|| apart.concat())
}

/// The values with which an item begins, or nothing if it does not begin with one.
fn item_values(item: &[Block]) -> Option<Vec<String>> {
    let text = texts(item).into_iter().next()?;
    let mut out = Vec::new();
    for span in &text.spans {
        let plain = span.text.trim();
        if span.code {
            out.push(value(plain)?);
        } else if matches!(plain, "" | "," | "/" | "or" | "and") {
        } else {
            break;
        }
    }
    (!out.is_empty()).then_some(out)
}

/// A value as it is written in code, quotes aside. Formats, such as `chatXXX {id}`, are none.
fn value(code: &str) -> Option<String> {
    let bare = code.trim_matches(['"', '\'', ' ']);
    let plain = bare
        .chars()
        .all(|it| it.is_alphanumeric() || matches!(it, '_' | '-' | '.' | ':' | '+' | '#'));
    let is_value = plain && (!bare.is_empty() || code.len() >= 2);
    is_value.then(|| bare.to_owned())
}

/// Values in the same line: ``Possible values: `Y`, `N`.``
fn inline_values(text: &Text, from: usize) -> Vec<String> {
    let mut at = 0;
    let mut out = Vec::new();
    for span in &text.spans {
        let end = at + span.text.len();
        if end > from {
            if span.code {
                match value(span.text.trim()) {
                    Some(value) => out.push(value),
                    None => return Vec::new(),
                }
            } else if !out.is_empty() {
                let part = span.text.as_str();
                if part.contains('\n') || part.contains(". ") || part.trim_end().ends_with('.') {
                    break;
                }
                let lower = part.to_lowercase();
                if lower.contains("default") {
                    break;
                }
            }
        }
        at = end;
    }
    // A lone value is no list of all values.
    if out.len() < 2 { Vec::new() } else { out }
}

/// ``Default is `X`.``
fn defaults(text: &Text, said: &mut Said) {
    for (index, pair) in text.spans.windows(2).enumerate() {
        let [before, code] = pair else { continue };
        if before.code || !code.code || said.default.is_some() {
            continue;
        }
        // A default for some of what it can be is none for all of it.
        let after = text.spans.get(index + 2).map(|it| it.text.trim_start());
        if after.is_some_and(|it| it.starts_with("for ")) {
            continue;
        }
        let lower = before.text.to_lowercase();
        let tail = lower
            .trim_end()
            .trim_end_matches(['=', ':', '—', '–', '-'])
            .trim_end();
        let tail = tail.strip_suffix(" is").unwrap_or(tail).trim_end();
        let tail = tail.strip_suffix(" value").unwrap_or(tail).trim_end();
        let tail = tail.strip_suffix(" is").unwrap_or(tail).trim_end();
        let is_default = tail.ends_with("default")
            || tail.ends_with("defaults to")
            || tail.ends_with("by default,");
        if is_default && !tail.ends_with("no default") {
            said.default = value(code.text.trim());
        }
    }
    if said.default.is_none() {
        said.default = told::default(text);
    }
}

/// The value of a list that is marked: `` - `N` — no (default)``.
fn marked_default(about: &[Block]) -> Option<String> {
    let mut found = None;
    for block in about {
        let Kind::List(items) = &block.kind else {
            continue;
        };
        for item in items {
            let lower = plain(item).to_lowercase();
            let first = lower.split('\n').next().unwrap_or_default();
            let marked = [
                "(default)",
                "(by default)",
                ", default",
                "default value",
                "(used by default)",
            ];
            if marked.iter().any(|it| first.contains(it)) {
                let values = item_values(item)?;
                // Two defaults are none.
                if found.is_some() || values.len() != 1 {
                    return None;
                }
                found = values.into_iter().next();
            }
        }
    }
    found
}

/// ``Maximum value is `50`.``
fn bounds(text: &Text, said: &mut Said) {
    let mut before = String::new();
    for span in &text.spans {
        let number = span.text.trim().replace([' ', '\u{a0}'], "");
        if span.code
            && let Ok(number) = number.parse::<i64>()
        {
            let lower = before.to_lowercase();
            let sentence = lower.rsplit(['.', '\n']).next().unwrap_or_default();
            let tail = sentence.trim_end_matches([' ', ':', '—', '–', '-', '=']);
            let ends = |words: &[&str]| words.iter().any(|it| tail.ends_with(it));
            if ends(&[
                "maximum value",
                "maximum value is",
                "max value",
                "maximum allowed value is",
            ]) {
                said.max = Some(number);
            } else if ends(&["minimum value", "minimum value is", "min value"]) {
                said.min = Some(number);
            } else if ends(&["maximum length", "maximum length is", "max length"]) {
                said.max_length = u32::try_from(number).ok();
            }
        }
        before.push_str(&span.text);
    }
    if let Some((min, max)) = told::range(&before)
        && said.min.is_none()
        && said.max.is_none()
    {
        (said.min, said.max) = (Some(min), Some(max));
    }
}

/// How a boolean travels, by the values that are named for it.
pub(super) fn flag(values: &[String]) -> Option<Flag> {
    let mut sorted: Vec<String> = values.iter().map(|it| it.to_lowercase()).collect();
    sorted.sort();
    match sorted.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["n", "y"] => Some(Flag::YesNo),
        ["0", "1"] => Some(Flag::OneZero),
        ["false", "true"] => Some(Flag::Json),
        _ => None,
    }
}

/// Values as the format holds them: whole numbers where all of them are.
pub(super) fn scalars(values: &[String]) -> Vec<Scalar> {
    let plain = |it: &String| it.parse::<i64>().ok().filter(|n| n.to_string() == *it);
    let numbers: Option<Vec<i64>> = values.iter().map(plain).collect();
    let mut out: Vec<Scalar> = match numbers {
        Some(numbers) => numbers.into_iter().map(Scalar::Integer).collect(),
        None => values.iter().cloned().map(Scalar::Text).collect(),
    };
    let mut seen: Vec<Scalar> = Vec::new();
    out.retain(|it| {
        let fresh = !seen.contains(it);
        if fresh {
            seen.push(it.clone());
        }
        fresh
    });
    out
}

/// A default as a value of a type.
pub(super) fn default_of(ty: &str, text: &str) -> Option<Value> {
    match ty {
        "integer" | "timestamp" | "user" => text.parse::<i64>().ok().map(Value::from),
        "double" => text.parse::<f64>().ok().map(Value::from),
        "boolean" => match text.to_lowercase().as_str() {
            "true" | "y" | "1" => Some(Value::Bool(true)),
            "false" | "n" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        "string" | "text" | "char" if text != "null" => Some(Value::from(text)),
        _ => None,
    }
}
