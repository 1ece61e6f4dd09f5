//! The API that a portal serves: its contract, made ready to answer.

use std::{
    collections::HashMap,
    io, mem,
    sync::{Arc, OnceLock},
};

use crate::{
    answer::Answers,
    contract::{Contract, Field, Method, Records, Rest, Type},
    world::{
        methods::{self, Handler},
        seed::Seed,
    },
};

/// The contract of the API that this crate was built with.
const CONTRACT: &str = include_str!(concat!(env!("OUT_DIR"), "/spec.json"));

/// A method with its answers.
pub(crate) struct Served {
    pub(crate) method: Method,
    pub(crate) answers: Answers,
    /// Its number among all methods.
    pub(crate) index: usize,
    /// What answers it from what the portal keeps.
    pub(crate) handler: Option<Handler>,
    /// The names of those that the log masks.
    pub(crate) secret_params: Arc<[String]>,
}

/// What is served. Portals of the same API share it.
#[derive(Clone)]
pub(crate) struct Api(Arc<Parts>);

struct Parts {
    /// All but its methods, which are in `methods`.
    contract: Contract,
    /// By the lower-case name.
    methods: HashMap<Rest, HashMap<String, Served>>,
    count: usize,
    scopes: Vec<String>,
    seed: Option<Seed>,
}

impl Api {
    /// Reads a contract, or takes that of this crate.
    pub(crate) fn new(contract: Option<&str>) -> io::Result<Self> {
        match contract {
            Some(json) => Self::read(json),
            None => Self::own(),
        }
    }

    /// That of this crate, which takes longer to read than all else that a start takes.
    fn own() -> io::Result<Self> {
        static KNOWN: OnceLock<Api> = OnceLock::new();
        if let Some(api) = KNOWN.get() {
            return Ok(api.clone());
        }
        // Before the lock is taken: a process that is forked meanwhile would find it locked for good.
        let api = Self::read(CONTRACT)?;
        Ok(KNOWN.get_or_init(|| api).clone())
    }

    fn read(json: &str) -> io::Result<Self> {
        let mut contract = Contract::read(json)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        let scopes = contract.scopes();
        let seed = Seed::of(&contract);
        let count = contract.methods.len();
        let mut methods: HashMap<_, HashMap<_, _>> = HashMap::new();
        for (index, method) in mem::take(&mut contract.methods).into_iter().enumerate() {
            let name = method.name.to_ascii_lowercase();
            let served = Served {
                secret_params: secret_params(&method, &contract.records).into(),
                answers: Answers::prepare(&method, &contract.records),
                handler: methods::find(method.rest, &name),
                method,
                index,
            };
            methods
                .entry(served.method.rest)
                .or_default()
                .insert(name, served);
        }
        Ok(Self(Arc::new(Parts {
            contract,
            methods,
            count,
            scopes,
            seed,
        })))
    }

    /// All but its methods.
    pub(crate) fn contract(&self) -> &Contract {
        &self.0.contract
    }

    /// The method with this lower-case name.
    pub(crate) fn method(&self, rest: Rest, name: &str) -> Option<&Served> {
        self.0.methods.get(&rest)?.get(name)
    }

    /// How many methods it has.
    pub(crate) fn count(&self) -> usize {
        self.0.count
    }

    /// All methods.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &Served> {
        self.0.methods.values().flat_map(HashMap::values)
    }

    /// All scopes that its methods ask for.
    pub(crate) fn scopes(&self) -> &[String] {
        &self.0.scopes
    }

    /// What a new portal keeps already.
    pub(crate) fn seed(&self) -> Option<&Seed> {
        self.0.seed.as_ref()
    }
}

/// The secret parameters of a method, also those within another, as `fields.botToken`.
fn secret_params(method: &Method, records: &Records) -> Vec<String> {
    let within = |param: &Field| -> Vec<String> {
        let Type::Ref { name } = &param.ty else {
            return Vec::new();
        };
        let fields = records.get(name).map(|record| record.fields.iter());
        let secret = fields.into_iter().flatten().filter(|field| field.secret);
        secret
            .map(|field| format!("{}.{}", param.name, field.name))
            .collect()
    };
    let params = method.params.iter();
    params
        .flat_map(|param| match param.secret {
            true => vec![param.name.clone()],
            false => within(param),
        })
        .collect()
}
