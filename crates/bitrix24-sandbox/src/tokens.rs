//! Tokens of applications: what is issued, what has expired, what was used up.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, SystemTime},
};

use crate::auth::{Denied, Secrets, random};

/// How long a code of an authorisation is good for.
const CODE_LIFETIME: Duration = Duration::from_secs(30);

/// How long an issued access token is good for, unless ordered otherwise.
pub(crate) const LIFETIME: Duration = Duration::from_secs(3600);

/// An access token and what renews it.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

pub(crate) struct Tokens {
    /// Access tokens, with the time at which they expire; `None`: when ordered.
    access: HashMap<String, Option<SystemTime>>,
    /// Refresh tokens that were not used yet.
    refresh: HashSet<String>,
    /// The last one that was issued.
    newest_refresh: String,
    /// Codes that were not used yet, with the time of their issue.
    codes: HashMap<String, SystemTime>,
    pub(crate) lifetime: Duration,
    /// Pairs that were issued for a refresh token.
    pub(crate) refreshes: u64,
    issued: u64,
    /// What events carry, by the users that they speak for, and until when.
    of_events: HashMap<u64, (Pair, SystemTime)>,
}

impl Tokens {
    /// The tokens that a run begins with.
    pub(crate) fn new(secrets: &Secrets, now: SystemTime) -> Self {
        Self {
            access: HashMap::from([
                (secrets.access.clone(), None),
                (secrets.expired.clone(), Some(now)),
            ]),
            refresh: HashSet::from([secrets.refresh.clone()]),
            newest_refresh: secrets.refresh.clone(),
            codes: HashMap::new(),
            lifetime: LIFETIME,
            refreshes: 0,
            issued: 0,
            of_events: HashMap::new(),
        }
    }

    pub(crate) fn admit(&self, access: &str, now: SystemTime) -> Result<(), Denied> {
        match self.access.get(access) {
            None => Err(Denied::Unknown),
            Some(Some(end)) if *end <= now => Err(Denied::Expired),
            Some(_) => Ok(()),
        }
    }

    /// When an access token ends; `None`: when ordered.
    pub(crate) fn end_of(&self, access: &str) -> Option<SystemTime> {
        self.access.get(access).copied().flatten()
    }

    /// Ends all access tokens so far.
    pub(crate) fn expire(&mut self, now: SystemTime) {
        for end in self.access.values_mut() {
            *end = Some(now);
        }
    }

    pub(crate) fn newest_refresh(&self) -> &str {
        &self.newest_refresh
    }

    /// A new code, good for one exchange.
    pub(crate) fn code(&mut self, now: SystemTime) -> String {
        let code = self.fresh();
        self.codes.insert(code.clone(), now);
        code
    }

    /// A pair for a code; `None` when the code is not good, or not any more.
    pub(crate) fn exchange(&mut self, code: &str, now: SystemTime) -> Option<Pair> {
        let issued = self.codes.remove(code)?;
        let age = now.duration_since(issued).unwrap_or_default();
        (age < CODE_LIFETIME).then(|| self.issue(now))
    }

    /// A pair for a refresh token, which is used up by that.
    pub(crate) fn renew(&mut self, refresh: &str, now: SystemTime) -> Option<Pair> {
        self.refresh.remove(refresh).then(|| {
            self.refreshes += 1;
            self.issue(now)
        })
    }

    /// The pair that events carry for a user, and its end. It is another one when that is not
    /// good any more.
    pub(crate) fn of_event(&mut self, user: u64, now: SystemTime) -> (Pair, SystemTime) {
        if let Some((pair, end)) = self.of_events.get(&user) {
            let good = self.admit(&pair.access, now).is_ok();
            if good && self.refresh.contains(&pair.refresh) {
                return (pair.clone(), *end);
            }
        }
        let pair = self.issue_beside(now);
        let end = now.checked_add(self.lifetime).unwrap_or(now);
        self.of_events.insert(user, (pair.clone(), end));
        (pair, end)
    }

    fn issue(&mut self, now: SystemTime) -> Pair {
        let pair = self.issue_beside(now);
        self.newest_refresh.clone_from(&pair.refresh);
        pair
    }

    fn issue_beside(&mut self, now: SystemTime) -> Pair {
        let pair = Pair {
            access: self.fresh(),
            refresh: self.fresh(),
        };
        let end = now.checked_add(self.lifetime);
        self.access.insert(pair.access.clone(), end);
        self.refresh.insert(pair.refresh.clone());
        pair
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
        assert_eq!(tokens.admit(&secrets.access, now), Ok(()));
        assert_eq!(tokens.admit(&first.access, now), Ok(()));
        tokens.expire(now);
        assert_eq!(tokens.admit(&first.access, now), Err(Denied::Expired));
        assert_eq!(tokens.admit(&secrets.access, now), Err(Denied::Expired));
        assert_eq!(tokens.admit("else", now), Err(Denied::Unknown));
        tokens.lifetime = Duration::ZERO;
        let second = tokens.renew(&first.refresh, now).unwrap();
        assert_eq!(tokens.admit(&second.access, now), Err(Denied::Expired));
        assert_eq!(tokens.refreshes, 2);
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
