//! Finds a chat.
#![allow(deprecated)]

use bitrix24::{Client, imbot::ChatGet};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::webhook(&std::env::var("BITRIX24_WEBHOOK_URL")?)?;
    let answer = client.imbot().chat().get(ChatGet::new("CHAT", "13")).await?;
    println!("{:?}", answer.result.map(|chat| chat.id));
    Ok(())
}
