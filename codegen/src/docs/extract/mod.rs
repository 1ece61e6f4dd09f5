//! Pages → facts, and what a person must settle about them. One module for each part of the facts.

mod conditions;
mod containers;
mod deprecated;
mod errors;
mod examples;
mod fields;
mod identify;
mod infer;
mod linked;
mod list;
mod name;
mod nested;
mod page;
mod params;
mod places;
mod reader;
mod result;
mod secrets;
mod shared;
mod table;
mod types;
mod untyped;
mod values;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use self::identify::{Found, identify, scopes, section_scopes};
use self::page::{Part, sections};
use self::reader::{Link, Reader};
use super::block::Page;
use super::code::Call;
use super::draft::{Docs, Draft, Element, Finding, Skipped, Weight};
use super::site::Site;
use super::spec::{self, Key, Spec};
use crate::format::{Facts, Rest};

/// Where the system errors stand.
const SYSTEM_ERRORS: &str = "_includes/system-errors.md";

/// The page of each method, as a description names it.
type Pages<'a> = BTreeMap<Key, &'a str>;

/// Reads a folder of the documentation. `spec` says which page is read of a method that has
/// more than one. `progress` is told how many pages are done, of how many.
pub(crate) fn read(root: &Path, spec: &Spec, progress: &dyn Fn(usize, usize)) -> io::Result<Docs> {
    let pages = spec.methods.iter();
    let pages = pages.map(|it| (it.key(), it.facts.page.as_str())).collect();
    Ok(of_site(&Site::open(root)?, &pages, progress))
}

fn of_site(site: &Site, pages: &Pages<'_>, progress: &dyn Fn(usize, usize)) -> Docs {
    let paths: Vec<&str> = site
        .paths()
        .filter(|it| !it.starts_with("_includes/"))
        .collect();
    let mut docs = Docs::default();
    for (path, error) in &site.unreadable {
        docs.skipped
            .push(skip(path, format!("it cannot be read: {error}"), true));
    }
    let mut found: Vec<Found> = Vec::new();
    for (done, path) in paths.iter().enumerate() {
        progress(done, paths.len());
        if let Some(page) = site.page(path) {
            match identify(path, &page) {
                Ok(it) => found.push(it),
                Err(skipped) => docs.skipped.push(skipped),
            }
        }
    }
    progress(paths.len(), paths.len());
    let methods: BTreeMap<String, String> = found
        .iter()
        .map(|it| (it.path.clone(), it.method.clone()))
        .collect();
    let mut links: BTreeSet<Link> = BTreeSet::new();
    for it in found {
        let Some(page) = site.page(&it.path) else {
            continue;
        };
        let (draft, shared) = describe(site, &page, it, &methods);
        links.extend(shared);
        docs.methods.push(draft);
    }
    docs.methods.sort_by_key(key);
    once(&mut docs, pages);
    shared_types(site, links, &mut docs);
    if let Some(page) = site.page(SYSTEM_ERRORS) {
        let mut findings = Vec::new();
        let mut unread = |line, message: &str| {
            findings.push(Finding {
                page: SYSTEM_ERRORS.to_owned(),
                line,
                element: Element::Errors,
                fact: "system_errors".into(),
                message: message.to_owned(),
                candidates: Vec::new(),
                weight: Weight::Open,
            });
        };
        docs.system_errors = errors::system(&page.blocks, &mut unread);
        docs.findings.extend(findings);
    }
    docs
}

fn key(draft: &Draft) -> (String, bool, String) {
    let v3 = draft.facts.rest == Rest::V3;
    (draft.method.to_lowercase(), v3, draft.facts.page.clone())
}

