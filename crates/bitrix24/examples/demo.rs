//! Calls a portal and prints what comes back: `cargo xtask demo` runs this.
//!
//! The environment says which portal: `BITRIX24_WEBHOOK_URL`, or `BITRIX24_PORTAL` and
//! `BITRIX24_ACCESS_TOKEN`; and which chat: `BITRIX24_ENTITY_TYPE` and `BITRIX24_ENTITY_ID`.
//! `BITRIX24_SANDBOX` says that the portal is one of ours, which fails on demand.
#![allow(
    deprecated,
    reason = "the method of this demonstration is on its way out"
)]

use std::{env, error::Error};

use bitrix24::{
    Client,
    imbot::{ChatGet, ChatGetError},
};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = match env::var("BITRIX24_WEBHOOK_URL") {
        Ok(url) => Client::webhook(&url)?,
        Err(_) => Client::token(
            &env::var("BITRIX24_PORTAL")?,
            env::var("BITRIX24_ACCESS_TOKEN")?,
        )?,
    };
    let entity_type = env::var("BITRIX24_ENTITY_TYPE").unwrap_or("CHAT".into());
    let entity_id = env::var("BITRIX24_ENTITY_ID").unwrap_or("13".into());

    let request = ChatGet::new(entity_type.as_str(), entity_id);
    let answer = client.imbot().chat().get(request.clone()).await?;
    match answer.result {
        Some(chat) => println!("chat id: {}", chat.id),
        None => println!("chat id: none"),
    }
    match answer.time.and_then(|time| time.duration) {
        Some(seconds) => println!("time: {seconds:.6} s"),
        None => println!("time: not told"),
    }

    // By its name, a method takes whatever it is given.
    let params = json!({"ENTITY_TYPE": entity_type});
    let answer = client.call_by_name("imbot.chat.get", params).await?;
    println!("without ENTITY_ID: {}", answer.result);

    if env::var_os("BITRIX24_SANDBOX").is_some() {
        let order = json!({"method": "imbot.chat.get", "code": "ACCESS_ERROR"});
        client.call_by_name("sandbox.fail", order).await?;
        let error = match client.imbot().chat().get(request).await {
            Ok(_) => return Err("the portal did not fail".into()),
            Err(error) => error,
        };
        match error.api() {
            Some(refusal) if refusal.kind == ChatGetError::AccessError => {
                println!("refused: {} with status {}", refusal.code, refusal.status);
            }
            _ => return Err(error.into()),
        }
    }
    Ok(())
}
