//! What is shipped: the Python package, and a program with the client in it.

use std::fs;

use super::workspace::{PROGRAMS, cargo};
use crate::{
    Outcome,
    model::{Measure, Met, Section, Value, Values, Verdict},
    options::Options,
    report::number,
    tools::run,
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
