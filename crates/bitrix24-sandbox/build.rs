//! Embeds the description of the API that the portal serves.

use std::process::ExitCode;

fn main() -> ExitCode {
    bitrix24_codegen::build::json(bitrix24_spec::DIR)
}
