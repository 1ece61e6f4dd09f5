//! What changed in the documentation since the description was made.
//!
//! The pages are read as an import would read them, and their facts are compared with those
//! of the description, method by method: `compare` and `fields` say what changed, `class`
//! whom it breaks and which version comes next, `changelog` and `render` put it into words.
//! Rulings are left out: they lie over what the documentation says, and drift is about that.

mod change;
mod changelog;
mod class;
mod compare;
mod errors;
mod fields;
mod list;
mod normal;
mod render;
#[cfg(test)]
mod tests;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use self::change::{Change, Kind, Mention, Subject, Unclear};
use self::compare::Found;
use self::normal::Aliases;
use self::wanted::{Known, Wanted};
use crate::docs::draft::{Docs, Draft, Finding, Skipped, Weight};
use crate::docs::extract;
use crate::docs::spec::{self, Spec, SpecMethod};
use crate::format::{Rest, Ruling};
use crate::names;

/// More methods than this must be absent before a folder is taken for a part.
const FEW: usize = 10;

/// What to compare.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// The folder of the documentation.
    pub docs: &'a Path,
    /// The folder of the description.
    pub spec: &'a Path,
    /// Whether the folder of the documentation is only a part of it.
    pub part: bool,
    /// Methods and sections; everything if there are none.
    pub wanted: &'a [String],
    /// The version that the changes are counted from.
    pub version: &'a str,
}

/// What changed, and what is worth a word besides.
#[derive(Debug)]
pub struct Drift {
    changes: Vec<Change>,
    mentions: Vec<Mention>,
    /// How many methods stand on both sides.
    compared: usize,
    /// How many methods of the description were not looked at.
    left_out: usize,
    version: String,
}

impl Drift {
    /// Whether any fact changed.
    #[must_use]
    pub fn is_drift(&self) -> bool {
        !self.changes.is_empty()
    }
}

/// Compares a folder of the documentation with a description.
///
/// `progress` is told how many pages are read, of how many.
///
/// # Errors
///
/// A folder that cannot be read, files of the description that are broken, or names that mean
/// nothing: in words, for people.
pub fn measure(options: &Options<'_>, progress: &dyn Fn(usize, usize)) -> Result<Drift, String> {
    let spec = spec::read(options.spec)?;
    // A page is compared with the method that it describes, so all are read: one that moved
    // out of a section is not gone.
    let docs = extract::read(options.docs, &spec, progress)
        .map_err(|error| format!("{} cannot be read: {error}", options.docs.display()))?;
    // A folder without a method beside a large description is the wrong folder.
    let is_other = docs.methods.is_empty() && !docs.skipped.iter().any(|it| it.suspicious);
    if is_other && docs.system_errors.is_none() && (spec.methods.len() > FEW || options.part) {
        return Err(format!(
            "there is no page of a method in {}",
            options.docs.display()
        ));
    }
    compare(&spec, &docs, options)
}

