//! Which processor cores run what: the server has one of its own.

use std::{
    ffi::OsStr,
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// Cores, as `taskset` takes them; none where the system places the processes.
#[derive(Debug, Default)]
pub(crate) struct Cores {
    server: Option<String>,
    clients: Option<String>,
}

impl Cores {
    /// Splits the cores of this process, if there is more than one and a way to do it.
    pub(crate) fn split() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let allowed = status
            .lines()
            .find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
        let can = || {
            let mut taskset = Command::new("taskset");
            taskset.arg("--version").stdout(Stdio::null());
            taskset.status().is_ok_and(|status| status.success())
        };
        match list(allowed.unwrap_or_default()).split_last() {
            Some((server, clients)) if !clients.is_empty() && can() => Self {
                server: Some(server.to_string()),
                clients: Some(
                    clients
                        .iter()
                        .map(usize::to_string)
                        .collect::<Vec<_>>()
                        .join(","),
                ),
            },
            _ => Self::default(),
        }
    }

    /// What is told about it.
    pub(crate) fn note(&self) -> String {
        match (&self.server, &self.clients) {
            (Some(server), Some(clients)) => {
                format!("The server ran on core {server}, the clients on {clients}.")
            }
            _ => "The system placed server and clients as it liked.".to_owned(),
        }
    }

    /// A program on the server's core.
    pub(crate) fn server(&self, program: &Path) -> Command {
        on(self.server.as_deref(), program)
    }

    /// A program on the clients' cores.
    pub(crate) fn client(&self, program: &Path) -> Command {
        on(self.clients.as_deref(), program)
    }
}

fn on(cores: Option<&str>, program: &Path) -> Command {
    let Some(cores) = cores else {
        return Command::new(program);
    };
    let mut command = Command::new("taskset");
    command.args([OsStr::new("-c"), OsStr::new(cores), program.as_os_str()]);
    command
}

/// The numbers in a list such as `0-3,8`.
fn list(text: &str) -> Vec<usize> {
    let mut numbers = Vec::new();
    for part in text.trim().split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        if let (Ok(first), Ok(last)) = (first.parse::<usize>(), last.parse()) {
            numbers.extend(first..=last);
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_lists_of_cores() {
        assert_eq!(super::list("\t0-3,8\n"), [0, 1, 2, 3, 8]);
        assert_eq!(super::list("5"), [5]);
        assert!(super::list("").is_empty());
    }
}
