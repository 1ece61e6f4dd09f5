//! What stands around every result.

use std::{borrow::Cow, cell::Cell, fmt, sync::LazyLock};

use memchr::memmem;
use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use crate::{
    Answer, ApiError, DecodeErrorKind, Error, FieldError, Time, error::AnyCode, method::ErrorCode,
    raw::Late, retry::Tries, scrub::Scrubber, wire::FromWire,
};

/// The facts about an answer that its errors repeat.
pub(crate) struct Context<'a> {
    pub(crate) method: &'a str,
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
    pub(crate) scrubber: &'a Scrubber,
    pub(crate) tries: Tries,
    /// Those to tell of if it is no answer.
    pub(crate) tries_in_vain: Tries,
}

/// What the call path has to know of an error of the API.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) time: Option<Time>,
}

/// The longest answer that may be an error although its status says that it is not.
const LONGEST_REFUSAL: usize = 4096;

/// Whether an answer is an error of the API. A good answer costs no more than a look at it.
pub(crate) fn refusal(status: u16, body: &[u8]) -> Option<Refusal> {
    static ERROR: LazyLock<memmem::Finder<'static>> =
        LazyLock::new(|| memmem::Finder::new(b"\"error\""));

    let may_be = || body.len() <= LONGEST_REFUSAL && ERROR.find(body).is_some();
    if status < 300 && !may_be() {
        return None;
    }
    let found = read(trimmed(body).ok()?, IgnoredSeed, Lossy).ok()?;
    if found.result.is_some() {
        // An error all the same, but nobody can say that it did not run.
        return None;
    }
    let mut code = found.refused?.error.filter(|error| !error.is_null())?;
    if let Value::Object(error) = &mut code {
        code = error.remove("code").unwrap_or_default();
    }
    Some(Refusal {
        code: plain(code),
        time: found.time,
    })
}

/// Reads an answer.
///
/// One pass over the body if all is well. If that pass fails, a second one finds out why: an error
/// of the API wins over everything, and `time`, `total` and `next` are not worth failing for.
pub(crate) fn decode<'de, S>(seed: S, context: &Context<'de>) -> Result<Answer<S::Value>, Error>
where
    S: DeserializeSeed<'de> + Clone,
{
    let text = context.text().map_err(|kind| context.wrong(kind))?;
    if let Ok(found) = read(text, seed.clone(), Strict) {
        return context.judge(found);
    }
    let surveyed =
        read(text, IgnoredSeed, Lossy).map_err(|error| context.wrong(not_json(&error, text)))?;
    context.judge(surveyed)?;
    let found = read(text, seed, Lossy).map_err(|error| context.wrong(unreadable(&error, text)))?;
    context.judge(found)
}

/// [`decode`], but `time` comes as it is written.
pub(crate) fn decode_late<'de, S>(
    seed: S,
    context: &Context<'de>,
) -> Result<Late<'de, S::Value>, Error>
where
    S: DeserializeSeed<'de> + Clone,
{
    if let Ok(text) = context.text() {
        let late = Cell::new(None);
        let found = read(text, seed.clone(), Unread(&late));
        if let Ok(found) = found
            && found.refused.is_none()
        {
            let time = late.take().map(|time| time.get().into());
            return Ok((context.judge(found)?, time));
        }
    }
    let mut answer = decode(seed, context)?;
    let time = answer.time.take();
    let time = time.and_then(|time| serde_json::to_string(&time).ok());
    Ok((answer, time.map(Cow::Owned)))
}

/// A body as text. A byte order mark comes from a script that was saved with one.
pub(crate) fn trimmed(body: &[u8]) -> Result<&str, std::str::Utf8Error> {
    let text = std::str::from_utf8(body)?;
    Ok(text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}'))
}

