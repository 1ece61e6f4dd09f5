//! One credential, kept current for all who call with it.

use std::{fmt, sync::Arc, time::Duration};

use tokio::{
    runtime::Handle,
    sync::watch::Receiver,
    time::{Instant, timeout},
};

use super::{
    App, Credential, Epoch, MemoryStore, Store, Token, TokenError, TokenErrorKind,
    refresh::{self, Job},
    state::{Inner, Outcome, State, Step},
};
use crate::{ConfigError, Secret, process::PerProcess};

/// How long a call waits for a renewal that it could do without.
const GRACE: Duration = Duration::from_millis(500);

/// A credential that renews itself, for any number of clients, threads and runtimes.
///
/// Cheap to clone; clones share the credential. Make one for each credential: two that hold the same
/// one spend the refresh token twice, unless they share a store.
///
/// ```
/// use bitrix24::oauth::{App, Credential, OAuth};
///
/// let app = App::new("local.0123abcd.12345678", "client-secret")?;
/// let credential = Credential::new("portal.bitrix24.com", "access-token")
///     .refresh_token("refresh-token");
/// let oauth = OAuth::new(app, credential)?;
/// assert_eq!(oauth.refreshes(), 0);
/// # Ok::<(), bitrix24::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct OAuth {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) app: App,
    pub(super) store: Arc<dyn Store>,
    state: PerProcess<State>,
}

impl Shared {
    /// A child begins with what the store holds.
    pub(super) fn state(&self) -> &State {
        self.state.get()
    }
}

impl OAuth {
    /// A credential that lives as long as the process: see [`MemoryStore`].
    ///
    /// # Errors
    /// If the credential's portal or tokens cannot be ones.
    pub fn new(app: App, credential: Credential) -> Result<Self, ConfigError> {
        credential.check()?;
        let oauth = Self::with_store(app, MemoryStore::new(credential.clone()));
        oauth.shared.state().lock().adopt(credential, false);
        Ok(oauth)
    }

    /// The credential that a store holds. It is read when the first call needs it, and again before
    /// a token is renewed, since another process may have done that.
    pub fn with_store(app: App, store: impl Store + 'static) -> Self {
        Self::with_shared_store(app, Arc::new(store))
    }

    /// The same with a store that is used elsewhere, too.
    pub fn with_shared_store(app: App, store: Arc<dyn Store>) -> Self {
        Self {
            shared: Arc::new(Shared {
                app,
                store,
                state: PerProcess::default(),
            }),
        }
    }

    /// The application.
    pub fn app(&self) -> &App {
        &self.shared.app
    }

    /// How many pairs of tokens the authorization server gave to this process.
    pub fn refreshes(&self) -> u64 {
        self.shared.state().lock().refreshes
    }

    /// The credential as it stands. It is not renewed.
    ///
    /// ```
    /// use bitrix24::oauth::{App, MemoryStore, OAuth, TokenErrorKind};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), bitrix24::ConfigError> {
    /// let app = App::new("local.0123abcd.12345678", "client-secret")?;
    /// let oauth = OAuth::with_store(app, MemoryStore::default());
    /// let error = oauth.credential().await.unwrap_err();
    /// assert_eq!(error.kind(), TokenErrorKind::NoCredential);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the store fails, or holds no credential that can be used.
    pub async fn credential(&self) -> Result<Credential, TokenError> {
        let epoch = self.begin();
        loop {
            if let Some(current) = &self.shared.state().lock().current {
                return Ok(current.credential.clone());
            }
            match self.next(Job::Load, |state| state.work(epoch)) {
                Next::Done(outcome) => drop(outcome?),
                Next::Wait(outcome, _) | Next::Started(outcome) | Next::Ahead(_, outcome) => {
                    drop(wait(outcome).await);
                }
            }
        }
    }

    /// Puts another credential in the place of this one, in the store and for all clients: after the
    /// application was authorised anew.
    ///
    /// Nothing is checked of where it comes from. Believe one that was posted only after a call with it
    /// alone, at the portal that you expect: see [`Installation`](super::Installation).
    ///
    /// It happens even if the future is dropped, once it began.
    ///
    /// ```
    /// # use bitrix24::oauth::{App, Credential, MemoryStore, OAuth};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let app = App::new("local.0123abcd.12345678", "client-secret")?;
    /// # let oauth = OAuth::with_store(app, MemoryStore::default());
    /// let credential = Credential::new("portal.bitrix24.com", "access-token");
    /// oauth.replace(credential.clone()).await?;
    /// assert_eq!(oauth.credential().await?, credential);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the credential cannot be one, or the store fails. Then the one before stays.
    pub async fn replace(&self, credential: Credential) -> Result<(), TokenError> {
        credential
            .check()
            .map_err(|error| TokenError::new(TokenErrorKind::BadCredential, error.to_string()))?;
        loop {
            let job = Job::Replace(Box::new(credential.clone()));
            let next = self.next(job, |state| match &state.running {
                Some(running) => Step::Wait(running.outcome.clone(), false),
                None => Step::Start,
            });
            match next {
                Next::Started(outcome) => return wait(outcome).await.map(drop),
                Next::Wait(outcome, _) | Next::Ahead(_, outcome) => drop(wait(outcome).await),
                Next::Done(outcome) => return outcome.map(drop),
            }
        }
    }

