//! Listens to everything that is printed: by the client and the layers below, to loggers and
//! tracers, and by whoever looks at the values.

use std::{
    error::Error,
    fmt::{Debug, Write},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

/// What was logged and traced since it was last taken.
static HEARD: Mutex<Vec<(&str, String)>> = Mutex::new(Vec::new());

pub(crate) fn listen() {
    log::set_logger(&Logger).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    tracing::subscriber::set_global_default(Tracer(AtomicU64::new(1))).unwrap();
}

pub(crate) fn take() -> Vec<(&'static str, String)> {
    std::mem::take(&mut HEARD.lock().unwrap())
}

fn hear(by: &'static str, line: String) {
    HEARD.lock().unwrap().push((by, line));
}

struct Logger;

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        hear("the log", format!("{}: {}", record.target(), record.args()));
    }

    fn flush(&self) {}
}

struct Tracer(AtomicU64);

impl Tracer {
    fn hear(metadata: &Metadata<'_>, record: impl FnOnce(&mut Line)) {
        let mut line = Line(format!("{}: {}", metadata.target(), metadata.name()));
        record(&mut line);
        hear("the trace", line.0);
    }
}

impl Subscriber for Tracer {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        Self::hear(span.metadata(), |line| span.record(line));
        Id::from_u64(self.0.fetch_add(1, Relaxed))
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Line(String::new());
        values.record(&mut line);
        hear("the trace", line.0);
    }

    fn event(&self, event: &Event<'_>) {
        Self::hear(event.metadata(), |line| event.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

/// Everything that was printed of a row, and what printed it.
#[derive(Default)]
pub(crate) struct Shown(pub(crate) Vec<(&'static str, String)>);

impl Shown {
    pub(crate) fn debug(&mut self, what: &'static str, value: &impl Debug) {
        self.0.push((what, format!("{value:?}")));
        self.0.push((what, format!("{value:#?}")));
    }

    pub(crate) fn error(&mut self, error: &(dyn Error + 'static)) {
        self.debug("an error", &error);
        self.0.push(("an error", format!("{error} {error:#}")));
        if let Some(cause) = error.source() {
            self.error(cause);
        }
    }
}
