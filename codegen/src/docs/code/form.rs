//! Parameters as forms and addresses carry them: `id=5&fields[TITLE]=Chair`.

use serde_json::{Map, Value};

/// How many brackets a name may have.
const DEPTH: usize = 32;

/// Reads `a=1&b[]=2`. All values are texts.
pub(super) fn form(text: &str) -> Map<String, Value> {
    let mut tree = Map::new();
    for pair in text.split('&').map(str::trim).filter(|it| !it.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        put(&mut tree, &decode(name), decode(value));
    }
    tree.into_iter()
        .map(|(name, value)| (name, lists(value)))
        .collect()
}

fn put(tree: &mut Map<String, Value>, name: &str, value: String) {
    let (first, brackets) = match name.split_once('[') {
        Some((first, rest)) => (first, rest.trim_end_matches(']')),
        None => (name, ""),
    };
    let inner: Vec<_> = match name.contains('[') {
        true => brackets.split("][").take(DEPTH).collect(),
        false => Vec::new(),
    };
    let mut place = tree.entry(first).or_insert(Value::Null);
    for key in inner {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        let Value::Object(object) = place else { return };
        let key = match key {
            "" => object.len().to_string(),
            key => key.to_owned(),
        };
        place = object.entry(key).or_insert(Value::Null);
    }
    *place = Value::String(value);
}

/// Objects whose keys count from 0 are lists. No deeper than `put` goes.
fn lists(value: Value) -> Value {
    let Value::Object(object) = value else {
        return value;
    };
    let counts = |(index, key): (usize, &String)| *key == index.to_string();
    let counted = object.keys().enumerate().all(counts);
    let entries = object.into_iter().map(|(key, value)| (key, lists(value)));
    match counted {
        true => Value::Array(entries.map(|(_, value)| value).collect()),
        false => Value::Object(entries.collect()),
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let hex = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let code = match (byte, hex(ahead.next()), hex(ahead.next())) {
            (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        match (byte, code) {
            (_, Some(code)) => {
                bytes.push(code);
                rest = ahead;
            }
            (b'+', None) => bytes.push(b' '),
            (byte, None) => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
