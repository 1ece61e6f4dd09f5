//! Values, defaults and bounds that prose tells in a form that leaves no doubt.

use super::{item_values, value};
use crate::docs::block::{Block, Kind, Text};

/// Words that announce something else than the values of a parameter.
const OTHER: &[&str] = &[
    "format",
    "field",
    "example",
    "key",
    "prefix",
    "filter",
    "default",
    "parameter",
    "character",
    "pass ",
    "specif",
    "method",
    "column",
    "an object",
    "structure",
    "condition",
    "if ",
    "when ",
    "where",
    "template",
    "value for",
];

/// The values of the only list of codes behind a few words and a colon, else those of a sentence.
pub(super) fn values(about: &[Block]) -> Vec<String> {
    let lists: Vec<(usize, Vec<String>)> = about
        .iter()
        .enumerate()
        .filter_map(|(index, block)| match &block.kind {
            Kind::List(items) => {
                let all: Option<Vec<Vec<String>>> =
                    items.iter().map(|it| item_values(it)).collect();
                Some((index, all?.concat()))
            }
            _ => None,
        })
        .collect();
    if let [(index, found)] = lists.as_slice() {
        let before = index.checked_sub(1).and_then(|it| about.get(it));
        let announced = match before.map(|it| &it.kind) {
            Some(Kind::Paragraph(text)) => announces(text),
            _ => false,
        };
        let placeholder =
            |it: &String| it.contains("XX") || it.contains('#') || it.ends_with("_ID");
        if announced && found.len() > 1 && !found.iter().any(placeholder) {
            return found.clone();
        }
    }
    about
        .iter()
        .filter_map(|block| match &block.kind {
            Kind::Paragraph(text) => marked(text),
            _ => None,
        })
        .find_map(|text| {
            text.split(['\n'])
                .flat_map(|it| it.split(". "))
                .find_map(sentence)
        })
        .unwrap_or_default()
}

/// `Type of chat:`, without a word that speaks of something else.
fn announces(text: &Text) -> bool {
    let plain = text.plain();
    let Some(rest) = plain.trim_end().strip_suffix(':') else {
        return false;
    };
    let last = rest.rsplit(['\n']).next().unwrap_or_default();
    let last = last.rsplit(". ").next().unwrap_or_default().to_lowercase();
    last.split_whitespace().count() <= 7 && !OTHER.iter().any(|it| last.contains(it))
}

/// Text with its code in backticks, unless code holds one itself.
fn marked(text: &Text) -> Option<String> {
    let mut out = String::new();
    for span in &text.spans {
        if span.text.contains('`') {
            return None;
        }
        match span.code {
            true => {
                out.push('`');
                out.push_str(span.text.trim());
                out.push('`');
            }
            false => out.push_str(&span.text),
        }
    }
    Some(out)
}

/// ``Mode: `a` or `b` ``, and `` `U` for user, `G` for group``.
fn sentence(text: &str) -> Option<Vec<String>> {
    let at = text.find('`')?;
    let intro = text.get(..at)?.trim_end();
    let rest = text.get(at..)?.trim().trim_end_matches('.');
    let announced = match intro.strip_suffix(':') {
        Some(intro) => {
            let lower = intro.to_lowercase();
            let words = lower.split_whitespace().count();
            words > 0 && words <= 12 && !OTHER.iter().any(|it| lower.contains(it))
        }
        None => false,
    };
    let mut found = Vec::new();
    let mut explained = true;
    // Odd parts are code, even ones stand between.
    for (index, part) in rest.split('`').enumerate() {
        if index % 2 == 1 {
            found.push(value(part)?);
            continue;
        }
        let between = part.trim().trim_matches(',').trim();
        let by_for = between
            .strip_prefix("for ")
            .map(|it| it.trim_end_matches(" or").trim_end_matches(", and"))
            .is_some_and(|it| it.split_whitespace().count() <= 3);
        if index == 0 || by_for || matches!(between, "or" | "/") {
        } else if !between.is_empty() {
            return None;
        }
        explained &= index == 0 || by_for;
    }
    let complete = announced || intro.is_empty() && explained;
    // Ids, and what else is made up for an example, have numbers in them.
    let made_up = |it: &String| it.contains(|it: char| it.is_ascii_digit() || it == '#');
    (complete && found.len() > 1 && !found.iter().any(made_up)).then_some(found)
}

/// `` `X` is used by default``, and ``By default, the role `X` is used``.
pub(super) fn default(text: &Text) -> Option<String> {
    for (index, span) in text.spans.iter().enumerate().filter(|it| it.1.code) {
        let after = text.spans.get(index + 1).filter(|it| !it.code);
        let after = after.map(|it| it.text.trim_start().to_lowercase());
        let after = after.unwrap_or_default();
        let before = index.checked_sub(1).and_then(|it| text.spans.get(it));
        let before = before.map(|it| it.text.to_lowercase()).unwrap_or_default();
        let sentence = before.rsplit(['\n', '.']).next().unwrap_or_default().trim();
        let starts = |words: &[&str]| words.iter().any(|it| after.starts_with(it));
        let used = starts(&["is used as the default", "is used by default"]);
        let stated = sentence.starts_with("by default,")
            && sentence.split_whitespace().count() <= 6
            && starts(&["is used", "is created", "is applied"]);
        if used || stated {
            return value(span.text.trim());
        }
    }
    None
}

/// `An array can be passed.`
pub(super) fn many(text: &Text) -> bool {
    let plain = text.plain().to_lowercase();
    let mut sentences = plain.split(['\n', '.']).map(str::trim);
    sentences.any(|it| matches!(it, "an array can be passed" | "an array can also be passed"))
}

/// `(1–200)`.
pub(super) fn range(text: &str) -> Option<(i64, i64)> {
    for part in text.split('(').skip(1) {
        let Some((inner, _)) = part.split_once(')') else {
            continue;
        };
        let Some((min, max)) = inner.split_once(['–', '—', '-']) else {
            continue;
        };
        if let (Ok(min), Ok(max)) = (min.trim().parse::<i64>(), max.trim().parse::<i64>())
            && min < max
        {
            return Some((min, max));
        }
    }
    None
}
