//! Synchronous calls, each driven by the thread that waits for it.
//!
//! No other thread takes part, which is three times as fast as to hand the call to a runtime with
//! threads of its own.

use std::{
    future::{Future, poll_fn},
    mem,
    pin::Pin,
    ptr,
    sync::{Arc, Weak},
    task::Poll,
    thread,
    time::Duration,
};

use bitrix24::process::Process;
use pyo3::{exceptions::PyRuntimeError, prelude::*};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    task::yield_now,
    time::timeout,
};

use crate::{
    logs::{self, Line},
    process::{PerProcess, interned},
    settings::config,
};

/// Drivers that a client keeps for later calls. More than that only ever run at once.
const IDLE: usize = 64;

/// A driver that is kept takes five descriptors: so half of what the process may have.
const PART_OF_DESCRIPTORS: usize = 10;

static ALL: PerProcess<Vec<Weak<Idle>>> = PerProcess::new();

/// How long Ctrl-C may go unnoticed.
const SLICE: Duration = Duration::from_millis(50);

/// A runtime without threads, and the connections that it keeps open.
pub(crate) struct Driver {
    runner: Runner,
    client: bitrix24::Client,
    /// Since room was made the last time.
    is_unused: bool,
}

impl Driver {
    pub(crate) fn new(py: Python<'_>, client: &bitrix24::Client) -> PyResult<Self> {
        let client = client
            .with_own_connections()
            .map_err(|error| config(py, &error))?;
        Ok(Self {
            runner: Runner::new()?,
            client,
            is_unused: false,
        })
    }

    /// Whether this is the process that made it, rather than a child forked by a signal handler.
    pub(crate) fn is_ours(&self) -> bool {
        self.runner.is_ours()
    }

    /// Waits for a call, detached from Python. An error means that a signal ended it.
    pub(crate) fn drive<T: Send, F: Future<Output = T> + Send>(
        &self,
        py: Python<'_>,
        call: impl FnOnce(bitrix24::Client) -> F,
    ) -> PyResult<T> {
        self.runner.drive(py, call(self.client.clone()))
    }
}

/// The drivers of a client that are kept for its next calls.
pub(crate) struct Idle(PerProcess<Vec<Driver>>);

impl Idle {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(PerProcess::new()))
    }

    /// The last one back is the first to be used again.
    pub(crate) fn take(&self, py: Python<'_>, current: Process) -> Option<Driver> {
        self.0.with_in(py, current, Vec::pop)
    }

    /// Gives back what is too much.
    #[must_use]
    pub(crate) fn keep(
        &self,
        py: Python<'_>,
        current: Process,
        mut driver: Driver,
    ) -> Option<Driver> {
        driver.is_unused = false;
        self.0.with_in(py, current, |idle| {
            if idle.len() == IDLE {
                return Some(driver);
            }
            idle.push(driver);
            None
        })
    }

    pub(crate) fn take_all(&self, py: Python<'_>) -> Vec<Driver> {
        self.0.with(py, mem::take)
    }

    /// Sees to it, before another driver is made, that those of many clients do not take up the
    /// descriptors of the process: the ones go that were not used since the last time.
    pub(crate) fn make_room(self: &Arc<Self>, py: Python<'_>) {
        let all: Vec<_> = ALL.with(py, |all| {
            all.retain(|idle| idle.strong_count() > 0);
            if !all
                .iter()
                .any(|idle| ptr::eq(idle.as_ptr(), &raw const **self))
            {
                all.push(Arc::downgrade(self));
            }
            all.iter().filter_map(Weak::upgrade).collect()
        });
        let count: usize = all.iter().map(|idle| idle.0.with(py, |it| it.len())).sum();
        if count < limit(py) {
            return;
        }
        for idle in all {
            let unused: Vec<_> = idle.0.with(py, |idle| {
                let (unused, used) = mem::take(idle).into_iter().partition(|it| it.is_unused);
                *idle = used;
                idle.iter_mut().for_each(|it| it.is_unused = true);
                unused
            });
            drop(unused);
        }
    }
}

/// How many drivers may be kept in all.
fn limit(py: Python<'_>) -> usize {
    let descriptors = || -> PyResult<usize> {
        let resource = py.import(interned!(py, "resource"))?;
        let kind = resource.getattr(interned!(py, "RLIMIT_NOFILE"))?;
        let limits = resource.call_method1(interned!(py, "getrlimit"), (kind,))?;
        limits.get_item(0)?.extract()
    };
    // Windows has no such limit, and where there is none, it is negative.
    descriptors().map_or(usize::MAX, |descriptors| descriptors / PART_OF_DESCRIPTORS)
}

