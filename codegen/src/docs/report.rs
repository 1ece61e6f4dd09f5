//! What a person must settle, page by page, with how a ruling would look.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::draft::{Docs, Element, Finding, Skipped, Weight};
use super::merge::{self, Merged, State};
use super::spec::{self, Key, Spec, SpecMethod};
use super::write;
use crate::format::Ruling;
use crate::ruling::stated;

/// What an import says at its end.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    /// How much there is of what.
    pub summary: Summary,
    /// The files that belong to what was read.
    pub files: Vec<Written>,
    /// What was read and could not be written.
    pub refused: Vec<merge::Refused>,
    /// Rulings and texts that no longer hold.
    pub stale: Vec<Stale>,
    /// What a person should know, by page and line; without what a ruling settles.
    pub findings: Vec<Line>,
    /// Pages from which no method was read.
    pub skipped: Vec<Skipped>,
}

/// How much there is of what.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Summary {
    /// Methods that were read.
    pub methods: usize,
    /// Methods of which nothing is open, and that contradict themselves nowhere; what a ruling
    /// settles aside.
    pub clear: usize,
    /// Findings that a person must rule on.
    pub open: usize,
    /// Pages that contradict themselves, once for each contradiction.
    pub contradictions: usize,
    /// What is only worth knowing.
    pub notes: usize,
    /// Findings that a ruling settles.
    pub settled: usize,
    /// Pages without a method.
    pub skipped: usize,
    /// Pages without a method where one was expected.
    pub suspicious: usize,
}

/// A file, and what became of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Written {
    /// The file, from the folder of the description.
    pub path: String,
    /// Where it was before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// What became of it.
    pub state: State,
}

/// A ruling or a text that no longer holds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Stale {
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub message: String,
}

/// A finding, and where its ruling would stand.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Line {
    /// The method; none for what belongs to all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The file of the description.
    pub file: String,
    /// What was found.
    #[serde(flatten)]
    pub finding: Finding,
    /// How a ruling would look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ruling: Option<String>,
}

/// Whether a ruling settles a finding: one of the two speaks of the other or of a part of it.
pub(crate) fn settles(rulings: &[Ruling], finding: &Finding) -> bool {
    let within = |part: &str, whole: &str| {
        part.strip_prefix(whole)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    !finding.fact.is_empty()
        && rulings.iter().any(|ruling| {
            within(&ruling.fact, &finding.fact) || within(&finding.fact, &ruling.fact)
        })
}

/// The rulings of a method.
pub(crate) fn rulings<'a>(index: &BTreeMap<Key, &'a SpecMethod>, key: &Key) -> &'a [Ruling] {
    index.get(key).map_or(&[], |it| &it.rulings)
}

/// Puts together what an import has to say.
pub(crate) fn report(spec: &Spec, docs: &Docs, merged: &Merged) -> Report {
    let index = spec.index();
    let mut summary = Summary {
        methods: docs.methods.len(),
        skipped: docs.skipped.len(),
        suspicious: docs.skipped.iter().filter(|it| it.suspicious).count(),
        ..Summary::default()
    };
    let mut findings = Vec::new();
    for draft in &docs.methods {
        let key = spec::key(&draft.method, draft.facts.rest);
        let known = rulings(&index, &key);
        let facts = serde_json::to_value(&draft.facts).unwrap_or_default();
        let before = (summary.open, summary.contradictions);
        for finding in &draft.findings {
            if count(&mut summary, known, finding) {
                findings.push(Line {
                    method: Some(draft.method.clone()),
                    file: merge::path(draft, index.get(&key).copied()),
                    finding: finding.clone(),
                    ruling: ruling(finding, &facts),
                });
            }
        }
        summary.clear += usize::from((summary.open, summary.contradictions) == before);
    }
    let known: Vec<Ruling> = spec
        .common
        .iter()
        .flat_map(|it| it.rulings.clone())
        .collect();
    let facts = json!({ "system_errors": docs.system_errors, "types": docs.types });
    for finding in &docs.findings {
        if count(&mut summary, &known, finding) {
            findings.push(Line {
                method: None,
                file: "common.yaml".into(),
                finding: finding.clone(),
                ruling: ruling(finding, &facts),
            });
        }
    }
    findings.sort_by(|a, b| {
        let key = |line: &Line| {
            let it = &line.finding;
            (
                it.page.clone(),
                it.line,
                it.element,
                it.fact.clone(),
                it.message.clone(),
            )
        };
        key(a).cmp(&key(b))
    });
    let mut skipped = docs.skipped.clone();
    skipped.sort_by(|a, b| (!a.suspicious, &a.page).cmp(&(!b.suspicious, &b.page)));
    let problems = merged.stale.problems();
    Report {
        summary,
        files: merged.files.iter().map(written).collect(),
        refused: merged.refused.clone(),
        stale: problems
            .into_iter()
            .map(|problem| {
                let (line, column) = problem.place().line_column();
                Stale {
                    file: problem.place().path().display().to_string(),
                    line,
                    column,
                    message: problem.message().to_owned(),
                }
            })
            .collect(),
        findings,
        skipped,
    }
}

