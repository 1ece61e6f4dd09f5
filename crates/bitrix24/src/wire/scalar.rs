//! Numbers, flags, texts and dates: everything that is one JSON token.

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{
    Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};

use super::{Expected, Found, FromWire, path::shorten};
use crate::Secret;

/// One JSON token that is not a bracket.
#[derive(Clone, Copy)]
enum Token<'a> {
    Null,
    Bool(bool),
    Int(i64),
    /// An integer that `i64` cannot hold.
    Big(u64),
    Float(f64),
    Text(&'a str),
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Null => f.write_str("null"),
            Self::Bool(flag) => write!(f, "{flag}"),
            Self::Int(integer) => write!(f, "{integer}"),
            Self::Big(integer) => write!(f, "{integer}"),
            Self::Float(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(&shorten(text)),
        }
    }
}

impl Token<'_> {
    /// Any token as a text, given to `make`.
    fn text<R>(self, make: impl FnOnce(&str) -> R) -> Found<R> {
        match self {
            Self::Null => Found::Nothing("null"),
            Self::Text(text) => Found::Value(make(text)),
            other => Found::Value(make(&other.to_string())),
        }
    }

    /// What PHP writes where a number, a date, a record, a list or a map is not there.
    fn nothing(self) -> Option<&'static str> {
        match self {
            Self::Null => Some("null"),
            Self::Bool(false) => Some("false"),
            Self::Text("") => Some("\"\""),
            _ => None,
        }
    }
}

/// The rule by which a type is read from a token. `None`: it cannot be.
trait FromToken: Sized {
    const EXPECTED: Expected;

    fn from_token(token: Token<'_>) -> Option<Found<Self>>;
}

/// The largest integer up to which a float holds every one.
const EXACT: f64 = 9_007_199_254_740_992.0;

fn integral(number: f64) -> Option<i64> {
    // The range makes the conversion exact.
    #[allow(clippy::cast_possible_truncation)]
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

fn finite(text: &str) -> Option<f64> {
    // Rust also reads "inf" and "nan", and turns an exponent that is too large into infinity.
    text.trim()
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
}

impl FromToken for i64 {
    const EXPECTED: Expected = Expected::Integer;

    fn from_token(token: Token<'_>) -> Option<Found<Self>> {
        if let Some(nothing) = token.nothing() {
            return Some(Found::Nothing(nothing));
        }
        let integer = match token {
            Token::Int(integer) => Some(integer),
            Token::Float(number) => integral(number),
            Token::Text(text) => text.trim().parse().ok().or_else(|| integral(finite(text)?)),
            _ => None,
        };
        integer.map(Found::Value)
    }
}

impl FromToken for f64 {
    const EXPECTED: Expected = Expected::Number;

    // A double cannot hold every large integer: that is what the type means.
    #[allow(clippy::cast_precision_loss)]
    fn from_token(token: Token<'_>) -> Option<Found<Self>> {
        if let Some(nothing) = token.nothing() {
            return Some(Found::Nothing(nothing));
        }
        let number = match token {
            Token::Int(integer) => Some(integer as f64),
            Token::Big(integer) => Some(integer as f64),
            Token::Float(number) => Some(number),
            Token::Text(text) => finite(text),
            _ => None,
        };
        number.map(Found::Value)
    }
}

impl FromToken for bool {
    const EXPECTED: Expected = Expected::Boolean;

    fn from_token(token: Token<'_>) -> Option<Found<Self>> {
        let flag = match token {
            Token::Null => return Some(Found::Nothing("null")),
            Token::Bool(flag) => flag,
            Token::Int(1) | Token::Text("1" | "Y" | "y" | "true") => true,
            Token::Int(0) | Token::Text("0" | "N" | "n" | "false" | "") => false,
            Token::Float(1.0) => true,
            Token::Float(0.0) => false,
            _ => return None,
        };
        Some(Found::Value(flag))
    }
}

impl FromToken for String {
    const EXPECTED: Expected = Expected::Text;

    fn from_token(token: Token<'_>) -> Option<Found<Self>> {
        Some(token.text(str::to_owned))
    }
}

impl FromToken for Secret {
    const EXPECTED: Expected = Expected::Text;

    fn from_token(token: Token<'_>) -> Option<Found<Self>> {
        String::from_token(token).map(|found| found.map(Secret::from))
    }
}

impl FromToken for DateTime<FixedOffset> {
    const EXPECTED: Expected = Expected::DateTime;

    fn from_token(token: Token<'_>) -> Option<Found<Self>> {
        if let Some(nothing) = token.nothing() {
            return Some(Found::Nothing(nothing));
        }
        let Token::Text(text) = token else {
            return None;
        };
        let text = text.trim();
        DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%#z"))
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z"))
            .ok()
            .map(Found::Value)
    }
}

impl FromToken for NaiveDate {
    const EXPECTED: Expected = Expected::Date;

    fn from_token(token: Token<'_>) -> Option<Found<Self>> {
        if let Some(nothing) = token.nothing() {
            return Some(Found::Nothing(nothing));
        }
        let Token::Text(text) = token else {
            return None;
        };
        let text = text.trim();
        let day = text.split_once(['T', ' ']).map_or(text, |(day, _)| day);
        NaiveDate::parse_from_str(day, "%Y-%m-%d")
            .ok()
            .map(Found::Value)
    }
}

/// What stands for "nothing" where a bracket should open, or the error of a scalar there.
pub(super) struct NotABracket(pub(super) Expected);

impl NotABracket {
    fn token<T, E: Error>(&self, token: Token<'_>) -> Result<Found<T>, E> {
        match token.nothing() {
            Some(nothing) => Ok(Found::Nothing(nothing)),
            None => Err(E::custom(format_args!(
                "expected {}, found {token}",
                self.0
            ))),
        }
    }

    pub(super) fn null<T, E: Error>(&self) -> Result<Found<T>, E> {
        self.token(Token::Null)
    }

    pub(super) fn bool<T, E: Error>(&self, flag: bool) -> Result<Found<T>, E> {
        self.token(Token::Bool(flag))
    }

    pub(super) fn i64<T, E: Error>(&self, integer: i64) -> Result<Found<T>, E> {
        self.token(Token::Int(integer))
    }

    pub(super) fn u64<T, E: Error>(&self, integer: u64) -> Result<Found<T>, E> {
        self.token(Token::Big(integer))
    }

    pub(super) fn f64<T, E: Error>(&self, number: f64) -> Result<Found<T>, E> {
        self.token(Token::Float(number))
    }

    pub(super) fn str<T, E: Error>(&self, text: &str) -> Result<Found<T>, E> {
        self.token(Token::Text(text))
    }
}

/// The scalar half of a visitor for arrays and objects.
macro_rules! no_scalars {
    ($expected:expr) => {
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            std::fmt::Display::fmt(&$expected, f)
        }
        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            super::scalar::NotABracket($expected).null()
        }
        fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
            super::scalar::NotABracket($expected).bool(value)
        }
        fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
            super::scalar::NotABracket($expected).i64(value)
        }
        fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
            super::scalar::NotABracket($expected).u64(value)
        }
        fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Self::Value, E> {
            super::scalar::NotABracket($expected).f64(value)
        }
        fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Self::Value, E> {
            super::scalar::NotABracket($expected).str(value)
        }
    };
}
pub(super) use no_scalars;

