//! The log of the program: a line for each request, and for each event that a handler was sent.

use std::{
    env,
    fmt::Write as _,
    io::{self, IsTerminal, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel},
    },
    thread,
    time::{Duration, SystemTime},
};

use crate::{
    deliver::Delivery,
    log::Recorded,
    time::{date, since_epoch},
};

/// Lines that wait to be written. Beyond that they are counted only: a log that nobody reads must
/// not stop the portal.
const WAITING: usize = 16_384;

/// Written together: a write for each line would take longer than an answer.
const PAUSE: Duration = Duration::from_millis(10);

/// How long the last lines may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// Parameters are cut beyond so many characters.
const LONGEST: usize = 2_000;

/// What a line is about.
enum Line {
    Call(Recorded),
    Delivery(Delivery),
}

/// Writes lines to the standard error, from a thread of its own.
pub(super) struct Lines {
    lines: SyncSender<Line>,
    lost: Arc<AtomicU64>,
    /// Ends when all is written.
    written: Receiver<()>,
}

impl Lines {
    pub(super) fn start() -> io::Result<Self> {
        let (lines, waiting) = sync_channel(WAITING);
        let (done, written) = channel::<()>();
        let lost = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&lost);
        thread::Builder::new()
            .name("bitrix24-sandbox-log".to_owned())
            .spawn(move || {
                write(&waiting, &counted);
                drop(done);
            })?;
        Ok(Self {
            lines,
            lost,
            written,
        })
    }

    /// What is to be told of requests.
    pub(super) fn of_requests(&self) -> impl Fn(&Recorded) + Send + Sync + 'static {
        let add = self.adder();
        move |call| add(Line::Call(call.clone()))
    }

    /// What is to be told of events that were sent.
    pub(super) fn of_deliveries(&self) -> impl Fn(&Delivery) + Send + Sync + 'static {
        let add = self.adder();
        move |delivery| add(Line::Delivery(delivery.clone()))
    }

    fn adder(&self) -> impl Fn(Line) + Send + Sync + 'static {
        let (lines, lost) = (self.lines.clone(), Arc::clone(&self.lost));
        move |line| {
            if let Err(TrySendError::Full(_)) = lines.try_send(line) {
                lost.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Waits until all is written. The portal must be gone.
    pub(super) fn finish(self) {
        drop(self.lines);
        // Nothing is ever sent: it is the end that is waited for.
        let _ = self.written.recv_timeout(PATIENCE);
    }
}

fn write(lines: &Receiver<Line>, lost: &AtomicU64) {
    let mut out = io::stderr();
    let mut text = Text::new(out.is_terminal() && env::var_os("NO_COLOR").is_none());
    while let Ok(line) = lines.recv() {
        thread::sleep(PAUSE);
        text.add(&line);
        for line in lines.try_iter().take(WAITING) {
            text.add(&line);
        }
        let lost = lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            let _ = writeln!(text.lines, "({lost} lines are not shown)");
        }
        // Nobody may be reading any more, and that is no reason to stop.
        let _ = out.write_all(text.lines.as_bytes());
        text.lines.clear();
    }
}

/// Lines that are not written yet.
struct Text {
    lines: String,
    is_colourful: bool,
    /// Commands of a batch that is yet to come.
    commands: Vec<Recorded>,
}

impl Text {
    fn new(is_colourful: bool) -> Self {
        Self {
            lines: String::new(),
            is_colourful,
            commands: Vec::new(),
        }
    }

    fn add(&mut self, line: &Line) {
        match line {
            Line::Call(call) => self.add_call(call),
            Line::Delivery(delivery) => self.add_delivery(delivery),
        }
    }

    /// Commands come after the batch that they are in.
    fn add_call(&mut self, call: &Recorded) {
        if call.is_command() {
            self.commands.push(call.clone());
            return;
        }
        self.line(call, &printable(call.path()));
        let commands = std::mem::take(&mut self.commands);
        for command in commands {
            // It comes from a parameter, and may hold anything.
            let method = command.method().escape_debug();
            self.line(&command, &format!("  {method}"));
        }
    }

