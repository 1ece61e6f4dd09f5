//! Answers to calls that succeed.

use serde_json::{Map, Value, json};

use crate::{
    check::same,
    contract::{Example, Flag, Key, Method, Plain, Record, Records, Type},
    time::Time,
};

/// An answer in JSON, short of its `time` and its closing brace.
pub(crate) struct Head(Vec<u8>);

impl Head {
    /// Prepares a body, whose own `time` gives way to that of the call.
    pub(crate) fn new(mut body: Map<String, Value>) -> Self {
        body.shift_remove("time");
        let mut bytes = Value::Object(body).to_string().into_bytes();
        bytes.pop();
        Self(bytes)
    }

    pub(crate) fn of_result(result: Value) -> Self {
        let mut body = Map::new();
        body.insert("result".to_owned(), result);
        Self::new(body)
    }

    /// The whole body, with a `time` if there is one.
    pub(crate) fn finish(&self, time: Option<&Time>) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.0.len() + 256);
        body.extend_from_slice(&self.0);
        // Numbers and text always serialise.
        if let Some(time) = time.and_then(|time| serde_json::to_vec(time).ok()) {
            body.extend_from_slice(b",\"time\":");
            body.extend_from_slice(&time);
        }
        body.push(b'}');
        body
    }
}

/// The answers of one method, prepared when the portal starts.
pub(crate) struct Answers {
    /// Documented answers to particular parameters.
    documented: Vec<(Map<String, Value>, Head)>,
    otherwise: Head,
}

impl Answers {
    /// The documented answers; a made-up one of the right type where there is none.
    pub(crate) fn prepare(method: &Method, records: &Records) -> Self {
        let mut documented: Vec<_> = method.examples.iter().filter_map(success).collect();
        let otherwise = match documented.first() {
            Some((_, body)) => Head::new(body.clone()),
            None => Head::of_result(sample(&method.result, records, &mut Vec::new())),
        };
        // A lone example is what every call gets anyway.
        if documented.len() == 1 {
            documented.clear();
        }
        Self {
            documented: documented
                .into_iter()
                .map(|(params, body)| (params, Head::new(body)))
                .collect(),
            otherwise,
        }
    }

    /// The answer documented for these parameters, else the first one.
    pub(crate) fn to(&self, params: &Map<String, Value>) -> &Head {
        self.documented
            .iter()
            .find(|(documented, _)| equal(documented, params))
            .map_or(&self.otherwise, |(_, head)| head)
    }
}

fn success(example: &Example) -> Option<(Map<String, Value>, Map<String, Value>)> {
    let body = example.answer.as_object()?;
    ((200..300).contains(&example.status) && body.contains_key("result"))
        .then(|| (example.params.clone().unwrap_or_default(), body.clone()))
}

fn equal(documented: &Map<String, Value>, sent: &Map<String, Value>) -> bool {
    documented.len() == sent.len()
        && documented
            .iter()
            .all(|(name, value)| sent.get(name).is_some_and(|sent| same(value, sent)))
}

/// How many records may stand in each other: beyond this, what may be absent is.
const DEEPEST: usize = 6;

