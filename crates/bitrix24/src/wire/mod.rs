//! Reading and writing the JSON of the API. For generated code and bindings.
//!
//! Writing is strict: every type has one form. Reading is lenient, because the server is written
//! in PHP and says the same thing in several ways: numbers travel as strings, flags as `"Y"`, an
//! empty object as `[]`, a list with gaps as an object. All of that leniency lives here.
//!
//! A value that is there (`Owner`, `i64`) must be readable. One that may be absent (`Option<T>`)
//! also takes PHP's ways to say "nothing":
//!
//! | type | read from | "nothing" besides `null` |
//! |---|---|---|
//! | `i64` | an integer, an integral float, either as a string | `false`, `""` |
//! | `f64` | a finite number, also as a string | `false`, `""` |
//! | `bool` | `true`, `1`, `"1"`, `"Y"`, `"true"` and their opposites; `""` is false | |
//! | `String`, [`Secret`](crate::Secret), enums | a string; numbers and booleans as their text | |
//! | `DateTime<FixedOffset>` | RFC 3339, also with a blank for the `T` or an offset without colon | `false`, `""` |
//! | `NaiveDate` | `2026-02-24`, also with a time behind it | `false`, `""` |
//! | `Vec<T>` | an array; an object whose keys are integers | `false`, `""` |
//! | `BTreeMap<i64 or String, T>`, [`Extra`] | an object; an array, keyed from 0 | `false`, `""` |
//! | [`Record`] | an object; `[]` is an empty one | `false`, `""` |
//! | `Value` | anything | |
//!
//! Errors name the place: `.chat.owner: expected an integer, found "abc"`.

mod any;
mod described;
mod list;
// Without any scope, only some of them are used.
#[allow(unused_macros, unused_imports)]
mod macros;
mod map;
mod path;
mod read;
mod record;
mod scalar;
#[cfg(test)]
mod tests;
mod text_enum;
mod union;
mod write;

#[allow(unused_imports)] // without any scope
pub(crate) use macros::{open_enum, record, request, through_serde, union};

#[allow(unused_imports)] // likewise
pub(crate) use any::items;
pub use any::value;
pub use described::{Boxed, Described, Kind, Object, Text};
pub use list::{list, list_with};
pub use map::{Entries, MapKey, map, map_with};
pub(crate) use path::located;
pub use path::{at, key, shorten};
pub use read::{Expected, Found, FromWire, Strict, into, skip};
pub(crate) use record::Name;
pub use record::{Field, Record, Slots, fill, read_record};
pub use scalar::{boolean, date, date_time, integer, number, text, text_with};
pub use text_enum::TextEnum;
pub use union::Union;
pub use write::{Fields, Flags, OneZero, Style, ToWire, Written, YesNo};

pub use serde::{Deserializer as Reader, ser::SerializeMap as Map};

/// A day.
pub type Date = chrono::NaiveDate;
/// A moment, with the offset of the server's time zone.
pub type DateTime = chrono::DateTime<chrono::FixedOffset>;
/// A free JSON object: the fields that an answer has beyond the documented ones.
pub type Extra = serde_json::Map<String, serde_json::Value>;
