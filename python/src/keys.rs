//! Names of fields that nobody described, as Python strings: records of a list have the same ones.

use std::{
    cell::RefCell,
    sync::{Mutex, PoisonError},
};

use pyo3::{prelude::*, types::PyString};

/// How many names are kept, as a power of two.
const BITS: u32 = 10;

/// The longest name that is kept, in bytes.
const LONGEST: usize = 64;

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
        if text.len() > LONGEST {
            return PyString::new(py, text);
        }
        let mut table = self.0.borrow_mut();
        let Table(places) = table.get_or_insert_with(wake);
        let place = &mut places[hash(text.as_bytes())];
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
        .unwrap_or_else(|| Table((0..1 << BITS).map(|_| None).collect()))
}

/// Spreads names over the places.
fn hash(bytes: &[u8]) -> usize {
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
