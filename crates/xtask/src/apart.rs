//! A second target folder, for copies of the workspace.
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

/// What the copies build.
const OURS: [&str; 5] = [
    "bitrix24",
    "bitrix24-codegen",
    "bitrix24-python",
    "bitrix24-sandbox",
    "bitrix24-spec",
];

/// The parts of a target folder that hold what is built already.
const BUILT: [&str; 3] = [".fingerprint", "build", "deps"];

/// That folder: with what the workspace has built of other people's crates, and
/// with nothing of our own.
pub(crate) fn target() -> Outcome<PathBuf> {
    let apart = paths::target().join("apart");
    if !apart.exists() {
        for part in BUILT {
            let part = Path::new("debug").join(part);
            let from = paths::target().join(&part);
            if from.exists() {
                copy(&from, &apart.join(&part))?;
            }
        }
    }
    let mut clean = cargo(["clean", "--quiet", "--target-dir"]);
    clean.arg(&apart);
    for name in OURS {
        clean.args(["--package", name]);
    }
    run(&mut clean)?;
    Ok(apart)
}

/// Copies a folder; Cargo goes by the times of files, so they stay.
fn copy(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        let meta = entry.metadata()?;
        if meta.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), &to)?;
            File::options()
                .append(true)
                .open(&to)?
                .set_modified(meta.modified()?)?;
        }
    }
    Ok(())
}
