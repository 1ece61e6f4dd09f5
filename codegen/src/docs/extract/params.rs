//! The parameters of a method, and the conditions on them.

use super::conditions::{conditions, general, join_missing};
use super::containers;
use super::fields::{Place, of_rows};
use super::nested::stands_for_many;
use super::page::{Part, Section, is_all_parameters, plain, tables};
use super::reader::Reader;
use super::table::{is_named, named};
use crate::docs::block::Block;
use crate::docs::draft::{Element, Weight};
use crate::format::{Field, Rule};

/// Reads the parameters.
pub(super) fn read(reader: &Reader<'_>) -> (Vec<Field>, Vec<Rule>) {
    let mut all: Vec<&Section<'_>> = reader
        .sections
        .iter()
        .filter(|it| it.part == Part::Parameters && is_all_parameters(&it.title))
        .collect();
    if let Some(top) = all.iter().map(|it| it.level).min() {
        all.retain(|it| it.level == top);
    }
    let Some((main, others)) = all.split_first() else {
        let given = reader.calls.iter().any(|call| {
            let params = call.params.as_ref().and_then(|it| it.as_object());
            params.is_some_and(|it| !it.is_empty())
        });
        if given {
            reader.open(
                Element::Parameters,
                1,
                "params",
                "the page has no table of parameters, but its examples pass some",
                Vec::new(),
            );
        }
        return (Vec::new(), Vec::new());
    };
    let tables: Vec<_> = tables(main.blocks);
    let Some(rows) = tables.iter().find(|it| is_named(it)) else {
        if !says_none(main.blocks) {
            reader.open(
                Element::Parameters,
                main.line,
                "params",
                "there is no table of parameters under this heading",
                Vec::new(),
            );
        }
        return (Vec::new(), Vec::new());
    };
    let mut params = of_rows(reader, rows, &Place::params());
    for other in others {
        variant(reader, other, &mut params);
    }
    for more in reader.sections.iter().filter(|it| is_more(it)) {
        additional(reader, more, &mut params);
    }
    unread(reader);
    params.retain(|it| {
        let many = stands_for_many(&it.name);
        if many {
            reader.find(
                Weight::Note,
                Element::Parameters,
                main.line,
                "params",
                format!("`{}` stands for many names, which no type has", it.name),
                Vec::new(),
            );
        }
        !many
    });
    for field in &mut params {
        let values = reader.examples(&[field.name.as_str()]);
        let fact = format!("params.{}", field.name);
        containers::settle(
            reader,
            Element::Parameters,
            main.line,
            &fact,
            field,
            &values,
        );
    }
    let mut rules = Vec::new();
    for row in named(reader.path, rows) {
        if params.iter().any(|it| it.name == row.name) {
            conditions(
                reader,
                &row.name,
                row.line,
                row.starred,
                row.about,
                &mut params,
                &mut rules,
            );
        }
    }
    general(main.blocks, &mut params, &mut rules);
    join_missing(&mut rules);
    (params, rules)
}

/// The table of another way to call the method: its parameters are optional for all.
fn variant<'a>(reader: &Reader<'a>, section: &Section<'a>, params: &mut Vec<Field>) {
    let Some(rows) = tables(section.blocks).into_iter().find(|it| is_named(it)) else {
        return;
    };
    let found = of_rows(reader, rows, &Place::params());
    for field in params.iter_mut() {
        field.required &= found.iter().any(|it| it.name == field.name && it.required);
    }
    for mut field in found {
        if !params.iter().any(|it| it.name == field.name) {
            field.required = false;
            params.push(field);
        }
    }
}

/// Whether a heading begins a table of further parameters: `Additional Parameters`.
fn is_more(section: &Section<'_>) -> bool {
    let title = section.title.to_lowercase();
    let title = title.trim_end_matches([':', '.']).trim();
    section.part == Part::Parameters
        && ["additional", "optional", "other", "more"]
            .iter()
            .any(|it| {
                title
                    .strip_prefix(it)
                    .is_some_and(|it| it.trim() == "parameters")
            })
}

/// The parameters of a second table, which go with those of the first.
fn additional<'a>(reader: &Reader<'a>, section: &Section<'a>, params: &mut Vec<Field>) {
    for rows in tables(section.blocks).into_iter().filter(|it| is_named(it)) {
        for field in of_rows(reader, rows, &Place::params()) {
            if !params.iter().any(|it| it.name == field.name) {
                params.push(field);
            }
        }
    }
}

/// Tables below the parameters of which nothing was read: a person must say what they describe.
fn unread(reader: &Reader<'_>) {
    let below = reader
        .sections
        .iter()
        .filter(|it| it.part == Part::Parameters && it.level > 2);
    for section in below {
        let lost = |rows: &&[_]| is_named(rows) && !reader.was_read(rows);
        if tables(section.blocks).iter().any(lost) {
            reader.open(
                Element::Parameters,
                section.line,
                "params",
                format!("nothing says which parameter `{}` describes", section.title),
                Vec::new(),
            );
        }
    }
}

fn says_none(blocks: &[Block]) -> bool {
    let text = plain(blocks).to_lowercase();
    [
        "no parameter",
        "without parameter",
        "does not require",
        "does not accept",
        "does not take",
        "not have parameters",
        "no input",
        "are absent",
        "are missing",
        "doesn't",
        "none",
        "does not have",
        "does not contain",
        "not required",
        "not accept",
    ]
    .iter()
    .any(|it| text.contains(it))
}
