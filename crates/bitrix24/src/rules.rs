//! Parameters that are required depending on other parameters.
//!
//! A parameter is named by its wire name; a dot leads into a nested object
//! (`fields.webhookUrl`). A parameter that is `null` counts as missing.

use serde_json::{Map, Value};

/// A condition on the parameters of a call, checked before the call is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// At least one of the sets is complete.
    AnyOf(&'static [&'static [&'static str]]),
    /// Exactly one of the sets is complete.
    OneOf(&'static [&'static [&'static str]]),
    /// A parameter that is required in some case.
    RequiredIf {
        /// The parameter.
        param: &'static str,
        /// The case.
        when: When,
    },
}

/// The case in which a parameter is required.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Another parameter has one of these values (numbers and booleans compare as text).
    Is {
        /// The other parameter.
        param: &'static str,
        /// The values.
        values: &'static [&'static str],
    },
    /// Another parameter is given.
    Given(&'static str),
    /// Another parameter is missing.
    Missing(&'static str),
    /// The call is authorised by a webhook.
    Webhook,
    /// The call is authorised by an access token.
    Token,
}

/// How calls are authorised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthKind {
    Webhook,
    Token,
}

/// Checks the parameters of a call. The error says which parameter is missing, and why it matters.
pub(crate) fn check(
    rules: &[Rule],
    params: &Map<String, Value>,
    auth: AuthKind,
) -> Result<(), String> {
    rules.iter().try_for_each(|rule| rule.check(params, auth))
}

impl Rule {
    fn check(&self, params: &Map<String, Value>, auth: AuthKind) -> Result<(), String> {
        match self {
            Self::AnyOf(sets) => match complete(sets, params) {
                0 => Err(format!("give {}", list(sets))),
                _ => Ok(()),
            },
            Self::OneOf(sets) => match complete(sets, params) {
                0 => Err(format!("give {}", list(sets))),
                1 => Ok(()),
                _ => Err(format!("give only one of: {}", list(sets))),
            },
            Self::RequiredIf { param, when } => {
                if given(params, param).is_none() && when.holds(params, auth) {
                    Err(format!("{param} is required {}", when.describe()))
                } else {
                    Ok(())
                }
            }
        }
    }
}

impl When {
    fn holds(&self, params: &Map<String, Value>, auth: AuthKind) -> bool {
        match self {
            Self::Is { param, values } => given(params, param).is_some_and(|value| match value {
                Value::String(text) => values.contains(&text.as_str()),
                Value::Number(_) | Value::Bool(_) => values.contains(&value.to_string().as_str()),
                _ => false,
            }),
            Self::Given(param) => given(params, param).is_some(),
            Self::Missing(param) => given(params, param).is_none(),
            Self::Webhook => auth == AuthKind::Webhook,
            Self::Token => auth == AuthKind::Token,
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::Is { param, values } => format!("when {param} is {}", values.join(" or ")),
            Self::Given(param) => format!("when {param} is given"),
            Self::Missing(param) => format!("when {param} is not given"),
            Self::Webhook => "with a webhook".to_owned(),
            Self::Token => "with an access token".to_owned(),
        }
    }
}

/// The value at a path, unless it is `null`.
fn given<'a>(params: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let value = match path.split_once('.') {
        None => params.get(path)?,
        Some((first, rest)) => given(params.get(first)?.as_object()?, rest)?,
    };
    (!value.is_null()).then_some(value)
}

/// How many of the sets are complete.
fn complete(sets: &[&[&str]], params: &Map<String, Value>) -> usize {
    sets.iter()
        .filter(|set| set.iter().all(|param| given(params, param).is_some()))
        .count()
}

/// `A; or B and C`
fn list(sets: &[&[&str]]) -> String {
    let sets: Vec<_> = sets.iter().map(|set| set.join(" and ")).collect();
    sets.join("; or ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use serde_json::json;

    use super::*;

    fn run(rule: Rule, params: Value, auth: AuthKind) -> Result<(), String> {
        check(&[rule], params.as_object().unwrap(), auth)
    }

    #[test]
    fn every_rule() {
        const SETS: &[&[&str]] = &[&["ID"], &["TYPE", "fields.id"]];
        const COLOR: Rule = Rule::RequiredIf {
            param: "color",
            when: When::Is {
                param: "kind",
                values: &["1", "true", "red"],
            },
        };
        const GIVEN: Rule = Rule::RequiredIf {
            param: "a",
            when: When::Given("b.c"),
        };
        const MISSING: Rule = Rule::RequiredIf {
            param: "a",
            when: When::Missing("b"),
        };
        const WEBHOOK: Rule = Rule::RequiredIf {
            param: "a",
            when: When::Webhook,
        };
        const TOKEN: Rule = Rule::RequiredIf {
            param: "a",
            when: When::Token,
        };
        let (any, one) = (Rule::AnyOf(SETS), Rule::OneOf(SETS));
        let give = "give ID; or TYPE and fields.id";
        let only = "give only one of: ID; or TYPE and fields.id";
        let cases = [
            (any, json!({"ID": 0}), ""),
            (any, json!({"TYPE": "x", "fields": {"id": ""}}), ""),
            (any, json!({"ID": 1, "TYPE": "x", "fields": {"id": 1}}), ""),
            (any, json!({"ID": null}), give),
            (any, json!({"TYPE": "x", "fields": []}), give),
            (any, json!({"fields.id": 1, "TYPE": 1}), give),
            (one, json!({"ID": 1}), ""),
            (one, json!({"ID": 1, "TYPE": "x"}), ""),
            (one, json!({}), give),
            (
                one,
                json!({"ID": 1, "TYPE": "x", "fields": {"id": 1}}),
                only,
            ),
            (
                COLOR,
                json!({"kind": "red"}),
                "color is required when kind is 1 or true or red",
            ),
            (
                COLOR,
                json!({"kind": 1}),
                "color is required when kind is 1 or true or red",
            ),
            (
                COLOR,
                json!({"kind": true}),
                "color is required when kind is 1 or true or red",
            ),
            (COLOR, json!({"kind": "blue"}), ""),
            (COLOR, json!({"kind": ["red"]}), ""),
            (COLOR, json!({}), ""),
            (COLOR, json!({"kind": 1, "color": false}), ""),
            (
                GIVEN,
                json!({"b": {"c": 1}}),
                "a is required when b.c is given",
            ),
            (GIVEN, json!({"b": {"c": null}}), ""),
            (GIVEN, json!({"b": 5}), ""),
            (MISSING, json!({}), "a is required when b is not given"),
            (MISSING, json!({"b": 1}), ""),
            (WEBHOOK, json!({}), "a is required with a webhook"),
            (WEBHOOK, json!({"a": 1}), ""),
            (TOKEN, json!({}), ""),
        ];
        for (rule, params, expected) in cases {
            let found = run(rule, params.clone(), AuthKind::Webhook)
                .err()
                .unwrap_or_default();
            assert_eq!(found, expected, "{rule:?} {params}");
        }
        assert_eq!(
            run(TOKEN, json!({}), AuthKind::Token).unwrap_err(),
            "a is required with an access token"
        );
        run(WEBHOOK, json!({}), AuthKind::Token).unwrap();
    }
}
