//! Checks a description and writes what it becomes, as a build script does: `generate rust SPEC`
//! writes to `OUT_DIR`, for the scopes that are enabled by the environment.

use std::{env, process::ExitCode};

use bitrix24_codegen::build;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["rust", spec] => build::rust(spec),
        ["python", spec] => build::python(spec),
        ["json", spec] => build::json(spec),
        _ => {
            eprintln!("usage: generate rust|python|json SPEC");
            ExitCode::from(2)
        }
    }
}
