//! Strings of Python for what comes again and again: the names of fields that nobody described, and
//! short texts. Records of a list have the same ones.

use std::{
    cell::{Cell, RefCell},
    sync::{Mutex, PoisonError},
};

use pyo3::{prelude::*, types::PyString};

/// How many names are kept, as a power of two.
const NAMES: u32 = 10;

/// The longest name that is kept, in bytes.
const LONGEST_NAME: usize = 64;

/// How many texts are kept, as a power of two.
const TEXTS: u32 = 8;

/// The longest text that is kept, in bytes: a date and its time are 25.
const LONGEST_TEXT: usize = 31;

/// How many texts are read before any is kept: short answers repeat nothing.
const FEW: u32 = 64;

/// Between two readings, the names rest here. Whoever reads takes them away, so that the lock is
/// never held while Python runs; who comes second meanwhile begins with none.
static RESTING: Mutex<Option<Table>> = Mutex::new(None);

/// Has one place for each hash: a later name takes it from an earlier one.
struct Table(Vec<Option<Key>>);

struct Key {
    text: Box<str>,
    made: Py<PyString>,
}

/// The names of one reading.
#[derive(Default)]
pub(crate) struct Keys(RefCell<Option<Table>>);

impl Keys {
    /// The Python string of a name.
    pub(crate) fn get<'py>(&self, py: Python<'py>, text: &str) -> Bound<'py, PyString> {
        if text.len() > LONGEST_NAME {
            return PyString::new(py, text);
        }
        let mut table = self.0.borrow_mut();
        let Table(places) = table.get_or_insert_with(wake);
        let place = &mut places[hash::<NAMES>(text.as_bytes())];
        if let Some(key) = place
            && *key.text == *text
        {
            return key.made.bind(py).clone();
        }
        let made = PyString::new(py, text);
        *place = Some(Key {
            text: text.into(),
            made: made.clone().unbind(),
        });
        made
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        if let Some(table) = self.0.take() {
            let mut resting = RESTING.lock().unwrap_or_else(PoisonError::into_inner);
            let other = resting.replace(table);
            drop(resting);
            drop(other);
        }
    }
}

fn wake() -> Table {
    let mut resting = RESTING.lock().unwrap_or_else(PoisonError::into_inner);
    resting
        .take()
        .unwrap_or_else(|| Table((0..1 << NAMES).map(|_| None).collect()))
}

/// The short texts of one reading. They end with it, for they may be anybody's.
#[derive(Default)]
pub(crate) struct Texts {
    read: Cell<u32>,
    /// Has one place for each hash: a later text takes it from an earlier one.
    places: RefCell<Vec<Text>>,
}

/// A text that was read, where it can be compared without a look at anything else.
#[derive(Default)]
struct Text {
    bytes: [u8; LONGEST_TEXT],
    length: u8,
    made: Option<Py<PyString>>,
}

impl Texts {
    /// The Python string of a text.
    pub(crate) fn get<'py>(&self, py: Python<'py>, text: &str) -> Bound<'py, PyString> {
        let bytes = text.as_bytes();
        // Python keeps strings of one character itself.
        let (2..=LONGEST_TEXT, Ok(length)) = (bytes.len(), u8::try_from(bytes.len())) else {
            return PyString::new(py, text);
        };
        let read = self.read.get();
        if read < FEW {
            self.read.set(read + 1);
            return PyString::new(py, text);
        }
        let mut places = self.places.borrow_mut();
        if places.is_empty() {
            places.resize_with(1 << TEXTS, Text::default);
        }
        let place = &mut places[hash::<TEXTS>(bytes)];
        if place.length == length
            && place.bytes[..bytes.len()] == *bytes
            && let Some(made) = &place.made
        {
            return made.bind(py).clone();
        }
        let made = PyString::new(py, text);
        place.bytes[..bytes.len()].copy_from_slice(bytes);
        place.length = length;
        place.made = Some(made.clone().unbind());
        made
    }
}

/// Spreads texts over so many places, as a power of two.
fn hash<const BITS: u32>(bytes: &[u8]) -> usize {
    const FACTOR: u64 = 0x517c_c1b7_2722_0a95;

    let mut hash = bytes.len() as u64;
    let mut add = |word: u64| hash = (hash.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    if let Some(last) = bytes.last_chunk() {
        for chunk in bytes.as_chunks().0 {
            add(u64::from_le_bytes(*chunk));
        }
        add(u64::from_le_bytes(*last));
    } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        add(u64::from(u32::from_le_bytes(*first)));
        add(u64::from(u32::from_le_bytes(*last)));
    } else {
        for byte in bytes {
            add(u64::from(*byte));
        }
    }
    // The upper bits depend on all of the lower ones. So few of them fit into any integer.
    #[allow(clippy::cast_possible_truncation)]
    let place = (hash >> (u64::BITS - BITS)) as usize;
    place
}
