//! Parameters as a query, the way that PHP reads one.
//!
//! `{"a": {"b": [1, true, null]}}` becomes `a[b][0]=1&a[b][1]=1&a[b][2]=`.

use std::{collections::HashSet, fmt::Write as _};

use super::{
    json::{self, Value},
    reference::{Piece, Reference, pieces},
};

/// How many names deep PHP reads.
const DEPTH: usize = 64;

/// What references begin with, in any case: the portal looks into all that a batch has answered so
/// far, not into the results alone.
const REFERENCES: [&str; 5] = ["$result", "$total", "$next", "$time", "$error"];

const ADJACENT: &str = "two references need a blank between them";

/// The parameters of one command, ready but for its references.
#[derive(Debug, Default)]
pub(super) struct Query {
    text: String,
    holes: Vec<Hole>,
}

/// The place of a parameter that depends on a result.
#[derive(Debug)]
struct Hole {
    at: usize,
    key: String,
    pieces: Vec<Piece>,
}

/// Says what is wrong with a reference, or else whether the portal is to resolve it.
type Check<'a> = dyn Fn(&Reference) -> Result<bool, String> + 'a;

/// What a reference means at the moment of sending.
pub(super) enum Target<'a> {
    /// A command of the same request: the portal looks its result up.
    Same,
    /// The JSON that an earlier request brought.
    Known(&'a str),
}

/// Encodes parameters. The error names the parameter.
///
/// `check` looks at every reference.
pub(super) fn encode(params: &[u8], check: &Check<'_>) -> Result<Query, String> {
    const NOT_AN_OBJECT: &str = "the parameters are not a JSON object";

    let mut query = Query {
        text: String::with_capacity(params.len() * 2),
        holes: Vec::new(),
    };
    let params = std::str::from_utf8(params).map_err(|_| NOT_AN_OBJECT)?;
    let params: json::Object<'_> = serde_json::from_str(params).map_err(|_| NOT_AN_OBJECT)?;
    let mut writer = Writer {
        query: &mut query,
        check: Some(check),
        key: String::with_capacity(32),
    };
    for (name, value) in last_of_each(params.0) {
        let located = |what| format!("{}{what}", shown(&name));
        check_name(&name, true).map_err(located)?;
        writer.key.clear();
        percent(&mut writer.key, &name);
        writer.value(value, 1).map_err(located)?;
    }
    Ok(query)
}

impl Query {
    /// What the parameters refer to, and whether that is put into a text.
    pub(super) fn references(&self) -> impl Iterator<Item = (&Reference, bool)> {
        self.holes.iter().flat_map(|hole| {
            let in_text = hole.pieces.len() > 1;
            hole.pieces.iter().filter_map(move |piece| match piece {
                Piece::Reference(reference) => Some((reference, in_text)),
                Piece::Text(_) => None,
            })
        })
    }

    /// The query, once it is known what the references mean.
    pub(super) fn fill<'a>(
        self,
        mut target: impl FnMut(&Reference) -> Result<Target<'a>, String>,
    ) -> Result<String, String> {
        if self.holes.is_empty() {
            return Ok(self.text);
        }
        let mut filled = Self::default();
        let mut from = 0;
        for hole in self.holes {
            filled.text.push_str(&self.text[from..hole.at]);
            from = hole.at;
            hole.fill(&mut filled, &mut target)?;
        }
        filled.text.push_str(&self.text[from..]);
        Ok(filled.text)
    }
}

