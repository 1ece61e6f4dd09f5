//! When a parameter is required: what prose says in a form that leaves no doubt.

use super::page::{deep, texts};
use super::reader::Reader;
use crate::docs::block::{Block, Kind};
use crate::docs::draft::{Element, Weight};
use crate::format::{Credential, Field, RequiredIf, Rule, When};

/// What a description says on when its parameter is required.
pub(super) fn conditions(
    reader: &Reader<'_>,
    name: &str,
    line: u32,
    starred: bool,
    about: &[Block],
    params: &mut [Field],
    rules: &mut Vec<Rule>,
) {
    let text = marked(about);
    let lower = text.to_lowercase();
    let webhook = [
        "required for webhook auth",
        "required only for webhook",
        "required when authorizing via webhook",
        "required when using a webhook",
        "required for webhooks",
        "required for authorization via webhook",
    ];
    if webhook.iter().any(|it| lower.contains(it)) {
        unstar(params, name);
        add(
            rules,
            Rule::RequiredIf(RequiredIf {
                param: name.to_owned(),
                when: When::Credential(Credential::Webhook),
            }),
        );
        return;
    }
    if let Some(set) = at_least_one(&text, params)
        && set.len() > 1
    {
        if set.iter().any(|it| it.as_str() == name) {
            any_of(set, params, rules);
        }
        return;
    }
    let conditional = [
        "required if ",
        "required when ",
        "mandatory if ",
        "mandatory when ",
    ];
    let Some((at, word)) = conditional
        .iter()
        .find_map(|it| lower.find(it).map(|at| (at, *it)))
    else {
        let optional = lower.contains("optional if ") || lower.contains("not required if ");
        if starred && optional {
            unclear(
                reader,
                name,
                line,
                "it is marked as required, and called optional under a condition",
            );
        }
        return;
    };
    if lower
        .get(..at)
        .is_some_and(|it| it.trim_end().ends_with("not"))
    {
        if starred {
            unclear(
                reader,
                name,
                line,
                "it is marked as required, and called optional under a condition",
            );
        }
        return;
    }
    let rest = text.get(at + word.len()..).unwrap_or_default();
    let sentence = rest.split(['\n']).next().unwrap_or_default();
    let sentence = sentence.split(". ").next().unwrap_or_default();
    match condition(sentence, params) {
        Some(when) => {
            unstar(params, name);
            add(
                rules,
                Rule::RequiredIf(RequiredIf {
                    param: name.to_owned(),
                    when,
                }),
            );
        }
        None if starred => {
            unclear(
                reader,
                name,
                line,
                "it is marked as required, and called required under a condition only",
            );
        }
        None => reader.find(
            Weight::Note,
            Element::Parameters,
            line,
            format!("params.{name}.required"),
            "a condition under which it is required is told in prose",
            Vec::new(),
        ),
    }
}

fn unclear(reader: &Reader<'_>, name: &str, line: u32, message: &str) {
    reader.open(
        Element::Parameters,
        line,
        format!("params.{name}.required"),
        message,
        vec!["true".into(), "false, and a rule".into()],
    );
}

fn unstar(params: &mut [Field], name: &str) {
    if let Some(field) = params.iter_mut().find(|it| it.name == name) {
        field.required = false;
    }
}

fn add(rules: &mut Vec<Rule>, rule: Rule) {
    let known = serde_json::to_value(&rule).ok();
    if !rules
        .iter()
        .any(|it| serde_json::to_value(it).ok() == known)
    {
        rules.push(rule);
    }
}

