//! Finds a chat.

use serde::{Deserialize, Serialize};

#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct ChatGet {
    entity_type: &'static str,
    entity_id: &'static str,
}

#[derive(Deserialize)]
struct Answer {
    result: Option<Chat>,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Chat {
    id: i64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let webhook = std::env::var("BITRIX24_WEBHOOK_URL")?;
    let get = ChatGet {
        entity_type: "CHAT",
        entity_id: "13",
    };
    let client = reqwest::Client::new();
    let url = format!("{webhook}imbot.chat.get");
    let response = client.post(url).json(&get).send().await?;
    let answer: Answer = response.error_for_status()?.json().await?;
    println!("{:?}", answer.result.map(|chat| chat.id));
    Ok(())
}
