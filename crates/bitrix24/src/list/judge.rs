//! What the answer to a page means for the rest of the list.
//!
//! No list may be short without a word, so that nothing counts as its end but what must be one.

use super::{cursor::At, paging::List, scan::Scan};

/// The size of a page where none is stated: the API's own.
pub(super) const USUAL_SIZE: u64 = 50;

/// What comes behind a page that is all right.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    At(At),
    Done,
    /// The page is none, but an earlier one again: the list ended before it.
    Over,
    /// Something is wrong with what follows, and it would be asked for there.
    Wrong {
        what: String,
        at: At,
    },
}

/// What is known before an answer comes.
pub(super) struct Known<'a> {
    pub(super) list: &'a List,
    /// The most records in a page, for lists of one page.
    pub(super) limit: Option<u64>,
    /// The page that this reading began with.
    pub(super) first: Option<&'a Scan>,
    /// The page before.
    pub(super) before: Option<&'a Scan>,
    /// How far the page before moved `start`.
    pub(super) stride: u64,
}

/// `Err`: the page itself is wrong, and must not be handed out.
pub(super) fn judge(at: At, scan: &Scan, known: &Known<'_>) -> Result<Next, String> {
    match at {
        At::Start(start) => known.start(start, scan),
        At::Key(last) => Ok(match last_key(last, scan)? {
            Some(key) => Next::At(At::Key(key)),
            None => Next::Done,
        }),
        At::After(last) => Ok(match last_key(last, scan)? {
            Some(key) => Next::At(At::After(key)),
            None => Next::Done,
        }),
        At::Only { .. } => Ok(known.only(scan)),
        At::Offset(_) | At::Pagination(_) | At::Page { .. } | At::Nav { .. } => {
            known.counted(at, scan)
        }
    }
}

impl Known<'_> {
    /// A page of a list whose records are counted here.
    fn counted(&self, at: At, scan: &Scan) -> Result<Next, String> {
        let seen = at.seen();
        // A short page proves nothing: the portal may have a smaller one, or hide records.
        if scan.count == 0 {
            return Ok(whole_or(at, seen, scan.total));
        }
        let total = scan.total.filter(|total| *total > 0);
        if self.any_earlier(|earlier| earlier.same_ids(scan) || earlier.same_bytes(scan)) {
            return match (scan.next, total) {
                (None, Some(total)) if total == seen => Ok(Next::Over),
                _ => again(),
            };
        }
        let end = seen.saturating_add(scan.count);
        no_more_than(total, seen, end)?;
        // Where pages have numbers, the list may begin anew behind its last one.
        let whole = scan.next.is_none() && total == Some(end);
        Ok(match at {
            At::Offset(_) => Next::At(At::Offset(end)),
            At::Pagination(_) => Next::At(At::Pagination(end)),
            At::Page { .. } | At::Nav { .. } if whole => Next::Done,
            At::Page { number, .. } => Next::At(At::Page {
                number: number.saturating_add(1),
                seen: end,
            }),
            At::Nav { number, .. } => {
                let at = At::Nav {
                    number: number.saturating_add(1),
                    seen: end,
                };
                // No empty page may ever come.
                match (scan.next, total) {
                    (None, None) => Next::Wrong {
                        what: "the answer says no `total`, without which the end of the list \
                               cannot be known"
                            .into(),
                        at,
                    },
                    _ => Next::At(at),
                }
            }
            at => Next::At(at),
        })
    }

    fn start(&self, start: u64, scan: &Scan) -> Result<Next, String> {
        let end = start.saturating_add(scan.count);
        // A number of all records that is smaller than what was read is none.
        let total = scan.total.filter(|total| *total >= end);
        let told = self.before.is_some_and(|before| before.next.is_some());
        if scan.count > 0 {
            // With `next` and a total it is known where a page stands, so that records may look
            // alike.
            let goes_on = scan.next.is_none_or(|next| next > start);
            let placed = told && goes_on && total.is_some();
            if self.any_earlier(|earlier| {
                earlier.same_ids(scan) || !placed && earlier.same_bytes(scan)
            }) {
                return match (scan.next, scan.total) {
                    (None, None) => Err(
                        "the page is the same as one before: the method does not go by `start`, \
                         and says no `total`. If this page is all there is, give the list a \
                         larger page size"
                            .into(),
                    ),
                    _ => again(),
                };
            }
            no_more_than(scan.total.filter(|total| *total > 0), start, end)?;
        }
        match (scan.next, total) {
            (Some(next), _) if next <= start => self.wrong(
                end,
                scan,
                format!(
                    "the list does not go on: the page at {start} says that the next one is at \
                     {next}"
                ),
            ),
            (Some(next), total) if scan.count == 0 && total.is_none_or(|total| total <= next) => {
                self.wrong(
                    end,
                    scan,
                    format!(
                        "the list does not go on: the page at {start} is empty, and says that \
                         the next one is at {next}"
                    ),
                )
            }
            (Some(next), _) => Ok(Next::At(At::Start(next))),
            (None, Some(total)) => match whole_or(At::Start(end), end, Some(total)) {
                Next::Wrong { what, .. } => self.wrong(end, scan, what),
                whole => Ok(whole),
            },
            // Nothing vouches for the end of a page that may be full.
            (None, None) => {
                let size = match self.list.page_size {
                    Some(size) => u64::from(size),
                    None if told => self.stride,
                    None => 1,
                };
                if scan.count >= size.max(1) {
                    return Ok(Next::At(At::Start(end)));
                }
                // The page before may know better, if the parameters got lost on the way to this one.
                let before = self.before.and_then(|before| before.total);
                match whole_or(At::Start(end), end, before) {
                    Next::Wrong { what, .. } => self.wrong(end, scan, what),
                    whole => Ok(whole),
                }
            }
        }
    }

    /// `Err` where the end of the page is no beginning of another: there the portal may give
    /// the page that holds it once more.
    fn wrong(&self, end: u64, scan: &Scan, what: String) -> Result<Next, String> {
        let size = match self.before {
            Some(Scan { next: Some(_), .. }) => self.stride,
            _ => self.list.page_size.map_or(USUAL_SIZE, u64::from),
        };
        match scan.count == 0 || end.is_multiple_of(size.max(1)) {
            true => Ok(Next::Wrong {
                what,
                at: At::Start(end),
            }),
            false => Err(what),
        }
    }

    /// The only page of a list.
    fn only(&self, scan: &Scan) -> Next {
        let count = scan.count;
        let at = At::Only { read: count };
        let total = scan.total.filter(|total| *total >= count);
        match (scan.next, total) {
            (None, Some(total)) => whole_or(at, count, Some(total)),
            (None, _) if self.limit.is_some_and(|limit| count < limit) => Next::Done,
            _ => Next::Wrong {
                what: format!(
                    "the only page may be full with its {count} records, and whether there are \
                     more cannot be known: ask with a larger `limit` if the method takes one, \
                     or for fewer records"
                ),
                at,
            },
        }
    }

    fn any_earlier(&self, is: impl Fn(&Scan) -> bool) -> bool {
        self.before.is_some_and(&is) || self.first.is_some_and(is)
    }
}

fn again() -> Result<Next, String> {
    Err("the page is the same as one before: the list does not go on".into())
}

/// Behind its first page, a list that holds more than all its records is no list.
fn no_more_than(total: Option<u64>, seen: u64, end: u64) -> Result<(), String> {
    match total {
        Some(total) if seen > 0 && end > total => Err(format!(
            "with this page there would be {end} records, more than the {total} that there are: \
             the list begins anew"
        )),
        _ => Ok(()),
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
