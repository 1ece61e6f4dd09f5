//! Files that hold what a test expects: compared, or written anew.

use std::fs;
use std::path::{Path, PathBuf};

/// Compares texts with the files that hold what is expected of them.
///
/// With `UPDATE_GOLDEN=1` in the environment it writes the files that differ instead,
/// and removes those that nothing expects any longer.
///
/// # Panics
///
/// If a text differs from its file, or a file has no text.
pub fn check(dir: &Path, extension: &str, texts: &[(String, String)]) {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some_and(|it| it == "1");
    let mut wrong = Vec::new();
    let mut expected: Vec<PathBuf> = Vec::new();
    for (name, text) in texts {
        let path = dir.join(name);
        let old = fs::read_to_string(&path).unwrap_or_default();
        if old != *text || !path.exists() {
            if update {
                fs::write(&path, text).unwrap();
            } else {
                wrong.push(format!("{}\n{}", path.display(), difference(&old, text)));
            }
        }
        expected.push(path);
    }
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let ours = path.extension().is_some_and(|it| it == extension);
        if !ours || expected.contains(&path) {
            continue;
        }
        if update {
            fs::remove_file(path).unwrap();
        } else {
            wrong.push(format!("{}\n  nothing makes this file", path.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} files are not as expected:\n\n{}\n\n\
         If the new texts are right, write them: UPDATE_GOLDEN=1 cargo test -p bitrix24-tests\n",
        wrong.len(),
        wrong.join("\n\n")
    );
}

/// The first lines that differ.
fn difference(old: &str, new: &str) -> String {
    let mut old_lines = old.lines();
    let mut new_lines = new.lines();
    let mut number = 1;
    loop {
        match (old_lines.next(), new_lines.next()) {
            (None, None) => return "  only the ends of lines differ".into(),
            (old, new) if old != new => {
                let show = |line: Option<&str>| line.unwrap_or("(the end of the file)").to_owned();
                return format!("  line {number}\n  - {}\n  + {}", show(old), show(new));
            }
            _ => number += 1,
        }
    }
}