/// A condition in one of the few forms that leave no doubt.
fn condition(sentence: &str, params: &[Field]) -> Option<When> {
    let sentence = sentence.trim().trim_end_matches('.');
    let names = quoted(sentence);
    let first = names.first()?;
    let known = params.iter().find(|it| it.name == *first)?;
    let lower = sentence.to_lowercase();
    let lower_first = format!("`{}`", first.to_lowercase());
    let behind = lower.split(&lower_first).nth(1)?.trim();
    let before = lower.split(&lower_first).next()?.trim();
    let plain_start = matches!(
        before,
        "" | "the parameter" | "parameter" | "the" | "the field" | "field"
    );
    if !plain_start {
        return None;
    }
    let absent = [
        "is not provided",
        "is not specified",
        "is not passed",
        "is not set",
        "was not provided",
        "is missing",
        "is absent",
        "parameter is not specified",
        "parameter is not provided",
    ];
    if names.len() == 1
        && absent
            .iter()
            .any(|it| behind.trim_end_matches([',', ';']) == *it)
    {
        return Some(When::Missing(known.name.clone()));
    }
    let present = ["is provided", "is specified", "is passed", "is set"];
    if names.len() == 1 && present.contains(&behind) {
        return Some(When::Given(known.name.clone()));
    }
    // `eventMode` = `webhook`
    let is_value = ["=", "is", "is equal to", "equals", "is set to"];
    if let [_, value] = names.as_slice() {
        let value_mark = format!("`{}`", value.to_lowercase());
        let (middle, rest) = behind.split_once(&value_mark)?;
        if is_value.contains(&middle.trim()) && rest.trim().is_empty() {
            let values = super::values::scalars(std::slice::from_ref(value));
            return Some(When::Is(crate::format::Is {
                param: known.name.clone(),
                values,
            }));
        }
    }
    None
}

/// ``At least one of the parameters must be specified: `A` or `B` ``.
fn at_least_one(text: &str, params: &[Field]) -> Option<Vec<String>> {
    let lower = text.to_lowercase();
    let at = lower.find("at least one of the")?;
    let rest = text.get(at..)?;
    let sentence = rest.split(['\n', '.']).next()?;
    let lower = sentence.to_lowercase();
    // `To retrieve one element, at least one of …` is a condition on what is wanted.
    let before = text.get(..at)?.trim_end();
    if before.ends_with(',')
        || !(lower.contains("must")
            || lower.contains("required")
            || lower.contains("specify")
            || lower.contains("should"))
    {
        return None;
    }
    let names: Vec<String> = quoted(sentence);
    let known = names.iter().all(|it| params.iter().any(|p| p.name == *it));
    known.then_some(names)
}

/// Conditions that stand beside the table.
pub(super) fn general(blocks: &[Block], params: &mut [Field], rules: &mut Vec<Rule>) {
    for block in deep(blocks) {
        if let Kind::Note { blocks, .. } = &block.kind
            && let Some(set) = at_least_one(&marked(blocks), params)
            && set.len() > 1
        {
            any_of(set, params, rules);
        }
    }
}

/// One of them is enough, so none is required by itself.
fn any_of(set: Vec<String>, params: &mut [Field], rules: &mut Vec<Rule>) {
    for one in &set {
        unstar(params, one);
    }
    let sets = set.into_iter().map(|it| vec![it]).collect();
    add(rules, Rule::AnyOf(sets));
}

/// `A` is required without `B`, and `B` without `A`: at least one of them.
pub(super) fn join_missing(rules: &mut Vec<Rule>) {
    let pairs: Vec<(String, String)> = rules
        .iter()
        .filter_map(|rule| match rule {
            Rule::RequiredIf(RequiredIf {
                param,
                when: When::Missing(other),
            }) => Some((param.clone(), other.clone())),
            _ => None,
        })
        .collect();
    for (a, b) in &pairs {
        if a < b && pairs.iter().any(|it| it.0 == *b && it.1 == *a) {
            rules.retain(|rule| {
                !matches!(rule, Rule::RequiredIf(RequiredIf { param, when: When::Missing(other) })
                    if (param == a && other == b) || (param == b && other == a))
            });
            let first = pairs
                .iter()
                .find(|it| it.0 == *a || it.0 == *b)
                .map_or(a, |it| &it.0);
            let second = if first == a { b } else { a };
            add(
                rules,
                Rule::AnyOf(vec![vec![first.clone()], vec![second.clone()]]),
            );
        }
    }
}

/// Text with its code in backticks, as the conditions are looked for.
fn marked(blocks: &[Block]) -> String {
    let lines: Vec<String> = texts(blocks)
        .iter()
        .map(|text| {
            let parts: Vec<String> = text
                .spans
                .iter()
                .map(|span| match span.code {
                    true => format!("`{}`", span.text.trim()),
                    false => span.text.clone(),
                })
                .collect();
            parts.concat()
        })
        .collect();
    lines.join("\n")
}

/// What stands in backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .map(|it| it.trim_matches(['"', '\'']).to_owned())
        .collect()
}
