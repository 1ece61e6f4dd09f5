//! The answer of a batch, taken apart into answers of its commands.
//!
//! Each becomes an answer as if the method had been called alone, so that whatever reads those
//! reads these.

use std::{fmt, ops::Range};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::json::{self, Value, elements};
use crate::{Error, envelope, learns::Learns, raw::Reply, wire::Name};

/// What a batch says about one command.
#[derive(Clone, Copy, Default)]
struct Said<'a> {
    /// In the order of [`FIELDS`].
    fields: [Option<&'a RawValue>; FIELDS.len()],
}

const FIELDS: [&str; 5] = [
    "result",
    "result_error",
    "result_total",
    "result_next",
    "result_time",
];

/// The answer of one command.
pub(super) struct Outcome {
    pub(super) answer: Result<Reply, Error>,
    /// Where in the body the result is, unless the command failed.
    pub(super) result: Option<Range<usize>>,
}

impl Outcome {
    pub(super) fn failed(error: Error) -> Self {
        Self {
            answer: Err(error),
            result: None,
        }
    }

    /// The result as JSON, unless the command failed.
    pub(super) fn json(&self) -> Option<&str> {
        let body = self.answer.as_ref().ok()?.body();
        std::str::from_utf8(body.get(self.result.clone()?)?).ok()
    }
}

/// Takes the answer apart: of the commands from `first` on, whose names are given. `None`: nothing
/// is said about the command.
///
/// # Errors
/// That of the whole batch.
pub(super) fn split(
    reply: &Reply,
    first: usize,
    methods: &[&str],
) -> Result<Vec<Option<Outcome>>, Error> {
    let count = methods.len();
    let said = reply.decode_with(Sections { first, count })?.result;
    let outcomes: Vec<_> = said
        .iter()
        .zip(methods)
        .map(|(said, method)| said.outcome(method, reply))
        .collect();
    if let Some(learns) = &reply.learns {
        learn(learns, &said, &outcomes, methods);
    }
    Ok(outcomes)
}

/// What the commands tell of the limits.
fn learn(learns: &Learns, said: &[Said<'_>], outcomes: &[Option<Outcome>], methods: &[&str]) {
    // Operating time adds up: a method's last good command says it all.
    let mut known: Vec<&str> = Vec::new();
    for ((said, outcome), method) in said.iter().zip(outcomes).zip(methods).rev() {
        let is_good = outcome.as_ref().is_some_and(|it| it.result.is_some());
        if let [.., Some(time)] = said.fields
            && is_good
            && !known.contains(method)
        {
            known.push(method);
            learns.unread_time(method, time.get());
        }
    }
    // A refusal that does not say for how long it holds goes by those times.
    for (outcome, method) in outcomes.iter().zip(methods) {
        let failed = outcome.as_ref().filter(|it| it.result.is_none());
        if let Some(Ok(reply)) = failed.map(|it| &it.answer)
            && let Some(refusal) = envelope::refusal(reply.status(), reply.body())
        {
            learns.refusal(method, &refusal);
        }
    }
}

impl Said<'_> {
    fn outcome(&self, method: &str, whole: &Reply) -> Option<Outcome> {
        const RESULT: &str = r#"{"result":"#;

        let [result, error, total, next, time] = self.fields.map(|field| field.map(RawValue::get));
        let mut body = String::new();
        let result = match (error.and_then(failure), result) {
            (Some(failure), _) => {
                body.push_str(&failure);
                None
            }
            (None, Some(result)) => {
                let beside = [total, next, time].map(|field| field.map_or(0, str::len));
                body.reserve(RESULT.len() + result.len() + beside.iter().sum::<usize>() + 32);
                body.push_str(RESULT);
                body.push_str(result);
                Some(RESULT.len()..body.len())
            }
            (None, None) => return None,
        };
        for (name, value) in [("total", total), ("next", next), ("time", time)] {
            if let Some(value) = value {
                body.push_str(",\"");
                body.push_str(name);
                body.push_str("\":");
                body.push_str(value);
            }
        }
        body.push('}');
        Some(Outcome {
            answer: Ok(whole.part(method, body)),
            result,
        })
    }
}

/// The error of a command as the beginning of an answer, whatever form it has.
fn failure(error: &str) -> Option<String> {
    match json::open(error)? {
        Value::Null | Value::False => None,
        Value::List(items) if items.is_empty() => None,
        Value::Object(fields) if fields.iter().any(|(name, _)| name == "error") => {
            let inside = error.trim_ascii().strip_suffix('}')?;
            Some(inside.to_owned())
        }
        _ => Some(format!(r#"{{"error":{error}"#)),
    }
}

/// Reads `result` of a batch.
#[derive(Clone)]
struct Sections {
    first: usize,
    count: usize,
}

impl<'de> DeserializeSeed<'de> for Sections {
    type Value = Vec<Said<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Sections {
    type Value = Vec<Said<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the results of a batch")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut said = vec![Said::default(); self.count];
        while let Some(name) = map.next_key_seed(Name)? {
            match FIELDS.iter().position(|field| *field == name) {
                Some(field) => map
                    .next_value_seed(Section {
                        said: &mut said,
                        field,
                        first: self.first,
                    })
                    .map_err(|error| crate::wire::at(format_args!(".{name}"), error))?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(said)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        if elements(seq)?.is_empty() {
            Ok(vec![Said::default(); self.count])
        } else {
            Err(A::Error::custom("expected an object, found an array"))
        }
    }
}

/// Reads one part of `result`: what the commands answered, by their ids.
struct Section<'a, 'de> {
    said: &'a mut [Said<'de>],
    field: usize,
    first: usize,
}

impl<'de> Section<'_, 'de> {
    fn put(&mut self, place: Option<usize>, value: &'de RawValue) {
        if let Some(said) = place.and_then(|place| self.said.get_mut(place)) {
            said.fields[self.field] = Some(value);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Section<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// PHP writes an empty object as `[]`; nothing at all is as good.
impl<'de> Visitor<'de> for Section<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the ids of the commands")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(id) = map.next_key_seed(Name)? {
            let number = id.strip_prefix('c').unwrap_or(&id).parse::<usize>();
            let place = number.ok().and_then(|it| it.checked_sub(self.first));
            self.put(place, map.next_value()?);
        }
        Ok(())
    }

    /// A list has lost the ids: only if it is complete, it is clear what belongs to which command.
    fn visit_seq<A: SeqAccess<'de>>(mut self, seq: A) -> Result<(), A::Error> {
        let all = elements(seq)?;
        if !all.is_empty() && all.len() != self.said.len() {
            return Err(A::Error::custom(format_args!(
                "expected an object, or a list of {}, found a list of {}",
                self.said.len(),
                all.len()
            )));
        }
        for (place, value) in all.into_iter().enumerate() {
            self.put(Some(place), value);
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        match value {
            false => Ok(()),
            true => Err(E::invalid_type(serde::de::Unexpected::Bool(true), &self)),
        }
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        match text {
            "" => Ok(()),
            _ => Err(E::invalid_type(serde::de::Unexpected::Str(text), &self)),
        }
    }
}
