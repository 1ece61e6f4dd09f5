//! Runs other programs.

use std::{
    env,
    error::Error,
    ffi::OsStr,
    fs, io,
    path::Path,
    process::{Command, Stdio},
    thread,
};

use crate::paths;

/// What every task comes to.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Cargo, from the root of the workspace.
pub(crate) fn cargo<I: AsRef<OsStr>>(args: impl IntoIterator<Item = I>) -> Command {
    let mut cargo = program(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(args);
    cargo
}

/// A program, from the root of the workspace.
pub(crate) fn program(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(paths::root())
        .env("CARGO_TARGET_DIR", paths::target());
    // What Cargo tells this program about itself is not for other builds: build
    // scripts that look at it would run again each time.
    for (name, _) in env::vars_os() {
        let private = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        });
        if private {
            command.env_remove(name);
        }
    }
    command
}

/// Whether this is continuous integration, where nothing may be left out.
pub(crate) fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|ci| ci == "true")
}

/// Runs it and shows what it prints.
pub(crate) fn run(command: &mut Command) -> Outcome {
    eprintln!("$ {}", line(command));
    let status = command.status().map_err(|error| missing(command, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} failed ({status})", line(command)).into())
    }
}

/// Runs it and returns what it prints on the standard output.
pub(crate) fn output(command: &mut Command) -> Outcome<String> {
    Ok(printed(command.stderr(Stdio::inherit()))?.0)
}

/// Runs it and returns what it prints on the standard output, and on the standard error.
pub(crate) fn both_outputs(command: &mut Command) -> Outcome<(String, String)> {
    printed(command.stderr(Stdio::piped()))
}

fn printed(command: &mut Command) -> Outcome<(String, String)> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| missing(command, &error))?;
    let [text, errors] =
        [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it).into_owned());
    if output.status.success() {
        Ok((text, errors))
    } else {
        let (line, status) = (line(command), output.status);
        Err(format!("{line} failed ({status})\n{text}{errors}").into())
    }
}

fn missing(command: &Command, error: &io::Error) -> String {
    format!("cannot run {}: {error}", command.get_program().display())
}

/// Does two things at once.
pub(crate) fn both<A: Send, B: Send>(
    one: impl FnOnce() -> Outcome<A> + Send,
    other: impl FnOnce() -> Outcome<B> + Send,
) -> Outcome<(A, B)> {
    // An error may hold what must not leave its thread; its text may.
    let other = || other().map_err(|error| error.to_string());
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(other);
        let one = one().map_err(|error| error.to_string());
        (one, other.join())
    });
    let other = other.map_err(|_| "a thread of this program panicked")?;
    Ok((one?, other?))
}

/// The command as one would type it. Secrets never are arguments.
fn line(command: &Command) -> String {
    let root = paths::root();
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words
        .map(|word| {
            let path = Path::new(word);
            match path.strip_prefix(&root).unwrap_or(path) {
                short if short.as_os_str().is_empty() => ".".to_owned(),
                short => short.display().to_string(),
            }
        })
        .collect();
    words.join(" ")
}

/// An empty folder.
pub(crate) fn empty_dir(path: &Path) -> Outcome {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(format!("cannot empty {}: {error}", path.display()).into());
        }
        _ => {}
    }
    fs::create_dir_all(path)?;
    Ok(())
}

/// Writes a file unless it is already like that, so that builds stay fresh.
pub(crate) fn write_if_changed(path: &Path, content: &[u8]) -> Outcome {
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content)
        .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{both_outputs, program};

    #[test]
    fn both_outputs_are_returned() {
        let mut shell = program("sh");
        shell.args(["-c", "echo one; echo other >&2"]);
        let outputs = both_outputs(&mut shell).unwrap();
        assert_eq!(outputs, ("one\n".into(), "other\n".into()));
    }
}
