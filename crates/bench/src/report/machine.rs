//! When, where and with what it was measured.

use std::{collections::BTreeMap, fs, process::Command, thread};

use crate::{model::Section, options::Options, tools::output};

/// The date, the machine, and the versions of the languages.
pub(crate) fn about(options: &Options, sections: &[Section]) -> String {
    let dates = sections.iter().map(|section| section.date.as_str());
    let (first, last) = (dates.clone().min(), dates.max());
    let when = match (first, last) {
        (Some(first), Some(last)) if first == last => format!("on {last}"),
        (Some(first), Some(last)) => format!("from {first} to {last}"),
        _ => "never".to_owned(),
    };
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let mut parts = vec![format!("{cores} cores")];
    parts.extend(field("/proc/cpuinfo", "model name", ':'));
    parts.extend(field("/etc/os-release", "PRETTY_NAME", '='));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease");
    parts.extend(
        kernel
            .ok()
            .map(|version| format!("Linux {}", version.trim())),
    );
    let rustc = std::env::var_os("RUSTC").unwrap_or("rustc".into());
    let rustc = output(Command::new(rustc).arg("--version")).ok();
    // Less the commit.
    parts.extend(rustc.map(|it| it.split(" (").next().unwrap_or_default().to_owned()));
    if let Some(python) = &options.python {
        parts.extend(output(Command::new(python).arg("--version")).ok());
    }
    let parts: Vec<_> = parts.iter().map(|part| part.trim()).collect();
    format!("Measured {when}: {}.", parts.join(", "))
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

/// The versions of all clients.
pub(crate) fn versions(sections: &[Section]) -> String {
    let versions: BTreeMap<_, _> = sections.iter().flat_map(|it| &it.versions).collect();
    let versions: Vec<_> = versions
        .iter()
        .map(|(name, version)| format!("{name} {version}"))
        .collect();
    format!("The clients: {}.", versions.join(", "))
}
