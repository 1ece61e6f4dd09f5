//! Whether a method is on its way out, and what takes its place.

use std::collections::BTreeMap;

use super::name::is_method;
use super::page::{Part, deep, texts};
use super::reader::Reader;
use crate::docs::block::{Kind, Text};
use crate::docs::draft::Element;
use crate::docs::site::resolve;
use crate::format::Deprecated;

/// Reads the note that says so. `methods` leads from pages to their methods.
pub(super) fn read(reader: &Reader<'_>, methods: &BTreeMap<String, String>) -> Option<Deprecated> {
    let mut unclear = Vec::new();
    let intro = reader.sections.iter().filter(|it| it.part == Part::Intro);
    for block in intro.flat_map(|it| deep(it.blocks)) {
        let Kind::Note { title, blocks, .. } = &block.kind else {
            continue;
        };
        let title = title.to_lowercase();
        let says = texts(blocks).iter().any(|text| {
            let plain = text.plain().to_lowercase();
            let halted = [
                "method has been halted",
                "method is deprecated",
                "method was deprecated",
                "method has been deprecated",
                "method has been discontinued",
                "method is outdated",
                "method is obsolete",
                "method is no longer supported",
                "has a more current equivalent",
                "has a more current analog",
            ];
            halted.iter().any(|it| plain.contains(it)) && !plain.contains("parameter")
        });
        let titled = [
            "method is deprecated",
            "method deprecated",
            "outdated method",
            "method is outdated",
            "obsolete method",
            "development has been halted",
            "development of the method has been halted",
            "development of this method has been halted",
        ];
        if !(title.starts_with("deprecated") || titled.iter().any(|it| title.contains(it)) || says)
        {
            unclear.extend(speaks_of_it(&title, &texts(blocks)).then_some(block.line));
            continue;
        }
        let mut replaced_by: Vec<String> = Vec::new();
        for text in texts(blocks) {
            for span in &text.spans {
                let by_page = span
                    .link
                    .as_deref()
                    .and_then(|it| resolve(reader.path, it))
                    .and_then(|(page, _)| methods.get(&page));
                let word = span.text.trim().trim_matches(['.', ',', '`']);
                let by_word = (span.code || span.link.is_some()) && is_method(word);
                let name = match (by_page, by_word) {
                    (Some(name), _) => name.as_str(),
                    (None, true) => word,
                    (None, false) => continue,
                };
                let own = methods
                    .get(reader.path)
                    .is_some_and(|it| it.eq_ignore_ascii_case(name));
                if !own && !replaced_by.iter().any(|it| it.eq_ignore_ascii_case(name)) {
                    replaced_by.push(name.to_owned());
                }
            }
        }
        return Some(Deprecated {
            replaced_by,
            since: None,
        });
    }
    for line in unclear {
        let message =
            "this note speaks of a method that is deprecated, and not clearly of this one";
        reader.open(
            Element::Deprecation,
            line,
            "deprecated",
            message,
            Vec::new(),
        );
    }
    None
}

/// Whether a note has the words of one that says that a method is on its way out.
fn speaks_of_it(title: &str, texts: &[&Text]) -> bool {
    let has = |text: &str| {
        let words = ["deprecated", "obsolete", "outdated"];
        text.contains("method") && words.iter().any(|it| text.contains(it))
    };
    has(title) || texts.iter().any(|text| has(&text.plain().to_lowercase()))
}
