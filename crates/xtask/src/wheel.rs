//! The Python package as it would be published: a wheel and a source distribution,
//! each installed where nothing else is, and used.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use crate::{
    apart, paths,
    portal::Portal,
    run::{Outcome, both, empty_dir, run},
    venv::Venv,
};

/// The bytes that a wheel may have.
const LARGEST: u64 = 4_000_000;

/// Builds, installs and uses both.
pub(crate) fn check() -> Outcome {
    // To link the wheel takes long, and one core.
    let (wheel, sdist) = both(installed, from_source)?;
    let portal = Portal::start()?;
    let script = paths::root().join("tests").join("package").join("call.py");
    call(wheel, &script, &portal)?;
    call(&sdist, &script, &portal)
}

/// The environment with the wheel, which is built once.
pub(crate) fn installed() -> Outcome<&'static Venv> {
    static VENV: OnceLock<Venv> = OnceLock::new();
    if let Some(venv) = VENV.get() {
        return Ok(venv);
    }
    let file = package("build", &["--quiet", "--compression-level", "9"], ".whl")?;
    let size = fs::metadata(&file)?.len();
    if size > LARGEST {
        return Err(format!("the wheel has {size} bytes, more than {LARGEST}").into());
    }
    let venv = install("venv-wheel", &file)?;
    Ok(VENV.get_or_init(|| venv))
}

/// An environment with the source distribution, of which pip builds a wheel of its own.
fn from_source() -> Outcome<Venv> {
    let source = package("sdist", &[], ".tar.gz")?;
    let target = apart::clean_target("sdist")?;
    let venv = Venv::fresh("venv-sdist")?;
    let mut pip = venv.install();
    pip.arg(source)
        .env("CARGO_TARGET_DIR", target)
        .env("MATURIN_PEP517_ARGS", "--profile dev");
    run(&mut pip)?;
    Ok(venv)
}

/// What maturin makes of the package, in a folder of its own.
fn package(kind: &str, options: &[&str], suffix: &str) -> Outcome<PathBuf> {
    let dist = paths::target().join("dist").join(kind);
    empty_dir(&dist)?;
    let mut maturin = Venv::development().tool("maturin");
    maturin.arg(kind).args(options).arg("--out").arg(&dist);
    run(maturin.current_dir(paths::python()))?;
    only(&dist, suffix)
}

/// A new virtual environment with that package.
pub(crate) fn install(name: &str, package: &Path) -> Outcome<Venv> {
    let venv = Venv::fresh(name)?;
    run(venv.install().arg(package))?;
    Ok(venv)
}

/// Runs a script against a portal, away from the sources of the package.
pub(crate) fn call(venv: &Venv, script: &Path, portal: &Portal) -> Outcome {
    let mut python = venv.python();
    portal.give_webhook(&mut python);
    run(python.arg("-I").arg(script).current_dir(venv.dir()))
}

/// The only file in a folder with that ending.
pub(crate) fn only(folder: &Path, suffix: &str) -> Outcome<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(suffix) {
            found.push(path);
        }
    }
    match <[PathBuf; 1]>::try_from(found) {
        Ok([path]) => Ok(path),
        Err(found) => Err(format!(
            "{} files in {} end with {suffix}, not one",
            found.len(),
            folder.display(),
        )
        .into()),
    }
}
