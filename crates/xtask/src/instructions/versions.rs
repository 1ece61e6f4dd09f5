//! What the numbers depend on besides our own code.

use std::env;

use crate::{
    run::{Outcome, output, program},
    venv::Venv,
};

/// Prints what tells apart interpreters that need different numbers of instructions.
const PYTHON: &str = "
import platform, sys
print('.'.join(map(str, sys.version_info[:2])), platform.python_implementation(), end=' ')
print('by', platform.python_compiler())
";

/// The compiler.
pub(crate) fn rustc() -> Outcome<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = output(program(rustc).arg("--version"))?;
    Ok(version.trim().to_owned())
}

/// The interpreter, and the compiler that it was built by.
pub(crate) fn python(venv: &Venv) -> Outcome<String> {
    let version = output(venv.python().args(["-c", PYTHON]))?;
    Ok(version.trim().to_owned())
}
