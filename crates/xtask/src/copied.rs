//! A copy of the workspace with another description, which `edited` and `obstacles` look at.
//!
//! To the description are added the edits of `tests/edited` and the methods of `tests/spec`. No
//! other file changes, but for a feature for each new scope, and an example that uses what is new.
//! Everything is built once, for both.

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use crate::{
    apart, built, paths,
    portal::Portal,
    run::{Outcome, cargo, empty_dir, output, program, run, write_if_changed},
    venv::Venv,
    wheel,
};

/// The example that uses what the edits brought.
pub(crate) const EXAMPLE: &str = "edited";

/// What is built of the copy: the client, and beside it those packages that it takes for other
/// people's crates to have the features they were built with already.
const PACKAGES: [&str; 4] = [
    "bitrix24",
    "bitrix24-bench",
    "bitrix24-python",
    "bitrix24-tests",
];

/// The copy.
pub(crate) struct Copied {
    folder: PathBuf,
    target: PathBuf,
}

impl Copied {
    /// Makes the copy, or brings it up to date. What is there already stays, so that builds stay
    /// fresh.
    pub(crate) fn ready() -> Outcome<Self> {
        let folder = paths::target().join("copied");
        let mut changed = edits()?;
        let scopes = obstacles(&mut changed)?;
        changed.insert(MANIFEST.into(), features(&scopes)?);
        copy_workspace(&folder, &changed)?;
        run(program(built::codegen()?).arg("check").current_dir(&folder))?;
        Ok(Self {
            folder,
            target: apart::target("copied")?,
        })
    }

    /// Where Cargo puts what it builds.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Cargo for the client of the copy with all of its features.
    pub(crate) fn cargo(&self, args: &[&str]) -> Command {
        let mut cargo = cargo(["--quiet"]);
        cargo.args(args).arg("--all-features");
        for name in PACKAGES {
            cargo.args(["--package", name]);
        }
        cargo
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target);
        cargo
    }

    /// Documents the client, and says where the pages are.
    pub(crate) fn document(&self) -> Outcome<PathBuf> {
        let mut doc = self.cargo(&["doc", "--no-deps", "--lib", "--example", EXAMPLE]);
        run(doc.env("RUSTDOCFLAGS", "-D warnings"))?;
        Ok(self.target.join("doc").join("bitrix24"))
    }

    /// Its portal.
    pub(crate) fn portal(&self) -> Outcome<Portal> {
        Portal::start_in(&self.folder, &self.target)
    }

    /// An environment with its Python package.
    pub(crate) fn venv(&self) -> Outcome<&'static Venv> {
        static VENV: OnceLock<Venv> = OnceLock::new();
        if let Some(venv) = VENV.get() {
            return Ok(venv);
        }
        let dist = paths::target().join("dist-copied");
        empty_dir(&dist)?;
        let mut maturin = Venv::development().tool("maturin");
        maturin
            .args(["build", "--quiet", "--profile", "dev", "--out"])
            .arg(&dist);
        maturin.env("CARGO_TARGET_DIR", &self.target);
        run(maturin.current_dir(self.folder.join("python")))?;
        let venv = wheel::install("venv-copied", &wheel::only(&dist, ".whl")?)?;
        Ok(VENV.get_or_init(|| venv))
    }
}

/// Files that differ from the workspace's, by their place in it.
type Changed = BTreeMap<PathBuf, Vec<u8>>;

/// Where the client's features stand.
const MANIFEST: &str = "crates/bitrix24/Cargo.toml";

/// What `tests/edited` makes of the description, and the example that uses it.
fn edits() -> Outcome<Changed> {
    let edits = paths::root().join("tests").join("edited");
    let scope = Path::new("spec").join("imbot");
    let method = scope.join("imbot.chat.get.yaml");
    let patched = paths::target().join("patched");
    write_if_changed(
        &patched.join(&method),
        &fs::read(paths::root().join(&method))?,
    )?;
    let mut git = program("git");
    git.arg("apply").arg(edits.join("imbot.chat.get.patch"));
    // It is no part of the repository around it.
    git.current_dir(&patched)
        .env("GIT_CEILING_DIRECTORIES", paths::target());
    run(&mut git)?;

    let added = "imbot.chat.count.yaml";
    let examples = Path::new("crates").join("bitrix24").join("examples");
    Ok([
        (method.clone(), fs::read(patched.join(method))?),
        (scope.join(added), fs::read(edits.join(added))?),
        (
            examples.join(EXAMPLE).with_extension("rs"),
            fs::read(edits.join("main.rs"))?,
        ),
    ]
    .into())
}

/// Adds the methods of `tests/spec`; says which scopes they belong to.
fn obstacles(changed: &mut Changed) -> Outcome<Vec<String>> {
    let mut scopes = Vec::new();
    for scope in folders(&paths::root().join("tests").join("spec"))? {
        let name = scope.file_name().unwrap_or_default();
        let into = Path::new("spec").join(name);
        for entry in fs::read_dir(&scope)? {
            let entry = entry?;
            let to = into.join(entry.file_name());
            if changed.contains_key(&to) || paths::root().join(&to).exists() {
                return Err(format!("{} is described twice", to.display()).into());
            }
            changed.insert(to, fs::read(entry.path())?);
        }
        scopes.push(name.to_string_lossy().into_owned());
    }
    Ok(scopes)
}

fn folders(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// A scope is a feature of the crate, less its dots: the one line that a new scope asks for.
fn features(scopes: &[String]) -> Outcome<Vec<u8>> {
    let mut text = fs::read_to_string(paths::root().join(MANIFEST))?;
    for scope in scopes {
        let line = format!("{} = []", scope.replace('.', "-"));
        if !text.lines().any(|known| known == line) {
            text = text.replacen("\nimbot = []\n", &format!("\nimbot = []\n{line}\n"), 1);
        }
    }
    Ok(text.into_bytes())
}

/// Makes a folder the same as the workspace, less what Git ignores, and with what is changed.
/// Files that are the same already are left alone, so that builds stay fresh; those that are the
/// workspace's have its times.
fn copy_workspace(copy: &Path, changed: &Changed) -> Outcome {
    let files = output(program("git").args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]))?;
    let mut wanted = HashSet::new();
    for name in files.split('\0').filter(|name| !name.is_empty()) {
        let from = paths::root().join(name);
        // Git still lists what was deleted and not yet committed.
        if from.is_file() && !changed.contains_key(Path::new(name)) {
            let to = copy.join(name);
            if !fs::read(&to).is_ok_and(|old| fs::read(&from).is_ok_and(|new| old == new)) {
                fs::create_dir_all(to.parent().unwrap_or(copy))?;
                apart::copy_with_time(&from, &to)?;
            }
            wanted.insert(to);
        }
    }
    for (name, content) in changed {
        let to = copy.join(name);
        write_if_changed(&to, content)?;
        wanted.insert(to);
    }
    remove_others(copy, &wanted)
}

fn remove_others(folder: &Path, wanted: &HashSet<PathBuf>) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, wanted)?;
        } else if !wanted.contains(&path) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
