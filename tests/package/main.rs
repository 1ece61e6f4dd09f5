//! A program that depends on the packages of the crates, and its test.
#![allow(deprecated)]

use std::{env, error::Error};

use bitrix24::{Client, imbot::ChatGet};

/// The number of a chat.
async fn chat(client: &Client) -> Result<Option<i64>, Box<dyn Error>> {
    let answer = client.call(ChatGet::new("CHAT", "13")).await?;
    Ok(answer.result.map(|chat| chat.id))
}

fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::webhook(&env::var("BITRIX24_WEBHOOK_URL")?)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    println!("{:?}", runtime.block_on(chat(&client))?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use bitrix24_sandbox::Sandbox;

    use super::*;

    #[test]
    fn finds_the_chat() -> Result<(), Box<dyn Error>> {
        let portal = Sandbox::start()?;
        let client = Client::webhook(portal.webhook_url())?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        assert_eq!(runtime.block_on(chat(&client))?, Some(2725));
        let [call] = portal.requests().try_into().map_err(|_| "not one call")?;
        assert_eq!(call.method(), "imbot.chat.get");
        Ok(())
    }
}