/// A runtime without threads.
pub(crate) struct Runner {
    /// There until it is dropped.
    runtime: Option<Runtime>,
    process: Process,
}

impl Runner {
    pub(crate) fn new() -> PyResult<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self {
            runtime: Some(runtime),
            process: Process::current(),
        })
    }

    fn is_ours(&self) -> bool {
        self.process == Process::current()
    }

    /// Waits for some work, detached from Python. An error means that a signal ended it.
    pub(crate) fn drive<T: Send>(
        &self,
        py: Python<'_>,
        work: impl Future<Output = T> + Send,
    ) -> PyResult<T> {
        let Some(runtime) = &self.runtime else {
            return Err(PyRuntimeError::new_err("the driver is gone"));
        };
        let mut work = Box::pin(async {
            turn().await;
            work.await
        });
        let mut wait = Some(SLICE);
        loop {
            let (outcome, lines) = block_on(py, runtime, slice(work.as_mut(), wait))?;
            let is_silent = lines.is_empty();
            let mut told = logs::tell(py, lines);
            match outcome {
                Some(outcome) if is_silent => return Ok(outcome),
                // Signals come to the main thread alone: most calls are over before that matters.
                None if wait.is_some() && told.is_ok() => {
                    // To ask is to run Python, and with it the handlers of signals that have come.
                    told = is_main_thread(py).and_then(|is_main| match is_main {
                        true => py.check_signals(),
                        false => {
                            wait = None;
                            Ok(())
                        }
                    });
                }
                _ => {}
            }
            if !self.is_ours() {
                // The connection is the parent's.
                mem::forget(work);
                told?;
                return Err(PyRuntimeError::new_err(
                    "a signal handler forked during the call",
                ));
            }
            match (told, outcome) {
                (Ok(()), Some(outcome)) => return Ok(outcome),
                (Ok(()), None) => {}
                (Err(interrupt), _) => {
                    drop(work);
                    block_on(py, runtime, turn())?;
                    return Err(interrupt);
                }
            }
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else {
            return;
        };
        if self.process == Process::current() {
            // A name lookup under way would make an ordinary drop wait for it.
            runtime.shutdown_background();
        } else {
            mem::forget(runtime);
        }
    }
}

/// Drives some work, detached from Python, and gives what was told meanwhile.
fn block_on<T: Send>(
    py: Python<'_>,
    runtime: &Runtime,
    work: impl Future<Output = T> + Send,
) -> PyResult<(T, Vec<Line>)> {
    let drive = || logs::keeping(|| runtime.block_on(work));
    py.detach(|| {
        if Handle::try_current().is_err() {
            return Ok(drive());
        }
        // Python was called from a runtime's thread, to use a store for example. Such a thread
        // cannot drive a second runtime.
        thread::scope(|scope| {
            let driven = thread::Builder::new().spawn_scoped(scope, drive)?.join();
            driven.map_err(|_| PyRuntimeError::new_err("the thread of the work panicked"))
        })
    })
}

/// Goes on with some work until it is over, something was told, or the time is up.
async fn slice<T>(
    mut work: Pin<&mut (impl Future<Output = T> + Send)>,
    wait: Option<Duration>,
) -> Option<T> {
    let work = poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
        Poll::Pending if logs::are_kept() => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    });
    match wait {
        Some(wait) => timeout(wait, work).await.ok().flatten(),
        None => work.await,
    }
}

/// Lets the runtime see to its connections. Between two calls it stands still, so only now does it
/// notice those that are ready again, and those that the server has closed meanwhile: once round to
/// hear of it, and once more for the connections themselves. Without the second, one that TLS has
/// ended and TCP has not is chosen more often.
async fn turn() {
    for _ in 0..2 {
        yield_now().await;
    }
}

pub(crate) fn is_main_thread(py: Python<'_>) -> PyResult<bool> {
    let threading = py.import(interned!(py, "threading"))?;
    let current = threading.call_method0(interned!(py, "get_ident"))?;
    let main = threading.call_method0(interned!(py, "main_thread"))?;
    current.eq(main.getattr(interned!(py, "ident"))?)
}
