//! Single calls, one at a time and many at once.

use serde_json::json;

use super::clients::{
    IN_PYTHON_ASYNC, IN_PYTHON_SYNC, IN_RUST, LIMIT_ASYNC, LIMIT_RUST, LIMIT_SYNC, OURS,
    OURS_ASYNC, OURS_SYNC, comparable, with,
};
use crate::{
    Outcome,
    cores::Work,
    driver::{Client, Scheme, Server},
    model::Section,
    options::Options,
    report::verdict,
    rounds::Field,
};

/// How many at once, what that is called, where it runs, and what is expected of the ratio to whom.
struct Load {
    at_once: u32,
    name: &'static str,
    work: Work,
    expected: &'static [(&'static str, f64)],
}

/// Rust, against the same by hand and the limit.
pub(super) fn rust(options: &Options) -> Outcome<Section> {
    let expected = &[("reqwest", 1.0), ("hyper", 0.7)];
    let loads = [
        Load {
            at_once: 1,
            name: "Rust, 1 at a time",
            work: Work::ByTurns,
            expected,
        },
        Load {
            at_once: 64,
            name: "Rust, 64 at once",
            work: Work::AtOnce,
            expected,
        },
    ];
    measure(options, OURS, &IN_RUST, LIMIT_RUST, &loads)
}

/// Python with threads.
pub(super) fn python_sync(options: &Options) -> Outcome<Section> {
    let expected = &[("b24pysdk", 30.0), ("requests", 15.0)];
    let loads = [
        Load {
            at_once: 1,
            name: "Python, 1 thread",
            work: Work::ByTurns,
            expected,
        },
        Load {
            at_once: 16,
            name: "Python, 16 threads",
            work: Work::ByTurns,
            expected,
        },
    ];
    measure(options, OURS_SYNC, &IN_PYTHON_SYNC, LIMIT_SYNC, &loads)
}

/// Python with asyncio.
pub(super) fn python_async(options: &Options) -> Outcome<Section> {
    let loads = [
        Load {
            at_once: 1,
            name: "asyncio, 1 at a time",
            work: Work::ByTurns,
            expected: &[("fast_bitrix24", 6.0), ("aiohttp", 2.0)],
        },
        Load {
            at_once: 32,
            name: "asyncio, 32 at once",
            work: Work::ByTurns,
            expected: &[("fast_bitrix24", 6.0), ("aiohttp", 3.0)],
        },
    ];
    measure(options, OURS_ASYNC, &IN_PYTHON_ASYNC, LIMIT_ASYNC, &loads)
}

fn measure(
    options: &Options,
    ours: &str,
    clients: &[Client],
    limit: Client,
    loads: &[Load],
) -> Outcome<Section> {
    let clients = with(clients, limit);
    let mut section = Section::now();
    for load in loads {
        let server = Server::start(50, load.work)?;
        let note = format!("{}: {}", load.name, server.cores.note());
        section.notes.push(note);
        let mut races = Vec::new();
        for scheme in Scheme::ALL {
            let mut field = Field::start(&clients, options, &server, scheme, &mut section);
            let title = format!("{}, {}", load.name, scheme.name());
            let first = u64::from(load.at_once) * 4;
            races.push(field.race(
                title,
                "call",
                first,
                |count| json!({"task": "calls", "count": count, "at_once": load.at_once}),
            ));
        }
        for (peer, least) in load.expected {
            let races = comparable(&races, peer);
            let verdict = verdict::of_races(load.name, races, ours, peer, Some(*least));
            section.verdicts.push(verdict.beside(races, limit.name));
        }
        section.races.extend(races);
    }
    Ok(section)
}
