//! Examples as data: without sentences, without what is long, without what says nothing.

use serde_json::{Map, Value};

/// How deep values are kept.
const DEPTH: usize = 64;

/// The longest text that stays as it is.
const LONG: usize = 120;

/// From this many words on, a text is a sentence.
const WORDS: usize = 4;

/// How many elements of a list stay, and from which number on there are too many.
const KEPT: usize = 2;
const MANY: usize = 4;

/// The largest example, in bytes of JSON.
const LARGE: usize = 6 * 1024;

/// What stands for a sentence.
const TEXT: &str = "Text";

/// Parameters of an example, or any other value, fit to be kept. A list at the top stays whole:
/// its places have meanings.
pub(crate) fn neutral(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(|item| part(item, 1)).collect(),
        other => part(other, 0),
    }
}

/// A whole answer, fit to be kept.
pub(crate) fn answer(value: Value) -> Value {
    let Value::Object(mut answer) = value else {
        return neutral(value);
    };
    answer.shift_remove("time");
    if let Some(error) = answer.get_mut("error").filter(|error| !error.is_null()) {
        // In REST 3.0 the sentences stand inside.
        if let Value::Object(error) = error {
            silence(error);
            let fields = error.get_mut("validation").and_then(Value::as_array_mut);
            for field in fields
                .into_iter()
                .flatten()
                .filter_map(Value::as_object_mut)
            {
                silence(field);
            }
        }
        answer.shift_remove("error_description");
    }
    neutral(Value::Object(answer))
}

/// Whether an example is too large to be kept.
pub(crate) fn too_big(value: &Value) -> bool {
    value.to_string().len() > LARGE
}

fn silence(error: &mut Map<String, Value>) {
    if let Some(message @ Value::String(_)) = error.get_mut("message") {
        *message = TEXT.into();
    }
}

fn part(value: Value, depth: usize) -> Value {
    match value {
        Value::Array(_) | Value::Object(_) if depth >= DEPTH => Value::Null,
        Value::String(text) => Value::String(short(&text)),
        Value::Array(mut items) => {
            if items.len() >= MANY {
                items.truncate(KEPT);
            }
            items.into_iter().map(|it| part(it, depth + 1)).collect()
        }
        Value::Object(entries) => {
            let mut kept = Map::new();
            for (name, value) in entries {
                let name = free_name(&kept, short(&name));
                kept.insert(name, part(value, depth + 1));
            }
            Value::Object(kept)
        }
        other => other,
    }
}

/// Names that became the same are numbered.
fn free_name(taken: &Map<String, Value>, name: String) -> String {
    if !taken.contains_key(&name) {
        return name;
    }
    let numbered = (2..=taken.len() + 2).map(|number| format!("{name} {number}"));
    let mut free = numbered.filter(|it| !taken.contains_key(it));
    free.next().unwrap_or(name)
}

fn short(text: &str) -> String {
    let text = placeholders(text);
    if is_sentence(&text) {
        return TEXT.into();
    }
    if text.chars().count() <= LONG {
        return text;
    }
    stand_in(&text)
}

/// `**put_address_here**` without its stars.
fn placeholders(text: &str) -> String {
    let mut parts = text.split("**");
    let mut out = parts.next().unwrap_or_default().to_owned();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        // The stars around a name come in pairs.
        if parts.peek().is_some() && !part.is_empty() && part.chars().all(name) {
            out.push_str(part);
            out.push_str(parts.next().unwrap_or_default());
        } else {
            out.push_str("**");
            out.push_str(part);
        }
    }
    out
}

/// Whether this is language. Tags of HTML and of bulletin boards separate words; a list of codes with
/// commas is none.
fn is_sentence(text: &str) -> bool {
    let bare = untagged(text);
    let is_code = |part: &str| !part.trim().contains(char::is_whitespace);
    if bare.contains(',') && bare.split(',').all(is_code) {
        return false;
    }
    let words = || bare.split_whitespace();
    let spoken = words().filter(|it| it.contains(char::is_alphabetic));
    let all = words().filter(|it| it.contains(char::is_alphanumeric));
    // A date has a word or two among its numbers.
    all.count() >= WORDS && spoken.count() + 1 >= WORDS
}

/// The text with a blank for each `<tag>`, `[tag]` and `&entity;`.
fn untagged(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, tag)) = rest.find(['<', '[', '&']).map(|at| rest.split_at(at)) {
        out.push_str(before);
        let close = match tag.chars().next() {
            Some('<') => '>',
            Some('[') => ']',
            _ => ';',
        };
        // A `&` is most often just that.
        let end = tag.find(close).filter(|at| close != ';' || *at < 10);
        let (taken, behind) = match end {
            Some(end) => (' ', tag.split_at(end).1),
            None => (tag.chars().next().unwrap_or(' '), tag),
        };
        out.push(taken);
        rest = behind.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// Something short of the same kind.
fn stand_in(text: &str) -> String {
    let start = |most| text.chars().take(most).collect::<String>();
    let is_scheme = |it: &str| !it.is_empty() && it.chars().all(|c| c.is_ascii_alphanumeric());
    if let Some((scheme, rest)) = text.split_once("://").filter(|(it, _)| is_scheme(it)) {
        return short_url(scheme, rest);
    }
    if let Some((kind, _)) = text
        .split_once(";base64,")
        .filter(|(it, _)| it.starts_with("data:"))
    {
        let kind: String = kind.chars().take(40).collect();
        return format!("{kind};base64,dGV4dA==");
    }
    let body = text.trim_end_matches(['.', '…']);
    if body.chars().all(|c| c.is_ascii_hexdigit()) {
        return start(32);
    }
    let base64 = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '_' | '\r' | '\n')
    };
    if body.chars().all(base64) {
        return "dGV4dA==".into();
    }
    match text.trim_start().chars().next() {
        Some('{') => "{}".into(),
        Some('[') => "[]".into(),
        _ => TEXT.into(),
    }
}

