//! Reqwest as its documentation shows it: a client that is kept, `post`, `json` and `json`.

use std::collections::HashMap;

use reqwest::{Certificate, Client};
use serde_json::{Value, json};

use crate::{
    Outcome,
    caller::{self, Answer, Caller, Chat, Done, GET_CHAT, Peer, check_number},
};

pub(crate) struct Raw(Portal);

/// A client and the address of the webhook.
#[derive(Clone)]
pub(crate) struct Portal {
    http: Client,
    address: String,
}

impl Raw {
    pub(crate) fn new() -> Outcome<Self> {
        let mut builder = Client::builder();
        if let Some(certificate) = caller::certificate()? {
            builder = builder.tls_certs_merge([Certificate::from_pem(&certificate)?]);
        }
        Ok(Self(Portal {
            http: builder.build()?,
            address: caller::address()?,
        }))
    }
}

impl Portal {
    async fn post<T: serde::de::DeserializeOwned>(
        &self,
        method: &str,
        params: &impl serde::Serialize,
    ) -> Outcome<Answer<T>> {
        let url = format!("{}{method}", self.address);
        let response = self.http.post(url).json(params).send().await?;
        Ok(response.error_for_status()?.json().await?)
    }
}

impl Caller for Portal {
    async fn call(&mut self) -> Outcome<Option<i64>> {
        let answer: Answer<Chat> = self.post("imbot.chat.get", &GET_CHAT).await?;
        Ok(Some(answer.whole()?.id))
    }
}

/// What a batch answers.
#[derive(serde::Deserialize)]
struct Outcomes {
    result: HashMap<String, Chat>,
}

impl Peer for Raw {
    type Caller = Portal;

    async fn caller(&mut self) -> Outcome<Portal> {
        Ok(self.0.clone())
    }

    async fn batches(&mut self, count: u64) -> Outcome<Done> {
        for _ in 0..count {
            let commands: HashMap<String, String> = (0..50)
                .map(|index| {
                    let command = "imbot.chat.get?ENTITY_TYPE=CHAT&ENTITY_ID=13";
                    (format!("c{index}"), command.to_owned())
                })
                .collect();
            let params = json!({ "halt": 0, "cmd": commands });
            let outcomes: Outcomes = self.0.post("batch", &params).await?.whole()?;
            if outcomes.result.len() != 50 || outcomes.result.values().any(|chat| chat.id != 2725) {
                return Err("wrong chats".into());
            }
        }
        Ok(Done::Yes)
    }

    async fn list(&mut self, way: &str, records: u64) -> Outcome<Done> {
        if way != "pages" {
            return Ok(Done::Skipped("page by page only"));
        }
        let (mut number, mut start) = (0, 0);
        while number < records {
            let params = json!({ "start": start });
            let page: Answer<Vec<Value>> = self.0.post("crm.deal.list", &params).await?;
            start = page.next.unwrap_or(0);
            for deal in page.whole()? {
                number += 1;
                check_number(deal["ID"].as_str(), number)?;
            }
        }
        Ok(Done::Yes)
    }

    async fn answers(&mut self, bytes: u64, count: u64) -> Outcome<Done> {
        for _ in 0..count {
            let params = json!({ "BYTES": bytes });
            let answer: Answer<Vec<Value>> = self.0.post("bench.answer", &params).await?;
            if answer.whole()?.is_empty() {
                return Err("no records".into());
            }
        }
        Ok(Done::Yes)
    }
}
