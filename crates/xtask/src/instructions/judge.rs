//! What counted numbers mean beside recorded ones.

use std::fmt::Write;

use super::recorded::{Group, Recorded};

/// How much more is a regression, and how much less is worth recording, in percent.
const TOLERANCE: u64 = 5;

const RECORD: &str = "`cargo xtask instructions --record`";

/// What came out.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Everything, for people.
    pub(crate) table: String,
    pub(crate) failures: Vec<String>,
    /// What is no failure and must not go unseen.
    pub(crate) reminders: Vec<String>,
}

/// Compares each number that can be compared.
pub(crate) fn judge(recorded: &Recorded, now: &Recorded) -> Verdict {
    let mut verdict = Verdict {
        table: format!("{:26} {:>12} {:>12}\n", "instructions", "recorded", "now"),
        ..Verdict::default()
    };
    for group in [Group::Rust, Group::Python] {
        let other = differences(recorded, now, group);
        if !other.is_empty() {
            verdict.reminders.push(format!(
                "what is counted in {} was not compared: {}. Record anew, by {RECORD}",
                group.name(),
                other.join(", "),
            ));
        }
        verdict.group(recorded, now, group, other.is_empty());
    }
    verdict
}

/// What the numbers belong to, where it differs.
fn differences(recorded: &Recorded, now: &Recorded, group: Group) -> Vec<String> {
    let versions = recorded.versions(group).into_iter();
    versions
        .zip(now.versions(group))
        .filter(|((_, recorded), (_, now))| recorded != now)
        .map(|((name, recorded), (_, now))| {
            format!("{name} was `{recorded}` for the recorded numbers, and is `{now}`")
        })
        .collect()
}

impl Verdict {
    fn group(&mut self, recorded: &Recorded, now: &Recorded, group: Group, comparable: bool) {
        let (old, new) = (recorded.counts(group), now.counts(group));
        for (name, count) in new {
            let name_in_full = format!("{} {name}", group.name());
            let Some(recorded) = old.get(name) else {
                self.row(&name_in_full, "", *count, "");
                self.failures
                    .push(format!("{name_in_full} is not recorded: do so by {RECORD}"));
                continue;
            };
            let change = *count as f64 / (*recorded).max(1) as f64 - 1.0;
            let percent = format!("{:+.1} %", change * 100.0);
            let shown = if comparable {
                &*percent
            } else {
                "other versions"
            };
            self.row(&name_in_full, &recorded.to_string(), *count, shown);
            if !comparable {
                continue;
            }
            if count * 100 > recorded * (100 + TOLERANCE) {
                self.failures.push(format!(
                    "{name_in_full} takes {percent} instructions: {count}, recorded were {recorded}"
                ));
            } else if count * 100 < recorded * (100 - TOLERANCE) {
                self.reminders.push(format!(
                    "{name_in_full} takes {percent} instructions: record that, by {RECORD}"
                ));
            }
        }
        for name in old.keys().filter(|name| !new.contains_key(*name)) {
            let group = group.name();
            self.failures.push(format!(
                "{group} {name} is recorded and no longer counted: record anew, by {RECORD}"
            ));
        }
    }

    fn row(&mut self, name: &str, recorded: &str, now: u64, change: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.table, "{name:26} {recorded:>12} {now:>12}  {change}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(rust: &[(&str, u64)], python: &[(&str, u64)]) -> Recorded {
        let counts = |counts: &[(&str, u64)]| {
            let counts = counts.iter();
            counts
                .map(|(name, count)| ((*name).to_owned(), *count))
                .collect()
        };
        Recorded {
            machine: "x86_64".into(),
            libc: "glibc 2.36".into(),
            rustc: "rustc 1.95.0".into(),
            python: "3.11".into(),
            rust_counts: counts(rust),
            python_counts: counts(python),
        }
    }

    #[test]
    fn within_five_percent_nothing_is_said() {
        let old = recorded(&[("call", 1000)], &[("call", 2000)]);
        for (rust, python) in [(1000, 2000), (1050, 1900), (950, 2100)] {
            let verdict = judge(&old, &recorded(&[("call", rust)], &[("call", python)]));
            assert!(verdict.failures.is_empty(), "{verdict:?}");
            assert!(verdict.reminders.is_empty(), "{verdict:?}");
        }
    }

    #[test]
    fn more_fails_and_less_is_told() {
        let old = recorded(&[("call", 1000), ("answer", 1000)], &[]);
        let verdict = judge(&old, &recorded(&[("call", 1051), ("answer", 949)], &[]));
        assert_eq!(
            verdict.failures,
            ["rust call takes +5.1 % instructions: 1051, recorded were 1000"]
        );
        assert_eq!(verdict.reminders.len(), 1);
        assert!(verdict.reminders[0].starts_with("rust answer takes -5.1 % instructions"));
        assert!(verdict.table.contains("+5.1 %"));
    }

    #[test]
    fn other_versions_are_not_compared_and_that_is_told() {
        let old = recorded(&[("call", 1000)], &[("call", 1000)]);
        let mut new = recorded(&[("call", 1000)], &[("call", 9000)]);
        new.python = "3.12".into();
        let verdict = judge(&old, &new);
        assert!(verdict.failures.is_empty(), "{verdict:?}");
        assert_eq!(verdict.reminders.len(), 1);
        assert!(verdict.reminders[0].contains("python was `3.11`"));

        new.rustc = "rustc 1.96.0".into();
        new.rust_counts = [("call".to_owned(), 9000)].into();
        let verdict = judge(&old, &new);
        assert!(verdict.failures.is_empty(), "{verdict:?}");
        assert_eq!(verdict.reminders.len(), 2);
    }

    #[test]
    fn the_record_is_whole() {
        let old = recorded(&[("gone", 1)], &[]);
        let verdict = judge(&old, &recorded(&[("new", 1)], &[]));
        assert_eq!(verdict.failures.len(), 2, "{verdict:?}");
    }
}
