//! The file of recorded numbers: a line each, `name: value`.

use std::{collections::BTreeMap, fmt};

/// What stands at the head of the file.
const HEAD: &str = "\
# Instructions that each thing takes, and what the numbers belong to.
# Written by `cargo xtask instructions --record`; CONTRIBUTING.md says how to read them.
";

/// What is counted in Rust, and what in Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Rust,
    Python,
}

impl Group {
    /// As it stands before a name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Python => "python",
        }
    }
}

/// Instructions by the name of what takes them.
pub(crate) type Counts = BTreeMap<String, u64>;

/// Counted instructions, and what they belong to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Recorded {
    pub(crate) machine: String,
    pub(crate) libc: String,
    pub(crate) rustc: String,
    pub(crate) python: String,
    pub(crate) rust_counts: Counts,
    pub(crate) python_counts: Counts,
}

impl Recorded {
    /// Reads the file.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut recorded = Self::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = |what: &str| format!("line {}: {what}", number + 1);
            let (name, value) = line
                .split_once(": ")
                .ok_or_else(|| wrong("not `name: value`"))?;
            let value = value.trim();
            let version = match name {
                "machine" => Some(&mut recorded.machine),
                "libc" => Some(&mut recorded.libc),
                "rustc" => Some(&mut recorded.rustc),
                "python" => Some(&mut recorded.python),
                _ => None,
            };
            if let Some(version) = version {
                value.clone_into(version);
                continue;
            }
            let (counts, name) = if let Some(name) = name.strip_prefix("rust ") {
                (&mut recorded.rust_counts, name)
            } else if let Some(name) = name.strip_prefix("python ") {
                (&mut recorded.python_counts, name)
            } else {
                return Err(wrong("an unknown name"));
            };
            let count = value.parse().map_err(|_| wrong("not a number"))?;
            if counts.insert(name.to_owned(), count).is_some() {
                return Err(wrong("recorded twice"));
            }
        }
        Ok(recorded)
    }

    pub(crate) fn counts(&self, group: Group) -> &Counts {
        match group {
            Group::Rust => &self.rust_counts,
            Group::Python => &self.python_counts,
        }
    }

    /// What the numbers of a group belong to, by name.
    pub(crate) fn versions(&self, group: Group) -> Vec<(&'static str, &str)> {
        let mut versions = vec![
            ("machine", &*self.machine),
            ("libc", &self.libc),
            ("rustc", &self.rustc),
        ];
        if group == Group::Python {
            versions.push(("python", &self.python));
        }
        versions
    }
}

impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}")?;
        for (name, version) in self.versions(Group::Python) {
            writeln!(f, "{name}: {version}")?;
        }
        for group in [Group::Rust, Group::Python] {
            writeln!(f)?;
            for (name, count) in self.counts(group) {
                writeln!(f, "{} {name}: {count}", group.name())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let recorded = Recorded {
            machine: "x86_64".into(),
            libc: "glibc 2.36".into(),
            rustc: "rustc 1.95.0 (59807616e 2026-04-14)".into(),
            python: "3.11 CPython by GCC 12.2.0".into(),
            rust_counts: [("call".into(), 12), ("answer".into(), 3)].into(),
            python_counts: [("call".into(), 45)].into(),
        };
        assert_eq!(Recorded::read(&recorded.to_string()), Ok(recorded));
    }

    #[test]
    fn mistakes() {
        for (text, error) in [
            ("rust call", "line 1: not `name: value`"),
            ("\nrust call: many", "line 2: not a number"),
            ("go call: 1", "line 1: an unknown name"),
            ("rust call: 1\nrust call: 2", "line 2: recorded twice"),
        ] {
            assert_eq!(Recorded::read(text).unwrap_err(), error);
        }
    }
}
