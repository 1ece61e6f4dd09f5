//! Calls a portal through the packages of the crates.
#![allow(deprecated)]

use std::{env, error::Error};

use bitrix24::{Client, imbot::ChatGet};

fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::webhook(&env::var("BITRIX24_WEBHOOK_URL")?)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let answer = runtime.block_on(client.call(ChatGet::new("CHAT", "13")))?;
    assert_eq!(answer.result.map(|chat| chat.id), Some(2725));
    println!("the packaged crates work");
    Ok(())
}
