//! The methods that look at what the portal keeps, or change it.

use std::time::SystemTime;

use serde_json::{Map, Value};

use super::{UserId, World, bot::Owner};
use crate::{
    auth::{Caller, Credential},
    contract::Rest,
    introspection,
    state::State,
};

/// A call that has passed the checks of the contract.
pub(crate) struct Context<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) state: &'a State,
    pub(crate) credential: Credential,
    pub(crate) caller: &'a Caller,
    /// The person whom the credential belongs to.
    pub(crate) user: UserId,
    /// All of them but `auth`.
    pub(crate) params: &'a Map<String, Value>,
    pub(crate) now: SystemTime,
}

/// Why a method does not do what it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// One of the method's documented codes, which have a status and a text.
    pub(crate) code: &'static str,
    /// Instead of the documented one.
    pub(crate) text: Option<String>,
}

impl Refused {
    pub(crate) fn code(code: &'static str) -> Self {
        Self { code, text: None }
    }

    pub(crate) fn with_text(code: &'static str, text: impl Into<String>) -> Self {
        Self {
            code,
            text: Some(text.into()),
        }
    }
}

/// The `result` of an answer.
pub(crate) type Outcome = Result<Value, Refused>;

/// Whether the outcome of a method is the whole body short of its `time`: it has a `total` too.
pub(crate) fn is_in_pages(name: &str) -> bool {
    name == "user.get"
}

pub(crate) type Handler = fn(&mut Context<'_>) -> Outcome;

/// What carries out the method of this lower-case name.
pub(crate) fn find(rest: Rest, name: &str) -> Option<Handler> {
    match rest {
        Rest::Classic => super::v1::find(name)
            .or_else(|| super::im::find(name))
            .or_else(|| super::v2::find(name))
            .or_else(|| introspection::find(name)),
        Rest::V3 => None,
    }
}

impl Context<'_> {
    /// Whom a call speaks for that gave this as `CLIENT_ID` or `botToken`.
    pub(crate) fn owner(&self, secret: Option<&str>) -> Owner {
        match (self.credential, secret) {
            (Credential::Token, _) | (_, None) => Owner::Application,
            (_, Some(secret)) => Owner::Secret(secret.to_owned()),
        }
    }
}
