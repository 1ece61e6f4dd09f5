//! The description as it stands in its files: what an import is laid over, and what drift is
//! measured against.
//!
//! Unlike [`crate::load`], this applies no ruling and checks nothing beyond the format, so it
//! reads a folder that is empty, incomplete or in the middle of being settled.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::diag::{Problem, Report};
use crate::file::{self, Doc};
use crate::format::{CommonFacts, CommonFile, Facts, MethodFile, Rest, Ruling, Texts};

/// What the files of a folder say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spec {
    /// The methods, by path.
    pub methods: Vec<SpecMethod>,
    /// What belongs to more than one method, by path.
    pub common: Vec<SpecCommon>,
}

/// A method's file.
#[derive(Clone, Debug)]
pub(crate) struct SpecMethod {
    /// The file, from the folder of the description, with `/` between the parts.
    pub path: String,
    /// The whole file.
    pub text: String,
    /// The file as a tree whose nodes know their places.
    pub doc: Doc,
    /// The method's name on the wire.
    pub method: String,
    /// What Rust and Python go by instead.
    pub alias: Option<String>,
    /// What the documentation states: no ruling is applied.
    pub facts: Facts,
    /// What people say.
    pub texts: Texts,
    /// What people decided.
    pub rulings: Vec<Ruling>,
}

/// A `common.yaml`.
#[derive(Clone, Debug)]
pub(crate) struct SpecCommon {
    /// The file, from the folder of the description.
    pub path: String,
    /// The whole file.
    pub text: String,
    /// The file as a tree whose nodes know their places.
    pub doc: Doc,
    /// What the documentation states: no ruling is applied.
    pub facts: CommonFacts,
    /// What people decided.
    pub rulings: Vec<Ruling>,
}

/// What tells a method from all others: the portal does not tell upper case from lower.
pub(crate) type Key = (String, Rest);

/// The key of a method.
pub(crate) fn key(method: &str, rest: Rest) -> Key {
    (method.to_lowercase(), rest)
}

impl SpecMethod {
    /// The key of the method.
    pub(crate) fn key(&self) -> Key {
        key(&self.method, self.facts.rest)
    }
}

impl SpecCommon {
    /// The scope that the file belongs to; none for the file of all scopes.
    pub(crate) fn scope(&self) -> Option<&str> {
        self.path.split_once('/').map(|(scope, _)| scope)
    }
}

impl Spec {
    /// The methods by their keys.
    pub(crate) fn index(&self) -> BTreeMap<Key, &SpecMethod> {
        self.methods.iter().map(|it| (it.key(), it)).collect()
    }

    /// The `common.yaml` of a scope, or of all scopes.
    pub(crate) fn common(&self, scope: Option<&str>) -> Option<&SpecCommon> {
        self.common.iter().find(|it| it.scope() == scope)
    }
}

/// Reads a folder. One that is empty or not there describes nothing.
///
/// # Errors
///
/// Files that cannot be read, each with its line, one to a line.
pub(crate) fn read(dir: &Path) -> Result<Spec, String> {
    let files = match file::files(dir) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !dir.exists() => Vec::new(),
        Err(error) => return Err(format!("{} cannot be read: {error}", dir.display())),
    };
    let mut report = Report::default();
    let mut spec = Spec::default();
    let mut seen: BTreeMap<Key, String> = BTreeMap::new();
    for path in files {
        let Some(mut doc) = file::load(dir, &path, &mut report) else {
            continue;
        };
        let text = doc.text().to_owned();
        if path.rsplit('/').next() == Some("common.yaml") {
            let Some(read) = doc.read::<CommonFile>(&mut report) else {
                continue;
            };
            spec.common.push(SpecCommon {
                path,
                text,
                doc,
                facts: read.facts,
                rulings: read.rulings,
            });
            continue;
        }
        let Some(read) = doc.read::<MethodFile>(&mut report) else {
            continue;
        };
        let method = SpecMethod {
            path,
            text,
            doc,
            method: read.method,
            alias: read.alias,
            facts: read.facts,
            texts: read.texts,
            rulings: read.rulings,
        };
        if let Some(first) = seen.insert(method.key(), method.path.clone()) {
            let place = method.doc.place(&[file::key("method")]);
            let message = format!("`{}` is described in {first} already", method.method);
            report.push(Problem::new(place, message).help("keep one of the two"));
        }
        spec.methods.push(method);
    }
    if report.is_empty() {
        return Ok(spec);
    }
    let lines = report.problems().into_iter().map(|problem| {
        let mut path = dir.join("").display().to_string();
        path.push_str(&problem.to_string());
        path
    });
    Err(lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by a panic")]
mod tests {
    use super::*;
    use std::fs;
    use std::path::PathBuf;

    fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("b24-spec-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        for (path, text) in files {
            let path = dir.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    const METHOD: &str = "\
method: Demo.get
facts: { page: a.md, scopes: [demo], result: { type: object } }
rulings:
  - { fact: result, was: { type: object }, is: { type: string }, reason: Why. }
";

    #[test]
    fn nothing_is_described_where_nothing_is() {
        let dir = folder("none", &[]);
        assert!(read(&dir).unwrap().methods.is_empty());
        fs::create_dir_all(&dir).unwrap();
        assert!(read(&dir).unwrap().methods.is_empty());
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn facts_come_as_they_are_documented() {
        let common = "facts: { aliases: { text: string } }\n";
        let files = [
            ("demo/demo.get.yaml", METHOD),
            ("common.yaml", common),
            ("demo/common.yaml", "facts: {}\n"),
        ];
        let dir = folder("facts", &files);
        let spec = read(&dir).unwrap();
        let index = spec.index();
        let method = index[&key("DEMO.get", Rest::Classic)];
        assert_eq!(method.facts.result.ty, "object");
        assert_eq!(method.rulings.len(), 1);
        assert_eq!(method.text, METHOD);
        assert_eq!(spec.common(None).unwrap().text, common);
        assert_eq!(spec.common(Some("demo")).unwrap().scope(), Some("demo"));
        assert!(spec.common(Some("other")).is_none());
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_line() {
        let broken = METHOD.replace("page:", "pgae:");
        let files = [
            ("demo/a.yaml", METHOD),
            ("demo/b.yaml", METHOD),
            ("demo/c.yaml", &broken),
        ];
        let dir = folder("broken", &files);
        let error = read(&dir).unwrap_err();
        assert!(error.contains("demo/b.yaml:1:9: `Demo.get` is described in demo/a.yaml"));
        assert!(
            error.contains("demo/c.yaml:2:10: unknown key `pgae`"),
            "{error}"
        );
        fs::remove_dir_all(dir).unwrap();
    }
}
