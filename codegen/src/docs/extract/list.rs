//! How a list is read page by page.

use serde_json::Value;

use super::reader::Reader;
use super::result::Answer;
use crate::docs::block::Block;
use crate::format::{Field, List, Paging, Rest};

/// Finds how a method pages, by its parameters and its answer.
pub(super) fn read(
    reader: &Reader<'_>,
    rest: Rest,
    params: &[Field],
    answer: &Answer,
) -> Option<List> {
    let has = |name: &str| params.iter().find(|it| it.name.eq_ignore_ascii_case(name));
    let is_nav = |it: &Field| {
        it.name.eq_ignore_ascii_case("NAV_PARAMS") || it.name.eq_ignore_ascii_case("navParams")
    };
    let nav = params
        .iter()
        .any(|it| is_nav(it) || it.fields.iter().any(is_nav));
    let limit = has("limit");
    let paging = if rest == Rest::V3 && has("pagination").is_some() {
        Paging::Pagination
    } else if rest == Rest::V3 && has("cursor").is_some() {
        // A cursor needs the field it goes by, which no page names in a table.
        return None;
    } else if has("start").is_some() && rest == Rest::Classic {
        Paging::Start
    } else if nav {
        Paging::NavParams
    } else if has("offset").is_some() && limit.is_some() {
        Paging::Offset
    } else {
        return None;
    };
    let records = records(answer)?;
    let (page_size, max_page_size) = sizes(reader, paging, limit, has("pagination"));
    Some(List {
        paging,
        records: records.filter(|it| !it.is_empty()),
        page_size,
        max_page_size,
        keyed_by: None,
        keyed_as: None,
        order: None,
        filter: None,
        within: None,
    })
}

/// The way to the records: nothing if the result is the list. `None` if that is not clear.
fn records(answer: &Answer) -> Option<Option<String>> {
    let ty = answer.shape.ty.as_str();
    if ty.ends_with("[]") || ty == "array" || ty.starts_with("map<") {
        return Some(None);
    }
    let is_list = |field: &&Field| {
        field
            .ty
            .split('|')
            .any(|it| it == "array" || it.ends_with("[]") || it.starts_with("map<"))
    };
    let lists: Vec<&Field> = answer.shape.fields.iter().filter(is_list).collect();
    match lists.as_slice() {
        [only] => Some(Some(only.name.clone())),
        _ => None,
    }
}

/// The size of a page, and the largest there may be.
fn sizes(
    reader: &Reader<'_>,
    paging: Paging,
    limit: Option<&Field>,
    pagination: Option<&Field>,
) -> (Option<u32>, Option<u32>) {
    match paging {
        Paging::Start => (start_size(reader), None),
        Paging::Offset => limit.map(sizes_of).unwrap_or_default(),
        Paging::Pagination => pagination
            .and_then(|it| it.fields.iter().find(|it| it.name == "limit"))
            .map(sizes_of)
            .unwrap_or_default(),
        _ => (None, None),
    }
}

/// What a parameter that takes the size says of it: the usual one, and the largest.
fn sizes_of(limit: &Field) -> (Option<u32>, Option<u32>) {
    let size = limit.default.as_ref().and_then(Value::as_u64);
    let max = limit.max.and_then(|it| u32::try_from(it).ok());
    (size.and_then(|it| u32::try_from(it).ok()), max)
}

/// `50` where the description of `start` says that pages hold 50 records.
fn start_size(reader: &Reader<'_>) -> Option<u32> {
    let about = |blocks: &[Block]| super::page::plain(blocks).to_lowercase();
    for section in &reader.sections {
        for rows in super::page::tables(section.blocks) {
            for row in super::table::named(reader.path, rows) {
                if !row.name.eq_ignore_ascii_case("start") {
                    continue;
                }
                let text = about(row.about);
                let says = [
                    "50 records",
                    "50 items",
                    "50 elements",
                    "50 results",
                    "always static: 50",
                    "static — 50",
                    "50 entries",
                ];
                if says.iter().any(|it| text.contains(it)) {
                    return Some(50);
                }
            }
        }
    }
    None
}
