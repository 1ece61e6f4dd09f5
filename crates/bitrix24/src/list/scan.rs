//! A look at a page: how many records it holds, and their keys. The records are read later, by
//! whoever knows their type.

use std::{
    fmt::{self, Display},
    hash::{DefaultHasher, Hash, Hasher},
};

use bytes::Bytes;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use super::paging::List;
use crate::{
    Error,
    raw::Reply,
    wire::{self, FromWire},
};

/// What a look at a page shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Scan {
    pub(super) count: u64,
    /// The keys of the records, if they were asked for.
    pub(super) keys: Vec<i64>,
    /// The id of the first record and of the last one, where they can be found.
    ids: Option<[u64; 2]>,
    /// Whether the ids are known to be ids, and are not only called that.
    described: bool,
    /// The records as they came, from the first to the last, unless they have keys.
    text: Bytes,
    /// What the first one is called, where they have names.
    first_name: Option<Box<str>>,
    pub(super) total: Option<u64>,
    pub(super) next: Option<u64>,
}

/// Looks at a page. With `keyed`, every record must have its key.
pub(super) fn scan(reply: &Reply, list: &List, keyed: bool) -> Result<Scan, Error> {
    let look = Look {
        key: list.keyed_by.as_deref(),
        keyed,
        map: list.map,
    };
    let answer = reply.decode_with(Walk {
        path: &list.records,
        inner: look,
    })?;
    let Seen { scan, ends } = answer.result.unwrap_or_default();
    Ok(Scan {
        total: answer.total,
        // On a last page, some say 0.
        next: answer.next.filter(|next| *next > 0),
        text: ends.of(reply.body()),
        ..scan
    })
}

/// Reads the records, each by a seed.
pub(super) fn values<'de, S>(
    reply: &'de Reply,
    list: &List,
    seed: S,
) -> Result<Vec<S::Value>, Error>
where
    S: DeserializeSeed<'de> + Copy,
{
    let answer = reply.decode_with(Walk {
        path: &list.records,
        inner: Values {
            map: list.map,
            seed,
        },
    })?;
    Ok(answer.result.unwrap_or_default())
}

/// Reads what stands at the end of a way. `None`: PHP's nothing stands on it.
#[derive(Clone)]
struct Walk<'p, S> {
    path: &'p [String],
    inner: S,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Walk<'_, S> {
    type Value = Option<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        match self.path {
            [] => self.inner.deserialize(deserializer).map(Some),
            _ => deserializer.deserialize_any(self),
        }
    }
}

/// The scalar half of a visitor: PHP's ways to say "nothing", and what is wrong.
macro_rules! scalars {
    ($expected:literal, $nothing:expr) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str($expected)
        }
        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Ok($nothing)
        }
        fn visit_bool<E: serde::de::Error>(self, flag: bool) -> Result<Self::Value, E> {
            match flag {
                false => Ok($nothing),
                true => Err(unexpected($expected, true)),
            }
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            match text {
                "" => Ok($nothing),
                text => Err(unexpected($expected, wire::shorten(text))),
            }
        }
        fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Self::Value, E> {
            Err(unexpected($expected, number))
        }
        fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Self::Value, E> {
            Err(unexpected($expected, number))
        }
        fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Self::Value, E> {
            Err(unexpected($expected, number))
        }
    };
}

fn unexpected<E: serde::de::Error>(expected: &str, found: impl Display) -> E {
    E::custom(format_args!("expected {expected}, found {found}"))
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for Walk<'_, S> {
    type Value = Option<S::Value>;

    scalars!("an object", None);

    /// PHP's empty object.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        match seq.next_element::<IgnoredAny>()? {
            None => Ok(None),
            Some(_) => Err(unexpected("an object", "an array")),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Some((name, path)) = self.path.split_first() else {
            return Ok(None);
        };
        let mut inner = Some(self.inner);
        let mut found = None;
        while let Some(key) = map.next_key_seed(wire::Name)? {
            match inner.take_if(|_| key == *name) {
                Some(inner) => {
                    let walk = Walk { path, inner };
                    let value = map.next_value_seed(walk);
                    found = value.map_err(|error| wire::at(format_args!(".{name}"), error))?;
                }
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        match inner {
            None => Ok(found),
            Some(_) => Err(wire::at(
                format_args!(".{name}"),
                A::Error::custom("the records of the list should be here, but there is nothing"),
            )),
        }
    }
}

/// Counts records.
#[derive(Clone, Copy)]
struct Look<'p> {
    /// The field that holds the key, where that is known.
    key: Option<&'p str>,
    /// Whether every record must have its key.
    keyed: bool,
    /// Whether any object is a list of its values.
    map: bool,
}

/// What a look at the records shows, and where they stand.
#[derive(Default)]
struct Seen<'de> {
    scan: Scan,
    ends: Ends<'de>,
}

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = Seen<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Seen<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = Seen<'de>;

    scalars!("an array", Seen::default());

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Seen<'de>, A::Error> {
        let (mut scan, mut ends) = (Scan::default(), Ends::default());
        while let Some((key, record)) = seq
            .next_element_seed(self.key_of())
            .map_err(|error| wire::at(format_args!("[{}]", scan.count), error))?
        {
            scan.add(key);
            ends.add(record);
        }
        Ok(self.with_ids(scan, ends))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Seen<'de>, A::Error> {
        let (mut scan, mut ends) = (Scan::default(), Ends::default());
        while let Some(name) = map.next_key_seed(wire::Name)? {
            if !self.map && name.parse::<i64>().is_err() {
                return Err(unexpected("an array", "an object"));
            }
            let (key, record) = map
                .next_value_seed(self.key_of())
                .map_err(|error| wire::at(wire::key(&name), error))?;
            if scan.count == 0 {
                scan.first_name = Some(name.into());
            }
            scan.add(key);
            ends.add(record);
        }
        Ok(self.with_ids(scan, ends))
    }
}

