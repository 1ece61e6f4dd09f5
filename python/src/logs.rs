//! What the client tells of its work, handed to Python's `logging`.

use std::{
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

use crate::{classes::LOGGER, gate, interrupt, process::interned};

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
        let mut text = Text::default();
        event.record(&mut text);
        let level = match *event.metadata().level() {
            Level::ERROR | Level::WARN => WARNING,
            Level::INFO => INFO,
            _ => DEBUG,
        };
        gate::attach_for_long(|py| {
            interrupt::look(py);
            let told = LOGGER.get(py).and_then(|logger| {
                let text = format!("{}{}", text.message, text.fields);
                logger.call_method1(interned!(py, "log"), (level, text))
            });
            if let Err(error) = told {
                interrupt::raised(py, error, None);
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
