//! From what was read to the files of the description: the facts of each are replaced, and
//! what people wrote stays byte for byte.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::draft::{Docs, Draft};
use super::spec::{self, Key, Spec, SpecCommon, SpecMethod};
use super::{edit, stale, write};
use crate::diag::Report;
use crate::file::Doc;
use crate::format::{CommonFacts, CommonFile, MethodFile, Rest, SharedType};
use crate::lower::is_method_name;

/// What an import makes of a description.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    /// The files that belong to what was read, by path.
    pub files: Vec<File>,
    /// Rulings and texts that no longer hold.
    pub stale: Report,
    /// Methods that could not be written, and why.
    pub refused: Vec<Refused>,
}

/// A file of the description.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Where it belongs, from the folder of the description.
    pub path: String,
    /// Where it was, if it is there yet.
    pub old: Option<String>,
    /// What has to be done.
    pub state: State,
    text: String,
}

/// What an import does to a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    New,
    Changed,
    Unchanged,
}

/// Something that was read and could not be written.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Refused {
    /// The method, or the file.
    pub what: String,
    /// The page.
    pub page: String,
    /// Why.
    pub reason: String,
}

/// The file of a method that was read: where it is, or where it will be.
pub(crate) fn path(draft: &Draft, old: Option<&SpecMethod>) -> String {
    let suffix = match draft.facts.rest {
        Rest::Classic => "",
        Rest::V3 => ".v3",
    };
    let folder = match old.and_then(|old| old.path.rsplit_once('/')) {
        Some((folder, _)) => folder.to_owned(),
        None => match draft.facts.scopes.first() {
            Some(scope) => scope.clone(),
            // The file has to stand somewhere, until a person says which scope it is.
            None => draft
                .method
                .split('.')
                .next()
                .unwrap_or_default()
                .to_lowercase(),
        },
    };
    format!("{folder}/{}{suffix}.yaml", draft.method)
}

/// Lays what was read over a description. Nothing is written yet.
pub(crate) fn merge(spec: &Spec, docs: &Docs) -> Merged {
    let mut merged = Merged::default();
    let index = spec.index();
    let taken: BTreeMap<String, Key> = spec
        .methods
        .iter()
        .map(|it| (it.path.to_lowercase(), it.key()))
        .collect();
    for draft in &docs.methods {
        let key = spec::key(&draft.method, draft.facts.rest);
        let refuse = |reason| Refused {
            what: draft.method.clone(),
            page: draft.facts.page.clone(),
            reason,
        };
        let old = index.get(&key).copied();
        let path = path(draft, old);
        let folder = path.split('/').next().unwrap_or_default();
        if !is_method_name(&draft.method) || !is_method_name(folder) || path.contains('\\') {
            merged
                .refused
                .push(refuse("no file can have its name".into()));
            continue;
        }
        if taken.get(&path.to_lowercase()).is_some_and(|it| *it != key) {
            let reason = format!("{path} describes another method");
            merged.refused.push(refuse(reason));
            continue;
        }
        match method(draft, &path, old, &mut merged.stale) {
            Ok(file) => merged.files.push(file),
            Err(reason) => merged.refused.push(refuse(reason)),
        }
    }
    commons(spec, docs, &mut merged);
    merged.files.sort_by(|a, b| a.path.cmp(&b.path));
    merged
}

/// The facts as they come back from a file.
fn settled<T: Serialize + DeserializeOwned>(facts: &T) -> Result<(T, Value), String> {
    let value = |facts: &T| serde_json::to_value(facts).map_err(|error| error.to_string());
    let read: T =
        serde_json::from_value(write::normal(&value(facts)?)).map_err(|error| error.to_string())?;
    let value = value(&read)?;
    Ok((read, value))
}

fn method(
    draft: &Draft,
    path: &str,
    old: Option<&SpecMethod>,
    report: &mut Report,
) -> Result<File, String> {
    let (facts, value) = settled(&draft.facts)?;
    if let Some(old) = old
        && old.method == draft.method
        && settled(&old.facts)?.1 == value
    {
        stale::method(&old.doc, &old.facts, &old.texts, &old.rulings, report);
        return Ok(file(path, Some((&old.path, &old.text)), old.text.clone()));
    }
    let text = match old {
        None => format!(
            "# yaml-language-server: $schema=../schema.json\nmethod: {}\n\n{}",
            draft.method,
            write::facts(&facts)?
        ),
        Some(old) => {
            let mut edits = Vec::new();
            if old.method != draft.method {
                edits.push(edit::rename(&old.doc, &old.method, &draft.method)?);
            }
            if settled(&old.facts)?.1 != value {
                edits.push(edit::replace(&old.doc, &["facts"], |_| {
                    write::facts(&facts)
                })?);
            }
            edited(&old.text, edits)?
        }
    };
    let (doc, read): (Doc, MethodFile) = read(path, &text)?;
    let holds = settled(&read.facts)?.1 == value && read.method == draft.method;
    if !holds {
        return Err("what was written reads back as something else".into());
    }
    stale::method(&doc, &read.facts, &read.texts, &read.rulings, report);
    Ok(file(path, old.map(|it| (&*it.path, &*it.text)), text))
}

fn edited(text: &str, edits: Vec<edit::Edit>) -> Result<String, String> {
    edit::apply(text, edits).ok_or_else(|| "its parts overlap".into())
}

fn file(path: &str, old: Option<(&str, &str)>, text: String) -> File {
    File {
        path: path.to_owned(),
        state: match old {
            None => State::New,
            Some((place, before)) if place == path && before == text => State::Unchanged,
            Some(_) => State::Changed,
        },
        old: old.map(|(path, _)| path.to_owned()),
        text,
    }
}

