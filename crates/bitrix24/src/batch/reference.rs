//! References to the results of earlier commands.
//!
//! A reference travels through the parameters as a marker: a text that nobody writes by chance,
//! since a number drawn for this process is in it. The encoder of a batch finds it again.

use std::{fmt::Write as _, sync::OnceLock};

use memchr::memmem;
use serde::{Serialize, Serializer};

use super::{
    encode::{is_blank, percent},
    json::{self, Value},
};

/// What a marker begins and ends with. JSON writes it as `\u0001`.
const FENCE: char = '\u{1}';

static TAG: OnceLock<String> = OnceLock::new();

/// What all markers of this process have in common.
fn tag() -> &'static str {
    TAG.get_or_init(|| format!("b24-{:016x};", fastrand::u64(..)))
}

/// The result of an earlier command of a batch, or a part of it, in the place of a parameter.
///
/// It is made by [`Handle::result`](super::Handle::result) or [`Handle::at`](super::Handle::at),
/// and serializes to a text that only a batch understands: a call that is not part of one is
/// refused. In a longer text it stands for the text of a scalar; the portal reads a reference up to
/// the next blank, so nothing else may stand right behind one.
///
/// ```
/// use bitrix24::batch::Batch;
/// use serde_json::json;
///
/// let mut batch = Batch::new();
/// let user = batch.add_by_name("user.current", ());
/// let department = user.at("UF_DEPARTMENT").at(0);
/// batch.add_by_name("department.get", json!({"ID": department}));
/// batch.add_by_name("im.message.add", json!({
///     "DIALOG_ID": user.at("ID"),
///     "MESSAGE": format!("Hello, {} !", user.at("NAME")),
/// }));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The batch it belongs to; 0: the one it is found in.
    pub(super) batch: u64,
    /// The number of the command.
    pub(super) command: usize,
    pub(super) steps: Vec<Step>,
}

/// One step into a result: the name of a field, or the place in a list.
///
/// PHP makes no difference between the place `0` and the name `"0"`, nor is one made here.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Step(String);

impl From<&str> for Step {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl From<String> for Step {
    fn from(name: String) -> Self {
        Self(name)
    }
}

impl From<usize> for Step {
    fn from(place: usize) -> Self {
        Self(place.to_string())
    }
}

impl Reference {
    /// A part of what this refers to.
    #[must_use]
    pub fn at(mut self, step: impl Into<Step>) -> Self {
        self.steps.push(step.into());
        self
    }

    /// The reference as the portal reads it, given the prefix of the commands' ids.
    pub(super) fn write(&self, query: &mut String) {
        // Writing to a string does not fail.
        let _ = write!(query, "$result[c{}]", self.command);
        for step in &self.steps {
            query.push('[');
            percent(query, &step.0);
            query.push(']');
        }
    }

    /// Whether the portal's way to write a reference can hold this one.
    pub(super) fn check(&self) -> Result<(), String> {
        let wrong = |step: &&Step| {
            let bad = |c: char| is_blank(c) || c.is_control() || "[]".contains(c);
            step.0.is_empty() || step.0.contains(bad)
        };
        match self.steps.iter().find(wrong) {
            Some(step) => Err(format!(
                "a reference to a result cannot hold the step {}",
                crate::wire::shorten(&step.0)
            )),
            None => Ok(()),
        }
    }

    /// The value that this refers to, given the result of the command.
    pub(super) fn find<'a>(&self, result: &'a str) -> Result<&'a str, String> {
        let mut value = result;
        for (depth, Step(step)) in self.steps.iter().enumerate() {
            let inner = match json::open(value) {
                Some(Value::Object(fields)) => fields
                    .into_iter()
                    .rev()
                    .find_map(|(name, value)| (name == step.as_str()).then_some(value)),
                Some(Value::List(items)) => step
                    .parse()
                    .ok()
                    .and_then(|place: usize| items.get(place).copied()),
                _ => None,
            };
            let Some(inner) = inner else {
                let mut path = String::new();
                for Step(step) in &self.steps[..=depth] {
                    path.push_str(&crate::wire::key(step));
                }
                return Err(format!(
                    "command {} answered nothing at result{path}",
                    self.command
                ));
            };
            value = inner.get();
        }
        Ok(value)
    }
}

/// The marker.
impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{FENCE}{}{};{}", tag(), self.batch, self.command)?;
        let mut steps = String::new();
        for Step(step) in &self.steps {
            steps.push('[');
            percent(&mut steps, step);
            steps.push(']');
        }
        write!(f, "{steps}{FENCE}")
    }
}

impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text in the parameters that stands for the result of an earlier command of the same batch,
/// or for a part of it: for bindings, which write the parameters' JSON themselves.
///
/// Commands are counted from 0. A marker is understood by
/// [`Client::send_batch_raw`](crate::Client::send_batch_raw) only.
///
/// ```
/// use bitrix24::raw::{Call, Command, marker};
/// use bitrix24::Rest;
/// use serde_json::json;
///
/// let params = json!({"ID": marker(0, &["UF_DEPARTMENT".into(), 0.into()])});
/// let commands = vec![
///     Command::new(Call::new("user.current", Rest::Classic, b"{}".to_vec())),
///     Command::new(Call::new("department.get", Rest::Classic, params.to_string().into_bytes())),
/// ];
/// ```
pub fn marker(command: usize, steps: &[Step]) -> String {
    let reference = Reference {
        batch: 0,
        command,
        steps: steps.to_vec(),
    };
    reference.to_string()
}

/// Whether a marker is somewhere in the parameters of a call.
pub(crate) fn has_marker(params: &[u8]) -> bool {
    // Without a tag there was never a marker.
    TAG.get()
        .is_some_and(|tag| memmem::find(params, tag.as_bytes()).is_some())
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Reference(Reference),
}

/// Takes a text apart that holds markers. `None`: it holds none.
pub(super) fn pieces(text: &str) -> Option<Result<Vec<Piece>, String>> {
    if !has_marker(text.as_bytes()) {
        return None;
    }
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, marker)) = rest.split_once(tag()) {
        let parts = before
            .strip_suffix(FENCE)
            .zip(marker.split_once(FENCE))
            .and_then(|(before, (marker, after))| Some((before, parse(marker)?, after)));
        let Some((before, reference, after)) = parts else {
            return Some(Err("a reference to a result was cut".to_owned()));
        };
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        pieces.push(Piece::Reference(reference));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Some(Ok(pieces))
}

fn parse(marker: &str) -> Option<Reference> {
    let (batch, path) = marker.split_once(';')?;
    let (command, mut path) = path.split_at(path.find('[').unwrap_or(path.len()));
    let mut steps = Vec::new();
    while !path.is_empty() {
        let (step, rest) = path.strip_prefix('[')?.split_once(']')?;
        steps.push(Step(decoded(step)?));
        path = rest;
    }
    Some(Reference {
        batch: batch.parse().ok()?,
        command: command.parse().ok()?,
        steps,
    })
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |c: Option<u8>| char::from(c?).to_digit(16)?.try_into().ok();
                let (high, low): (u8, u8) = (digit(rest.next())?, digit(rest.next())?);
                high << 4 | low
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn reference(steps: &[&str]) -> Reference {
        Reference {
            batch: 7,
            command: 3,
            steps: steps.iter().map(|step| (*step).into()).collect(),
        }
    }

    #[test]
    fn a_marker_is_found_again() {
        let steps: &[&[&str]] = &[&[], &["ID"], &["a[b", "]", "\u{1};%", "Ж", "", "0"]];
        for steps in steps {
            let reference = reference(steps);
            let text = format!("a{reference}{reference}b");
            assert_eq!(
                pieces(&text).unwrap().unwrap(),
                [
                    Piece::Text("a".to_owned()),
                    Piece::Reference(reference.clone()),
                    Piece::Reference(reference.clone()),
                    Piece::Text("b".to_owned()),
                ]
            );
            let json = serde_json::to_vec(&reference).unwrap();
            assert!(has_marker(&json));
        }
        assert_eq!(pieces("$result[c0] \u{1}"), None);
        assert!(!has_marker(br#"{"ID": "\u0001b24-"}"#));
        let whole = reference(&["ID"]).to_string();
        for cut in [&whole[1..], &whole[..whole.len() - 1]] {
            pieces(cut).unwrap().unwrap_err();
        }
    }

    #[test]
    fn values_are_found_as_in_php() {
        let result = r#"{"a": [{"b": 1.50}, {"0": "x"}], "c": {"1": true}, "é": null}"#;
        for (steps, expected) in [
            (&["a", "0", "b"][..], "1.50"),
            (&["a", "1", "0"], "\"x\""),
            (&["c", "1"], "true"),
            (&["é"], "null"),
            (&[], result),
        ] {
            assert_eq!(reference(steps).find(result).unwrap(), expected);
        }
        for (steps, expected) in [
            (
                &["a", "2"][..],
                "command 3 answered nothing at result[a][2]",
            ),
            (&["a", "b"], "command 3 answered nothing at result[a][b]"),
            (&["x", "y"], "command 3 answered nothing at result[x]"),
            (&["é", "y"], "command 3 answered nothing at result[é][y]"),
        ] {
            assert_eq!(reference(steps).find(result).unwrap_err(), expected);
        }
    }

    #[test]
    fn steps_that_the_portal_cannot_read() {
        for steps in [&["a[b"][..], &["a", "]"], &[""], &["\n"], &["a b"]] {
            reference(steps).check().unwrap_err();
        }
        reference(&["a+b", "0", "Ж", "a.b"]).check().unwrap();
        let mut query = String::new();
        reference(&["a+b", "0"]).write(&mut query);
        assert_eq!(query, "$result[c3][a%2Bb][0]");
    }
}
