//! Drift in words, and as JSON.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::Drift;
use super::change::{Change, Class, Kind, Subject};
use super::changelog::{draft, versions};
use super::class::class;
use crate::format::Rest;

/// More new methods of a scope than this are told in one line.
const MANY: usize = 20;

impl Drift {
    /// For people: one line for each change, by method, with whom it breaks.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        let (clear, unclear): (Vec<&Change>, Vec<&Change>) =
            self.changes.iter().partition(|it| it.unclear.is_none());
        let (many, clear) = fold(&clear);
        table(&clear, &mut out);
        for (scope, count) in many {
            out.push_str(&format!("{scope}: {count} new methods\n"));
        }
        if !unclear.is_empty() {
            heading("Unclear: what a page no longer says clearly", &mut out);
            for change in unclear {
                out.push_str(&format!("{}: {}\n", change.subject.text(), change.text));
                if let Some(it) = &change.unclear {
                    out.push_str(&format!("    {}:{}: {}\n", it.page, it.line, it.message));
                }
                rulings(change, &mut out);
            }
        }
        if !self.mentions.is_empty() || self.left_out > 0 {
            heading("No drift, but worth a word", &mut out);
            for mention in &self.mentions {
                let subject = mention
                    .subject
                    .as_ref()
                    .map(|it| format!("{}: ", it.text()));
                out.push_str(&format!(
                    "{}{}\n",
                    subject.unwrap_or_default(),
                    mention.text
                ));
            }
            if self.left_out > 0 {
                out.push_str(&format!(
                    "not looked at: {} methods whose pages are not in this folder\n",
                    self.left_out
                ));
            }
        }
        if self.is_drift() {
            self.summary(&mut out);
        } else {
            heading(
                &format!("No drift: {} methods compared", self.compared),
                &mut out,
            );
        }
        out
    }

    fn summary(&self, out: &mut String) {
        let count = |of: fn(&(Class, Class)) -> bool| {
            let classes = self.changes.iter().map(|it| class(&it.kind));
            classes.filter(of).count()
        };
        heading(
            &format!(
                "Changes: {}, of which break Rust {}, Python {}; methods compared: {}",
                self.changes.len(),
                count(|it| it.0 == Class::Breaking),
                count(|it| it.1 == Class::Breaking),
                self.compared
            ),
            out,
        );
        if let Some(it) = versions(self) {
            out.push_str(&format!(
                "Next version: {} (now {}; Rust {}, Python {})\n",
                it.proposed, self.version, it.rust, it.python
            ));
        }
        if self.changes.iter().any(|it| it.unclear.is_some()) {
            out.push_str("Unclear changes are not counted in: settle them first.\n");
        }
        if let Some(entry) = draft(self) {
            heading("Draft for CHANGELOG.md", out);
            out.push('\n');
            out.push_str(&entry);
        }
    }

    /// For machines. The shape is described in the README of `codegen`.
    #[must_use]
    pub fn json(&self) -> Value {
        let next = versions(self).map(|it| {
            json!({
                "current": self.version,
                "rust": it.rust,
                "python": it.python,
                "proposed": it.proposed,
                "breaks_rust": it.breaking.0,
                "breaks_python": it.breaking.1,
            })
        });
        let changes: Vec<Value> = self.changes.iter().map(change).collect();
        let mentioned: Vec<Value> = self
            .mentions
            .iter()
            .map(|it| {
                let (method, rest, ty) = named(it.subject.as_ref());
                json!({
                    "method": method,
                    "rest": rest,
                    "type": ty,
                    "kind": it.kind,
                    "text": it.text,
                })
            })
            .collect();
        json!({
            "drift": self.is_drift(),
            "compared": self.compared,
            "not_looked_at": self.left_out,
            "changes": changes,
            "mentioned": mentioned,
            "next_version": next,
            "changelog": draft(self),
        })
    }
}

fn named(subject: Option<&Subject>) -> (Option<&str>, Option<Rest>, Option<&str>) {
    match subject {
        Some(Subject::Method(name, rest)) => (Some(name), Some(*rest), None),
        Some(Subject::Type(name)) => (None, None, Some(name)),
        Some(Subject::SystemErrors) | None => (None, None, None),
    }
}

fn change(change: &Change) -> Value {
    #[derive(Serialize)]
    struct Row<'a> {
        method: Option<&'a str>,
        rest: Option<Rest>,
        #[serde(rename = "type")]
        ty: Option<&'a str>,
        fact: &'a str,
        kind: &'static str,
        was: &'a Value,
        is: &'a Value,
        text: &'a str,
        rust: Class,
        python: Class,
        unclear: &'a Option<super::Unclear>,
        rulings: &'a [String],
    }
    let (method, rest, ty) = named(Some(&change.subject));
    let (rust, python) = class(&change.kind);
    super::normal::json(&Row {
        method,
        rest,
        ty,
        fact: &change.fact,
        kind: change.kind.name(),
        was: &change.was,
        is: &change.is,
        text: &change.text,
        rust,
        python,
        unclear: &change.unclear,
        rulings: &change.rulings,
    })
}

/// Takes out the new methods of scopes that have many, and counts them.
fn fold<'a>(changes: &[&'a Change]) -> (BTreeMap<String, usize>, Vec<&'a Change>) {
    let scope = |it: &Change| match it.kind {
        Kind::MethodAdded => it.is["scopes"][0].as_str().map(str::to_owned),
        _ => None,
    };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for scope in changes.iter().filter_map(|it| scope(it)) {
        *counts.entry(scope).or_default() += 1;
    }
    counts.retain(|_, count| *count > MANY);
    let rest = changes.iter().copied();
    let rest = rest.filter(|it| scope(it).is_none_or(|it| !counts.contains_key(&it)));
    let rest = rest.collect();
    (counts, rest)
}

/// One line for each change; what it breaks stands in columns of its own.
fn table(changes: &[&Change], out: &mut String) {
    /// No text pushes the columns beyond this.
    const WIDEST: usize = 72;
    let line = |it: &Change| format!("{}: {}", it.subject.text(), it.text);
    let width = |it: &&Change| line(it).chars().count();
    let widths = changes.iter().map(width).filter(|it| *it <= WIDEST);
    let width = widths.max().unwrap_or_default();
    for change in changes {
        let word = |class| match class {
            Class::Breaking => "breaking",
            Class::Compatible => "compatible",
        };
        let (rust, python) = class(&change.kind);
        out.push_str(&format!(
            "{:width$}  Rust {:10}  Python {}\n",
            line(change),
            word(rust),
            word(python)
        ));
        rulings(change, out);
    }
}

fn rulings(change: &Change, out: &mut String) {
    if !change.rulings.is_empty() {
        out.push_str(&format!(
            "    a ruling overrides this ({}): settle it anew\n",
            change.rulings.join(", ")
        ));
    }
}

fn heading(text: &str, out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(text);
    out.push('\n');
}
