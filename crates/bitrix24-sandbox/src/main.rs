//! Runs a portal until it is stopped.

use std::process::ExitCode;

fn main() -> ExitCode {
    bitrix24_sandbox::command(std::env::args().skip(1)).into()
}
