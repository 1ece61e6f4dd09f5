//! Pages → facts, and what a person must settle about them. One module for each part of the facts.

mod containers;
mod deprecated;
mod errors;
mod examples;
mod fields;
mod infer;
mod list;
mod name;
mod page;
mod params;
mod places;
mod reader;
mod result;
mod shared;
mod table;
mod types;
mod values;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use self::name::Decided;
use self::page::{Part, Section, deep, sections};
use self::reader::{Link, Reader};
use super::block::{Kind, Page};
use super::code::{self, Call};
use super::draft::{Docs, Draft, Element, Finding, Skipped, Weight};
use super::site::Site;
use crate::format::{Facts, Rest};

/// Where the system errors stand.
const SYSTEM_ERRORS: &str = "_includes/system-errors.md";

/// Reads a folder of the documentation. `progress` is told how many pages are done, of how many.
pub(crate) fn read(root: &Path, progress: &dyn Fn(usize, usize)) -> io::Result<Docs> {
    Ok(of_site(&Site::open(root)?, progress))
}

fn of_site(site: &Site, progress: &dyn Fn(usize, usize)) -> Docs {
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
    docs.methods.sort_by(|a, b| key(a).cmp(&key(b)));
    once(&mut docs);
    shared_types(site, links, &mut docs);
    if let Some(page) = site.page(SYSTEM_ERRORS) {
        docs.system_errors = errors::system(&page.blocks);
    }
    docs
}

fn key(draft: &Draft) -> (String, bool, String) {
    let v3 = draft.facts.rest == Rest::V3;
    (draft.method.to_lowercase(), v3, draft.facts.page.clone())
}

/// A method that has two pages is read from the first of them.
fn once(docs: &mut Docs) {
    let mut kept: Vec<Draft> = Vec::new();
    for draft in std::mem::take(&mut docs.methods) {
        let same = kept.last().filter(|it| {
            it.method.eq_ignore_ascii_case(&draft.method) && it.facts.rest == draft.facts.rest
        });
        match same {
            Some(first) => docs.skipped.push(skip(
                &draft.facts.page,
                format!(
                    "`{}` has a page already: {}",
                    draft.method, first.facts.page
                ),
                true,
            )),
            None => kept.push(draft),
        }
    }
    docs.methods = kept;
}

fn skip(page: &str, reason: impl Into<String>, suspicious: bool) -> Skipped {
    Skipped {
        page: page.to_owned(),
        reason: reason.into(),
        suspicious,
    }
}

/// A page of a method, before its facts are read.
struct Found {
    path: String,
    method: String,
    title_line: u32,
    /// Other names that the page gives it.
    others: Vec<String>,
    clear: bool,
}

/// Whether a page describes a method, and which.
fn identify(path: &str, page: &Page) -> Result<Found, Skipped> {
    let sections = sections(page);
    let title = sections.iter().find(|it| it.level == 1);
    let Some(title) = title else {
        return Err(skip(path, "it has no title", false));
    };
    let has_scope = scopes(&sections).is_some();
    let has_parameters = sections.iter().any(|it| it.part == Part::Parameters);
    let lower = title.title.to_lowercase();
    let is_event = sections.iter().any(|it| {
        let title = it.title.to_lowercase();
        title.contains("handler receives") || title.contains("what the handler")
    });
    let calls = all_calls(&sections);
    if is_event {
        return Err(skip(path, "an event", false));
    }
    if sections.iter().any(|it| {
        let title = it.title.to_lowercase();
        title.starts_with("overview of")
    }) || path.ends_with("/index.md")
    {
        return Err(skip(path, "an overview", false));
    }
    let names = name::names(&title.title, &sections, &calls);
    let responds = sections.iter().any(|it| it.part == Part::Response);
    let called = calls.iter().any(|(call, _)| {
        let method = call.method.as_deref();
        names
            .title
            .iter()
            .any(|it| method.is_some_and(|m| m.eq_ignore_ascii_case(it)))
    });
    let looks = has_scope || has_parameters || (responds && called);
    if !looks {
        return Err(skip(path, "an article", called));
    }
    let described = sections.iter().any(|it| {
        it.part == Part::Parameters && page::tables(it.blocks).iter().any(|it| table::is_named(it))
    });
    if !described && calls.is_empty() {
        let reason = if lower.starts_with("event") {
            "an event"
        } else {
            "an article"
        };
        return Err(skip(path, reason, called));
    }
    let titled = names.title.iter().any(|it| name::is_method(it));
    if !described && !titled && !responds {
        return Err(skip(path, "an article", false));
    }
    let (method, others, clear) = match names.decide(path) {
        Decided::Clear(method) => (method, Vec::new(), true),
        Decided::Unclear(all) => {
            let mut all = all.into_iter();
            match all.next() {
                Some(best) => (best, all.collect(), false),
                None => return Err(skip(path, "no method is named", true)),
            }
        }
        Decided::None => return Err(skip(path, "no method is named", true)),
    };
    Ok(Found {
        path: path.to_owned(),
        // The title's spelling is the documentation's.
        method: names
            .title
            .iter()
            .find(|it| it.eq_ignore_ascii_case(&method))
            .cloned()
            .unwrap_or(method),
        title_line: title.line,
        others,
        clear,
    })
}

