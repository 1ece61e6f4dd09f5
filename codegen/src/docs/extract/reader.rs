//! What the readers of one page share: the page, its findings, the calls of its examples.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::page::{Part, Section, tables};
use super::table::is_named;
use crate::docs::block::Row;
use crate::docs::code::Call;
use crate::docs::draft::{Element, Finding, Weight};
use crate::docs::site::Site;

/// A page that is being read.
pub(super) struct Reader<'a> {
    pub site: &'a Site,
    pub path: &'a str,
    pub sections: Vec<Section<'a>>,
    /// The calls of this page's own method.
    pub calls: Vec<Call>,
    pub findings: RefCell<Vec<Finding>>,
    /// Shared types that the page links to: the name, the page and the anchor.
    pub shared: RefCell<Vec<Link>>,
    /// The lines of the tables whose rows were read.
    read: RefCell<BTreeSet<u32>>,
    /// The lines of rows by the way to what they state.
    lines: RefCell<BTreeMap<String, u32>>,
}

/// A shared type that a page links to.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Link {
    pub name: String,
    pub page: String,
    pub anchor: String,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        site: &'a Site,
        path: &'a str,
        sections: Vec<Section<'a>>,
        calls: Vec<Call>,
    ) -> Self {
        Self {
            site,
            path,
            sections,
            calls,
            findings: RefCell::default(),
            shared: RefCell::default(),
            read: RefCell::default(),
            lines: RefCell::default(),
        }
    }

    /// Notes the line of the row that states a fact.
    pub(super) fn stands(&self, way: &str, line: u32) {
        self.lines
            .borrow_mut()
            .entry(way.to_owned())
            .or_insert(line);
    }

    /// The line of the row that states a fact, or what the fact is a part of.
    pub(super) fn line_of(&self, fact: &str) -> Option<u32> {
        let lines = self.lines.borrow();
        let mut way = fact;
        loop {
            if let Some(line) = lines.get(way) {
                return Some(*line);
            }
            (way, _) = way.rsplit_once('.')?;
        }
    }

    /// Notes that the rows of a table are read.
    pub(super) fn mark(&self, rows: &[Row]) {
        self.read
            .borrow_mut()
            .extend(rows.first().map(|it| it.line));
    }

    pub(super) fn was_read(&self, rows: &[Row]) -> bool {
        let first = rows.first().map(|it| it.line);
        first.is_some_and(|it| self.read.borrow().contains(&it))
    }

    pub(super) fn find(
        &self,
        weight: Weight,
        element: Element,
        line: u32,
        fact: impl Into<String>,
        message: impl Into<String>,
        candidates: Vec<String>,
    ) {
        self.findings.borrow_mut().push(Finding {
            page: self.path.to_owned(),
            line,
            element,
            fact: fact.into(),
            message: message.into(),
            candidates,
            weight,
        });
    }

    pub(super) fn open(
        &self,
        element: Element,
        line: u32,
        fact: impl Into<String>,
        message: impl Into<String>,
        candidates: Vec<String>,
    ) {
        self.find(Weight::Open, element, line, fact, message, candidates);
    }

    /// The table of names under an anchor of this page, in a part that will do, and the line of its
    /// heading.
    pub(super) fn anchored(
        &self,
        anchor: &str,
        within: impl Fn(Part) -> bool,
    ) -> Option<(u32, &'a [Row])> {
        let wanted = simple(anchor);
        let by_anchor =
            |section: &&Section<'a>| section.anchors.iter().any(|it| simple(it) == wanted);
        // Without an anchor of its own, a heading's text is its anchor.
        let by_title =
            |section: &&Section<'a>| section.anchors.is_empty() && simple(&section.title) == wanted;
        let found = self.sections.iter().find(by_anchor);
        let found = found.or_else(|| self.sections.iter().find(by_title))?;
        named_table(found).filter(|_| within(found.part))
    }

    /// The table under a heading that names a parameter: `Parameter fields`, `FIELDS Parameter`,
    /// `Phones Object`.
    pub(super) fn titled(&self, name: &str, within: &[Part]) -> Option<(u32, &'a [Row])> {
        let wanted = name.to_lowercase();
        let names = |section: &&Section<'a>| {
            let title = section.title.to_lowercase();
            let words: Vec<&str> = title
                .split(|it: char| !(it.is_alphanumeric() || it == '_' || it == '.'))
                .filter(|it| !it.is_empty())
                .collect();
            let kinds = [
                "parameter",
                "parameters",
                "object",
                "array",
                "field",
                "element",
                "type",
                "structure",
                "fields",
                "of",
                "the",
                "keys",
                "data",
                "description",
                "item",
            ];
            section.level > 2
                && words.contains(&wanted.as_str())
                && words.iter().all(|it| *it == wanted || kinds.contains(it))
                && words.len() > 1
        };
        let mut found = self
            .sections
            .iter()
            .filter(|it| within.contains(&it.part))
            .filter(names)
            .filter_map(named_table);
        let first = found.next()?;
        // Two of them are as good as none.
        found.next().is_none().then_some(first)
    }

    /// The values that the examples give at a way of keys, in all calls.
    pub(super) fn examples(&self, way: &[&str]) -> Vec<&Value> {
        self.calls
            .iter()
            .filter_map(|call| {
                let mut at = call.params.as_ref()?;
                for key in way {
                    if let Value::Array(items) = at {
                        at = items.first()?;
                    }
                    at = at.get(*key)?;
                }
                Some(at)
            })
            .collect()
    }
}

fn named_table<'a>(section: &Section<'a>) -> Option<(u32, &'a [Row])> {
    let rows = tables(section.blocks).into_iter().find(|it| is_named(it))?;
    Some((section.line, rows))
}

/// Anchors differ in case and in the marks between words.
pub(super) fn simple(anchor: &str) -> String {
    anchor
        .chars()
        .filter(|it| it.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
