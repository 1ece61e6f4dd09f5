//! Compares the pages that show recipes with the recipes.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use bitrix24_tests::folder::workspace;

const UPDATE: &str = "UPDATE_GOLDEN=1 cargo test -p bitrix24-tests --test recipes";

const PAGES: [&str; 2] = ["README.md", "crates/bitrix24-sandbox/README.md"];

/// What stands between the marks of that name, without the indentation that all lines have in
/// common. Several pieces are put together with so many empty lines in between.
fn pieces(source: &str, name: &str, apart: usize) -> Option<String> {
    let mut text = String::new();
    let mut lines = source.lines();
    while let Some(mark) = lines.next() {
        if mark_of(mark) != Some(name) {
            continue;
        }
        let piece: Vec<_> = lines.by_ref().take_while(|line| !is_end(line)).collect();
        let is_empty = |line: &&str| line.trim().is_empty();
        let first = piece.iter().position(|line| !is_empty(line))?;
        let last = piece.iter().rposition(|line| !is_empty(line))?;
        let piece = piece.get(first..=last)?;
        let indent = |line: &&str| line.len() - line.trim_start().len();
        let common = piece.iter().filter(|it| !is_empty(it)).map(indent).min()?;
        if !text.is_empty() {
            text.push_str(&"\n".repeat(apart));
        }
        for line in piece {
            writeln!(text, "{}", line.get(common..).unwrap_or_default()).unwrap();
        }
    }
    (!text.is_empty()).then_some(text)
}

fn comment(line: &str) -> Option<&str> {
    let line = line.trim();
    let text = line.strip_prefix("//").or_else(|| line.strip_prefix('#'))?;
    Some(text.trim())
}

/// The name of the piece that begins here.
fn mark_of(line: &str) -> Option<&str> {
    comment(line)?.strip_prefix("README: ")
}

fn is_end(line: &str) -> bool {
    comment(line) == Some("end")
}

/// `tests/recipes/rust/many.rs: all` in the comment before a block.
fn source_of(line: &str) -> Option<(&str, &str)> {
    let inside = line.strip_prefix("<!-- tests/recipes/")?;
    inside.strip_suffix(" -->")?.split_once(": ")
}

/// The page with the blocks as the recipes have them, and the pieces that are in it.
fn page(readme: &str, folder: &Path) -> (String, BTreeSet<(String, String)>) {
    let mut page = String::new();
    let mut used = BTreeSet::new();
    let mut lines = readme.lines();
    while let Some(line) = lines.next() {
        writeln!(page, "{line}").unwrap();
        let Some((file, name)) = source_of(line) else {
            continue;
        };
        let source =
            fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let (fence, apart) = match file.ends_with(".rs") {
            true => ("```rust,ignore", 1),
            false => ("```python", 2),
        };
        let piece = pieces(&source, name, apart)
            .unwrap_or_else(|| panic!("{file} has no piece `README: {name}`"));
        assert_eq!(lines.next(), Some(""), "after {line}");
        assert_eq!(lines.next(), Some(fence), "after {line}");
        assert!(lines.any(|line| line == "```"), "after {line}");
        write!(page, "\n{fence}\n{piece}```\n").unwrap();
        used.insert((file.to_owned(), name.to_owned()));
    }
    (page, used)
}

#[test]
fn the_page_shows_what_is_run() {
    let folder = workspace("tests/recipes");
    let mut used = BTreeSet::new();
    for name in PAGES {
        let file = workspace(name);
        let readme = fs::read_to_string(&file).unwrap();
        let (page, pieces) = page(&readme, &folder);
        used.extend(pieces);
        if page == readme {
            continue;
        }
        if std::env::var_os("UPDATE_GOLDEN").is_some_and(|it| it == "1") {
            fs::write(&file, &page).unwrap();
        } else {
            let mut lines = page.lines().zip(readme.lines());
            let (recipe, shown) = lines.find(|(a, b)| a != b).unwrap_or_default();
            panic!(
                "{name} differs from the recipes:\n  - {shown}\n  + {recipe}\n\
                 If the recipes are right, copy them: {UPDATE}"
            );
        }
    }

    for language in ["rust", "python"] {
        for entry in fs::read_dir(folder.join(language)).unwrap() {
            let path = entry.unwrap().path();
            if !path.extension().is_some_and(|it| it == "rs" || it == "py")
                || path.ends_with("page.rs")
            {
                continue;
            }
            let name = format!("{language}/{}", path.file_name().unwrap().to_str().unwrap());
            for piece in fs::read_to_string(&path)
                .unwrap()
                .lines()
                .filter_map(mark_of)
            {
                let is_used = used.contains(&(name.clone(), piece.to_owned()));
                assert!(is_used, "no page shows {name}: {piece}");
            }
        }
    }
}

#[test]
fn pieces_are_put_together() {
    let source = "# README: a\nimport os\n# end\n\nif x:\n    # README: a\n\n    if y:\n        z\n\n    # end\n";
    assert_eq!(
        pieces(source, "a", 2).unwrap(),
        "import os\n\n\nif y:\n    z\n"
    );
    assert_eq!(pieces(source, "b", 1), None);
}
