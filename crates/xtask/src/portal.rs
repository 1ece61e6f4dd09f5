//! A portal on a loopback port, as a program of its own.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use crate::{
    built, paths,
    run::{Outcome, cargo, program, run},
};

/// A portal that ends when it is dropped.
pub(crate) struct Portal {
    child: Child,
    url: String,
    webhook_url: String,
    access_token: String,
}

impl Portal {
    /// Builds the portal of this workspace and starts it.
    pub(crate) fn start() -> Outcome<Self> {
        built::programs()?;
        Self::started(&paths::target(), &[])
    }

    /// Builds the portal of the workspace in that folder, with that target folder, and starts it
    /// with the documented answers that examples show.
    pub(crate) fn start_in(workspace: &Path, target: &Path) -> Outcome<Self> {
        let mut build = cargo(["build", "--quiet", "--bins", "--package", built::SANDBOX]);
        // For the Python package all that it consists of was built, or will be.
        build.args(["--package", "bitrix24-python"]);
        build.current_dir(workspace).env("CARGO_TARGET_DIR", target);
        run(&mut build)?;
        Self::started(target, &["--documented"])
    }

    fn started(target: &Path, options: &[&str]) -> Outcome<Self> {
        let mut command = program(built::sandbox(target));
        let mut child = command
            .args(["--json", "--until-stdin-closes"])
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let field = |name: &str| {
            field(&line, name).ok_or_else(|| format!("the portal did not tell its {name}"))
        };
        Ok(Self {
            url: field("url")?,
            webhook_url: field("webhook_url")?,
            access_token: field("access_token")?,
            child,
        })
    }

    /// Hands a program the webhook, by its environment.
    pub(crate) fn give_webhook(&self, command: &mut Command) {
        command
            .env("BITRIX24_WEBHOOK_URL", &self.webhook_url)
            .env("BITRIX24_SANDBOX", "1");
    }

    /// Hands a program the access token and nothing else, by its environment.
    pub(crate) fn give_token(&self, command: &mut Command) {
        command
            .env_remove("BITRIX24_WEBHOOK_URL")
            .env("BITRIX24_PORTAL", &self.url)
            .env("BITRIX24_ACCESS_TOKEN", &self.access_token)
            .env("BITRIX24_SANDBOX", "1");
    }

    /// Whether a text gives one of its secrets away.
    pub(crate) fn is_betrayed_by(&self, text: &str) -> bool {
        let code = self.webhook_url.trim_end_matches('/').rsplit('/').next();
        text.contains(&self.access_token) || code.is_some_and(|code| text.contains(code))
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // Gone already is just as well.
        let _ = self.child.wait();
    }
}

/// A text out of a line of JSON.
pub(crate) fn field(line: &str, name: &str) -> Option<String> {
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
