//! This client.
#![allow(deprecated, reason = "the method that is measured is on its way out")]

use bitrix24::{Client, List, imbot::ChatGet, limit::Intensity};
use serde_json::json;

use crate::{
    Outcome,
    caller::{self, Caller, Done, Peer, check_number},
};

/// A portal without limits: requests are counted as ever, and never wait.
const WIDE_OPEN: Intensity = Intensity {
    depth: u32::MAX,
    per_second: 1e9,
};

pub(crate) struct Ours(Client);

impl Ours {
    pub(crate) fn new() -> Outcome<Self> {
        let mut builder = Client::builder().intensity(WIDE_OPEN);
        if let Some(certificate) = caller::certificate()? {
            builder = builder.root_certificate(certificate);
        }
        Ok(Self(builder.webhook(&caller::address()?)?))
    }
}

impl Caller for Client {
    async fn call(&mut self) -> Outcome<Option<i64>> {
        let answer = Client::call(self, ChatGet::new("CHAT", "13")).await?;
        Ok(answer.result.map(|chat| chat.id))
    }
}

impl Peer for Ours {
    type Caller = Client;

    async fn caller(&mut self) -> Outcome<Client> {
        Ok(self.0.clone())
    }

    async fn batches(&mut self, count: u64) -> Outcome<Done> {
        for _ in 0..count {
            let requests = vec![ChatGet::new("CHAT", "13"); 50];
            for outcome in self.0.batch(requests).await? {
                if outcome?.result.is_none_or(|chat| chat.id != 2725) {
                    return Err("a wrong chat".into());
                }
            }
        }
        Ok(Done::Yes)
    }

    async fn list(&mut self, way: &str, records: u64) -> Outcome<Done> {
        let list = List::default().keyed_by("ID");
        let deals = self.0.records_by_name("crm.deal.list", (), list);
        let mut deals = match way {
            "pages" => deals,
            "batched" => deals.batched(),
            "keyed" => deals.keyed(),
            _ => return Ok(Done::Skipped("no such way")),
        };
        for number in 1..=records {
            let deal = deals.next().await.ok_or("the list is too short")??;
            check_number(deal["ID"].as_str(), number)?;
        }
        Ok(Done::Yes)
    }

    async fn answers(&mut self, bytes: u64, count: u64) -> Outcome<Done> {
        for _ in 0..count {
            let params = json!({ "BYTES": bytes });
            let answer = self.0.call_by_name("bench.answer", params).await?;
            if answer.result.as_array().is_none_or(Vec::is_empty) {
                return Err("no records".into());
            }
        }
        Ok(Done::Yes)
    }
}
