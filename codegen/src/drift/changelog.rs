//! A draft of the changelog's next entry: facts in our own words.

use super::Drift;
use super::change::{Change, Class, Kind};
use super::class::{class, next, worst};

/// The versions that changes ask for.
pub(super) struct Versions {
    pub rust: String,
    pub python: String,
    /// Both share one number, so the larger holds.
    pub proposed: String,
    pub breaking: (bool, bool),
}

/// The next versions; none where nothing clear changed.
pub(super) fn versions(drift: &Drift) -> Option<Versions> {
    let (rust, python) = worst(&drift.changes)?;
    Some(Versions {
        rust: next(&drift.version, rust)?,
        python: next(&drift.version, python)?,
        proposed: next(&drift.version, rust.max(python))?,
        breaking: (rust == Class::Breaking, python == Class::Breaking),
    })
}

/// The parts of an entry, in their order.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Section {
    Breaking,
    Added,
    Deprecated,
    Changed,
}

fn section(change: &Change) -> Section {
    match (&change.kind, class(&change.kind)) {
        (_, (Class::Breaking, _) | (_, Class::Breaking)) => Section::Breaking,
        (Kind::Deprecated | Kind::Replacement, _) => Section::Deprecated,
        (
            Kind::MethodAdded
            | Kind::TypeAdded
            | Kind::FieldAdded { .. }
            | Kind::ValueAdded
            | Kind::ErrorAdded
            | Kind::ListAdded
            | Kind::ScopeAdded,
            _,
        ) => Section::Added,
        _ => Section::Changed,
    }
}

/// The entry; none where nothing clear changed.
pub(super) fn draft(drift: &Drift) -> Option<String> {
    let version = versions(drift)?.proposed;
    let mut out = format!("## {version} (unreleased)\n");
    for (part, title) in [
        (Section::Breaking, "Breaking"),
        (Section::Added, "Added"),
        (Section::Deprecated, "Deprecated"),
        (Section::Changed, "Changed"),
    ] {
        let clear = drift.changes.iter().filter(|it| it.unclear.is_none());
        let changes: Vec<&Change> = clear.filter(|it| section(it) == part).collect();
        if changes.is_empty() {
            continue;
        }
        out.push_str(&format!("\n### {title}\n\n"));
        for change in changes {
            let whom = match class(&change.kind) {
                (Class::Breaking, Class::Compatible) => " (for Rust)",
                (Class::Compatible, Class::Breaking) => " (for Python)",
                _ => "",
            };
            let subject = change.subject.text();
            let line = format!("- `{subject}`: {}{whom}.\n", change.text);
            out.push_str(&line.replace("`system errors`", "System errors"));
        }
    }
    Some(out)
}
