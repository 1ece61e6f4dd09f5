//! The connections of a portal.

use std::{
    cell::Cell,
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{runtime::Handle, task::AbortHandle};

/// Long enough for the answer to the order to get out.
const MOMENT: Duration = Duration::from_millis(20);

thread_local! {
    /// Whether this thread answers a request right now.
    static ANSWERING: Cell<bool> = const { Cell::new(false) };
}

/// Does what a request asks for.
pub(crate) fn answering<T>(act: impl FnOnce() -> T) -> T {
    /// Also when an observer panics.
    struct Done;

    impl Drop for Done {
        fn drop(&mut self) {
            ANSWERING.set(false);
        }
    }

    ANSWERING.set(true);
    let _done = Done;
    act()
}

#[derive(Default)]
pub(crate) struct Traffic {
    /// How many there were.
    connections: AtomicU64,
    /// How many ended while an answer was under way.
    broken: AtomicU64,
    open: Mutex<HashMap<u64, AbortHandle>>,
}

impl Traffic {
    /// The number of a new connection.
    pub(crate) fn next(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn opened(&self, connection: u64, task: AbortHandle) {
        self.open().insert(connection, task);
    }

    /// Forgets a connection when the outcome is dropped, whatever it ends by.
    pub(crate) fn until_closed(&self, connection: u64) -> impl Drop {
        struct Open<'a>(&'a Traffic, u64);

        impl Drop for Open<'_> {
            fn drop(&mut self) {
                self.0.open().remove(&self.1);
            }
        }

        Open(self, connection)
    }

    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    pub(crate) fn count_open(&self) -> usize {
        self.open().len()
    }

    pub(crate) fn broken(&self) -> u64 {
        self.broken.load(Ordering::Relaxed)
    }

    /// Watches over an answer.
    pub(crate) fn under_way(&self) -> UnderWay<'_> {
        UnderWay(Some(&self.broken))
    }

    /// Closes all connections: at once, or after the answer to the order that asks for it.
    pub(crate) fn hang_up(&self) {
        let open: Vec<_> = self.open().drain().map(|(_, task)| task).collect();
        let abort = move || open.iter().for_each(AbortHandle::abort);
        match Handle::try_current() {
            Ok(portal) if ANSWERING.get() => {
                portal.spawn(async move {
                    tokio::time::sleep(MOMENT).await;
                    abort();
                });
            }
            _ => abort(),
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, AbortHandle>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a connection as broken that goes away before its answer is done.
pub(crate) struct UnderWay<'a>(Option<&'a AtomicU64>);

impl UnderWay<'_> {
    pub(crate) fn done(mut self) {
        self.0 = None;
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if let Some(broken) = self.0 {
            broken.fetch_add(1, Ordering::Relaxed);
        }
    }
}
