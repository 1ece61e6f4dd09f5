//! `Idempotency-Key`: calls that are repeated, and do not run again.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use hyper::{HeaderMap, header::HeaderName, http::HeaderValue};
use serde_json::{Map, Value};

use crate::{
    auth::Credential, batch, contract::Rest, control, method::Call, reply::Reply, world::UserId,
};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

const INVALID: &str = "BITRIX_REST_V3_EXCEPTION_INVALIDIDEMPOTENCYKEYEXCEPTION";
const REUSED: &str = "BITRIX_REST_V3_EXCEPTION_IDEMPOTENCYKEYREUSEDEXCEPTION";

/// How long an answer is remembered.
const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// Answers that are remembered at most.
const MOST: usize = 10_000;

/// The last words of the names of methods that change nothing.
const READING: [&str; 9] = [
    "get",
    "list",
    "count",
    "search",
    "children",
    "subordinates",
    "multidepartment",
    "tail",
    "openapi",
];

/// What a key is one of.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    credential: Credential,
    user: UserId,
    method: String,
    key: Vec<u8>,
}

struct Kept {
    params: Map<String, Value>,
    body: Vec<u8>,
    at: SystemTime,
}

/// The answers that are remembered.
#[derive(Default)]
pub(crate) struct Replays(Mutex<HashMap<Key, Kept>>);

impl Replays {
    pub(crate) fn clear(&self) {
        self.kept().clear();
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to an earlier call, and whether that was the same one.
    fn find(
        &self,
        key: &Key,
        params: &Map<String, Value>,
        now: SystemTime,
    ) -> Option<(Vec<u8>, bool)> {
        let kept = self.kept();
        let found = kept.get(key).filter(|kept| !is_old(kept, now))?;
        Some((found.body.clone(), found.params == *params))
    }

    fn keep(&self, key: Key, answer: Kept) {
        let mut kept = self.kept();
        if kept.len() >= MOST {
            let now = answer.at;
            kept.retain(|_, kept| !is_old(kept, now));
        }
        if kept.len() >= MOST {
            let oldest = kept.iter().min_by_key(|(_, kept)| kept.at);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                kept.remove(&oldest);
            }
        }
        kept.insert(key, answer);
    }
}

fn is_old(kept: &Kept, now: SystemTime) -> bool {
    now.duration_since(kept.at).unwrap_or_default() >= LIFETIME
}

/// Runs a call, unless it is a repeated one.
pub(crate) fn run(call: &Call<'_>, headers: &HeaderMap, params: &Map<String, Value>) -> Reply {
    let credential = call.caller.credential;
    if call.rest == Rest::Classic || control::in_method(call.method).is_some() {
        return call.reply(credential, params);
    }
    let Some(value) = headers.get(KEY).filter(|_| changes(call.method)) else {
        return call.reply(credential, params);
    };
    let text = value.as_bytes();
    if !(1..=255).contains(&text.len()) || !text.iter().all(|byte| (b' '..=b'~').contains(byte)) {
        return call.refuse(&call.error(INVALID));
    }
    let key = Key {
        credential,
        user: call.caller.user,
        method: call.method.to_owned(),
        key: text.to_owned(),
    };
    let replays = &call.state.replays;
    let hindrance = call.hindrance(credential);
    let found = match hindrance {
        Some(_) => None,
        None => replays.find(&key, params, call.state.clock.now()),
    };
    let mut reply = match (hindrance, found) {
        (Some(hindrance), _) => hindrance,
        (None, Some((body, true))) => {
            let mut reply = Reply::json(200, body);
            reply
                .headers
                .insert(REPLAYED, HeaderValue::from_static("true"));
            reply
        }
        (None, Some((_, false))) => call.refuse(&call.error(REUSED)),
        (None, None) => {
            let reply = call.carry_out(credential, params);
            if reply.ran && reply.status == 200 {
                let answer = Kept {
                    params: params.clone(),
                    body: reply.body.clone(),
                    at: call.state.clock.now(),
                };
                replays.keep(key, answer);
            }
            reply
        }
    };
    reply.headers.insert(KEY, value.clone());
    reply
}

/// Whether the method creates, modifies or deletes something.
fn changes(method: &str) -> bool {
    let last = method.rsplit('.').next().unwrap_or(method);
    method != batch::METHOD && !READING.contains(&last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_so_many() {
        let replays = Replays::default();
        let key = |number: usize| Key {
            credential: Credential::Webhook,
            user: 1,
            method: "m".to_owned(),
            key: number.to_string().into_bytes(),
        };
        let kept = |number: usize| Kept {
            params: Map::new(),
            body: Vec::new(),
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(number as u64),
        };
        for number in 0..=MOST {
            replays.keep(key(number), kept(number));
        }
        let found = |number: usize, seconds: usize| {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds as u64);
            replays.find(&key(number), &Map::new(), now).is_some()
        };
        assert!(!found(0, MOST) && found(1, MOST));
        assert!(found(MOST, MOST + 24 * 3600 - 1) && !found(MOST, MOST + 24 * 3600));
        replays.keep(key(5), kept(1_000_000));
        assert!(!found(1, MOST));
    }
}
