//! The commands that read the documentation.

mod drift;
mod progress;
mod report;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bitrix24_codegen::{import, survey};
use clap::Args;

pub(crate) use drift::Drift;
use progress::Progress;
use report::Report;

/// What to import, and where to say what it leaves open.
#[derive(Args)]
pub(crate) struct Import {
    /// The folder of the documentation.
    #[arg(long, value_name = "DIR")]
    docs: PathBuf,
    /// Writes the report to a file.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Reports for machines.
    #[arg(long)]
    json: bool,
    /// Methods (`imbot.chat.get`, `v3:tasks.task.get`) and sections: a folder of the
    /// documentation (`chat-bots`), what names begin with (`imbot.v2`), or a scope. All, if
    /// there is none.
    #[arg(value_name = "METHOD|SECTION")]
    wanted: Vec<String>,
}

/// What to measure.
#[derive(Args)]
pub(crate) struct Survey {
    /// The folder of the documentation.
    #[arg(long, value_name = "DIR")]
    docs: PathBuf,
    /// Shows the figures for machines.
    #[arg(long)]
    json: bool,
}

impl Import {
    pub(crate) fn run(&self, spec: &Path) -> Result<String, String> {
        // Nothing is imported whose report cannot be written.
        let report = match self.report.as_deref() {
            Some(path) => {
                let file = Report::open(path).map_err(|cause| unwritable(path, &cause))?;
                Some((path, file))
            }
            None => None,
        };
        let bar = Progress::new();
        let outcome = import::run(&import::Options {
            docs: &self.docs,
            spec,
            wanted: &self.wanted,
            progress: &|done, total| bar.show(done, total),
        });
        bar.clear();
        let outcome = outcome.map_err(error)?;
        let text = match self.json {
            true => outcome.json(),
            false => outcome.report(),
        };
        Ok(match report {
            Some((path, file)) => {
                let written = file.write(&text);
                written.map_err(|cause| unwritable(path, &cause))?;
                format!("{}the report is in {}\n", outcome.files(), path.display())
            }
            None if self.json => text,
            None => format!("{}\n{text}", outcome.files()),
        })
    }
}

fn unwritable(path: &Path, cause: &io::Error) -> String {
    error(format!("{} cannot be written: {cause}", path.display()))
}

impl Survey {
    pub(crate) fn run(&self, spec: &Path) -> Result<String, String> {
        let bar = Progress::new();
        let survey = survey::run(&self.docs, spec, &|done, total| bar.show(done, total));
        bar.clear();
        let survey = survey.map_err(error)?;
        Ok(match self.json {
            true => survey.json(),
            false => survey.text(),
        })
    }
}

/// Prints what a command found.
pub(crate) fn say(text: &str) -> Result<(), String> {
    let mut out = io::stdout();
    let said = writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush());
    match said {
        // A reader that has seen enough, such as `head`, is no failure.
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => {
            Err(error(format!("the output cannot be written: {cause}")))
        }
        _ => Ok(()),
    }
}

/// Each line as an error of its own.
fn error(message: String) -> String {
    let lines = message.lines().map(|line| format!("error: {line}"));
    lines.collect::<Vec<_>>().join("\n")
}
