//! A program that serves until its standard input closes, and says where in its first line.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use crate::run::Outcome;

/// Such a program, which ends when this is dropped.
pub(crate) struct Served {
    child: Child,
    line: String,
}

impl Served {
    /// Starts it, and waits for what it says.
    pub(crate) fn start(command: &mut Command) -> Outcome<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        Ok(Self { child, line })
    }

    /// Something that it has said.
    pub(crate) fn told(&self, name: &str) -> Result<String, String> {
        field(&self.line, name).ok_or_else(|| format!("the server did not tell its {name}"))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // Gone already is just as well.
        let _ = self.child.wait();
    }
}

/// A text out of a line of JSON.
fn field(line: &str, name: &str) -> Option<String> {
    let (_, value) = line.split_once(&format!("\"{name}\":\""))?;
    Some(value.split_once('"')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn fields() {
        let line = r#"{"url":"http://127.0.0.1:1","webhook_url":"http://127.0.0.1:1/rest/1/x/"}"#;
        assert_eq!(field(line, "url").as_deref(), Some("http://127.0.0.1:1"));
        assert_eq!(
            field(line, "webhook_url").as_deref(),
            Some("http://127.0.0.1:1/rest/1/x/")
        );
        assert_eq!(field(line, "token"), None);
    }
}
