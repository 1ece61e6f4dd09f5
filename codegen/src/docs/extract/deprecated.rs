//! Whether a method is on its way out, and what takes its place.

use std::collections::BTreeMap;

use super::name::is_method;
use super::page::{Part, deep, texts};
use super::reader::Reader;
use crate::docs::block::Kind;
use crate::docs::site::resolve;
use crate::format::Deprecated;

/// Reads the note that says so. `methods` leads from pages to their methods.
pub(super) fn read(reader: &Reader<'_>, methods: &BTreeMap<String, String>) -> Option<Deprecated> {
    let intro = reader.sections.iter().filter(|it| it.part == Part::Intro);
    for block in intro.flat_map(|it| deep(it.blocks)) {
        let Kind::Note { title, blocks, .. } = &block.kind else {
            continue;
        };
        let title = title.to_lowercase();
        let says = texts(blocks).iter().any(|text| {
            let plain = text.plain().to_lowercase();
            let halted = plain.contains("method has been halted")
                || plain.contains("method is deprecated")
                || plain.contains("method has been discontinued")
                || plain.contains("method is outdated");
            halted && !plain.contains("parameter")
        });
        if !(title.starts_with("deprecated")
            || title.contains("method is deprecated")
            || title.contains("outdated method")
            || says)
        {
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
    None
}
