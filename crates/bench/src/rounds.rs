//! Clients taking turns: A B C, A B C.

use serde_json::Value;

use crate::{
    driver::{Client, Driver, Reply, Scheme, Server},
    model::{Entry, Race, Round, Section},
    options::Options,
};

/// How long a turn should take, in seconds.
const TURN: f64 = 1.0;
const QUICK_TURN: f64 = 0.3;

/// Clients that run side by side.
pub(crate) struct Field<'a> {
    options: &'a Options,
    runners: Vec<Runner>,
}

struct Runner {
    name: &'static str,
    driver: Result<Driver, String>,
}

impl<'a> Field<'a> {
    /// Starts the clients. One that does not start is told of where its figures would stand.
    pub(crate) fn start(
        clients: &[Client],
        options: &'a Options,
        server: &Server,
        scheme: Scheme,
        section: &mut Section,
    ) -> Self {
        let start = |client: &Client| {
            let driver = Driver::start(client, options, server, scheme);
            let driver = driver.map_err(|error| format!("does not start: {error}"));
            Runner {
                name: client.name,
                driver,
            }
        };
        let runners: Vec<_> = clients.iter().map(start).collect();
        for driver in runners.iter().filter_map(|it| it.driver.as_ref().ok()) {
            let version = driver.version.clone();
            section.versions.insert(driver.name.to_owned(), version);
        }
        Self { options, runners }
    }

    /// Has all of them do the same, each as often as it can in about the same time.
    pub(crate) fn race(
        &mut self,
        title: String,
        unit: &str,
        first: u64,
        order: impl Fn(u64) -> Value,
    ) -> Race {
        eprintln!("{title}");
        let (rounds, turn) = self.options.either((5, TURN), (3, QUICK_TURN));
        let mut entries = Vec::new();
        let mut counts = Vec::new();
        for runner in &mut self.runners {
            let count = match &mut runner.driver {
                Ok(driver) => calibrate(driver, first, turn, &order),
                Err(error) => Err(error.clone()),
            };
            entries.push(Entry {
                client: runner.name.to_owned(),
                rounds: Vec::new(),
                problem: count.as_ref().err().cloned(),
            });
            counts.push(count.unwrap_or_default());
        }
        for _ in 0..rounds {
            for ((runner, entry), count) in self.runners.iter_mut().zip(&mut entries).zip(&counts) {
                let (Ok(driver), None) = (&mut runner.driver, &entry.problem) else {
                    continue;
                };
                take(driver.order(&order(*count)), *count, entry);
            }
        }
        for entry in &entries {
            tell(entry);
        }
        Race {
            title,
            unit: unit.to_owned(),
            entries,
        }
    }
}

/// Keeps what came of a turn.
pub(crate) fn take(reply: Reply, count: u64, entry: &mut Entry) {
    match reply {
        Reply::Done { wall, cpu, peak } => entry.rounds.push(Round {
            count,
            wall,
            cpu,
            peak,
        }),
        Reply::Skip { skip } => entry.problem = Some(format!("left out: {skip}")),
        Reply::Error { error } => entry.problem = Some(format!("failed: {error}")),
    }
}

/// Says how far things are.
pub(crate) fn tell(entry: &Entry) {
    let client = &entry.client;
    match (entry.speed(), entry.cpu(), &entry.problem) {
        (Some(speed), Some(cpu), None) => {
            let (speed, cpu) = (speed.median, cpu.median * 1e6);
            eprintln!("  {client:16} {speed:10.0}/s {cpu:10.1} µs of CPU");
        }
        (.., problem) => eprintln!("  {client:16} {}", problem.as_deref().unwrap_or("nothing")),
    }
}

/// Warms a client up, and finds how many it does in so many seconds.
fn calibrate(
    driver: &mut Driver,
    first: u64,
    seconds: f64,
    order: impl Fn(u64) -> Value,
) -> Result<u64, String> {
    let mut count = first;
    loop {
        match driver.order(&order(count)) {
            Reply::Done { wall, .. } => {
                if let Some(count) = enough(count, wall, seconds) {
                    return Ok(count);
                }
                count = more(count, wall, seconds);
            }
            Reply::Skip { skip } => return Err(format!("left out: {skip}")),
            Reply::Error { error } => return Err(format!("failed: {error}")),
        }
    }
}

/// How many take so many seconds, if what was tried was long enough to tell.
fn enough(count: u64, wall: f64, seconds: f64) -> Option<u64> {
    let fits = (count as f64 * seconds / wall) as u64;
    (wall >= seconds * 0.3).then_some(fits.max(1))
}

/// How many to try next.
fn more(count: u64, wall: f64, seconds: f64) -> u64 {
    let factor = (seconds * 0.5 / wall.max(1e-6)).clamp(2.0, 20.0);
    (count as f64 * factor) as u64
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{enough, more, take};
    use crate::{driver::Reply, model::Entry};

    #[test]
    fn turns_become_as_long_as_they_should() {
        assert_eq!(enough(100, 0.01, 1.0), None);
        assert_eq!(more(100, 0.01, 1.0), 2000);
        assert_eq!(more(100, 0.2, 1.0), 250);
        assert_eq!(enough(2000, 0.5, 1.0), Some(4000));
        // One that is slow is not asked for less than one.
        assert_eq!(enough(1, 30.0, 1.0), Some(1));
    }

    #[test]
    fn what_goes_wrong_is_kept() {
        let mut entry = Entry {
            client: "it".into(),
            rounds: Vec::new(),
            problem: None,
        };
        let reply = r#"{"wall": 2.0, "cpu": 1.0, "peak": 1024}"#;
        take(serde_json::from_str(reply).unwrap(), 10, &mut entry);
        assert_eq!(entry.speed().unwrap().median, 5.0);
        assert_eq!(entry.cpu().unwrap().median, 0.1);
        take(
            serde_json::from_str(r#"{"skip": "no way"}"#).unwrap(),
            1,
            &mut entry,
        );
        assert_eq!(entry.problem.as_deref(), Some("left out: no way"));
        let failed: Reply = serde_json::from_str(r#"{"error": "lost"}"#).unwrap();
        take(failed, 1, &mut entry);
        assert_eq!(entry.problem.as_deref(), Some("failed: lost"));
    }
}