fn written(file: &merge::File) -> Written {
    Written {
        path: file.path.clone(),
        was: file.old.clone().filter(|old| *old != file.path),
        state: file.state,
    }
}

/// Counts a finding; says whether it is to be shown.
fn count(summary: &mut Summary, rulings: &[Ruling], finding: &Finding) -> bool {
    if finding.weight != Weight::Note && settles(rulings, finding) {
        summary.settled += 1;
        return false;
    }
    match finding.weight {
        Weight::Open => summary.open += 1,
        Weight::Contradiction => summary.contradictions += 1,
        Weight::Note => summary.notes += 1,
    }
    true
}

/// How a ruling would look, for what one can settle.
fn ruling(finding: &Finding, facts: &Value) -> Option<String> {
    if finding.weight == Weight::Note || finding.fact.is_empty() {
        return None;
    }
    let candidate = finding.candidates.first();
    let mut fact = finding.fact.clone();
    let mut was = stated(facts, &fact);
    // What may be meant by a row is its type.
    if let (Some(ty), Some(_)) = (was.and_then(|it| it.get("type")), candidate) {
        fact.push_str(".type");
        was = Some(ty);
    }
    let is = match candidate {
        // Records are read from one place, so the check would refuse a choice there.
        Some(word)
            if finding.weight == Weight::Contradiction
                && is_list_result(facts, &fact)
                && word.contains('|') =>
        {
            None
        }
        Some(word) => Some(decision(was, word)),
        None if was.is_none() && finding.weight != Weight::Open => row(&fact),
        None if finding.weight == Weight::Open => Some(Value::from("…")),
        // That it was looked at, and stands.
        None => None,
    };
    let was = was.filter(|it| !matches!(it, Value::Null | Value::Bool(false)));
    let row: serde_json::Map<String, Value> = [
        ("fact", Some(Value::from(fact))),
        ("was", was.cloned()),
        ("is", is),
        ("reason", Some(Value::from("…"))),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key.to_owned(), value?)))
    .collect();
    let text = write::entry("rulings", &json!([row]), 0).ok()?;
    text.split_once('\n').map(|(_, row)| row.to_owned())
}

/// Whether a fact is the type of an answer that is itself a list to be read page by page.
fn is_list_result(facts: &Value, fact: &str) -> bool {
    fact == "result.type" && facts["list"].is_object() && facts["list"]["records"].is_null()
}

/// The row that a list of the facts lacks, if the way leads to one.
fn row(fact: &str) -> Option<Value> {
    let (list, name) = fact.rsplit_once('.')?;
    match list.rsplit('.').next() {
        Some("params" | "fields") => Some(json!({ "name": name, "type": "any" })),
        Some("errors") => Some(json!({ "code": name })),
        _ => None,
    }
}

