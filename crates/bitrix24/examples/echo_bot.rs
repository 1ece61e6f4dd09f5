//! A bot that says everything back: `BITRIX24_BOT_TOKEN` is a secret that makes it yours.

use std::{env, error::Error, time::Duration};

use bitrix24::{Client, imbot::*};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::webhook(&env::var("BITRIX24_WEBHOOK_URL")?)?;
    let token = env::var("BITRIX24_BOT_TOKEN")?;
    let imbot = client.imbot().v2();

    let name = V2BotRegisterFieldsProperties::new("Echo");
    let fields = V2BotRegisterFields::new("echo", name).bot_token(token.as_str());
    let registered = imbot.bot().register(V2BotRegister::new(fields)).await?;
    let bot = registered.result.bot.and_then(|bot| bot.id);
    let bot = bot.ok_or("the portal does not say which bot it is")?;

    let mut unseen = V2EventGet::new(bot).bot_token(token.as_str());
    loop {
        let page = imbot.event().get(unseen.clone()).await?.result;
        for event in page.events.unwrap_or_default() {
            if event.type_ == Some(V2EventGetResultEventsType::Onimbotv2messageadd) {
                let data = Value::from(event.data);
                let dialog = data["chat"]["dialogId"].as_str().unwrap_or_default();
                let text = data["message"]["text"].as_str().unwrap_or_default();
                let answer = V2ChatMessageSend::new(bot, dialog).bot_token(token.as_str());
                let fields = V2ChatMessageSendFields::new().message(text);
                imbot.chat().message().send(answer.fields(fields)).await?;
            }
        }
        unseen.offset = page.next_offset.or(unseen.offset);
        if page.has_more != Some(true) {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}