impl Hole {
    fn fill<'a>(
        self,
        query: &mut Query,
        target: &mut impl FnMut(&Reference) -> Result<Target<'a>, String>,
    ) -> Result<(), String> {
        let mut writer = Writer {
            query,
            check: None,
            key: self.key,
        };
        if let [Piece::Reference(reference)] = &self.pieces[..]
            && let Target::Known(value) = target(reference)?
        {
            return writer
                .raw(value, 1)
                .map_err(|what| format!("the result of command {}{what}", reference.command));
        }
        let mut value = String::new();
        let mut text = String::new();
        let mut follows = false;
        for piece in &self.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Reference(reference) => match target(reference)? {
                    Target::Known(raw) => text.push_str(&scalar(reference, raw)?),
                    Target::Same => {
                        plain(&text, follows)?;
                        if follows && text.is_empty() {
                            return Err(ADJACENT.to_owned());
                        }
                        percent(&mut value, &text);
                        text.clear();
                        reference.write(&mut value);
                        follows = true;
                    }
                },
            }
        }
        plain(&text, follows)?;
        percent(&mut value, &text);
        writer.leaf(|query| query.push_str(&value));
        Ok(())
    }
}

/// The text around references must not read like a part of one. A reference extends to the next
/// blank, whatever stands there.
fn plain(text: &str, follows_reference: bool) -> Result<(), String> {
    if let Some(like) = like_reference(text) {
        Err(format!(
            "the portal would take {} in a text for a reference",
            crate::wire::shorten(like)
        ))
    } else if follows_reference && text.starts_with(|c| !is_blank(c)) {
        Err(
            "the portal would take what stands right behind a reference for a part of it"
                .to_owned(),
        )
    } else {
        Ok(())
    }
}

/// What the portal would replace in a text.
fn like_reference(text: &str) -> Option<&str> {
    text.match_indices('$').find_map(|(at, _)| {
        let run = text[at..].split(is_blank).next()?;
        let begins = |name: &str| {
            let start = run.as_bytes().get(..name.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
        };
        (REFERENCES.iter().any(|name| begins(name)) && run.contains('[')).then_some(run)
    })
}

/// White space as PHP's regular expressions have it.
pub(super) fn is_blank(c: char) -> bool {
    c.is_ascii_whitespace() || c == '\u{b}'
}

/// A value as PHP puts it into a text.
fn scalar(reference: &Reference, raw: &str) -> Result<String, String> {
    match json::open(raw) {
        Some(Value::Text(text)) => Ok(text.into_owned()),
        Some(Value::Number(number)) => Ok(number.to_owned()),
        Some(Value::True) => Ok("1".to_owned()),
        Some(Value::False | Value::Null) => Ok(String::new()),
        _ => Err(format!(
            "what command {} answered is a list or an object, which does not fit into a text",
            reference.command
        )),
    }
}

struct Writer<'a> {
    query: &'a mut Query,
    /// `None`: what comes from the portal holds no references.
    check: Option<&'a Check<'a>>,
    /// Where the value belongs, encoded.
    key: String,
}

