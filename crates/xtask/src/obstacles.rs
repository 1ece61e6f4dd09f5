//! That the generator copes with what the rest of the API holds.
//!
//! `tests/spec` describes methods that are hard to generate: names that mean something
//! in Rust or Python, deep structures, both versions of REST. On a copy of the workspace
//! they join the description, and what comes of them is held to what holds for all.

use std::path::Path;

use crate::{
    copied::{Copied, EXAMPLE},
    paths,
    run::{Outcome, output, run},
    venv::Venv,
    wheel,
};

/// Generates, lints, documents and calls.
pub(crate) fn check() -> Outcome {
    let copied = Copied::ready()?;
    let mut clippy = copied.cargo(&["clippy", "--lib", "--example", EXAMPLE]);
    run(clippy.args(["--", "-D", "warnings"]))?;
    copied.document()?;
    run(&mut copied.cargo(&["test", "--doc"]))?;

    let venv = copied.venv()?;
    let mut mypy = Venv::development().tool("mypy");
    mypy.args(["--strict", "--package", "bitrix24", "--python-executable"]);
    run(mypy.arg(venv.path("python")).current_dir(venv.dir()))?;
    lint(venv)?;
    let script = Path::new("tests").join("obstacles").join("check.py");
    wheel::call(venv, &paths::root().join(script), &copied.portal()?)
}

/// Holds the installed package, most of which is generated, to the rules of what is written by hand.
fn lint(venv: &Venv) -> Outcome {
    let mut python = venv.python();
    python.args(["-I", "-c", "import bitrix24; print(*bitrix24.__path__)"]);
    let package = output(&mut python)?;
    // The API names some fields `l` or `O`.
    for check in [
        ["check", "--extend-ignore", "E741"].as_slice(),
        &["format", "--check"],
    ] {
        let mut ruff = Venv::development().tool("ruff");
        ruff.args(check).args(["--quiet", "--no-respect-gitignore"]);
        ruff.arg("--config")
            .arg(paths::python().join("pyproject.toml"));
        run(ruff.arg(package.trim()))?;
    }
    Ok(())
}
