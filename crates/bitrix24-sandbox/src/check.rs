//! Judges the parameters of a call by the contract.

use std::fmt;

use chrono::{DateTime, NaiveDate};
use serde_json::{Map, Value};

use crate::{
    auth::Credential,
    contract::{AuthKind, Flag, Method, Plain, Record, Records, Rest, Rule, Type, When, text},
};

/// What is wrong with the parameters of a call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The parameter at this path is left out.
    Missing(String),
    /// The parameter at this path is not of the documented type.
    Wrong {
        path: String,
        expected: &'static str,
    },
    /// Parameters that exclude each other are given together.
    Clash(String),
}

impl Problem {
    /// The parameters that it is about.
    pub(crate) fn path(&self) -> &str {
        match self {
            Self::Missing(path) | Self::Wrong { path, .. } | Self::Clash(path) => path,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(path) => write!(f, "Argument '{path}' is null or empty"),
            Self::Wrong { path, expected } => write!(f, "Argument '{path}' must be {expected}"),
            Self::Clash(paths) => write!(f, "Arguments exclude each other: {paths}"),
        }
    }
}

/// Checks required parameters, then rules, then types.
pub(crate) fn check(
    method: &Method,
    records: &Records,
    params: &Map<String, Value>,
    credential: Credential,
) -> Result<(), Problem> {
    let types = Types {
        records,
        strict: method.rest == Rest::V3,
    };
    for param in method.params.iter().filter(|param| param.required) {
        if !is_given(params.get(&param.name), &param.ty) {
            return Err(Problem::Missing(param.name.clone()));
        }
    }
    for rule in &method.rules {
        keeps(rule, params, credential)?;
    }
    for param in &method.params {
        match params.get(&param.name) {
            Some(value) if is_given(Some(value), &param.ty) => {
                fits(&param.ty, value, &param.name, types)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// PHP does not tell `null` from a parameter that is left out, unless `null`
/// is one of its documented values.
fn is_given(value: Option<&Value>, ty: &Type) -> bool {
    match value {
        None => false,
        Some(Value::Null) => takes_null(ty),
        Some(_) => true,
    }
}

fn takes_null(ty: &Type) -> bool {
    match ty {
        Type::Nullable { .. } | Type::Plain(Plain::Any) => true,
        Type::Union { union } => union.iter().any(takes_null),
        _ => false,
    }
}

fn keeps(rule: &Rule, params: &Map<String, Value>, credential: Credential) -> Result<(), Problem> {
    let complete = |set: &&Vec<String>| set.iter().all(|path| at(params, path).is_some());
    match rule {
        Rule::AnyOf(sets) if !sets.iter().any(|set| complete(&set)) => {
            Err(Problem::Missing(alternatives(sets)))
        }
        Rule::OneOf(sets) => match sets.iter().filter(complete).count() {
            0 => Err(Problem::Missing(alternatives(sets))),
            1 => Ok(()),
            _ => Err(Problem::Clash(alternatives(sets))),
        },
        Rule::RequiredIf { param, when }
            if applies(when, params, credential) && at(params, param).is_none() =>
        {
            Err(Problem::Missing(param.clone()))
        }
        Rule::AnyOf(_) | Rule::RequiredIf { .. } => Ok(()),
    }
}

fn applies(when: &When, params: &Map<String, Value>, credential: Credential) -> bool {
    match when {
        When::Is { param, is } => {
            at(params, param).is_some_and(|value| is.iter().any(|one| same(one, value)))
        }
        When::Given { given } => at(params, given).is_some(),
        When::Missing { missing } => at(params, missing).is_none(),
        When::Auth { auth } => matches!(
            (auth, credential),
            (AuthKind::Webhook, Credential::Webhook) | (AuthKind::Token, Credential::Token)
        ),
    }
}

fn alternatives(sets: &[Vec<String>]) -> String {
    let sets: Vec<_> = sets.iter().map(|set| set.join(" + ")).collect();
    sets.join(" | ")
}

/// The value at a dotted path.
fn at<'a>(params: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let mut parts = path.split('.');
    let mut value = params.get(parts.next()?)?;
    for part in parts {
        value = value.get(part)?;
    }
    (!value.is_null()).then_some(value)
}

/// Equal, as far as forms and queries can tell.
pub(crate) fn same(documented: &Value, sent: &Value) -> bool {
    let scalar = |value: &Value| value.is_string() || value.is_number();
    documented == sent || scalar(documented) && scalar(sent) && text(documented) == text(sent)
}

pub(crate) fn fits(ty: &Type, value: &Value, path: &str, types: Types<'_>) -> Result<(), Problem> {
    let ok = |fits: bool, expected: &'static str| {
        if fits {
            Ok(())
        } else {
            Err(Problem::Wrong {
                path: path.to_owned(),
                expected,
            })
        }
    };
    match ty {
        Type::Plain(plain) => plain_fits(*plain, value, types.strict, &ok),
        Type::Boolean { boolean } => match boolean {
            Flag::YesNo => ok(matches!(value.as_str(), Some("Y" | "N")), "\"Y\" or \"N\""),
            Flag::OneZero => ok(is_one_or_zero(value), "1 or 0"),
        },
        Type::Enum { values } => ok(
            values.iter().any(|one| same(one, value)),
            "one of the documented values",
        ),
        Type::Array { array } => match value {
            Value::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| {
                fits(array, item, &format!("{path}[{index}]"), types)
            }),
            _ => ok(false, "an array"),
        },
        Type::Map { map, .. } => match value {
            // Keys 0, 1, 2… make a list of it on the way through PHP.
            Value::Array(items) => items
                .iter()
                .enumerate()
                .try_for_each(|(index, item)| fits(map, item, &format!("{path}[{index}]"), types)),
            Value::Object(entries) => entries
                .iter()
                .try_for_each(|(key, item)| fits(map, item, &format!("{path}.{key}"), types)),
            _ => ok(false, "an object"),
        },
        Type::Ref { name } => match types.records.get(name) {
            Some(record) => record_fits(record, value, path, types),
            None => Ok(()),
        },
        Type::Nullable { nullable } if !value.is_null() => fits(nullable, value, path, types),
        Type::Nullable { .. } => Ok(()),
        Type::Union { union } => ok(
            union.iter().any(|ty| fits(ty, value, path, types).is_ok()),
            "one of the documented types",
        ),
    }
}

/// What types are judged by.
#[derive(Clone, Copy)]
pub(crate) struct Types<'a> {
    pub(crate) records: &'a Records,
    /// Numbers must not be text, as REST 3.0 has it.
    pub(crate) strict: bool,
}

