//! Where the records of a page are in their list.

use std::sync::Arc;

use super::cursor::{At, Cursor};

/// A page's place, from which its records' places follow.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Where the page begins, behind records that an earlier reading handed out.
    begin: Cursor,
    /// The keys of all records, if the list is read by them.
    keys: Arc<[i64]>,
    /// Whether the records are handed out otherwise than they came: then only the last key
    /// stands for those that were handed out before it.
    mixed: bool,
}

impl Place {
    pub(super) fn new(begin: Cursor, keys: Vec<i64>) -> Self {
        Self {
            begin,
            keys: keys.into(),
            mixed: false,
        }
    }

    pub(super) fn mixed(mut self, mixed: bool) -> Self {
        self.mixed = mixed;
        self
    }

    pub(super) fn begin(&self) -> &Cursor {
        &self.begin
    }

    /// What comes behind so many of the records, where so many are left.
    pub(super) fn after(&self, taken: u64, left: u64) -> Cursor {
        let taken = self.begin.taken.saturating_add(taken);
        let last = usize::try_from(taken).ok().and_then(|it| it.checked_sub(1));
        let key = match (left, self.mixed) {
            (0, _) => self.keys.last(),
            (_, true) => None,
            (_, false) => last.and_then(|last| self.keys.get(last)),
        };
        match (self.begin.at, key) {
            (Some(At::Key(_)), Some(key)) => At::Key(*key).into(),
            (Some(At::After(_)), Some(key)) => At::After(*key).into(),
            (at, _) => Cursor { at, taken },
        }
    }
}
