//! A list of a million records of twenty fields, read one after the other.
//!
//! Each reading is done by a new process, whose memory is then that of the reading.

use serde_json::json;

use super::clients::{
    IN_PYTHON_ASYNC, IN_PYTHON_SYNC, LIMIT_ASYNC, LIMIT_SYNC, OURS_ASYNC, OURS_SYNC, with,
};
use crate::{
    Outcome,
    cores::Work,
    driver::{Client, Driver, Program, Reply, Scheme, Server},
    model::{Entry, Met, Race, Section, Verdict},
    options::Options,
    report::{number, verdict},
    rounds::{take, tell},
};

const WHOLE: u64 = 1_000_000;

/// What one part of it is, of which the spread is taken.
const PART: u64 = 100_000;

/// What a client reads to tell how many it may be asked for.
const TRIAL: u64 = 5_000;

/// How long one that is slow may read, in seconds.
const LONGEST: f64 = 20.0;

/// How much more CPU time aiohttp is expected to take.
const LEAST: f64 = 3.0;

/// The memory that is enough, in bytes.
const MEMORY: u64 = 64_000_000;

const WAYS: [(&str, &str); 3] = [
    ("pages", "List, page by page"),
    ("batched", "List, 50 pages in a batch"),
    ("keyed", "List, by growing id"),
];

/// Those that read the whole list, and by which ways.
const READ_ALL: [&str; 6] = [
    IN_RUST,
    OURS_SYNC,
    OURS_ASYNC,
    "aiohttp",
    LIMIT_SYNC.name,
    LIMIT_ASYNC.name,
];

/// Ours in Rust, which has the name of ours in Python elsewhere.
const IN_RUST: &str = "bitrix24 (Rust)";

pub(super) fn measure(options: &Options) -> Outcome<Section> {
    let whole = options.either(WHOLE, WHOLE / 20);
    let server = Server::start(whole, Work::ByTurns)?;
    let mut section = Section::now();
    section.notes.push(server.cores.note());
    section.notes.push(
        "Figures are for a record, so that of clients that would take too long fewer are read. \
         `b24pysdk` reads by `as_list_fast` where it says “by growing id”, which sends batches."
            .to_owned(),
    );
    let mut clients: Vec<Client> = [
        with(&IN_PYTHON_SYNC, LIMIT_SYNC),
        with(&IN_PYTHON_ASYNC, LIMIT_ASYNC),
    ]
    .concat();
    clients.push(Client {
        name: IN_RUST,
        program: Program::Rust("ours"),
    });
    for (way, title) in WAYS {
        let reading = Reading {
            options,
            server: &server,
            way,
        };
        let parts = reading.parts(&clients, title, &mut section);
        section.races.push(parts);
        let all = reading.all(&clients, title, whole);
        judge(&mut section, way, &all);
        section.races.push(all);
    }
    section.verdicts.push(memory(&section.races, whole));
    Ok(section)
}

/// The most memory of ours. Of one that did not read to the end, nobody knows what it takes.
fn memory(races: &[Race], whole: u64) -> Verdict {
    let ours = races.iter().flat_map(|it| &it.entries);
    let ours = ours.filter(|it| it.client.starts_with(OURS_SYNC));
    let problem = ours.clone().find_map(|it| it.problem.as_deref());
    let peak = match problem {
        Some(_) => None,
        None => ours.filter_map(Entry::peak).max(),
    };
    Verdict {
        what: format!("List of {} records, memory", number::grouped(whole as f64)),
        ours: peak.map_or(problem.unwrap_or("—").to_owned(), |it| {
            number::bytes(it as f64)
        }),
        expected: format!("< {}", number::bytes(MEMORY as f64)),
        met: peak.map_or(Met::Unknown, |it| Met::of(it < MEMORY)),
        ..Verdict::default()
    }
}

