//! Answers: from JSON straight to Python objects, by the tables.
//!
//! What counts as an integer or a date is the business of [`bitrix24::wire`], here as in Rust.

use std::{cell::RefCell, fmt};

use bitrix24::wire::{self, Expected, Found, Slots};
use chrono::{DateTime, Datelike, FixedOffset, Timelike};
use pyo3::{
    BoundObject, IntoPyObjectExt,
    prelude::*,
    types::{PyBool, PyDict, PyList, PyString},
};
use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use crate::{
    classes::{DATETIME, SECRET},
    errors,
    keys::{Keys, Texts},
    process::interned,
    table::{Key, Record, Resolved, Type},
};

/// What the seeds of one reading share.
#[derive(Default)]
pub(crate) struct Scratch {
    /// An exception of Python's own on the way, such as the lack of memory: serde carries texts
    /// only.
    raised: RefCell<Option<PyErr>>,
    keys: Keys,
    texts: Texts,
    /// The zone of the last moment: the others have mostly the same.
    zone: RefCell<Option<(FixedOffset, Py<PyAny>)>>,
}

impl Scratch {
    /// The exception, if there was one.
    pub(crate) fn take(&self) -> Option<PyErr> {
        self.raised.take()
    }

    /// The exception of a reading that failed. `codes` are those that the method describes as its
    /// own.
    pub(crate) fn raise(&self, py: Python<'_>, codes: &[&str], error: bitrix24::Error) -> PyErr {
        self.take()
            .unwrap_or_else(|| errors::raise(py, codes, error))
    }

    /// A `datetime`.
    fn moment<'py>(
        &self,
        py: Python<'py>,
        moment: DateTime<FixedOffset>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let micros = moment.timestamp_subsec_micros();
        if micros > 999_999 {
            // A leap second, of which Python does not know. PyO3 does what can be done.
            return moment.into_bound_py_any(py);
        }
        let offset = *moment.offset();
        let mut last = self.zone.borrow_mut();
        let zone = match &*last {
            Some((known, zone)) if *known == offset => zone.bind(py).clone(),
            _ => {
                let zone = offset.into_bound_py_any(py)?;
                *last = Some((offset, zone.clone().unbind()));
                zone
            }
        };
        let (date, time) = (moment.date_naive(), moment.time());
        let date = (date.year(), date.month(), date.day());
        let time = (time.hour(), time.minute(), time.second());
        DATETIME
            .get(py)?
            .call1((date.0, date.1, date.2, time.0, time.1, time.2, micros, zone))
    }

    fn keep<T, E: Error>(&self, result: PyResult<T>) -> Result<T, E> {
        result.map_err(|error| {
            self.raised.replace(Some(error));
            E::custom("Python failed")
        })
    }
}

/// Reads a value of a type.
#[derive(Clone, Copy)]
pub(crate) struct Seed<'a, 'py> {
    py: Python<'py>,
    ty: &'static Type,
    scratch: &'a Scratch,
}

type Object<'py> = Bound<'py, PyAny>;

impl<'a, 'py> Seed<'a, 'py> {
    pub(crate) fn new(py: Python<'py>, ty: &'static Type, scratch: &'a Scratch) -> Self {
        Self { py, ty, scratch }
    }

    fn of(self, ty: &'static Type) -> Self {
        Self { ty, ..self }
    }

