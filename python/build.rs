//! Generates the native module's tables and the typed modules from the description.

use std::process::ExitCode;

fn main() -> ExitCode {
    bitrix24_codegen::build::python(bitrix24_spec::DIR)
}
