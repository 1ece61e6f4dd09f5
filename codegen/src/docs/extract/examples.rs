//! Requests and answers that the page shows.

use serde_json::{Map, Value};

use super::reader::Reader;
use super::result::Answer;
use crate::docs::{check, neutral};
use crate::format::{Example, Field, Shape};

/// One example: the first call that is complete and fits, with the first answer that fits.
pub(super) fn read(reader: &Reader<'_>, params: &[Field], answer: &Answer) -> Vec<Example> {
    let Some(shown) = answer.shown.iter().find(|it| fits(&answer.shape, it)) else {
        return Vec::new();
    };
    if has_prose(shown.get("result"), 0) {
        return Vec::new();
    }
    let shown = neutral::answer(shown.clone());
    if neutral::too_big(&shown) {
        return Vec::new();
    }
    let given = reader
        .calls
        .iter()
        .filter(|it| it.whole)
        .find(|call| {
            check::params(params, &[*call]).is_empty() && known(params, call.params.as_ref())
        })
        .and_then(|call| call.params.clone())
        .map(neutral::neutral)
        .filter(|it| !neutral::too_big(it));
    let given = match (given, params.is_empty()) {
        (None, true) => Some(Value::Object(Map::new())),
        (given, _) => given,
    };
    vec![Example {
        params: given,
        status: None,
        answer: shown,
    }]
}

/// Whether keys are words of prose: neutral ones in their place would be other keys.
fn has_prose(value: Option<&Value>, depth: usize) -> bool {
    match value {
        Some(Value::Object(map)) if depth < 8 => map
            .iter()
            .any(|(key, it)| key.contains(' ') || has_prose(Some(it), depth + 1)),
        Some(Value::Array(items)) if depth < 8 => {
            items.iter().any(|it| has_prose(Some(it), depth + 1))
        }
        _ => false,
    }
}

/// Whether all names at the top are parameters.
fn known(params: &[Field], given: Option<&Value>) -> bool {
    let given = given.and_then(Value::as_object);
    given.is_some_and(|it| {
        it.keys()
            .all(|name| params.iter().any(|param| param.name == *name))
    })
}

fn fits(shape: &Shape, answer: &Value) -> bool {
    answer
        .get("result")
        .is_some_and(|it| check::result(shape, it).is_empty())
}