impl<'de> Context<'de> {
    /// The body as text, unless a look at it shows that it is no answer.
    fn text(&self) -> Result<&'de str, DecodeErrorKind> {
        match trimmed(self.body) {
            Ok("") => Err(DecodeErrorKind::Empty),
            Ok(text) if text.starts_with('<') => Err(DecodeErrorKind::Html),
            Ok(text) => Ok(text),
            Err(_) if self.body.trim_ascii_start().starts_with(b"<") => Err(DecodeErrorKind::Html),
            Err(error) => Err(DecodeErrorKind::NotJson {
                what: error.to_string(),
            }),
        }
    }

    /// An error of the API, a result, or neither.
    fn judge<T>(&self, found: Envelope<T>) -> Result<Answer<T>, Error> {
        let refused = found.refused.filter(|it| match &it.error {
            Some(Value::Null) => found.result.is_none(),
            error => error.is_some(),
        });
        match (refused, found.result) {
            (Some(refused), _) => Err(self.refused(*refused, found.time).into()),
            (None, Some(result)) => Ok(Answer {
                result,
                time: found.time,
                total: found.total,
                next: found.next,
            }),
            (None, None) => Err(self.wrong(DecodeErrorKind::NotAnAnswer)),
        }
    }

    pub(crate) fn wrong(&self, kind: DecodeErrorKind) -> Error {
        let scrub = |text: String| self.scrubber.scrub_owned(text);
        let tries = match kind.is_no_answer() {
            true => self.tries_in_vain,
            false => self.tries,
        };
        let kind = match kind {
            DecodeErrorKind::NotJson { what } => DecodeErrorKind::NotJson { what: scrub(what) },
            DecodeErrorKind::WrongType { path, what } => DecodeErrorKind::WrongType {
                path: scrub(path),
                what: scrub(what),
            },
            kind => kind,
        };
        crate::DecodeError {
            kind,
            method: self.method.to_owned(),
            status: self.status,
            excerpt: self.scrubber.excerpt(self.body),
            tries,
        }
        .into()
    }

    fn refused(&self, refused: Refused, time: Option<Time>) -> ApiError {
        let scrub = |value: Value| self.scrubber.scrub_owned(plain(value));
        let argument = refused.argument;
        let mut description = refused.description.map(scrub).unwrap_or_default();
        let mut validation = Vec::new();
        let code = match refused.error.unwrap_or_default() {
            // REST 3.0
            Value::Object(mut error) => {
                if let Some(message) = error.remove("message") {
                    description = scrub(message);
                }
                if let Some(Value::Array(fields)) = error.remove("validation") {
                    let part = |field: &mut Value, name| {
                        field
                            .get_mut(name)
                            .map(|part| scrub(part.take()))
                            .unwrap_or_default()
                    };
                    validation = fields
                        .into_iter()
                        .map(|mut field| FieldError {
                            field: part(&mut field, "field"),
                            message: part(&mut field, "message"),
                        })
                        .collect();
                }
                error.remove("code").map(scrub).unwrap_or_default()
            }
            code => scrub(code),
        };
        ApiError {
            kind: AnyCode::from_code(&code),
            method: self.method.to_owned(),
            code,
            description,
            status: self.status,
            validation,
            argument: argument.filter(|argument| !argument.is_null()).map(scrub),
            time: time.map(|mut time| {
                time.extra = self.scrubber.scrub_fields(time.extra);
                time
            }),
            tries: self.tries,
        }
    }
}

/// A value as text: strings without quotes, `null` as nothing, the rest as JSON.
fn plain(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        value => value.to_string(),
    }
}

fn not_json(error: &serde_json::Error, text: &str) -> DecodeErrorKind {
    match error.classify() {
        serde_json::error::Category::Eof => DecodeErrorKind::Truncated,
        // Not an object, which the visitor refuses before it reads on.
        serde_json::error::Category::Data => match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) => DecodeErrorKind::NotAnAnswer,
            Err(error) if error.is_eof() => DecodeErrorKind::Truncated,
            Err(error) => DecodeErrorKind::NotJson {
                what: error.to_string(),
            },
        },
        _ => DecodeErrorKind::NotJson {
            what: error.to_string(),
        },
    }
}

/// Why the result cannot be read, although the body looks like JSON.
fn unreadable(error: &serde_json::Error, body: &str) -> DecodeErrorKind {
    // Half a pair of surrogates, a number beyond all floats, too many brackets: nobody minds them
    // in what is passed over, and the error no longer tells them from a wrong type.
    if let Err(error) = serde_json::from_str::<Value>(body) {
        return DecodeErrorKind::NotJson {
            what: error.to_string(),
        };
    }
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let text = text.strip_suffix(&position).unwrap_or(&text);
    let (path, what) = match text.starts_with(['.', '[']) {
        true => text.split_once(": ").unwrap_or((text, "")),
        false => ("", text),
    };
    DecodeErrorKind::WrongType {
        path: format!("result{path}"),
        what: what.to_owned(),
    }
}

#[derive(Debug)]
struct Envelope<T> {
    result: Option<T>,
    /// Apart, since most answers have none of it and are moved often.
    refused: Option<Box<Refused>>,
    time: Option<Time>,
    total: Option<u64>,
    next: Option<u64>,
}

