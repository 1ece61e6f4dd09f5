//! What the answer to a page means for the rest of the list.
//!
//! No list may be short without a word, so that nothing counts as its end but what must be one.

use super::{cursor::At, paging::List, scan::Scan};

/// The size of a page of `start` where none is stated: the API's own.
const USUAL_SIZE: u64 = 50;

/// What comes behind a page that is all right.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    At(At),
    Done,
    /// Something is wrong with what follows, and it would be asked for there.
    Wrong {
        what: String,
        at: At,
    },
}

/// `Err`: the page itself is wrong, and must not be handed out.
pub(super) fn judge(
    at: At,
    scan: &Scan,
    before: Option<&Scan>,
    list: &List,
    limit: Option<u64>,
) -> Result<Next, String> {
    let count = scan.count;
    let repeats = count > 0 && before.is_some_and(|before| before.digest == scan.digest);
    let again = || Err("the page is the same as the one before: the list does not go on".into());
    match at {
        At::Start(start) => {
            // With `next` it is known where a page stands.
            if repeats && before.is_some_and(|before| before.next.is_none()) {
                return again();
            }
            Ok(start_next(start, scan, list))
        }
        At::Key(last) => Ok(match last_key(last, scan)? {
            Some(key) => Next::At(At::Key(key)),
            None => Next::Done,
        }),
        At::After(last) => Ok(match last_key(last, scan)? {
            Some(key) => Next::At(At::After(key)),
            None => Next::Done,
        }),
        _ if repeats => again(),
        // A short page proves nothing: the portal may have a smaller one, or hide records.
        _ if count == 0 => Ok(whole_or(at, at.seen(), scan.total)),
        At::Offset(offset) => Ok(Next::At(At::Offset(offset.saturating_add(count)))),
        At::Pagination(offset) => Ok(Next::At(At::Pagination(offset.saturating_add(count)))),
        At::Page { number, seen } => Ok(Next::At(At::Page {
            number: number.saturating_add(1),
            seen: seen.saturating_add(count),
        })),
        At::Nav { number, seen } => {
            let seen = seen.saturating_add(count);
            let at = At::Nav {
                number: number.saturating_add(1),
                seen,
            };
            // Behind its last page this navigation may begin anew, so that no empty page comes.
            Ok(match (scan.next, scan.total.filter(|total| *total > 0)) {
                (None, Some(total)) if seen >= total => Next::Done,
                (None, None) => Next::Wrong {
                    what: "the answer says no `total`, without which the end of the list cannot \
                           be known"
                        .into(),
                    at,
                },
                _ => Next::At(at),
            })
        }
        At::Only { .. } => {
            let at = At::Only { read: count };
            if scan.total == Some(count) || limit.is_some_and(|limit| count < limit) {
                return Ok(Next::Done);
            }
            Ok(match scan.total {
                Some(total) if total > count => whole_or(at, count, Some(total)),
                _ => Next::Wrong {
                    what: format!(
                        "the only page is full with {count} records, and whether there are more \
                         cannot be known: ask with a larger `limit`, or for fewer records"
                    ),
                    at,
                },
            })
        }
    }
}

fn start_next(start: u64, scan: &Scan, list: &List) -> Next {
    let end = start.saturating_add(scan.count);
    let wrong = |what| Next::Wrong {
        what,
        at: At::Start(end),
    };
    // A number of all records that is smaller than what was read is none.
    let total = scan.total.filter(|total| *total >= end);
    match (scan.next, total) {
        (Some(next), _) if next <= start => wrong(format!(
            "the list does not go on: the page at {start} says that the next one is at {next}"
        )),
        (Some(next), total) if scan.count == 0 && total.is_none_or(|total| total <= next) => {
            wrong(format!(
                "the list does not go on: the page at {start} is empty, and says that the next \
                 one is at {next}"
            ))
        }
        (Some(next), _) => Next::At(At::Start(next)),
        (None, Some(total)) => whole_or(At::Start(end), end, Some(total)),
        // Nothing vouches for the end of a full page.
        (None, None) if scan.count >= list.page_size.map_or(USUAL_SIZE, u64::from).max(1) => {
            Next::At(At::Start(end))
        }
        (None, None) => Next::Done,
    }
}

/// The end of the list, unless the portal says that there are more records.
fn whole_or(at: At, seen: u64, total: Option<u64>) -> Next {
    match total {
        Some(total) if total > seen => Next::Wrong {
            what: format!("the list is cut off: it ends after {seen} of {total} records"),
            at,
        },
        _ => Next::Done,
    }
}

/// The key of the last record, or of none. Keys must grow.
fn last_key(after: i64, scan: &Scan) -> Result<Option<i64>, String> {
    let mut last = after;
    for key in &scan.keys {
        if *key <= last {
            return Err(format!(
                "the list is read by growing ids, but {key} came behind {last}: the method \
                 ignores the order or the filter"
            ));
        }
        last = *key;
    }
    Ok((scan.count > 0).then_some(last))
}

impl At {
    /// How many records there are before it.
    fn seen(self) -> u64 {
        match self {
            Self::Start(seen) | Self::Offset(seen) | Self::Pagination(seen) => seen,
            Self::Page { seen, .. } | Self::Nav { seen, .. } => seen,
            Self::Only { read } => read,
            Self::Key(_) | Self::After(_) => 0,
        }
    }
}
