//! Whether a page describes a method, which, and in what scopes.

use super::name::{self, Decided};
use super::page::{self, Part, Section, deep, sections};
use super::{skip, table};
use crate::docs::block::{Kind, Page};
use crate::docs::code::{self, Call};
use crate::docs::draft::Skipped;
use crate::docs::site::Site;

/// A page of a method, before its facts are read.
pub(super) struct Found {
    pub path: String,
    pub method: String,
    pub title_line: u32,
    /// Other names that the page gives it.
    pub others: Vec<String>,
    pub clear: bool,
    /// The calls of the method itself that its examples make.
    pub calls: Vec<Call>,
}

/// Whether a page describes a method, and which.
pub(super) fn identify(path: &str, page: &Page) -> Result<Found, Skipped> {
    let sections = sections(page);
    let title = sections.iter().find(|it| it.level == 1);
    let Some(title) = title else {
        // So have fragments, which are read where pages include them.
        let is_method = |it: &Section<'_>| matches!(it.part, Part::Parameters | Part::Response);
        let (reason, suspicious) = match sections.iter().any(is_method) {
            _ if page.blocks.is_empty() => ("it is empty", true),
            true => ("it has no title", true),
            false => ("a text without a title", false),
        };
        return Err(skip(path, reason, suspicious));
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
    let called = calls.iter().any(|call| {
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
    // The title's spelling is the documentation's.
    let method = names
        .title
        .iter()
        .find(|it| it.eq_ignore_ascii_case(&method))
        .cloned()
        .unwrap_or(method);
    let own = |call: &Call| {
        let called = call.method.as_deref();
        called.is_some_and(|it| it.eq_ignore_ascii_case(&method))
    };
    let calls = calls.into_iter().filter(own).collect();
    Ok(Found {
        path: path.to_owned(),
        method,
        title_line: title.line,
        others,
        clear,
        calls,
    })
}

/// The calls of all examples.
fn all_calls(sections: &[Section<'_>]) -> Vec<Call> {
    let mut out = Vec::new();
    for section in sections.iter().filter(|it| it.part != Part::Related) {
        for block in deep(section.blocks) {
            let Kind::Tabs(tabs) = &block.kind else {
                continue;
            };
            for tab in tabs {
                for block in deep(&tab.blocks) {
                    if let Kind::Code { lang, text } = &block.kind {
                        out.extend(code::calls(&tab.title, lang, text));
                    }
                }
            }
        }
    }
    out
}

/// `> Scope: [`imbot`](…)`: the scopes and the line.
pub(super) fn scopes(sections: &[Section<'_>]) -> Option<(Vec<String>, u32)> {
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
pub(super) fn section_scopes(site: &Site, path: &str) -> Option<(Vec<String>, u32)> {
    let (folder, _) = path.rsplit_once('/')?;
    let page = site.page(&format!("{folder}/index.md"))?;
    let all = sections(&page);
    let named = scopes_in(&all, |_| true)?;
    (named.0.len() == 1).then_some((named.0, 1))
}