impl Writer<'_> {
    fn value(&mut self, value: &serde_json::value::RawValue, depth: usize) -> Result<(), String> {
        self.raw(value.get(), depth)
    }

    fn raw(&mut self, raw: &str, depth: usize) -> Result<(), String> {
        if depth > DEPTH {
            return Err(format!(": nested deeper than {DEPTH} levels"));
        }
        match json::open(raw).ok_or(": not JSON")? {
            Value::Object(fields) if !fields.is_empty() => {
                for (name, value) in last_of_each(fields) {
                    let located = |what| format!("[{}]{what}", shown(&name));
                    check_name(&name, false).map_err(located)?;
                    let length = self.key.len();
                    self.key.push('[');
                    percent(&mut self.key, &name);
                    self.key.push(']');
                    self.value(value, depth + 1).map_err(located)?;
                    self.key.truncate(length);
                }
            }
            Value::List(items) if !items.is_empty() => {
                for (place, item) in items.into_iter().enumerate() {
                    let length = self.key.len();
                    // Writing to a string does not fail.
                    let _ = write!(self.key, "[{place}]");
                    self.value(item, depth + 1)
                        .map_err(|what| format!("[{place}]{what}"))?;
                    self.key.truncate(length);
                }
            }
            Value::Object(_) | Value::List(_) | Value::Null => self.leaf(|_| ()),
            Value::True => self.leaf(|query| query.push('1')),
            Value::False => self.leaf(|query| query.push('0')),
            Value::Number(number) => self.leaf(|query| percent(query, number)),
            Value::Text(text) => self.text(&text).map_err(|what| format!(": {what}"))?,
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        let Some(found) = pieces(text) else {
            plain(text, false)?;
            self.leaf(|query| percent(query, text));
            return Ok(());
        };
        let (pieces, check) = match self.check {
            Some(check) => (found?, check),
            None => return Err("holds a reference".to_owned()),
        };
        let mut follows = false;
        for piece in &pieces {
            follows = match piece {
                Piece::Text(text) => {
                    plain(text, follows)?;
                    false
                }
                Piece::Reference(reference) => {
                    let is_portals = check(reference)?;
                    if follows && is_portals {
                        return Err(ADJACENT.to_owned());
                    }
                    is_portals
                }
            };
        }
        self.separate();
        self.query.holes.push(Hole {
            at: self.query.text.len(),
            key: self.key.clone(),
            pieces,
        });
        Ok(())
    }

    fn leaf(&mut self, value: impl FnOnce(&mut String)) {
        self.separate();
        self.query.text.push_str(&self.key);
        self.query.text.push('=');
        value(&mut self.query.text);
    }

    /// Holes fill up: what stands behind one needs a separator as well.
    fn separate(&mut self) {
        let query = &mut self.query;
        let after_hole = query
            .holes
            .last()
            .is_some_and(|hole| hole.at == query.text.len());
        if after_hole || !(query.text.is_empty() || query.text.ends_with('&')) {
            query.text.push('&');
        }
    }
}

/// Of fields that occur twice, the last one counts, as everywhere in JSON. PHP would merge them.
fn last_of_each<T>(
    mut fields: Vec<(std::borrow::Cow<'_, str>, T)>,
) -> Vec<(std::borrow::Cow<'_, str>, T)> {
    // A few are compared sooner than hashed.
    let is_last = |(place, (name, _)): (usize, &(_, T))| {
        let later = &fields[place + 1..];
        !later.iter().any(|(other, _)| other == name)
    };
    if fields.len() <= 16 && fields.iter().enumerate().all(is_last) {
        return fields;
    }
    let mut seen = HashSet::with_capacity(fields.len());
    let keep: Vec<bool> = fields
        .iter()
        .rev()
        .map(|(name, _)| seen.insert(&**name))
        .collect();
    let mut keep = keep.into_iter().rev();
    fields.retain(|_| keep.next().unwrap_or(true));
    fields
}

/// Whether PHP reads the name back as it is.
fn check_name(name: &str, top: bool) -> Result<(), String> {
    let why = if name.is_empty() {
        "an empty name"
    } else if name.contains(['[', ']', '\0']) {
        "a name with [, ] or NUL in it"
    } else if top && name.contains(['.', ' ']) {
        "a name with a dot or a blank in it"
    } else if matches!(name, " " | "\t" | "\n" | "\u{b}" | "\u{c}" | "\r") {
        "a blank name"
    } else if pieces(name).is_some() {
        "a reference as a name"
    } else {
        return Ok(());
    };
    Err(format!(": {why} cannot be sent in a batch"))
}

/// A name as it stands in a message.
fn shown(name: &str) -> String {
    let plain = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "_-".contains(c));
    match plain && name.len() <= 40 {
        true => name.to_owned(),
        false => crate::wire::shorten(name),
    }
}

/// Everything but letters, digits and `-._~` as `%XX`.
pub(super) fn percent(query: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";

    query.reserve(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            query.push(byte.into());
        } else {
            query.push('%');
            query.push(HEX[usize::from(byte >> 4)].into());
            query.push(HEX[usize::from(byte & 15)].into());
        }
    }
}

#[cfg(test)]
mod tests;