impl<T> Envelope<T> {
    fn refused(&mut self) -> &mut Refused {
        self.refused.get_or_insert_default()
    }
}

/// What errors of the API consist of.
#[derive(Debug, Default)]
struct Refused {
    error: Option<Value>,
    description: Option<Value>,
    argument: Option<Value>,
}

/// How the fields beside the result are read.
trait Beside<'de>: Copy {
    fn read<A: MapAccess<'de>, T: FromWire>(self, map: &mut A) -> Result<Option<T>, A::Error>;

    fn time<A: MapAccess<'de>>(self, map: &mut A) -> Result<Option<Time>, A::Error> {
        self.read(map)
    }
}

/// Straight from the body; a malformed one fails.
#[derive(Clone, Copy)]
struct Strict;

impl<'de> Beside<'de> for Strict {
    fn read<A: MapAccess<'de>, T: FromWire>(self, map: &mut A) -> Result<Option<T>, A::Error> {
        map.next_value_seed(crate::wire::Strict::<Option<T>>::new())
    }
}

/// By way of a value; a malformed one counts as absent.
#[derive(Clone, Copy)]
struct Lossy;

impl<'de> Beside<'de> for Lossy {
    fn read<A: MapAccess<'de>, T: FromWire>(self, map: &mut A) -> Result<Option<T>, A::Error> {
        let value: Value = map.next_value()?;
        Ok(T::from_wire_opt(&value).unwrap_or_default())
    }

    /// Not even a number beyond all floats fails here.
    fn time<A: MapAccess<'de>>(self, map: &mut A) -> Result<Option<Time>, A::Error> {
        let time: &RawValue = map.next_value()?;
        let mut json = serde_json::Deserializer::from_str(time.get());
        Ok(Time::from_wire_opt(&mut json).unwrap_or_default())
    }
}

/// Like [`Strict`], but `time` is put there unread.
#[derive(Clone, Copy)]
struct Unread<'a, 'de>(&'a Cell<Option<&'de RawValue>>);

impl<'de> Beside<'de> for Unread<'_, 'de> {
    fn read<A: MapAccess<'de>, T: FromWire>(self, map: &mut A) -> Result<Option<T>, A::Error> {
        Strict.read(map)
    }

    fn time<A: MapAccess<'de>>(self, map: &mut A) -> Result<Option<Time>, A::Error> {
        self.0.set(map.next_value()?);
        Ok(None)
    }
}

#[derive(Clone)]
struct IgnoredSeed;

impl<'de> DeserializeSeed<'de> for IgnoredSeed {
    type Value = IgnoredAny;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<IgnoredAny, D::Error> {
        deserializer.deserialize_ignored_any(IgnoredAny)
    }
}

fn read<'de, S: DeserializeSeed<'de>>(
    text: &'de str,
    seed: S,
    beside: impl Beside<'de>,
) -> Result<Envelope<S::Value>, serde_json::Error> {
    let mut found = Envelope {
        result: None,
        refused: None,
        time: None,
        total: None,
        next: None,
    };
    let mut json = serde_json::Deserializer::from_str(text);
    json.deserialize_any(EnvelopeVisitor {
        found: &mut found,
        seed,
        beside,
    })?;
    json.end()?;
    Ok(found)
}

/// Fills an envelope where it stands.
struct EnvelopeVisitor<'a, S, B, T> {
    found: &'a mut Envelope<T>,
    seed: S,
    beside: B,
}

impl<'de, S, B> Visitor<'de> for EnvelopeVisitor<'_, S, B, S::Value>
where
    S: DeserializeSeed<'de>,
    B: Beside<'de>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seed = Some(self.seed);
        let found = self.found;
        let unsigned = |number: Option<i64>| number.and_then(|number| number.try_into().ok());
        while let Some(key) = map.next_key_seed(crate::wire::Name)? {
            match (&*key, seed.take()) {
                ("result", Some(seed)) => found.result = Some(map.next_value_seed(seed)?),
                (key, kept) => {
                    seed = kept;
                    match key {
                        "error" => found.refused().error = Some(map.next_value()?),
                        "error_description" => {
                            found.refused().description = Some(map.next_value()?);
                        }
                        "argument" => found.refused().argument = Some(map.next_value()?),
                        "time" => found.time = self.beside.time(&mut map)?,
                        "total" => found.total = unsigned(self.beside.read(&mut map)?),
                        "next" => found.next = unsigned(self.beside.read(&mut map)?),
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
