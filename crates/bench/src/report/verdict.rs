//! Expectations, and what became of them.

use super::{details, machine, number};
use crate::{
    model::{Entry, Met, Race, Section, Setup, Verdict},
    stats::Spread,
};

/// Ours against a peer's, in races that differ in how the server was called only. A ratio says
/// how many times as good ours is; the expectation is one of both calls a second and CPU time.
pub(crate) fn of_races(
    what: &str,
    races: &[Race],
    ours: &str,
    peer: &str,
    least: Option<f64>,
) -> Verdict {
    let found = pairs(races, ours, peer);
    let speed = ratios(&found, |ours, theirs| {
        Some(ours.speed()?.median / theirs.speed()?.median)
    });
    let cpu = ratios(&found, in_cpu);
    let reaches = |ratios: &[f64]| least.is_none_or(|least| ratios.iter().all(|it| *it >= least));
    let whole = speed.len() == races.len() && cpu.len() == races.len();
    Verdict {
        what: what.to_owned(),
        ours: figure(found.first().map(|pair| pair.0)),
        against: peer.to_owned(),
        theirs: figure(found.first().map(|pair| pair.1)),
        speed: joined(&speed),
        cpu: joined(&cpu),
        limit: String::new(),
        expected: least.map_or(String::new(), |least| format!("≥ {least}")),
        met: match (whole, reaches(&speed), reaches(&cpu)) {
            (false, ..) => Met::Unknown,
            (_, true, true) => Met::Yes,
            (_, false, true) => Met::InCpu,
            (_, true, false) => Met::InSpeed,
            (_, false, false) => Met::No,
        },
    }
}

/// The same where the expectation is one of CPU time.
pub(crate) fn of_cpu(what: &str, races: &[Race], ours: &str, peer: &str, least: f64) -> Verdict {
    let mut verdict = of_races(what, races, ours, peer, Some(least));
    verdict.expected = format!("≥ {least} in CPU");
    verdict.met = match verdict.met {
        Met::InCpu => Met::Yes,
        Met::InSpeed => Met::No,
        met => met,
    };
    verdict
}

impl Verdict {
    /// With what is known of the limit, a client by hand in the same races. Of the limit itself, it
    /// says nothing.
    pub(crate) fn beside(self, races: &[Race], limit: &str) -> Self {
        let found = match self.against == limit {
            true => Vec::new(),
            false => pairs(races, limit, &self.against),
        };
        Self {
            limit: joined(&ratios(&found, in_cpu)),
            ..self
        }
    }
}

fn pairs<'a>(races: &'a [Race], ours: &str, peer: &str) -> Vec<(&'a Entry, &'a Entry)> {
    let found = |race: &'a Race| Some((race.entry(ours)?, race.entry(peer)?));
    races.iter().filter_map(found).collect()
}

fn in_cpu(ours: &Entry, theirs: &Entry) -> Option<f64> {
    Some(theirs.cpu()?.median / ours.cpu()?.median)
}

fn ratios(pairs: &[(&Entry, &Entry)], ratio: impl Fn(&Entry, &Entry) -> Option<f64>) -> Vec<f64> {
    let whole = pairs
        .iter()
        .filter(|(ours, theirs)| ours.problem.is_none() && theirs.problem.is_none());
    whole
        .filter_map(|(ours, theirs)| ratio(ours, theirs))
        .collect()
}

fn joined(ratios: &[f64]) -> String {
    let ratios: Vec<_> = ratios.iter().copied().map(number::short).collect();
    ratios.join(" / ")
}

fn figure(entry: Option<&Entry>) -> String {
    let median = |spread: Option<Spread>| spread.map(|it| it.median);
    let figures = entry.and_then(|it| Some((median(it.speed())?, median(it.cpu())?)));
    match (figures, entry.and_then(|it| it.problem.as_deref())) {
        (Some((speed, cpu)), None) => {
            format!("{}/s, {}", number::grouped(speed), number::seconds(cpu))
        }
        (_, problem) => problem.unwrap_or("not measured").to_owned(),
    }
}

