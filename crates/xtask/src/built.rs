//! Programs of the workspace, built the way its tests are.
//!
//! Cargo settles the features of other people's crates for all that is built at once: a package
//! asked for alone is built with fewer of them, and so is everything below it, once more.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::{
    paths,
    run::{Outcome, cargo, run},
};

/// The portal.
pub(crate) const SANDBOX: &str = "bitrix24-sandbox";

/// Builds the generator's command, and says where it is.
pub(crate) fn codegen() -> Outcome<PathBuf> {
    let name = "bitrix24-codegen";
    run(cargo(["build", "--quiet", "--workspace", "--bin"]).arg(name))?;
    Ok(paths::target().join("debug").join(file(name)))
}

/// Builds the portal and the programs that call it.
pub(crate) fn programs() -> Outcome {
    build(SANDBOX)
}

/// Builds the server of the benchmarks, and says where it is.
pub(crate) fn server() -> Outcome<PathBuf> {
    let name = "server";
    build(name)?;
    Ok(paths::target().join("debug").join(file(name)))
}

/// Builds a program, and with it the examples: they ask for the features that tests do.
fn build(name: &str) -> Outcome {
    let mut build = cargo(["build", "--quiet", "--workspace", "--bin", name]);
    run(build.args(["--example", "demo", "--example", "foreign"]))
}

/// Where Cargo puts the portal.
pub(crate) fn sandbox(target: &Path) -> PathBuf {
    target.join("debug").join(file(SANDBOX))
}

/// Where Cargo puts an example.
pub(crate) fn example(target: &Path, name: &str) -> PathBuf {
    target.join("debug").join("examples").join(file(name))
}

/// The file of a program.
pub(crate) fn file(name: &str) -> String {
    format!("{name}{}", env::consts::EXE_SUFFIX)
}