/// The first record of a page and the last one.
#[derive(Default)]
struct Ends<'de>(Option<[&'de RawValue; 2]>);

impl<'de> Ends<'de> {
    fn add(&mut self, record: Option<&'de RawValue>) {
        if let Some(record) = record {
            let first = self.0.map_or(record, |[first, _]| first);
            self.0 = Some([first, record]);
        }
    }

    /// What stands from the one to the other in the body that they are parts of.
    fn of(&self, body: &Bytes) -> Bytes {
        let Some([first, last]) = self.0 else {
            return Bytes::new();
        };
        let place = |text: &str| (text.as_ptr() as usize).checked_sub(body.as_ptr() as usize);
        let range = place(first.get()).zip(place(last.get()));
        let range = range.map(|(start, end)| start..end.saturating_add(last.get().len()));
        match range.filter(|range| range.start <= range.end && range.end <= body.len()) {
            Some(range) => body.slice(range),
            None => Bytes::new(),
        }
    }
}

impl<'p> Look<'p> {
    fn key_of(self) -> KeyOf<'p> {
        KeyOf(self.key.filter(|_| self.keyed))
    }

    fn with_ids<'de>(self, scan: Scan, ends: Ends<'de>) -> Seen<'de> {
        let [first, last] = match ends.0 {
            Some(ends) => ends.map(|record| self.id(record)),
            None => [None, None],
        };
        let scan = Scan {
            ids: first.zip(last).map(|(first, last)| [first, last]),
            described: self.key.is_some(),
            ..scan
        };
        Seen { scan, ends }
    }

    /// What tells a record from others: its key, or else what is called `id` in any spelling.
    fn id(self, record: &RawValue) -> Option<u64> {
        let mut json = serde_json::Deserializer::from_str(record.get());
        let id = json.deserialize_map(IdOf(self.key)).ok()??;
        let mut hasher = DefaultHasher::new();
        id.to_string().hash(&mut hasher);
        Some(hasher.finish())
    }
}

/// Reads of a record its id, and nothing else.
struct IdOf<'p>(Option<&'p str>);

impl<'de> Visitor<'de> for IdOf<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<Value>, A::Error> {
        let mut found: Option<(_, Value)> = None;
        while let Some(name) = map.next_key_seed(wire::Name)? {
            let is_id = match self.0 {
                Some(key) => name == key,
                // In the same spelling in all records.
                None => {
                    let before = found.as_ref().is_none_or(|(other, _)| name <= *other);
                    before && name.eq_ignore_ascii_case("id")
                }
            };
            match is_id {
                true => found = Some((name, map.next_value()?)),
                false => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found.map(|(_, id)| id).filter(|id| !id.is_null()))
    }
}

impl Scan {
    fn add(&mut self, key: Option<i64>) {
        self.count += 1;
        self.keys.extend(key);
    }

    /// Whether these are the records of another page, whatever became of their fields.
    pub(super) fn same_ids(&self, other: &Self) -> bool {
        match (self.ids, other.ids) {
            (Some([first, _]), Some([also, _])) if self.described => first == also,
            // What is only called an id may be the same in all records.
            (Some(ids), Some(also)) => ids == also && ids[0] != ids[1],
            _ => false,
        }
    }

    /// Whether this page is another one to the letter.
    pub(super) fn same_bytes(&self, other: &Self) -> bool {
        let same_records = self.count == other.count && self.text == other.text;
        self.count > 0 && same_records && self.first_name == other.first_name
    }
}

/// Reads a record: its key, if there is one to read, or else how it is written.
#[derive(Clone, Copy)]
struct KeyOf<'p>(Option<&'p str>);

impl<'de> DeserializeSeed<'de> for KeyOf<'_> {
    type Value = (Option<i64>, Option<&'de RawValue>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Ok(match self.0 {
            None => (None, Some(<&RawValue>::deserialize(deserializer)?)),
            Some(_) => (deserializer.deserialize_map(self)?, None),
        })
    }
}

impl<'de> Visitor<'de> for KeyOf<'_> {
    type Value = Option<i64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<i64>, A::Error> {
        let wanted = self.0.unwrap_or_default();
        let mut key = None;
        while let Some(name) = map.next_key_seed(wire::Name)? {
            if name == wanted {
                let value: Value = map.next_value()?;
                let value = i64::from_wire(value).map_err(|error| {
                    wire::at(format_args!(".{wanted}"), A::Error::custom(error))
                })?;
                key = Some(value);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        let missing = || A::Error::custom("the list is read by this field: have it selected");
        match key {
            Some(key) => Ok(Some(key)),
            None => Err(wire::at(format_args!(".{wanted}"), missing())),
        }
    }
}

/// Reads records by a seed.
#[derive(Clone, Copy)]
struct Values<S> {
    map: bool,
    seed: S,
}

impl<'de, S: DeserializeSeed<'de> + Copy> DeserializeSeed<'de> for Values<S> {
    type Value = Vec<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let found = match self.map {
            false => wire::list_with(deserializer, self.seed)?,
            true => wire::map_with::<D, String, _>(deserializer, self.seed)?
                .map(|entries| entries.into_iter().map(|(_, value)| value).collect()),
        };
        Ok(found.value().unwrap_or_default())
    }
}
