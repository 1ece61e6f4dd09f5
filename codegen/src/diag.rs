//! What is wrong with a description: collected while it is read, shown all at once.
//!
//! A problem names a place in a file. [`Report::render`] draws it for people, with
//! the line and a marker under it; [`Report::cargo_errors`] prints it for Cargo.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// A file of the description: where it is and what it says.
#[derive(Debug)]
pub struct Source {
    /// The path as shown in diagnostics: relative to the description's folder.
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
}

/// A place in a file.
#[derive(Clone, Debug)]
pub struct Place {
    source: Rc<Source>,
    span: Range<usize>,
}

impl Place {
    /// A place in bytes of the source, moved to the nearest character boundaries.
    #[must_use]
    pub fn new(source: &Rc<Source>, span: Range<usize>) -> Self {
        let text = &source.text;
        let start = floor(text, span.start);
        let end = floor(text, span.end.max(start));
        Self {
            source: Rc::clone(source),
            span: start..end,
        }
    }

    /// The whole file, for problems that have no line of their own.
    #[must_use]
    pub fn file(source: &Rc<Source>) -> Self {
        Self::new(source, 0..0)
    }

    /// A part of this place: `range` counts bytes from its start.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Self {
        let start = self.span.start;
        Self::new(&self.source, start + range.start..start + range.end)
    }

    /// The text at this place.
    #[must_use]
    pub fn text(&self) -> &str {
        self.source.text.get(self.span.clone()).unwrap_or_default()
    }

    /// Where it is in the file, in bytes.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.source.path
    }

    /// The part of this place in its first line: what a marker can stand under.
    fn first_line(&self) -> Range<usize> {
        let line = self.text().split('\n').next().unwrap_or_default();
        self.span.start..self.span.start + line.trim_end().len()
    }

    /// Line and column, both from 1, the column in characters.
    #[must_use]
    pub fn line_column(&self) -> (usize, usize) {
        let before = self.source.text.get(..self.span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        (line, column)
    }
}

/// The largest character boundary that is not beyond `index`.
fn floor(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

/// A message on one line, as Cargo takes it, even if it quotes what stands on several.
fn one_line(text: impl Into<String>) -> String {
    text.into().replace(|c: char| c.is_control(), " ")
}

/// One problem.
#[derive(Clone, Debug)]
pub struct Problem {
    place: Place,
    message: String,
    help: Option<String>,
}

impl Problem {
    /// A problem at a place: what is wrong.
    #[must_use]
    pub fn new(place: Place, message: impl Into<String>) -> Self {
        Self {
            place,
            message: one_line(message),
            help: None,
        }
    }

    /// Adds what would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(one_line(help));
        self
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The path as it is shown to a reader for whom the description lies in `root`.
    fn path_in(&self, root: &Path) -> String {
        let path = self.place.path();
        // What concerns the description as a whole has no path.
        let path = match path.as_os_str().is_empty() {
            true if root.as_os_str().is_empty() => PathBuf::from("spec"),
            true => root.to_owned(),
            false => root.join(path),
        };
        path.to_string_lossy().into_owned()
    }

    fn line(&self, root: &Path) -> String {
        let (line, column) = self.place.line_column();
        let path = self.path_in(root);
        match &self.help {
            Some(help) => format!("{path}:{line}:{column}: {}; {help}", self.message),
            None => format!("{path}:{line}:{column}: {}", self.message),
        }
    }

    fn render(&self, root: &Path, renderer: &Renderer) -> String {
        let path = self.path_in(root);
        let mut group = Group::with_title(Level::ERROR.primary_title(&*self.message)).element(
            Snippet::source(&*self.place.source.text)
                .path(path.as_str())
                .annotation(AnnotationKind::Primary.span(self.place.first_line())),
        );
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(&**help));
        }
        renderer.render(&[group])
    }
}

impl fmt::Display for Problem {
    /// One line: `file:line:column: what is wrong; what would be right`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line(Path::new("")))
    }
}

