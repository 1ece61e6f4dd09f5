//! The log of the program: a line for each request.

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
    time::Duration,
};

use crate::{
    log::Recorded,
    time::{date, since_epoch},
};

/// Calls that wait to be written. Beyond that they are counted only: a log that nobody reads must
/// not stop the portal.
const WAITING: usize = 16_384;

/// Written together: a write for each line would take longer than an answer.
const PAUSE: Duration = Duration::from_millis(10);

/// How long the last lines may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// Parameters are cut beyond so many characters.
const LONGEST: usize = 2_000;

/// Writes calls to the standard error, from a thread of its own.
pub(super) struct Lines {
    calls: SyncSender<Recorded>,
    lost: Arc<AtomicU64>,
    /// Ends when all is written.
    written: Receiver<()>,
}

impl Lines {
    pub(super) fn start() -> io::Result<Self> {
        let (calls, waiting) = sync_channel(WAITING);
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
            calls,
            lost,
            written,
        })
    }

    /// What is to be told of calls.
    pub(super) fn observer(&self) -> impl Fn(&Recorded) + Send + Sync + 'static {
        let (calls, lost) = (self.calls.clone(), Arc::clone(&self.lost));
        move |call| {
            if let Err(TrySendError::Full(_)) = calls.try_send(call.clone()) {
                lost.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Waits until all is written. The portal must be gone.
    pub(super) fn finish(self) {
        drop(self.calls);
        // Nothing is ever sent: it is the end that is waited for.
        let _ = self.written.recv_timeout(PATIENCE);
    }
}

fn write(calls: &Receiver<Recorded>, lost: &AtomicU64) {
    let mut out = io::stderr();
    let mut text = Text::new(out.is_terminal() && env::var_os("NO_COLOR").is_none());
    while let Ok(call) = calls.recv() {
        thread::sleep(PAUSE);
        text.add(&call);
        for call in calls.try_iter().take(WAITING) {
            text.add(&call);
        }
        let lost = lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            let _ = writeln!(text.lines, "({lost} calls are not shown)");
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

    /// Adds a call; commands come after the batch that they are in.
    fn add(&mut self, call: &Recorded) {
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

    fn line(&mut self, call: &Recorded, what: &str) {
        let status = match call.status() {
            0 => "---".to_owned(),
            status => status.to_string(),
        };
        let colour = match call.status() {
            200..400 => "32",
            400..500 => "33",
            _ => "31",
        };
        let date = date(call.time());
        let clock = date.get(11..19).unwrap_or_default();
        let millis = (since_epoch(call.time()).fract() * 1000.0) as u32;
        let time = self.coloured("2", &format!("{clock}.{millis:03}"));
        let status = self.coloured(colour, &status);
        let took = call.took().as_secs_f64() * 1000.0;
        // Text always takes more text.
        let _ = write!(
            self.lines,
            "{time} {status} {:4} {took:>8.2} ms {:11} {what:42} ",
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
