//! What an [`OAuth`](super::OAuth) knows in one process.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::watch;

use super::{Credential, TokenError, now};
use crate::Secret;

/// How long before its end a token is renewed, in seconds.
const MARGIN: i64 = 60;

/// How long calls go on with a token that could not be renewed ahead of time.
const PAUSE: Duration = Duration::from_secs(30);

/// How long a refusal counts that may end elsewhere: the customer pays, the vendor corrects a setting.
const LAPSE: Duration = Duration::from_secs(5 * 60);

/// How long a failure counts for the calls that began before it. Those that waited for their turn
/// for longer try anew.
const SHARED: Duration = Duration::from_secs(5);

/// How many tokens that are over are still masked in texts.
const REMEMBERED: usize = 8;

/// How many refresh tokens are known to be spent: those of some days.
const SPENT: usize = 100;

/// A token to call with.
#[derive(Clone)]
pub(crate) struct Token {
    /// The access token.
    pub(crate) secret: Secret,
    /// Which one it is: what [`renew`](super::OAuth::renew) is told when it is over.
    pub(crate) generation: u64,
    /// The portal that it is for: a host name, or the address of its API. It may differ from that of
    /// the token before.
    pub(crate) portal: Arc<str>,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("generation", &self.generation)
            .field("portal", &self.portal)
            .finish_non_exhaustive()
    }
}

/// When a call began: it shares the failures of the renewals that failed since, lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Epoch(u64);

pub(super) type Outcome = Result<Token, TokenError>;

/// The state, behind a lock that is never held while anything is waited for.
#[derive(Default)]
pub(super) struct State(Mutex<Inner>);

#[derive(Default)]
pub(super) struct Inner {
    pub(super) current: Option<Current>,
    generation: u64,
    /// A new pair that the store has not taken yet.
    pub(super) unsaved: Option<Unsaved>,
    pub(super) running: Option<Running>,
    failures: u64,
    /// The last failure and its moment, if nothing went well since.
    failure: Option<(TokenError, Instant)>,
    /// Why the current credential cannot be renewed.
    pub(super) refusal: Option<Refusal>,
    pub(super) not_ahead_before: Option<Instant>,
    pub(super) refreshes: u64,
    former: Vec<Secret>,
    /// Refresh tokens that have bought a pair: a pair that holds one is over.
    spent: VecDeque<Secret>,
}

pub(super) struct Current {
    pub(super) credential: Credential,
    pub(super) token: Token,
    /// From when on it is renewed without being told, in seconds since 1970.
    due: Option<i64>,
    /// The portal said that it is over.
    is_dead: bool,
}

/// What the authorization server is not asked again.
pub(super) struct Refusal {
    error: TokenError,
    /// Forever, if there is none.
    pub(super) until: Option<Instant>,
}

#[derive(Clone)]
pub(super) struct Unsaved {
    pub(super) expected: Option<Credential>,
    pub(super) new: Credential,
}

/// Work on the credential that is going on.
pub(super) struct Running {
    pub(super) outcome: watch::Receiver<Option<Outcome>>,
    /// It ends with a token to call with, or with the reason why there is none.
    pub(super) is_for_token: bool,
}

/// How near its end a token is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Age {
    Fresh,
    Due,
    Over,
}

/// What a call that needs a token has to do.
pub(super) enum Step {
    Done(Outcome),
    Wait(watch::Receiver<Option<Outcome>>, bool),
    Start,
    /// Read the store, and look again.
    Load,
    /// Go on with this token, while it is renewed.
    Ahead(Token),
}

impl State {
    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    pub(super) fn epoch(&self) -> Epoch {
        Epoch(self.failures)
    }

    /// Makes a credential the one that calls use. `is_new`: it came from the authorization server
    /// just now.
    pub(super) fn adopt(&mut self, credential: Credential, is_new: bool) {
        self.generation += 1;
        let token = Token {
            secret: credential.access_token.clone(),
            generation: self.generation,
            portal: credential.portal.as_str().into(),
        };
        let due = credential.expires_at.and_then(|at| {
            if !is_new {
                return Some(at - MARGIN.min(at));
            }
            // Tokens that live for a short time are not renewed all the time, and if our clock is
            // wrong, the portal will say when it is time.
            let left = at.saturating_sub(now());
            (left > 0).then(|| at - MARGIN.min(left / 4))
        });
        // The same token does not come back to life.
        let is_dead = self.current.as_ref().is_some_and(|current| {
            current.is_dead && current.credential.access_token == credential.access_token
        });
        let former = self.current.replace(Current {
            credential,
            token,
            due,
            is_dead,
        });
        if let Some(former) = former {
            self.former.extend(former.credential.tokens().cloned());
            let excess = self.former.len().saturating_sub(REMEMBERED);
            self.former.drain(..excess);
        }
        self.refusal = None;
        self.not_ahead_before = None;
    }

    /// Notes the refresh token that another pair was bought with.
    pub(super) fn spend(&mut self, old: &Credential, new: &Credential) {
        if old.refresh_token != new.refresh_token {
            self.spent.extend(old.refresh_token.clone());
            let excess = self.spent.len().saturating_sub(SPENT);
            self.spent.drain(..excess);
        }
    }