/// A value of that type. `around` names the records that it stands in.
fn sample<'a>(ty: &'a Type, records: &'a Records, around: &mut Vec<&'a str>) -> Value {
    match ty {
        Type::Plain(plain) => match plain {
            Plain::Any | Plain::String => json!("text"),
            Plain::Integer => json!(1),
            Plain::Double => json!(1.5),
            Plain::Boolean => json!(true),
            Plain::Date => json!("2026-02-24"),
            Plain::DateTime => json!("2026-02-24T13:44:33+03:00"),
            Plain::Object => json!({}),
        },
        Type::Boolean { boolean } => match boolean {
            Flag::YesNo => json!("Y"),
            Flag::OneZero => json!(1),
        },
        Type::Enum { values } => values.first().cloned().unwrap_or_default(),
        Type::Array { array } if is_around(array, around) => json!([]),
        Type::Array { array } => json!([sample(array, records, around)]),
        Type::Map { map, .. } if is_around(map, around) => json!({}),
        Type::Map { map, key } => {
            let key = match key {
                Key::Integer => "1",
                Key::String => "key",
            };
            json!({key: sample(map, records, around)})
        }
        Type::Ref { name } => match records.get(name) {
            // What must be there is there, as long as it comes to an end.
            Some(record) if !around.contains(&name.as_str()) => {
                around.push(name);
                let sample = record_sample(record, records, around);
                around.pop();
                sample
            }
            _ => Value::Null,
        },
        Type::Nullable { nullable } if is_around(nullable, around) => Value::Null,
        Type::Nullable { nullable } => sample(nullable, records, around),
        Type::Union { union } => match union.first() {
            Some(first) => sample(first, records, around),
            None => Value::Null,
        },
    }
}

/// All fields but those that would lead back into a record around them.
fn record_sample<'a>(record: &'a Record, records: &'a Records, around: &mut Vec<&'a str>) -> Value {
    let mut object = Map::new();
    for field in &record.fields {
        if field.required || !is_around(&field.ty, around) {
            object.insert(field.name.clone(), sample(&field.ty, records, around));
        }
    }
    Value::Object(object)
}

fn is_around(ty: &Type, around: &[&str]) -> bool {
    match ty {
        Type::Ref { name } => around.len() >= DEEPEST || around.contains(&name.as_str()),
        Type::Nullable { nullable } => is_around(nullable, around),
        Type::Union { union } => union.first().is_some_and(|ty| is_around(ty, around)),
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn method(json: Value) -> Method {
        serde_json::from_value(json).unwrap()
    }

    fn body(head: &Head) -> Value {
        serde_json::from_slice(&head.finish(None)).unwrap()
    }

    #[test]
    fn documented_answers() {
        let method = method(
            json!({"name": "m", "rest": "classic", "result": "integer", "examples": [
                {"params": {"ID": 1}, "answer": {"result": 1, "total": 5, "time": {"start": 0}}},
                {"params": {"ID": 2}, "answer": {"result": 2}},
                {"params": {"ID": 3}, "status": 400, "answer": {"error": "NO"}},
            ]}),
        );
        let answers = Answers::prepare(&method, &Records::new());
        let to = |params: Value| body(answers.to(params.as_object().unwrap()));
        assert_eq!(to(json!({"ID": "2"}))["result"], 2);
        assert_eq!(to(json!({"ID": 3}))["result"], 1);
        assert_eq!(to(json!({"ID": 3}))["total"], 5);
        assert_eq!(to(json!({})).get("time"), None);
    }

    #[test]
    fn samples() {
        let method =
            method(json!({"name": "m", "rest": "v3", "result": {"nullable": {"ref": "im.Chat"}}}));
        let records = serde_json::from_value(json!({"im.Chat": {"fields": [
            {"name": "id", "type": "integer", "required": true},
            {"name": "muted", "type": {"boolean": "yn"}},
            {"name": "kind", "type": {"enum": ["a", "b"]}},
            {"name": "owner", "type": {"nullable": {"union": ["string", "integer"]}}},
            {"name": "dates", "type": {"map": "date", "key": "integer"}},
            {"name": "parent", "type": {"nullable": {"ref": "im.Chat"}}},
            {"name": "root", "type": {"nullable": {"ref": "im.Chat"}}, "required": true},
            {"name": "children", "type": {"array": {"ref": "im.Chat"}}},
        ]}}))
        .unwrap();
        assert_eq!(
            body(&Answers::prepare(&method, &records).otherwise)["result"],
            json!({
                "id": 1, "muted": "Y", "kind": "a", "owner": "text",
                "dates": {"1": "2026-02-24"}, "root": null, "children": [],
            }),
        );
    }
}
