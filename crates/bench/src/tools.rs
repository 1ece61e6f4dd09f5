//! Runs other programs, and measures them.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use crate::Outcome;

/// Time that a program took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Took {
    /// Seconds.
    pub(crate) wall: f64,
    /// Seconds of CPU, with those of its children.
    pub(crate) cpu: f64,
}

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command) -> Outcome<Took> {
    let (cpu, start) = (of_children(), Instant::now());
    let done = command.stdin(Stdio::null()).output();
    let wall = start.elapsed().as_secs_f64();
    let cpu = of_children() - cpu;
    check(command, done).map(|_| Took { wall, cpu })
}

/// Runs a program and returns what it prints.
pub(crate) fn output(command: &mut Command) -> Outcome<String> {
    let done = command.stdin(Stdio::null()).output();
    check(command, done)
}

fn check(command: &Command, done: std::io::Result<std::process::Output>) -> Outcome<String> {
    let name = command.get_program().display();
    let done = done.map_err(|error| format!("cannot run {name}: {error}"))?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&done.stderr);
    eprintln!("{said}");
    Err(format!("{name} failed ({}): {}", done.status, gist(&said)).into())
}

/// The line that says what went wrong, of all that a program has said.
fn gist(said: &str) -> &str {
    let lines = || said.lines().rev().filter(|line| !line.trim().is_empty());
    let error = lines().find(|line| !line.starts_with(' ') && line.contains("rror"));
    error
        .or(lines().next())
        .unwrap_or("it has not said why")
        .trim()
}

/// Seconds of CPU that ended children have taken.
#[cfg(unix)]
fn of_children() -> f64 {
    use nix::sys::{
        resource::{UsageWho, getrusage},
        time::TimeValLike,
    };
    let Ok(usage) = getrusage(UsageWho::RUSAGE_CHILDREN) else {
        return f64::NAN;
    };
    let time = usage.user_time() + usage.system_time();
    time.num_microseconds() as f64 / 1e6
}

/// There is no way to know.
#[cfg(not(unix))]
fn of_children() -> f64 {
    f64::NAN
}

/// An empty folder.
pub(crate) fn empty_dir(path: &Path) -> Outcome {
    if path.exists() {
        fs::remove_dir_all(path)
            .map_err(|error| format!("cannot empty {}: {error}", path.display()))?;
    }
    Ok(fs::create_dir_all(path)?)
}

/// Copies a folder, less what builds have left in it.
pub(crate) fn copy_dir(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            if entry.file_name() != "target" {
                copy_dir(&path, &to)?;
            }
        } else {
            fs::copy(&path, &to)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::gist;

    #[test]
    fn finds_the_error() {
        let python = "Traceback:\n  raise Error\nKeyError: 'a'\nunclosed session\n\n";
        assert_eq!(gist(python), "KeyError: 'a'");
        assert_eq!(gist("one\ntwo\n"), "two");
        assert_eq!(gist(""), "it has not said why");
    }
}
