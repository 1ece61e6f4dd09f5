//! Parameters as JSON.

use std::{fmt::Display, sync::LazyLock};

use memchr::memmem::Finder;
use serde::{
    Serialize,
    ser::{self, Error as _, Serializer},
};
use serde_json::Error;

use crate::wire::{key, located};

static NULL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("null"));

/// Writes parameters. `()` stands for none; what JSON has no form for is refused, as `null` would
/// mean something else.
pub(crate) fn write(params: &impl Serialize) -> Result<Vec<u8>, String> {
    const ABSENT: &str = "the parameters are `None`: give `()` where there are none";

    let what = |error: Error| error.to_string().trim_start_matches('.').to_owned();
    let json = serde_json::to_vec(params).map_err(what)?;
    // Numbers that are none are written as that.
    if NULL.find(&json).is_none() {
        return Ok(json);
    }
    match params.serialize(Look).map_err(what)? {
        Top::Nothing => Err(ABSENT.to_owned()),
        Top::Unit => Ok(b"{}".to_vec()),
        Top::Other => Ok(json),
    }
}

/// What stands at the top.
enum Top {
    /// `None`.
    Nothing,
    Unit,
    Other,
}

/// Looks for numbers that JSON has no form for.
struct Look;

/// The same in a list, an object or the like.
#[derive(Default)]
struct Within {
    index: usize,
    key: String,
}

impl Within {
    fn look(&self, step: impl Display, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        match value.serialize(Look) {
            Ok(_) => Ok(()),
            Err(error) => Err(Error::custom(located(step, &error.to_string()))),
        }
    }

    fn element(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        let step = format_args!("[{}]", self.index);
        self.look(step, value)?;
        self.index += 1;
        Ok(())
    }

    fn field(&self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.look(format_args!(".{name}"), value)
    }
}

macro_rules! fine {
    ($($name:ident($type:ty)),*) => {$(
        fn $name(self, _: $type) -> Result<Top, Error> {
            Ok(Top::Other)
        }
    )*};
}

macro_rules! within {
    ($($name:ident($($type:ty),*)),*) => {$(
        fn $name(self, $(_: $type),*) -> Result<Within, Error> {
            Ok(Within::default())
        }
    )*};
}

impl Serializer for Look {
    type Ok = Top;
    type Error = Error;
    type SerializeSeq = Within;
    type SerializeTuple = Within;
    type SerializeTupleStruct = Within;
    type SerializeTupleVariant = Within;
    type SerializeMap = Within;
    type SerializeStruct = Within;
    type SerializeStructVariant = Within;

    fine!(
        serialize_bool(bool),
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_i128(i128),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_u128(u128),
        serialize_char(char),
        serialize_str(&str),
        serialize_bytes(&[u8])
    );

    fn serialize_f32(self, value: f32) -> Result<Top, Error> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<Top, Error> {
        if value.is_finite() {
            Ok(Top::Other)
        } else {
            Err(Error::custom(format_args!(
                "expected a finite number, found {value}"
            )))
        }
    }

    fn serialize_none(self) -> Result<Top, Error> {
        Ok(Top::Nothing)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Top, Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Top, Error> {
        Ok(Top::Unit)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Top, Error> {
        Ok(Top::Unit)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
    ) -> Result<Top, Error> {
        Ok(Top::Other)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Top, Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Top, Error> {
        Within::default().field(variant, value)?;
        Ok(Top::Other)
    }

    within!(
        serialize_seq(Option<usize>),
        serialize_tuple(usize),
        serialize_tuple_struct(&'static str, usize),
        serialize_tuple_variant(&'static str, u32, &'static str, usize),
        serialize_map(Option<usize>),
        serialize_struct(&'static str, usize),
        serialize_struct_variant(&'static str, u32, &'static str, usize)
    );
}

macro_rules! elements {
    ($($trait:ident::$name:ident),*) => {$(
        impl ser::$trait for Within {
            type Ok = Top;
            type Error = Error;

            fn $name<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.element(value)
            }

            fn end(self) -> Result<Top, Error> {
                Ok(Top::Other)
            }
        }
    )*};
}

elements!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! fields {
    ($($trait:ident),*) => {$(
        impl ser::$trait for Within {
            type Ok = Top;
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Error> {
                self.field(name, value)
            }

            fn end(self) -> Result<Top, Error> {
                Ok(Top::Other)
            }
        }
    )*};
}

fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Within {
    type Ok = Top;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        let json = serde_json::to_string(key)?;
        self.key = serde_json::from_str(&json).unwrap_or(json);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.look(key(&self.key), value)
    }

    fn end(self) -> Result<Top, Error> {
        Ok(Top::Other)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeMap;

    use serde_json::{json, value::to_raw_value};

    use super::*;

    #[derive(Serialize)]
    struct Deal {
        id: Option<i64>,
        prices: Vec<(f32, f64)>,
    }

    #[derive(Serialize)]
    enum Any {
        Map(BTreeMap<i32, f64>),
    }

    #[test]
    fn nothing_means_something_else_on_the_wire() {
        let text = |params: Result<Vec<u8>, String>| String::from_utf8(params.unwrap()).unwrap();
        let deal = |price| Deal {
            id: None,
            prices: vec![(0.5, 1.0), (0.5, price)],
        };
        assert_eq!(text(write(&())), "{}");
        assert_eq!(
            text(write(&deal(2.0))),
            r#"{"id":null,"prices":[[0.5,1.0],[0.5,2.0]]}"#
        );
        let raw = to_raw_value(&json!({"a": [null, {"b": null}]})).unwrap();
        assert_eq!(text(write(&raw)), r#"{"a":[null,{"b":null}]}"#);

        assert_eq!(
            write(&deal(f64::NAN)).unwrap_err(),
            "prices[1][1]: expected a finite number, found NaN"
        );
        let map = Any::Map([(5, f64::NEG_INFINITY)].into());
        assert_eq!(
            write(&Some(map)).unwrap_err(),
            "Map[5]: expected a finite number, found -inf"
        );
        let none = write(&None::<Deal>).unwrap_err();
        assert_eq!(
            none,
            "the parameters are `None`: give `()` where there are none"
        );
    }
}
