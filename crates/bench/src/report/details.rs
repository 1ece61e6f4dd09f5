//! The tables of a section.

use super::{machine, number};
use crate::{
    model::{Entry, Measure, Race, Section, Setup, Value, Values},
    stats::Spread,
};

/// The characters that a cell may have: errors can be long.
const LONGEST: usize = 200;

/// What a cell of a table may hold.
pub(crate) fn cell(text: impl AsRef<str>) -> String {
    let words: Vec<_> = text.as_ref().split_whitespace().collect();
    let mut text = words.join(" ");
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push('…');
    }
    text.replace('|', "\\|")
}

/// A section as Markdown, less what it has in common with others.
pub(crate) fn section(section: &Section, common: &Setup) -> String {
    let mut text = format!("### {}\n\n", section.name);
    text += &format!(
        "Measured {}. {}\n",
        machine::own(section, common),
        section.notes.join(" ")
    );
    for race in &section.races {
        text += &self::race(race);
    }
    for values in &section.values {
        text += &self::values(values);
    }
    for plot in &section.plots {
        text += &format!("\n![{}](plots/{}.svg)\n", plot.title, plot.file);
    }
    text
}

fn race(race: &Race) -> String {
    let Race {
        title,
        unit,
        entries,
    } = race;
    let plural = if unit == "batch" {
        "batches"
    } else {
        &format!("{unit}s")
    };
    let mut text = format!(
        "\n| {title} | {plural} a second | CPU time per {unit} | most memory |\n|---|---|---|---|\n"
    );
    for entry in entries {
        text += &format!("| {} | {} |\n", entry.client, cells(entry).join(" | "));
    }
    text
}

fn cells(entry: &Entry) -> [String; 3] {
    if let Some(problem) = &entry.problem {
        return [cell(problem), String::new(), String::new()];
    }
    [
        entry
            .speed()
            .map_or(String::new(), |it| spread(it, number::grouped)),
        entry
            .cpu()
            .map_or(String::new(), |it| spread(it, number::seconds)),
        entry
            .peak()
            .map_or(String::new(), |it| number::bytes(it as f64)),
    ]
}

fn values(values: &Values) -> String {
    let mut text = format!("\n| {} | |\n|---|---|\n", values.title);
    for row in &values.rows {
        text += &format!("| {} | {} |\n", cell(&row.what), cell(value(row)));
    }
    text
}

fn value(value: &Value) -> String {
    if let Some(problem) = &value.problem {
        return problem.clone();
    }
    let write = match value.measure {
        Measure::Seconds => number::seconds,
        Measure::Bytes => number::bytes,
    };
    match Spread::of(value.values.iter().copied()) {
        Some(it) => spread(it, write),
        None => String::new(),
    }
}

/// The middle, and in brackets the ends.
fn spread(spread: Spread, write: fn(f64) -> String) -> String {
    let Spread { median, low, high } = spread;
    if low == high {
        return write(median);
    }
    format!("{} ({} – {})", write(median), write(low), write(high))
}

#[cfg(test)]
mod tests {
    use super::{cell, section};
    use crate::model::{Entry, Measure, Race, Round, Section, Setup, Value, Values};

    #[test]
    fn cells_stay_in_their_table() {
        assert_eq!(cell(" a |\n b"), "a \\| b");
        assert_eq!(cell("é".repeat(300)).chars().count(), 201);
    }

    #[test]
    fn writes_the_tables_of_a_section() {
        let round = |wall, cpu| Round {
            count: 100,
            wall,
            cpu,
            peak: 2_500_000,
        };
        let entry = |client: &str, rounds, problem| Entry {
            client: client.to_owned(),
            rounds,
            problem,
        };
        let rounds = vec![round(0.1, 0.01), round(0.2, 0.02), round(0.1, 0.01)];
        let batch = Section {
            name: "batch".to_owned(),
            date: "today".to_owned(),
            notes: vec!["A note.".to_owned()],
            races: vec![Race {
                title: "Batches".to_owned(),
                unit: "batch".to_owned(),
                entries: vec![
                    entry("ours", rounds, None),
                    entry("theirs", Vec::new(), Some("failed: a | b\nc".to_owned())),
                ],
            }],
            values: vec![Values {
                title: "Sizes".to_owned(),
                rows: vec![Value::new("wheel", Measure::Bytes, vec![3e6])],
            }],
            ..Section::default()
        };
        let shown = section(&batch, &Setup::default());
        let wanted = "\
### batch

Measured today. A note.

| Batches | batches a second | CPU time per batch | most memory |
|---|---|---|---|
| ours | 1,000 (500 – 1,000) | 100 µs (100 µs – 200 µs) | 2.50 MB |
| theirs | failed: a \\| b c |  |  |

| Sizes | |
|---|---|
| wheel | 3.00 MB |
";
        assert_eq!(shown, wanted);
    }
}
