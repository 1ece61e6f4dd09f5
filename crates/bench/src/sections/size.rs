//! What is shipped: the Python package, and a program with the client in it.

use std::{fs, path::Path, process::Command};

use super::workspace::{PROGRAMS, cargo};
use crate::{
    Outcome,
    model::{Measure, Met, Section, Value, Values, Verdict},
    options::Options,
    report::number,
    tools::{output, run},
};

/// What the package may have, in bytes.
const LARGEST: f64 = 4_000_000.0;

/// How many times as large as with reqwest a program may be.
const TIMES: f64 = 1.5;

pub(super) fn measure(options: &Options) -> Outcome<Section> {
    let mut section = Section::now();
    section.notes.push(
        "The programs call one method and print what it answers; both are built with the release \
         profile of this workspace."
            .to_owned(),
    );
    let mut rows = Vec::new();
    let wheel = options.wheel.as_deref().ok_or("--wheel is missing")?;
    let wheel = fs::metadata(wheel)?.len() as f64;
    rows.push(Value::new("wheel", Measure::Bytes, vec![wheel]));
    section.verdicts.push(Verdict {
        what: "Wheel".to_owned(),
        ours: number::bytes(wheel),
        expected: format!("≤ {}", number::bytes(LARGEST)),
        met: Met::of(wheel <= LARGEST),
        ..Verdict::default()
    });
    let mut show = Command::new(options.python()?);
    show.args(["-I", "-c", "import bitrix24; print(bitrix24.__path__[0])"]);
    let (native, modules) = installed(Path::new(output(&mut show)?.trim()))?;
    for (what, size) in [("native module", native), ("Python modules", modules)] {
        let what = format!("in it, unpacked: {what}");
        rows.push(Value::new(what, Measure::Bytes, vec![size as f64]));
    }
    let target = options.folder().join("sizes");
    let mut sizes = Vec::new();
    for program in &PROGRAMS {
        let manifest = program.write(options)?;
        let mut build = cargo("build", &manifest);
        build.arg("--release").env("CARGO_TARGET_DIR", &target);
        run(&mut build)?;
        let name = format!("bench-{}{}", program.name, std::env::consts::EXE_SUFFIX);
        let size = fs::metadata(target.join("release").join(name))?.len() as f64;
        let what = format!("program with {}", program.name);
        rows.push(Value::new(what, Measure::Bytes, vec![size]));
        sizes.push(size);
    }
    if let [ours, theirs] = sizes[..] {
        section.verdicts.push(Verdict {
            what: "Program in Rust".to_owned(),
            ours: number::bytes(ours),
            against: "reqwest".to_owned(),
            theirs: number::bytes(theirs),
            expected: format!("≤ {TIMES} times"),
            met: Met::of(ours <= theirs * TIMES),
            ..Verdict::default()
        });
    }
    section.values.push(Values {
        title: "Sizes".to_owned(),
        rows,
    });
    Ok(section)
}

/// What the native module and the others take up in a folder and those below it.
fn installed(folder: &Path) -> Outcome<(u64, u64)> {
    let (mut native, mut modules) = (0, 0);
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if path.is_dir() {
            let (more_native, more_modules) = installed(&path)?;
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
