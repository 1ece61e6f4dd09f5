//! Target folders of their own, for copies of the workspace.
//!
//! Cargo knows the crates of a workspace by their place in it, wherever the workspace
//! is. In one target folder a copy's crates would pass for ours, and ours for the copy's.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use crate::{
    paths,
    run::{Outcome, cargo, run},
};

/// The crate of ours that knows no place: the description's is a parameter of it.
const GENERATOR: &str = "bitrix24-codegen";

/// What the copies build.
const OURS: [&str; 5] = [
    "bitrix24",
    GENERATOR,
    "bitrix24-python",
    "bitrix24-sandbox",
    "bitrix24-spec",
];

/// The parts of a target folder that hold what is built already.
const BUILT: [&str; 3] = [".fingerprint", "build", "deps"];

/// A folder of that name: with what the workspace has built of other people's crates, and of our
/// own only the generator. Cargo builds that anew if a copy has another one: it goes by the times
/// of the files.
pub(crate) fn target(name: &str) -> Outcome<PathBuf> {
    let apart = paths::target().join("apart").join(name);
    if !apart.exists() {
        for part in BUILT {
            let part = Path::new("debug").join(part);
            let from = paths::target().join(&part);
            if from.exists() {
                copy(&from, &apart.join(&part))?;
            }
        }
    }
    Ok(apart)
}

/// The same with nothing of our own: for copies whose files have other times.
pub(crate) fn clean_target(name: &str) -> Outcome<PathBuf> {
    let apart = target(name)?;
    let mut clean = cargo(["clean", "--quiet", "--target-dir"]);
    clean.arg(&apart);
    for name in OURS {
        clean.args(["--package", name]);
    }
    run(&mut clean)?;
    Ok(apart)
}

/// Copies a folder, less what copies build themselves.
fn copy(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_folder = entry.file_type()?.is_dir();
        if !is_built_again(&name.to_string_lossy(), is_folder) {
            copy_all(&entry.path(), &to.join(name))?;
        }
    }
    Ok(())
}

fn copy_all(from: &Path, to: &Path) -> Outcome {
    if !from.is_dir() {
        return copy_with_time(from, to);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy_all(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Copies a file; Cargo goes by the times of files, so they stay.
pub(crate) fn copy_with_time(from: &Path, to: &Path) -> Outcome {
    fs::copy(from, to)?;
    let time = fs::metadata(from)?.modified()?;
    File::options().append(true).open(to)?.set_modified(time)?;
    Ok(())
}

/// Whether something in a target folder belongs to a crate of ours, the generator aside, or is a
/// program, such as a test.
fn is_built_again(name: &str, is_folder: bool) -> bool {
    let Some((stem, hash)) = name.rsplit_once('-') else {
        return false;
    };
    let stem = stem.replace('-', "_");
    let stem = stem.strip_prefix("lib").unwrap_or(&stem);
    let ours = stem.starts_with("bitrix24") || stem == "_native" || stem == "xtask";
    let generator = stem == GENERATOR.replace('-', "_");
    let ending = hash.split_once('.').map_or("", |(_, ending)| ending);
    let program = !is_folder && matches!(ending, "" | "exe" | "pdb");
    program || ours && !generator
}

#[cfg(test)]
mod tests {
    use super::is_built_again;

    #[test]
    fn what_is_built_again() {
        for (name, is_folder, again) in [
            ("serde-0123456789abcdef", true, false),
            ("libserde-0123456789abcdef.rlib", false, false),
            ("libserde_derive-0123456789abcdef.so", false, false),
            ("bitrix24-codegen-0123456789abcdef", true, false),
            ("libbitrix24_codegen-0123456789abcdef.rmeta", false, false),
            ("bitrix24_codegen-0123456789abcdef", false, true),
            ("bitrix24-0123456789abcdef", true, true),
            ("libbitrix24_spec-0123456789abcdef.rlib", false, true),
            ("lib_native-0123456789abcdef.so", false, true),
            ("answers-0123456789abcdef", false, true),
            ("answers-0123456789abcdef.exe", false, true),
            ("answers-0123456789abcdef.d", false, false),
        ] {
            assert_eq!(is_built_again(name, is_folder), again, "{name}");
        }
    }
}
