//! Parameters: from Python objects straight to JSON, by the tables.
//!
//! Strict, unlike reading: a value of another type is refused with the name of its parameter.

use std::{borrow::Cow, collections::HashMap, fmt::Display};

use bitrix24::{batch::Step, raw::marker};
use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    types::{
        PyBool, PyDate, PyDateTime, PyDict, PyFloat, PyInt, PyList, PyMapping, PySequence,
        PyString, PyTuple,
    },
};

use crate::{
    classes::{
        ARGUMENT_TYPE_ERROR, DATE, DATETIME, RECORD, REFERENCE, REQUEST_ERROR, SECRET, UNSET,
        USER_STRING,
    },
    process::interned,
    table::{Field, Flag, Key, Method, Record, Type},
};

/// How deep values may lie in one another. Ends the walk through a list that holds itself.
const DEPTH: u8 = 64;

/// Writes the parameters of a described method as a JSON object.
pub(crate) fn values(
    method: &Method,
    values: &Bound<'_, PyTuple>,
    earlier: Option<Earlier<'_>>,
) -> PyResult<Vec<u8>> {
    let py = values.py();
    if values.len() != method.params.len() {
        return Err(PyTypeError::new_err(
            "the package and its native module differ in version",
        ));
    }
    let mut writer = Writer::new(py, earlier)?;
    let written = writer.object(|writer| {
        for (param, value) in method.params.iter().zip(values.iter_borrowed()) {
            writer.field(param, param.name, &value)?;
        }
        Ok(())
    });
    written.map_err(|wrong| wrong.into_error(py, method.name))?;
    Ok(writer.json)
}

/// Writes the parameters of any method as a JSON object.
pub(crate) fn mapping(
    name: &str,
    params: &Bound<'_, PyAny>,
    earlier: Option<Earlier<'_>>,
) -> PyResult<Vec<u8>> {
    let py = params.py();
    let mut writer = Writer::new(py, earlier)?;
    let written = if params.is_none() {
        writer.object(|_| Ok(()))
    } else {
        writer
            .map(&Key::String, &Type::Any, params)
            .map_err(|wrong| match wrong {
                Wrong::Type {
                    path,
                    expected,
                    got,
                } if path.is_empty() => Wrong::Type {
                    path: "params".to_owned(),
                    expected,
                    got,
                },
                wrong => wrong,
            })
    };
    written.map_err(|wrong| wrong.into_error(py, name))?;
    Ok(writer.json)
}

/// What is wrong with a value, and where.
enum Wrong {
    Type {
        path: String,
        expected: String,
        got: String,
    },
    Value {
        path: String,
        what: String,
    },
    Python(PyErr),
}

impl From<PyErr> for Wrong {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl Wrong {
    fn value(what: impl Into<String>) -> Self {
        Self::Value {
            path: String::new(),
            what: what.into(),
        }
    }

    /// Puts a step, such as `fields`, `.TITLE` or `[3]`, before the path.
    fn at(mut self, step: impl Display) -> Self {
        if let Self::Type { path, .. } | Self::Value { path, .. } = &mut self {
            path.insert_str(0, &step.to_string());
        }
        self
    }

    fn into_error(self, py: Python<'_>, method: &str) -> PyErr {
        let (class, path, what) = match self {
            Self::Type {
                path,
                expected,
                got,
            } => (
                &ARGUMENT_TYPE_ERROR,
                path,
                format!("expected {expected}, got {got}"),
            ),
            Self::Value { path, what } => (&REQUEST_ERROR, path, what),
            Self::Python(error) => return error,
        };
        let path = path.strip_prefix('.').unwrap_or(&path);
        let details = PyDict::new(py);
        if let Err(error) = details.set_item("method", method) {
            return error;
        }
        class.error(py, &format!("{method}: not sent: {path}: {what}"), &details)
    }
}

type Written = Result<(), Wrong>;

/// The requests of a batch that come before one of them, whose results it may refer to.
#[derive(Clone, Copy)]
pub(crate) struct Earlier<'a> {
    places: &'a HashMap<usize, usize>,
    own: usize,
}

impl<'a> Earlier<'a> {
    /// `places`: where the requests stand, by their addresses. `own`: where the one at hand does.
    pub(crate) fn new(places: &'a HashMap<usize, usize>, own: usize) -> Self {
        Self { places, own }
    }

