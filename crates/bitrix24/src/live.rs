//! What calls need that may change while a client lives: where the portal is, and the token.

use std::{
    collections::hash_map::DefaultHasher,
    fmt,
    hash::{Hash, Hasher},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use hyper::HeaderMap;
use tokio::time::Instant;

use crate::{
    ConfigError, Secret,
    address::{self, Address, Auth, Base},
    limit::{Intensity, Limiter, Turn, portals},
    oauth::{Epoch, OAuth, Token, TokenError, TokenErrorKind},
    process::{PerProcess, Process},
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
    counters: PerProcess<Counters>,
    pub(crate) on_moved: Option<OnMoved>,
    source: Source,
    /// As it stands, if that has changed or is not known from the beginning.
    latest: PerProcess<Mutex<Option<Arc<Live>>>>,
    /// Whether it may have changed, in this process or a parent of it.
    changed: AtomicBool,
}

/// Where portal and credential come from.
pub(crate) enum Source {
    /// From the settings of the client.
    Fixed(Arc<Live>),
    /// From a credential that changes.
    OAuth(Box<Renewed>),
}

/// What it takes to call with a credential that changes.
pub(crate) struct Renewed {
    pub(crate) oauth: OAuth,
    /// In place of the portal's.
    pub(crate) base: Option<Base>,
    pub(crate) limits: LimitChoice,
    /// Besides those of the credential.
    pub(crate) secrets: Vec<Secret>,
}

/// What one try of a call needs.
pub(crate) struct Live {
    pub(crate) address: Address,
    /// The end of the parameters that holds the token: `"auth":"token"}`.
    pub(crate) token_field: Option<Secret>,
    pub(crate) scrubber: Arc<Scrubber>,
    pub(crate) limits: Limits,
    /// Where the portal was before it moved.
    home: String,
    /// Which of the credential's tokens it is.
    generation: u64,
}

/// The limits that a call must keep.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    limiter: Arc<dyn Limiter>,
    /// Whether all clients of the portal share it.
    is_of_process: bool,
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
    /// `owner` tells credentials apart.
    pub(crate) fn new(choice: &LimitChoice, portal: &str, owner: &str) -> Self {
        Self {
            limiter: choice.of(portal),
            is_of_process: matches!(choice, LimitChoice::Process(_)),
            portal: portal.into(),
            credential: credential(portal, owner),
        }
    }

    /// Those of the portal at its new address.
    fn moved(&self, to: &str) -> Self {
        let known = self
            .is_of_process
            .then(|| portals().moved(&self.portal, to))
            .flatten();
        let limiter: Arc<dyn Limiter> = match known {
            Some(limits) => limits,
            None => self.limiter.clone(),
        };
        Self {
            limiter,
            portal: to.into(),
            ..self.clone()
        }
    }

    pub(crate) fn limiter(&self) -> &dyn Limiter {
        &*self.limiter
    }

    pub(crate) fn turn<'a>(&'a self, method: &'a str) -> Turn<'a> {
        Turn::new(&self.portal, self.credential, method)
    }
}

impl Live {
    pub(crate) fn new(
        base: Base,
        auth: &Auth,
        secrets: Vec<Secret>,
        limits: Limits,
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            token_field: token_field(auth)?,
            scrubber: Arc::new(Scrubber::new(secrets)),
            limits,
            home: base.address().to_owned(),
            address: Address::new(base, auth),
            generation: 0,
        })
    }

    /// The same at another address.
    fn at(&self, address: Address) -> Self {
        Self {
            token_field: self.token_field.clone(),
            scrubber: self.scrubber.clone(),
            limits: self.limits.moved(address.portal()),
            address,
            home: self.home.clone(),
            generation: self.generation,
        }
    }
}

impl Renewed {
    fn limits(&self, base: &Base) -> Limits {
        Limits::new(&self.limits, base.address(), self.oauth.client_id())
    }

    /// The portal, if it is known without asking anybody.
    fn base(&self) -> Option<Base> {
        match &self.base {
            Some(base) => Some(base.clone()),
            None => address::portal(&self.oauth.portal()?).ok(),
        }
    }

    /// What calls with a token need, given what they needed before.
    fn live(&self, token: Token, before: Option<&Live>) -> Result<Live, TokenError> {
        let unusable =
            |error: ConfigError| TokenError::new(TokenErrorKind::BadCredential, error.to_string());
        let (base, auth) = address::token(&token.portal, token.secret).map_err(unusable)?;
        let base = self.base.clone().unwrap_or(base);
        let secrets = [self.oauth.secrets(), self.secrets.clone()].concat();
        let before = before.filter(|before| before.home == base.address());
        let limits = match before {
            Some(before) => before.limits.clone(),
            None => self.limits(&base),
        };
        let mut live = Live::new(base, &auth, secrets, limits).map_err(unusable)?;
        if let Some(before) = before {
            live.address = before.address.clone();
        }
        live.generation = token.generation;
        Ok(live)
    }
}

impl Shared {
    pub(crate) fn new(
        headers: HeaderMap,
        auth: AuthKind,
        connector: Connector,
        on_moved: Option<OnMoved>,
        source: Source,
    ) -> Self {
        Self {
            headers,
            auth,
            connector,
            counters: PerProcess::default(),
            on_moved,
            source,
            latest: PerProcess::default(),
            changed: AtomicBool::new(false),
        }
    }

