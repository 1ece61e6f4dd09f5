//! What `cargo xtask bench` says where things are, and what is to be measured.

use std::path::{Path, PathBuf};

use crate::{Outcome, sections};

/// The command line.
#[derive(Debug)]
pub(crate) struct Options {
    /// The root of the workspace.
    pub(crate) root: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
    /// The Python that has the clients.
    pub(crate) python: Option<PathBuf>,
    /// The Python package.
    pub(crate) wheel: Option<PathBuf>,
    /// The documentation of the API.
    pub(crate) docs: Option<PathBuf>,
    /// The generator's command.
    pub(crate) codegen: Option<PathBuf>,
    /// Too short for figures to be kept.
    pub(crate) quick: bool,
    /// Sections; none for all.
    pub(crate) only: Vec<String>,
}

impl Options {
    /// Reads what follows the name of the program.
    pub(crate) fn read(args: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut options = Self {
            root: PathBuf::new(),
            target: PathBuf::new(),
            python: None,
            wheel: None,
            docs: None,
            codegen: None,
            quick: false,
            only: Vec::new(),
        };
        let mut args = args;
        while let Some(arg) = args.next() {
            if arg == "--quick" {
                options.quick = true;
                continue;
            }
            let value = args.next().ok_or(format!("{arg} takes a value"))?;
            match arg.as_str() {
                "--root" => options.root = value.into(),
                "--target" => options.target = value.into(),
                "--python" => options.python = Some(value.into()),
                "--wheel" => options.wheel = Some(value.into()),
                "--docs" => options.docs = Some(value.into()),
                "--codegen" => options.codegen = Some(value.into()),
                "--only" if sections::all().iter().any(|it| it.name == value) => {
                    options.only.push(value);
                }
                "--only" => return Err(format!("no such section: {value}").into()),
                _ => return Err(format!("no such option: {arg}").into()),
            }
        }
        for (option, path) in [("--root", &options.root), ("--target", &options.target)] {
            if path.as_os_str().is_empty() {
                return Err(format!("{option} is missing; run `cargo xtask bench`").into());
            }
        }
        Ok(options)
    }

    /// Whether a section is to be measured.
    pub(crate) fn selects(&self, section: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == section)
    }

    /// The folder for what is measured, and for what is built for that.
    pub(crate) fn folder(&self) -> PathBuf {
        self.target.join("bench")
    }

    /// The folder of the drivers in Python.
    pub(crate) fn drivers(&self) -> PathBuf {
        self.root.join("tests").join("bench").join("python")
    }

    /// The Python that has the clients.
    pub(crate) fn python(&self) -> Outcome<&Path> {
        self.python.as_deref().ok_or("--python is missing".into())
    }

    /// One number for a run, another for a quick one.
    pub(crate) fn either<T>(&self, whole: T, quick: T) -> T {
        if self.quick { quick } else { whole }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Options;

    fn read(args: &str) -> Result<Options, String> {
        let args = args.split_whitespace().map(str::to_owned);
        Options::read(args).map_err(|error| error.to_string())
    }

    #[test]
    fn reads_a_command_line() {
        let options = read("--root . --target target --quick --only rust").unwrap();
        assert!(options.quick && options.selects("rust") && !options.selects("list"));
        assert_eq!(options.either(7, 3), 3);
        assert!(read("--root . --target t").unwrap().selects("list"));
    }

    #[test]
    fn says_what_is_wrong() {
        let wrong = |args| read(args).unwrap_err();
        assert_eq!(wrong("--root"), "--root takes a value");
        assert_eq!(wrong("--only walk"), "no such section: walk");
        assert_eq!(wrong("--slow 1"), "no such option: --slow");
        let missing = "--target is missing; run `cargo xtask bench`";
        assert_eq!(wrong("--root ."), missing);
    }
}