/// A candidate as a value of the kind that it replaces.
fn decision(was: Option<&Value>, candidate: &str) -> Value {
    let read = serde_json::from_str(candidate).ok();
    match was {
        Some(Value::Array(_)) => Some(json!([candidate])),
        Some(Value::Bool(_)) => read.filter(Value::is_boolean),
        Some(Value::Number(_)) => read.filter(Value::is_number),
        _ => None,
    }
    .unwrap_or_else(|| candidate.into())
}

impl Element {
    /// The element in a word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Scopes => "scopes",
            Self::Deprecation => "deprecation",
            Self::Parameters => "parameters",
            Self::Result => "result",
            Self::List => "list",
            Self::Errors => "errors",
            Self::Repeatability => "repeatability",
        }
    }
}

fn weight(weight: Weight) -> &'static str {
    match weight {
        Weight::Open => "open",
        Weight::Contradiction => "contradiction",
        Weight::Note => "note",
    }
}

impl Report {
    /// The files that became others, and how many did not.
    pub(crate) fn files_text(&self) -> String {
        let mut out = String::new();
        let of = |state| self.files.iter().filter(move |it| it.state == state);
        for file in of(State::New) {
            out.push_str(&format!("new      {}\n", file.path));
        }
        for file in of(State::Changed) {
            out.push_str(&format!("changed  {}", file.path));
            if let Some(was) = &file.was {
                out.push_str(&format!(" (was {was})"));
            }
            out.push('\n');
        }
        let [new, changed, same] =
            [State::New, State::Changed, State::Unchanged].map(|state| of(state).count());
        out.push_str(&format!(
            "{new} files new, {changed} changed, {same} unchanged\n"
        ));
        out
    }

    /// The report as people read it.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        let mut page = "";
        for line in &self.findings {
            let it = &line.finding;
            if it.page != page {
                out.push('\n');
                page = &it.page;
            }
            let (word, weight) = (it.element.word(), weight(it.weight));
            out.push_str(&format!(
                "{page}:{}: {weight}, {word}: {}\n",
                it.line, it.message
            ));
            if it.candidates.len() > 1 {
                out.push_str(&format!("  one of: {}\n", it.candidates.join(" · ")));
            }
            if let Some(ruling) = &line.ruling {
                out.push_str(&format!("  {}:\n", line.file));
                for row in ruling.lines() {
                    out.push_str(&format!("  {row}\n"));
                }
            }
        }
        section(
            &mut out,
            "Rulings and texts that no longer hold:",
            self.stale
                .iter()
                .map(|it| format!("{}:{}:{}: {}", it.file, it.line, it.column, it.message)),
        );
        section(
            &mut out,
            "Not written:",
            self.refused.iter().map(|it| match it.page.as_str() {
                "" => format!("{}: {}", it.what, it.reason),
                page => format!("{} ({page}): {}", it.what, it.reason),
            }),
        );
        let pages = |suspicious| {
            let skipped = self
                .skipped
                .iter()
                .filter(move |it| it.suspicious == suspicious);
            skipped.map(|it| format!("{}: {}", it.page, it.reason))
        };
        section(
            &mut out,
            "Pages on which a method was expected:",
            pages(true),
        );
        section(&mut out, "Pages without a method:", pages(false));
        let it = &self.summary;
        out.push_str(&format!(
            "\n{} methods, {} of them clear: {} findings open, {} contradictions, {} notes, \
             {} settled by rulings\n{} pages without a method, {} of them unexpected\n",
            it.methods,
            it.clear,
            it.open,
            it.contradictions,
            it.notes,
            it.settled,
            it.skipped,
            it.suspicious
        ));
        out.trim_start().to_owned()
    }

    /// The report for machines.
    pub(crate) fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

fn section(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    out.push_str(&format!("\n{title}\n"));
    for line in lines {
        out.push_str(&format!("  {line}\n"));
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
