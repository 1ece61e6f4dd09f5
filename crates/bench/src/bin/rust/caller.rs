//! What all clients do, each in its own way.

use std::env;

use serde::{Deserialize, Serialize};

use crate::Outcome;

/// A client.
pub(crate) trait Peer {
    type Caller: Caller;

    /// What one task calls with.
    async fn caller(&mut self) -> Outcome<Self::Caller>;

    /// Sends batches of fifty calls, one after the other.
    async fn batches(&mut self, _count: u64) -> Outcome<Done> {
        Ok(Done::Skipped("no batch of its own"))
    }

    /// Reads a list to so many records.
    async fn list(&mut self, _way: &str, _records: u64) -> Outcome<Done> {
        Ok(Done::Skipped("no list of its own"))
    }

    /// Calls for answers of so many bytes.
    async fn answers(&mut self, _bytes: u64, _count: u64) -> Outcome<Done> {
        Ok(Done::Skipped("not asked for long answers"))
    }
}

/// Calls `imbot.chat.get`.
pub(crate) trait Caller: Send + 'static {
    /// One call; the number of the chat comes back.
    fn call(&mut self) -> impl Future<Output = Outcome<Option<i64>>> + Send;
}

/// Whether a client did it.
pub(crate) enum Done {
    Yes,
    Skipped(&'static str),
}

/// The webhook's address, with a slash at its end.
pub(crate) fn address() -> Outcome<String> {
    Ok(env::var("BENCH_URL").map_err(|_| "BENCH_URL is not set")?)
}

/// The certificate to trust, if there is one.
pub(crate) fn certificate() -> Outcome<Option<Vec<u8>>> {
    match env::var_os("BENCH_CA") {
        Some(file) => Ok(Some(std::fs::read(file)?)),
        None => Ok(None),
    }
}

/// The parameters of a call, as one writes them down by hand.
#[derive(Serialize)]
pub(crate) struct GetChat {
    #[serde(rename = "ENTITY_TYPE")]
    pub(crate) entity_type: &'static str,
    #[serde(rename = "ENTITY_ID")]
    pub(crate) entity_id: &'static str,
}

pub(crate) const GET_CHAT: GetChat = GetChat {
    entity_type: "CHAT",
    entity_id: "13",
};

/// An answer, as one writes it down by hand.
#[derive(Deserialize)]
pub(crate) struct Answer<T> {
    pub(crate) result: Option<T>,
    pub(crate) time: Option<Time>,
    pub(crate) next: Option<u64>,
}

#[derive(Deserialize)]
pub(crate) struct Chat {
    #[serde(rename = "ID")]
    pub(crate) id: i64,
}

/// What the portal says of its time.
#[allow(dead_code, reason = "read, as our client reads it")]
#[derive(Deserialize)]
pub(crate) struct Time {
    pub(crate) start: f64,
    pub(crate) finish: f64,
    pub(crate) duration: f64,
    pub(crate) processing: f64,
    pub(crate) date_start: String,
    pub(crate) date_finish: String,
    pub(crate) operating_reset_at: Option<i64>,
    pub(crate) operating: Option<f64>,
}

impl<T> Answer<T> {
    /// The result, of an answer that is whole.
    pub(crate) fn whole(self) -> Outcome<T> {
        match (self.result, self.time) {
            (Some(result), Some(_)) => Ok(result),
            _ => Err("half an answer".into()),
        }
    }
}

/// Numbers of records must be 1, 2, 3 …
pub(crate) fn check_number(id: Option<&str>, expected: u64) -> Outcome {
    match id.and_then(|id| id.parse::<u64>().ok()) {
        Some(id) if id == expected => Ok(()),
        _ => Err(format!("record {expected} has the number {id:?}").into()),
    }
}
