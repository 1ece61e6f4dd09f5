//! A folder of the documentation: its files, and where their links lead.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::{fs, io};

use super::block::{Block, Kind, Page};
use super::yfm;

/// How deep includes may include.
const DEEPEST: usize = 4;

/// How many files a page may include in all: includes of includes multiply.
const MOST: usize = 100;

/// All pages of a folder, parsed when they are asked for.
pub(crate) struct Site {
    texts: BTreeMap<String, String>,
    pages: RefCell<BTreeMap<String, Rc<Page>>>,
    /// Files that could not be read, and why.
    pub unreadable: Vec<(String, String)>,
}

impl Site {
    /// Reads every `.md` file under a folder.
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        let mut texts = BTreeMap::new();
        let mut unreadable = Vec::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder)? {
                let entry = entry?;
                let path = entry.path();
                let kind = entry.file_type()?;
                if kind.is_dir() {
                    folders.push(path);
                    continue;
                }
                if path.extension().is_none_or(|it| it != "md") {
                    continue;
                }
                let name = relative(root, &path);
                match fs::read(&path) {
                    Ok(bytes) => {
                        texts.insert(name, String::from_utf8_lossy(&bytes).into_owned());
                    }
                    Err(error) => unreadable.push((name, error.to_string())),
                }
            }
        }
        Ok(Self {
            texts,
            pages: RefCell::default(),
            unreadable,
        })
    }

    /// Pages that are given, not read.
    #[cfg(test)]
    pub(crate) fn of(pages: &[(&str, &str)]) -> Self {
        let pages = pages
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        Self {
            texts: pages.collect(),
            pages: RefCell::default(),
            unreadable: Vec::new(),
        }
    }

    /// The paths of all pages, in order.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// The text of a page.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// A page with what it includes, apart from what the includes include more deeply than is sane.
    pub(crate) fn page(&self, path: &str) -> Option<Rc<Page>> {
        if let Some(page) = self.pages.borrow().get(path) {
            return Some(Rc::clone(page));
        }
        let mut page = yfm::parse(self.texts.get(path)?);
        let mut open = vec![path.to_owned()];
        page.blocks = self.with_includes(page.blocks, &mut open, &mut { MOST });
        let page = Rc::new(page);
        self.pages
            .borrow_mut()
            .insert(path.to_owned(), Rc::clone(&page));
        Some(page)
    }

    /// Puts in place what is included, at the line of the include. Common notes stay out:
    /// they belong to all pages, not to this one. `open` are the files from the page to here:
    /// none of them includes itself.
    fn with_includes(
        &self,
        blocks: Vec<Block>,
        open: &mut Vec<String>,
        left: &mut usize,
    ) -> Vec<Block> {
        let path = open.last().cloned().unwrap_or_default();
        let mut out = Vec::with_capacity(blocks.len());
        for block in blocks {
            let Kind::Include { target } = &block.kind else {
                out.push(block);
                continue;
            };
            let included = resolve(&path, target).map(|it| it.0);
            let common = included.as_deref().is_some_and(is_common);
            let text = included.as_deref().and_then(|it| self.texts.get(it));
            match (included.as_deref(), text) {
                (Some(from), Some(text))
                    if !common
                        && *left > 0
                        && open.len() <= DEEPEST
                        && !open.iter().any(|it| it == from) =>
                {
                    *left -= 1;
                    let page = yfm::parse(text);
                    open.push(from.to_owned());
                    let inner = self.with_includes(page.blocks, open, left);
                    open.pop();
                    let at_include = inner.into_iter().map(|it| Block {
                        line: block.line,
                        ..it
                    });
                    out.extend(at_include);
                }
                _ => out.push(block),
            }
        }
        out
    }
}

/// Whether an included file is one of the notes that stand on every page.
fn is_common(path: &str) -> bool {
    path.starts_with("_includes/")
}

fn relative(root: &Path, path: &Path) -> String {
    let inner = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = inner
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

/// Where a link of a page leads: a page and an anchor. Links to elsewhere lead nowhere.
pub(crate) fn resolve(from: &str, target: &str) -> Option<(String, String)> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    if path.is_empty() {
        return Some((from.to_owned(), anchor.to_owned()));
    }
    let folder = match path.starts_with('/') {
        true => "",
        false => from.rsplit_once('/').map_or("", |it| it.0),
    };
    let mut parts: Vec<&str> = folder.split('/').filter(|it| !it.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let mut path = parts.join("/");
    if let Some(stem) = path.strip_suffix(".html") {
        path = format!("{stem}.md");
    }
    Some((path, anchor.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Site, resolve};

    #[test]
    fn includes_do_not_multiply() {
        // Each of these includes the next many times over, and the last the first.
        let many = |name: &str| format!("{{% include [x]({name}.md) %}}\n\n").repeat(200);
        let (a, b, c) = (many("b"), many("c"), many("a"));
        let site = Site::of(&[
            ("a.md", &a),
            ("b.md", &b),
            ("c.md", &c),
            ("own.md", &many("own")),
        ]);
        let count = |path| site.page(path).map_or(0, |it| it.blocks.len());
        assert!(count("a.md") < 100_000);
        assert_eq!(count("own.md"), 200);
    }

    #[test]
    fn links_are_followed_from_where_they_stand() {
        let found = |target| resolve("a/b/c.md", target);
        let at = |page: &str, anchor: &str| Some((page.to_owned(), anchor.to_owned()));
        assert_eq!(found("./d.md"), at("a/b/d.md", ""));
        assert_eq!(found("../../x.md#y"), at("x.md", "y"));
        assert_eq!(found("#own"), at("a/b/c.md", "own"));
        assert_eq!(found("/_includes/z.html"), at("_includes/z.md", ""));
        assert_eq!(found("https://example.com/q.md"), None);
        assert_eq!(found("../../../../up.md"), at("up.md", ""));
    }
}
