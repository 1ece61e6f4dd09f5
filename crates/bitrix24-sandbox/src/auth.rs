//! Who calls: webhook codes, access tokens and scopes.

use std::{fmt, io};

use crate::contract::Rest;

/// The user that webhook and tokens belong to.
pub(crate) const USER: &str = "1";

/// What a call was authorised by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credential {
    /// The code of the webhook, in the address.
    Webhook,
    /// An access token, in the parameter `auth`.
    Token,
    /// The id and the secret of the application, at the authorization server.
    Application,
    /// Nothing, or something that the portal does not know.
    Refused,
}

impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Webhook => "webhook",
            Self::Token => "token",
            Self::Application => "application",
            Self::Refused => "refused",
        })
    }
}

/// Why a credential is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    Unknown,
    Expired,
}

/// The secrets of one run that never change.
pub(crate) struct Secrets {
    pub(crate) webhook: String,
    pub(crate) access: String,
    pub(crate) expired: String,
    pub(crate) refresh: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) member_id: String,
}

impl Secrets {
    pub(crate) fn random() -> io::Result<Self> {
        Ok(Self {
            webhook: random(8)?,
            access: random(35)?,
            expired: random(35)?,
            refresh: random(35)?,
            client_id: format!("local.{}.10000001", random(7)?),
            client_secret: random(25)?,
            member_id: random(16)?,
        })
    }
}

/// So many random bytes, in hexadecimal.
pub(crate) fn random(bytes: usize) -> io::Result<String> {
    let mut buffer = vec![0; bytes];
    getrandom::fill(&mut buffer)?;
    Ok(buffer.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The user and the code in the address of a webhook.
#[derive(Clone, Copy)]
pub(crate) struct Login<'a> {
    pub(crate) user: &'a str,
    pub(crate) code: &'a str,
}

/// A REST address, taken apart.
#[derive(Clone, Copy)]
pub(crate) struct Address<'a> {
    pub(crate) rest: Rest,
    pub(crate) login: Option<Login<'a>>,
    /// Without the suffix of the answer's format.
    pub(crate) method: &'a str,
    /// Whether that suffix is `.xml`.
    pub(crate) xml: bool,
}

impl<'a> Address<'a> {
    /// Takes a path apart; `None` for a path that is no REST address.
    pub(crate) fn parse(path: &'a str) -> Option<Self> {
        let path = path.strip_prefix("/rest/")?;
        let (rest, path) = match path.strip_prefix("api/") {
            Some(path) => (Rest::V3, path),
            None => (Rest::Classic, path),
        };
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut parts = path.split('/');
        let (login, method) = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(method), None, None, None) => (None, method),
            (Some(user), Some(code), Some(method), None) => (Some(Login { user, code }), method),
            _ => return None,
        };
        let (method, xml) = match method.strip_suffix(".xml") {
            Some(method) => (method, true),
            None => (method.strip_suffix(".json").unwrap_or(method), false),
        };
        (!method.is_empty()).then_some(Self {
            rest,
            login,
            method,
            xml,
        })
    }

    /// The path with the code of the webhook left out.
    pub(crate) fn masked(&self) -> String {
        let api = if self.rest == Rest::V3 { "api/" } else { "" };
        match self.login {
            Some(Login { user, .. }) => format!("/rest/{api}{user}/***/{}", self.method),
            None => format!("/rest/{api}{}", self.method),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (path, expected) in [
            ("/rest/imbot.chat.get", "/rest/imbot.chat.get"),
            ("/rest/imbot.chat.get.json", "/rest/imbot.chat.get"),
            ("/rest/imbot.chat.get.xml", "/rest/imbot.chat.get"),
            ("/rest/1/code/imbot.chat.get/", "/rest/1/***/imbot.chat.get"),
            ("/rest/api/tasks.task.get", "/rest/api/tasks.task.get"),
            (
                "/rest/api/1/code/tasks.task.get",
                "/rest/api/1/***/tasks.task.get",
            ),
        ] {
            assert_eq!(Address::parse(path).unwrap().masked(), expected);
        }
        for path in [
            "/",
            "/rest/",
            "/rest/1/code",
            "/rest/1/code/",
            "/rest/1/2/3/4",
        ] {
            assert!(Address::parse(path).is_none(), "{path}");
        }
    }

    #[test]
    fn secrets_differ_between_runs() {
        let (one, two) = (Secrets::random().unwrap(), Secrets::random().unwrap());
        assert_ne!(one.webhook, two.webhook);
        assert_ne!(one.access, two.access);
        assert_ne!(one.access, one.expired);
    }
}
