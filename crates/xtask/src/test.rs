//! Every check that has to pass, as named steps.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    built, demo, edited, foreign, instructions, obstacles, package, paths, reminders,
    run::{Outcome, cargo, program, run},
    setup,
    venv::Venv,
    wheel,
};

struct Step {
    name: &'static str,
    /// Whether it uses the virtual environment of the project.
    python: bool,
    check: fn() -> Outcome,
}

const fn rust(name: &'static str, check: fn() -> Outcome) -> Step {
    Step {
        name,
        python: false,
        check,
    }
}

const fn python(name: &'static str, check: fn() -> Outcome) -> Step {
    Step {
        name,
        python: true,
        check,
    }
}

const SETUP: &str = "setup";

/// In the order in which they run: what is quick or most likely to fail first.
const STEPS: [Step; 19] = [
    rust("fmt", fmt),
    rust("codegen", codegen),
    rust("clippy", clippy),
    rust("rust", rust_tests),
    rust("doc", doc),
    rust(SETUP, setup::setup),
    python("ruff", ruff),
    python("ruff-format", ruff_format),
    python("mypy", mypy),
    python("pyright", pyright),
    python("stubtest", stubtest),
    python("pytest", pytest),
    python("demo", demo::check),
    python("foreign", foreign::check),
    rust("package", package::check),
    python("wheel", wheel::check),
    python("instructions", instructions::check),
    python("edited", edited::check),
    python("obstacles", obstacles::check),
];

/// Which steps to run.
pub(crate) struct Options {
    /// None for all.
    only: Vec<String>,
    list: bool,
}

impl Options {
    /// Reads what follows `test` on the command line.
    pub(crate) fn read(args: &[&str]) -> Result<Self, String> {
        let mut options = Self {
            only: Vec::new(),
            list: false,
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match *arg {
                "--list" => options.list = true,
                "--only" => {
                    let name = args.next().ok_or("--only takes the name of a check")?;
                    if !STEPS.iter().any(|step| step.name == *name) {
                        return Err(format!("no such check: {name}"));
                    }
                    options.only.push((*name).to_owned());
                }
                unknown => return Err(format!("no such option: {unknown}")),
            }
        }
        Ok(options)
    }

    fn selects(&self, step: &Step) -> bool {
        let named = |name: &str| self.only.iter().any(|only| only == name);
        // What runs in the virtual environment has to have it.
        let needed =
            || step.name == SETUP && STEPS.iter().any(|step| step.python && named(step.name));
        self.only.is_empty() || named(step.name) || needed()
    }
}

/// Runs the steps up to the first that fails.
pub(crate) fn test(options: &Options) -> Outcome {
    if options.list {
        for step in &STEPS {
            println!("{}", step.name);
        }
        return Ok(());
    }
    let selected: Vec<_> = STEPS.iter().filter(|step| options.selects(step)).collect();
    let mut done: Vec<(&str, Duration)> = Vec::new();
    let mut failure = None;
    for step in &selected {
        println!("\n== {}", step.name);
        let start = Instant::now();
        let outcome = (step.check)();
        done.push((step.name, start.elapsed()));
        if let Err(error) = outcome {
            failure = Some((step.name, error));
            break;
        }
    }

    println!();
    for (index, step) in selected.iter().enumerate() {
        let name = step.name;
        match done.get(index) {
            None => println!("{name:12} not run"),
            Some((_, time)) => {
                let failed = failure.as_ref().is_some_and(|(failed, _)| *failed == name);
                let word = if failed { "FAILED" } else { "passed" };
                println!("{name:12} {word} {:8.1} s", time.as_secs_f64());
            }
        }
    }
    let failed = usize::from(failure.is_some());
    if let Some((name, error)) = &failure {
        println!("\n{name}: {error}");
    }
    for reminder in reminders::take() {
        println!("\nNOTE: {reminder}");
    }
    println!("\n{} passed, {failed} failed", done.len() - failed);
    match failure {
        None => Ok(()),
        Some((name, _)) => Err(format!("{name} failed").into()),
    }
}

fn fmt() -> Outcome {
    run(&mut cargo(["fmt", "--all", "--check"]))
}

fn codegen() -> Outcome {
    run(program(built::codegen()?).arg("check"))
}

fn clippy() -> Outcome {
    run(&mut cargo([
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}

fn rust_tests() -> Outcome {
    run(&mut cargo(["test", "--workspace", "--quiet"]))
}

fn doc() -> Outcome {
    run(cargo(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
}

/// A tool of the virtual environment, in the folder that holds its settings; they say
/// what it looks at.
fn tool(name: &str, args: &[&str]) -> Command {
    let mut tool = Venv::development().tool(name);
    tool.args(args).current_dir(paths::python());
    tool
}

fn ruff() -> Outcome {
    run(&mut tool("ruff", &["check", ".", "../tests"]))
}

fn ruff_format() -> Outcome {
    run(&mut tool("ruff", &["format", "--check", ".", "../tests"]))
}

fn mypy() -> Outcome {
    run(&mut tool("mypy", &[]))
}

fn pyright() -> Outcome {
    let python = Venv::development().python();
    run(tool("pyright", &["--pythonpath"]).arg(python.get_program()))
}

fn stubtest() -> Outcome {
    run(&mut tool(
        "stubtest",
        &["--mypy-config-file", "pyproject.toml", "bitrix24._native"],
    ))
}

fn pytest() -> Outcome {
    run(&mut tool("pytest", &["-q"]))
}