    /// Notes when a call begins, for [`token`](Self::token) and [`renew`](Self::renew).
    pub(crate) fn begin(&self) -> Epoch {
        self.shared.state().lock().epoch()
    }

    /// A token to call with: read from the store the first time, renewed if it is over. While it is
    /// renewed ahead of time, calls go on with the one there is.
    ///
    /// Needs no runtime. Dropping the future abandons the wait, not the work.
    pub(crate) async fn token(&self, epoch: Epoch, deadline: Option<Instant>) -> Outcome {
        self.get(|state| state.step(epoch), deadline).await
    }

    /// The same, where nothing has to be done for it.
    pub(crate) fn token_at_once(&self, epoch: Epoch) -> Option<Outcome> {
        match self.shared.state().lock().step(epoch) {
            Step::Done(outcome) => Some(outcome),
            _ => None,
        }
    }

    /// Another token, after the portal said that the one of this generation is over. If there is one
    /// already, it is that.
    ///
    /// Needs no runtime. Dropping the future abandons the wait, not the work.
    pub(crate) async fn renew(&self, used_generation: u64, epoch: Epoch) -> Outcome {
        self.get(|state| state.step_after(used_generation, epoch), None)
            .await
    }

    async fn get(&self, step: impl Fn(&mut Inner) -> Step, deadline: Option<Instant>) -> Outcome {
        loop {
            match self.next(Job::Provide, &step) {
                Next::Done(outcome) => return outcome,
                Next::Started(outcome) | Next::Wait(outcome, true) => return wait(outcome).await,
                Next::Ahead(token, outcome) => {
                    return Ok(wait_a_little(outcome, deadline).await.unwrap_or(token));
                }
                // It was not for a token. Whatever came out of it, there is a next step.
                Next::Wait(outcome, false) => drop(wait(outcome).await),
            }
        }
    }

    /// Finds out what to do, and starts the job if it is that.
    fn next(&self, job: Job, step: impl FnOnce(&mut Inner) -> Step) -> Next {
        let mut state = self.shared.state().lock();
        let step = step(&mut state);
        let job = match step {
            Step::Done(outcome) => return Next::Done(outcome),
            Step::Wait(outcome, is_for_token) => return Next::Wait(outcome, is_for_token),
            Step::Load => Job::Load,
            Step::Start | Step::Ahead(_) => job,
        };
        let (sender, outcome) = refresh::prepare(&mut state, &job);
        drop(state);
        refresh::launch(self, job, sender);
        match step {
            Step::Ahead(token) => Next::Ahead(token, outcome),
            Step::Load => Next::Wait(outcome, false),
            _ => Next::Started(outcome),
        }
    }

    /// The portal that the credential is for, if it is known without asking the store.
    pub(crate) fn portal(&self) -> Option<String> {
        let state = self.shared.state().lock();
        let current = state.current.as_ref()?;
        Some(current.credential.portal.clone())
    }

    /// The id of the application.
    pub(crate) fn client_id(&self) -> &str {
        self.app().client_id()
    }

    /// What must not show in the texts of a call: the tokens of this moment and the last ones before,
    /// the client secret, the password of the proxy.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        let mut secrets = self.shared.state().lock().secrets();
        secrets.extend(self.app().settings().secrets());
        secrets
    }
}

/// What was found to do.
enum Next {
    Done(Outcome),
    /// Others work, for a token or not.
    Wait(Receiver<Option<Outcome>>, bool),
    Started(Receiver<Option<Outcome>>),
    /// The same, but the token is still good.
    Ahead(Token, Receiver<Option<Outcome>>),
}

/// Waits for a renewal ahead of time. Whoever began it waits, but not for long: a program that makes
/// one call and ends must not end in the middle of it, and a slow server must not hold a call up
/// whose token is good, nor use up the time it has. `None`: go on with that.
async fn wait_a_little(
    outcome: Receiver<Option<Outcome>>,
    deadline: Option<Instant>,
) -> Option<Token> {
    Handle::try_current().ok()?;
    let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    let patience = left.map_or(GRACE, |left| GRACE.min(left / 2));
    timeout(patience, wait(outcome)).await.ok()?.ok()
}

/// Waits for work that goes on elsewhere.
async fn wait(mut outcome: Receiver<Option<Outcome>>) -> Outcome {
    match outcome.wait_for(Option::is_some).await.as_deref() {
        Ok(Some(outcome)) => outcome.clone(),
        _ => Err(refresh::died()),
    }
}

impl fmt::Debug for OAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth")
            .field("app", &self.shared.app)
            .field("store", &self.shared.store)
            .finish_non_exhaustive()
    }
}
