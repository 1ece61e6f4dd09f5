//! The parameters of a page, made from the caller's.

use serde_json::{Value, json};

use super::{
    cursor::At,
    judge::USUAL_SIZE,
    paging::{List, Paging, usual_names},
    params::Params,
};
use crate::wire::FromWire;

/// How a list is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// One page after the other.
    Paged,
    /// By growing keys.
    Keyed,
    /// Many pages in a request.
    Batched,
    /// Keyed and batched, which nobody can.
    Both,
}

/// How a reading begins.
pub(super) struct Begin {
    pub(super) params: Params,
    pub(super) at: At,
    pub(super) limit: Option<u64>,
}

/// Where a reading begins if the caller's parameters say nothing else.
fn first(list: &List, how: How) -> At {
    match list.paging {
        _ if how == How::Keyed => At::Key(0),
        Paging::Start => At::Start(0),
        Paging::Offset => At::Offset(0),
        Paging::Limit => At::Only { read: 0 },
        Paging::Page => At::Page { number: 1, seen: 0 },
        Paging::NavParams => At::Nav { number: 1, seen: 0 },
        Paging::Cursor => At::After(0),
        Paging::Pagination => At::Pagination(0),
    }
}

/// Reads the caller's parameters. `Err`: the list cannot be read that way with them.
pub(super) fn begin(json: &[u8], list: &List, how: How) -> Result<Begin, String> {
    let params = Params::read(json).ok_or("the parameters are not a JSON object")?;
    let holder = params
        .within(&list.within)
        .map_err(|()| format!("`{}` is not an object", list.within.join(".")))?;
    match how {
        How::Both => {
            return Err("a list that is read by key cannot be read in batches: \
                        each page depends on the one before"
                .into());
        }
        How::Keyed | How::Batched if list.paging != Paging::Start => {
            let how = if how == How::Keyed {
                "by key"
            } else {
                "in batches"
            };
            return Err(format!(
                "only a list that is paged by `start` can be read {how}"
            ));
        }
        How::Keyed => check_keyed(&params, &holder, list)?,
        How::Paged | How::Batched => {}
    }
    let mut names = usual_names(list.paging).iter();
    names.try_for_each(|usual| check_name(&holder, list, usual))?;
    let name = |usual| name(&holder, list, usual);
    let unsigned = |usual| unsigned(&holder, name(usual));
    let mut limit = None;
    let at = match first(list, how) {
        At::Start(_) => At::Start(match integer(&holder, name("start"))? {
            None => 0,
            Some(start) => u64::try_from(start).map_err(|_| {
                "`start` below 0 gives one page and no `next`: leave it out, or read the list \
                 by key"
            })?,
        }),
        At::Offset(_) => At::Offset(unsigned("offset")?.unwrap_or(0)),
        At::Pagination(_) => {
            first_page(&holder, name("page"))?;
            At::Pagination(unsigned("offset")?.unwrap_or(0))
        }
        at @ At::Page { .. } => {
            first_page(&holder, name("page"))?;
            at
        }
        at @ At::Nav { .. } => {
            first_page(&holder, name("iNumPage"))?;
            at
        }
        at @ At::Only { .. } => {
            let size = list.page_size.map(u64::from);
            let most = list
                .max_page_size
                .map(u64::from)
                .or(size)
                .unwrap_or(USUAL_SIZE);
            limit = unsigned("limit")?.or(size).map(|limit| limit.min(most));
            if limit.is_none() {
                return Err(
                    "give a `limit`: the size of a page is not known, and without it a \
                            list that is cut off cannot be told from a whole one"
                        .into(),
                );
            }
            at
        }
        At::After(_) => At::After(check_cursor(&holder, list)?),
        at @ At::Key(_) => at,
    };
    Ok(Begin { params, at, limit })
}

/// The parameters of a page.
pub(super) fn write(params: &Params, at: At, list: &List) -> Params {
    let mut all = params.clone();
    let mut holder = all.within(&list.within).unwrap_or_default();
    let caller = holder.clone();
    let name = |usual| name(&caller, list, usual);
    let size = |holder: &mut Params| {
        if let (None, Some(size)) = (holder.get(name("limit")), list.page_size) {
            holder.set(name("limit"), &size);
        }
    };
    match at {
        // What the portal begins with anyway is not said, unless the caller does.
        At::Start(0) if holder.get(name("start")).is_none() => return all,
        At::Offset(0) if holder.get(name("offset")).is_none() => return all,
        At::Only { .. } => return all,
        At::Start(start) => holder.set(name("start"), &start),
        At::Offset(offset) => holder.set(name("offset"), &offset),
        At::Page { number, .. } => holder.set(name("page"), &number),
        At::Nav { number, .. } => holder.set(name("iNumPage"), &number),
        At::Pagination(offset) => {
            // The portal would count an offset of its own from the page.
            holder.remove(name("page"));
            size(&mut holder);
            holder.set(name("offset"), &offset);
        }
        At::After(value) => {
            holder.set(name("field"), &list.keyed_by.as_deref().unwrap_or_default());
            holder.set(name("order"), &"ASC");
            holder.set(name("value"), &value);
            size(&mut holder);
        }
        At::Key(_) => holder.set(name("start"), &-1),
    }
    all.put_within(&list.within, holder);
    if let (At::Key(last), Some(key)) = (at, list.key()) {
        let filter = param(params, list.filter.as_deref(), "filter");
        let mut conditions = all.object(&filter).unwrap_or_default();
        conditions.set(&format!(">{key}"), &last);
        all.set(
            &param(params, list.order.as_deref(), "order"),
            &json!({ key: "ASC" }),
        );
        all.set(&filter, &conditions);
    }
    all
}