fn judge(section: &mut Section, way: &str, all: &Race) {
    let races = std::slice::from_ref(all);
    let aiohttp = verdict::of_cpu(&all.title, races, OURS_ASYNC, "aiohttp", LEAST);
    section
        .verdicts
        .push(aiohttp.beside(races, LIMIT_ASYNC.name));
    // They read parts, by the one way that each has for long lists.
    let Some(parts) = section.races.last() else {
        return;
    };
    let title = &parts.title;
    let parts = std::slice::from_ref(parts);
    let more = match way {
        "batched" => verdict::of_races(title, parts, OURS_ASYNC, "fast_bitrix24", None)
            .beside(parts, LIMIT_ASYNC.name),
        "keyed" => verdict::of_races(title, parts, OURS_SYNC, "b24pysdk", None)
            .beside(parts, LIMIT_SYNC.name),
        _ => return,
    };
    section.verdicts.push(more);
}

struct Reading<'a> {
    options: &'a Options,
    server: &'a Server,
    way: &'static str,
}

impl Reading<'_> {
    /// Some readings of a part, by turns.
    fn parts(&self, clients: &[Client], title: &str, section: &mut Section) -> Race {
        let (rounds, part) = self.options.either((3, PART), (1, PART / 10));
        let title = format!("{title}, up to {} records", number::grouped(part as f64));
        eprintln!("{title}");
        let mut entries = Vec::new();
        let mut counts = Vec::new();
        for client in clients {
            let mut trial = entry(client);
            self.read(client, TRIAL, &mut trial, Some(section));
            let speed = trial.speed().map_or(0.0, |it| it.median);
            counts.push(((speed * LONGEST) as u64).clamp(TRIAL, part) / 50 * 50);
            trial.rounds.clear();
            entries.push(trial);
        }
        for _ in 0..rounds {
            for ((client, entry), count) in clients.iter().zip(&mut entries).zip(&counts) {
                if entry.problem.is_none() {
                    self.read(client, *count, entry, None);
                }
            }
        }
        self.race(title, entries)
    }

    /// One reading of all.
    fn all(&self, clients: &[Client], title: &str, whole: u64) -> Race {
        let title = format!("{title}, {} records", number::grouped(whole as f64));
        eprintln!("{title}");
        let all = clients.iter().filter(|it| READ_ALL.contains(&it.name));
        let entries = all.map(|client| {
            let mut entry = entry(client);
            self.read(client, whole, &mut entry, None);
            entry
        });
        let entries = entries.collect();
        self.race(title, entries)
    }

    fn race(&self, title: String, entries: Vec<Entry>) -> Race {
        entries.iter().for_each(tell);
        Race {
            title,
            unit: "record".to_owned(),
            entries,
        }
    }

    fn read(&self, client: &Client, count: u64, entry: &mut Entry, section: Option<&mut Section>) {
        let driver = Driver::start(client, self.options, self.server, Scheme::Http);
        let reply = match driver {
            Ok(mut driver) => {
                if let Some(section) = section {
                    let version = driver.version.clone();
                    section.versions.insert(client.name.to_owned(), version);
                }
                driver.order(&json!({"task": "list", "way": self.way, "records": count}))
            }
            Err(error) => Reply::Error {
                error: error.to_string(),
            },
        };
        take(reply, count, entry);
    }
}

fn entry(client: &Client) -> Entry {
    Entry {
        client: client.name.to_owned(),
        rounds: Vec::new(),
        problem: None,
    }
}

#[cfg(test)]
mod tests {
    use super::{MEMORY, memory};
    use crate::model::{Entry, Met, Race, Round};

    #[test]
    fn memory_is_that_of_whole_readings() {
        let met = |peak, problem: Option<&str>| {
            let entry = |client: &str, peak, problem: Option<&str>| Entry {
                client: client.to_owned(),
                rounds: vec![Round {
                    count: 1,
                    wall: 1.0,
                    cpu: 1.0,
                    peak,
                }],
                problem: problem.map(str::to_owned),
            };
            let races = [Race {
                title: "race".to_owned(),
                unit: "record".to_owned(),
                entries: vec![
                    entry("bitrix24", 1, None),
                    entry("bitrix24 (async)", peak, problem),
                    entry("aiohttp", MEMORY, Some("failed")),
                ],
            }];
            memory(&races, 10).met
        };
        assert_eq!(met(1, None), Met::Yes);
        assert_eq!(met(MEMORY, None), Met::No);
        assert_eq!(met(1, Some("failed: lost")), Met::Unknown);
    }
}
