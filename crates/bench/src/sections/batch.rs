//! Batches of fifty calls: built, sent, and each answer decoded.

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

/// How many times as good they are expected to be.
const LEAST: f64 = 10.0;

/// Clients of one kind, and with whom ours is compared.
struct Kind {
    name: &'static str,
    ours: &'static str,
    clients: &'static [Client],
    limit: Client,
    peers: &'static [&'static str],
}

const KINDS: [Kind; 3] = [
    Kind {
        name: "Rust, batch of 50",
        ours: OURS,
        clients: &IN_RUST,
        limit: LIMIT_RUST,
        peers: &[],
    },
    Kind {
        name: "Python, batch of 50",
        ours: OURS_SYNC,
        clients: &IN_PYTHON_SYNC,
        limit: LIMIT_SYNC,
        peers: &["b24pysdk", "requests"],
    },
    Kind {
        name: "asyncio, batch of 50",
        ours: OURS_ASYNC,
        clients: &IN_PYTHON_ASYNC,
        limit: LIMIT_ASYNC,
        peers: &["fast_bitrix24", "aiohttp"],
    },
];

pub(super) fn measure(options: &Options) -> Outcome<Section> {
    let server = Server::start(50, Work::ByTurns)?;
    let mut section = Section::now();
    section.notes.push(server.cores.note());
    for kind in &KINDS {
        let clients = with(kind.clients, kind.limit);
        let mut races = Vec::new();
        for scheme in Scheme::ALL {
            let mut field = Field::start(&clients, options, &server, scheme, &mut section);
            let title = format!("{}, {}", kind.name, scheme.name());
            races.push(field.race(
                title,
                "batch",
                4,
                |count| json!({"task": "batches", "count": count}),
            ));
        }
        for peer in kind.peers {
            let races = comparable(&races, peer);
            let verdict = verdict::of_races(kind.name, races, kind.ours, peer, Some(LEAST));
            section
                .verdicts
                .push(verdict.beside(races, kind.limit.name));
        }
        section.races.extend(races);
    }
    Ok(section)
}
