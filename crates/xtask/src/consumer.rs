//! Crates outside of the workspace that use ours, as anybody's crate would.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    built::SANDBOX,
    paths,
    run::{Outcome, cargo, write_if_changed},
};

/// Makes a crate with that `main.rs` that takes ours from those folders, and
/// returns the command that builds and tests it.
pub(crate) fn consumer(name: &str, main: &Path, crates: &[(&str, PathBuf)]) -> Outcome<Command> {
    let version = env!("CARGO_PKG_VERSION");
    let folder = paths::target().join("consumers").join(name);
    let patches: String = crates
        .iter()
        // A literal string: Windows has backslashes in paths.
        .map(|(name, path)| format!("{name} = {{ path = '{}' }}\n", path.display()))
        .collect();
    let manifest = format!(
        r#"[package]
name = "{name}"
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
bitrix24 = "={version}"
serde_json = "1"
tokio = {{ version = "1", default-features = false, features = ["rt"] }}

[dev-dependencies]
{SANDBOX} = "={version}"

[patch.crates-io]
{patches}
[workspace]

{profiles}"#,
        profiles = profiles()?,
    );
    write_if_changed(&folder.join("Cargo.toml"), manifest.as_bytes())?;
    write_if_changed(&folder.join("src").join("main.rs"), &fs::read(main)?)?;
    // The same versions of everything else, which are there already.
    fs::copy(paths::root().join("Cargo.lock"), folder.join("Cargo.lock"))?;

    let mut command = cargo(["test", "--quiet", "--manifest-path"]);
    command.arg(folder.join("Cargo.toml"));
    Ok(command)
}

/// The profiles of the workspace: only what is built alike is built once.
fn profiles() -> Outcome<String> {
    let manifest = fs::read_to_string(paths::root().join("Cargo.toml"))?;
    let mut inside = false;
    let mut profiles = String::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.starts_with("[profile.");
        }
        if inside {
            profiles += line;
            profiles.push('\n');
        }
    }
    Ok(profiles)
}
