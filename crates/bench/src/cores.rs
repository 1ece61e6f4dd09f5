//! Which processor cores run what.

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

/// Whether client and server work at the same time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Work {
    /// They take turns, and share a core: apart, each would fall asleep while the other works, and
    /// to wake a core takes as long as a call, and now longer, now shorter. So it is with one call
    /// at a time, and with Python, whose clients work on one call at a time, and the server waits.
    ByTurns,
    /// They do, and the server has a core of its own, which it keeps busy.
    AtOnce,
}

impl Cores {
    /// Shares out the cores of this process, if there are enough and a way to do it.
    pub(crate) fn of(work: Work) -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let allowed = status
            .lines()
            .find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
        let can = || {
            let mut taskset = Command::new("taskset");
            taskset.arg("--version").stdout(Stdio::null());
            taskset.status().is_ok_and(|status| status.success())
        };
        let cores = list(allowed.unwrap_or_default());
        let Some((server, others)) = cores.split_last().filter(|_| can()) else {
            return Self::default();
        };
        let server = server.to_string();
        let others: Vec<_> = others.iter().map(usize::to_string).collect();
        let clients = match work {
            Work::ByTurns => server.clone(),
            Work::AtOnce if others.is_empty() => return Self::default(),
            Work::AtOnce => others.join(","),
        };
        Self {
            server: Some(server),
            clients: Some(clients),
        }
    }

    /// What is told about it.
    pub(crate) fn note(&self) -> String {
        match (&self.server, &self.clients) {
            (Some(server), Some(clients)) if server == clients => {
                format!("Server and clients took turns on core {server}.")
            }
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
