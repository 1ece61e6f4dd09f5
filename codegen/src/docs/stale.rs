//! What people wrote and what no longer holds: rulings whose fact changed, texts whose subject
//! is gone. An import leaves them alone and says where they stand.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::diag::Report;
use crate::file::Doc;
use crate::format::{CommonFacts, CommonFile, Facts, Ruling, Texts};
use crate::lower::{field_paths, stray_texts};
use crate::ruling;

/// Checks a method's file.
pub(crate) fn method(
    doc: &Doc,
    facts: &Facts,
    texts: &Texts,
    rulings: &[Ruling],
    report: &mut Report,
) {
    let ruled = ruling::apply(facts, rulings, doc, report);
    let Some((doc, facts)): Option<(Cow<'_, Doc>, Facts)> = ruled else {
        return;
    };
    let known = |fields| {
        let mut paths = Vec::new();
        field_paths(fields, "", &mut paths);
        BTreeSet::from_iter(paths)
    };
    let mut stray = |part: &str, texts: &BTreeMap<String, String>, known: &BTreeSet<String>| {
        stray_texts(&doc, &["texts", part], texts, known, report);
    };
    stray("params", &texts.params, &known(&facts.params));
    let mut fields = known(&facts.result.fields);
    let values = facts.result.values.iter();
    fields.extend(values.map(|value| format!("={}", value.text())));
    stray("fields", &texts.fields, &fields);
    let codes = facts.errors.iter().map(|row| row.code.text());
    stray("errors", &texts.errors, &codes.collect());
}

/// Checks a `common.yaml`.
pub(crate) fn common(doc: &Doc, file: &CommonFile, report: &mut Report) {
    let ruled = ruling::apply(&file.facts, &file.rulings, doc, report);
    let Some((doc, facts)): Option<(Cow<'_, Doc>, CommonFacts)> = ruled else {
        return;
    };
    let mut known = BTreeSet::from(["scope".to_owned()]);
    for row in &facts.system_errors {
        known.insert(format!("system_errors.{}", row.code.text()));
    }
    for shared in &facts.types {
        let mut paths = Vec::new();
        field_paths(
            &shared.fields,
            &format!("types.{}", shared.name),
            &mut paths,
        );
        known.insert(format!("types.{}", shared.name));
        known.extend(paths);
    }
    stray_texts(&doc, &["texts"], &file.texts, &known, report);
}
