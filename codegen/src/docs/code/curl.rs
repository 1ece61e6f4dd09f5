//! Calls made with `curl`.

use serde_json::{Map, Value};

use super::form::form;
use super::json::json;
use super::{CALLS, Call};

/// A word of the command line.
#[derive(Debug)]
struct Word {
    line: u32,
    text: String,
    /// Whether no variable stands in it.
    fixed: bool,
}

/// Where a call goes, by its address.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Address {
    pub(super) method: Option<String>,
    pub(super) v3: bool,
    pub(super) query: String,
}

/// Takes apart `https://…/rest/1/secret/user.get.json?ID=1`.
pub(super) fn address(text: &str) -> Option<Address> {
    let (_, rest) = text.split_once("/rest/")?;
    let rest = rest.split('#').next().unwrap_or_default();
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut segments = path.split('/').filter(|it| !it.is_empty()).peekable();
    let v3 = segments.next_if_eq(&"api").is_some();
    let last = segments.last().unwrap_or_default();
    let name = [".json", ".xml"]
        .iter()
        .find_map(|ending| last.strip_suffix(ending))
        .unwrap_or(last);
    let spelled = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(spelled);
    Some(Address {
        method: named.then(|| name.to_owned()),
        v3,
        query: query.to_owned(),
    })
}

pub(super) fn calls(text: &str) -> Vec<Call> {
    let words = words(text);
    let mut commands: Vec<Vec<&Word>> = Vec::new();
    for word in &words {
        match (word.text.as_str(), commands.last_mut()) {
            ("curl", _) => commands.push(vec![word]),
            (_, Some(command)) => command.push(word),
            // Now and then the first word is forgotten.
            (text, None) if text.starts_with('-') => commands.push(vec![word]),
            (_, None) => {}
        }
    }
    commands.truncate(CALLS);
    commands.iter().filter_map(|it| call(it)).collect()
}

fn call(command: &[&Word]) -> Option<Call> {
    let line = command.first()?.line;
    let (mut target, mut data, mut pairs) = (None, Vec::new(), Vec::new());
    let mut whole = true;
    let mut words = command.iter();
    while let Some(word) = words.next() {
        let text = word.text.as_str();
        let long = text.strip_prefix("--").and_then(|it| it.split_once('='));
        let (option, joined) = match long {
            Some((option, value)) => (option, Some(value)),
            None => match text.strip_prefix("--") {
                Some(option) => (option, None),
                None => match (text.get(..2), text.get(2..)) {
                    (Some(option), Some("")) if option.starts_with('-') => (option, None),
                    (Some("-d"), Some(value)) => ("-d", Some(value)),
                    _ => {
                        target = target.or_else(|| address(text));
                        continue;
                    }
                },
            },
        };
        let takes_value = matches!(
            option,
            "-d" | "data" | "data-raw" | "data-binary" | "data-urlencode" | "json"
        );
        let form_field = matches!(option, "-F" | "form" | "form-string");
        let other = matches!(
            option,
            "-H" | "-X"
                | "-o"
                | "-u"
                | "-b"
                | "-A"
                | "-e"
                | "header"
                | "request"
                | "output"
                | "user"
                | "cookie"
                | "user-agent"
                | "max-time"
                | "url"
        );
        if !(takes_value || form_field || other) {
            continue;
        }
        let (value, fixed) = match joined {
            Some(value) => (value.to_owned(), word.fixed),
            None => match words.next() {
                Some(next) => (next.text.clone(), next.fixed),
                None => break,
            },
        };
        if option == "url" {
            target = target.or_else(|| address(&value));
        } else if takes_value {
            whole &= fixed && !value.starts_with('@');
            data.push(value);
        } else if form_field {
            whole &= fixed && !value.contains("=@");
            pairs.push(value);
        }
    }
    let target = target?;
    let (params, body_whole) = params(&target.query, &data, &pairs);
    Some(Call {
        line,
        method: target.method,
        v3: Some(target.v3),
        params,
        whole: whole && body_whole,
        idempotent: None,
    })
}

/// The parameters of the address, the body and the form's fields together.
fn params(query: &str, data: &[String], pairs: &[String]) -> (Option<Value>, bool) {
    let mut params = form(query);
    let mut whole = true;
    let body = data.iter().find(|it| it.trim().starts_with(['{', '[']));
    match body {
        Some(body) => match json(body) {
            Ok(json) => {
                whole = !json.cut;
                match json.value {
                    Value::Object(object) => params.extend(object),
                    other => return (Some(other), whole),
                }
            }
            Err(_) => return (None, false),
        },
        None => params.extend(form(&data.join("&"))),
    }
    let fields: Map<_, _> = form(&pairs.join("&"));
    params.extend(fields);
    (Some(Value::Object(params)), whole)
}

/// The words of a shell's command lines. An end of a line is a blank: in examples the `\` before it
/// is often forgotten, or a `/`.
fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut current: Option<Word> = None;
    let mut line = 1_u32;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        if c.is_whitespace() || c == '\\' && matches!(next, None | Some('\n' | '\r')) {
            words.extend(current.take());
            line = line.saturating_add(u32::from(c == '\n'));
            continue;
        }
        if c == '#' && current.is_none() {
            while chars.next_if(|it| *it != '\n').is_some() {}
            continue;
        }
        let word = current.get_or_insert_with(|| Word {
            line,
            text: String::new(),
            fixed: true,
        });
        match c {
            '\'' => {
                for c in chars.by_ref().take_while(|it| *it != '\'') {
                    line = line.saturating_add(u32::from(c == '\n'));
                    word.text.push(c);
                }
            }
            '"' => {
                while let Some(c) = chars.next() {
                    line = line.saturating_add(u32::from(c == '\n'));
                    match c {
                        '"' => break,
                        '\\' => match chars.next_if(|it| matches!(it, '"' | '\\' | '$' | '`')) {
                            Some(escaped) => word.text.push(escaped),
                            None if chars.next_if_eq(&'\n').is_some() => {
                                line = line.saturating_add(1);
                            }
                            None => word.text.push('\\'),
                        },
                        c => {
                            let name = chars
                                .peek()
                                .is_some_and(|it| it.is_alphabetic() || *it == '{');
                            word.fixed &= !(c == '$' && name);
                            word.text.push(c);
                        }
                    }
                }
            }
            '\\' => word.text.extend(chars.next()),
            c => word.text.push(c),
        }
    }
    words.extend(current);
    words.retain(|word| !matches!(word.text.as_str(), "/" | "\\"));
    words
}
