//! An import: from a folder of the documentation to the files of a description.

use std::io;
use std::path::Path;

use super::draft::Docs;
use super::merge::{self, State};
use super::report::{self, Report};
use super::spec::{self, Spec};
use super::{extract, select};

/// What to import.
pub struct Options<'a> {
    /// The folder of the documentation.
    pub docs: &'a Path,
    /// The folder of the description; it need not be there.
    pub spec: &'a Path,
    /// Methods and sections; everything, if there is none. A method's name, with `v3:` before
    /// it for REST 3.0. What is no method's name is a folder of the documentation
    /// (`chat-bots`), what names begin with (`imbot.v2`), or a scope.
    pub wanted: &'a [String],
    /// Told how many pages are read, of how many.
    pub progress: &'a dyn Fn(usize, usize),
}

/// What an import did, and what it leaves to a person.
#[derive(Debug)]
pub struct Outcome(Report);

impl Outcome {
    /// The files that became others, a line for each, and how many did not.
    #[must_use]
    pub fn files(&self) -> String {
        self.0.files_text()
    }

    /// Whether any file became another.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.0.files.iter().any(|it| it.state != State::Unchanged)
    }

    /// What a person must settle, page by page.
    #[must_use]
    pub fn report(&self) -> String {
        self.0.text()
    }

    /// The files and the report for machines.
    #[must_use]
    pub fn json(&self) -> String {
        self.0.json()
    }
}

/// Imports. Rulings and texts stay as they are.
///
/// # Errors
///
/// Says why nothing was imported: the documentation is not there or has no such method, or
/// the description cannot be read or written. Open questions about the facts are no error.
pub fn run(options: &Options<'_>) -> Result<Outcome, String> {
    // First, since it is the shorter way to a mistake.
    let spec = spec::read(options.spec)?;
    let mut docs = read(options.docs, &spec, options.progress)?;
    select::select(&mut docs, options.wanted)?;
    let merged = merge::merge(&spec, &docs);
    merge::write(options.spec, &merged.files)?;
    Ok(Outcome(report::report(&spec, &docs, &merged)))
}

/// Reads the documentation of what a description describes.
pub(crate) fn read(
    root: &Path,
    spec: &Spec,
    progress: &dyn Fn(usize, usize),
) -> Result<Docs, String> {
    let failed = |error: io::Error| format!("{} cannot be read: {error}", root.display());
    if !root.metadata().map_err(failed)?.is_dir() {
        return Err(format!("{} is no folder", root.display()));
    }
    let docs = extract::read(root, spec, progress).map_err(failed)?;
    // Other folders have articles, too.
    let nothing = docs.methods.is_empty() && !docs.skipped.iter().any(|it| it.suspicious);
    if nothing && docs.system_errors.is_none() {
        return Err(format!(
            "there is no page of a method in {}",
            root.display()
        ));
    }
    Ok(docs)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by a panic")]
mod tests {
    use super::*;

    #[test]
    fn documentation_that_is_not_there_is_named() {
        let dir = std::env::temp_dir().join(format!("b24-import-{}", std::process::id()));
        let read = |docs: &Path| {
            let options = Options {
                docs,
                spec: &dir.join("spec"),
                wanted: &[],
                progress: &|_, _| {},
            };
            run(&options).unwrap_err()
        };
        assert!(read(&dir).contains("cannot be read"));
        std::fs::create_dir_all(&dir).unwrap();
        assert!(read(&dir).contains("there is no page of a method in"));
        std::fs::write(dir.join("README.md"), "# Something else\n\nA text.\n").unwrap();
        assert!(read(&dir).contains("there is no page of a method in"));
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
