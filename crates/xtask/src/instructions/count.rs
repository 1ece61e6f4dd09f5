//! Counting.

use std::{
    collections::VecDeque,
    fs,
    path::PathBuf,
    process::Command,
    sync::{Mutex, PoisonError},
};

use super::{callgrind, folder, recorded::Group};
use crate::{
    built, paths,
    run::{Outcome, both, cargo, empty_dir, output, run},
    served::Served,
    venv::Venv,
};

/// Something to count: the program that does it, its name there, and how often.
#[derive(Clone, Copy)]
pub(crate) struct Workload {
    pub(crate) group: Group,
    pub(crate) name: &'static str,
    times: u64,
}

impl Workload {
    pub(crate) const fn rust(name: &'static str, times: u64) -> Self {
        Self {
            group: Group::Rust,
            name,
            times,
        }
    }

    pub(crate) const fn python(name: &'static str, times: u64) -> Self {
        Self {
            group: Group::Python,
            name,
            times,
        }
    }
}

/// What it takes to count.
pub(crate) struct Counter {
    rust: PathBuf,
    python: PathBuf,
    url: String,
    /// The server of the benchmarks.
    _server: Served,
    /// For what callgrind writes.
    folder: PathBuf,
}

impl Counter {
    pub(crate) fn new(python: &Venv) -> Outcome<Self> {
        let name = "bitrix24-instructions";
        let mut build = cargo(["build", "--quiet", "--profile", "wheel", "--bins"]);
        // With the Python package: then all that both consist of is built already.
        run(build.args(["--package", name, "--package", "bitrix24-python"]))?;
        let folder = paths::target().join("instructions");
        empty_dir(&folder)?;
        let server = Served::start(&mut Command::new(built::server()?))?;
        Ok(Self {
            rust: paths::target().join("wheel").join(built::file(name)),
            python: python.path("python"),
            url: server.told("http")?,
            _server: server,
            folder,
        })
    }

    /// The instructions that each takes, two at a time.
    pub(crate) fn count(&self, workloads: &[Workload]) -> Outcome<Vec<u64>> {
        let runs = workloads
            .iter()
            .enumerate()
            .flat_map(|(index, workload)| [(index, workload, 1), (index, workload, 2)]);
        let waiting = Mutex::new(runs.collect::<VecDeque<_>>());
        let next = || {
            let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.pop_back()
        };
        let work = || -> Outcome<Vec<(usize, u64, u64)>> {
            let mut done = Vec::new();
            while let Some((index, workload, factor)) = next() {
                done.push((index, factor, self.run(workload, factor * workload.times)?));
            }
            Ok(done)
        };
        let (one, other) = both(work, work)?;
        let mut counts = vec![[0; 2]; workloads.len()];
        for (index, factor, count) in one.into_iter().chain(other) {
            counts[index][usize::from(factor == 2)] = count;
        }
        let counts = counts.iter().zip(workloads);
        counts
            .map(|([once, twice], workload)| {
                each(*once, *twice, workload.times).map_err(|error| {
                    let group = workload.group.name();
                    format!("{group} {}: {error}", workload.name).into()
                })
            })
            .collect()
    }

    /// The instructions of a whole program.
    fn run(&self, workload: &Workload, times: u64) -> Outcome<u64> {
        let times = times.to_string();
        let file = format!("{}-{}-{times}", workload.group.name(), workload.name);
        let file = self.folder.join(file);
        let mut command = callgrind(&file);
        match workload.group {
            Group::Rust => command.arg(&self.rust),
            Group::Python => command.arg(&self.python).arg(folder().join("counted.py")),
        };
        command
            .args([workload.name, &times])
            .env("BENCH_URL", &self.url)
            .env("PYTHONHASHSEED", "0");
        output(&mut command)?;
        let text = fs::read_to_string(&file)?;
        total(&text)
            .ok_or_else(|| format!("callgrind wrote no total into {}", file.display()).into())
    }
}

/// What doing it once more takes, from what it takes so many times and twice as often.
fn each(once: u64, twice: u64, times: u64) -> Result<u64, String> {
    match twice.checked_sub(once) {
        Some(more) if more >= times => Ok(more / times),
        _ => Err(format!(
            "{times} times took {once} instructions, and twice as often {twice}: it did not do what \
             is counted"
        )),
    }
}

/// The instructions of all threads, as callgrind writes them.
fn total(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("totals: "))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{each, total};

    #[test]
    fn what_takes_nothing_was_not_done() {
        assert_eq!(each(1_000, 3_000, 20), Ok(100));
        for (once, twice) in [(1_000, 1_000), (1_000, 999), (1_000, 1_019), (0, 0)] {
            let error = each(once, twice, 20).unwrap_err();
            assert!(
                error.starts_with(&format!("20 times took {once} ")),
                "{error}"
            );
        }
    }

    #[test]
    fn totals() {
        let text = "version: 1\nevents: Ir\nfn=(1) main\n16 2\n\ntotals: 123456\n";
        assert_eq!(total(text), Some(123_456));
        assert_eq!(total("events: Ir\n"), None);
    }
}