/// Reads a text as the loader would, so that nothing is written that it would refuse.
fn read<T: DeserializeOwned>(path: &str, text: &str) -> Result<(Doc, T), String> {
    let mut report = Report::default();
    let doc = Doc::parse(Path::new(path), text.to_owned(), &mut report);
    let read = doc.and_then(|mut doc| doc.read(&mut report).map(|read| (doc, read)));
    match (read, report.problems().first()) {
        (Some(read), None) => Ok(read),
        (_, Some(problem)) => Err(format!("the file would be broken: {problem}")),
        (None, None) => Err("the file would be broken".into()),
    }
}

/// The files of what belongs to more than one method.
fn commons(spec: &Spec, docs: &Docs, merged: &mut Merged) {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for common in &spec.common {
        known.extend(common.facts.types.iter().map(|it| &*it.name));
    }
    let unknown: Vec<&SharedType> = docs
        .types
        .iter()
        .filter(|it| !known.contains(&*it.name))
        .collect();
    let needs_root = docs.system_errors.is_some() || !unknown.is_empty();
    if spec.common(None).is_none() && needs_root {
        let facts = CommonFacts {
            system_errors: docs.system_errors.clone().unwrap_or_default(),
            types: unknown.iter().map(|it| (*it).clone()).collect(),
            ..CommonFacts::default()
        };
        let text = write::facts(&facts)
            .map(|facts| format!("# yaml-language-server: $schema=common.schema.json\n{facts}"));
        let file = text.and_then(|text| {
            read::<CommonFile>("common.yaml", &text)?;
            Ok(file("common.yaml", None, text))
        });
        push(file, "common.yaml", merged);
    }
    for common in &spec.common {
        let mut facts = common.facts.clone();
        for shared in &mut facts.types {
            if let Some(new) = docs.types.iter().find(|it| it.name == shared.name) {
                *shared = new.clone();
            }
        }
        if common.scope().is_none() {
            facts.types.extend(unknown.iter().map(|it| (*it).clone()));
            if let Some(errors) = &docs.system_errors {
                facts.system_errors.clone_from(errors);
            }
        }
        let file = lay_common(common, &facts, &mut merged.stale);
        push(file, &common.path, merged);
    }
}

fn push(file: Result<File, String>, path: &str, merged: &mut Merged) {
    match file {
        Ok(file) => merged.files.push(file),
        Err(reason) => merged.refused.push(Refused {
            what: path.to_owned(),
            page: String::new(),
            reason,
        }),
    }
}

fn lay_common(
    common: &SpecCommon,
    facts: &CommonFacts,
    report: &mut Report,
) -> Result<File, String> {
    let (facts, new) = settled(facts)?;
    let (_, old) = settled(&common.facts)?;
    // A part of its own where it can be, so that comments between the parts stay.
    let mut edits: Result<Vec<edit::Edit>, String> = Ok(Vec::new());
    for part in ["system_errors", "types"] {
        let value = new.get(part).unwrap_or(&Value::Null);
        if value == old.get(part).unwrap_or(&Value::Null) {
            continue;
        }
        edits = edits.and_then(|mut edits| {
            let write = |indent| write::entry(part, value, indent);
            edits.push(edit::replace(&common.doc, &["facts", part], write)?);
            Ok(edits)
        });
    }
    let edits = match edits {
        Ok(edits) => edits,
        Err(_) => vec![edit::replace(&common.doc, &["facts"], |_| {
            write::facts(&facts)
        })?],
    };
    let text = edited(&common.text, edits)?;
    let (doc, read): (Doc, CommonFile) = read(&common.path, &text)?;
    if settled(&read.facts)?.1 != new {
        return Err("what was written reads back as something else".into());
    }
    stale::common(&doc, &read, report);
    Ok(file(&common.path, Some((&common.path, &common.text)), text))
}

/// Writes what is new or changed; each file is either the old one or the new one at any time.
///
/// # Errors
///
/// Names the file that could not be written. Up to the last text nothing is touched; what goes
/// wrong after that names the files that are new already.
pub(crate) fn write(dir: &Path, files: &[File]) -> Result<(), String> {
    let mut parts = Parts(Vec::new());
    let changed = files.iter().filter(|it| it.state != State::Unchanged);
    for file in changed {
        let path = dir.join(&file.path);
        let folder = path.parent().unwrap_or(dir);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let part = folder.join(format!(".{name}.{}.part", std::process::id()));
        parts.0.push((file, part.clone()));
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(part, &file.text))
            .map_err(|error| {
                let path = path.display();
                format!("{path} cannot be written: {error}; nothing was imported")
            })?;
    }
    for (index, (file, part)) in parts.0.iter().enumerate() {
        let path = dir.join(&file.path);
        // First, since some file systems take both spellings for one file.
        let moved = match file.old.as_ref().filter(|old| **old != file.path) {
            Some(old) => fs::rename(dir.join(old), &path),
            None => Ok(()),
        };
        let written = moved.and_then(|()| fs::rename(part, &path));
        written.map_err(|error| {
            let done: Vec<_> = parts.0.iter().take(index).map(|it| &*it.0.path).collect();
            let done = match done.is_empty() {
                true => "nothing was imported".into(),
                false => format!("only these were imported: {}", done.join(", ")),
            };
            format!("{} cannot be written: {error}; {done}", path.display())
        })?;
    }
    Ok(())
}

/// Files and their new texts, which wait beside them. What is left of those goes at the end.
struct Parts<'a>(Vec<(&'a File, PathBuf)>);

impl Drop for Parts<'_> {
    fn drop(&mut self) {
        for (_, part) in &self.0 {
            // Most are not there any more.
            let _ = fs::remove_file(part);
        }
    }
}

#[cfg(test)]
mod tests;
