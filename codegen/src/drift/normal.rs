//! Facts in the form in which they are compared.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::expr::{self, Expr};
use crate::format::{Credential, Field, Is, Missing, RequiredIf, Rule, Scalar, When};

/// How often a name may stand for another name.
const DEEPEST: usize = 8;

/// The documentation's names for types that are other types on the wire.
#[derive(Clone, Debug, Default)]
pub(crate) struct Aliases(pub BTreeMap<String, String>);

impl Aliases {
    /// A type expression without what makes no difference: blanks, the order of choices, aliases.
    pub(crate) fn normal(&self, ty: &str) -> String {
        self.expand(ty, 0)
    }

    fn expand(&self, ty: &str, depth: usize) -> String {
        match expr::parse(ty) {
            Ok(expr) => self.show(&expr, depth, false),
            // What is no type is compared as it stands.
            Err(_) => ty.split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }

    fn show(&self, expr: &Expr, depth: usize, inner: bool) -> String {
        let text = match expr {
            Expr::Name(name, _) => match self.0.get(name) {
                Some(other) if depth < DEEPEST => self.expand(other, depth + 1),
                _ => name.clone(),
            },
            Expr::Array(of) => match self.show(of, depth, true).as_str() {
                "any" => "array".to_owned(),
                of => format!("{of}[]"),
            },
            Expr::Map(key, of) => format!(
                "map<{}, {}>",
                self.show(key, depth, false),
                self.show(of, depth, false)
            ),
            Expr::Union(members) => {
                let shown = members.iter().map(|it| self.show(it, depth, false));
                let mut parts: Vec<String> = shown.collect();
                parts.sort_by(|a, b| (a == "null", a).cmp(&(b == "null", b)));
                parts.dedup();
                parts.join("|")
            }
        };
        match inner && text.contains('|') && !text.starts_with("map<") {
            true => format!("({text})"),
            false => text,
        }
    }
}

/// A name without what is mere spelling.
pub(crate) fn letters(name: &str) -> String {
    let bare = name.chars().filter(|it| !matches!(it, '_' | '-'));
    bare.flat_map(char::to_lowercase).collect()
}

/// A rule in a form that is the same whatever the order and the case of its names.
pub(crate) fn rule_key(rule: &Rule) -> String {
    rule_text(rule).to_lowercase()
}

/// A rule in a few words.
pub(crate) fn rule_text(rule: &Rule) -> String {
    match rule {
        Rule::AnyOf(sets) => format!("at least one of {}", sets_text(sets)),
        Rule::OneOf(sets) => format!("exactly one of {}", sets_text(sets)),
        Rule::RequiredIf(RequiredIf { param, when }) => {
            format!("{param} required {}", when_text(when))
        }
    }
}

fn sets_text(sets: &[Vec<String>]) -> String {
    let mut sets: Vec<String> = sets
        .iter()
        .map(|set| {
            let mut set = set.clone();
            set.sort();
            set.join(" with ")
        })
        .collect();
    sets.sort();
    sets.join(", ")
}

fn when_text(when: &When) -> String {
    match when {
        When::Is(Is { param, values }) => {
            let mut values: Vec<String> = values.iter().map(Scalar::text).collect();
            values.sort();
            format!("if {param} is {}", values.join(" or "))
        }
        When::Given(param) => format!("if {param} is given"),
        When::Missing(param) => format!("if {param} is missing"),
        When::Credential(Credential::Webhook) => "with a webhook".into(),
        When::Credential(Credential::Token) => "with an access token".into(),
    }
}

/// Whether a rule is about a parameter, and what it says of it.
pub(crate) fn about(rule: &Rule, param: &str) -> Option<String> {
    let named = |sets: &Vec<Vec<String>>| sets.iter().flatten().any(|it| same(it, param));
    match rule {
        Rule::AnyOf(sets) | Rule::OneOf(sets) => named(sets).then(|| rule_text(rule)),
        Rule::RequiredIf(RequiredIf { param: of, when }) => {
            same(of, param).then(|| format!("required {}", when_text(when)))
        }
    }
}

pub(crate) fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// What a missing parameter leads to, in a few words.
pub(crate) fn missing_text(missing: Option<&Missing>) -> String {
    match missing {
        None => "nothing said".into(),
        Some(Missing::Answer(value)) => format!("the answer {value}"),
        Some(Missing::Error(code)) => format!("the error {}", code.text()),
    }
}

/// A type with the names of its fields.
pub(crate) fn with_fields(ty: &str, fields: &[Field]) -> String {
    const SHOWN: usize = 6;
    if fields.is_empty() {
        return ty.to_owned();
    }
    let mut names: Vec<&str> = fields
        .iter()
        .take(SHOWN)
        .map(|it| it.name.as_str())
        .collect();
    if fields.len() > SHOWN {
        names.push("…");
    }
    format!("{ty} {{{}}}", names.join(", "))
}

/// A value as JSON, or `null`.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}