/// A method that has several pages is read from the one that the description names. Where it
/// names none of them, it is read from the first, and a person has to say whether that is right.
fn once(docs: &mut Docs, pages: &Pages<'_>) {
    let mut drafts = std::mem::take(&mut docs.methods).into_iter().peekable();
    while let Some(mut kept) = drafts.next() {
        let key = spec::key(&kept.method, kept.facts.rest);
        let described = pages.get(&key).copied();
        let mut others: Vec<Draft> = Vec::new();
        while let Some(mut other) = drafts.next_if(|it| spec::key(&it.method, it.facts.rest) == key)
        {
            if described == Some(&*other.facts.page) {
                std::mem::swap(&mut kept, &mut other);
            }
            others.push(other);
        }
        for other in &others {
            kept.findings.push(another(&kept, other, described));
            let first = &kept.facts.page;
            let reason = format!("`{}` has a page already: {first}", other.method);
            docs.skipped.push(skip(&other.facts.page, reason, true));
        }
        docs.methods.push(kept);
    }
}

/// What is said of another page: on the one that is read, so that it goes wherever that goes.
fn another(kept: &Draft, other: &Draft, described: Option<&str>) -> Finding {
    let mut message = format!("`{}` has another page: {}", kept.method, other.facts.page);
    let is_described = described == Some(&*kept.facts.page);
    if !is_described {
        message.push_str("; which is read, `facts.page` of its description says");
    }
    Finding {
        page: kept.facts.page.clone(),
        line: 1,
        element: Element::Name,
        fact: Finding::WHOLE_PAGE.into(),
        message,
        candidates: Vec::new(),
        weight: match is_described {
            true => Weight::Note,
            false => Weight::Open,
        },
    }
}

fn skip(page: &str, reason: impl Into<String>, suspicious: bool) -> Skipped {
    Skipped {
        page: page.to_owned(),
        reason: reason.into(),
        suspicious,
    }
}

/// Reads all facts of a page.
fn describe(
    site: &Site,
    page: &Page,
    found: Found,
    methods: &BTreeMap<String, String>,
) -> (Draft, Vec<Link>) {
    let sections = sections(page);
    let said_scopes = scopes(&sections).or_else(|| section_scopes(site, &found.path));
    let reader = Reader::new(site, &found.path, sections, found.calls);
    if !found.clear {
        let mut candidates = vec![found.method.clone()];
        candidates.extend(found.others.iter().cloned());
        reader.open(
            Element::Name,
            found.title_line,
            "method",
            "title, text and examples name different methods",
            candidates,
        );
    }
    for fault in &page.faults {
        reader.find(
            Weight::Contradiction,
            Element::Name,
            fault.line,
            "page",
            format!("the page is broken here: {}", fault.message),
            Vec::new(),
        );
    }
    let rest = version(&reader);
    let (scopes, scope_line) = said_scopes.unwrap_or_default();
    if scopes.is_empty() {
        let message = match scope_line {
            0 => "the page names no scope",
            _ => "the line of the scope names none",
        };
        let guess = found.method.split('.').next().unwrap_or_default();
        let guess = vec![guess.to_owned()];
        reader.open(Element::Scopes, scope_line.max(1), "scopes", message, guess);
    }
    let (mut params, rules) = params::read(&reader);
    places::read(&reader, &mut params);
    secrets::mark(&mut params);
    against_examples(&reader, &params);
    let mut answer = result::read(&reader);
    secrets::mark(&mut answer.shape.fields);
    let list = list::read(&reader, rest, &params, &answer);
    let (errors, statuses) = errors::read(&reader);
    let deprecated = deprecated::read(&reader, methods);
    let repeatable = repeatable(&reader);
    let related = related(&reader, methods, &found.method);
    let examples = examples::read(&reader, &params, &answer);
    let facts = Facts {
        page: found.path.clone(),
        rest,
        scopes,
        deprecated,
        since: None,
        until: None,
        application_only: name::needs_application(&reader.sections),
        repeatable,
        params,
        rules,
        missing: None,
        result: answer.shape,
        list,
        statuses,
        errors,
        related,
        examples,
    };
    let mut findings = reader.findings.into_inner();
    findings.sort_by_key(|it| (it.line, it.element));
    findings.dedup_by(|a, b| a.line == b.line && a.fact == b.fact && a.message == b.message);
    let draft = Draft {
        method: found.method,
        facts,
        findings,
    };
    (draft, reader.shared.into_inner())
}

