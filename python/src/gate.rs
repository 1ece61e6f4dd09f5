//! How threads that are not Python's come to attach to it: only as long as the interpreter lives.
//!
//! A thread that attaches to an interpreter which is going away is ended by it, and the process
//! with the thread. So the exit of the interpreter shuts the gate, and waits for those inside, unless
//! Ctrl-C tells it not to.

use std::{
    sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bitrix24::process::PerProcess;
use pyo3::prelude::*;
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    task::block_in_place,
};

static GATE: LazyLock<PerProcess<Gate>> = LazyLock::new(PerProcess::default);

#[derive(Default)]
struct Gate {
    state: Mutex<State>,
    left: Condvar,
}

#[derive(Default)]
struct State {
    shut: bool,
    inside: usize,
}

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Pass(&'static Gate);

impl Drop for Pass {
    fn drop(&mut self) {
        self.0.state().inside -= 1;
        self.0.left.notify_all();
    }
}

/// Does something in Python. `None`: the interpreter exits.
///
/// The caller must not hold a lock that a thread of Python's may want.
pub(crate) fn attach<R>(work: impl FnOnce(Python<'_>) -> R) -> Option<R> {
    let gate = GATE.get();
    let _pass = {
        let mut state = gate.state();
        if state.shut {
            return None;
        }
        state.inside += 1;
        Pass(gate)
    };
    Python::try_attach(work)
}

/// [`attach`] for code of others, which may take its time or wait for another call: another thread
/// goes on with the calls of the runtime.
pub(crate) fn attach_for_long<R>(work: impl FnOnce(Python<'_>) -> R) -> Option<R> {
    let flavor = Handle::try_current().map(|handle| handle.runtime_flavor());
    match flavor {
        Ok(RuntimeFlavor::MultiThread) => block_in_place(|| attach(work)),
        _ => attach(work),
    }
}

/// Lets nobody in any more, and tells whether everybody has left, for whom it waits so long. The
/// caller must be detached.
pub(crate) fn shut(wait: Duration) -> bool {
    let gate = GATE.get();
    let mut state = gate.state();
    state.shut = true;
    let inside = |state: &mut State| state.inside > 0;
    let waited = gate.left.wait_timeout_while(state, wait, inside);
    let (_state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
    !waited.timed_out()
}
