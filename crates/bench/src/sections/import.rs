//! How long it takes until a client is there, and until it has an answer.

use serde::Deserialize;

use super::clients::{IN_PYTHON_ASYNC, IN_PYTHON_SYNC, OURS_ASYNC, OURS_SYNC};
use crate::{
    Outcome,
    cores::Work,
    driver::{Client, Scheme, Server},
    model::{Measure, Met, Section, Value, Values, Verdict},
    options::Options,
    report::number,
    tools::output,
};

/// Parts of ours that are loaded when they are first used, by what they are called; and what
/// everybody loads who uses asyncio.
const PARTS: [(&str, &str); 3] = [
    (
        "bitrix24, and the bots' methods",
        "import bitrix24.namespaces.imbot",
    ),
    (
        "bitrix24, every module",
        "import bitrix24, importlib, pkgutil\n\
         for found in pkgutil.walk_packages(bitrix24.__path__, 'bitrix24.'):\n    \
             importlib.import_module(found.name)",
    ),
    ("asyncio by itself", "import asyncio"),
];

/// How long `import bitrix24` may take, in seconds.
const LONGEST: f64 = 0.030;

#[derive(Deserialize)]
struct First {
    import: f64,
    first_call: f64,
}

pub(super) fn measure(options: &Options) -> Outcome<Section> {
    let server = Server::start(50, Work::ByTurns)?;
    let mut section = Section::now();
    section.notes.push(server.cores.note());
    section.notes.push(
        "Each time in a new process, whose modules were compiled before. The first call includes \
         the import, and the connection."
            .to_owned(),
    );
    let clients: Vec<Client> = [IN_PYTHON_SYNC, IN_PYTHON_ASYNC].concat();
    let mut imports: Vec<Value> = clients.iter().map(|it| value(it.name)).collect();
    for scheme in Scheme::ALL {
        let mut calls: Vec<Value> = clients.iter().map(|it| value(it.name)).collect();
        // The first round writes what the others find compiled.
        for round in 0..=options.either(11, 3) {
            for (index, client) in clients.iter().enumerate() {
                match first(client, options, &server, scheme) {
                    Ok(_) if round == 0 => {}
                    Ok(first) => {
                        imports[index].values.push(first.import);
                        calls[index].values.push(first.first_call);
                    }
                    Err(error) => {
                        // It says of neither how long it takes.
                        let problem = Some(format!("failed: {error}"));
                        imports[index].problem.clone_from(&problem);
                        calls[index].problem = problem;
                    }
                }
            }
        }
        let what = format!("First call, {}", scheme.name());
        judge(&mut section, &what, &calls, None);
        section.values.push(Values {
            title: what,
            rows: calls,
        });
    }
    let what = "Import".to_owned();
    judge(&mut section, &what, &imports, Some(LONGEST));
    for (name, code) in PARTS {
        let mut part = value(name);
        // As above.
        for round in 0..=options.either(11, 3) {
            let mut python = server.cores.client(options.python()?);
            let timed = format!(
                "import time\nbegan = time.perf_counter()\n{code}\nprint(time.perf_counter() - began)"
            );
            python.args(["-I", "-c", &timed]);
            let seconds: f64 = output(&mut python)?.trim().parse()?;
            part.values.extend((round > 0).then_some(seconds));
        }
        imports.push(part);
    }
    let table = Values {
        title: what,
        rows: imports,
    };
    section.values.insert(0, table);
    // Import first.
    section.verdicts.rotate_right(2);
    Ok(section)
}

fn value(name: &str) -> Value {
    Value::new(name, Measure::Seconds, Vec::new())
}

fn first(client: &Client, options: &Options, server: &Server, scheme: Scheme) -> Outcome<First> {
    let mut command = client.command(options, &server.cores)?;
    command.arg("--first");
    server.give_address(&mut command, scheme);
    Ok(serde_json::from_str(&output(&mut command)?)?)
}

/// Ours, each of the two, against the fastest of the others. That for asyncio loads asyncio too.
/// Others that failed are left out; of ours that failed, nothing is known.
fn judge(section: &mut Section, what: &str, rows: &[Value], longest: Option<f64>) {
    let ours = [OURS_SYNC, OURS_ASYNC];
    let others = rows.iter().filter(|row| !ours.contains(&row.what.as_str()));
    let others = others.filter_map(|row| Some((row.median()?, &row.what)));
    let fastest = others.min_by(|one, other| one.0.total_cmp(&other.0));
    for name in ours {
        let row = rows.iter().find(|row| row.what == name);
        let problem = row.and_then(|row| row.problem.as_deref());
        let own = row.and_then(Value::median);
        let longest = longest.filter(|_| name == OURS_SYNC);
        let limit = longest.map(|it| format!("< {}, ", number::seconds(it)));
        section.verdicts.push(Verdict {
            what: format!("{what}: {name}"),
            ours: own.map_or(problem.unwrap_or("—").to_owned(), number::seconds),
            against: fastest.map_or("—".into(), |(_, name)| name.clone()),
            theirs: fastest.map_or("—".into(), |(time, _)| number::seconds(time)),
            expected: format!("{}the fastest", limit.unwrap_or_default()),
            met: match (own, fastest) {
                (Some(own), Some((time, _))) => {
                    Met::of(own < time && longest.is_none_or(|longest| own < longest))
                }
                _ => Met::Unknown,
            },
            ..Verdict::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{OURS_ASYNC, OURS_SYNC, judge, value};
    use crate::model::{Met, Section, Value};

    fn row(name: &str, seconds: f64, problem: Option<&str>) -> Value {
        let mut row = value(name);
        row.values.push(seconds);
        row.problem = problem.map(str::to_owned);
        row
    }

    #[test]
    fn what_failed_is_neither_met_nor_a_peer() {
        let mut section = Section::default();
        let rows = [
            row(OURS_SYNC, 1.0, None),
            row(OURS_ASYNC, 1.0, Some("failed: lost")),
            row("requests", 2.0, None),
            row("httpx", 0.5, Some("failed: lost")),
        ];
        judge(&mut section, "It", &rows, None);
        let (one, other) = (&section.verdicts[0], &section.verdicts[1]);
        assert_eq!((one.met, &*one.against), (Met::Yes, "requests"));
        assert_eq!((other.met, &*other.ours), (Met::Unknown, "failed: lost"));
    }
}
