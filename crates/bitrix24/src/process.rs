//! State that belongs to one process: what bindings to languages need whose programs fork.
//!
//! A lock that another thread held at the moment of a fork stays locked in the child for ever. So
//! the child never touches the state of its parent: it finds a place of its own, once it is
//! [told](forked) that it is a child. To ask the system who one is would take a system call or more
//! for every call of a method.

use std::{
    fmt,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

/// How many forks lie between this process and the first one, which counts as one.
static GENERATION: AtomicU32 = AtomicU32::new(1);

/// Tells this crate that the current process is the child of a fork.
///
/// Whoever forks and goes on with the same program calls it in each child, before anything else of
/// this crate is used there. Without it, a child takes the state of its parent for its own.
///
/// ```standalone_crate
/// use bitrix24::process::{Process, forked};
///
/// let parent = Process::current();
/// forked(); // as the child would
/// assert_ne!(Process::current(), parent);
/// ```
pub fn forked() {
    GENERATION.fetch_add(1, Relaxed);
}

/// Which process this is: found out once, it serves several [values](PerProcess).
///
/// ```
/// use bitrix24::process::{PerProcess, Process};
///
/// let here = Process::current();
/// let (calls, errors) = (PerProcess::new(1), PerProcess::new(2));
/// assert_eq!((calls.get_in(here), errors.get_in(here)), (&1, &2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process(u32);

impl Process {
    /// The current process. What comes of it must not be kept across anything that may fork.
    pub fn current() -> Self {
        Self(GENERATION.load(Relaxed))
    }

    /// A number that none of the processes has from which this one stems. Never 0.
    pub fn number(self) -> u32 {
        self.0
    }
}

/// A value for each process that comes by: the one that made it, and its children.
///
/// ```
/// use std::sync::Mutex;
/// use bitrix24::process::PerProcess;
///
/// let names = PerProcess::new(Mutex::new(vec!["parent"]));
/// let mine = names.get().lock();
/// # assert_eq!(mine.map(|names| names.len()).unwrap_or(0), 1);
/// ```
pub struct PerProcess<T> {
    owner: Process,
    value: T,
    /// The value of a child: there only in the memory of that child.
    child: OnceLock<Box<Self>>,
}

impl<T> PerProcess<T> {
    /// The value of this process.
    pub fn new(value: T) -> Self {
        Self {
            owner: Process::current(),
            value,
            child: OnceLock::new(),
        }
    }

    /// The value of the current process. `make` makes that of a child, given the value of its
    /// parent, whose locks may be locked for ever.
    pub fn get_or(&self, make: impl FnOnce(&T) -> T) -> &T {
        self.get_or_in(Process::current(), make)
    }

    /// [`get_or`](Self::get_or) if the current process is known.
    pub fn get_or_in(&self, current: Process, make: impl FnOnce(&T) -> T) -> &T {
        let mut own = self;
        while own.owner != current {
            match own.child.get() {
                Some(child) => own = child,
                None => {
                    let child = || {
                        Box::new(Self {
                            owner: current,
                            value: make(&own.value),
                            child: OnceLock::new(),
                        })
                    };
                    return &own.child.get_or_init(child).value;
                }
            }
        }
        &own.value
    }
}

impl<T: Default> PerProcess<T> {
    /// The value of the current process; a child starts with the default.
    pub fn get(&self) -> &T {
        self.get_in(Process::current())
    }

    /// [`get`](Self::get) if the current process is known.
    pub fn get_in(&self, current: Process) -> &T {
        self.get_or_in(current, |_| T::default())
    }
}

impl<T: Default> Default for PerProcess<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> fmt::Debug for PerProcess<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerProcess").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_has_a_value_of_its_own() {
        let mut slot = PerProcess::new(7);
        assert_eq!(*slot.get_or(|_| 0), 7);
        slot.owner = Process(0); // as if this were the child of process 0
        assert_eq!(*slot.get_or(|parent| parent + 1), 8);
        assert_eq!(*slot.get_or(|_| 0), 8, "made once");
        let of_a_grandchild = slot.get_or_in(Process(2), |parent| parent + 1);
        assert_eq!(*of_a_grandchild, 9);
        assert_eq!(*slot.get_or(|_| 0), 8);
    }
}
