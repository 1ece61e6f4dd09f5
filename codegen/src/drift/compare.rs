//! The facts of a method, and those of all methods, then and now.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::{Change, Kind, Mention, Side, Subject};
use super::errors::{errors, statuses};
use super::fields::{self, Ground, Sink, Way};
use super::list::list;
use super::normal::{self, Aliases, about, json, missing_text, rule_key, rule_text, same};
use crate::format::{Deprecated, ErrorRow, Facts, Field, Rule, SharedType};

/// What a comparison found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub changes: Vec<Change>,
    pub mentions: Vec<Mention>,
}

impl Found {
    /// Takes the changes of a subject.
    fn sink<'a>(
        changes: &'a mut Vec<Change>,
        subject: &'a Subject,
    ) -> impl FnMut(String, Kind, Value, Value, String) + 'a {
        move |fact, kind, was, is, text| {
            changes.push(Change {
                subject: subject.clone(),
                fact,
                kind,
                was,
                is,
                text,
                unclear: None,
                rulings: Vec::new(),
            });
        }
    }

    pub(crate) fn change(&mut self, subject: &Subject, fact: &str, kind: Kind, text: String) {
        let mut sink = Self::sink(&mut self.changes, subject);
        sink(fact.to_owned(), kind, Value::Null, Value::Null, text);
    }

    pub(crate) fn mention(&mut self, subject: &Subject, kind: &'static str, text: String) {
        self.mentions.push(Mention {
            subject: Some(subject.clone()),
            kind,
            text,
        });
    }
}

/// Compares the facts of a method. `home` is the scope in whose module it is generated.
pub(crate) fn method(
    aliases: &Aliases,
    subject: &Subject,
    home: &str,
    old: &Facts,
    new: &Facts,
    found: &mut Found,
) {
    // All of them by name, so that a new fact is not forgotten here.
    let Facts {
        page,
        rest: _, // a method of another version is another method
        scopes: old_scopes,
        deprecated: old_deprecated,
        since,
        until,
        application_only,
        repeatable,
        params,
        rules: old_rules,
        missing,
        result,
        list: old_list,
        statuses: old_statuses,
        errors: old_errors,
        related: _,  // where else to read
        examples: _, // what the other facts look like
    } = old;
    if *page != new.page {
        found.mention(
            subject,
            "page_moved",
            format!("page moved: {page} → {}", new.page),
        );
    }
    match (repeatable, new.repeatable) {
        (Some(was), Some(is)) if *was != is => {
            let word = |it| if it { "repeatable" } else { "not repeatable" };
            let text = format!("{} → {}", word(*was), word(is));
            let mut sink = Found::sink(&mut found.changes, subject);
            sink(
                "repeatable".into(),
                Kind::Repeatable,
                json(was),
                json(&is),
                text,
            );
        }
        (None, Some(is)) => {
            let text = format!("an example says now whether the call is safe to repeat: {is}");
            found.mention(subject, "repeatable", text);
        }
        (Some(was), None) => {
            let text =
                format!("no example says any more whether the call is safe to repeat: {was}");
            found.mention(subject, "repeatable", text);
        }
        _ => {}
    }
    let sink: &mut Sink<'_> = &mut Found::sink(&mut found.changes, subject);
    scopes(home, old_scopes, &new.scopes, sink);
    deprecated(old_deprecated.as_ref(), new.deprecated.as_ref(), sink);
    // The reader does not look for these everywhere: that one is absent says nothing.
    for (what, was, is) in [("since", since, &new.since), ("until", until, &new.until)] {
        if let Some(day) = is
            && was != is
        {
            sink(
                what.into(),
                Kind::Dates,
                json(was),
                json(is),
                format!("{what} {day}"),
            );
        }
    }
    if new.application_only && !application_only {
        let text = "for applications only".to_owned();
        sink(
            "application_only".into(),
            Kind::ApplicationOnly,
            json(&false),
            json(&true),
            text,
        );
    }
    if let Some(is) = &new.missing
        && json(missing) != json(&new.missing)
    {
        let (was, is) = (missing_text(missing.as_ref()), missing_text(Some(is)));
        let text = format!("a missing parameter leads to {was} → {is}");
        sink(
            "missing".into(),
            Kind::Missing,
            json(missing),
            json(&new.missing),
            text,
        );
    }
    let changed = rules(old_rules, &new.rules);
    let condition = |path: &str| {
        let mut rules = changed.added.iter();
        rules.find_map(|rule| Some((about(rule, path)?, is_choice(rule, params))))
    };
    let ground = Ground {
        aliases,
        condition: &condition,
    };
    let way = Way {
        fact: "params".into(),
        shown: String::new(),
        side: Side::Param,
        depth: 0,
    };
    fields::compare(&ground, &way, params, &new.params, sink);
    for rule in &changed.removed {
        // Told by its parameters, which are always required now, or gone.
        if !names(rule)
            .iter()
            .any(|it| is_told(it, params, &new.params, true))
        {
            let text = format!("no longer: {}", rule_text(rule));
            sink(
                "rules".into(),
                Kind::RuleRemoved,
                json(rule),
                Value::Null,
                text,
            );
        }
    }
    for rule in &changed.added {
        // Told by its parameters, which were always required, or new.
        if !names(rule)
            .iter()
            .any(|it| is_told(it, params, &new.params, false))
        {
            sink(
                "rules".into(),
                Kind::RuleAdded,
                Value::Null,
                json(rule),
                rule_text(rule),
            );
        }
    }
    fields::shape(&ground, result, &new.result, sink);
    list(old_list.as_ref(), new.list.as_ref(), sink);
    statuses(old_statuses, &new.statuses, sink);
    errors("errors", "error ", old_errors, &new.errors, sink);
}