fn compare(spec: &Spec, docs: &Docs, options: &Options<'_>) -> Result<Drift, String> {
    let in_spec = spec
        .methods
        .iter()
        .map(|it| Known::new(&it.method, &it.facts));
    let in_docs = docs
        .methods
        .iter()
        .map(|it| Known::new(&it.method, &it.facts));
    let known: Vec<Known<'_>> = in_spec.chain(in_docs).collect();
    let wanted = Wanted::new(options.wanted, &known)?;
    let aliases = aliases(spec);
    let mut found = Found::default();
    let mut compared = 0;
    let drafts: BTreeMap<spec::Key, &Draft> = docs
        .methods
        .iter()
        .map(|it| (spec::key(&it.method, it.facts.rest), it))
        .collect();
    let mut old: BTreeMap<spec::Key, &SpecMethod> = spec.index();
    let asked = |key: &spec::Key, old: &SpecMethod| {
        let new = drafts.get(key);
        wanted.has(&Known::new(&old.method, &old.facts))
            || new.is_some_and(|it| wanted.has(&Known::new(&it.method, &it.facts)))
    };
    old.retain(|key, it| asked(key, it));
    let mut gone: Vec<&SpecMethod> = Vec::new();
    let mut met: BTreeSet<spec::Key> = BTreeSet::new();
    for (key, old) in &old {
        let start = found.changes.len();
        match drafts.get(key) {
            Some(new) => {
                compared += 1;
                met.insert(key.clone());
                one(&aliases, old, new, &mut found);
                settle(&mut found.changes, start, &new.findings, &old.rulings);
            }
            None => {
                let other = (key.0.clone(), other(key.1));
                match drafts.get(&other) {
                    // The same name in the other version, which nobody described before.
                    Some(new) if spec.methods.iter().all(|it| it.key() != other) => {
                        compared += 1;
                        met.insert(other);
                        version(&aliases, old, new, &mut found);
                        settle(&mut found.changes, start, &new.findings, &old.rulings);
                    }
                    _ => gone.push(old),
                }
            }
        }
    }
    let part = options.part || (gone.len() > FEW && gone.len() * 2 > spec.methods.len());
    let mut left_out = 0;
    for old in gone {
        let skipped = docs.skipped.iter().find(|it| it.page == old.facts.page);
        // Who names a section may have no more than that; a method that is named is asked about.
        let asked_about = wanted.is_all() || wanted.names(&Known::new(&old.method, &old.facts));
        match (skipped, part || !asked_about) {
            (None, true) => left_out += 1,
            (skipped, _) => removed(old, skipped, &mut found),
        }
    }
    for (key, new) in &drafts {
        let is_new = !met.contains(key) && spec.methods.iter().all(|it| it.key() != *key);
        if is_new && wanted.has(&Known::new(&new.method, &new.facts)) {
            added(new, &mut found);
        }
    }
    let errors_too = wanted.is_all() && docs.system_errors.is_some();
    if compared == 0 && left_out > 0 && found.changes.is_empty() && !errors_too {
        return Err(format!(
            "nothing was compared: of {left_out} methods there is no page in {}",
            options.docs.display()
        ));
    }
    if wanted.is_all() {
        common(spec, docs, &aliases, &mut found);
    }
    let Found {
        mut changes,
        mut mentions,
    } = found;
    changes.sort_by(|a, b| a.subject.cmp(&b.subject));
    mentions.sort_by(|a, b| a.subject.cmp(&b.subject));
    Ok(Drift {
        changes,
        mentions,
        compared,
        left_out,
        version: options.version.to_owned(),
    })
}

fn aliases(spec: &Spec) -> Aliases {
    let mut all = BTreeMap::new();
    // Those for all scopes come last, and win: a scope hardly means another thing by `text`.
    for common in spec.common.iter().rev() {
        all.extend(common.facts.aliases.clone());
    }
    Aliases(all)
}

const fn other(rest: Rest) -> Rest {
    match rest {
        Rest::Classic => Rest::V3,
        Rest::V3 => Rest::Classic,
    }
}

fn one(aliases: &Aliases, old: &SpecMethod, new: &Draft, found: &mut Found) {
    let subject = Subject::Method(new.method.clone(), new.facts.rest);
    other_pages(&subject, new, found);
    if old.method != new.method {
        let mut text = format!("another spelling: {} → {}", old.method, new.method);
        let member = |name: &str| name.split('.').map(names::member).collect::<Vec<_>>();
        if old.alias.is_none() && member(&old.method) != member(&new.method) {
            text.push_str(&format!(
                "; the clients keep its name with `alias: {}`",
                old.method
            ));
        }
        found.mention(&subject, "spelling", text);
    }
    let home = old.path.split('/').next().unwrap_or_default();
    compare::method(aliases, &subject, home, &old.facts, &new.facts, found);
}

/// Says of other pages of a method, which nothing was compared with.
fn other_pages(subject: &Subject, new: &Draft, found: &mut Found) {
    let about_page = |it: &&Finding| it.fact == Finding::WHOLE_PAGE;
    for finding in new.findings.iter().filter(about_page) {
        found.mention(subject, "other_page", finding.message.clone());
    }
}

