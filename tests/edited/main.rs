//! Uses what the edits of the description brought: a parameter, an error code, a method.
#![allow(deprecated)]

use std::{env, error::Error};

use bitrix24::{
    Client,
    imbot::{ChatCount, ChatGet, ChatGetError},
};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::webhook(&env::var("BITRIX24_WEBHOOK_URL")?)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(check(&client))
}

async fn check(client: &Client) -> Result<(), Box<dyn Error>> {
    client.call_by_name("sandbox.clear", ()).await?;

    // The parameter has a setter and arrives.
    let get = ChatGet::new("CHAT", "13").max_age_days(30);
    client.imbot().chat().get(get.clone()).await?;
    let log = client.call_by_name("sandbox.requests", ()).await?;
    assert_eq!(log.result[0]["parameters"]["MAX_AGE_DAYS"], 30);

    // The portal knows its type.
    let wrong = json!({"ENTITY_TYPE": "CHAT", "ENTITY_ID": "13", "MAX_AGE_DAYS": "old"});
    let error = client.call_by_name("imbot.chat.get", wrong).await;
    assert!(
        matches!(&error, Err(error) if error.code() == Some("ERROR_ARGUMENT")),
        "{error:?}"
    );

    // The error code has a variant, and a status in the portal.
    let order = json!({"method": "imbot.chat.get", "code": "CHAT_ARCHIVED"});
    client.call_by_name("sandbox.fail", order).await?;
    let Err(error) = client.imbot().chat().get(get).await else {
        return Err("the portal did not fail".into());
    };
    let refusal = error.api().ok_or("the error is not the portal's")?;
    assert_eq!(refusal.kind, ChatGetError::ChatArchived);
    assert_eq!(refusal.status, 409);

    // The method is there.
    let answer = client.imbot().chat().count(ChatCount::new("CHAT")).await?;
    assert_eq!(answer.result.count, 7);
    assert!(answer.result.newest.is_some());
    println!("Rust follows the description");
    Ok(())
}