fn scopes(home: &str, old: &[String], new: &[String], sink: &mut Sink<'_>) {
    let fact = || "scopes".to_owned();
    for scope in old.iter().filter(|it| !new.contains(it)) {
        let kind = Kind::ScopeRemoved {
            home: scope == home,
        };
        sink(
            fact(),
            kind,
            json(scope),
            Value::Null,
            format!("scope {scope} removed"),
        );
    }
    for scope in new.iter().filter(|it| !old.contains(it)) {
        sink(
            fact(),
            Kind::ScopeAdded,
            Value::Null,
            json(scope),
            format!("scope {scope} added"),
        );
    }
}

fn deprecated(old: Option<&Deprecated>, new: Option<&Deprecated>, sink: &mut Sink<'_>) {
    let (was, is) = (json(&old), json(&new));
    let fact = "deprecated".to_owned();
    let names = |it: &Deprecated| match it.replaced_by.as_slice() {
        [] => "no replacement".to_owned(),
        names => format!("replacement {}", names.join(", ")),
    };
    match (old, new) {
        (None, None) => {}
        (None, Some(new)) => {
            sink(
                fact,
                Kind::Deprecated,
                was,
                is,
                format!("deprecated, {}", names(new)),
            );
        }
        (Some(_), None) => {
            sink(
                fact,
                Kind::Undeprecated,
                was,
                is,
                "no longer deprecated".into(),
            );
        }
        (Some(old), Some(new)) => {
            let Deprecated { replaced_by, since } = old;
            let set = |names: &[String]| -> BTreeSet<String> {
                names.iter().map(|it| it.to_lowercase()).collect()
            };
            if set(replaced_by) != set(&new.replaced_by) {
                let text = format!("deprecated, {} → {}", names(old), names(new));
                sink(
                    "deprecated.replaced_by".into(),
                    Kind::Replacement,
                    json(replaced_by),
                    json(&new.replaced_by),
                    text,
                );
            }
            if let Some(day) = &new.since
                && *since != new.since
            {
                let text = format!("deprecated since {day}");
                sink(
                    "deprecated.since".into(),
                    Kind::Dates,
                    json(since),
                    json(day),
                    text,
                );
            }
        }
    }
}

/// The rules that are new and those that are gone.
struct Rules<'a> {
    added: Vec<&'a Rule>,
    removed: Vec<&'a Rule>,
}

fn rules<'a>(old: &'a [Rule], new: &'a [Rule]) -> Rules<'a> {
    let keys = |rules: &[Rule]| -> BTreeSet<String> { rules.iter().map(rule_key).collect() };
    let (was, is) = (keys(old), keys(new));
    Rules {
        added: new
            .iter()
            .filter(|it| !was.contains(&rule_key(it)))
            .collect(),
        removed: old
            .iter()
            .filter(|it| !is.contains(&rule_key(it)))
            .collect(),
    }
}

/// The parameters that a rule demands.
fn names(rule: &Rule) -> Vec<&str> {
    match rule {
        Rule::AnyOf(sets) | Rule::OneOf(sets) => {
            sets.iter().flatten().map(String::as_str).collect()
        }
        Rule::RequiredIf(required) => vec![&required.param],
    }
}

/// Whether a rule lets only one of several be given that had all to be given.
fn is_choice(rule: &Rule, old: &[Field]) -> bool {
    let Rule::OneOf(sets) = rule else {
        return false;
    };
    let required = |set: &&Vec<String>| set.iter().any(|it| fields::is_required(old, it));
    sets.iter().filter(required).count() > 1
}

/// Whether the change of a rule shows in a change of a parameter: it was required before the
/// rule came, or is required now that the rule is gone, or is new or gone itself.
fn is_told(param: &str, old: &[Field], new: &[Field], gone: bool) -> bool {
    let first = param.split('.').next().unwrap_or(param);
    let there = |fields: &[Field]| fields.iter().any(|it| same(&it.name, first));
    let (before, after) = if gone { (new, old) } else { (old, new) };
    !there(before) || (fields::is_required(before, param) && !fields::is_required(after, param))
}

/// Compares the tables of system errors.
pub(crate) fn system_errors(old: &[ErrorRow], new: &[ErrorRow], found: &mut Found) {
    let subject = Subject::SystemErrors;
    let mut sink = Found::sink(&mut found.changes, &subject);
    errors("system_errors", "", old, new, &mut sink);
}

/// Compares shared types. One that the pages do not lead to says nothing: they may be a part.
pub(crate) fn types(aliases: &Aliases, old: &[SharedType], new: &[SharedType], found: &mut Found) {
    for ty in new {
        let subject = Subject::Type(ty.name.clone());
        let fact = format!("types.{}", ty.name);
        let Some(SharedType {
            name: _,
            page,
            fields,
        }) = old.iter().find(|it| it.name == ty.name)
        else {
            let text = format!("added, {}", normal::with_fields("object", &ty.fields));
            found.change(&subject, &fact, Kind::TypeAdded, text);
            continue;
        };
        if *page != ty.page {
            found.mention(
                &subject,
                "page_moved",
                format!("page moved: {page} → {}", ty.page),
            );
        }
        let ground = Ground {
            aliases,
            condition: &|_| None,
        };
        let way = Way {
            fact: format!("{fact}.fields"),
            shown: String::new(),
            side: Side::Shared,
            depth: 0,
        };
        let mut sink = Found::sink(&mut found.changes, &subject);
        fields::compare(&ground, &way, fields, &ty.fields, &mut sink);
    }
}
