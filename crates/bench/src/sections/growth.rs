//! Costs that grow: with calls at once, with the size of answers, with methods.

use std::process::Command;

use serde_json::json;

use super::{
    clients::{IN_PYTHON_ASYNC, IN_RUST, OURS, OURS_ASYNC},
    workspace::Workspace,
};
use crate::{
    Outcome,
    cores::Work,
    driver::{Client, Scheme, Server, beside},
    model::{Entry, Line, Measure, Plot, Race, Section, Value, Values},
    options::Options,
    report::number,
    rounds::Field,
    tools::{empty_dir, run},
};

/// The clients that are compared: what they are called in the plots is unlike in the two languages.
const CLIENTS: [(&str, &str); 4] = [
    (OURS, "bitrix24 (Rust)"),
    ("reqwest", "reqwest (Rust)"),
    (OURS_ASYNC, "bitrix24 (asyncio)"),
    ("aiohttp", "aiohttp (asyncio)"),
];

pub(super) fn measure(options: &Options) -> Outcome<Section> {
    let server = Server::start(50, Work::AtOnce)?;
    let mut section = Section::now();
    section.notes.push(server.cores.note());
    section.notes.push(
        "The most memory of clients that make calls at once is that of a process that has made \
         fewer at once before; each size of answers is read by new processes."
            .to_owned(),
    );
    calls(options, &server, &mut section);
    answers(options, &server, &mut section);
    drop(server);
    methods(options, &mut section)?;
    Ok(section)
}

/// The clients, under the names of the plots.
fn clients() -> Vec<Client> {
    let all = IN_RUST.iter().chain(&IN_PYTHON_ASYNC);
    CLIENTS
        .iter()
        .filter_map(|(name, shown)| {
            let client = all.clone().find(|client| client.name == *name)?;
            Some(Client {
                name: shown,
                ..*client
            })
        })
        .collect()
}

fn calls(options: &Options, server: &Server, section: &mut Section) {
    let mut field = Field::start(&clients(), options, server, Scheme::Http, section);
    let mut races = Vec::new();
    for at_once in [1_u32, 10, 100, 1_000] {
        let shown = number::grouped(f64::from(at_once));
        let race = field.race(
            format!("Calls, {shown} at once"),
            "call",
            u64::from(at_once) * 4,
            |count| json!({"task": "calls", "count": count, "at_once": at_once}),
        );
        races.push((f64::from(at_once), race));
    }
    let x = "calls at once";
    let plot = |file: &str, title: &str, y: &str, value: fn(&Entry, f64) -> Option<f64>| Plot {
        file: file.to_owned(),
        title: title.to_owned(),
        x: x.to_owned(),
        y: y.to_owned(),
        lines: lines(&races, value),
    };
    let plots = [
        plot(
            "calls-speed",
            "Calls a second",
            "calls a second",
            |entry, _| Some(entry.speed()?.median),
        ),
        plot("calls-cpu", "CPU time of a call", "µs", |entry, _| {
            Some(entry.cpu()?.median * 1e6)
        }),
    ];
    section.plots.extend(plots);
    section
        .races
        .extend(races.into_iter().map(|(_, race)| race));
}

fn answers(options: &Options, server: &Server, section: &mut Section) {
    let mut races = Vec::new();
    let largest = options.either(8, 6);
    for size in (3..=largest).map(|power| 10_u64.pow(power)) {
        let mut field = Field::start(&clients(), options, server, Scheme::Http, section);
        let shown = number::bytes(size as f64);
        let race = field.race(
            format!("Answers of {shown}"),
            "answer",
            1,
            |count| json!({"task": "answers", "bytes": size, "count": count}),
        );
        races.push((size as f64, race));
    }
    let x = "bytes of an answer";
    let plots = [
        Plot {
            file: "answers-cpu".to_owned(),
            title: "CPU time of a megabyte".to_owned(),
            x: x.to_owned(),
            y: "ms".to_owned(),
            lines: lines(&races, |entry, size| {
                Some(entry.cpu()?.median * 1e3 / (size / 1e6))
            }),
        },
        Plot {
            file: "answers-memory".to_owned(),
            title: "Most memory".to_owned(),
            x: x.to_owned(),
            y: "MB".to_owned(),
            lines: lines(&races, |entry, _| Some(entry.peak()? as f64 / 1e6)),
        },
    ];
    section.plots.extend(plots);
    section
        .races
        .extend(races.into_iter().map(|(_, race)| race));
}

/// A line for each client that came through.
fn lines(races: &[(f64, Race)], value: fn(&Entry, f64) -> Option<f64>) -> Vec<Line> {
    let line = |(_, name): &(&str, &str)| {
        let point = |(x, race): &(f64, Race)| {
            let entry = race.entry(name).filter(|entry| entry.problem.is_none())?;
            Some((*x, value(entry, *x)?))
        };
        Line {
            name: (*name).to_owned(),
            points: races.iter().filter_map(point).collect(),
        }
    };
    CLIENTS.iter().map(line).collect()
}

fn methods(options: &Options, section: &mut Section) -> Outcome {
    let workspace = Workspace::copy(options)?;
    let out = options.folder().join("generated");
    let mut lines = Vec::new();
    for language in ["rust", "python"] {
        let mut command = Command::new(beside("generate")?);
        command.arg(language).arg(workspace.spec());
        command.env("OUT_DIR", &out).env("CARGO_FEATURE_IMBOT", "1");
        let mut rows = Vec::new();
        let mut points = Vec::new();
        for methods in [1, 10, 100, 400, 1600] {
            workspace.describe(methods)?;
            let mut times = Vec::new();
            for _ in 0..options.either(5, 2) {
                empty_dir(&out)?;
                times.push(run(&mut command)?.wall);
            }
            let row = Value::new(format!("methods: {methods}"), Measure::Seconds, times);
            points.extend(row.median().map(|median| (methods as f64, median)));
            rows.push(row);
        }
        section.values.push(Values {
            title: format!("Check and emit, {language}"),
            rows,
        });
        lines.push(Line {
            name: language.to_owned(),
            points,
        });
    }
    section.plots.push(Plot {
        file: "generator".to_owned(),
        title: "Checking and emitting a description".to_owned(),
        x: "methods in the description".to_owned(),
        y: "seconds".to_owned(),
        lines,
    });
    Ok(())
}
