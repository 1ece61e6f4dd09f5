//! `cargo codegen drift`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bitrix24_codegen::drift;
use clap::Args;

use super::progress::Progress;

/// What to compare with the description.
#[derive(Args)]
pub(crate) struct Drift {
    /// The folder of the documentation.
    #[arg(long, value_name = "DIR")]
    docs: PathBuf,
    /// Reports for machines.
    #[arg(long)]
    json: bool,
    /// The folder is a part of the documentation: a method that it lacks is not gone.
    #[arg(long)]
    part: bool,
    /// Methods (`imbot.chat.get`, `v3:tasks.task.get`) and sections: a folder of the
    /// documentation (`chat-bots`), what names begin with (`imbot.v2`), or a scope. All, if
    /// there is none.
    #[arg(value_name = "METHOD|SECTION")]
    wanted: Vec<String>,
}

impl Drift {
    /// Ends with 0 where nothing changed, with 1 where something did, with 2 if it cannot tell.
    pub(crate) fn run(&self, spec: &Path) -> ExitCode {
        let bar = Progress::new();
        let options = drift::Options {
            docs: &self.docs,
            spec,
            part: self.part,
            wanted: &self.wanted,
            version: env!("CARGO_PKG_VERSION"),
        };
        let drift = drift::measure(&options, &|done, total| bar.show(done, total));
        bar.clear();
        let drift = match drift {
            Ok(drift) => drift,
            Err(message) => {
                eprintln!("{}", super::error(message));
                return ExitCode::from(2);
            }
        };
        let text = match self.json {
            true => format!("{:#}", drift.json()),
            false => drift.text(),
        };
        match super::say(&text) {
            Err(message) => {
                eprintln!("{message}");
                ExitCode::from(2)
            }
            Ok(()) if drift.is_drift() => ExitCode::from(1),
            Ok(()) => ExitCode::SUCCESS,
        }
    }
}
