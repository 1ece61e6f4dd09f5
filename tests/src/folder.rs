//! Folders of descriptions: the real one, the fixtures, and copies to play with.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of this package.
pub const TESTS: &str = env!("CARGO_MANIFEST_DIR");

/// A folder of the workspace.
#[must_use]
pub fn workspace(name: &str) -> PathBuf {
    Path::new(TESTS).join("..").join(name)
}

/// A folder that is there until it is dropped.
#[derive(Debug)]
pub struct Temporary {
    path: PathBuf,
}

impl Temporary {
    /// An empty folder in `parent`, by a name that no other test uses.
    #[must_use]
    pub fn new(parent: &str, name: &str) -> Self {
        let path = Path::new(parent).join(format!("{name}-{}", std::process::id()));
        if path.exists() {
            fs::remove_dir_all(&path).unwrap();
        }
        fs::create_dir_all(&path).unwrap();
        Self { path }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file into it.
    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What stays behind is in the folder of the build.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// The YAML files under a folder with their bytes, sorted by name.
#[must_use]
pub fn yaml(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let files = bitrix24_codegen::files(dir).unwrap();
    let read = |name: String| {
        let bytes = fs::read(dir.join(&name)).unwrap();
        (name, bytes)
    };
    files.into_iter().map(read).collect()
}

/// The description of all that is real and of all that is hard: `spec/` with the fixtures of
/// `tests/spec/` over it.
#[must_use]
pub fn everything() -> Vec<(String, Vec<u8>)> {
    let mut files: std::collections::BTreeMap<_, _> =
        yaml(&workspace("spec")).into_iter().collect();
    for (name, bytes) in yaml(&Path::new(TESTS).join("spec")) {
        // A real method must not be tested as something else.
        let hidden = files.insert(name.clone(), bytes);
        assert!(
            hidden.is_none(),
            "spec/{name} is there: tests/spec/{name} needs another name"
        );
    }
    files.into_iter().collect()
}
