//! Where things are.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    // The one at run time is right even when the folder was moved.
    let own = env::var_os("CARGO_MANIFEST_DIR").unwrap_or(env!("CARGO_MANIFEST_DIR").into());
    let own = PathBuf::from(own);
    let root = own.parent().and_then(Path::parent);
    root.map_or_else(|| own.clone(), Path::to_path_buf)
}

/// Cargo's target folder, which everything here shares.
pub(crate) fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(target) => root().join(target),
        None => root().join("target"),
    }
}

/// The folder of the Python package.
pub(crate) fn python() -> PathBuf {
    root().join("python")
}
