//! The files of a description: found, read, and asked where things stand.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::{fs, io};

use crate::diag::{Place, Problem, Report, Source};
use crate::node::{Node, Step};

/// A file that was read: its text and its tree.
#[derive(Debug)]
pub(crate) struct Doc {
    source: Rc<Source>,
    root: Node,
}

impl Doc {
    /// Parses a file's text.
    pub(crate) fn parse(path: &Path, text: String, report: &mut Report) -> Option<Self> {
        let source = Rc::new(Source {
            path: path.to_owned(),
            text,
        });
        match Node::parse(&source) {
            Ok(root) => Some(Self { source, root }),
            Err(problem) => {
                report.push(problem);
                None
            }
        }
    }

    pub(crate) fn source(&self) -> &Rc<Source> {
        &self.source
    }

    pub(crate) fn root(&self) -> &Node {
        &self.root
    }

    /// The place of a value, or of the nearest thing around it that stands in the file.
    pub(crate) fn place(&self, path: &[Step]) -> Place {
        Place::new(&self.source, self.root.nearest(path).span.clone())
    }

    /// The place of a key.
    pub(crate) fn key_place(&self, path: &[Step]) -> Place {
        let entry = match path.split_last() {
            Some((Step::Key(name), parent)) => self.root.nearest(parent).entry(name),
            _ => None,
        };
        match entry {
            Some(entry) => Place::new(&self.source, entry.key_span.clone()),
            None => self.place(path),
        }
    }
}

pub(crate) fn key(name: &str) -> Step {
    Step::Key(name.to_owned())
}

pub(crate) fn keys(names: &[&str]) -> Vec<Step> {
    names.iter().map(|name| key(name)).collect()
}

/// The YAML files of a description, in an order that no file system changes:
/// paths relative to `dir` with `/` between their parts.
pub fn files(dir: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(dir.join(&folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            let kind = entry.file_type()?;
            // A packaged description lies beside what its build left there.
            if hidden || entry.file_name() == "target" {
                continue;
            }
            if kind.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|it| it == "yaml" || it == "yml")
            {
                let parts: Vec<_> = path
                    .components()
                    .map(|part| part.as_os_str().to_string_lossy().into_owned())
                    .collect();
                found.push(parts.join("/"));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Reads a file of the description.
pub(crate) fn load(dir: &Path, path: &str, report: &mut Report) -> Option<Doc> {
    let problem = |message: String| {
        let source = Rc::new(Source {
            path: path.into(),
            text: String::new(),
        });
        Problem::new(Place::file(&source), message)
    };
    match fs::read(dir.join(path)) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Doc::parse(Path::new(path), text, report),
            Err(_) => {
                report.push(problem("this file is not UTF-8".into()));
                None
            }
        },
        Err(error) => {
            report.push(problem(format!("this file cannot be read: {error}")));
            None
        }
    }
}