fn version(aliases: &Aliases, old: &SpecMethod, new: &Draft, found: &mut Found) {
    let subject = Subject::Method(new.method.clone(), new.facts.rest);
    let word = |rest| match rest {
        Rest::Classic => "classic",
        Rest::V3 => "3.0",
    };
    let text = format!("REST {} → {}", word(old.facts.rest), word(new.facts.rest));
    found.change(&subject, "rest", Kind::RestVersion, text);
    one(aliases, old, new, found);
}

fn removed(old: &SpecMethod, skipped: Option<&Skipped>, found: &mut Found) {
    let subject = Subject::Method(old.method.clone(), old.facts.rest);
    let text = match skipped {
        Some(it) => format!(
            "gone from the documentation: its page is taken for {}",
            it.reason
        ),
        None => "gone from the documentation".into(),
    };
    found.change(&subject, "method", Kind::MethodRemoved, text);
    if let (Some(it), Some(change)) = (skipped, found.changes.last_mut()) {
        // A page that cannot be understood does not say that its method is gone.
        if it.suspicious {
            change.text = "its page cannot be read".into();
            change.unclear = Some(Unclear {
                page: it.page.clone(),
                line: 1,
                message: it.reason.clone(),
            });
        }
    }
    if let Some(change) = found.changes.last_mut() {
        change.rulings = old.rulings.iter().map(|it| it.fact.clone()).collect();
    }
}

fn added(new: &Draft, found: &mut Found) {
    let subject = Subject::Method(new.method.clone(), new.facts.rest);
    let scopes = new.facts.scopes.join(" or ");
    let text = match scopes.is_empty() {
        true => "new method".to_owned(),
        false => format!("new method, scope {scopes}"),
    };
    found.change(&subject, "method", Kind::MethodAdded, text);
    other_pages(&subject, new, found);
    if let Some(change) = found.changes.last_mut() {
        change.is = serde_json::json!({ "page": new.facts.page, "scopes": new.facts.scopes });
    }
}

/// What belongs to all methods. A folder without the pages of it says nothing of it.
fn common(spec: &Spec, docs: &Docs, aliases: &Aliases, found: &mut Found) {
    let start = found.changes.len();
    let all = spec.common(None);
    if let Some(new) = &docs.system_errors {
        let old = all.map_or(&[][..], |it| &it.facts.system_errors);
        compare::system_errors(old, new, found);
    }
    let types: Vec<_> = spec
        .common
        .iter()
        .flat_map(|it| &it.facts.types)
        .cloned()
        .collect();
    compare::types(aliases, &types, &docs.types, found);
    let rulings: Vec<Ruling> = spec
        .common
        .iter()
        .flat_map(|it| &it.rulings)
        .cloned()
        .collect();
    settle(&mut found.changes, start, &docs.findings, &rulings);
}

/// Says of changes whether their page is unclear, and which rulings override them.
///
/// A fact that the page does not state clearly is drift all the same: the description states
/// it, and the page does not bear it out any more. Only where the description itself knows
/// no better than `any`, nothing is lost, and nothing is said.
fn settle(changes: &mut Vec<Change>, start: usize, findings: &[Finding], rulings: &[Ruling]) {
    let fresh = changes.split_off(start.min(changes.len()));
    for mut change in fresh {
        let mut open = findings.iter().filter(|it| it.weight == Weight::Open);
        let about =
            |it: &&Finding| it.fact == Finding::WHOLE_PAGE || covers(&it.fact, &change.fact);
        if let Some(finding) = open.find(about) {
            let knew_no_better =
                matches!(&change.kind, Kind::Type { was, .. } if was.ty == "any" && !was.fields);
            if knew_no_better {
                continue;
            }
            change.unclear = Some(Unclear {
                page: finding.page.clone(),
                line: finding.line,
                message: finding.message.clone(),
            });
        }
        let about = |it: &&Ruling| covers(&it.fact, &change.fact) || covers(&change.fact, &it.fact);
        let overriding = rulings.iter().filter(about).map(|it| it.fact.clone());
        change.rulings = overriding.collect();
        changes.push(change);
    }
}

/// Whether one fact is another, or holds it.
fn covers(fact: &str, other: &str) -> bool {
    let (fact, other) = (fact.to_lowercase(), other.to_lowercase());
    other
        .strip_prefix(fact.as_str())
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