    fn place(self, request: &Bound<'_, PyAny>) -> Result<usize, Wrong> {
        match self.places.get(&request.as_ptr().addr()) {
            Some(&place) if place < self.own => Ok(place),
            Some(_) => Err(Wrong::value(
                "it refers to a request that does not come before this one",
            )),
            None => Err(Wrong::value(
                "it refers to a request that is not in this batch",
            )),
        }
    }
}

struct Writer<'a, 'py> {
    json: Vec<u8>,
    depth: u8,
    unset: &'py Bound<'py, PyAny>,
    /// There in a batch only.
    earlier: Option<Earlier<'a>>,
}

impl<'a, 'py> Writer<'a, 'py> {
    fn new(py: Python<'py>, earlier: Option<Earlier<'a>>) -> PyResult<Self> {
        Ok(Self {
            json: Vec::with_capacity(128),
            depth: 0,
            unset: UNSET.get(py)?,
            earlier,
        })
    }

    /// Writes a value of a type, or what stands for one.
    fn value(&mut self, ty: &Type, value: &Bound<'py, PyAny>) -> Written {
        match self.given(ty, value) {
            // Looked at last, since references are rare.
            Err(Wrong::Type { path, .. }) if path.is_empty() && REFERENCE.is_type_of(value)? => {
                self.reference(value)
            }
            written => written,
        }
    }

    /// Writes a reference to a result.
    fn reference(&mut self, reference: &Bound<'py, PyAny>) -> Written {
        let Some(earlier) = self.earlier else {
            return Err(Wrong::value(
                "the result of another request can be passed on in a batch only",
            ));
        };
        let py = reference.py();
        let request = reference.getattr(interned!(py, "_request"))?;
        let steps = reference.getattr(interned!(py, "_steps"))?;
        let steps = steps.cast::<PyTuple>().map_err(PyErr::from)?;
        let steps = steps.iter_borrowed().map(|step| -> Result<Step, Wrong> {
            match step.cast::<PyString>() {
                Ok(name) => Ok(content(&name)?.into_owned().into()),
                Err(_) => match step.extract::<usize>() {
                    Ok(index) => Ok(index.into()),
                    Err(_) => Err(Wrong::value("it refers to a place that no list has")),
                },
            }
        });
        let steps = steps.collect::<Result<Vec<Step>, Wrong>>()?;
        self.serialize(&marker(earlier.place(&request)?, &steps))
    }

    fn given(&mut self, ty: &Type, value: &Bound<'py, PyAny>) -> Written {
        match ty {
            Type::Any => self.any(value),
            Type::String => match value.cast::<PyString>() {
                Ok(text) => self.text(text),
                Err(_) => Err(mismatch(ty, value)),
            },
            Type::Secret => match value.cast::<PyString>() {
                Ok(text) => self.text(text),
                Err(_) if SECRET.is_type_of(value)? => self.secret(value),
                Err(_) => Err(mismatch(ty, value)),
            },
            Type::Integer => match integer(value) {
                Some(integer) => self.integer(integer),
                None => Err(mismatch(ty, value)),
            },
            Type::Double => match value.cast::<PyFloat>() {
                Ok(number) => self.number(number.extract()?),
                Err(_) => match integer(value) {
                    Some(integer) => self.number(integer.extract()?),
                    None => Err(mismatch(ty, value)),
                },
            },
            Type::Boolean(flag) => match value.cast::<PyBool>() {
                Ok(value) => self.flag(flag, value.is_true()),
                Err(_) => Err(mismatch(ty, value)),
            },
            // A datetime is a date to Python, but not to the API.
            Type::Date => match value.cast::<PyDate>() {
                Ok(_) if value.cast::<PyDateTime>().is_ok() => Err(mismatch(ty, value)),
                Ok(date) => self.date(date),
                Err(_) => Err(mismatch(ty, value)),
            },
            Type::DateTime => match value.cast::<PyDateTime>() {
                Ok(moment) => self.moment(moment),
                Err(_) => Err(mismatch(ty, value)),
            },
            Type::Object => self.map(&Key::String, &Type::Any, value),
            Type::Array(item) => self.list(item, value),
            Type::Map(key, item) => self.map(key, item, value),
            Type::Record(record) => self.record(record, value),
            Type::Nullable(_) if value.is_none() => self.raw("null"),
            Type::Nullable(ty) => self.value(ty, value),
            Type::Union(types) => self.union(ty, types, value),
        }
    }

