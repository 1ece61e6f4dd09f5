//! What is the same for all generated types of a kind, said once.

use serde::{Deserializer, Serializer};

use super::{Expected, Fields, Found, FromWire, Record, TextEnum, ToWire, read_record, text};

/// A generated type, which is read and written as all of its kind are.
pub trait Described: Sized {
    /// [`Object`] or [`Text`]; of what is boxed, [`Boxed`].
    type Kind: Kind<Self>;
}

/// How values of a kind are read and written.
pub trait Kind<T> {
    /// What messages call them.
    const EXPECTED: Expected;

    /// See [`FromWire::read`].
    ///
    /// # Errors
    /// If the value is neither of the kind nor nothing.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<T>, D::Error>;

    /// See [`ToWire::to_wire`].
    ///
    /// # Errors
    /// If a value in it has no form on the wire.
    fn to_wire<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error>;
}

/// The kind of a [`Record`].
#[derive(Debug)]
pub enum Object {}

impl<T: Record> Kind<T> for Object {
    const EXPECTED: Expected = Expected::Object;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<T>, D::Error> {
        read_record(deserializer)
    }

    fn to_wire<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        Fields::write(serializer, |fields| value.put(fields))
    }
}

/// The kind of a [`TextEnum`].
#[derive(Debug)]
pub enum Text {}

impl<T: TextEnum> Kind<T> for Text {
    const EXPECTED: Expected = Expected::Text;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<T>, D::Error> {
        Ok(text(deserializer)?.map(T::from_text))
    }

    fn to_wire<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value.as_text())
    }
}

/// The kind of what is boxed, as records are that hold themselves. Other boxes are neither read nor
/// written: others could make theirs a [`Described`] one, which the compiler does not let stand
/// beside a rule for all.
#[derive(Debug)]
pub enum Boxed {}

impl<T: Described> Kind<Box<T>> for Boxed {
    const EXPECTED: Expected = T::EXPECTED;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Box<T>>, D::Error> {
        Ok(T::read(deserializer)?.map(Box::new))
    }

    fn to_wire<S: Serializer>(value: &Box<T>, serializer: S) -> Result<S::Ok, S::Error> {
        (**value).to_wire(serializer)
    }
}

impl<T: Described> Described for Box<T> {
    type Kind = Boxed;
}

impl<T: Described> FromWire for T {
    const EXPECTED: Expected = T::Kind::EXPECTED;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
        T::Kind::read(deserializer)
    }
}

impl<T: Described> ToWire for T {
    fn to_wire<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::Kind::to_wire(self, serializer)
    }
}
