//! Who calls: webhook codes, access tokens and scopes.

use std::{fmt, io, ptr, sync::Arc};

use crate::{
    contract::Rest,
    log::MASK,
    world::{OWNER, UserId},
};

/// The user that webhook and tokens belong to.
pub(crate) const USER: &str = "1";

/// What a call was authorised by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// Who calls.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) credential: Credential,
    pub(crate) user: UserId,
    /// Fewer than the portal grants.
    pub(crate) scopes: Option<Arc<[String]>>,
}

impl Caller {
    /// The owner of the portal, or somebody who does not matter.
    pub(crate) fn new(credential: Credential) -> Self {
        Self {
            credential,
            user: OWNER,
            scopes: None,
        }
    }
}

/// Why a credential is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    Unknown,
    Expired,
    /// The application is not open to the user.
    User,
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
    /// No secret, but random as well.
    pub(crate) seed: u64,
    /// By which handlers know who sends them events.
    pub(crate) application_token: String,
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
            // Short, since people type it.
            seed: getrandom::u32()?.into(),
            application_token: random(16)?,
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
    path: &'a str,
}

impl<'a> Address<'a> {
    /// Takes a path apart; `None` for a path that is no REST address.
    pub(crate) fn parse(path: &'a str) -> Option<Self> {
        // Slashes in a row are one, as web servers merge them.
        let parts = path.split('/').filter(|part| !part.is_empty());
        // Some servers have their portal below a folder.
        let mut parts = parts.skip_while(|part| *part != "rest").peekable();
        parts.next()?;
        let rest = match parts.next_if_eq(&"api") {
            Some(_) => Rest::V3,
            None => Rest::Classic,
        };
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
            path,
        })
    }

    /// The path as it was sent, with the code of the webhook left out.
    pub(crate) fn masked(&self) -> String {
        let Some(login) = self.login else {
            return self.path.to_owned();
        };
        // This very piece: another may read the same.
        let is_code = |part: &str| ptr::eq(part, login.code);
        let parts = self.path.split('/');
        let parts: Vec<_> = parts
            .map(|part| if is_code(part) { MASK } else { part })
            .collect();
        parts.join("/")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (path, method, masked) in [
            ("/rest/imbot.chat.get", "imbot.chat.get", None),
            ("/rest/imbot.chat.get.json", "imbot.chat.get", None),
            ("/rest/imbot.chat.get.xml", "imbot.chat.get", None),
            ("/rest//imbot.chat.get", "imbot.chat.get", None),
            ("/rest/api/tasks.task.get", "tasks.task.get", None),
            ("//rest//api//tasks.task.get", "tasks.task.get", None),
            (
                "/rest/1/code/imbot.chat.get/",
                "imbot.chat.get",
                Some("/rest/1/***/imbot.chat.get/"),
            ),
            ("/rest/1/1/1", "1", Some("/rest/1/***/1")),
            (
                "/rest/api/1/code/tasks.task.get",
                "tasks.task.get",
                Some("/rest/api/1/***/tasks.task.get"),
            ),
        ] {
            let address = Address::parse(path).unwrap();
            assert_eq!(address.method, method, "{path}");
            assert_eq!(address.masked(), masked.unwrap_or(path), "{path}");
            let v3 = path.contains("/api");
            assert_eq!(address.rest == Rest::V3, v3, "{path}");
        }
        for path in [
            "/",
            "/rest/",
            "/rest/api/",
            "/restless/imbot.chat.get",
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