/// The calls of all examples, with the lines of their blocks.
fn all_calls(sections: &[Section<'_>]) -> Vec<(Call, u32)> {
    let mut out = Vec::new();
    for section in sections.iter().filter(|it| it.part != Part::Related) {
        for block in deep(section.blocks) {
            let Kind::Tabs(tabs) = &block.kind else {
                continue;
            };
            for tab in tabs {
                for block in deep(&tab.blocks) {
                    if let Kind::Code { lang, text } = &block.kind {
                        let calls = code::calls(&tab.title, lang, text);
                        out.extend(calls.into_iter().map(|it| (it, block.line)));
                    }
                }
            }
        }
    }
    out
}

/// `> Scope: [`imbot`](…)`: the scopes and the line.
fn scopes(sections: &[Section<'_>]) -> Option<(Vec<String>, u32)> {
    scopes_in(sections, |part| part == Part::Intro)
}

fn scopes_in(sections: &[Section<'_>], of: impl Fn(Part) -> bool) -> Option<(Vec<String>, u32)> {
    for section in sections.iter().filter(|it| of(it.part)) {
        for block in section.blocks {
            let Kind::Quote(blocks) = &block.kind else {
                continue;
            };
            for block in deep(blocks) {
                let Kind::Paragraph(text) = &block.kind else {
                    continue;
                };
                let plain = text.plain();
                let Some(line) = plain
                    .lines()
                    .find(|it| it.trim().to_lowercase().starts_with("scope"))
                else {
                    continue;
                };
                let mut out: Vec<String> = Vec::new();
                for span in &text.spans {
                    let word = span.text.trim();
                    let scope_like = !word.is_empty()
                        && word.chars().all(|it| {
                            it.is_ascii_lowercase()
                                || it.is_ascii_digit()
                                || matches!(it, '_' | '.' | '-')
                        });
                    if (span.code || span.link.is_some())
                        && scope_like
                        && line.contains(word)
                        && !out.iter().any(|it| it == word)
                    {
                        out.push(word.to_owned());
                    }
                }
                return Some((out, block.line));
            }
        }
    }
    None
}

/// The scope of a whole section, where its overview names it.
fn section_scopes(site: &Site, path: &str) -> Option<(Vec<String>, u32)> {
    let (folder, _) = path.rsplit_once('/')?;
    let page = site.page(&format!("{folder}/index.md"))?;
    let all = sections(&page);
    let named = scopes_in(&all, |_| true)?;
    (named.0.len() == 1).then_some((named.0, 1))
}

/// Reads all facts of a page.
fn describe(
    site: &Site,
    page: &Page,
    found: Found,
    methods: &BTreeMap<String, String>,
) -> (Draft, Vec<Link>) {
    let sections = sections(page);
    let calls = all_calls(&sections);
    let own: Vec<Call> = calls
        .iter()
        .filter(|(call, _)| {
            let method = call.method.as_deref();
            method.is_some_and(|it| it.eq_ignore_ascii_case(&found.method))
        })
        .map(|it| it.0.clone())
        .collect();
    let said_scopes = scopes(&sections).or_else(|| section_scopes(site, &found.path));
    let reader = Reader {
        site,
        path: &found.path,
        sections,
        calls: own,
        findings: RefCell::default(),
        shared: RefCell::default(),
    };
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
    let scopes = match said_scopes {
        Some((scopes, _)) if !scopes.is_empty() => scopes,
        Some((_, line)) => {
            let guess = found
                .method
                .split('.')
                .next()
                .unwrap_or_default()
                .to_owned();
            reader.open(
                Element::Scopes,
                line,
                "scopes",
                "the line of the scope names none",
                vec![guess],
            );
            Vec::new()
        }
        None => {
            let guess = found
                .method
                .split('.')
                .next()
                .unwrap_or_default()
                .to_owned();
            reader.open(
                Element::Scopes,
                1,
                "scopes",
                "the page names no scope",
                vec![guess],
            );
            Vec::new()
        }
    };
    let (mut params, rules) = params::read(&reader);
    places::read(&reader, &mut params);
    against_examples(&reader, &params);
    let answer = result::read(&reader);
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
    for mismatch in super::check::params(params, &calls) {
        reader.find(
            Weight::Contradiction,
            Element::Parameters,
            1,
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
        match done.get(&link.name) {
            Some(known) if known.page == link.page => continue,
            Some(known) => {
                docs.findings.push(Finding {
                    page: link.page.clone(),
                    line: 1,
                    element: Element::Result,
                    fact: format!("types.{}", link.name),
                    message: format!("another `{}` is described on {}", link.name, known.page),
                    candidates: Vec::new(),
                    weight: Weight::Open,
                });
                continue;
            }
            None => {}
        }
        done.insert(link.name.clone(), link.clone());
        match shared::read(site, &link) {
            Some((ty, findings, more)) => {
                docs.types.push(ty);
                docs.findings.extend(findings);
                wait.extend(more);
            }
            None => docs.findings.push(Finding {
                page: link.page.clone(),
                line: 1,
                element: Element::Result,
                fact: format!("types.{}", link.name),
                message: format!("no table describes `{}` under #{}", link.name, link.anchor),
                candidates: Vec::new(),
                weight: Weight::Open,
            }),
        }
    }
    docs.types.sort_by(|a, b| a.name.cmp(&b.name));
}
