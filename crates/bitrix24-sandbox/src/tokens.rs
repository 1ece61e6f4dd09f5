//! Tokens of applications: what is issued, what has expired, what was used up.

use std::{
    collections::HashMap,
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::{
    auth::{Denied, Secrets, random},
    world::{OWNER, UserId},
};

/// How long a code of an authorisation is good for.
const CODE_LIFETIME: Duration = Duration::from_secs(30);

/// How long an issued access token is good for, unless ordered otherwise.
pub(crate) const LIFETIME: Duration = Duration::from_secs(3600);

/// How long a refresh token is good for.
const REFRESH_LIFETIME: Duration = Duration::from_secs(180 * 24 * 3600);

/// Whom a pair of tokens is issued for, and what for.
///
/// ```
/// use bitrix24_sandbox::{Grant, Sandbox};
///
/// let portal = Sandbox::start()?;
/// let token = portal.token(&Grant::user(7).scopes(["im", "imbot"]));
/// // … a client calls with token.access() …
/// # assert!(!token.access().is_empty());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub(crate) user: UserId,
    /// All that the application has, without them.
    pub(crate) scopes: Option<Arc<[String]>>,
    pub(crate) lifetime: Option<Duration>,
}

/// The owner of the portal, with all scopes.
impl Default for Grant {
    fn default() -> Self {
        Self::user(OWNER)
    }
}

impl Grant {
    /// This user, with all scopes of the application.
    #[must_use]
    pub fn user(id: u64) -> Self {
        Self {
            user: id,
            scopes: None,
            lifetime: None,
        }
    }

    /// These scopes only.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// How long the access token lives, and those that follow it.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }
}

/// An access token and what renews it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) grant: Grant,
    pub(crate) lifetime: Duration,
}

impl Token {
    /// What the portal takes in the parameter `auth`.
    #[must_use]
    pub fn access(&self) -> &str {
        &self.access
    }

    /// What the authorization server takes for the next pair, once.
    #[must_use]
    pub fn refresh(&self) -> &str {
        &self.refresh
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("grant", &self.grant)
            .finish_non_exhaustive()
    }
}

pub(crate) struct Tokens {
    /// Access tokens, with the time at which they expire; `None`: when ordered.
    access: HashMap<String, (Option<SystemTime>, Grant)>,
    /// Refresh tokens that were not used yet, with the time at which they expire.
    refresh: HashMap<String, (Option<SystemTime>, Grant)>,
    /// The last one that was issued to the owner of the portal.
    newest_refresh: String,
    /// Codes that were not used yet, with the time of their issue.
    codes: HashMap<String, (SystemTime, Grant)>,
    pub(crate) lifetime: Duration,
    /// Pairs that were issued for a refresh token.
    pub(crate) refreshes: u64,
    issued: u64,
    /// What events carry, by the users that they speak for, and until when.
    of_events: HashMap<u64, (Token, SystemTime)>,
}

impl Tokens {
    /// The tokens that a run begins with.
    pub(crate) fn new(secrets: &Secrets, now: SystemTime) -> Self {
        let owner = Grant::default;
        let end = now.checked_add(REFRESH_LIFETIME);
        Self {
            access: HashMap::from([
                (secrets.access.clone(), (now.checked_add(LIFETIME), owner())),
                (secrets.expired.clone(), (Some(now), owner())),
            ]),
            refresh: HashMap::from([(secrets.refresh.clone(), (end, owner()))]),
            newest_refresh: secrets.refresh.clone(),
            codes: HashMap::new(),
            lifetime: LIFETIME,
            refreshes: 0,
            issued: 0,
            of_events: HashMap::new(),
        }
    }

    pub(crate) fn admit(&self, access: &str, now: SystemTime) -> Result<&Grant, Denied> {
        match self.access.get(access) {
            None => Err(Denied::Unknown),
            Some((Some(end), _)) if *end <= now => Err(Denied::Expired),
            Some((_, grant)) => Ok(grant),
        }
    }

    /// When an access token ends; `None`: when ordered.
    pub(crate) fn end_of(&self, access: &str) -> Option<SystemTime> {
        self.access.get(access).and_then(|(end, _)| *end)
    }

    /// Ends all access tokens so far.
    pub(crate) fn expire(&mut self, now: SystemTime) {
        for (end, _) in self.access.values_mut() {
            *end = Some(now);
        }
    }

    pub(crate) fn newest_refresh(&self) -> &str {
        &self.newest_refresh
    }

    /// A new code, good for one exchange.
    pub(crate) fn code(&mut self, now: SystemTime) -> String {
        let code = self.fresh();
        self.codes.insert(code.clone(), (now, Grant::default()));
        code
    }

    /// A pair for a code; `None` when the code is not good, or not any more.
    pub(crate) fn exchange(&mut self, code: &str, now: SystemTime) -> Option<Token> {
        let (issued, grant) = self.codes.remove(code)?;
        let age = now.duration_since(issued).unwrap_or_default();
        (age < CODE_LIFETIME).then(|| self.issue(grant, now))
    }

