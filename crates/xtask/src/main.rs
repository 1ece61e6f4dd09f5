//! `cargo xtask setup|demo|test|bench|instructions`: everything that one does with this project.

mod apart;
mod bench;
mod built;
mod consumer;
mod copied;
mod demo;
mod edited;
mod foreign;
mod instructions;
mod obstacles;
mod package;
mod paths;
mod portal;
mod reminders;
mod run;
mod served;
mod setup;
mod test;
mod venv;
mod wheel;

use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask <command>

  setup                  make target/venv and build the Python package into it
  demo                   call a portal on a loopback port from Rust and Python;
                         with BITRIX24_WEBHOOK_URL set, call that portal instead
                         (for the chat of BITRIX24_ENTITY_TYPE, BITRIX24_ENTITY_ID)
  test [--only NAME]...  run every check, or only the named ones
  test --list            name the checks
  bench [--only NAME]... measure the client beside others, write the tables of the README
        [--quick]        (take less time, and write nothing)
        [--docs DIR]     (with the documentation of the API: its import, too)
  bench --list           name what is measured
  instructions           count the instructions of what matters, and compare; with --record,
                         record them
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match args.as_slice() {
        ["help"] | [.., "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        ["setup"] => setup::setup(),
        ["demo"] => demo::demo(),
        ["test", options @ ..] => match test::Options::read(options) {
            Ok(options) => test::test(&options),
            Err(error) => return usage(&error),
        },
        ["bench", options @ ..] => match bench::Options::read(options) {
            Ok(options) => bench::bench(&options),
            Err(error) => return usage(&error),
        },
        ["instructions"] => instructions::check(),
        ["instructions", "--record"] => instructions::record(),
        [] => return usage("a command is missing"),
        args => return usage(&format!("no such command or option: {}", unknown(args))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The first word of a command line that nobody knows.
fn unknown<'a>(args: &[&'a str]) -> &'a str {
    match args {
        ["instructions", "--record", unknown, ..]
        | ["setup" | "demo" | "instructions", unknown, ..]
        | [unknown, ..] => unknown,
        [] => "",
    }
}

fn usage(error: &str) -> ExitCode {
    eprint!("xtask: {error}\n\n{USAGE}");
    ExitCode::from(2)
}

#[cfg(test)]
mod tests {
    use super::unknown;

    #[test]
    fn the_word_that_is_wrong_is_named() {
        for (args, wrong) in [
            (&["sutep"][..], "sutep"),
            (&["setup", "--fast"], "--fast"),
            (&["instructions", "--fast"], "--fast"),
            (&["instructions", "--record", "--fast"], "--fast"),
        ] {
            assert_eq!(unknown(args), wrong);
        }
    }
}
