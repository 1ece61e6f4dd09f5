//! How lists are read page by page: what the facts say, checked and completed.

use crate::diag::{Problem, Report, closest};
use crate::file::{Doc, keys};
use crate::format::{self, Facts};
use crate::lower::param_on_wire;
use crate::model::{Api, List, Paging, Type};

/// How the list is read, if the method has one and it can be.
pub(crate) fn lower(
    api: &Api,
    doc: &Doc,
    facts: &Facts,
    result: &Type,
    report: &mut Report,
) -> Option<List> {
    let list = facts.list.as_ref()?;
    let mut ty = result;
    for part in list.records.iter().flat_map(|path| path.split('.')) {
        if let Type::Nullable(of) = ty {
            ty = of;
        }
        let next = match ty {
            Type::Record(index) => {
                let mut fields = api.records[*index].fields.iter();
                fields.find(|field| field.wire == part)
            }
            _ => None,
        };
        match next {
            Some(field) => ty = &field.ty,
            None => {
                let known = match ty {
                    Type::Record(index) => api.records[*index].fields.as_slice(),
                    _ => &[],
                };
                let problem = Problem::new(
                    doc.place(&keys(&["facts", "list", "records"])),
                    format!("the result has no field `{part}`"),
                );
                let meant = closest(part, known.iter().map(|it| it.wire.as_str()));
                if !doc.has_lost_names(&["facts", "result"]) {
                    report.push(match meant {
                        Some(meant) => problem.help(format!("did you mean `{meant}`?")),
                        None if known.is_empty() => {
                            problem.help("take `records` away: it names a field of an object")
                        }
                        None => {
                            let known: Vec<_> =
                                known.iter().map(|it| format!("`{}`", it.wire)).collect();
                            problem.help(format!("its fields are {}", known.join(", ")))
                        }
                    });
                }
                return None;
            }
        }
    }
    if let Type::Nullable(of) = ty {
        ty = of;
    }
    let record = match ty {
        Type::Array(of) | Type::Map(_, of) => of,
        Type::Any => &Type::Any,
        _ => {
            let at = match &list.records {
                Some(_) => doc.place(&keys(&["facts", "list", "records"])),
                None => doc.key_place(&keys(&["facts", "list"])),
            };
            report.push(
                Problem::new(at, "the records of this list are not an array")
                    .help("name the field that holds them: `records: items`"),
            );
            return None;
        }
    };
    if let (Some(keyed_by), Type::Record(index)) = (&list.keyed_by, record) {
        let fields = &api.records[*index].fields;
        if !fields.iter().any(|field| field.wire == *keyed_by) {
            let problem = Problem::new(
                doc.place(&keys(&["facts", "list", "keyed_by"])),
                format!("a record has no field `{keyed_by}`"),
            );
            let known = fields.iter().map(|field| field.wire.as_str());
            report.push(match closest(keyed_by, known) {
                Some(meant) => problem.help(format!("did you mean `{meant}`?")),
                None => problem.help("name the field that the records are sorted by"),
            });
        }
    }
    if list.keyed_by.is_some() && *record == Type::Any {
        report.push(
            Problem::new(
                doc.place(&keys(&["facts", "list", "keyed_by"])),
                "what a record of this list holds is not described",
            )
            .help("describe its fields, or take `keyed_by` away"),
        );
    }
    if list.keyed_as.is_some()
        && (list.paging != Paging::Start
            || list.keyed_by.is_none()
            || list.keyed_as == list.keyed_by)
    {
        report.push(
            Problem::new(
                doc.key_place(&keys(&["facts", "list", "keyed_as"])),
                "`keyed_as` is another name of `keyed_by`, for a list of `start`",
            )
            .help("take it away: order and filter call the field as a record does"),
        );
    }
    if list.paging == Paging::Cursor && list.keyed_by.is_none() {
        report.push(
            Problem::new(
                doc.key_place(&keys(&["facts", "list"])),
                "what the cursor of this list goes by is missing",
            )
            .help("name the field of a record: `keyed_by: id`"),
        );
    }
    for (name, size) in [
        ("page_size", list.page_size),
        ("max_page_size", list.max_page_size),
    ] {
        if size == Some(0) {
            report.push(
                Problem::new(
                    doc.place(&keys(&["facts", "list", name])),
                    "a page holds at least one record",
                )
                .help(format!(
                    "take `{name}` away where the documentation does not say it"
                )),
            );
        }
    }
    if let (Some(size), Some(most)) = (list.page_size, list.max_page_size)
        && size > most
    {
        report.push(
            Problem::new(
                doc.place(&keys(&["facts", "list", "max_page_size"])),
                format!("a page usually holds {size} records, which is more than {most}"),
            )
            .help("`page_size` is the size that nobody asked for, `max_page_size` the largest"),
        );
    }
    let within = within(doc, facts, list, report);
    Some(List {
        paging: list.paging,
        records: list.records.clone(),
        record: record.clone(),
        map: matches!(ty, Type::Map(..)),
        page_size: list.page_size,
        max_page_size: list.max_page_size,
        keyed_by: list.keyed_by.clone(),
        keyed_as: list.keyed_as.clone(),
        order: list_param(doc, facts, "order", list.order.as_ref(), report),
        filter: list_param(doc, facts, "filter", list.filter.as_ref(), report),
        names: names(facts, list.paging, &within),
        within,
    })
}