    /// Whether a pair was renewed by this process, so that nothing can be bought with it any more.
    pub(super) fn is_spent(&self, credential: &Credential) -> bool {
        let token = credential.refresh_token.as_ref();
        token.is_some_and(|token| self.spent.contains(token))
    }

    pub(super) fn fail(&mut self, error: &TokenError) {
        self.failures += 1;
        self.failure = Some((error.clone(), Instant::now()));
    }

    /// Whether the last job that found no token failed for the same reason.
    pub(super) fn failed_alike(&self, error: &TokenError) -> bool {
        let last = self.failure.as_ref();
        last.is_some_and(|(last, _)| last.to_string() == error.to_string())
    }

    /// Notes a failure after which it is of no use to ask again soon.
    pub(super) fn refuse(&mut self, error: &TokenError) {
        if error.is_permanent() {
            let until = (!error.is_for_good()).then(|| Instant::now() + LAPSE);
            let error = error.clone();
            self.refusal = Some(Refusal { error, until });
        }
    }

    /// Why the authorization server is not asked.
    pub(super) fn refused(&self) -> Option<TokenError> {
        let refusal = self.refusal.as_ref()?;
        let is_over = refusal.until.is_some_and(|until| until <= Instant::now());
        (!is_over).then(|| refusal.error.clone())
    }

    pub(super) fn succeed(&mut self) {
        self.failure = None;
    }

    /// The token, if nothing needs to be done to it.
    pub(super) fn fresh(&self) -> Option<Token> {
        self.token_if(|age| age == Age::Fresh)
    }

    /// The token, if it is good for calls.
    pub(super) fn valid(&self) -> Option<Token> {
        self.token_if(|age| age != Age::Over)
    }

    /// The token to go on with after it could not be renewed ahead of time.
    pub(super) fn still_valid(&mut self) -> Option<Token> {
        let token = self.valid()?;
        self.not_ahead_before = Some(Instant::now() + PAUSE);
        Some(token)
    }

    fn token_if(&self, is_good: impl FnOnce(Age) -> bool) -> Option<Token> {
        let current = self.current.as_ref()?;
        (!current.is_dead && is_good(current.age())).then(|| current.token.clone())
    }

    /// What a call that needs a token does.
    pub(super) fn step(&self, epoch: Epoch) -> Step {
        match self.valid() {
            Some(token) if self.running.is_none() && self.is_due() => Step::Ahead(token),
            Some(token) => Step::Done(Ok(token)),
            None => match self.work(epoch) {
                // What the store holds may be good.
                Step::Start if self.current.is_none() => Step::Load,
                step => step,
            },
        }
    }

    /// Whether there is something to do before the token is over.
    fn is_due(&self) -> bool {
        let is_paused = || {
            self.not_ahead_before
                .is_some_and(|pause| Instant::now() < pause)
        };
        // A pair that exists nowhere else does not wait.
        self.unsaved.is_some() || self.fresh().is_none() && !is_paused()
    }

    /// What a call does whose token is over.
    pub(super) fn step_after(&mut self, used: u64, epoch: Epoch) -> Step {
        match &mut self.current {
            Some(current) if current.token.generation == used => current.is_dead = true,
            _ => return self.step(epoch),
        }
        self.work(epoch)
    }

    pub(super) fn work(&self, epoch: Epoch) -> Step {
        if let Some(running) = &self.running {
            return Step::Wait(running.outcome.clone(), running.is_for_token);
        }
        match &self.failure {
            Some((error, at)) if self.failures > epoch.0 && at.elapsed() < SHARED => {
                Step::Done(Err(error.clone()))
            }
            _ => Step::Start,
        }
    }

    /// All tokens that may show in texts.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        let held = self.current.iter().map(|current| &current.credential);
        let unsaved = self.unsaved.iter().map(|unsaved| &unsaved.new);
        let tokens = held.chain(unsaved).flat_map(Credential::tokens);
        // The scrubber reads ASCII; whatever else a store may hold is never used.
        let tokens = tokens.filter(|secret| secret.expose().is_ascii());
        tokens.chain(&self.former).cloned().collect()
    }
}

impl Current {
    fn age(&self) -> Age {
        let (Some(due), Some(over), Some(_)) = (
            self.due,
            self.credential.expires_at,
            &self.credential.refresh_token,
        ) else {
            return Age::Fresh;
        };
        match now() {
            now if now < due => Age::Fresh,
            now if now < over => Age::Due,
            _ => Age::Over,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::TokenErrorKind;

    #[test]
    fn a_failure_does_not_count_for_ever() {
        let mut inner = Inner::default();
        let before = inner.epoch();
        inner.fail(&TokenError::new(TokenErrorKind::Internal, "down"));
        assert!(matches!(inner.work(before), Step::Done(Err(_))));
        assert!(matches!(inner.work(inner.epoch()), Step::Start));
        let long_ago = Instant::now().checked_sub(SHARED);
        if let (Some((_, at)), Some(long_ago)) = (&mut inner.failure, long_ago) {
            *at = long_ago;
            assert!(matches!(inner.work(before), Step::Start));
        }
    }
}
