//! Objects that stand on a page of their own, and that pages of methods link to.

use super::fields::{Place, of_rows, push};
use super::page::{sections, tables};
use super::reader::{Link, Reader, simple};
use super::secrets;
use super::table::is_named;
use crate::docs::draft::Finding;
use crate::docs::site::Site;
use crate::format::SharedType;

/// Reads the object under an anchor: all tables from there to the next heading of that level.
pub(super) fn read(site: &Site, link: &Link) -> Option<(SharedType, Vec<Finding>, Vec<Link>)> {
    let page = site.page(&link.page)?;
    let reader = Reader::new(site, &link.page, sections(&page), Vec::new());
    let all = &reader.sections;
    let wanted = simple(&link.anchor);
    let start = all.iter().position(|it| {
        it.anchors.iter().any(|it| simple(it) == wanted) || simple(&it.title) == wanted
    })?;
    let level = all.get(start)?.level;
    let end = all
        .iter()
        .enumerate()
        .skip(start + 1)
        .find(|(_, it)| it.level <= level)
        .map_or(all.len(), |it| it.0);
    let mut fields = Vec::new();
    let place = Place {
        way: format!("types.{}.fields", link.name),
        ..Place::result()
    };
    for section in all.get(start..end).unwrap_or_default() {
        for rows in tables(section.blocks).into_iter().filter(|it| is_named(it)) {
            for field in of_rows(&reader, rows, &place) {
                push(&mut fields, field);
            }
        }
    }
    if fields.is_empty() {
        return None;
    }
    secrets::mark(&mut fields);
    let ty = SharedType {
        name: link.name.clone(),
        page: link.page.clone(),
        fields,
    };
    Some((ty, reader.findings.into_inner(), reader.shared.into_inner()))
}
