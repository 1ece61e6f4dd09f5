//! What a method costs: time to build, size of the package, time to import.
//!
//! Other people's crates are built beforehand, and nothing else of ours is measured. Times are
//! those of this machine, so only their ratios say something about another one.

use std::{
    fs,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use crate::{
    paths,
    run::{Outcome, cargo, empty_dir, output, run},
    venv::Venv,
    wheel,
};

/// Sets of features, by the name under which they are shown.
const SETS: [(&str, &[&str]); 3] = [
    ("no scope", &["--no-default-features"]),
    ("default features", &[]),
    ("all features", &["--all-features"]),
];

/// What is imported, by the name under which it is shown.
const IMPORTS: [(&str, &str); 3] = [
    ("import bitrix24", "import bitrix24"),
    (
        "… and the bots' methods",
        "import bitrix24.namespaces.imbot",
    ),
    (
        "… and every module",
        "import bitrix24, importlib, pkgutil\n\
         for found in pkgutil.walk_packages(bitrix24.__path__, 'bitrix24.'):\n    \
             importlib.import_module(found.name)",
    ),
];

/// How often a short thing is measured; the shortest time counts.
const ROUNDS: usize = 10;

/// Measures everything and prints it as a table.
pub(crate) fn costs() -> Outcome {
    let methods = methods()?;
    let mut rows = Vec::new();
    build(&methods, &mut rows)?;
    package(methods.len(), &mut rows)?;
    println!("\n| what | methods | in all | a method |\n|---|---:|---:|---:|");
    for row in rows {
        println!("{row}");
    }
    Ok(())
}

/// The folder, which is the feature, of each method.
fn methods() -> Outcome<Vec<String>> {
    let mut methods = Vec::new();
    for folder in fs::read_dir(paths::root().join("spec"))? {
        let folder = folder?;
        if !folder.file_type()?.is_dir() || folder.file_name() == "target" {
            continue;
        }
        for file in fs::read_dir(folder.path())? {
            let file = file?.file_name();
            let name = file.to_string_lossy();
            if name.ends_with(".yaml") && name != "common.yaml" {
                methods.push(folder.file_name().to_string_lossy().into_owned());
            }
        }
    }
    Ok(methods)
}

fn row(what: &str, methods: usize, all: &str, each: &str) -> String {
    format!("| {what} | {methods} | {all} | {each} |")
}

/// How long `cargo build` takes for the client alone, with its build script.
fn build(methods: &[String], rows: &mut Vec<String>) -> Outcome {
    let target = paths::target().join("costs");
    let cargo = |args: &[&str]| {
        let mut cargo = cargo(args.iter().copied());
        cargo.args(["--quiet", "--package", "bitrix24"]);
        cargo.env("CARGO_TARGET_DIR", &target);
        cargo
    };
    let mut nothing = Duration::ZERO;
    for (name, features) in SETS {
        let count = match name {
            "no scope" => 0,
            "default features" => methods.iter().filter(|scope| *scope == "imbot").count(),
            _ => methods.len(),
        };
        run(cargo(&["build"]).args(features))?;
        let mut best = Duration::MAX;
        for _ in 0..2 {
            run(&mut cargo(&["clean"]))?;
            let start = Instant::now();
            run(cargo(&["build"]).args(features))?;
            best = best.min(start.elapsed());
        }
        let each = match count {
            0 => {
                nothing = best;
                "".to_owned()
            }
            count => {
                let more = best.saturating_sub(nothing).as_secs_f64();
                format!("{:.1} ms", more * 1000.0 / count as f64)
            }
        };
        let what = format!("`cargo build`, {name}");
        let all = format!("{:.1} s", best.as_secs_f64());
        rows.push(row(&what, count, &all, &each));
    }
    Ok(())
}

/// How large the wheel is, and how long it takes to import what is in it.
fn package(methods: usize, rows: &mut Vec<String>) -> Outcome {
    let dist = paths::target().join("dist-costs");
    empty_dir(&dist)?;
    let mut maturin = Venv::development().tool("maturin");
    maturin.args(["build", "--quiet", "--compression-level", "9", "--out"]);
    run(maturin.arg(&dist).current_dir(paths::python()))?;
    let file = wheel::only(&dist, ".whl")?;
    let venv = wheel::install("venv-costs", &file)?;
    let mut show = venv.python();
    show.args(["-c", "import bitrix24; print(bitrix24.__path__[0])"]);
    let folder = output(&mut show)?;
    let (native, modules) = sizes(Path::new(folder.trim()))?;
    for (what, size) in [
        ("wheel", fs::metadata(&file)?.len()),
        ("in it: native module", native),
        ("in it: Python modules", modules),
    ] {
        let kib = size as f64 / 1024.0;
        let each = format!("{:.2} KiB", kib / methods.max(1) as f64);
        rows.push(row(what, methods, &format!("{kib:.0} KiB"), &each));
    }

    let bare = python(&venv, "pass")?;
    for (what, code) in IMPORTS {
        let time = python(&venv, code)?.saturating_sub(bare).as_secs_f64() * 1000.0;
        let each = format!("{:.3} ms", time / methods.max(1) as f64);
        rows.push(row(what, methods, &format!("{time:.0} ms"), &each));
    }
    Ok(())
}

/// What the native module and the others take up in a folder and those below it.
fn sizes(folder: &Path) -> Outcome<(u64, u64)> {
    let (mut native, mut modules) = (0, 0);
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if path.is_dir() {
            let (more_native, more_modules) = sizes(&path)?;
            native += more_native;
            modules += more_modules;
            continue;
        }
        match path.extension().and_then(|it| it.to_str()) {
            Some("so" | "pyd" | "dylib") => native += entry.metadata()?.len(),
            Some("py" | "pyi") => modules += entry.metadata()?.len(),
            _ => {}
        }
    }
    Ok((native, modules))
}

/// How long a new Python takes for some code.
fn python(venv: &Venv, code: &str) -> Outcome<Duration> {
    let mut best = Duration::MAX;
    // The first round writes what the others find compiled.
    for _ in 0..=ROUNDS {
        let mut python = venv.python();
        python.args(["-I", "-c", code]).stdin(Stdio::null());
        let start = Instant::now();
        let status = python.current_dir(venv.dir()).status()?;
        let time = start.elapsed();
        if !status.success() {
            return Err(format!("python failed ({status}) with: {code}").into());
        }
        best = best.min(time);
    }
    Ok(best)
}
