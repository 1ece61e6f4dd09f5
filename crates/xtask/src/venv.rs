//! Virtual environments of Python.

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::{
    paths,
    run::{Outcome, empty_dir, program, run},
};

/// Names under which a Python may be found; `python3` is what most call it.
const NAMES: [&str; 7] = [
    "python3",
    "python",
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3.10",
];

/// Says its version, and whether it can make virtual environments with pip.
const PROBE: &str = "
import sys
try:
    import ensurepip, venv
    whole = 'whole'
except ImportError:
    whole = 'partial'
print(sys.version_info[0], sys.version_info[1], whole)
";

/// A virtual environment below the target folder.
pub(crate) struct Venv(PathBuf);

impl Venv {
    /// The one that the project is developed in.
    pub(crate) fn development() -> Self {
        Self::named("venv")
    }

    /// The one of that name, which may not be there yet.
    pub(crate) fn named(name: &str) -> Self {
        Self(paths::target().join(name))
    }

    /// A new one of that name, without pip, for [`install`](Self::install).
    pub(crate) fn fresh(name: &str) -> Outcome<Self> {
        let venv = Self::named(name);
        empty_dir(&venv.0)?;
        venv.create(&["--without-pip"])?;
        Ok(venv)
    }

    /// Makes it unless it is there and works; says whether it was made.
    pub(crate) fn ensure(&self) -> Outcome<bool> {
        let python = self.path("python");
        if python.exists() && probe(Command::new(&python)) == Some(Probe::Fine) {
            return Ok(false);
        }
        empty_dir(&self.0)?;
        self.create(&[])?;
        Ok(true)
    }

    fn create(&self, options: &[&str]) -> Outcome {
        let mut python = program(find_python()?);
        run(python.args(["-m", "venv"]).args(options).arg(&self.0))
    }

    /// Its folder.
    pub(crate) fn dir(&self) -> &PathBuf {
        &self.0
    }

    /// Where a program of it is.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        let bin = if cfg!(windows) { "Scripts" } else { "bin" };
        let name = format!("{name}{}", env::consts::EXE_SUFFIX);
        self.0.join(bin).join(name)
    }

    /// Its Python.
    pub(crate) fn python(&self) -> Command {
        self.tool("python")
    }

    /// A program that is installed in it.
    pub(crate) fn tool(&self, name: &str) -> Command {
        let mut command = program(self.path(name));
        command
            .env("VIRTUAL_ENV", &self.0)
            .env_remove("PYTHONHOME")
            .env_remove("PYTHONPATH");
        command
    }

    /// Its pip, with arguments.
    pub(crate) fn pip(&self, args: &[&str]) -> Command {
        let mut command = self.python();
        command
            .args(["-m", "pip", "--disable-pip-version-check"])
            .args(args);
        command
    }

    /// The pip of the development environment, which installs into this one.
    pub(crate) fn install(&self) -> Command {
        let mut pip = Self::development().pip(&["--python"]);
        pip.arg(self.path("python")).args(["install", "--quiet"]);
        pip
    }

    /// A file in it that says what was installed last.
    pub(crate) fn stamp(&self) -> PathBuf {
        self.0.join("xtask-stamp")
    }

    /// Whether the stamp says so.
    pub(crate) fn has_stamp(&self, content: &str) -> bool {
        fs::read_to_string(self.stamp()).is_ok_and(|stamp| stamp == content)
    }
}

#[derive(PartialEq)]
enum Probe {
    Fine,
    TooOld(String),
    /// Without `venv` or `ensurepip`.
    Partial,
}

fn probe(mut python: Command) -> Option<Probe> {
    let output = python
        .args(["-c", PROBE])
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut words = text.split_whitespace();
    let (major, minor) = (
        words.next()?.parse::<u32>().ok()?,
        words.next()?.parse().ok()?,
    );
    Some(match words.next()? {
        _ if (major, minor) < (3, 10) => Probe::TooOld(format!("{major}.{minor}")),
        "whole" => Probe::Fine,
        _ => Probe::Partial,
    })
}

fn find_python() -> Outcome<&'static str> {
    let mut problem = None;
    for name in NAMES {
        match probe(Command::new(name)) {
            Some(Probe::Fine) => return Ok(name),
            Some(Probe::TooOld(version)) => {
                problem.get_or_insert(format!("{name} is Python {version}, which is too old"));
            }
            Some(Probe::Partial) => {
                problem.get_or_insert(format!(
                    "{name} cannot make virtual environments (install its venv and ensurepip \
                     modules: python3-venv on Debian and Ubuntu)"
                ));
            }
            None => {}
        }
    }
    let problem = problem.unwrap_or_else(|| "there is no python3".to_owned());
    Err(format!("Python 3.10 or newer is needed, but {problem}").into())
}