/// All of them, as a table. Where they are of more than one day, or were measured with different
/// things, each says its own.
pub(crate) fn table(sections: &[Section]) -> String {
    let common = Setup::common(sections);
    let measured: Vec<_> = sections
        .iter()
        .map(|it| machine::own(it, &common))
        .collect();
    let dated = measured.iter().any(|it| *it != measured[0]);
    let mut titles = vec![
        "what",
        "ours",
        "against",
        "theirs",
        "times the speed",
        "times less CPU",
        "the limit’s",
        "expected",
        "met",
    ];
    titles.extend(dated.then_some("measured"));
    let mut lines = vec![row(&titles), "|---".repeat(titles.len()) + "|"];
    for (section, measured) in sections.iter().zip(&measured) {
        for verdict in &section.verdicts {
            let mut cells = cells(verdict).to_vec();
            cells.extend(dated.then_some(measured.as_str()));
            lines.push(row(&cells));
        }
    }
    lines.join("\n") + "\n"
}

fn row(cells: &[&str]) -> String {
    let cells: Vec<_> = cells.iter().map(details::cell).collect();
    format!("| {} |", cells.join(" | "))
}

fn cells(verdict: &Verdict) -> [&str; 9] {
    let met = match verdict.met {
        _ if verdict.expected.is_empty() => "",
        Met::Yes => "yes",
        Met::InCpu => "in CPU",
        Met::InSpeed => "in speed",
        Met::No => "**no**",
        Met::Unknown => "not measured",
    };
    let Verdict {
        what,
        ours,
        against,
        theirs,
        speed,
        cpu,
        limit,
        expected,
        ..
    } = verdict;
    [
        what, ours, against, theirs, speed, cpu, limit, expected, met,
    ]
}

#[cfg(test)]
mod tests {
    use super::{of_cpu, of_races, table};
    use crate::model::{Entry, Met, Race, Round, Section, Verdict};

    fn entry(client: &str, wall: f64, cpu: f64) -> Entry {
        let round = Round {
            count: 1000,
            wall,
            cpu,
            peak: 1,
        };
        Entry {
            client: client.to_owned(),
            rounds: vec![round],
            problem: None,
        }
    }

    fn race(peer: Entry) -> Race {
        Race {
            title: "race".to_owned(),
            unit: "call".to_owned(),
            entries: vec![entry("ours", 0.1, 0.05), peer],
        }
    }

    #[test]
    fn an_expectation_is_one_of_both() {
        let met = |wall, cpu| {
            let races = [race(entry("peer", wall, cpu))];
            of_races("it", &races, "ours", "peer", Some(2.0)).met
        };
        assert_eq!(met(0.2, 0.1), Met::Yes);
        assert_eq!(met(0.1, 0.1), Met::InCpu);
        assert_eq!(met(0.2, 0.05), Met::InSpeed);
        assert_eq!(met(0.1, 0.05), Met::No);
        let races = [race(entry("peer", 0.1, 0.2))];
        assert_eq!(of_cpu("it", &races, "ours", "peer", 2.0).met, Met::Yes);
    }

    #[test]
    fn what_failed_is_not_met() {
        let mut failed = entry("peer", 1.0, 1.0);
        failed.problem = Some("failed: lost".to_owned());
        let races = [race(entry("peer", 1.0, 1.0)), race(failed)];
        let verdict = of_races("it", &races, "ours", "peer", Some(2.0));
        assert_eq!((verdict.met, &*verdict.cpu), (Met::Unknown, "20.0"));
    }

    #[test]
    fn writes_a_row_for_each() {
        let races = [
            race(entry("peer", 0.3, 0.25)),
            race(entry("peer", 0.4, 0.1)),
        ];
        let verdict = of_races("it", &races, "ours", "peer", Some(2.5));
        let section = Section {
            verdicts: vec![verdict.beside(&races, "ours")],
            ..Section::default()
        };
        let table = table(&[section]);
        let row = "| it | 10,000/s, 50.0 µs | peer | 3,333/s, 250 µs | 3.00 / 4.00 | 5.00 / 2.00 \
                   | 5.00 / 2.00 | ≥ 2.5 | in speed |";
        assert_eq!(table.lines().last(), Some(row));
        let verdict = of_races("it", &races, "ours", "peer", None);
        assert!(verdict.beside(&races, "peer").limit.is_empty());
    }

    #[test]
    fn rows_of_different_days_say_which() {
        let verdict = Verdict {
            expected: "more".to_owned(),
            ..Verdict::default()
        };
        let section = |date: &str| Section {
            date: date.to_owned(),
            verdicts: vec![verdict.clone()],
            ..Section::default()
        };
        let same = table(&[section("today"), section("today")]);
        assert!(!same.contains("today"));
        let table = table(&[section("today"), section("yesterday")]);
        assert!(table.starts_with("| what |") && table.contains("| measured |"));
        assert!(table.ends_with("| not measured | yesterday |\n"));
    }
}
