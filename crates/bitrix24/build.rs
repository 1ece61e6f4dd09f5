//! Generates the client of the enabled scopes from the description.

use std::process::ExitCode;

fn main() -> ExitCode {
    bitrix24_codegen::build::rust(bitrix24_spec::DIR)
}