/// What a parameter is called: as the description says, or as the caller spells it.
fn param(params: &Params, described: Option<&str>, usual: &str) -> String {
    let given = || params.names().find(|name| name.eq_ignore_ascii_case(usual));
    described.or_else(given).unwrap_or(usual).to_owned()
}

/// What a paging parameter is called: as the description says, or as the caller spells it.
fn name<'a>(holder: &'a Params, list: &'a List, usual: &'a str) -> &'a str {
    let described = list.names.iter().find(|(known, _)| known == usual);
    let given = || holder.names().find(|name| name.eq_ignore_ascii_case(usual));
    match described {
        Some((_, name)) => name,
        None => given().unwrap_or(usual),
    }
}

/// That the caller gave a paging parameter under no other name than it has: two of them, and
/// the portal would choose.
fn check_name(holder: &Params, list: &List, usual: &str) -> Result<(), String> {
    let name = name(holder, list, usual);
    let mut given = holder.names();
    match given.find(|given| given.eq_ignore_ascii_case(usual) && *given != name) {
        None => Ok(()),
        Some(other) => Err(format!("`{other}` is called `{name}` here: leave it out")),
    }
}

/// That nothing of the caller's is in the way of reading by key.
fn check_keyed(params: &Params, holder: &Params, list: &List) -> Result<(), String> {
    let Some(key) = list.key() else {
        return Err(
            "the list cannot be read by key: which field holds the id is not described; call it by \
             name and give the key"
                .into(),
        );
    };
    let start = name(holder, list, "start");
    if let Some(1..) = integer(holder, start)? {
        return Err(format!(
            "leave `{start}` out: a list that is read by key is not counted"
        ));
    }
    let order = param(params, list.order.as_deref(), "order");
    let given = params
        .object(&order)
        .map_err(|()| format!("`{order}` is not an object"))?;
    let by_key = |name: &str| {
        let way = given.get(name);
        let way = way.as_ref().and_then(Value::as_str);
        name.eq_ignore_ascii_case(key) && way.is_some_and(|way| way.eq_ignore_ascii_case("asc"))
    };
    if !given.names().all(by_key) {
        return Err(format!(
            "leave `{order}` out: a list that is read by key is ordered by `{key}`"
        ));
    }
    let filter = param(params, list.filter.as_deref(), "filter");
    let given = params
        .object(&filter)
        .map_err(|()| format!("`{filter}` is not an object"))?;
    if let Some(logic) = given
        .names()
        .find(|name| name.eq_ignore_ascii_case("logic"))
    {
        return Err(format!(
            "`{logic}` of `{filter}` would go for the condition on `{key}` as well: put it with \
             its conditions into an object of their own within `{filter}`"
        ));
    }
    let field = |name: &str| {
        let start = name.find(|c: char| c.is_alphanumeric() || c == '_');
        start.map_or(String::new(), |start| name[start..].to_owned())
    };
    match given
        .names()
        .find(|name| field(name).eq_ignore_ascii_case(key))
    {
        None => Ok(()),
        Some(name) => Err(format!(
            "leave `{name}` out of `{filter}`: a list that is read by key has conditions on \
             `{key}` of its own; to begin behind an id, resume from the cursor `key:` with that id"
        )),
    }
}

/// The value that the caller's `cursor` begins behind.
fn check_cursor(holder: &Params, list: &List) -> Result<i64, String> {
    let Some(key) = list.keyed_by.as_deref() else {
        return Err("which field the cursor goes by is not described".into());
    };
    for (name, value) in [("field", key), ("order", "ASC")] {
        let given = holder.get(self::name(holder, list, name));
        let same = |given: &Value| {
            given
                .as_str()
                .is_some_and(|it| it.eq_ignore_ascii_case(value))
        };
        if given.is_some_and(|given| !same(&given)) {
            return Err(format!(
                "`{name}` of the cursor must be `{value}` for the list to be read to its end"
            ));
        }
    }
    Ok(integer(holder, name(holder, list, "value"))?.unwrap_or(0))
}

/// That the caller did not choose a page: how many records are before it is not known.
fn first_page(holder: &Params, name: &str) -> Result<(), String> {
    match integer(holder, name)? {
        None | Some(1) => Ok(()),
        Some(_) => Err(format!(
            "leave `{name}` out: the list is read from its first page, or from a cursor"
        )),
    }
}

fn unsigned(holder: &Params, name: &str) -> Result<Option<u64>, String> {
    let number = integer(holder, name)?.map(u64::try_from).transpose();
    number.map_err(|_| format!("`{name}` is below 0"))
}

fn integer(holder: &Params, name: &str) -> Result<Option<i64>, String> {
    match holder.get(name) {
        None => Ok(None),
        Some(value) => i64::from_wire(value)
            .map(Some)
            .map_err(|error| format!("`{name}`: {error}")),
    }
}
