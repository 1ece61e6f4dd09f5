//! Where the reading of a list stands.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A place in a list from which reading goes on: everything before it was handed out, nothing
/// behind it was. Where pages are counted, records that come or go meanwhile move the others past it.
///
/// It fits the same method with the same parameters, read in the same way. Where the records of a
/// page stand under names, as those of `im.search.user.list` do, what is read as a type comes in
/// another order than by name, or in Python: there, it fits no other of these either. As text, and
/// with serde, it is one short word that holds no secret, so that it can be kept anywhere. The
/// default is the beginning, which fits every list.
///
/// ```
/// use bitrix24::Cursor;
///
/// // Behind seven records of the page that begins at 150.
/// let cursor: Cursor = "start:150+7".parse()?;
/// assert_eq!(cursor.to_string(), "start:150+7");
/// assert_eq!(Cursor::default().to_string(), "beginning");
/// # Ok::<(), bitrix24::CursorError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// The page; `None`: the one that the caller's parameters begin with.
    pub(super) at: Option<At>,
    /// How many records of the page are before it.
    pub(super) taken: u64,
}

impl From<At> for Cursor {
    fn from(at: At) -> Self {
        Self {
            at: Some(at),
            taken: 0,
        }
    }
}

/// What the beginning is called.
const BEGINNING: &str = "beginning";

/// What is passed to get a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum At {
    /// `start`.
    Start(u64),
    /// The id that the next ones are larger than.
    Key(i64),
    /// `offset`.
    Offset(u64),
    /// The number of a page, and how many records the pages before it held.
    Page { number: u64, seen: u64 },
    /// The same in `NAV_PARAMS`.
    Nav { number: u64, seen: u64 },
    /// The value behind which `cursor` goes on.
    After(i64),
    /// `offset` in `pagination`.
    Pagination(u64),
    /// All of the only page there is, or what would follow it.
    Only { read: u64 },
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => at.fmt(f)?,
            None => f.write_str(BEGINNING)?,
        }
        match self.taken {
            0 => Ok(()),
            taken => write!(f, "+{taken}"),
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Start(start) => write!(f, "start:{start}"),
            At::Key(key) => write!(f, "key:{key}"),
            At::Offset(offset) => write!(f, "offset:{offset}"),
            At::Page { number, seen } => write!(f, "page:{number}:{seen}"),
            At::Nav { number, seen } => write!(f, "nav:{number}:{seen}"),
            At::After(value) => write!(f, "after:{value}"),
            At::Pagination(offset) => write!(f, "pagination:{offset}"),
            At::Only { read } => write!(f, "limit:{read}"),
        }
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        read(text).ok_or(CursorError(()))
    }
}

fn read(text: &str) -> Option<Cursor> {
    if text == BEGINNING {
        return Some(Cursor::default());
    }
    let (at, taken) = match text.split_once('+') {
        Some((at, taken)) => (at, unsigned(taken)?),
        None => (text, 0),
    };
    let at = Some(read_at(at)?);
    Some(Cursor { at, taken })
}

fn read_at(text: &str) -> Option<At> {
    let (kind, place) = text.split_once(':')?;
    let two = || {
        let (number, seen) = place.split_once(':')?;
        Some((unsigned(number)?, unsigned(seen)?))
    };
    Some(match kind {
        "start" => At::Start(unsigned(place)?),
        "key" => At::Key(place.parse().ok()?),
        "offset" => At::Offset(unsigned(place)?),
        "page" => two().map(|(number, seen)| At::Page { number, seen })?,
        "nav" => two().map(|(number, seen)| At::Nav { number, seen })?,
        "after" => At::After(place.parse().ok()?),
        "pagination" => At::Pagination(unsigned(place)?),
        "limit" => At::Only {
            read: unsigned(place)?,
        },
        _ => return None,
    })
}

/// A number as the API takes it: `i64` holds it.
fn unsigned(text: &str) -> Option<u64> {
    // A number may have a sign to Rust.
    if text.starts_with('+') {
        return None;
    }
    let number: u64 = text.parse().ok()?;
    i64::try_from(number).is_ok().then_some(number)
}

/// A text is no [`Cursor`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CursorError(());

impl fmt::Display for CursorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "this is no place in a list: take the text of a cursor of `Records` or of a `ListError`",
        )
    }
}

impl std::error::Error for CursorError {}

/// As its text.
impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// From its text.
impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for text in [
            "beginning",
            "start:150",
            "start:150+7",
            "page:3:100+49",
            "key:-1",
            "offset:0",
            "page:3:100",
            "nav:2:50",
            "after:9223372036854775807",
            "pagination:40",
            "limit:0",
        ] {
            let cursor: Cursor = text.parse().unwrap();
            assert_eq!(cursor.to_string(), text);
            let json = serde_json::to_string(&cursor).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<Cursor>(&json).unwrap(), cursor);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "start",
            "start:",
            "start:-1",
            "start: 1",
            "start:+1",
            "start:1+",
            "start:1++5",
            "start:1+5+5",
            "start:1+-5",
            "start:1+9223372036854775808",
            "beginning+5",
            "beginning:5",
            "page:1",
            "page:1:2:3",
            "start:9223372036854775808",
            "end:1",
        ] {
            assert!(text.parse::<Cursor>().is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Cursor>("150").is_err());
    }
}