    fn raw(&mut self, json: &str) -> Written {
        self.json.extend_from_slice(json.as_bytes());
        Ok(())
    }

    fn text(&mut self, text: &Bound<'py, PyString>) -> Written {
        self.serialize(&*content(text)?)
    }

    fn secret(&mut self, secret: &Bound<'py, PyAny>) -> Written {
        self.text(
            secret
                .call_method0(interned!(secret.py(), "reveal"))?
                .cast()
                .map_err(PyErr::from)?,
        )
    }

    fn integer(&mut self, integer: &Bound<'py, PyInt>) -> Written {
        match integer.extract::<i64>() {
            Ok(integer) => self.serialize(&integer),
            Err(_) => match integer.extract::<u64>() {
                Ok(integer) => self.serialize(&integer),
                Err(_) => Err(Wrong::value("an integer of more than 64 bits")),
            },
        }
    }

    fn number(&mut self, number: f64) -> Written {
        if number.is_finite() {
            self.serialize(&number)
        } else {
            Err(Wrong::value(format!(
                "expected a finite number, got {number}"
            )))
        }
    }

    fn flag(&mut self, flag: &Flag, value: bool) -> Written {
        self.raw(match (flag, value) {
            (Flag::Json, true) => "true",
            (Flag::Json, false) => "false",
            (Flag::YesNo, true) => "\"Y\"",
            (Flag::YesNo, false) => "\"N\"",
            (Flag::OneZero, true) => "1",
            (Flag::OneZero, false) => "0",
        })
    }

    fn date(&mut self, date: &Bound<'py, PyDate>) -> Written {
        let py = date.py();
        // By the class itself: others may write what they like.
        let text = DATE
            .get(py)?
            .call_method1(interned!(py, "isoformat"), (date,))?;
        self.text(text.cast().map_err(PyErr::from)?)
    }

    fn moment(&mut self, moment: &Bound<'py, PyDateTime>) -> Written {
        let py = moment.py();
        let offset = moment.call_method0(interned!(py, "utcoffset"))?;
        if offset.is_none() {
            return Err(Wrong::value(
                "expected a datetime with a time zone, got one without",
            ));
        }
        let seconds: f64 = offset
            .call_method0(interned!(py, "total_seconds"))?
            .extract()?;
        if seconds % 60.0 != 0.0 {
            return Err(Wrong::value(
                "the time zone is not a number of whole minutes off UTC",
            ));
        }
        // Seconds are as fine as the API goes. By the class itself: others may take no precision.
        let text = DATETIME
            .get(py)?
            .call_method1(interned!(py, "isoformat"), (moment, "T", "seconds"))?;
        self.text(text.cast().map_err(PyErr::from)?)
    }

    /// serde_json writes plain values to memory without fail.
    fn serialize<T: serde::Serialize + ?Sized>(&mut self, value: &T) -> Written {
        serde_json::to_writer(&mut self.json, value)
            .map_err(|error| Wrong::value(error.to_string()))
    }

