//! Builds what the benchmark measures, and runs it. The README of `crates/bench` says what it does.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::{
    paths,
    run::{Outcome, cargo, empty_dir, run},
    setup,
    venv::Venv,
    wheel,
};

/// The sections, and whether one needs the Python package.
const SECTIONS: [(&str, bool); 10] = [
    ("rust", false),
    ("python-sync", true),
    ("python-async", true),
    ("batch", true),
    ("list", true),
    ("import", true),
    ("generator", false),
    ("compile", false),
    ("size", true),
    ("growth", true),
];

/// What to measure.
#[derive(Default)]
pub(crate) struct Options {
    /// None for all.
    only: Vec<String>,
    list: bool,
    quick: bool,
    docs: Option<PathBuf>,
}

impl Options {
    /// Reads what follows `bench` on the command line.
    pub(crate) fn read(args: &[&str]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match *arg {
                "--list" => options.list = true,
                "--quick" => options.quick = true,
                "--docs" => {
                    let folder = args.next().ok_or("--docs takes a folder")?;
                    if !Path::new(folder).is_dir() {
                        return Err(format!("no such folder: {folder}"));
                    }
                    options.docs = Some(PathBuf::from(folder));
                }
                "--only" => {
                    let name = args.next().ok_or("--only takes the name of a section")?;
                    if !SECTIONS.iter().any(|(known, _)| known == name) {
                        return Err(format!("no such section: {name}"));
                    }
                    options.only.push((*name).to_owned());
                }
                unknown => return Err(format!("no such option: {unknown}")),
            }
        }
        Ok(options)
    }

    fn selects(&self, section: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == section)
    }
}

/// Builds what the sections need, and measures them.
pub(crate) fn bench(options: &Options) -> Outcome {
    if options.list {
        for (name, _) in SECTIONS {
            println!("{name}");
        }
        return Ok(());
    }
    let mut build = cargo(["build", "--release", "--quiet"]);
    run(build.args(["--package", "bitrix24-bench", "--bins"]))?;
    let release = paths::target().join("release");
    let program = |name: &str| release.join(format!("{name}{}", env::consts::EXE_SUFFIX));
    let mut bench = crate::run::program(program("bench"));
    bench.arg("--root").arg(paths::root());
    bench.arg("--target").arg(paths::target());

    let python = |(name, python): &(&str, bool)| *python && options.selects(name);
    if SECTIONS.iter().any(python) {
        let (venv, wheel) = package()?;
        bench.arg("--python").arg(venv.path("python"));
        bench.arg("--wheel").arg(wheel);
    }
    if let Some(docs) = &options.docs
        && options.selects("generator")
    {
        let mut build = cargo(["build", "--release", "--quiet"]);
        run(build.args(["--package", "bitrix24-codegen", "--features", "cli"]))?;
        bench.arg("--codegen").arg(program("bitrix24-codegen"));
        bench.arg("--docs").arg(fs::canonicalize(docs)?);
    }
    if options.quick {
        bench.arg("--quick");
    }
    for name in &options.only {
        bench.args(["--only", name]);
    }
    run(&mut bench)
}

/// The Python package as it is published, in an environment with the clients that others wrote.
fn package() -> Outcome<(Venv, PathBuf)> {
    let requirements = paths::root().join("tests/bench/requirements.txt");
    let wanted = fs::read_to_string(&requirements)?;
    let venv = Venv::named("venv-bench");
    if venv.ensure()? || !venv.has_stamp(&wanted) {
        let mut pip = venv.pip(&["install", "--quiet", "--requirement"]);
        run(pip.arg(requirements))?;
        fs::write(venv.stamp(), wanted)?;
    }
    setup::tools()?;
    let dist = paths::target().join("dist-bench");
    empty_dir(&dist)?;
    let mut maturin = Venv::development().tool("maturin");
    maturin.args(["build", "--quiet", "--compression-level", "9", "--out"]);
    run(maturin.arg(&dist).current_dir(paths::python()))?;
    let wheel = wheel::only(&dist, ".whl")?;
    let mut pip = venv.pip(&["install", "--quiet", "--force-reinstall", "--no-deps"]);
    run(pip.arg(&wheel))?;
    Ok((venv, wheel))
}
