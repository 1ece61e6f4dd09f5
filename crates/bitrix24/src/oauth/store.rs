//! Where a credential outlives the process.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::Credential;
use crate::{BoxFuture, process::PerProcess};

/// Keeps a credential: in a file, a database, a vault.
///
/// Its methods are called on a thread that the renewal of a token has for itself, so they may block.
/// They run on a Tokio runtime that ends with the renewal: a connection pool that is bound to another
/// runtime belongs to that one, for instance by way of its handle.
///
/// While a store works, the calls that need a new token wait for it. A future that does not end is
/// given up after [`App::timeout`](super::App::timeout); code that blocks cannot be, and only the
/// timeouts of the calls end their wait.
///
/// ```
/// use bitrix24::{BoxFuture, oauth::{Credential, MemoryStore, Saved, Store, StoreError}};
///
/// /// Tells what is going on.
/// #[derive(Debug)]
/// struct Chatty(MemoryStore);
///
/// impl Store for Chatty {
///     fn load(&self) -> BoxFuture<'_, Result<Option<Credential>, StoreError>> {
///         println!("loaded");
///         self.0.load()
///     }
///
///     fn save<'a>(
///         &'a self,
///         expected: Option<&'a Credential>,
///         new: &'a Credential,
///     ) -> BoxFuture<'a, Result<Saved, StoreError>> {
///         println!("saved");
///         self.0.save(expected, new)
///     }
/// }
///
/// # use bitrix24::oauth::{App, OAuth};
/// let app = App::new("local.0123abcd.12345678", "client-secret")?;
/// let oauth = OAuth::with_store(app, Chatty(MemoryStore::default()));
/// # Ok::<(), bitrix24::ConfigError>(())
/// ```
pub trait Store: fmt::Debug + Send + Sync {
    /// The right to renew the credential, which others wait for until it is dropped. Within it, the
    /// store is loaded, the refresh token spent, and the new pair saved.
    ///
    /// Unless a store has it, two processes whose token ends may spend the same refresh token. One of
    /// them is refused, and then waits some seconds for what the other saves.
    ///
    /// A store that locks a row or a file for it must not wait for that lock in its own
    /// [`save`](Self::save). The lease that is not there within
    /// [`App::timeout`](super::App::timeout) is done without.
    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>> {
        Box::pin(async { Ok(Lease::default()) })
    }

    /// What the store holds; `None` if it is empty.
    fn load(&self) -> BoxFuture<'_, Result<Option<Credential>, StoreError>>;

    /// Replaces what the store holds by `new`, if that is `expected`; `None` means that it is empty.
    /// If not, nothing is replaced, and the answer is [`Saved::Other`].
    ///
    /// Both must happen as one step, also for other processes. Credentials are the same if their
    /// tokens are. After [`Saved::Done`], `new` must survive a crash.
    ///
    /// A pair that was just bought is offered again if the answer is that the store is empty: nothing
    /// else can renew the credential any more. To end that, drop all that uses it, then empty the
    /// store.
    fn save<'a>(
        &'a self,
        expected: Option<&'a Credential>,
        new: &'a Credential,
    ) -> BoxFuture<'a, Result<Saved, StoreError>>;
}

/// The right to renew a credential, for as long as this lives: see [`Store::lease`].
///
/// ```
/// use bitrix24::oauth::Lease;
/// use std::sync::{Arc, Mutex};
///
/// /// Tells a database that it is over.
/// struct Row(Arc<Mutex<bool>>);
///
/// impl Drop for Row {
///     fn drop(&mut self) {
///         if let Ok(mut is_locked) = self.0.lock() {
///             *is_locked = false;
///         }
///     }
/// }
///
/// let is_locked = Arc::new(Mutex::new(true));
/// drop(Lease::new(Row(is_locked.clone())));
/// assert_eq!(is_locked.lock().ok().as_deref(), Some(&false));
/// ```
#[derive(Default)]
pub struct Lease {
    guard: Option<Box<dyn Send>>,
}

impl Lease {
    /// A lease that ends when the guard is dropped. [`Lease::default`] keeps nobody out.
    pub fn new(guard: impl Send + 'static) -> Self {
        Self {
            guard: Some(Box::new(guard)),
        }
    }

    /// Whether nobody else renews the credential meanwhile.
    pub(super) fn keeps_others_out(&self) -> bool {
        self.guard.is_some()
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").finish_non_exhaustive()
    }
}

/// What became of a credential that a store was asked to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Saved {
    /// It is kept.
    Done,
    /// It is not, because the store holds something else: this, or nothing.
    Other(Option<Credential>),
}

/// A store could not do its work.
///
/// Its text ends up in errors and logs, so it must hold no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    what: String,
}

impl StoreError {
    /// An error with this text, or that of another error.
    pub fn new(what: impl fmt::Display) -> Self {
        Self {
            what: what.to_string(),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for StoreError {}

/// Keeps a credential as long as the process runs.
///
/// A forked child starts with a copy. Then parent and child each spend the refresh token, which is
/// good for one of them: such programs share a [`FileStore`](super::FileStore).
#[derive(Default)]
pub struct MemoryStore {
    held: PerProcess<Mutex<Option<Credential>>>,
    initial: Option<Credential>,
    lease: PerProcess<Arc<tokio::sync::Mutex<()>>>,
}

impl MemoryStore {
    /// A store that holds a credential.
    pub fn new(credential: Credential) -> Self {
        Self {
            held: PerProcess::new(Mutex::new(Some(credential.clone()))),
            initial: Some(credential),
            lease: PerProcess::default(),
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<Credential>> {
        let held = self.held.get_or(|parent| {
            // It may be locked for ever, by a thread that the child does not have.
            let copy = parent.try_lock().map(|held| held.clone());
            Mutex::new(copy.unwrap_or_else(|_| self.initial.clone()))
        });
        held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl Store for MemoryStore {
    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>> {
        Box::pin(async { Ok(Lease::new(Arc::clone(self.lease.get()).lock_owned().await)) })
    }

    fn load(&self) -> BoxFuture<'_, Result<Option<Credential>, StoreError>> {
        Box::pin(async { Ok(self.held().clone()) })
    }

    fn save<'a>(
        &'a self,
        expected: Option<&'a Credential>,
        new: &'a Credential,
    ) -> BoxFuture<'a, Result<Saved, StoreError>> {
        Box::pin(async move {
            let mut held = self.held();
            Ok(if is_expected(held.as_ref(), expected) {
                *held = Some(new.clone());
                Saved::Done
            } else {
                Saved::Other(held.clone())
            })
        })
    }
}

/// Whether a store that holds `held` may replace it.
pub(super) fn is_expected(held: Option<&Credential>, expected: Option<&Credential>) -> bool {
    match (held, expected) {
        (None, None) => true,
        (Some(held), Some(expected)) => held.has_tokens_of(expected),
        _ => false,
    }
}
