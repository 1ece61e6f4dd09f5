//! Builds what the benchmark measures, and runs it. The README of `crates/bench` says what it does.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::{
    paths,
    run::{Outcome, cargo, empty_dir, output, run},
    setup,
    venv::Venv,
    wheel,
};

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

/// What the benchmark says of a section of its.
struct Section<'a> {
    name: &'a str,
    /// Whether it takes the Python package.
    python: bool,
}

impl<'a> Section<'a> {
    fn read(line: &'a str) -> Self {
        let name = line.strip_suffix(" python");
        Self {
            name: name.unwrap_or(line),
            python: name.is_some(),
        }
    }
}

/// Builds what the sections need, and measures them.
pub(crate) fn bench(options: &Options) -> Outcome {
    // Not quietly: from nothing it takes minutes.
    let mut build = cargo(["build", "--release"]);
    run(build.args(["--package", "bitrix24-bench", "--bins"]))?;
    let release = paths::target().join("release");
    let program = |name: &str| release.join(format!("{name}{}", env::consts::EXE_SUFFIX));
    let sections = output(crate::run::program(program("bench")).arg("--list"))?;
    let sections: Vec<Section<'_>> = sections.lines().map(Section::read).collect();
    if options.list {
        sections.iter().for_each(|it| println!("{}", it.name));
        return Ok(());
    }
    let known = |name: &&String| sections.iter().any(|it| it.name == **name);
    if let Some(unknown) = options.only.iter().find(|name| !known(name)) {
        let names: Vec<_> = sections.iter().map(|it| it.name).collect();
        let names = names.join(", ");
        return Err(format!("no such section: {unknown}; there are {names}").into());
    }

    let mut bench = crate::run::program(program("bench"));
    bench.arg("--root").arg(paths::root());
    bench.arg("--target").arg(paths::target());

    let python = |it: &Section<'_>| it.python && options.selects(it.name);
    if sections.iter().any(python) {
        let (venv, wheel) = package()?;
        bench.arg("--python").arg(venv.path("python"));
        bench.arg("--wheel").arg(wheel);
    }
    if let Some(docs) = &options.docs
        && options.selects("generator")
    {
        let mut build = cargo(["build", "--release"]);
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
    maturin.args(["build", "--compression-level", "9", "--out"]);
    run(maturin.arg(&dist).current_dir(paths::python()))?;
    let wheel = wheel::only(&dist, ".whl")?;
    let mut pip = venv.pip(&["install", "--quiet", "--force-reinstall", "--no-deps"]);
    run(pip.arg(&wheel))?;
    Ok((venv, wheel))
}