/// Reads one token by a rule.
struct Scalar<F> {
    expected: Expected,
    rule: F,
}

impl<F> Scalar<F> {
    fn token<T, E>(self, token: Token<'_>) -> Result<Found<T>, E>
    where
        F: FnOnce(Token<'_>) -> Option<Found<T>>,
        E: Error,
    {
        let expected = self.expected;
        (self.rule)(token)
            .ok_or_else(|| E::custom(format_args!("expected {expected}, found {token}")))
    }

    fn bracket<T, E: Error>(self, found: Expected) -> Result<Found<T>, E> {
        let expected = self.expected;
        Err(E::custom(format_args!(
            "expected {expected}, found {found}"
        )))
    }
}

impl<'de, T, F: FnOnce(Token<'_>) -> Option<Found<T>>> Visitor<'de> for Scalar<F> {
    type Value = Found<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.expected, f)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        self.token(Token::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Self::Value, E> {
        self.token(Token::Bool(flag))
    }

    fn visit_i64<E: Error>(self, integer: i64) -> Result<Self::Value, E> {
        self.token(Token::Int(integer))
    }

    fn visit_u64<E: Error>(self, integer: u64) -> Result<Self::Value, E> {
        self.token(i64::try_from(integer).map_or(Token::Big(integer), Token::Int))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        self.token(Token::Float(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        self.token(Token::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        self.bracket(Expected::Array)
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        self.bracket(Expected::Object)
    }
}

fn read_token<'de, D, T>(deserializer: D) -> Result<Found<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromToken,
{
    deserializer.deserialize_any(Scalar {
        expected: T::EXPECTED,
        rule: T::from_token,
    })
}

/// Reads a text as something that is made of one, without an owned copy on the way.
pub fn text_with<'de, D, R>(
    deserializer: D,
    make: impl FnOnce(&str) -> R,
) -> Result<Found<R>, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(Scalar {
        expected: Expected::Text,
        rule: |token: Token<'_>| Some(token.text(make)),
    })
}

macro_rules! scalars {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {$(
        impl FromWire for $type {
            const EXPECTED: Expected = <$type as FromToken>::EXPECTED;

            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
                read_token(deserializer)
            }
        }

        $(#[$doc])*
        pub fn $name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<$type>, D::Error> {
            <$type>::read(deserializer)
        }
    )*};
}

scalars! {
    /// Reads an integer.
    integer: i64;
    /// Reads a number.
    number: f64;
    /// Reads a flag.
    boolean: bool;
    /// Reads a text.
    text: String;
    /// Reads a date with time and offset.
    date_time: DateTime<FixedOffset>;
    /// Reads a date.
    date: NaiveDate;
}

impl FromWire for Secret {
    const EXPECTED: Expected = Expected::Text;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
        read_token(deserializer)
    }
}
