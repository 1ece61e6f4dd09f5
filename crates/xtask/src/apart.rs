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
    run::{Outcome, cargo, empty_dir, run},
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
    target_in(&paths::target(), name)
}

fn target_in(target: &Path, name: &str) -> Outcome<PathBuf> {
    let apart = target.join("apart").join(name);
    if !apart.exists() {
        // A copy that was interrupted does not pass for a whole one.
        let whole = apart.with_file_name(format!("{name}.part"));
        empty_dir(&whole)?;
        for part in BUILT {
            let part = Path::new("debug").join(part);
            let from = target.join(&part);
            if from.exists() {
                copy(&from, &whole.join(&part))?;
            }
        }
        fs::rename(whole, &apart)?;
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
    #![allow(clippy::unwrap_used)]

    use std::{env, fs, process};

    use super::{is_built_again, target_in};

    #[test]
    fn a_copy_that_was_interrupted_is_made_anew() {
        let target = env::temp_dir().join(format!("xtask-apart-{}", process::id()));
        let built = target.join("debug").join("deps");
        fs::create_dir_all(&built).unwrap();
        fs::write(built.join("libserde-0123456789abcdef.rlib"), "").unwrap();
        let half = target.join("apart").join("it.part");
        fs::create_dir_all(half.join("debug")).unwrap();
        fs::write(half.join("debug").join("half"), "").unwrap();

        let apart = target_in(&target, "it").unwrap();
        let names = |folder| -> Vec<_> {
            let entries = fs::read_dir(folder).unwrap();
            entries.map(|entry| entry.unwrap().file_name()).collect()
        };
        assert_eq!(names(target.join("apart")), ["it"]);
        assert_eq!(names(apart.join("debug")), ["deps"]);
        fs::remove_dir_all(target).unwrap();
    }

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
