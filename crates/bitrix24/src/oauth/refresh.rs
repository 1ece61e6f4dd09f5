//! Work on a credential, on a thread of its own.
//!
//! No caller's runtime is needed for it or can end it, and it goes on when the callers have gone:
//! once the authorization server was asked, its answer must not be lost.

use std::{
    cell::Cell,
    sync::{
        Arc, LazyLock, MutexGuard,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use tokio::{
    runtime,
    sync::watch::{self, Receiver, Sender},
    time::{sleep, timeout},
};

use super::{
    Credential, Lease, Saved, StoreError, Token, TokenError, TokenErrorKind,
    rivals::wins,
    server::{self, Grant},
    session::{OAuth, Shared},
    state::{Inner, Outcome, Running, Unsaved},
    store::is_expected,
};
use crate::{process::PerProcess, scrub::Scrubber};

/// How often a save is tried again because others saved in between.
const SAVES: usize = 4;

/// How many credentials a renewal tries that others put into the store meanwhile.
const ADOPTIONS: usize = 3;

/// How long to wait before each further look at what another process may be saving.
const LOOKS: [Duration; 6] = [
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1600),
];

/// What there is to do.
pub(super) enum Job {
    /// See to it that there is a token to call with.
    Provide,
    /// Read the store.
    Load,
    /// Put this credential in the place of the one there is.
    Replace(Box<Credential>),
}

/// Notes that the job is going on, under the lock in which it was found to be necessary.
pub(super) fn prepare(
    state: &mut Inner,
    job: &Job,
) -> (Sender<Option<Outcome>>, Receiver<Option<Outcome>>) {
    let (sender, receiver) = watch::channel(None);
    state.running = Some(Running {
        outcome: receiver.clone(),
        is_for_token: matches!(job, Job::Provide),
    });
    (sender, receiver)
}

/// Starts the job, without the lock.
pub(super) fn launch(oauth: &OAuth, job: Job, sender: Sender<Option<Outcome>>) {
    let worker = Worker {
        _counted: Counted::new(),
        shared: Arc::clone(&oauth.shared),
        sender,
        is_provided: matches!(job, Job::Provide),
        is_replaced: matches!(job, Job::Replace(_)),
        is_renewed: Cell::new(false),
        is_reported: false,
    };
    let thread = thread::Builder::new().name("bitrix24-refresh".to_owned());
    // If there is no thread, the worker is dropped, which reports it.
    if let Err(error) = thread.spawn(move || worker.run(job)) {
        tracing::warn!(%error, "no thread to renew the access token on");
    }
}

static UNDER_WAY: LazyLock<PerProcess<AtomicUsize>> = LazyLock::new(PerProcess::default);

/// How many jobs of this process are at work on a credential: they read a store, ask an
/// authorization server, or save what it gave.
///
/// A program that ends meanwhile may lose a refresh token that was just renewed, and then the
/// application must be authorised anew. So wait for 0 before the end if calls were given up: unless
/// a store blocks, each job ends within the time that [`App::timeout`](super::App::timeout) gives to
/// its steps.
///
/// ```
/// use std::{thread::sleep, time::{Duration, Instant}};
/// use bitrix24::oauth::jobs_under_way;
///
/// let end = Instant::now() + Duration::from_secs(5);
/// while jobs_under_way() > 0 && Instant::now() < end {
///     sleep(Duration::from_millis(10));
/// }
/// ```
pub fn jobs_under_way() -> usize {
    UNDER_WAY.get().load(SeqCst)
}

/// A job that is under way.
struct Counted(&'static AtomicUsize);

impl Counted {
    fn new() -> Self {
        let jobs = UNDER_WAY.get();
        jobs.fetch_add(1, SeqCst);
        Self(jobs)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

/// Does a job, and reports how it ended, whatever happens.
struct Worker {
    _counted: Counted,
    shared: Arc<Shared>,
    sender: Sender<Option<Outcome>>,
    is_provided: bool,
    is_replaced: bool,
    is_renewed: Cell<bool>,
    is_reported: bool,
}

impl Worker {
    fn run(mut self, job: Job) {
        let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                let what = format!("no runtime: {error}");
                return self.report(Err(TokenError::new(TokenErrorKind::Internal, what)));
            }
        };
        let outcome = runtime.block_on(self.work(job));
        self.report(outcome);
        // Not to wait for what a store left behind, or for a name that is still looked up.
        runtime.shutdown_background();
    }

    fn report(&mut self, outcome: Outcome) {
        self.is_reported = true;
        let failure = outcome.as_ref().err().cloned();
        let mut state = self.shared.state().lock();
        // What lasts is told once: who calls with this very credential to pass it on must not be
        // told of that in turn, without end.
        let failure = failure.filter(|error| !state.failed_alike(error));
        state.running = None;
        let outcome = match outcome {
            Ok(token) => {
                if self.is_provided || self.is_replaced {
                    state.succeed();
                }
                Ok(token)
            }
            Err(error) if self.is_replaced => Err(error),
            // What nobody was told of is no reason to fail later.
            Err(error) => match self.is_provided.then(|| state.still_valid()).flatten() {
                Some(token) => Ok(token),
                None => {
                    state.fail(&error);
                    Err(error)
                }
            },
        };
        drop(state);
        let is_given = outcome.is_ok();
        self.sender.send_replace(Some(outcome));
        // Not sooner: whoever reads it may take long, or call with this very credential.
        if self.is_renewed.get() {
            tracing::debug!("the access token was renewed");
        }
        match failure {
            Some(error) if is_given => {
                tracing::warn!(%error, "the access token, still valid, was not renewed");
            }
            Some(error) => tracing::warn!(%error, "no access token"),
            None => {}
        }
    }

    async fn work(&self, job: Job) -> Outcome {
        match job {
            Job::Provide => self.provide().await,
            Job::Load => self.load_first().await,
            Job::Replace(credential) => self.replace(*credential).await,
        }
    }

    async fn provide(&self) -> Outcome {
        if self.state().unsaved.is_some() {
            self.save_pair(false).await?;
            if let Some(token) = self.state().valid() {
                return Ok(token);
            }
        }
        let mut error = store_failed(BUSY);
        for _ in 0..ADOPTIONS {
            let (lease, stored) = match self.lease_and_load().await {
                Ok(found) => found,
                Err(error) => return Err(self.state().refused().unwrap_or(error)),
            };
            let old = {
                let mut state = self.state();
                let token = match state.consider(stored.as_ref()) {
                    true => state.valid(),
                    false => state.fresh(),
                };
                if let Some(token) = token {
                    return Ok(token);
                }
                if let Some(error) = state.refused() {
                    return Err(error);
                }
                let current = state.current.as_ref().ok_or_else(no_credential)?;
                current.credential.clone()
            };
            error = match self.ask(&old).await {
                Ok(new) => {
                    self.state().bought(&old, stored, new);
                    self.is_renewed.set(true);
                    // The lease ends after it.
                    return self.save_pair(true).await;
                }
                Err(error) => error,
            };
            self.state().refuse(&error);
            if error.code() != Some("invalid_grant") {
                break;
            }
            // Another process may have spent the refresh token: then the store has a pair, or will.
            if !lease.keeps_others_out() {
                self.await_another(&old).await;
            }
        }
        Err(error)
    }

    /// Begins to renew: from here on to the end of the lease, others do not.
    async fn lease_and_load(&self) -> Result<(Lease, Option<Credential>), TokenError> {
        let lease = timeout(
            self.shared.app.settings().timeout,
            self.shared.store.lease(),
        )
        .await;
        let lease = match lease {
            Ok(lease) => lease.map_err(|error| self.store_refused(&error, None))?,
            Err(_) => {
                // Whoever holds it may never end: what a fork left behind, or a process that stopped.
                tracing::warn!("others keep the lease of the credential: renewed without it");
                Lease::default()
            }
        };
        Ok((lease, self.load().await?))
    }

    /// Waits a little until the store holds another credential.
    async fn await_another(&self, old: &Credential) {
        for pause in LOOKS {
            match self.load().await {
                Ok(stored)
                    if stored
                        .as_ref()
                        .is_none_or(|stored| stored.has_tokens_of(old)) => {}
                _ => return,
            }
            sleep(pause).await;
        }
    }

    async fn ask(&self, old: &Credential) -> Result<Credential, TokenError> {
        let Some(token) = &old.refresh_token else {
            return Err(TokenError::new(
                TokenErrorKind::NoRefreshToken,
                "the credential has no refresh token: authorise the application again",
            ));
        };
        let (app, server) = (self.shared.app.settings(), old.auth_server.as_deref());
        server::ask(app, server, Grant::Refresh(token, old)).await
    }

    async fn load_first(&self) -> Outcome {
        let stored = self.load().await?;
        let mut state = self.state();
        if state.current.is_none() {
            state.consider(stored.as_ref());
        }
        state.any().ok_or_else(no_credential)
    }

    async fn replace(&self, credential: Credential) -> Outcome {
        for _ in 0..SAVES {
            let stored = self.load().await?;
            if self.save(stored.as_ref(), &credential).await? == Saved::Done {
                let mut state = self.state();
                state.unsaved = None;
                state.adopt(credential, false);
                return state.any().ok_or_else(no_credential);
            }
        }
        Err(store_failed(BUSY))
    }

    /// Offers the new pair to the store, until it or a later one is there.
    async fn save_pair(&self, is_new: bool) -> Outcome {
        for _ in 0..SAVES {
            let Some(Unsaved { expected, new }) = self.state().unsaved.clone() else {
                break;
            };
            let saved = self.save(expected.as_ref(), &new).await?;
            let mut state = self.state();
            match saved {
                Saved::Done => {
                    state.unsaved = None;
                    state.adopt(new, is_new);
                }
                Saved::Other(Some(other))
                    if !is_expected(Some(&other), expected.as_ref())
                        && !state.is_spent(&other)
                        && wins(&other, &new)
                        && other.check().is_ok() =>
                {
                    state.unsaved = None;
                    state.adopt(other, false);
                }
                // Also if there is nothing any more, or what this pair was bought with: only this
                // pair can be renewed.
                Saved::Other(other) => {
                    if let Some(unsaved) = &mut state.unsaved {
                        unsaved.expected = other;
                    }
                    continue;
                }
            }
            return state.any().ok_or_else(no_credential);
        }
        Err(store_failed(BUSY))
    }

    async fn load(&self) -> Result<Option<Credential>, TokenError> {
        let loaded = timeout(self.shared.app.settings().timeout, self.shared.store.load()).await;
        let stored = match loaded {
            Ok(loaded) => loaded.map_err(|error| self.store_refused(&error, None))?,
            Err(_) => return Err(store_failed("it did not load in time")),
        };
        if let Some(Err(error)) = stored.as_ref().map(Credential::check) {
            let what = format!("what the store holds: {error}");
            return Err(TokenError::new(TokenErrorKind::BadCredential, what));
        }
        Ok(stored)
    }

    async fn save(
        &self,
        expected: Option<&Credential>,
        new: &Credential,
    ) -> Result<Saved, TokenError> {
        let save = self.shared.store.save(expected, new);
        match timeout(self.shared.app.settings().timeout, save).await {
            Ok(saved) => saved.map_err(|error| self.store_refused(&error, Some(new))),
            Err(_) => Err(store_failed("it did not save in time")),
        }
    }

    /// Stores are not ours: their texts may hold anything.
    fn store_refused(&self, error: &StoreError, new: Option<&Credential>) -> TokenError {
        let mut secrets = self.state().secrets();
        secrets.extend(self.shared.app.settings().secrets());
        secrets.extend(new.into_iter().flat_map(Credential::tokens).cloned());
        let what = Scrubber::new(secrets).scrub_owned(error.to_string());
        TokenError::new(TokenErrorKind::Store, what)
    }

    fn state(&self) -> MutexGuard<'_, Inner> {
        self.shared.state().lock()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if !self.is_reported {
            self.report(Err(died()));
        }
    }
}

const BUSY: &str = "others change what it holds all the time";

impl Inner {
    /// Keeps a new pair until the store has it.
    fn bought(&mut self, old: &Credential, stored: Option<Credential>, new: Credential) {
        self.refreshes += 1;
        self.spend(old, &new);
        self.unsaved = Some(Unsaved {
            expected: stored,
            new,
        });
    }

    fn any(&self) -> Option<Token> {
        self.current.as_ref().map(|current| current.token.clone())
    }
}

fn store_failed(what: &str) -> TokenError {
    TokenError::new(TokenErrorKind::Store, what)
}

fn no_credential() -> TokenError {
    TokenError::new(
        TokenErrorKind::NoCredential,
        "the store is empty: authorise the application first",
    )
}

/// The work ended without an outcome.
pub(super) fn died() -> TokenError {
    let what = match thread::panicking() {
        true => "the renewal panicked; if the store is your own, see there",
        false => "the thread of the renewal could not be started, or ended too early",
    };
    TokenError::new(TokenErrorKind::Internal, what)
}
