//! Whether the documented examples fit the documented tables.
//!
//! An example is a portal's own word. What it shows has to be readable as the types say, with the
//! liberties that PHP takes: `"89"` for a number, `[]` for an object, `false` for no date.

use serde_json::Value;

use crate::diag::{Problem, Report, closest};
use crate::file::{Doc, key, keys};
use crate::format::{self, Facts, Missing};
use crate::model::{Api, Field, Key, Type};
use crate::node::{Step, shorten};

/// Checks the examples of a method, and the values that its tables mention.
pub(crate) fn check(
    api: &Api,
    doc: &Doc,
    facts: &Facts,
    params: &[Field],
    result: &Type,
    report: &mut Report,
) {
    let mut examples = Examples {
        api,
        doc,
        strict: false,
        report,
    };
    for (index, example) in facts.examples.iter().enumerate() {
        let way = [keys(&["facts", "examples"]), vec![Step::Index(index)]].concat();
        let under = |name: &str| [&way[..], &[key(name)]].concat();
        if let Some(given) = &example.params {
            examples.strict = true;
            let refused = example.answer.get("error").is_some_and(|it| !it.is_null());
            let whole = !refused && facts.missing.is_none();
            examples.params(&under("params"), given, params, whole);
            examples.strict = false;
        }
        examples.answer(&under("answer"), &example.answer, result);
    }
    if let Some(Missing::Answer(answer)) = &facts.missing
        && !doc.has_lost(&keys(&["facts", "result"]))
    {
        examples.value(&keys(&["facts", "missing", "answer"]), answer, result);
    }
    examples.strict = true;
    examples.defaults(&keys(&["facts", "params"]), &facts.params, params);
}

struct Examples<'a> {
    api: &'a Api,
    doc: &'a Doc,
    /// Whether an enum takes its values only: callers choose among them, portals may add some.
    strict: bool,
    report: &'a mut Report,
}

