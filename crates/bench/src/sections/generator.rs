//! The generator: the whole description checked and emitted, and the documentation imported.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;

use super::workspace::Workspace;
use crate::{
    Outcome,
    driver::beside,
    model::{Measure, Met, Section, Value, Values, Verdict},
    options::Options,
    report::number,
    tools::{Took, copy_dir, empty_dir, output, run},
};

/// How long both may take, in seconds.
const EMIT: f64 = 1.0;
const IMPORT: f64 = 2.0;

const IMPORTED: &str = "Import of all documentation";

/// What is run, under the name by which it is shown.
struct Run {
    what: String,
    command: Command,
    times: Vec<Took>,
    longest: Option<f64>,
}

pub(super) fn measure(options: &Options) -> Outcome<Section> {
    let workspace = Workspace::copy(options)?;
    let out = options.folder().join("generated");
    let mut runs = Vec::new();
    for language in ["rust", "python", "json"] {
        let mut command = Command::new(beside("generate")?);
        command.arg(language).arg(workspace.spec());
        runs.push(Run {
            what: format!("Check and emit all, {language}"),
            command,
            times: Vec::new(),
            longest: Some(EMIT),
        });
    }
    for (profile, verb) in [
        ("dev", &["check"][..]),
        ("release", &["build", "--release"]),
    ] {
        runs.push(Run {
            what: format!("Check and emit all, build script in {profile}"),
            command: Command::new(build_script(&workspace, verb)?),
            times: Vec::new(),
            longest: Some(EMIT),
        });
    }
    for run in &mut runs {
        run.command.env("OUT_DIR", &out);
        for scope in workspace.scopes()? {
            let feature = scope.to_uppercase().replace(['-', '.'], "_");
            run.command.env(format!("CARGO_FEATURE_{feature}"), "1");
        }
    }
    for _ in 0..options.either(7, 3) {
        for run in &mut runs {
            empty_dir(&out)?;
            let took = self::run(&mut run.command)?;
            run.times.push(took);
        }
    }
    let import = match (&options.codegen, &options.docs) {
        (Some(codegen), Some(docs)) => Some(import(options, codegen, docs)?),
        _ => None,
    };
    let mut section = Section::now();
    tell(&mut section, runs, import);
    Ok(section)
}

/// What was run. The import has its rows even where it was not run, so that it is missed.
fn tell(section: &mut Section, runs: Vec<Run>, import: Option<Run>) {
    let imported = import.is_some();
    let mut rows = Vec::new();
    for run in runs.into_iter().chain(import) {
        let of = |of: fn(&Took) -> f64| run.times.iter().map(of).collect();
        let row = Value::new(run.what.clone(), Measure::Seconds, of(|it| it.wall));
        let cpu = Value::new(run.what + ", CPU time", Measure::Seconds, of(|it| it.cpu));
        if let (Some(longest), Some(median)) = (run.longest, row.median()) {
            section.verdicts.push(Verdict {
                what: row.what.clone(),
                ours: number::seconds(median),
                cpu: cpu.median().map_or(String::new(), |cpu| {
                    format!("({} of CPU)", number::seconds(cpu))
                }),
                expected: format!("< {}", number::seconds(longest)),
                met: Met::of(median < longest),
                ..Verdict::default()
            });
        }
        rows.extend([row, cpu]);
    }
    if !imported {
        let problem = "takes `--docs`".to_owned();
        section.verdicts.push(Verdict {
            what: IMPORTED.to_owned(),
            ours: problem.clone(),
            expected: format!("< {}", number::seconds(IMPORT)),
            ..Verdict::default()
        });
        rows.push(Value::missing(IMPORTED, Measure::Seconds, problem));
    }
    section.values.push(Values {
        title: "Generator".to_owned(),
        rows,
    });
}

/// Reads all documentation, and writes what it says into a copy of the description.
fn import(options: &Options, codegen: &Path, docs: &Path) -> Outcome<Run> {
    let spec = options.folder().join("imported");
    let mut command = Command::new(codegen);
    command.arg("--spec").arg(&spec).arg("import");
    command.arg("--docs").arg(docs);
    let mut times = Vec::new();
    for _ in 0..options.either(5, 2) {
        empty_dir(&spec)?;
        copy_dir(&options.root.join("spec"), &spec)?;
        times.push(run(&mut command)?);
    }
    Ok(Run {
        what: IMPORTED.to_owned(),
        command,
        times,
        longest: Some(IMPORT),
    })
}

/// What Cargo says of something that it has built.
#[derive(Deserialize)]
struct Message {
    reason: String,
    package_id: Option<String>,
    target: Option<Target>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
}

/// The build script of the client, built.
fn build_script(workspace: &Workspace, verb: &[&str]) -> Outcome<PathBuf> {
    let mut build = workspace.cargo(verb[0]);
    build.args(&verb[1..]).args(["--message-format", "json"]);
    let messages = output(&mut build)?;
    let script = messages.lines().find_map(|line| {
        let message: Message = serde_json::from_str(line).ok()?;
        let ours = message.reason == "compiler-artifact"
            && message.package_id?.contains("crates/bitrix24#")
            && message.target?.kind == ["custom-build"];
        ours.then_some(message.filenames)?.into_iter().next()
    });
    script.ok_or("Cargo does not tell where the build script is".into())
}

#[cfg(test)]
mod tests {
    use super::{IMPORTED, tell};
    use crate::model::{Met, Section};

    #[test]
    fn an_import_without_documentation_is_missed() {
        let mut section = Section::default();
        tell(&mut section, Vec::new(), None);
        let verdict = section.verdicts.last().map(|it| (&*it.what, it.met));
        assert_eq!(verdict, Some((IMPORTED, Met::Unknown)));
        let row = section.values.iter().flat_map(|it| &it.rows).last();
        let problem = row.and_then(|it| it.problem.as_deref());
        assert_eq!(problem, Some("takes `--docs`"));
    }
}
