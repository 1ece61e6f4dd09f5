//! A portal on a loopback port, as a program of its own.

use std::{path::Path, process::Command};

use crate::{
    built, paths,
    run::{Outcome, cargo, program, run},
    served::Served,
};

/// A portal that ends when it is dropped.
pub(crate) struct Portal {
    url: String,
    webhook_url: String,
    access_token: String,
    _served: Served,
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
        let served = Served::start(
            command
                .args(["--json", "--until-stdin-closes"])
                .args(options),
        )?;
        Ok(Self {
            url: served.told("url")?,
            webhook_url: served.told("webhook_url")?,
            access_token: served.told("access_token")?,
            _served: served,
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
