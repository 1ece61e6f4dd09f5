//! The files of a description: found, read, and asked where things stand.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::{fs, io};

use serde::de::DeserializeOwned;

use crate::diag::{Place, Problem, Report, Source};
use crate::node::{Kind, Node, Step};
use crate::read::read;

/// A file that was read: its text and its tree.
#[derive(Clone, Debug)]
pub(crate) struct Doc {
    source: Rc<Source>,
    root: Node,
    /// What could not be read, and is no longer in the tree.
    lost: Vec<Vec<Step>>,
}

impl Doc {
    /// Parses a file's text.
    pub(crate) fn parse(path: &Path, text: String, report: &mut Report) -> Option<Self> {
        let source = Rc::new(Source {
            path: path.to_owned(),
            text,
        });
        match Node::parse(&source) {
            Ok(root) => Some(Self {
                source,
                root,
                lost: Vec::new(),
            }),
            Err(problem) => {
                report.push(problem);
                None
            }
        }
    }

    /// Reads the whole file as a `T`, and forgets what could not be read.
    pub(crate) fn read<T: DeserializeOwned>(&mut self, report: &mut Report) -> Option<T> {
        let top = match self.root.kind {
            Kind::Map(_) => None,
            Kind::Null => Some("this file is empty".to_owned()),
            _ => Some(format!("this file holds {}", self.root.describe())),
        };
        if let Some(message) = top {
            report.push(
                Problem::new(self.place(&[]), message)
                    .help("a description is a mapping, and begins with `method: …` or `facts:`"),
            );
            return None;
        }
        read(&self.source, &mut self.root, &mut self.lost, report)
    }

    /// Reads what is to take the place of the facts.
    pub(crate) fn read_facts<T: DeserializeOwned>(
        &self,
        facts: &mut Node,
        report: &mut Report,
    ) -> Option<T> {
        read(&self.source, facts, &mut Vec::new(), report)
    }

    /// Whether something that stood under a way could not be read.
    pub(crate) fn has_lost(&self, way: &[Step]) -> bool {
        self.lost
            .iter()
            .any(|path| path.starts_with(way) || way.starts_with(path))
    }

    /// Whether something with a name of its own, that other parts of the file can refer to,
    /// could not be read under a way.
    pub(crate) fn has_lost_names(&self, way: &[&str]) -> bool {
        let way = keys(way);
        self.lost.iter().any(|path| {
            let names = match path.last() {
                Some(Step::Key(last)) => matches!(
                    last.as_str(),
                    "errors"
                        | "fields"
                        | "params"
                        | "result"
                        | "system_errors"
                        | "types"
                        | "values"
                ),
                Some(Step::Index(_)) => true,
                None => false,
            };
            way.starts_with(path) || names && path.starts_with(&way)
        })
    }

    /// The whole text of the file.
    #[cfg(feature = "cli")]
    pub(crate) fn text(&self) -> &str {
        &self.source.text
    }

    pub(crate) fn root(&self) -> &Node {
        &self.root
    }

    pub(crate) fn root_mut(&mut self) -> &mut Node {
        &mut self.root
    }

    /// The place of a value, or of the nearest thing around it that shows in the file.
    pub(crate) fn place(&self, path: &[Step]) -> Place {
        Place::new(&self.source, self.root.shown(path))
    }

    /// The place of a key.
    pub(crate) fn key_place(&self, path: &[Step]) -> Place {
        let entry = match path.split_last() {
            Some((Step::Key(name), parent)) => self.root.find(parent).and_then(|it| it.entry(name)),
            _ => None,
        };
        match entry {
            Some(entry) => Place::new(&self.source, entry.key_span.clone()),
            None => self.place(path),
        }
    }
}

/// A part of a text, if the file holds it as it was parsed; the place of the text if not.
pub(crate) fn within(place: &Place, text: &str, at: &Range<usize>) -> Place {
    match place.text().find(text) {
        Some(start) if !text.is_empty() => place.part(start + at.start..start + at.end),
        _ => place.clone(),
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
    let problem = |text: String, at: usize, message: String| {
        let source = Rc::new(Source {
            path: path.into(),
            text,
        });
        Problem::new(Place::new(&source, at..at), message)
    };
    match fs::read(dir.join(path)) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Doc::parse(Path::new(path), text, report),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let problem = problem(text, at, "this byte is not UTF-8".into());
                report.push(problem.help("save the file with the encoding UTF-8"));
                None
            }
        },
        Err(error) => {
            let message = format!("this file cannot be read: {error}");
            report.push(problem(String::new(), 0, message));
            None
        }
    }
}
