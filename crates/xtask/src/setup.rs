//! The Python side, ready for use in `target/venv`.

use std::{ffi::OsStr, fs, path::Path};

use crate::{
    paths,
    run::{Outcome, run},
    venv::Venv,
};

/// What every generated module says.
const MARK: &str = "\nGenerated from the API's description; do not edit.\n";

/// Makes the virtual environment, installs the tools and builds the package into it.
pub(crate) fn setup() -> Outcome {
    tools()?;
    clean(&paths::python().join("python").join("bitrix24"))?;
    // Built for development: it is there sooner, and checks more.
    run(Venv::development()
        .tool("maturin")
        .args(["develop", "--quiet"])
        .current_dir(paths::python()))
}

/// Makes the virtual environment and installs the tools.
pub(crate) fn tools() -> Outcome {
    let venv = Venv::development();
    let pyproject = paths::python().join("pyproject.toml");
    let wanted = fs::read_to_string(&pyproject)
        .map_err(|error| format!("cannot read {}: {error}", pyproject.display()))?;
    if venv.ensure()? || !venv.has_stamp(&wanted) {
        // Groups of dependencies came with pip 25.1.
        run(&mut venv.pip(&["install", "--quiet", "--upgrade", "pip"]))?;
        let group = Path::new("python").join("pyproject.toml");
        let group = format!("{}:dev", group.display());
        run(&mut venv.pip(&["install", "--quiet", "--group", &group]))?;
        fs::write(venv.stamp(), wanted)?;
    }
    Ok(())
}

/// Removes what an earlier build generated: maturin replaces and adds, but leaves alone what
/// the description has no more.
fn clean(folder: &Path) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            clean(&path)?;
            // Stays if something else is in it.
            let _ = fs::remove_dir(&path);
        } else if is_generated(&path)? {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Whether a file of the package is what `python/.gitignore` takes it for.
fn is_generated(path: &Path) -> Outcome<bool> {
    match path.extension().and_then(OsStr::to_str) {
        Some("so" | "pyd" | "pyc") => return Ok(true),
        Some("py") => {}
        _ => return Ok(false),
    }
    let generated = fs::read_to_string(path)?.contains(MARK);
    let name = path.strip_prefix(paths::python())?.display().to_string();
    let name = format!("!/{}", name.replace('\\', "/"));
    let ignore = fs::read_to_string(paths::python().join(".gitignore"))?;
    if generated == ignore.lines().any(|line| line == name) {
        let path = path.display();
        return Err(format!(
            "{path}: python/.gitignore has to name what is written by hand, and only that"
        )
        .into());
    }
    Ok(generated)
}