/// Scheme, host, and as much of the path as is short.
fn short_url(scheme: &str, rest: &str) -> String {
    let path = rest.split(['?', '#', ' ']).next().unwrap_or_default();
    let (host, path) = path.split_once('/').unwrap_or((path, ""));
    let host: String = host.chars().take(60).collect();
    let mut url = format!("{scheme}://{host}/");
    for segment in path.split('/').filter(|it| !it.is_empty()) {
        if url.len() + segment.len() > 80 {
            break;
        }
        url.push_str(segment);
        url.push('/');
    }
    if url.matches('/').count() > 3 {
        url.pop();
    }
    url
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn sentences_go_and_data_stays() {
        for kept in [
            "Big red chair",
            "2026-02-24T13:44:33+01:00",
            "box.item.add",
            "crm, task, user, im, disk",
            "1 2 3 4 5 6",
            "ERROR_NO_BOX_WITH_THIS_ID",
            "https://x.example/a?b=c&d=e",
            "24 Feb 2026 13:44",
            "**bold** 2 ** 3",
            "",
        ] {
            let kept_too = kept.replace("**bold**", "bold");
            assert_eq!(neutral(kept.into()), json!(kept_too));
        }
        for gone in [
            "This is a sentence",
            "one<br>two<br />three&nbsp;four",
            "[b]One[/b] two [i]three[/i] four",
            "Well, this is one",
            "2. Paint the chair",
            "Это уже целое предложение",
        ] {
            assert_eq!(neutral(gone.into()), json!("Text"), "{gone}");
        }
    }

    #[test]
    fn placeholders_lose_their_stars() {
        let value = json!({ "a": "https://**put_address_here**/rest/**id**/", "b": "**token**" });
        let expected = json!({ "a": "https://put_address_here/rest/id/", "b": "token" });
        assert_eq!(neutral(value), expected);
    }

    #[test]
    fn long_texts_get_stand_ins() {
        let long = "Ab1/".repeat(40);
        for (text, expected) in [
            (long.clone(), "dGV4dA==".to_owned()),
            (format!("{long}..."), "dGV4dA==".into()),
            (
                format!("data:image/png;base64,{long}"),
                "data:image/png;base64,dGV4dA==".into(),
            ),
            ("0af9".repeat(40), "0af9".repeat(8)),
            (
                format!("https://x.example/disk/get?sign={long}"),
                "https://x.example/disk/get".into(),
            ),
            (
                format!("https://x.example/?sign={long}"),
                "https://x.example/".into(),
            ),
            (
                format!("https://x.example?sign={long}"),
                "https://x.example/".into(),
            ),
            (format!("{{\"a\":\"{long}\"}}"), "{}".into()),
            (format!("|{long}|"), "Text".into()),
        ] {
            assert_eq!(neutral(text.into()), json!(expected));
        }
    }

    #[test]
    fn long_lists_are_cut() {
        let value = json!({ "a": [1, 2, 3], "b": [1, 2, 3, 4] });
        assert_eq!(neutral(value), json!({ "a": [1, 2, 3], "b": [1, 2] }));
        assert_eq!(
            neutral(json!([1, [1, 2, 3, 4], 3, 4])),
            json!([1, [1, 2], 3, 4])
        );
    }

    #[test]
    fn names_are_no_sentences_either() {
        let value = json!({ "a b c d": 1, "e f g h": 2, "id": 3 });
        assert_eq!(neutral(value), json!({ "Text": 1, "Text 2": 2, "id": 3 }));
    }

    #[test]
    fn answers_lose_what_says_nothing() {
        let value = json!({ "result": { "time": 1 }, "next": 50, "time": { "start": 1.5 } });
        assert_eq!(
            answer(value),
            json!({ "result": { "time": 1 }, "next": 50 })
        );
        let value = json!({ "error": "NO_BOX", "error_description": "No box" });
        assert_eq!(answer(value), json!({ "error": "NO_BOX" }));
        let value = json!({ "error": { "code": "NO_BOX", "message": "No box", "validation": [
            { "field": "id", "message": "No id" },
        ] } });
        let expected = json!({ "error": { "code": "NO_BOX", "message": "Text", "validation": [
            { "field": "id", "message": "Text" },
        ] } });
        assert_eq!(answer(value), expected);
    }

    #[test]
    fn some_examples_are_too_large() {
        assert!(!too_big(&json!({ "a": "b" })));
        assert!(too_big(&json!(vec!["Ab1/"; 2000])));
    }

    #[test]
    fn nesting_has_an_end() {
        let mut value = json!(1);
        for _ in 0..100 {
            value = json!([value]);
        }
        let kept = neutral(value).to_string();
        assert!(kept.starts_with("[[[") && kept.contains("null"));
    }

    proptest! {
        #[test]
        fn once_is_enough(text in "(\\PC|[ <>&;*\\[\\]])*", name in "\\PC*") {
            let value = json!({ "result": { name: [text] } });
            let once = neutral(value);
            prop_assert_eq!(neutral(once.clone()), once.clone());
            prop_assert!(!too_big(&answer(once)));
        }

        #[test]
        fn nothing_stays_long(text in "(https?://|data:|[{])?[a-z0-9/?#;,*]{121,400}") {
            let kept = neutral(text.into());
            prop_assert!(kept.as_str().is_some_and(|it| it.chars().count() <= LONG + 24));
        }
    }
}