fn plain_fits(
    plain: Plain,
    value: &Value,
    strict: bool,
    ok: &dyn Fn(bool, &'static str) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let text = value.as_str();
    let number = text.filter(|_| !strict);
    match plain {
        Plain::Any => Ok(()),
        Plain::String => ok(value.is_string(), "a string"),
        Plain::Integer => ok(
            value.is_i64()
                || value.is_u64()
                || number.is_some_and(|text| text.parse::<i64>().is_ok()),
            "an integer",
        ),
        Plain::Double => ok(
            value.is_number()
                || number.is_some_and(|text| text.parse::<f64>().is_ok_and(f64::is_finite)),
            "a number",
        ),
        Plain::Boolean => ok(
            value.is_boolean() || matches!(text, Some("Y" | "N")) || is_one_or_zero(value),
            "a boolean",
        ),
        Plain::Date => ok(
            text.is_some_and(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()),
            "a date (YYYY-MM-DD)",
        ),
        Plain::DateTime => ok(
            text.is_some_and(|text| DateTime::parse_from_rfc3339(text).is_ok()),
            "a date with time and offset (YYYY-MM-DDThh:mm:ss±hh:mm)",
        ),
        Plain::Object => ok(value.is_object() || value.is_array(), "an object"),
    }
}

fn is_one_or_zero(value: &Value) -> bool {
    matches!(value.as_u64(), Some(0 | 1)) || matches!(value.as_str(), Some("0" | "1"))
}

fn record_fits(
    record: &Record,
    value: &Value,
    path: &str,
    types: Types<'_>,
) -> Result<(), Problem> {
    let empty = Map::new();
    let object = match value {
        Value::Object(object) => object,
        // PHP writes an empty object so.
        Value::Array(items) if items.is_empty() => &empty,
        _ => {
            return Err(Problem::Wrong {
                path: path.to_owned(),
                expected: "an object",
            });
        }
    };
    for field in &record.fields {
        let path = format!("{path}.{}", field.name);
        match object.get(&field.name) {
            Some(value) if is_given(Some(value), &field.ty) => {
                fits(&field.ty, value, &path, types)?;
            }
            _ if field.required => return Err(Problem::Missing(path)),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn method(params: Value, rules: Value) -> Method {
        serde_json::from_value(json!({
            "name": "m", "rest": "classic", "params": params, "rules": rules, "result": "any",
        }))
        .unwrap()
    }

    fn judge(method: &Method, params: Value) -> Result<(), Problem> {
        judge_with(&Records::new(), method, params)
    }

    fn judge_with(records: &Records, method: &Method, params: Value) -> Result<(), Problem> {
        check(
            method,
            records,
            params.as_object().unwrap(),
            Credential::Webhook,
        )
    }

    fn missing(path: &str) -> Result<(), Problem> {
        Err(Problem::Missing(path.to_owned()))
    }

    #[test]
    fn numbers_in_rest_3() {
        let method: Method = serde_json::from_value(json!({
            "name": "m", "rest": "v3", "result": "any",
            "params": [{"name": "a", "type": {"array": "integer"}}],
        }))
        .unwrap();
        assert_eq!(judge(&method, json!({"a": [13]})), Ok(()));
        assert!(judge(&method, json!({"a": ["13"]})).is_err());
    }

    #[test]
    fn types() {
        for (ty, good, bad) in [
            (json!("string"), json!(["", "x"]), json!([1, true, [], {}])),
            (
                json!("integer"),
                json!([1, -1, "13"]),
                json!([1.5, "x", "", true]),
            ),
            (
                json!("double"),
                json!([1, 1.5, "1.5"]),
                json!(["x", "NaN", true]),
            ),
            (
                json!("boolean"),
                json!([true, "Y", "0", 1]),
                json!(["yes", 2]),
            ),
            (
                json!({"boolean": "yn"}),
                json!(["Y", "N"]),
                json!([true, 1, "y"]),
            ),
            (
                json!({"boolean": "10"}),
                json!([1, 0, "1"]),
                json!([true, "Y", 2]),
            ),
            (
                json!("date"),
                json!(["2026-02-24"]),
                json!(["24.02.2026", "2026-02-30"]),
            ),
            (
                json!("datetime"),
                json!(["2026-02-24T13:44:33+01:00"]),
                json!(["2026-02-24"]),
            ),
            (json!("object"), json!([{}, []]), json!(["x", 1])),
            (
                json!({"enum": ["A", 2]}),
                json!(["A", 2, "2"]),
                json!(["B", 3]),
            ),
            (
                json!({"array": "integer"}),
                json!([[], [1, "2"]]),
                json!([["x"], {}, 1]),
            ),
            (
                json!({"map": "integer", "key": "string"}),
                json!([{}, {"a": 1}, []]),
                json!([{"a": "x"}, 1]),
            ),
            (
                json!({"union": ["integer", {"array": "string"}]}),
                json!([1, ["x"]]),
                json!(["x", {}]),
            ),
            (
                json!({"nullable": "integer"}),
                json!([null, 1]),
                json!(["x"]),
            ),
        ] {
            let method = method(
                json!([{"name": "P", "type": ty, "required": true}]),
                json!([]),
            );
            for value in good.as_array().unwrap() {
                assert_eq!(judge(&method, json!({"P": value})), Ok(()), "{ty} {value}");
            }
            for value in bad.as_array().unwrap() {
                assert!(
                    matches!(
                        judge(&method, json!({"P": value})),
                        Err(Problem::Wrong { .. })
                    ),
                    "{ty} {value}",
                );
            }
        }
    }

    #[test]
    fn null_is_left_out() {
        let method = method(
            json!([{"name": "P", "type": "string", "required": true},
                   {"name": "Q", "type": "string"}]),
            json!([]),
        );
        assert_eq!(judge(&method, json!({"P": null})), missing("P"));
        assert_eq!(judge(&method, json!({"P": "x", "Q": null})), Ok(()));
    }

    #[test]
    fn records_and_references() {
        let records: Records = serde_json::from_value(json!({"imbot.Node": {"fields": [
            {"name": "id", "type": "integer", "required": true},
            {"name": "next", "type": {"ref": "imbot.Node"}},
        ]}}))
        .unwrap();
        let method = method(
            json!([{"name": "P", "type": {"ref": "imbot.Node"}}]),
            json!([]),
        );
        let judge = |params| judge_with(&records, &method, params);
        assert_eq!(judge(json!({"P": {"id": 1, "next": {"id": 2}}})), Ok(()));
        assert_eq!(
            judge(json!({"P": {"id": 1, "next": {}}})),
            missing("P.next.id")
        );
        assert_eq!(judge(json!({"P": []})), missing("P.id"));
        assert!(matches!(judge(json!({"P": 1})), Err(Problem::Wrong { .. })));
    }

    #[test]
    fn rules() {
        let any = method(json!([]), json!([{"any_of": [["A"], ["B", "C"]]}]));
        assert_eq!(judge(&any, json!({"B": 1})), missing("A | B + C"));
        assert_eq!(judge(&any, json!({"A": 1, "B": 1, "C": 1})), Ok(()));

        let one = method(json!([]), json!([{"one_of": [["A"], ["B"]]}]));
        assert_eq!(judge(&one, json!({})), missing("A | B"));
        assert_eq!(judge(&one, json!({"A": 1})), Ok(()));
        assert!(matches!(
            judge(&one, json!({"A": 1, "B": 1})),
            Err(Problem::Clash(_))
        ));

        let required = |when: Value| {
            method(
                json!([]),
                json!([{"required_if": {"param": "f.url", "when": when}}]),
            )
        };
        let is = required(json!({"param": "f.mode", "is": ["hook"]}));
        assert_eq!(judge(&is, json!({"f": {"mode": "hook"}})), missing("f.url"));
        assert_eq!(judge(&is, json!({"f": {"mode": "fetch"}})), Ok(()));
        assert_eq!(
            judge(&is, json!({"f": {"mode": "hook", "url": "u"}})),
            Ok(())
        );
        assert_eq!(
            judge(&required(json!({"given": "A"})), json!({"A": 1})),
            missing("f.url")
        );
        assert_eq!(
            judge(&required(json!({"missing": "A"})), json!({})),
            missing("f.url")
        );
        assert_eq!(
            judge(&required(json!({"auth": "webhook"})), json!({})),
            missing("f.url")
        );
        assert_eq!(
            judge(&required(json!({"auth": "token"})), json!({})),
            Ok(())
        );
    }
}