/// The paging parameters that the method spells in its own way, or that travel by their place.
fn names(facts: &Facts, paging: Paging, within: &[String]) -> Vec<(&'static str, String)> {
    let (usual, holder): (&[&'static str], Option<&str>) = match paging {
        Paging::Start => (&["start"], None),
        Paging::Offset => (&["offset"], None),
        Paging::Limit => (&["limit"], None),
        Paging::Page => (&["page"], None),
        Paging::NavParams => (&["iNumPage"], Some("NAV_PARAMS")),
        Paging::Cursor => (&["field", "order", "value", "limit"], Some("cursor")),
        Paging::Pagination => (&["offset", "limit", "page"], Some("pagination")),
    };
    let way: Vec<&str> = match within {
        [] => holder.into_iter().collect(),
        within => within.iter().map(String::as_str).collect(),
    };
    let on_wire = |field: &format::Field| match field.position {
        Some(position) => position.to_string(),
        None => field.name.clone(),
    };
    let mut fields = facts.params.as_slice();
    for part in way {
        fields = match fields.iter().find(|field| on_wire(field) == part) {
            Some(field) => &field.fields,
            None => &[],
        };
    }
    let named = |usual: &'static str| {
        let described = fields
            .iter()
            .find(|it| it.name.eq_ignore_ascii_case(usual))?;
        let name = on_wire(described);
        (name != usual).then_some((usual, name))
    };
    usual.iter().filter_map(|usual| named(usual)).collect()
}

/// The parameter that a walk through a list sets: as the facts name it, or the one of the usual
/// name in any spelling, or one whose name ends in it.
fn list_param(
    doc: &Doc,
    facts: &Facts,
    usual: &str,
    named: Option<&String>,
    report: &mut Report,
) -> String {
    let params = &facts.params;
    let found = match named {
        Some(name) => {
            let found = params.iter().find(|param| param.name == *name);
            if found.is_none() {
                no_list_param(doc, facts, usual, name, report);
            }
            found
        }
        None => {
            let same = |name: &str| name.eq_ignore_ascii_case(usual);
            let ends = |name: &str| name.rsplit_once('_').is_some_and(|(_, end)| same(end));
            let mut either = [&same as &dyn Fn(&str) -> bool, &ends].into_iter();
            either.find_map(|fits| params.iter().find(|param| fits(&param.name)))
        }
    };
    match found {
        Some(format::Field {
            position: Some(position),
            ..
        }) => position.to_string(),
        Some(param) => param.name.clone(),
        None => usual.to_owned(),
    }
}

/// The way to the parameter that holds those of the paging, if it is not the usual one.
fn within(doc: &Doc, facts: &Facts, list: &format::List, report: &mut Report) -> Vec<String> {
    let path = match &list.within {
        Some(path) => path.clone(),
        None if list.paging == Paging::NavParams => {
            let nav = |param: &format::Field| param.name.eq_ignore_ascii_case("NAV_PARAMS");
            let holds = |param: &&format::Field| nav(param) || param.fields.iter().any(nav);
            match facts.params.iter().find(holds) {
                Some(param) if nav(param) => param.name.clone(),
                Some(param) => format!("{}.NAV_PARAMS", param.name),
                None => return Vec::new(),
            }
        }
        None => return Vec::new(),
    };
    let first = path.split('.').next().unwrap_or_default();
    if !facts.params.iter().any(|param| param.name == first) {
        no_list_param(doc, facts, "within", first, report);
    }
    let path = param_on_wire(&path, &facts.params);
    path.split('.').map(str::to_owned).collect()
}

fn no_list_param(doc: &Doc, facts: &Facts, key: &str, name: &str, report: &mut Report) {
    if doc.has_lost_names(&["facts", "params"]) {
        return;
    }
    let problem = Problem::new(
        doc.place(&keys(&["facts", "list", key])),
        format!("the method has no parameter `{name}`"),
    );
    let known = facts.params.iter().map(|param| param.name.as_str());
    report.push(match closest(name, known) {
        Some(meant) => problem.help(format!("did you mean `{meant}`?")),
        None => problem.help("name one of `params`, or add it there"),
    });
}
