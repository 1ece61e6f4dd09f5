//! What a portal knows, and what changes while it runs.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use crate::{
    answer::Answers,
    auth::{Credential, Denied, Login, Secrets, USER},
    clock::Clock,
    contract::{Contract, Method, Rest},
    failures::Orders,
    fault::Faults,
    limits::{Intensity, Limits, Plan},
    log::{Log, Recorded},
    operating::{self, Budgets, Meter, Operating, Spent},
    time::{Shape, Time, TimeShape},
    tokens::Tokens,
};

pub(crate) type Observer = Box<dyn Fn(&Recorded) + Send + Sync>;

/// A method with its answers.
pub(crate) struct Served {
    pub(crate) method: Method,
    pub(crate) answers: Answers,
    pub(crate) meter: Meter,
}

impl Served {
    pub(crate) fn secret_params(&self) -> Vec<String> {
        let secret = self.method.params.iter().filter(|param| param.secret);
        secret.map(|param| param.name.clone()).collect()
    }
}

/// What the portal's thread and its owner share.
pub(crate) struct State {
    /// Its address, without a slash at its end.
    pub(crate) url: String,
    /// The address that it can move to, likewise.
    pub(crate) new_url: String,
    pub(crate) secrets: Secrets,
    /// What everything goes by that looks at the time.
    pub(crate) clock: Clock,
    /// All but its methods, which are in `methods`.
    pub(crate) contract: Contract,
    pub(crate) limits: Limits,
    pub(crate) budgets: Budgets,
    /// What the `time` of answers tells.
    pub(crate) time: Shape,
    methods: HashMap<Rest, HashMap<String, Served>>,
    setup: Setup,
    controls: Mutex<Controls>,
    observer: Option<Observer>,
}

/// What changes while the portal runs.
pub(crate) struct Controls {
    pub(crate) orders: Orders,
    pub(crate) log: Log,
    pub(crate) scopes: Vec<String>,
    pub(crate) tokens: Tokens,
    pub(crate) faults: Faults,
    /// Where calls are sent, without a slash at its end.
    pub(crate) moved: Option<String>,
    /// Calls of a webhook over plain http are turned down.
    pub(crate) https_only: bool,
}

impl Controls {
    fn new(secrets: &Secrets, setup: &Setup, clock: &Clock) -> Self {
        Self {
            orders: Orders::default(),
            log: Log::default(),
            scopes: setup.scopes.clone(),
            tokens: Tokens::new(secrets, clock.now()),
            faults: Faults::default(),
            moved: None,
            https_only: setup.https_only,
        }
    }
}

/// What the portal goes back to when it is cleared.
struct Setup {
    scopes: Vec<String>,
    plan: Option<Plan>,
    intensity: Option<Intensity>,
    https_only: bool,
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
        mut contract: Contract,
        secrets: Secrets,
        (plan, intensity): (Option<Plan>, Option<Intensity>),
        https_only: bool,
        observer: Option<Observer>,
    ) -> Self {
        let setup = Setup {
            scopes: contract.scopes(),
            plan,
            intensity,
            https_only,
        };
        let limits = Limits::default();
        limits.set(setup.intensity());
        let clock = Clock::new();
        let mut methods: HashMap<_, HashMap<_, _>> = HashMap::new();
        for method in contract.methods.drain(..) {
            let served = Served {
                answers: Answers::prepare(&method, &contract.records),
                method,
                meter: Meter::default(),
            };
            methods
                .entry(served.method.rest)
                .or_default()
                .insert(served.method.name.to_ascii_lowercase(), served);
        }
        Self {
            url,
            new_url,
            controls: Mutex::new(Controls::new(&secrets, &setup, &clock)),
            secrets,
            clock,
            contract,
            limits,
            budgets: Budgets::new(setup.operating()),
            time: Shape::default(),
            methods,
            setup,
            observer,
        }
    }

    /// The method with this lower-case name.
    pub(crate) fn method(&self, rest: Rest, name: &str) -> Option<&Served> {
        self.methods.get(&rest)?.get(name)
    }

    /// All methods.
    pub(crate) fn served(&self) -> impl Iterator<Item = &Served> {
        self.methods.values().flat_map(HashMap::values)
    }

    /// Gives a method a budget of execution time, in both generations of the API.
    pub(crate) fn order_operating(&self, method: &str, operating: &Operating) {
        let (name, now) = (method.to_ascii_lowercase(), self.clock.now());
        let meters = [Rest::Classic, Rest::V3]
            .into_iter()
            .filter_map(|rest| Some(&self.method(rest, &name)?.meter));
        let stranger = self.budgets.stranger(&name);
        operating::order(meters.chain([&*stranger]), operating, now);
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
    ) -> Result<Credential, Denied> {
        match (login, token) {
            (Some(login), _) if login.user == USER && login.code == self.secrets.webhook => {
                Ok(Credential::Webhook)
            }
            (None, Some(token)) => {
                self.controls().tokens.admit(token, self.clock.now())?;
                Ok(Credential::Token)
            }
            _ => Err(Denied::Unknown),
        }
    }

    /// Whether one of these scopes is granted, or none is needed.
    pub(crate) fn has_scope(&self, scopes: &[String]) -> bool {
        let granted = &self.controls().scopes;
        scopes.is_empty() || scopes.iter().any(|scope| granted.contains(scope))
    }

    pub(crate) fn record(&self, recorded: Recorded) {
        if let Some(observer) = &self.observer {
            observer(&recorded);
        }
        self.controls().log.push(recorded);
    }

    pub(crate) fn clear(&self) {
        self.clock.reset();
        self.limits.reset(self.setup.intensity());
        self.budgets.reset(self.setup.operating());
        self.served().for_each(|served| served.meter.reset());
        self.time.set(TimeShape::default());
        *self.controls() = Controls::new(&self.secrets, &self.setup, &self.clock);
    }
}
