//! What interrupts a program: `KeyboardInterrupt`, `SystemExit`, and whatever else is no `Exception`.
//!
//! Where the client tells Python something in the middle of a synchronous call, Python handles the
//! signals that have come. What a handler raises ends the call, rather than be lost.

use std::cell::{Cell, RefCell};

use pyo3::{exceptions::PyException, prelude::*};

thread_local! {
    static DRIVING: Cell<bool> = const { Cell::new(false) };
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// What must not be swallowed.
pub(crate) fn is_interrupt(py: Python<'_>, error: &PyErr) -> bool {
    !error.is_instance_of::<PyException>(py)
}

/// Has Python handle the signals that have come, before code runs by which what they raise gets
/// lost. Whatever it is, it is kept for the call that this thread drives.
pub(crate) fn look(py: Python<'_>) {
    if DRIVING.get()
        && let Err(error) = py.check_signals()
    {
        keep(error);
    }
}

fn keep(error: PyErr) {
    let earlier = RAISED.with_borrow_mut(|raised| raised.replace(error));
    drop(earlier);
}

/// Deals with what was raised where nobody can catch it: an interrupt is kept for the call that
/// this thread drives, anything else is shown.
pub(crate) fn raised(py: Python<'_>, error: PyErr, about: Option<&Bound<'_, PyAny>>) {
    if DRIVING.get() && is_interrupt(py, &error) {
        keep(error);
    } else {
        error.write_unraisable(py, about);
    }
}

/// Does something by which a call goes on. An error is an interrupt that was kept meanwhile.
pub(crate) fn driving<T>(drive: impl FnOnce() -> T) -> PyResult<T> {
    let before = DRIVING.replace(true);
    let driven = drive();
    DRIVING.set(before);
    RAISED.take().map_or(Ok(driven), Err)
}