    /// A pair for a refresh token, which is used up by that.
    pub(crate) fn renew(&mut self, refresh: &str, now: SystemTime) -> Option<Token> {
        let (end, grant) = self.refresh.remove(refresh)?;
        end.is_none_or(|end| now < end).then(|| {
            self.refreshes += 1;
            self.issue(grant, now)
        })
    }

    /// The pair that events carry for a user, and its end. It is another one when that is not
    /// good any more.
    pub(crate) fn of_event(&mut self, user: u64, now: SystemTime) -> (Token, SystemTime) {
        if let Some((token, end)) = self.of_events.get(&user) {
            let good = self.admit(&token.access, now).is_ok();
            if good && self.refresh.contains_key(&token.refresh) {
                return (token.clone(), *end);
            }
        }
        let token = self.issue_beside(Grant::user(user), now);
        let end = now.checked_add(token.lifetime).unwrap_or(now);
        self.of_events.insert(user, (token.clone(), end));
        (token, end)
    }

    fn issue(&mut self, grant: Grant, now: SystemTime) -> Token {
        let token = self.issue_beside(grant, now);
        if token.grant == Grant::default() {
            self.newest_refresh.clone_from(&token.refresh);
        }
        token
    }

    /// A pair that is not the newest of the owner, whomever it is for.
    pub(crate) fn issue_beside(&mut self, grant: Grant, now: SystemTime) -> Token {
        let token = Token {
            access: self.fresh(),
            refresh: self.fresh(),
            lifetime: grant.lifetime.unwrap_or(self.lifetime),
            grant: grant.clone(),
        };
        let end = now.checked_add(token.lifetime);
        self.access
            .insert(token.access.clone(), (end, grant.clone()));
        let end = now.checked_add(REFRESH_LIFETIME);
        self.refresh.insert(token.refresh.clone(), (end, grant));
        token
    }

    fn fresh(&mut self) -> String {
        self.issued += 1;
        // Without random bytes a number still is a token of its own.
        random(35).unwrap_or_else(|_| format!("{:070x}", self.issued))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn refresh_tokens_rotate() {
        let (secrets, now) = (Secrets::random().unwrap(), SystemTime::now());
        let mut tokens = Tokens::new(&secrets, now);
        let first = tokens.renew(&secrets.refresh, now).unwrap();
        assert!(tokens.renew(&secrets.refresh, now).is_none());
        assert_eq!(tokens.newest_refresh(), first.refresh);
        // Access tokens outlive the refresh of another.
        assert!(tokens.admit(&secrets.access, now).is_ok());
        assert!(tokens.admit(&first.access, now).is_ok());
        tokens.expire(now);
        assert_eq!(
            tokens.admit(&first.access, now).err(),
            Some(Denied::Expired)
        );
        assert_eq!(
            tokens.admit(&secrets.access, now).err(),
            Some(Denied::Expired)
        );
        assert_eq!(tokens.admit("else", now).err(), Some(Denied::Unknown));
        tokens.lifetime = Duration::ZERO;
        let second = tokens.renew(&first.refresh, now).unwrap();
        assert_eq!(
            tokens.admit(&second.access, now).err(),
            Some(Denied::Expired)
        );
        assert_eq!(tokens.refreshes, 2);
    }

    #[test]
    fn grants() {
        let (secrets, now) = (Secrets::random().unwrap(), SystemTime::now());
        let mut tokens = Tokens::new(&secrets, now);
        let grant = Grant::user(7)
            .scopes(["im"])
            .lifetime(Duration::from_secs(5));
        let first = tokens.issue_beside(grant.clone(), now);
        assert_eq!(tokens.admit(&first.access, now), Ok(&grant));
        assert_eq!(tokens.newest_refresh(), secrets.refresh);
        let later = now + REFRESH_LIFETIME - Duration::from_secs(1);
        let second = tokens.renew(&first.refresh, later).unwrap();
        assert_eq!((&second.grant, second.lifetime.as_secs()), (&grant, 5));
        assert!(
            tokens
                .renew(&second.refresh, later + REFRESH_LIFETIME)
                .is_none()
        );
        assert!(!format!("{second:?}").contains(&second.access));
    }

    #[test]
    fn codes_are_good_once() {
        let (secrets, now) = (Secrets::random().unwrap(), SystemTime::now());
        let mut tokens = Tokens::new(&secrets, now);
        let code = tokens.code(now);
        let pair = tokens.exchange(&code, now).unwrap();
        assert!(tokens.exchange(&code, now).is_none());
        let code = tokens.code(now);
        assert!(tokens.exchange(&code, now + CODE_LIFETIME).is_none());
        // Each authorisation has a chain of its own.
        assert!(tokens.renew(&secrets.refresh, now).is_some());
        assert!(tokens.renew(&pair.refresh, now).is_some());
        assert_eq!(tokens.refreshes, 2);
    }
}