/// Every problem of a run.
#[derive(Clone, Debug, Default)]
pub struct Report {
    problems: Vec<Problem>,
}

impl Report {
    /// Notes a problem.
    pub fn push(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Adds the problems of another report.
    pub fn append(&mut self, other: Self) {
        self.problems.extend(other.problems);
    }

    /// Whether there is nothing to report.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// The problems by file and line, each once.
    #[must_use]
    pub fn problems(&self) -> Vec<&Problem> {
        let mut sorted: Vec<_> = self.problems.iter().collect();
        sorted.sort_by_key(|p| (p.place.path(), p.place.span.start, &p.message));
        sorted.dedup_by_key(|p| (p.place.path(), p.place.span.start, &p.message));
        sorted
    }

    /// The report as people read it: the line, a marker and advice for each problem.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        self.render_in(Path::new(""), color)
    }

    /// The same for a reader elsewhere: paths begin with that of the description's folder.
    #[must_use]
    pub fn render_in(&self, root: &Path, color: bool) -> String {
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let mut out = String::new();
        for problem in self.problems() {
            out.push_str(&problem.render(root, &renderer));
            out.push_str("\n\n");
        }
        let count = self.problems().len();
        let noun = if count == 1 { "problem" } else { "problems" };
        out.push_str(&format!("{count} {noun} in the description\n"));
        out
    }

    /// The report as lines that Cargo shows as errors of a build script.
    #[must_use]
    pub fn cargo_errors(&self) -> String {
        self.cargo_errors_in(Path::new(""))
    }

    /// The same, with paths that begin with that of the description's folder.
    #[must_use]
    pub fn cargo_errors_in(&self, root: &Path) -> String {
        let mut out = String::new();
        for problem in self.problems() {
            out.push_str(&format!("cargo::error={}\n", problem.line(root)));
        }
        out
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Report {}

/// The candidate that is closest to `given`, if it is close enough to be a slip.
#[must_use]
pub fn closest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // In a short word, few letters are left to know it by.
    let limit = match given.chars().count() {
        0 | 1 => 0,
        2 | 3 => 1,
        long => long / 3 + 1,
    };
    candidates
        .into_iter()
        .map(|candidate| {
            let near = distance(&given.to_lowercase(), &candidate.to_lowercase());
            (near, candidate)
        })
        .filter(|(near, _)| *near <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Edits between two words, a swap of neighbours counting as one.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let width = b.len() + 1;
    let mut rows = vec![0; (a.len() + 1) * width];
    for (i, slot) in rows.iter_mut().enumerate() {
        *slot = match (i / width, i % width) {
            (0, column) => column,
            (row, 0) => row,
            _ => 0,
        };
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let at = |row: usize, column: usize| rows[row * width + column];
            let differ = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (at(i - 1, j) + 1)
                .min(at(i, j - 1) + 1)
                .min(at(i - 1, j - 1) + differ);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(at(i - 2, j - 2) + 1);
            }
            rows[i * width + j] = best;
        }
    }
    rows[a.len() * width + b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_what_was_meant() {
        let keys = ["name", "type", "required", "fields"];
        assert_eq!(closest("requried", keys), Some("required"));
        assert_eq!(closest("Type", keys), Some("type"));
        assert_eq!(closest("feild", keys), Some("fields"));
        assert_eq!(closest("something", keys), None);
        assert_eq!(closest("C", ["A", "B"]), None);
        assert_eq!(closest("id", ["ID"]), Some("ID"));
    }

    #[test]
    fn places_survive_any_range() {
        let source = Rc::new(Source {
            path: "a.yaml".into(),
            text: "ä: б\n".into(),
        });
        for start in 0..10 {
            for end in 0..10 {
                let place = Place::new(&source, start..end);
                let _ = (place.text(), place.line_column());
                let mut report = Report::default();
                report.push(Problem::new(place, "x").help("y"));
                assert!(report.render(false).contains("a.yaml"));
            }
        }
    }
}
