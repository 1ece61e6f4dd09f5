//! What a portal knows, and what changes while it runs.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use crate::{
    api::{Api, Served},
    app::Application,
    auth::{Caller, Credential, Denied, Login, Secrets, USER},
    bindings::Bindings,
    clock::Clock,
    contract::{BASIC, Contract, Rest},
    deliver::Outbox,
    faults::Faults,
    idempotency::Replays,
    limits::{Intensity, Limits, Plan},
    log::{Log, Recorded},
    operating::{Budgets, Operating, Spent},
    orders::Orders,
    time::{Shape, Time, TimeShape},
    tokens::Tokens,
    traffic::Traffic,
    world::{World, event},
};

pub(crate) type Observer = Box<dyn Fn(&Recorded) + Send + Sync>;

/// What the portal's thread and its owner share.
pub(crate) struct State {
    /// Its address, without a slash at its end.
    pub(crate) url: String,
    /// The address that it can move to, likewise.
    pub(crate) new_url: String,
    pub(crate) secrets: Secrets,
    /// What everything goes by that looks at the time.
    pub(crate) clock: Clock,
    api: Api,
    pub(crate) limits: Limits,
    pub(crate) budgets: Budgets,
    pub(crate) replays: Replays,
    pub(crate) bindings: Bindings,
    /// What the `time` of answers tells.
    pub(crate) time: Shape,
    setup: Setup,
    pub(crate) outbox: Arc<Outbox>,
    controls: Mutex<Controls>,
    /// Never locked while `controls` is.
    world: Mutex<World>,
    /// Tells those who wait that `world` has changed.
    changed: Condvar,
    /// Whether methods look at `world`, rather than to answer as documented.
    stateful: AtomicBool,
    pub(crate) traffic: Traffic,
    /// What chance comes from.
    seed: AtomicU64,
    /// Tells those who wait that calls were recorded.
    called: Condvar,
    /// How many wait.
    waiting: AtomicUsize,
    observer: Option<Observer>,
}

/// What changes while the portal runs.
pub(crate) struct Controls {
    pub(crate) orders: Orders,
    pub(crate) log: Log,
    pub(crate) scopes: Vec<String>,
    pub(crate) tokens: Tokens,
    pub(crate) app: Application,
    pub(crate) faults: Faults,
    /// Where calls are sent, without a slash at its end.
    pub(crate) moved: Option<String>,
    /// Calls of a webhook over plain http are turned down.
    pub(crate) https_only: bool,
}

impl Controls {
    fn new(api: &Api, secrets: &Secrets, setup: &Setup, clock: &Clock, seed: u64) -> Self {
        Self {
            orders: Orders::default(),
            log: Log::default(),
            scopes: api.scopes().to_vec(),
            tokens: Tokens::new(secrets, clock.now()),
            app: Application::new(setup.redirect_uri.as_deref()),
            faults: Faults::new(seed),
            moved: None,
            https_only: setup.https_only,
        }
    }
}

/// What a portal begins with, and goes back to when it is cleared.
#[derive(Default)]
pub(crate) struct Setup {
    pub(crate) redirect_uri: Option<String>,
    pub(crate) plan: Option<Plan>,
    pub(crate) intensity: Option<Intensity>,
    /// Calls of a webhook over plain http are turned down.
    pub(crate) https_only: bool,
    /// Methods answer as documented, whatever was called before.
    pub(crate) documented: bool,
    /// What chance comes from.
    pub(crate) seed: Option<u64>,
}

impl Setup {
    fn intensity(&self) -> Option<Intensity> {
        self.intensity.or(self.plan.and_then(Plan::intensity))
    }

    fn operating(&self) -> f64 {
        self.plan.unwrap_or(Plan::Standard).operating()
    }
}

impl State {
    pub(crate) fn new(
        [url, new_url]: [String; 2],
        api: Api,
        secrets: Secrets,
        setup: Setup,
        observer: Option<Observer>,
        outbox: Outbox,
    ) -> Self {
        let clock = Clock::new();
        let limits = Limits::default();
        limits.set(setup.intensity());
        let seed = setup.seed.unwrap_or(secrets.seed);
        Self {
            url,
            new_url,
            controls: Mutex::new(Controls::new(&api, &secrets, &setup, &clock, seed)),
            world: Mutex::new(World::fresh(api.seed(), clock.now())),
            changed: Condvar::new(),
            secrets,
            clock,
            limits,
            budgets: Budgets::new(api.count(), setup.operating()),
            time: Shape::default(),
            replays: Replays::default(),
            bindings: Bindings::default(),
            api,
            stateful: AtomicBool::new(!setup.documented),
            setup,
            outbox: Arc::new(outbox),
            traffic: Traffic::default(),
            seed: AtomicU64::new(seed),
            called: Condvar::new(),
            waiting: AtomicUsize::new(0),
            observer,
        }
    }

    /// The method with this lower-case name.
    pub(crate) fn method(&self, rest: Rest, name: &str) -> Option<&Served> {
        self.api.method(rest, name)
    }

    /// All of the API but its methods.
    pub(crate) fn contract(&self) -> &Contract {
        self.api.contract()
    }

    /// Gives a method a budget of execution time, in both generations of the API.
    pub(crate) fn order_operating(&self, method: &str, operating: &Operating) {
        let (name, now) = (method.to_ascii_lowercase(), self.clock.now());
        let served = [Rest::Classic, Rest::V3].map(|rest| self.method(rest, &name));
        for served in served.into_iter().flatten() {
            self.budgets
                .of(Some(served.index), &name, |meter| meter.set(operating, now));
        }
        self.budgets
            .of(None, &name, |meter| meter.set(operating, now));
    }

