//! As much of JSON Schema as the schemas of the format use.

use serde_json::{Map, Value};

pub(crate) struct Schema {
    root: Value,
}

/// What says nothing about whether a value is right.
const NOTES: &[&str] = &[
    "$defs",
    "$schema",
    "default",
    "description",
    "format",
    "title",
];

impl Schema {
    pub(crate) fn new(text: &str) -> Self {
        Self {
            root: serde_json::from_str(text).unwrap(),
        }
    }

    /// Whether a value is right; if not, where and why.
    pub(crate) fn check(&self, value: &Value) -> Result<(), String> {
        self.node("", &self.root, value)
    }

    fn node(&self, at: &str, schema: &Value, value: &Value) -> Result<(), String> {
        let rules = match schema {
            Value::Bool(true) => return Ok(()),
            Value::Object(rules) => rules,
            _ => return Err(format!("{at}: nothing is right here")),
        };
        for (rule, wanted) in rules {
            let right = match rule.as_str() {
                "$ref" => {
                    let pointer = wanted.as_str().unwrap().trim_start_matches('#');
                    self.node(at, self.root.pointer(pointer).unwrap(), value)?;
                    true
                }
                "type" => match wanted {
                    Value::Array(types) => types.iter().any(|it| is_a(value, it)),
                    one => is_a(value, one),
                },
                "const" => value == wanted,
                "enum" => wanted.as_array().unwrap().contains(value),
                "anyOf" => self.count(at, wanted, value) >= 1,
                "oneOf" => self.count(at, wanted, value) == 1,
                "minimum" => value.as_f64() >= wanted.as_f64() || !value.is_number(),
                "maximum" => value.as_f64() <= wanted.as_f64() || !value.is_number(),
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.node(&format!("{at}/{index}"), wanted, item)?;
                    }
                    true
                }
                "required" => value.as_object().is_none_or(|map| {
                    let mut keys = wanted.as_array().unwrap().iter();
                    keys.all(|key| map.contains_key(key.as_str().unwrap()))
                }),
                "properties" => {
                    for (key, schema) in wanted.as_object().unwrap() {
                        if let Some(value) = value.get(key) {
                            self.node(&format!("{at}/{key}"), schema, value)?;
                        }
                    }
                    true
                }
                "additionalProperties" => {
                    let empty = Map::new();
                    let known = rules.get("properties").and_then(Value::as_object);
                    let known = known.unwrap_or(&empty);
                    for (key, value) in value.as_object().unwrap_or(&empty) {
                        if !known.contains_key(key) {
                            self.node(&format!("{at}/{key}"), wanted, value)?;
                        }
                    }
                    true
                }
                note if NOTES.contains(&note) => true,
                unknown => panic!("the schema uses `{unknown}`, which this check does not know"),
            };
            if !right {
                return Err(format!("{at}: {value} is against {rule} {wanted}"));
            }
        }
        Ok(())
    }

    fn count(&self, at: &str, schemas: &Value, value: &Value) -> usize {
        let schemas = schemas.as_array().unwrap().iter();
        schemas
            .filter(|schema| self.node(at, schema, value).is_ok())
            .count()
    }
}

fn is_a(value: &Value, kind: &Value) -> bool {
    match kind.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.as_f64().is_some_and(|it| it.fract() == 0.0),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}