/// The table of parameters against the calls of the examples.
fn against_examples(reader: &Reader<'_>, params: &[crate::format::Field]) {
    let calls: Vec<&Call> = reader.calls.iter().collect();
    // What no row states is missing from the table.
    let table = reader
        .sections
        .iter()
        .find(|it| it.part == Part::Parameters);
    let table = table.map_or(1, |it| it.line);
    for mismatch in super::check::params(params, &calls) {
        reader.find(
            Weight::Contradiction,
            Element::Parameters,
            reader.line_of(&mismatch.path).unwrap_or(table),
            mismatch.path,
            mismatch.message,
            mismatch.candidates,
        );
    }
}

/// The version of REST: by the note, and by the addresses of the examples.
fn version(reader: &Reader<'_>) -> Rest {
    let says = name::says_v3(&reader.sections);
    let v3: Vec<bool> = reader.calls.iter().filter_map(|it| it.v3).collect();
    let by_calls = v3.iter().any(|it| *it);
    if says != by_calls && !v3.is_empty() {
        let message = match says {
            true => "the page says REST 3.0, and its examples call the classic one",
            false => "the examples call REST 3.0, and the page does not say so",
        };
        reader.open(
            Element::Name,
            1,
            "rest",
            message,
            vec!["v3".into(), "classic".into()],
        );
    }
    if says || (by_calls && v3.iter().all(|it| *it)) {
        Rest::V3
    } else {
        Rest::Classic
    }
}

/// Whether the call may be repeated: as the Go example says, if there is one.
fn repeatable(reader: &Reader<'_>) -> Option<bool> {
    let said: Vec<bool> = reader.calls.iter().filter_map(|it| it.idempotent).collect();
    let first = *said.first()?;
    if said.iter().any(|it| *it != first) {
        reader.open(
            Element::Repeatability,
            1,
            "repeatable",
            "some examples mark the call as safe to repeat, and some do not",
            vec!["true".into(), "false".into()],
        );
        return Some(false);
    }
    Some(first)
}

/// The methods that the page refers to at its end.
fn related(reader: &Reader<'_>, methods: &BTreeMap<String, String>, own: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for section in reader.sections.iter().filter(|it| it.part == Part::Related) {
        for text in page::texts(section.blocks) {
            for span in &text.spans {
                let target = span
                    .link
                    .as_deref()
                    .and_then(|it| super::site::resolve(reader.path, it));
                let Some(name) = target.and_then(|(page, _)| methods.get(&page)) else {
                    continue;
                };
                if !name.eq_ignore_ascii_case(own)
                    && !out.iter().any(|it| it.eq_ignore_ascii_case(name))
                {
                    out.push(name.clone());
                }
            }
        }
    }
    out
}

/// Reads the shared types that pages link to, and those that they link to in turn.
fn shared_types(site: &Site, links: BTreeSet<Link>, docs: &mut Docs) {
    let mut wait: Vec<Link> = links.into_iter().collect();
    let mut done: BTreeMap<String, Link> = BTreeMap::new();
    while let Some(link) = wait.pop() {
        let unclear = |message| Finding {
            page: link.page.clone(),
            line: 1,
            element: Element::Result,
            fact: format!("types.{}", link.name),
            message,
            candidates: Vec::new(),
            weight: Weight::Open,
        };
        if let Some(known) = done.get(&link.name) {
            if known.page != link.page {
                let message = format!("another `{}` is described on {}", link.name, known.page);
                docs.findings.push(unclear(message));
            }
            continue;
        }
        match shared::read(site, &link) {
            Some((ty, findings, more)) => {
                docs.types.push(ty);
                docs.findings.extend(findings);
                wait.extend(more);
            }
            None => {
                let message = format!("no table describes `{}` under #{}", link.name, link.anchor);
                docs.findings.push(unclear(message));
            }
        }
        done.insert(link.name.clone(), link);
    }
    docs.types.sort_by(|a, b| a.name.cmp(&b.name));
}