    /// The `time` of a call that began then and ends now.
    pub(crate) fn time(&self, start: SystemTime, spent: Option<Spent>) -> Option<Time> {
        let end = self.clock.now();
        let spent = spent.unwrap_or_else(|| Spent::nothing(start));
        Time::between(start, end, spent, self.time.get())
    }

    pub(crate) fn controls(&self) -> MutexGuard<'_, Controls> {
        self.controls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether calls of a webhook must not come as they do, over plain http.
    pub(crate) fn wants_https(&self) -> bool {
        self.controls().https_only && self.url.starts_with("http://")
    }

    /// The address that calls should go to.
    pub(crate) fn current_url(&self) -> String {
        let moved = self.controls().moved.clone();
        moved.unwrap_or_else(|| self.url.clone())
    }

    /// Judges the credential of a call.
    pub(crate) fn admit(
        &self,
        login: Option<Login<'_>>,
        token: Option<&str>,
    ) -> Result<Caller, Denied> {
        match (login, token) {
            (Some(login), _) if login.user == USER && login.code == self.secrets.webhook => {
                Ok(Caller::new(Credential::Webhook))
            }
            (None, Some(token)) => {
                let controls = self.controls();
                let grant = controls.tokens.admit(token, self.clock.now())?;
                if !controls.app.is_open_to(grant.user) {
                    return Err(Denied::User);
                }
                Ok(Caller {
                    credential: Credential::Token,
                    user: grant.user,
                    scopes: grant.scopes.clone(),
                })
            }
            _ => Err(Denied::Unknown),
        }
    }

    /// Whether one of these scopes is granted, or none is needed.
    pub(crate) fn has_scope(&self, caller: &Caller, scopes: &[String]) -> bool {
        let is_in = |granted: &[String]| scopes.iter().any(|scope| granted.contains(scope));
        scopes.is_empty()
            || scopes.iter().any(|scope| scope == BASIC)
            || caller.scopes.as_deref().is_none_or(is_in) && is_in(&self.controls().scopes)
    }

    /// The scopes of a caller.
    pub(crate) fn granted(&self, caller: &Caller) -> Vec<String> {
        let granted = self.controls().scopes.clone();
        match &caller.scopes {
            Some(own) => granted
                .into_iter()
                .filter(|scope| own.contains(scope))
                .collect(),
            None => granted,
        }
    }

    /// All that is served.
    pub(crate) fn api(&self) -> &Api {
        &self.api
    }

    pub(crate) fn record(&self, recorded: Recorded) {
        let seen = self.observer.as_ref().map(|_| recorded.clone());
        self.controls().log.push(recorded);
        if self.waiting.load(Ordering::SeqCst) > 0 {
            self.called.notify_all();
        }
        if let (Some(observer), Some(recorded)) = (&self.observer, seen) {
            // What it does is no reason for the portal not to answer; the panic has been reported.
            let _ = panic::catch_unwind(AssertUnwindSafe(|| observer(&recorded)));
        }
    }

    /// Waits until a method was called so often, and gives the calls of it; what came in time
    /// otherwise.
    pub(crate) fn wait_for_calls(
        &self,
        method: &str,
        count: usize,
        timeout: Duration,
    ) -> Result<Vec<Recorded>, Vec<Recorded>> {
        // Before the lock, so that a call which is recorded behind it is told of.
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let controls = self.controls();
        let waited = self
            .called
            .wait_timeout_while(controls, timeout, |controls| {
                controls.log.count_of(method) < count
            });
        let (controls, _) = waited.unwrap_or_else(PoisonError::into_inner);
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        let calls = controls.log.of(method);
        if calls.len() < count {
            Err(calls)
        } else {
            Ok(calls)
        }
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed.load(Ordering::Relaxed)
    }

    pub(crate) fn set_seed(&self, seed: u64) {
        self.seed.store(seed, Ordering::Relaxed);
        self.controls().faults.seed(seed);
    }

    /// Whether methods look at what the portal keeps.
    pub(crate) fn is_stateful(&self) -> bool {
        self.stateful.load(Ordering::Relaxed)
    }

    pub(crate) fn set_stateful(&self, on: bool) {
        self.stateful.store(on, Ordering::Relaxed);
    }

    /// Looks at what the portal keeps, or changes it, and sees to it that those are told who
    /// have to be.
    pub(crate) fn in_world<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = act(&mut world);
        let happened = world.take_happened();
        if !happened.is_empty() {
            event::tell(self, &mut world, happened);
        }
        self.changed.notify_all();
        outcome
    }

    /// Waits for something in what the portal keeps; `None` when it does not come in time.
    pub(crate) fn wait_for<T>(
        &self,
        timeout: Duration,
        mut find: impl FnMut(&World) -> Option<T>,
    ) -> Option<T> {
        let world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = find(&world);
        let missing = |world: &mut World| {
            if found.is_none() {
                found = find(world);
            }
            found.is_none()
        };
        // Whoever waits is not given the world that others changed in a panic: there are none.
        drop(self.changed.wait_timeout_while(world, timeout, missing));
        found
    }

    /// The time by the clock of the portal.
    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    pub(crate) fn clear(&self) {
        let seed = self.setup.seed.unwrap_or(self.secrets.seed);
        self.seed.store(seed, Ordering::Relaxed);
        self.clock.reset();
        self.limits.reset(self.setup.intensity());
        self.budgets.reset(self.setup.operating());
        self.time.set(TimeShape::default());
        self.replays.clear();
        self.bindings.clear();
        *self.controls() = Controls::new(&self.api, &self.secrets, &self.setup, &self.clock, seed);
        self.set_stateful(!self.setup.documented);
        let fresh = World::fresh(self.api.seed(), self.clock.now());
        self.in_world(|world| *world = fresh);
        self.outbox.clear();
    }
}