    fn any(&mut self, value: &Bound<'py, PyAny>) -> Written {
        if value.is_none() {
            self.raw("null")
        } else if let Ok(text) = value.cast::<PyString>() {
            self.text(text)
        } else if let Ok(value) = value.cast::<PyBool>() {
            self.flag(&Flag::Json, value.is_true())
        } else if let Ok(integer) = value.cast::<PyInt>() {
            self.integer(integer)
        } else if let Ok(number) = value.cast::<PyFloat>() {
            self.number(number.extract()?)
        } else if value.is_instance_of::<PyDict>() {
            self.map(&Key::String, &Type::Any, value)
        } else if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
            self.list(&Type::Any, value)
        } else if let Ok(moment) = value.cast::<PyDateTime>() {
            self.moment(moment)
        } else if let Ok(date) = value.cast::<PyDate>() {
            self.date(date)
        } else if SECRET.is_type_of(value)? {
            self.secret(value)
        } else if RECORD.is_type_of(value)? {
            let fields = value.call_method0(interned!(value.py(), "_given"))?;
            self.map(&Key::String, &Type::Any, &fields)
        } else if value.cast::<PyMapping>().is_ok() {
            self.map(&Key::String, &Type::Any, value)
        } else if is_sequence(value)? {
            self.list(&Type::Any, value)
        } else {
            Err(mismatch(&Type::Any, value))
        }
    }

    fn list(&mut self, item: &Type, value: &Bound<'py, PyAny>) -> Written {
        if !is_sequence(value)? {
            return Err(mismatch(&Type::Array(&Type::Any), value));
        }
        self.nest(|writer| {
            writer.json.push(b'[');
            for (index, element) in value.try_iter()?.enumerate() {
                if index > 0 {
                    writer.json.push(b',');
                }
                writer
                    .value(item, &element?)
                    .map_err(|wrong| wrong.at(format_args!("[{index}]")))?;
            }
            writer.json.push(b']');
            Ok(())
        })
    }

    fn map(&mut self, keys: &Key, item: &Type, value: &Bound<'py, PyAny>) -> Written {
        let Some(entries) = entries(value)? else {
            return Err(mismatch(&Type::Object, value));
        };
        self.object(|writer| {
            for (key, value) in entries.iter() {
                let name = match (keys, key.cast::<PyString>(), integer(&key)) {
                    (Key::String, Ok(text), _) => content(text)?.into_owned(),
                    (Key::Integer, _, Some(number)) => whole(number)?.to_string(),
                    (Key::String, ..) => return Err(wrong_key("str", &key)),
                    (Key::Integer, ..) => return Err(wrong_key("int", &key)),
                };
                if !value.is(writer.unset) {
                    writer.entry(&name, item, &value)?;
                }
            }
            Ok(())
        })
    }

    fn record(&mut self, record: &'static Record, value: &Bound<'py, PyAny>) -> Written {
        let py = value.py();
        if record.has_class() {
            let resolved = record.resolve(py)?;
            if value.is_instance(resolved.class.bind(py))? {
                return self.object(|writer| {
                    for (field, name) in record.fields.iter().zip(&resolved.names) {
                        let value = value.getattr(name)?;
                        // What an answer did not hold is `None` in its records.
                        if field.required || !value.is_none() {
                            writer.field(field, format_args!(".{}", field.wire), &value)?;
                        }
                    }
                    let extra = value.getattr(interned!(py, "extra"))?;
                    for (key, value) in entries(&extra)?.iter().flat_map(|extra| extra.iter()) {
                        writer.entry(&key_of(&key)?, &Type::Any, &value)?;
                    }
                    Ok(())
                });
            }
        }
        let Some(entries) = entries(value)? else {
            return Err(mismatch(&Type::Record(record), value));
        };
        self.object(|writer| {
            for (key, value) in entries.iter() {
                let key = key_of(&key)?;
                match record.fields.iter().find(|field| field.wire == key) {
                    Some(field) => writer.field(field, format_args!(".{key}"), &value)?,
                    // Newer than the tables, or the portal's own.
                    None if value.is(writer.unset) => {}
                    None => writer.entry(&key, &Type::Any, &value)?,
                }
            }
            for field in record.fields.iter().filter(|field| field.required) {
                if entries.get_item(field.wire)?.is_none() {
                    return Err(Wrong::value("missing").at(format_args!(".{}", field.wire)));
                }
            }
            Ok(())
        })
    }

    fn union(&mut self, ty: &Type, types: &[Type], value: &Bound<'py, PyAny>) -> Written {
        let start = self.json.len();
        let mut reason = None;
        for ty in types {
            match self.value(ty, value) {
                Ok(()) => return Ok(()),
                Err(Wrong::Type { path, .. }) if path.is_empty() => {}
                Err(wrong) => reason = reason.or(Some(wrong)),
            }
            self.json.truncate(start);
        }
        Err(reason.unwrap_or_else(|| mismatch(ty, value)))
    }

    /// Writes a described field, or leaves it out: what is unset, and `None` unless it is a value.
    fn field(&mut self, field: &Field, step: impl Display, value: &Bound<'py, PyAny>) -> Written {
        let takes_none = matches!(field.ty, Type::Nullable(_) | Type::Any);
        let absent = value.is(self.unset) || (value.is_none() && !takes_none);
        if absent && !field.required {
            return Ok(());
        }
        self.key(field.wire)?;
        self.value(&field.ty, value).map_err(|wrong| wrong.at(step))
    }

    fn entry(&mut self, name: &str, ty: &Type, value: &Bound<'py, PyAny>) -> Written {
        self.key(name)?;
        self.value(ty, value)
            .map_err(|wrong| wrong.at(format_args!(".{name}")))
    }

    fn key(&mut self, name: &str) -> Written {
        if self.json.last() != Some(&b'{') {
            self.json.push(b',');
        }
        self.serialize(name)?;
        self.raw(":")
    }

    fn object(&mut self, fill: impl FnOnce(&mut Self) -> Written) -> Written {
        self.nest(|writer| {
            writer.json.push(b'{');
            fill(writer)?;
            writer.json.push(b'}');
            Ok(())
        })
    }

    fn nest(&mut self, write: impl FnOnce(&mut Self) -> Written) -> Written {
        if self.depth == DEPTH {
            return Err(Wrong::value(format!(
                "more than {DEPTH} values inside one another"
            )));
        }
        self.depth += 1;
        let written = write(self);
        self.depth -= 1;
        written
    }
}

