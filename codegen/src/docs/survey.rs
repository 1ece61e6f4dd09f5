//! How much of the documentation is settled without a person, element by element.

use std::path::Path;

use serde::{Serialize, Serializer};

use super::draft::{Docs, Element, Finding, Weight};
use super::import;
use super::report::{rulings, settles};
use super::spec::{self, Spec};

/// What was measured. The pages are those of methods, and those on which a method was expected.
#[derive(Clone, Debug, Serialize)]
pub struct Survey {
    /// Pages from which a method was read.
    methods: usize,
    /// Pages on which a method was expected: nothing of them is settled.
    unread: usize,
    /// The elements of a method's facts.
    elements: Vec<Row>,
    /// What says the same twice on a page.
    oracles: Vec<Oracle>,
}

/// An element of a method's facts.
#[derive(Clone, Debug, Serialize)]
struct Row {
    element: &'static str,
    pages: usize,
    /// Pages on which it is settled without a person.
    settled: usize,
    share: Share,
    /// Other pages, on which rulings settle all that is open.
    ruled: usize,
    open: usize,
}

/// Two parts of a page that have to say the same.
#[derive(Clone, Debug, Serialize)]
struct Oracle {
    oracle: &'static str,
    pages: usize,
    agree: usize,
    share: Share,
}

/// Tenths of a percent, rounded down: what is not whole does not look so.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Share(usize);

impl Share {
    fn of(part: usize, whole: usize) -> Self {
        Self((part * 1000).checked_div(whole).unwrap_or(1000))
    }

    fn text(self) -> String {
        format!("{}.{} %", self.0 / 10, self.0 % 10)
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{}.{}", self.0 / 10, self.0 % 10))
    }
}

const ELEMENTS: [Element; 8] = [
    Element::Name,
    Element::Scopes,
    Element::Parameters,
    Element::Result,
    Element::Errors,
    Element::Deprecation,
    Element::Repeatability,
    Element::List,
];

const ORACLES: [(&str, Element); 2] = [
    ("parameters and example requests", Element::Parameters),
    ("result and example answer", Element::Result),
];

/// Reads the whole documentation and measures it.
///
/// # Errors
///
/// Says why the documentation or the description cannot be read.
pub fn run(docs: &Path, spec: &Path, progress: &dyn Fn(usize, usize)) -> Result<Survey, String> {
    let spec = spec::read(spec)?;
    let docs = import::read(docs, &spec, progress)?;
    Ok(survey(&spec, &docs))
}

fn survey(spec: &Spec, docs: &Docs) -> Survey {
    let index = spec.index();
    let methods = docs.methods.len();
    let unread = docs.skipped.iter().filter(|it| it.suspicious).count();
    let pages = methods + unread;
    // Of the pages with something open: how many a ruling settles, and how many not.
    let measure = |about: &dyn Fn(&Finding) -> bool| {
        let (mut ruled, mut open) = (0, unread);
        for draft in &docs.methods {
            let key = spec::key(&draft.method, draft.facts.rest);
            let known = rulings(&index, &key);
            let mut found = draft.findings.iter().filter(|it| about(it)).peekable();
            if found.peek().is_none() {
                continue;
            }
            match found.all(|it| settles(known, it)) {
                true => ruled += 1,
                false => open += 1,
            }
        }
        (ruled, open)
    };
    let row = |element: &'static str, about: &dyn Fn(&Finding) -> bool| {
        let (ruled, open) = measure(about);
        let settled = pages - ruled - open;
        Row {
            element,
            pages,
            settled,
            share: Share::of(settled, pages),
            ruled,
            open,
        }
    };
    let is_open = |it: &Finding| it.weight == Weight::Open;
    let mut elements: Vec<Row> = ELEMENTS
        .iter()
        .map(|element| row(element.word(), &|it| is_open(it) && it.element == *element))
        .collect();
    elements.push(row("all of these", &|it| {
        is_open(it) && ELEMENTS.contains(&it.element)
    }));
    let oracles = ORACLES.map(|(oracle, element)| {
        let differs = |it: &Finding| it.weight == Weight::Contradiction && it.element == element;
        let differ = docs
            .methods
            .iter()
            .filter(|it| it.findings.iter().any(differs));
        let agree = methods - differ.count();
        Oracle {
            oracle,
            pages: methods,
            agree,
            share: Share::of(agree, methods),
        }
    });
    Survey {
        methods,
        unread,
        elements,
        oracles: oracles.into(),
    }
}

impl Survey {
    /// The survey as tables.
    #[must_use]
    pub fn text(&self) -> String {
        let mut rows =
            vec![["element", "pages", "settled", "share", "ruled", "open"].map(String::from)];
        rows.extend(self.elements.iter().map(|it| {
            let share = it.share.text();
            let [pages, settled, ruled, open] =
                [it.pages, it.settled, it.ruled, it.open].map(|it| it.to_string());
            [it.element.to_owned(), pages, settled, share, ruled, open]
        }));
        let mut out = table(&rows);
        out.push('\n');
        let mut rows =
            vec![["a page agrees with itself", "pages", "agree", "share"].map(String::from)];
        rows.extend(self.oracles.iter().map(|it| {
            let name = it.oracle.to_owned();
            [
                name,
                it.pages.to_string(),
                it.agree.to_string(),
                it.share.text(),
            ]
        }));
        out.push_str(&table(&rows));
        out.push_str(&format!(
            "\n{} pages of methods were read, {} on which a method was expected were not\n",
            self.methods, self.unread
        ));
        out
    }

    /// The survey for machines.
    #[must_use]
    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// A table whose first column is words, and whose others are numbers.
fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.len().max(*width);
        }
    }
    let mut out = String::new();
    for row in rows {
        for (index, (width, cell)) in widths.iter().zip(row).enumerate() {
            match index {
                0 => out.push_str(&format!("{cell:width$}")),
                _ => out.push_str(&format!("  {cell:>width$}")),
            }
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
#[path = "survey_tests.rs"]
mod tests;
