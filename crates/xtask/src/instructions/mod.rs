//! The regression guard: how many instructions things take, held against recorded numbers.
//!
//! Times on a shared machine tell little; instructions hardly vary. `tests/instructions` has what
//! is counted and what was recorded. CONTRIBUTING.md says how to read it.

mod count;
mod judge;
mod recorded;
mod versions;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    paths, reminders,
    run::{Outcome, is_ci, program},
    wheel,
};
use count::{Counter, Workload};
use judge::judge;
use recorded::{Group, Recorded};

/// What is counted, each more often the cheaper it is.
const WORKLOADS: [Workload; 9] = [
    Workload::rust("request", 2000),
    Workload::rust("nested-request", 1000),
    Workload::rust("answer", 2000),
    Workload::rust("records", 50),
    Workload::rust("untyped-records", 50),
    Workload::rust("call", 300),
    Workload::python("call", 300),
    Workload::python("async-call", 300),
    Workload::python("page", 30),
];

const VALGRIND: &str = "valgrind is not installed: it counts the instructions. It is a package of \
                        that name, as in `apt-get install valgrind`";

/// Counts, and compares with what was recorded.
pub(crate) fn check() -> Outcome {
    if let Err(error) = valgrind() {
        if is_ci() {
            return Err(error);
        }
        reminders::add(&format!("no instructions were counted: {error}"));
        return Ok(());
    }
    let path = path();
    let text = fs::read_to_string(&path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let recorded = Recorded::read(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let now = now()?;
    let verdict = judge(&recorded, &now);
    print!("{}", verdict.table);
    for reminder in verdict.reminders {
        reminders::add(&reminder);
    }
    if verdict.failures.is_empty() {
        return Ok(());
    }
    Err(verdict.failures.join("\n").into())
}

/// Counts, and records it.
pub(crate) fn record() -> Outcome {
    valgrind()?;
    let now = now()?;
    print!("{now}");
    fs::write(path(), now.to_string())?;
    Ok(())
}

fn path() -> PathBuf {
    folder().join("recorded.txt")
}

fn folder() -> PathBuf {
    paths::root().join("tests").join("instructions")
}

fn valgrind() -> Outcome {
    let found = Command::new("valgrind").arg("--version").output();
    match found {
        Ok(output) if output.status.success() => Ok(()),
        _ => Err(VALGRIND.into()),
    }
}

/// What things take now, and here.
fn now() -> Outcome<Recorded> {
    let python = wheel::installed()?;
    let counter = Counter::new(python)?;
    let counts = counter.count(&WORKLOADS)?;
    let of = |group: Group| {
        WORKLOADS
            .iter()
            .zip(&counts)
            .filter(move |(workload, _)| workload.group == group)
            .map(|(workload, count)| (workload.name.to_owned(), *count))
            .collect()
    };
    Ok(Recorded {
        machine: versions::machine(),
        libc: versions::libc()?,
        rustc: versions::rustc()?,
        python: versions::python(python)?,
        rust_counts: of(Group::Rust),
        python_counts: of(Group::Python),
    })
}

/// A program under callgrind, which writes what it found into that file.
fn callgrind(into: &Path) -> Command {
    let mut valgrind = program("valgrind");
    valgrind
        .args(["--tool=callgrind", "--quiet", "--fair-sched=yes"])
        .arg(format!("--callgrind-out-file={}", into.display()));
    valgrind
}
