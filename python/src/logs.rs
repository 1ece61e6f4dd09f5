//! What the client tells of its work, handed to Python's `logging`.
//!
//! Handlers are code of others: they hold a lock while they run, and may call the client. A thread
//! that drives a call cannot drive another one, and it can lend no other thread its lock. So it
//! keeps what is told meanwhile, and hands it on as soon as it has let go of the call.

use std::{
    cell::RefCell,
    fmt::{self, Write},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use pyo3::prelude::*;
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
    subscriber::Interest,
};

use crate::{classes::LOGGER, errors::is_interrupt, gate, process::interned};

thread_local! {
    /// There while this thread drives a call.
    static KEPT: RefCell<Option<Vec<Line>>> = const { RefCell::new(None) };
}

/// Whether somebody listens to the details: looked up at the beginning of each call.
static DETAILS: AtomicBool = AtomicBool::new(false);

/// Numbers of `logging`.
const DEBUG: u8 = 10;
const INFO: u8 = 20;
const WARNING: u8 = 30;

/// Listens to the client from now on.
pub(crate) fn listen() {
    // This copy of `tracing` is the module's own: nobody else can have set one.
    let _ = tracing::subscriber::set_global_default(Logging);
}

/// Looks up whether details are wanted. For calls that begin.
pub(crate) fn look_up(py: Python<'_>) -> PyResult<()> {
    let wanted = LOGGER
        .get(py)?
        .call_method1(interned!(py, "isEnabledFor"), (DEBUG,))?;
    DETAILS.store(wanted.is_truthy()?, Relaxed);
    Ok(())
}

/// What a logger is told.
pub(crate) struct Line {
    level: u8,
    text: String,
}

impl Line {
    fn of(event: &Event<'_>) -> Self {
        let mut text = Text::default();
        event.record(&mut text);
        Self {
            level: match *event.metadata().level() {
                Level::ERROR | Level::WARN => WARNING,
                Level::INFO => INFO,
                _ => DEBUG,
            },
            text: text.message + &text.fields,
        }
    }

    fn tell(self, py: Python<'_>) -> PyResult<()> {
        let logger = LOGGER.get(py)?;
        logger.call_method1(interned!(py, "log"), (self.level, self.text))?;
        Ok(())
    }

    /// Keeps it, if this thread drives a call.
    fn keep(self) -> Option<Self> {
        KEPT.with_borrow_mut(|kept| match kept {
            Some(kept) => {
                kept.push(self);
                None
            }
            None => Some(self),
        })
    }
}

/// Drives a call on this thread, and gives what was told meanwhile.
pub(crate) fn keeping<T>(drive: impl FnOnce() -> T) -> (T, Vec<Line>) {
    KEPT.set(Some(Vec::new()));
    let driven = drive();
    (driven, KEPT.take().unwrap_or_default())
}

/// Whether something was told that waits.
pub(crate) fn are_kept() -> bool {
    KEPT.with_borrow(|kept| kept.as_ref().is_some_and(|kept| !kept.is_empty()))
}

/// Hands on what was kept. An error is an interrupt: of a signal that has come, or of a handler.
pub(crate) fn tell(py: Python<'_>, lines: Vec<Line>) -> PyResult<()> {
    let mut told = Ok(());
    for line in lines {
        // Python handles signals whenever it runs. Not within a handler, which may swallow what
        // they raise.
        if let Err(interrupt) = py.check_signals() {
            told = Err(interrupt);
        }
        match line.tell(py) {
            Err(error) if is_interrupt(py, &error) => told = Err(error),
            Err(error) => error.write_unraisable(py, None),
            Ok(()) => {}
        }
    }
    told
}

struct Logging;

impl Subscriber for Logging {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        match metadata.is_event() && metadata.target().starts_with("bitrix24") {
            true => Interest::sometimes(),
            false => Interest::never(),
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO || DETAILS.load(Relaxed)
    }

    fn event(&self, event: &Event<'_>) {
        let Some(line) = Line::of(event).keep() else {
            return;
        };
        gate::attach_for_long(|py| {
            if let Err(error) = line.tell(py) {
                error.write_unraisable(py, None);
            }
        });
    }

    // Each event says of itself what call it belongs to.

    fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}

    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}

    fn enter(&self, _span: &span::Id) {}

    fn exit(&self, _span: &span::Id) {}
}

/// An event as a line: `answered method=imbot.chat.get attempt=1 status=200`.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        let _ = write!(self.fields, " {}={value:.3}", field.name());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.fields, " {}={value}", field.name());
    }
}