    fn none(self) -> Object<'py> {
        self.py.None().into_bound(self.py)
    }

    /// Turns a value of Rust's into one of Python's.
    fn make<T, E>(self, found: Found<T>) -> Result<Found<Object<'py>>, E>
    where
        T: IntoPyObject<'py>,
        E: Error,
    {
        Ok(match found {
            Found::Value(value) => {
                let made = value.into_pyobject(self.py).map_err(Into::into);
                Found::Value(self.scratch.keep(made)?.into_any().into_bound())
            }
            Found::Nothing(what) => Found::Nothing(what),
        })
    }

    /// Like [`make`](Self::make) for dates, of which Python knows the years from 1 to 9999.
    fn make_date<T, E: Error>(
        found: Found<T>,
        make: impl FnOnce(T) -> PyResult<Object<'py>>,
    ) -> Result<Found<Object<'py>>, E> {
        Ok(match found {
            Found::Value(value) => match make(value) {
                Ok(made) => Found::Value(made),
                Err(_) => return Err(E::custom("expected a date of the years 1 to 9999")),
            },
            Found::Nothing(what) => Found::Nothing(what),
        })
    }

    fn read<'de, D: Deserializer<'de>>(self, value: D) -> Result<Found<Object<'py>>, D::Error> {
        match self.ty {
            Type::Any => value.deserialize_any(Anything(self)).map(Found::Value),
            Type::String => {
                let text = wire::text_with(value, |text| self.scratch.texts.get(self.py, text))?;
                Ok(text.map(Bound::into_any))
            }
            Type::Secret => match wire::text_with(value, |text| PyString::new(self.py, text))? {
                Found::Value(text) => {
                    let secret = SECRET.get(self.py).and_then(|class| class.call1((text,)));
                    self.scratch.keep(secret).map(Found::Value)
                }
                Found::Nothing(what) => Ok(Found::Nothing(what)),
            },
            Type::Integer => self.make(wire::integer(value)?),
            Type::Double => self.make(wire::number(value)?),
            Type::Boolean(_) => self.make(wire::boolean(value)?),
            Type::Date => {
                Self::make_date(wire::date(value)?, |date| date.into_bound_py_any(self.py))
            }
            Type::DateTime => Self::make_date(wire::date_time(value)?, |moment| {
                self.scratch.moment(self.py, moment)
            }),
            Type::Object => {
                let name = |name: String| self.scratch.keys.get(self.py, &name);
                self.map(value, &Type::Any, name)
            }
            Type::Map(Key::String, item) => self.map(value, item, |key: String| key),
            Type::Map(Key::Integer, item) => self.map(value, item, |key: i64| key),
            Type::Array(item) => match wire::list_with(value, self.of(item))? {
                Found::Value(items) => {
                    let list = PyList::new(self.py, items);
                    Ok(Found::Value(self.scratch.keep(list)?.into_any()))
                }
                Found::Nothing(what) => Ok(Found::Nothing(what)),
            },
            Type::Record(record) => self.record(value, record),
            Type::Nullable(ty) => {
                let found = self.of(ty).read(value)?.value();
                Ok(Found::Value(found.unwrap_or_else(|| self.none())))
            }
            Type::Union(types) => self.union(&wire::value(value)?, types),
        }
    }

    /// An object whose keys become Python's by `make`.
    fn map<'de, D, K, P>(
        self,
        value: D,
        item: &'static Type,
        make: impl Fn(K) -> P,
    ) -> Result<Found<Object<'py>>, D::Error>
    where
        D: Deserializer<'de>,
        K: wire::MapKey,
        P: IntoPyObject<'py>,
    {
        let entries = match wire::map_with::<D, K, _>(value, self.of(item))? {
            Found::Value(entries) => entries,
            Found::Nothing(what) => return Ok(Found::Nothing(what)),
        };
        let dict = PyDict::new(self.py);
        for (key, item) in entries {
            self.scratch.keep(dict.set_item(make(key), item))?;
        }
        Ok(Found::Value(dict.into_any()))
    }

    fn record<'de, D: Deserializer<'de>>(
        self,
        value: D,
        record: &'static Record,
    ) -> Result<Found<Object<'py>>, D::Error> {
        let resolved = self.scratch.keep(record.resolve(self.py))?;
        let object = self.scratch.keep(resolved.instance(self.py))?;
        let mut fields = Fields {
            seed: self,
            record,
            resolved,
            object,
            seen: 0,
            extra: None,
        };
        Ok(match wire::fill(value, &mut fields)? {
            Found::Value(()) => Found::Value(self.scratch.keep(fields.end())?),
            Found::Nothing(what) => Found::Nothing(what),
        })
    }

    /// The first type whose documented JSON form the value has; else the first that can read it.
    fn union<E: Error>(
        self,
        value: &Value,
        types: &'static [Type],
    ) -> Result<Found<Object<'py>>, E> {
        if value.is_null() {
            return Ok(Found::Nothing("null"));
        }
        let (natural, others): (Vec<_>, Vec<_>) =
            types.iter().partition(|ty| expected(ty).is_natural(value));
        let mut reason = None;
        for ty in natural {
            match self.of(ty).read(value) {
                Ok(Found::Value(object)) => return Ok(Found::Value(object)),
                Ok(Found::Nothing(_)) => {}
                Err(error) => reason = reason.or(Some(error)),
            }
        }
        let mut nothing = None;
        for ty in others {
            match self.of(ty).read(value) {
                Ok(Found::Value(object)) => return Ok(Found::Value(object)),
                Ok(Found::Nothing(what)) => nothing = nothing.or(Some(what)),
                Err(_) => {}
            }
        }
        match (reason, nothing) {
            (Some(reason), _) => Err(E::custom(reason)),
            (None, Some(what)) => Ok(Found::Nothing(what)),
            (None, None) => {
                let names: Vec<_> = types.iter().map(|ty| expected(ty).to_string()).collect();
                Err(E::custom(format_args!("expected {}", names.join(" or "))))
            }
        }
    }
}

impl<'de, 'py> DeserializeSeed<'de> for Seed<'_, 'py> {
    type Value = Object<'py>;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Object<'py>, D::Error> {
        match self.read(value)? {
            Found::Value(object) => Ok(object),
            Found::Nothing(what) => Err(Error::custom(format_args!(
                "expected {}, found {what}",
                expected(self.ty)
            ))),
        }
    }
}