    fn add_delivery(&mut self, delivery: &Delivery) {
        let start = self.start_of_line(delivery.time(), delivery.status());
        // What bots and applications told, and may hold anything.
        let (event, handler) = (printable(delivery.event()), printable(delivery.handler()));
        let end = handler.char_indices().nth(LONGEST);
        let handler = handler.get(..end.map_or(handler.len(), |(end, _)| end));
        let handler = handler.unwrap_or_default();
        let _ = write!(
            self.lines,
            "{start} POST {:11} event       {event:42} {handler}",
            ""
        );
        if let Some(note) = delivery.note() {
            let note = self.coloured("31", &format!("[{note}]"));
            let _ = write!(self.lines, " {note}");
        }
        self.lines.push('\n');
    }

    /// When it was, and what was answered.
    fn start_of_line(&self, time: SystemTime, status: u16) -> String {
        let shown = match status {
            0 => "---".to_owned(),
            status => status.to_string(),
        };
        let colour = match status {
            200..400 => "32",
            400..500 => "33",
            _ => "31",
        };
        let date = date(time);
        let clock = date.get(11..19).unwrap_or_default();
        let millis = (since_epoch(time).fract() * 1000.0) as u32;
        let time = self.coloured("2", &format!("{clock}.{millis:03}"));
        format!("{time} {}", self.coloured(colour, &shown))
    }

    fn line(&mut self, call: &Recorded, what: &str) {
        let start = self.start_of_line(call.time(), call.status());
        let took = call.took().as_secs_f64() * 1000.0;
        // Text always takes more text.
        let _ = write!(
            self.lines,
            "{start} {:4} {took:>8.2} ms {:11} {what:42} ",
            call.verb(),
            call.credential().to_string(),
        );
        let parameters = printable(&call.masked_parameters().to_string());
        match parameters.char_indices().nth(LONGEST) {
            Some((end, _)) => {
                let start = parameters.get(..end).unwrap_or_default();
                let _ = write!(self.lines, "{start}… ({} bytes)", parameters.len());
            }
            None => self.lines.push_str(&parameters),
        }
        if let Some(fault) = call.fault() {
            let fault = self.coloured("35", &format!("[{fault}]"));
            let _ = write!(self.lines, " {fault}");
        }
        self.lines.push('\n');
    }

    fn coloured(&self, colour: &str, text: &str) -> String {
        if self.is_colourful {
            format!("\x1b[{colour}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Text without what a terminal would obey.
fn printable(text: &str) -> String {
    let shown = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().map(shown).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Mutex;

    use serde_json::json;

    use super::*;
    use crate::Sandbox;

    #[test]
    fn events_have_lines() {
        let text = Arc::new(Mutex::new(Text::new(false)));
        let kept = Arc::clone(&text);
        let sandbox = Sandbox::builder()
            .on_delivery(move |delivery| {
                let mut text = kept.lock().unwrap();
                text.add(&Line::Delivery(delivery.clone()));
            })
            .start()
            .unwrap();
        let state = sandbox.state();
        for (number, handler) in [
            "http://127.0.0.1:1/bot?token=secret",
            "https://u:secret@x/\u{1b}",
        ]
        .into_iter()
        .enumerate()
        {
            state.outbox.put(crate::deliver::Parcel {
                event: "ONIMBOTMESSAGEADD".to_owned(),
                handler: handler.to_owned(),
                body: json!({"auth": "secret"}),
            });
            sandbox
                .wait_for_deliveries(number + 1, PATIENCE * 20)
                .unwrap();
        }
        let lines = std::mem::take(&mut text.lock().unwrap().lines);
        let (first, second) = lines.split_once('\n').unwrap();
        assert!(
            first.contains(" --- POST ") && first.contains(" event "),
            "{lines}"
        );
        assert!(first.contains("ONIMBOTMESSAGEADD "), "{lines}");
        assert!(
            first.ends_with(" http://127.0.0.1:1/bot [no connection]"),
            "{lines}"
        );
        assert!(
            second.ends_with(" x/\u{fffd} [not an address]\n"),
            "{lines}"
        );
        assert!(!lines.contains("secret"), "{lines}");
    }
}