impl Examples<'_> {
    fn refuse(&mut self, way: &[Step], message: String, help: impl Into<String>) {
        let problem = Problem::new(self.doc.place(way), message);
        self.report.push(problem.help(help));
    }

    fn params(&mut self, way: &[Step], given: &Value, params: &[Field], whole: bool) {
        let Value::Object(given) = given else {
            // Methods without names for their parameters take a list.
            if !given.is_array() {
                let help = "write `params: { NAME: value }`";
                self.refuse(way, "parameters are a mapping".into(), help);
            }
            return;
        };
        let lost = self.doc.has_lost_names(&["facts", "params"]);
        let mut meant_ones = Vec::new();
        for (name, value) in given {
            let here = [way, &[key(name)]].concat();
            match params.iter().find(|field| field.wire == *name) {
                Some(field) => self.value(&here, value, &nullable(field)),
                None if lost => {}
                None => {
                    let place = self.doc.key_place(&here);
                    let problem = Problem::new(place, format!("there is no parameter `{name}`"));
                    let known = params.iter().map(|field| field.wire.as_str());
                    self.report.push(match closest(name, known) {
                        Some(meant) => {
                            meant_ones.push(meant);
                            problem.help(format!("did you mean `{meant}`?"))
                        }
                        None => problem.help("add it to `params`"),
                    });
                }
            }
        }
        let missing = params
            .iter()
            .filter(|field| whole && field.required && !given.contains_key(&field.wire))
            .filter(|field| !meant_ones.contains(&field.wire.as_str()));
        for field in missing {
            let message = format!("this example leaves out `{}`, and is answered", field.wire);
            self.refuse(way, message, "a required parameter cannot be left out");
        }
    }

    fn answer(&mut self, way: &[Step], answer: &Value, result: &Type) {
        let Value::Object(envelope) = answer else {
            let help = "give the whole answer: `{ result: … }` or `{ error: … }`";
            self.refuse(way, "an answer is a mapping".into(), help);
            return;
        };
        if envelope.get("error").is_some_and(|error| !error.is_null()) {
            return;
        }
        match envelope.get("result") {
            Some(value) if !self.doc.has_lost(&keys(&["facts", "result"])) => {
                self.value(&[way, &[key("result")]].concat(), value, result);
            }
            Some(_) => {}
            None => {
                let help = "give the whole answer: `{ result: … }` or `{ error: … }`";
                self.refuse(way, "an answer has a `result` or an `error`".into(), help);
            }
        }
    }

    /// What the portal takes for a parameter that is left out has to be such a parameter.
    fn defaults(&mut self, way: &[Step], facts: &[format::Field], fields: &[Field]) {
        for (index, fact) in facts.iter().enumerate() {
            let Some(field) = fields.get(index) else {
                return;
            };
            let here = [way, &[Step::Index(index)]].concat();
            if let Some(default) = &fact.default {
                let here = [&here[..], &[key("default")]].concat();
                self.value(&here, default, &nullable(field));
            }
            if let Some(record) = self.record_in(&field.ty)
                && !fact.fields.is_empty()
            {
                let api = self.api;
                let here = [&here[..], &[key("fields")]].concat();
                self.defaults(&here, &fact.fields, &api.records[record].fields);
            }
        }
    }

    /// The object that the fields of a table's row make up.
    fn record_in(&self, ty: &Type) -> Option<usize> {
        match ty {
            Type::Record(index) => Some(*index),
            Type::Array(of) | Type::Map(_, of) | Type::Nullable(of) => self.record_in(of),
            Type::Union(index) => {
                let mut members = self.api.unions[*index].members.iter();
                members.find_map(|(_, member)| self.record_in(member))
            }
            _ => None,
        }
    }

    fn value(&mut self, way: &[Step], value: &Value, ty: &Type) {
        let api = self.api;
        match (ty, value) {
            (Type::Nullable(_), Value::Null) => {}
            (Type::Nullable(of), _) if is_nothing(of, value) => {}
            (Type::Nullable(of), _) => self.value(way, value, of),
            (Type::Array(of), Value::Array(items)) => self.items(way, items, of),
            // A list with gaps.
            (Type::Array(of), Value::Object(map))
                if map.keys().all(|key| key.parse::<u64>().is_ok()) =>
            {
                self.entries(way, map, of);
            }
            (Type::Map(Key::Integer, of), Value::Object(map)) => {
                for name in map.keys().filter(|name| name.parse::<i64>().is_err()) {
                    let here = [way, &[key(name)]].concat();
                    let message = format!("the key `{}` is not a whole number", shorten(name));
                    let problem = Problem::new(self.doc.key_place(&here), message);
                    let help = "the keys of this map are integers";
                    self.report.push(problem.help(help));
                }
                self.entries(way, map, of);
            }
            (Type::Map(Key::String, of), Value::Object(map)) => self.entries(way, map, of),
            // Keys that happen to be 0, 1, 2…
            (Type::Map(_, of), Value::Array(items)) => self.items(way, items, of),
            (Type::Record(index), Value::Object(map)) => {
                for field in &api.records[*index].fields {
                    match map.get(&field.wire) {
                        Some(value) => {
                            let here = [way, &[key(&field.wire)]].concat();
                            self.value(&here, value, &nullable(field));
                        }
                        None if field.required => {
                            let message = format!("`{}` is missing here", field.wire);
                            let help = "a required field is always there; take `required` away";
                            self.refuse(way, message, help);
                        }
                        None => {}
                    }
                }
            }
            (Type::Record(index), Value::Array(items)) if items.is_empty() => {
                let fields = &api.records[*index].fields;
                for field in fields.iter().filter(|field| field.required) {
                    let message = format!("`{}` is missing here", field.wire);
                    let help = "a required field is always there; take `required` away";
                    self.refuse(way, message, help);
                }
            }
            (Type::Union(index), _) => {
                let members = &api.unions[*index].members;
                if !members.iter().any(|(_, member)| self.fits(value, member)) {
                    self.misfit(way, value, "one of the types of this choice");
                }
            }
            (Type::Enum(index), Value::String(_) | Value::Number(_)) => {
                let text = text(value);
                let values = &api.enums[*index].values;
                if self.strict && !values.iter().any(|it| it.wire == text) {
                    let message = format!("`{}` is not among the values", shorten(&text));
                    let known = values.iter().map(|it| it.wire.as_str());
                    let help = match closest(&text, known) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => "add it to `values`".into(),
                    };
                    self.refuse(way, message, help);
                }
            }
            _ => {
                if let Err(expected) = scalar(ty, value) {
                    self.misfit(way, value, expected);
                }
            }
        }
    }

    fn items(&mut self, way: &[Step], items: &[Value], of: &Type) {
        for (index, item) in items.iter().enumerate() {
            self.value(&[way, &[Step::Index(index)]].concat(), item, of);
        }
    }

    fn entries(&mut self, way: &[Step], map: &serde_json::Map<String, Value>, of: &Type) {
        for (name, value) in map {
            self.value(&[way, &[key(name)]].concat(), value, of);
        }
    }

    fn misfit(&mut self, way: &[Step], value: &Value, expected: &str) {
        let found = match value {
            Value::Null => "nothing".into(),
            Value::Bool(value) => format!("`{value}`"),
            Value::Number(value) => format!("the number {value}"),
            Value::String(value) => format!("the text \"{}\"", shorten(value)),
            Value::Array(_) => "a list".into(),
            Value::Object(_) => "a mapping".into(),
        };
        let help = match value {
            Value::Null => "what can be nothing has a type with `|null`",
            _ if self.strict => "give it such a value, or change the type",
            _ => "change the type; a choice is written `integer|string`",
        };
        let message = format!("the type here says {expected}, and this is {found}");
        self.refuse(way, message, help);
    }

    fn fits(&self, value: &Value, ty: &Type) -> bool {
        let mut report = Report::default();
        let mut trial = Examples {
            api: self.api,
            doc: self.doc,
            strict: self.strict,
            report: &mut report,
        };
        trial.value(&[], value, ty);
        report.is_empty()
    }
}

