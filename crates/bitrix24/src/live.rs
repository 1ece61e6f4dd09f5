//! What calls need that may change while a client lives: where the portal is, and the token.

use std::{
    collections::hash_map::DefaultHasher,
    fmt,
    hash::{Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use reqwest::header::HeaderMap;

use crate::{
    ConfigError, Secret,
    address::{Address, Auth},
    limit::{Intensity, Limiter, Turn, portals},
    process::PerProcess,
    rules::AuthKind,
    scrub::Scrubber,
    stats::Counters,
    transport::Connector,
};

/// Told the new address of a portal that has moved.
pub(crate) type OnMoved = Arc<dyn Fn(&str) + Send + Sync>;

/// What all calls of a client and its clones have in common.
pub(crate) struct Shared {
    pub(crate) headers: HeaderMap,
    pub(crate) auth: AuthKind,
    pub(crate) connector: Connector,
    pub(crate) counters: Counters,
    pub(crate) on_moved: Option<OnMoved>,
    /// As the client was made.
    first: Arc<Live>,
    /// As it has changed since.
    latest: PerProcess<Mutex<Option<Arc<Live>>>>,
}

/// What one try of a call needs.
pub(crate) struct Live {
    pub(crate) address: Address,
    /// The end of the parameters that holds the token: `"auth":"token"}`.
    pub(crate) token_field: Option<Secret>,
    pub(crate) scrubber: Arc<Scrubber>,
    pub(crate) limits: Limits,
}

/// The limits that a call must keep.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    limiter: Arc<dyn Limiter>,
    portal: Arc<str>,
    credential: u64,
}

/// Which limits a client keeps.
#[derive(Clone, Debug)]
pub(crate) enum LimitChoice {
    /// Those of the process, perhaps with an intensity that somebody asked for.
    Process(Option<Intensity>),
    Given(Arc<dyn Limiter>),
}

impl LimitChoice {
    fn of(&self, portal: &str) -> Arc<dyn Limiter> {
        match self {
            Self::Process(intensity) => portals().of(portal, *intensity),
            Self::Given(limiter) => limiter.clone(),
        }
    }
}

impl Limits {
    pub(crate) fn new(choice: &LimitChoice, portal: &str, credential: u64) -> Self {
        Self {
            limiter: choice.of(portal),
            portal: portal.into(),
            credential,
        }
    }

    pub(crate) fn limiter(&self) -> &dyn Limiter {
        &*self.limiter
    }

    pub(crate) fn turn<'a>(&'a self, method: &'a str) -> Turn<'a> {
        Turn {
            portal: &self.portal,
            credential: self.credential,
            method,
            at_most: None,
            again: false,
        }
    }
}

impl Live {
    pub(crate) fn new(
        address: Address,
        auth: &Auth,
        secrets: Vec<Secret>,
        limits: &LimitChoice,
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            token_field: token_field(auth)?,
            scrubber: Arc::new(Scrubber::new(secrets)),
            limits: Limits::new(limits, address.portal(), credential(&address, auth)),
            address,
        })
    }

    /// The same at another address.
    fn at(&self, address: Address) -> Self {
        Self {
            address,
            token_field: self.token_field.clone(),
            scrubber: self.scrubber.clone(),
            limits: self.limits.clone(),
        }
    }
}

impl Shared {
    pub(crate) fn new(
        headers: HeaderMap,
        auth: AuthKind,
        connector: Connector,
        on_moved: Option<OnMoved>,
        live: Live,
    ) -> Self {
        Self {
            headers,
            auth,
            connector,
            counters: Counters::default(),
            on_moved,
            first: Arc::new(live),
            latest: PerProcess::default(),
        }
    }

    /// What a try that begins now needs.
    pub(crate) fn live(&self) -> Arc<Live> {
        self.latest().as_ref().unwrap_or(&self.first).clone()
    }

    /// The portal answered at another address: later calls go there. Tells whether that is news.
    pub(crate) fn move_to(&self, live: &Live, address: &Address) -> bool {
        let mut latest = self.latest();
        let known = latest.as_ref().unwrap_or(&self.first);
        if known.address.portal() == address.portal() {
            return false;
        }
        *latest = Some(Arc::new(live.at(address.clone())));
        true
    }

    fn latest(&self) -> MutexGuard<'_, Option<Arc<Live>>> {
        let latest = self.latest.get().lock();
        latest.unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of the parameters that holds the token: `"auth":"token"}`.
fn token_field(auth: &Auth) -> Result<Option<Secret>, ConfigError> {
    match auth {
        Auth::Webhook { .. } => Ok(None),
        Auth::Token(token) => {
            let token = serde_json::to_string(token)
                .map_err(|_| ConfigError::new("the access token cannot be written"))?;
            Ok(Some(format!("\"auth\":{token}}}").into()))
        }
    }
}

/// A number that tells credentials apart, from which they cannot be had back.
fn credential(address: &Address, auth: &Auth) -> u64 {
    let mut hasher = DefaultHasher::new();
    address.portal().hash(&mut hasher);
    auth.secret().expose().hash(&mut hasher);
    hasher.finish()
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").finish_non_exhaustive()
    }
}