/// An `int` that is not a `bool`.
fn integer<'a, 'py>(value: &'a Bound<'py, PyAny>) -> Option<&'a Bound<'py, PyInt>> {
    value
        .cast()
        .ok()
        .filter(|value: &&Bound<'py, PyInt>| !value.is_instance_of::<PyBool>())
}

/// Text and bytes are sequences to Python, but not to the API.
fn is_sequence(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    use pyo3::types::{PyByteArray, PyBytes, PyMemoryView};

    Ok(value.is_instance_of::<PyList>()
        || value.is_instance_of::<PyTuple>()
        || value.cast::<PySequence>().is_ok()
            && !value.is_instance_of::<PyString>()
            && !value.is_instance_of::<PyBytes>()
            && !value.is_instance_of::<PyByteArray>()
            && !value.is_instance_of::<PyMemoryView>()
            && !USER_STRING.is_type_of(value)?)
}

/// A copy of a mapping, since code that runs while it is written may change it.
fn entries<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyDict>>> {
    if let Ok(dict) = value.cast::<PyDict>() {
        return dict.copy().map(Some);
    }
    if value.cast::<PyMapping>().is_ok() {
        let dict = PyDict::new(value.py());
        dict.update(value.cast()?)?;
        return Ok(Some(dict));
    }
    Ok(None)
}

/// What is in a string, whatever its class shows of itself: an enumeration shows its member's name.
fn content<'a>(text: &'a Bound<'_, PyString>) -> Result<Cow<'a, str>, Wrong> {
    let content = text.to_cow();
    content.map_err(|_| Wrong::value("a string that is not valid Unicode"))
}

/// A number that is a key.
fn whole(number: &Bound<'_, PyInt>) -> Result<i64, Wrong> {
    let whole = number.extract();
    whole.map_err(|_| Wrong::value("a key that is too large"))
}

/// The name of a field.
fn key_of(key: &Bound<'_, PyAny>) -> Result<String, Wrong> {
    match key.cast::<PyString>() {
        Ok(text) => Ok(content(text)?.into_owned()),
        Err(_) => Err(wrong_key("str", key)),
    }
}

fn wrong_key(expected: &str, key: &Bound<'_, PyAny>) -> Wrong {
    Wrong::Type {
        path: String::new(),
        expected: format!("keys of type {expected}"),
        got: type_name(key),
    }
}

fn mismatch(ty: &Type, value: &Bound<'_, PyAny>) -> Wrong {
    Wrong::Type {
        path: String::new(),
        expected: name(ty),
        got: type_name(value),
    }
}

fn type_name(value: &Bound<'_, PyAny>) -> String {
    if value.is_none() {
        return "None".to_owned();
    }
    value
        .get_type()
        .name()
        .map_or_else(|_| "object".to_owned(), |name| name.to_string())
}

/// What messages call a type.
fn name(ty: &Type) -> String {
    match ty {
        Type::Any => "a value that JSON can hold".to_owned(),
        Type::String => "str".to_owned(),
        Type::Secret => "str or Secret".to_owned(),
        Type::Integer => "int".to_owned(),
        Type::Double => "float".to_owned(),
        Type::Boolean(_) => "bool".to_owned(),
        Type::Date => "date".to_owned(),
        Type::DateTime => "datetime".to_owned(),
        Type::Object | Type::Map(..) => "dict".to_owned(),
        Type::Array(_) => "list".to_owned(),
        Type::Record(record) if record.has_class() => format!("dict or {}", record.class()),
        Type::Record(_) => "dict".to_owned(),
        Type::Nullable(ty) => format!("{} or None", name(ty)),
        Type::Union(types) => types.iter().map(name).collect::<Vec<_>>().join(" or "),
    }
}
