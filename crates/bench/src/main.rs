//! Measures the client beside what one would use instead: `cargo xtask bench` builds what is
//! measured and runs this. The README of this crate says how.

mod cores;
mod driver;
mod model;
mod options;
mod plot;
mod report;
mod rounds;
mod sections;
mod stats;
mod tools;

use std::{error::Error, process::ExitCode};

use crate::{
    options::Options,
    report::{Report, store::Store},
};

/// What everything here comes to.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    if std::env::args().nth(1).is_some_and(|arg| arg == "--list") {
        for section in sections::all() {
            let needs = if section.python { " python" } else { "" };
            println!("{}{needs}", section.name);
        }
        return ExitCode::SUCCESS;
    }
    let outcome = Options::read(std::env::args().skip(1)).and_then(|options| run(&options));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures the sections one after the other. What a section came to is kept at once: a later one
/// that fails takes nothing with it.
fn run(options: &Options) -> Outcome {
    let store = Store::new(options);
    let (mut measured, mut failed) = (Vec::new(), Vec::new());
    for section in sections::all() {
        if !options.selects(section.name) {
            continue;
        }
        eprintln!("\n== {}", section.name);
        let setup = report::machine::now(options);
        match (section.measure)(options) {
            Ok(mut found) => {
                section.name.clone_into(&mut found.name);
                found.setup = setup;
                store.save(&found)?;
                println!("\n{}", report::details::section(&found, &found.setup));
                measured.push(found);
            }
            Err(error) => {
                eprintln!("{} failed: {error}", section.name);
                failed.push(section.name);
            }
        }
    }
    if options.quick {
        println!("\n{}", Report::new(measured).summary());
        println!("This was a quick run: too short for figures to be kept.");
    } else {
        let report = Report::new(store.load()?);
        println!("\n{}", report.summary());
        match report.missing().as_slice() {
            [] => report.write(options)?,
            // The tables may have figures of another clone, which would be lost.
            missing => println!(
                "Nothing is written before all is measured. Not measured here yet: {}.",
                missing.join(", ")
            ),
        }
    }
    match failed.as_slice() {
        [] => Ok(()),
        failed => Err(format!("not measured: {}", failed.join(", ")).into()),
    }
}
