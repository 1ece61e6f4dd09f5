//! That the generator copes with what the rest of the API holds.
//!
//! `tests/spec` describes methods that are hard to generate: names that mean something
//! in Rust or Python, deep structures, both versions of REST. On a copy of the workspace
//! they join the description, and what comes of them is held to what holds for all.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    apart, edited, paths,
    portal::Portal,
    run::{Outcome, cargo, empty_dir, run},
    venv::Venv,
    wheel,
};

/// Generates, lints, documents and calls.
pub(crate) fn check() -> Outcome {
    let copy = paths::target().join("obstacles");
    edited::copy_workspace(&copy)?;
    let scopes = join(&copy)?;
    features(&copy, &scopes)?;

    let target = apart::target()?;
    let all = |args: &[&str]| {
        let mut cargo = cargo(["--quiet"]);
        cargo
            .args(args)
            .args(["--package", "bitrix24", "--all-features"]);
        cargo.current_dir(&copy).env("CARGO_TARGET_DIR", &target);
        cargo
    };
    let mut clippy = all(&["clippy"]);
    run(clippy.args(["--", "-D", "warnings"]))?;
    run(all(&["doc", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    run(&mut all(&["test", "--doc"]))?;

    let dist = paths::target().join("dist-obstacles");
    empty_dir(&dist)?;
    let mut maturin = Venv::development().tool("maturin");
    maturin
        .args(["build", "--quiet", "--profile", "dev", "--out"])
        .arg(&dist);
    maturin.env("CARGO_TARGET_DIR", &target);
    run(maturin.current_dir(copy.join("python")))?;
    let venv = wheel::install("venv-obstacles", &wheel::only(&dist, ".whl")?)?;
    let mut mypy = Venv::development().tool("mypy");
    mypy.args(["--strict", "--package", "bitrix24", "--python-executable"]);
    run(mypy.arg(venv.path("python")).current_dir(venv.dir()))?;
    let portal = Portal::start_in(&copy, &target)?;
    let script = paths::root()
        .join("tests")
        .join("obstacles")
        .join("check.py");
    wheel::call(&venv, &script, &portal)
}

/// Adds the methods to the copy's description; says which scopes they belong to.
fn join(copy: &Path) -> Outcome<Vec<String>> {
    let mut scopes = Vec::new();
    for scope in folders(&paths::root().join("tests").join("spec"))? {
        let name = scope.file_name().unwrap_or_default();
        let into = copy.join("spec").join(name);
        fs::create_dir_all(&into)?;
        for entry in fs::read_dir(&scope)? {
            let entry = entry?;
            let to = into.join(entry.file_name());
            if to.exists() {
                return Err(format!("{} is described twice", to.display()).into());
            }
            fs::copy(entry.path(), to)?;
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
fn features(copy: &Path, scopes: &[String]) -> Outcome {
    let manifest = copy.join("crates").join("bitrix24").join("Cargo.toml");
    let mut text = fs::read_to_string(&manifest)?;
    for scope in scopes {
        let line = format!("{} = []", scope.replace('.', "-"));
        if !text.lines().any(|known| known == line) {
            text = text.replacen("\nimbot = []\n", &format!("\nimbot = []\n{line}\n"), 1);
        }
    }
    fs::write(&manifest, text)?;
    Ok(())
}
