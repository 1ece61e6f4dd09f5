//! The Python side, ready for use in `target/venv`.

use std::{fs, path::Path};

use crate::{
    paths,
    run::{Outcome, run},
    venv::Venv,
};

/// Makes the virtual environment, installs the tools and builds the package into it.
pub(crate) fn setup() -> Outcome {
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
    // Built for development: it is there sooner, and checks more.
    run(venv
        .tool("maturin")
        .args(["develop", "--quiet"])
        .current_dir(paths::python()))
}
