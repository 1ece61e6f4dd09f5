//! When, where and with what it was measured.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
    thread,
};

use crate::{
    model::{Section, Setup},
    options::Options,
    tools::output,
};

/// What is measured with now.
pub(crate) fn now(options: &Options) -> Setup {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let mut machine = vec![format!("{cores} cores")];
    machine.extend(field("/proc/cpuinfo", "model name", ':'));
    machine.extend(field("/etc/os-release", "PRETTY_NAME", '='));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease");
    machine.extend(
        kernel
            .ok()
            .map(|version| format!("Linux {}", version.trim())),
    );
    let rustc = std::env::var_os("RUSTC").unwrap_or("rustc".into());
    let rustc = output(Command::new(rustc).arg("--version")).unwrap_or_default();
    let python = options.python.as_ref();
    let python = python.and_then(|it| output(Command::new(it).arg("--version")).ok());
    Setup {
        machine: machine.join(", "),
        // Less the commit.
        rustc: rustc
            .split(" (")
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned(),
        python: python.unwrap_or_default().trim().to_owned(),
        commit: commit(options).unwrap_or_default(),
    }
}

/// The state of the project, where it is known.
fn commit(options: &Options) -> Option<String> {
    let mut git = Command::new("git");
    git.arg("-C").arg(&options.root);
    let told = git
        .args(["describe", "--always", "--dirty"])
        .output()
        .ok()?;
    let commit = String::from_utf8(told.stdout).ok()?;
    let commit = commit.trim();
    (told.status.success() && !commit.is_empty()).then(|| commit.to_owned())
}

impl Setup {
    /// Its parts in words.
    fn parts(&self) -> [String; 4] {
        let Self {
            machine,
            rustc,
            python,
            commit,
        } = self.clone();
        let commit = match commit.as_str() {
            "" => commit,
            commit => format!("commit {commit}"),
        };
        [machine, rustc, python, commit]
    }

    fn text(&self) -> String {
        let parts = self.parts().into_iter().filter(|it| !it.is_empty());
        parts.collect::<Vec<_>>().join(", ")
    }

    /// What sections have in common, as far as it is noted.
    pub(crate) fn common(sections: &[Section]) -> Self {
        let one = |of: fn(&Self) -> &String| {
            let found: BTreeSet<_> = sections.iter().map(|it| of(&it.setup)).collect();
            let mut noted = found.iter().filter(|it| !it.is_empty());
            match (noted.next(), noted.next()) {
                (Some(only), None) => (*only).clone(),
                _ => String::new(),
            }
        };
        // Of one that noted nothing, nobody knows whether it is like the others.
        if sections.iter().any(|it| it.setup == Self::default()) {
            return Self::default();
        }
        Self {
            machine: one(|it| &it.machine),
            rustc: one(|it| &it.rustc),
            python: one(|it| &it.python),
            commit: one(|it| &it.commit),
        }
    }
}

/// When a section was measured, and with what of its own.
pub(crate) fn own(section: &Section, common: &Setup) -> String {
    let parts = section.setup.parts().into_iter().zip(common.parts());
    let parts = parts.filter(|(own, common)| !own.is_empty() && own != common);
    let mut text = section.date.clone();
    for (own, _) in parts {
        text.push_str(", ");
        text.push_str(&own);
    }
    text
}

/// The dates, and what all sections were measured with; of those that did not note it, what
/// there is now.
pub(crate) fn about(options: &Options, sections: &[Section]) -> String {
    let dates = sections.iter().map(|section| section.date.as_str());
    let (first, last) = (dates.clone().min(), dates.max());
    let when = match (first, last) {
        (Some(first), Some(last)) if first == last => format!("on {last}"),
        (Some(first), Some(last)) => format!("from {first} to {last}"),
        _ => "never".to_owned(),
    };
    let is_noted = sections.iter().any(|it| it.setup != Setup::default());
    let setup = match is_noted {
        true => Setup::common(sections),
        false => Setup {
            commit: String::new(),
            ..now(options)
        },
    };
    match setup.text() {
        text if text.is_empty() => format!("Measured {when}, as each section says."),
        text => format!("Measured {when}: {text}."),
    }
}

/// A field of a file of the system.
fn field(file: &str, name: &str, separator: char) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| {
        let (found, value) = line.split_once(separator)?;
        let value = value.trim().trim_matches('"').to_owned();
        (found.trim() == name).then_some(value)
    })
}

/// The versions of all clients; several of one that sections differ in.
pub(crate) fn versions(sections: &[Section]) -> String {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, version) in sections.iter().flat_map(|it| &it.versions) {
        versions.entry(name).or_default().insert(version);
    }
    let versions: Vec<_> = versions
        .into_iter()
        .map(|(name, all)| format!("{name} {}", Vec::from_iter(all).join(" and ")))
        .collect();
    format!("The clients: {}.", versions.join(", "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{about, own, versions};
    use crate::{
        model::{Section, Setup},
        options::Options,
        report::{details, verdict},
    };

    fn options() -> Options {
        let args = ["--root", ".", "--target", "target"].map(str::to_owned);
        Options::read(args.into_iter()).unwrap()
    }

    fn section(rustc: &str, python: &str, commit: &str) -> Section {
        Section {
            date: "today".to_owned(),
            setup: Setup {
                machine: "2 cores".to_owned(),
                rustc: rustc.to_owned(),
                python: python.to_owned(),
                commit: commit.to_owned(),
            },
            ..Section::default()
        }
    }

    #[test]
    fn what_differs_stands_with_its_section() {
        let sections = [
            section("rustc 1", "", "a"),
            section("rustc 1", "Python 3", "b-dirty"),
        ];
        let text = about(&options(), &sections);
        assert_eq!(text, "Measured on today: 2 cores, rustc 1, Python 3.");
        let common = Setup::common(&sections);
        assert_eq!(own(&sections[1], &common), "today, commit b-dirty");
        let shown = details::section(&sections[1], &common);
        assert!(
            shown.contains("Measured today, commit b-dirty. "),
            "{shown}"
        );
        assert!(verdict::table(&sections).starts_with("| what | ours |"));
        assert!(verdict::table(&sections).contains("| met | measured |"));
        assert!(!verdict::table(&sections[..1]).contains("| measured |"));
    }

    #[test]
    fn sections_that_noted_nothing_are_as_before() {
        let json = r#"{"name": "rust", "date": "today", "versions": {}, "notes": [], "races": [],
            "values": [], "verdicts": [], "plots": []}"#;
        let old = || serde_json::from_str::<Section>(json).unwrap();
        let text = about(&options(), &[old(), old()]);
        assert!(text.starts_with("Measured on today: ") && text.contains(" cores"));
        assert!(!text.contains("commit"), "{text}");
        assert!(!verdict::table(&[old(), old()]).contains("| measured |"));
        // Beside one that did, nothing is said for them.
        let both = [old(), section("rustc 1", "", "a")];
        let text = about(&options(), &both);
        assert_eq!(text, "Measured on today, as each section says.");
        let common = Setup::common(&both);
        assert_eq!(own(&both[0], &common), "today");
        assert_eq!(own(&both[1], &common), "today, 2 cores, rustc 1, commit a");
    }

    #[test]
    fn different_versions_are_all_named() {
        let with = |version: &str| Section {
            versions: [("httpx".to_owned(), version.to_owned())].into(),
            ..Section::default()
        };
        let told = versions(&[with("1"), with("2"), with("1")]);
        assert_eq!(told, "The clients: httpx 1 and 2.");
    }
}