/// A field that may be left out may be `null` as well.
fn nullable(field: &Field) -> Type {
    match field.required {
        true => field.ty.clone(),
        false => Type::Nullable(Box::new(field.ty.clone())),
    }
}

/// What PHP writes where something is not there.
pub(crate) fn is_nothing(ty: &Type, value: &Value) -> bool {
    let empty = matches!(value, Value::Bool(false)) || value.as_str() == Some("");
    let told_apart = matches!(
        ty,
        Type::String | Type::Secret | Type::Enum(_) | Type::Boolean(_) | Type::Any | Type::Union(_)
    );
    empty && !told_apart
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a value can be read as a type without parts; if not, what the type is.
pub(crate) fn scalar(ty: &Type, value: &Value) -> Result<(), &'static str> {
    let (fits, expected) = match ty {
        Type::Any => (true, "anything"),
        Type::String | Type::Secret | Type::Enum(_) => (
            value.is_string() || value.is_number() || value.is_boolean(),
            "a text",
        ),
        Type::Integer => (is_integer(value), "a whole number"),
        Type::Double => (is_number(value), "a number"),
        Type::Boolean(_) => (
            match value {
                Value::Bool(_) => true,
                Value::Number(number) => matches!(number.as_f64(), Some(0.0 | 1.0)),
                Value::String(text) => matches!(
                    text.as_str(),
                    "" | "0" | "1" | "Y" | "y" | "N" | "n" | "true" | "false"
                ),
                _ => false,
            },
            "a boolean",
        ),
        Type::Date => (
            value.as_str().is_some_and(|it| is_day(day_of(it))),
            "a day, as \"2026-02-24\"",
        ),
        Type::DateTime => (
            value.as_str().is_some_and(is_moment),
            "a day and a time with an offset, as \"2026-02-24T13:44:33+01:00\"",
        ),
        Type::Object | Type::Record(_) => (
            value.is_object() || value.as_array().is_some_and(Vec::is_empty),
            "an object",
        ),
        Type::Array(_) => (value.is_array(), "an array"),
        Type::Map(..) => (value.is_object() || value.is_array(), "an object"),
        Type::Nullable(_) | Type::Union(_) => (true, "anything"),
    };
    if fits { Ok(()) } else { Err(expected) }
}

fn is_integer(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.is_i64() || number.as_f64().is_some_and(|it| it.fract() == 0.0)
        }
        Value::String(text) => text.trim().parse::<i64>().is_ok(),
        _ => false,
    }
}

fn is_number(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::String(text) => text.trim().parse::<f64>().is_ok_and(f64::is_finite),
        _ => false,
    }
}

fn day_of(text: &str) -> &str {
    text.trim().split(['T', ' ']).next().unwrap_or_default()
}

/// `2026-02-24`.
fn is_day(text: &str) -> bool {
    let digits = |part: &str, len| part.len() == len && part.bytes().all(|it| it.is_ascii_digit());
    let mut parts = text.splitn(3, '-');
    [4, 2, 2]
        .into_iter()
        .all(|len| parts.next().is_some_and(|part| digits(part, len)))
}

/// `2026-02-24T13:44:33+01:00`.
fn is_moment(text: &str) -> bool {
    let Some((day, time)) = text.trim().split_once(['T', 't', ' ']) else {
        return false;
    };
    let Some(split) = time.find(['+', '-', 'Z', 'z']) else {
        return false;
    };
    let (clock, offset) = time.split_at(split);
    let offset: String = offset.chars().filter(char::is_ascii_digit).collect();
    is_day(day) && clock.split(':').count() == 3 && matches!(offset.len(), 0 | 2 | 4)
}
