//! Writing requests: one form per type.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, NaiveDate, SecondsFormat};
use serde::{
    Serialize, Serializer,
    ser::{Error, SerializeMap},
};
use serde_json::Value;

use super::{Extra, MapKey, path::located};
use crate::Secret;

/// A type that can be written into a request.
pub trait ToWire {
    /// Writes the value.
    fn to_wire<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

/// Lets serde write a value as [`ToWire`] says.
#[derive(Debug)]
pub struct Written<'a, T: ?Sized>(pub &'a T);

impl<T: ToWire + ?Sized> Serialize for Written<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.to_wire(serializer)
    }
}

/// Writes the fields of an object.
///
/// After a value that cannot be written nothing more is, and [`write`](Fields::write) says why: so
/// what writes the fields has nothing to check, of which there are thousands.
#[derive(Debug)]
pub struct Fields<M: SerializeMap> {
    map: M,
    /// What went wrong.
    failed: Option<M::Error>,
}

impl<M: SerializeMap> Fields<M> {
    /// Opens the object.
    pub fn write<S>(serializer: S, put: impl FnOnce(&mut Self)) -> Result<S::Ok, S::Error>
    where
        S: Serializer<SerializeMap = M>,
        M: SerializeMap<Ok = S::Ok, Error = S::Error>,
    {
        let mut fields = Self {
            map: serializer.serialize_map(None)?,
            failed: None,
        };
        put(&mut fields);
        match fields.failed {
            None => fields.map.end(),
            Some(error) => Err(error),
        }
    }

    /// Writes a field. An error in the value names it.
    pub fn put<T: ToWire + ?Sized>(&mut self, name: &str, value: &T) {
        if self.failed.is_some() {
            return;
        }
        let written = self.map.serialize_entry(name, &Written(value));
        self.failed = written
            .map_err(|error| M::Error::custom(located(format_args!(".{name}"), &error.to_string())))
            .err();
    }

    /// Writes a field, or leaves it out.
    pub fn put_some<T: ToWire>(&mut self, name: &str, value: &Option<T>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    /// Writes the fields that are not documented.
    pub fn put_extra(&mut self, extra: &Extra) {
        for (name, value) in extra {
            self.put(name, value);
        }
    }
}

/// Booleans, alone or in lists and maps, that travel as `"Y"` or `"N"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YesNo<'a, T: ?Sized>(pub &'a T);

impl<T: Flags + ?Sized> ToWire for YesNo<'_, T> {
    fn to_wire<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(Style::YesNo, serializer)
    }
}

/// Booleans, alone or in lists and maps, that travel as `1` or `0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneZero<'a, T: ?Sized>(pub &'a T);

impl<T: Flags + ?Sized> ToWire for OneZero<'_, T> {
    fn to_wire<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(Style::OneZero, serializer)
    }
}

/// How booleans travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `"Y"` or `"N"`.
    YesNo,
    /// `1` or `0`.
    OneZero,
}

/// Booleans, and what holds them.
pub trait Flags {
    /// Writes the booleans in a style.
    fn write<S: Serializer>(&self, style: Style, serializer: S) -> Result<S::Ok, S::Error>;
}

impl Flags for bool {
    fn write<S: Serializer>(&self, style: Style, serializer: S) -> Result<S::Ok, S::Error> {
        match style {
            Style::YesNo => serializer.serialize_str(if *self { "Y" } else { "N" }),
            Style::OneZero => serializer.serialize_u8((*self).into()),
        }
    }
}

impl<T: Flags> Flags for Option<T> {
    fn write<S: Serializer>(&self, style: Style, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(flags) => flags.write(style, serializer),
            None => serializer.serialize_none(),
        }
    }
}

impl<T: Flags> Flags for Vec<T> {
    fn write<S: Serializer>(&self, style: Style, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(|flags| Styled(flags, style)))
    }
}

impl<K: MapKey, T: Flags> Flags for BTreeMap<K, T> {
    fn write<S: Serializer>(&self, style: Style, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(key, flags)| {
            let key = key.to_key();
            (key, Styled(flags, style))
        }))
    }
}

/// Lets serde write flags in a style.
struct Styled<'a, T>(&'a T, Style);

impl<T: Flags> Serialize for Styled<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(self.1, serializer)
    }
}

impl ToWire for f64 {
    /// JSON has no form for infinities and NaN, and serde would silently write `null`.
    fn to_wire<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_finite() {
            serializer.serialize_f64(*self)
        } else {
            Err(S::Error::custom(format_args!(
                "expected a finite number, found {self}"
            )))
        }
    }
}

impl ToWire for DateTime<FixedOffset> {
    fn to_wire<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Seconds are as fine as the API goes.
        serializer.serialize_str(&self.to_rfc3339_opts(SecondsFormat::Secs, false))
    }
}

impl ToWire for NaiveDate {
    fn to_wire<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<T: ToWire> ToWire for Option<T> {
    fn to_wire<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => value.to_wire(serializer),
            None => serializer.serialize_none(),
        }
    }
}

impl<T: ToWire> ToWire for Vec<T> {
    fn to_wire<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_slice().to_wire(serializer)
    }
}

impl<T: ToWire> ToWire for [T] {
    fn to_wire<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeSeq;

        let mut seq = serializer.serialize_seq(Some(self.len()))?;
        for (index, item) in self.iter().enumerate() {
            seq.serialize_element(&Written(item)).map_err(|error| {
                S::Error::custom(located(format_args!("[{index}]"), &error.to_string()))
            })?;
        }
        seq.end()
    }
}

impl<K: MapKey, T: ToWire> ToWire for BTreeMap<K, T> {
    fn to_wire<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Fields::write(serializer, |fields| {
            for (key, value) in self {
                fields.put(&key.to_key(), value);
            }
        })
    }
}

/// The types that serde already writes as the API wants them.
macro_rules! plain {
    ($($type:ty),*) => {$(
        impl ToWire for $type {
            fn to_wire<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.serialize(serializer)
            }
        }
    )*};
}

plain!(i64, bool, str, String, Secret, Value, Extra);
