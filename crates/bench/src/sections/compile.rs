//! What the client adds to a build, and what a method does.

use super::workspace::{PROGRAMS, Workspace, cargo};
use crate::{
    Outcome,
    model::{Line, Measure, Met, Plot, Section, Value, Values, Verdict},
    options::Options,
    report::number,
    stats::slope,
    tools::{Took, empty_dir, run},
};

/// What the client may add to a build, in seconds.
const LONGEST: f64 = 15.0;

/// How a method is built, and what it may add to that, in seconds.
const BUILDS: [(&str, &[&str], f64); 2] = [
    ("cargo check", &["check"], 0.020),
    ("cargo build --release", &["build", "--release"], 0.030),
];

pub(super) fn measure(options: &Options) -> Outcome<Section> {
    let mut section = Section::now();
    section.notes.push(
        "From an empty target folder, with everything downloaded. A method more is the slope of \
         builds of the client alone, with descriptions that were made up of so many methods like \
         those of `imbot`."
            .to_owned(),
    );
    from_nothing(options, &mut section)?;
    methods(options, &mut section)?;
    Ok(section)
}

/// Programs with one dependency, and all that comes with it.
fn from_nothing(options: &Options, section: &mut Section) -> Outcome {
    let mut took: Vec<Vec<Took>> = PROGRAMS.iter().map(|_| Vec::new()).collect();
    let target = options.folder().join("from-nothing");
    for _ in 0..options.either(2, 1) {
        for (program, took) in PROGRAMS.iter().zip(&mut took) {
            let manifest = program.write(options)?;
            empty_dir(&target)?;
            let mut build = cargo("build", &manifest);
            let time = run(build.env("CARGO_TARGET_DIR", &target))?;
            eprintln!("cargo build with {}: {time:?}", program.name);
            took.push(time);
        }
    }
    empty_dir(&target)?;
    let rows = |of: fn(&Took) -> f64, what: &str| -> Vec<Value> {
        let rows = PROGRAMS.iter().zip(&took);
        let row = |(program, took): (&super::workspace::Program, &Vec<Took>)| {
            let values = took.iter().map(of).collect();
            Value::new(
                format!("{}, {what}", program.name),
                Measure::Seconds,
                values,
            )
        };
        rows.map(row).collect()
    };
    let wall = rows(|it| it.wall, "time");
    let cpu = rows(|it| it.cpu, "CPU time");
    let medians = |rows: &[Value]| rows.iter().filter_map(Value::median).collect::<Vec<_>>();
    if let ([ours, theirs], [our_cpu, their_cpu]) = (&*medians(&wall), &*medians(&cpu)) {
        section.verdicts.push(Verdict {
            what: "`cargo build` from nothing".to_owned(),
            ours: number::seconds(*ours),
            against: "reqwest".to_owned(),
            theirs: number::seconds(*theirs),
            cpu: format!("({} of CPU more)", number::seconds(our_cpu - their_cpu)),
            expected: format!("≤ {} more", number::seconds(LONGEST)),
            met: Met::of(ours - theirs <= LONGEST),
            ..Verdict::default()
        });
    }
    section.values.push(Values {
        title: "`cargo build` from nothing".to_owned(),
        rows: wall.into_iter().chain(cpu).collect(),
    });
    Ok(())
}

/// The client alone, with more and more methods.
fn methods(options: &Options, section: &mut Section) -> Outcome {
    let counts: &[usize] = options.either(&[1, 10, 100, 400, 1600], &[1, 100, 400]);
    let workspace = Workspace::copy(options)?;
    let mut lines = Vec::new();
    for (name, args, longest) in BUILDS {
        let build = || -> Outcome<Took> { run(workspace.cargo(args[0]).args(&args[1..])) };
        // What others wrote.
        workspace.describe(2)?;
        build()?;
        let mut rows: Vec<Value> = counts
            .iter()
            .map(|it| Value::new(format!("methods: {it}"), Measure::Seconds, Vec::new()))
            .collect();
        let mut points = Vec::new();
        for _ in 0..options.either(2, 1) {
            for (methods, row) in counts.iter().zip(&mut rows) {
                workspace.describe(*methods)?;
                let took = build()?;
                eprintln!("{name} with {methods} methods: {took:?}");
                row.values.push(took.wall);
                points.push((*methods as f64, took.cpu));
            }
        }
        let medians = counts.iter().zip(&rows);
        let medians = medians.filter_map(|(methods, row)| Some((*methods as f64, row.median()?)));
        let medians: Vec<(f64, f64)> = medians.collect();
        let each = slope(&medians);
        section.verdicts.push(Verdict {
            what: format!("A method more, `{name}`"),
            ours: each.map_or("—".to_owned(), number::seconds),
            cpu: slope(&points).map_or(String::new(), |it| {
                format!("({} of CPU)", number::seconds(it))
            }),
            expected: format!("≤ {}", number::seconds(longest)),
            met: each.map_or(Met::Unknown, |each| Met::of(each <= longest)),
            ..Verdict::default()
        });
        section.values.push(Values {
            title: format!("`{name}` of the client alone"),
            rows,
        });
        lines.push(Line {
            name: name.to_owned(),
            points: medians,
        });
    }
    section.plots.push(Plot {
        file: "methods".to_owned(),
        title: "Building the client alone".to_owned(),
        x: "methods in the description".to_owned(),
        y: "seconds".to_owned(),
        lines,
    });
    Ok(())
}
