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

/// The machine: libraries look whether it has AVX2, and take another way if not.
pub(crate) fn machine() -> String {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        return format!("{} with AVX2", env::consts::ARCH);
    }
    env::consts::ARCH.to_owned()
}

/// The C library, which allocates and copies.
pub(crate) fn libc() -> Outcome<String> {
    let told = output(program("ldd").arg("--version"))?;
    let first = told.lines().next().unwrap_or_default();
    let version = first.split_whitespace().next_back().unwrap_or_default();
    Ok(format!("glibc {version}"))
}

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
