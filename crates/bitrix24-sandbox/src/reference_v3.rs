//! References in a batch of REST 3.0, as clients of Bitrix24's own write them: `{"$ref": "a.item.id"}`
//! is what stands there in the result of the call `a`, `{"$refArray": "a.id"}` the `id` of all its
//! `items`. A call is named by its `as`, or by its number.

use serde_json::{Map, Value};

use crate::reference::Room;

/// A reference that cannot be one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// Replaces references in a value, however deeply they are nested. What leads nowhere is `null`.
pub(crate) fn replace(
    value: &mut Value,
    results: &Map<String, Value>,
    room: &mut Room,
) -> Result<(), Unreadable> {
    if let Some(found) = found(value, results, room)? {
        *value = found;
        return Ok(());
    }
    match value {
        Value::Array(values) => values
            .iter_mut()
            .try_for_each(|value| replace(value, results, room)),
        Value::Object(map) => map
            .values_mut()
            .try_for_each(|value| replace(value, results, room)),
        _ => Ok(()),
    }
}

/// What a reference refers to; `None` for any other value.
fn found(
    value: &Value,
    results: &Map<String, Value>,
    room: &mut Room,
) -> Result<Option<Value>, Unreadable> {
    let Some((name, path)) = value.as_object().and_then(only) else {
        return Ok(None);
    };
    let Some(path) = path.as_str() else {
        return Ok(None);
    };
    match name {
        "$ref" => {
            let (call, path) = path.split_once('.').unwrap_or((path, ""));
            let steps = path.split('.').filter(|step| !step.is_empty());
            let end = steps.fold(results.get(call), |at, step| {
                at.and_then(|at| part(at, step))
            });
            Ok(Some(end.map(|end| room.copy(end)).unwrap_or_default()))
        }
        "$refArray" => {
            let (call, field) = path.split_once('.').ok_or(Unreadable)?;
            let items = results.get(call).and_then(|result| result.get("items"));
            let items = items.and_then(Value::as_array).into_iter().flatten();
            let fields = items.filter_map(|item| item.get(field));
            Ok(Some(fields.map(|field| room.copy(field)).collect()))
        }
        _ => Ok(None),
    }
}

/// The only field of an object.
fn only(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut fields = map.iter();
    let (name, value) = fields.next()?;
    fields.next().is_none().then_some((name.as_str(), value))
}

fn part<'a>(value: &'a Value, step: &str) -> Option<&'a Value> {
    match value {
        Value::Array(values) => values.get(step.parse::<usize>().ok()?),
        _ => value.get(step),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn replaced(mut value: Value) -> Result<Value, Unreadable> {
        let results = json!({
            "tasks": {"items": [{"id": 1}, {"name": "x"}, {"id": 3}]},
            "1": {"item": {"id": 7, "tags": ["a", "b"]}},
        });
        replace(
            &mut value,
            results.as_object().unwrap(),
            &mut Room::default(),
        )
        .map(|()| value)
    }

    #[test]
    fn references() {
        assert_eq!(
            replaced(
                json!({"filter": [["taskId", "in", {"$refArray": "tasks.id"}]],
                            "id": {"$ref": "1.item.id"}, "tag": {"$ref": "1.item.tags.1"},
                            "no": {"$ref": "1.else.id"}, "none": {"$refArray": "1.id"}})
            ),
            Ok(
                json!({"filter": [["taskId", "in", [1, 3]]], "id": 7, "tag": "b",
                      "no": null, "none": []})
            ),
        );
    }

    #[test]
    fn no_references() {
        let value = json!([{"$ref": 1}, {"$ref": "1", "a": 2}, "$ref", {"ref": "1"}]);
        assert_eq!(replaced(value.clone()), Ok(value));
        assert_eq!(
            replaced(json!({"a": {"$refArray": "tasks"}})),
            Err(Unreadable)
        );
    }
}