    /// What was done in the current process.
    pub(crate) fn counters(&self, current: Process) -> &Counters {
        self.counters.get_in(current)
    }

    /// Notes when a call begins, for what follows.
    pub(crate) fn begin(&self) -> Option<Epoch> {
        match &self.source {
            Source::Fixed(_) => None,
            Source::OAuth(renewed) => Some(renewed.oauth.begin()),
        }
    }

    /// What a try that begins now needs.
    pub(crate) async fn live(
        &self,
        epoch: Option<Epoch>,
        deadline: Option<Instant>,
    ) -> Result<Arc<Live>, TokenError> {
        match &self.source {
            Source::Fixed(first) => Ok(self.fixed(first)),
            Source::OAuth(renewed) => {
                let epoch = epoch.unwrap_or_else(|| renewed.oauth.begin());
                let token = renewed.oauth.token(epoch, deadline).await?;
                self.with_token(renewed, token)
            }
        }
    }

    /// The same, where nothing has to be waited for.
    pub(crate) fn live_at_once(
        &self,
        epoch: Option<Epoch>,
    ) -> Option<Result<Arc<Live>, TokenError>> {
        match &self.source {
            Source::Fixed(first) => Some(Ok(self.fixed(first))),
            Source::OAuth(renewed) => {
                let token = renewed.oauth.token_at_once(epoch?)?;
                Some(token.and_then(|token| self.with_token(renewed, token)))
            }
        }
    }

    /// What was given, wherever the portal may be by now.
    fn fixed(&self, first: &Arc<Live>) -> Arc<Live> {
        match self.changed.load(Ordering::Acquire) {
            false => first.clone(),
            true => self.latest().as_ref().unwrap_or(first).clone(),
        }
    }

    /// What the next try needs after the portal said that the token is over. `None`: there is no
    /// way to get another one.
    pub(crate) async fn renewed(
        &self,
        live: &Live,
        epoch: Option<Epoch>,
    ) -> Option<Result<Arc<Live>, TokenError>> {
        let (Source::OAuth(renewed), Some(epoch)) = (&self.source, epoch) else {
            return None;
        };
        let token = renewed.oauth.renew(live.generation, epoch).await;
        Some(token.and_then(|token| self.with_token(renewed, token)))
    }

    fn with_token(&self, renewed: &Renewed, token: Token) -> Result<Arc<Live>, TokenError> {
        let mut latest = self.latest();
        if let Some(live) = &*latest
            && live.generation >= token.generation
        {
            return Ok(live.clone());
        }
        let live = Arc::new(renewed.live(token, latest.as_deref())?);
        *latest = Some(live.clone());
        Ok(live)
    }

    /// What is known without asking anybody.
    pub(crate) fn known(&self) -> Option<Arc<Live>> {
        let latest = self.latest().clone();
        latest.or_else(|| match &self.source {
            Source::Fixed(first) => Some(first.clone()),
            Source::OAuth(_) => None,
        })
    }

    /// The portal's address, if it is known without asking anybody.
    pub(crate) fn portal(&self) -> Option<String> {
        if let Some(live) = self.known() {
            return Some(live.address.portal().to_owned());
        }
        let Source::OAuth(renewed) = &self.source else {
            return None;
        };
        Some(renewed.base()?.address().to_owned())
    }

    /// The limits of the portal, if it is known without asking anybody.
    pub(crate) fn limits(&self) -> Option<Limits> {
        if let Some(live) = self.known() {
            return Some(live.limits.clone());
        }
        let Source::OAuth(renewed) = &self.source else {
            return None;
        };
        Some(renewed.limits(&renewed.base()?))
    }

    /// Takes the secrets of this moment out of texts.
    pub(crate) fn scrubber(&self) -> Arc<Scrubber> {
        match (self.known(), &self.source) {
            (Some(live), _) => live.scrubber.clone(),
            (None, Source::OAuth(renewed)) => {
                let secrets = [renewed.oauth.secrets(), renewed.secrets.clone()].concat();
                Arc::new(Scrubber::new(secrets))
            }
            (None, Source::Fixed(first)) => first.scrubber.clone(),
        }
    }

    /// How often this process got new tokens for the credential.
    pub(crate) fn refreshes(&self) -> u64 {
        match &self.source {
            Source::Fixed(_) => 0,
            Source::OAuth(renewed) => renewed.oauth.refreshes(),
        }
    }

    /// The portal answered at another address: later calls go there. Tells whether that is news.
    pub(crate) fn move_to(&self, live: &Live, address: &Address) -> bool {
        let mut latest = self.latest();
        let known = match (&*latest, &self.source) {
            (Some(live), _) => live.clone(),
            (None, Source::Fixed(first)) => first.clone(),
            (None, Source::OAuth(_)) => return false,
        };
        if known.home != live.home || known.address.portal() == address.portal() {
            return false;
        }
        *latest = Some(Arc::new(known.at(address.clone())));
        self.changed.store(true, Ordering::Release);
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
fn credential(portal: &str, owner: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (portal, owner).hash(&mut hasher);
    hasher.finish()
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").finish_non_exhaustive()
    }
}