/// What messages call a type.
fn expected(ty: &Type) -> Expected {
    match ty {
        Type::Any | Type::Union(_) => Expected::Any,
        Type::String | Type::Secret => Expected::Text,
        Type::Integer => Expected::Integer,
        Type::Double => Expected::Number,
        Type::Boolean(_) => Expected::Boolean,
        Type::Date => Expected::Date,
        Type::DateTime => Expected::DateTime,
        Type::Array(_) => Expected::Array,
        Type::Object | Type::Map(..) | Type::Record(_) => Expected::Object,
        Type::Nullable(ty) => expected(ty),
    }
}

/// Fills a record.
struct Fields<'a, 'py> {
    seed: Seed<'a, 'py>,
    record: &'static Record,
    resolved: &'static Resolved,
    object: Object<'py>,
    /// Which of the first 64 fields were set.
    seen: u64,
    extra: Option<Bound<'py, PyDict>>,
}

impl<'py> Fields<'_, 'py> {
    /// Sets what the answer left out.
    fn end(self) -> PyResult<Object<'py>> {
        let py = self.seed.py;
        if (self.seen.count_ones() as usize) < self.record.fields.len() {
            for name in &self.resolved.names {
                if !self.object.hasattr(name)? {
                    self.object.setattr(name, py.None())?;
                }
            }
        }
        let extra = self.extra.unwrap_or_else(|| PyDict::new(py));
        self.object.setattr(interned!(py, "extra"), extra)?;
        Ok(self.object)
    }
}

impl Slots for Fields<'_, '_> {
    fn count(&self) -> usize {
        self.record.fields.len()
    }

    fn field(&self, index: usize) -> wire::Field {
        let field = &self.record.fields[index];
        wire::Field {
            wire: field.wire,
            required: field.required,
        }
    }

    fn set<'de, D: Deserializer<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        let field = &self.record.fields[index];
        let seed = self.seed.of(&field.ty);
        let object = if field.required {
            seed.deserialize(value)?
        } else {
            seed.read(value)?.value().unwrap_or_else(|| seed.none())
        };
        self.seen |= u32::try_from(index)
            .ok()
            .and_then(|bit| 1_u64.checked_shl(bit))
            .unwrap_or(0);
        self.seed
            .scratch
            .keep(self.object.setattr(&self.resolved.names[index], object))
    }

    fn set_extra<'de, D: Deserializer<'de>>(
        &mut self,
        name: &str,
        value: D,
    ) -> Result<(), D::Error> {
        let seed = self.seed;
        let object = seed.of(&Type::Any).deserialize(value)?;
        let extra = self.extra.get_or_insert_with(|| PyDict::new(seed.py));
        let name = seed.scratch.keys.get(seed.py, name);
        seed.scratch.keep(extra.set_item(name, object))
    }
}

/// Reads the name of a field.
struct Name<'a, 'py>(Seed<'a, 'py>);

impl<'de, 'py> DeserializeSeed<'de> for Name<'_, 'py> {
    type Value = Bound<'py, PyString>;

    fn deserialize<D: Deserializer<'de>>(self, name: D) -> Result<Self::Value, D::Error> {
        name.deserialize_str(self)
    }
}

impl<'py> Visitor<'_> for Name<'_, 'py> {
    type Value = Bound<'py, PyString>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.scratch.keys.get(self.0.py, name))
    }
}

/// Reads JSON as it is.
#[derive(Clone, Copy)]
struct Anything<'a, 'py>(Seed<'a, 'py>);

impl<'de, 'py> DeserializeSeed<'de> for Anything<'_, 'py> {
    type Value = Object<'py>;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'py> Anything<'_, 'py> {
    fn make<T: IntoPyObject<'py>, E: Error>(self, value: T) -> Result<Object<'py>, E> {
        let made = value.into_pyobject(self.0.py).map_err(Into::into);
        Ok(self.0.scratch.keep(made)?.into_any().into_bound())
    }
}

impl<'de, 'py> Visitor<'de> for Anything<'_, 'py> {
    type Value = Object<'py>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(self.0.none())
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(PyBool::new(self.0.py, flag).to_owned().into_any())
    }

    fn visit_i64<E: Error>(self, integer: i64) -> Result<Self::Value, E> {
        self.make(integer)
    }

    fn visit_u64<E: Error>(self, integer: u64) -> Result<Self::Value, E> {
        self.make(integer)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        self.make(number)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(self.0.scratch.texts.get(self.0.py, text).into_any())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let list = PyList::empty(self.0.py);
        while let Some(item) = seq.next_element_seed(self)? {
            self.0.scratch.keep(list.append(item))?;
        }
        Ok(list.into_any())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let dict = PyDict::new(self.0.py);
        while let Some(key) = map.next_key_seed(Name(self.0))? {
            let item = map.next_value_seed(self)?;
            self.0.scratch.keep(dict.set_item(key, item))?;
        }
        Ok(dict.into_any())
    }
}
