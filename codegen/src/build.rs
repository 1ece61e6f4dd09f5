//! Drives the generator from a build script.
//!
//! A build script is one line: `bitrix24_codegen::build::rust(bitrix24_spec::DIR)`.
//! Problems in the description become errors of the build, each with its file and line.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use crate::emit::{self, File};
use crate::model::Api;

/// Writes the Rust client of the enabled scopes into `OUT_DIR`.
///
/// A scope is enabled by a Cargo feature of its name.
#[must_use]
pub fn rust(spec: &str) -> ExitCode {
    run(spec, |api| {
        let enabled: Vec<usize> = (0..api.scopes.len())
            .filter(|index| enabled(&api.scopes[*index].name))
            .collect();
        emit::rust::files(api, &enabled)
    })
}

/// Writes the Python package's generated part into `OUT_DIR`: the tables of the native module
/// and, in the folder `bitrix24`, the typed modules.
#[must_use]
pub fn python(spec: &str) -> ExitCode {
    run(spec, |api| {
        let mut files = vec![File {
            name: "tables.rs".into(),
            text: emit::table(api),
        }];
        files.extend(emit::python::files(api).into_iter().map(|file| File {
            name: format!("bitrix24/{}", file.name),
            text: file.text,
        }));
        files
    })
}

/// Writes the checked description into `OUT_DIR` as `spec.json`.
#[must_use]
pub fn json(spec: &str) -> ExitCode {
    run(spec, |api| {
        vec![File {
            name: "spec.json".into(),
            text: emit::json(api),
        }]
    })
}

fn run(spec: &str, emit: impl FnOnce(&Api) -> Vec<File>) -> ExitCode {
    println!("cargo::rerun-if-changed={spec}");
    match crate::load(Path::new(spec)) {
        Ok(api) => match write(emit(&api)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                println!("cargo::error=generated code cannot be written: {error}");
                ExitCode::FAILURE
            }
        },
        Err(report) => {
            // The folder as it is called in the repository, wherever Cargo has put it.
            let folder = Path::new(spec).file_name().unwrap_or_default();
            print!("{}", report.cargo_errors_in(Path::new(folder)));
            ExitCode::FAILURE
        }
    }
}

/// Cargo tells a build script of a feature by a variable.
fn enabled(feature: &str) -> bool {
    let name = feature.to_uppercase().replace(['-', '.'], "_");
    env::var_os(format!("CARGO_FEATURE_{name}")).is_some()
}

/// Writes what changed, so that what did not is not built again, and removes
/// what an earlier run left behind.
fn write(files: Vec<File>) -> io::Result<()> {
    let Some(out) = env::var_os("OUT_DIR") else {
        return Err(io::Error::other(
            "OUT_DIR is not set: this runs in a build script",
        ));
    };
    let out = PathBuf::from(out);
    let package = out.join("bitrix24");
    let mut kept = Vec::new();
    for file in files {
        let path = out.join(&file.name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let same = fs::read(&path).is_ok_and(|old| old == file.text.as_bytes());
        if !same {
            fs::write(&path, file.text)?;
        }
        kept.push(path);
    }
    if package.is_dir() {
        prune(&package, &kept)?;
    }
    Ok(())
}

fn prune(folder: &Path, kept: &[PathBuf]) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            prune(&path, kept)?;
        } else if !kept.contains(&path) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
