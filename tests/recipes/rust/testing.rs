//! Tests of programs, without a portal.

use std::{error::Error as StdError, time::Duration};

use bitrix24::{
    ConfigError,
    imbot::{V2BotRegister, V2BotRegisterFields, V2BotRegisterFieldsProperties},
};

// README: testing
use bitrix24::{
    Client, Error,
    imbot::{ChatGet, ChatGetError},
};
use bitrix24_sandbox::{Failure, Fault, Sandbox};
use serde_json::json;

/// What is to be tested.
async fn chat_of(client: &Client, deal: u32) -> Result<Option<i64>, Error<ChatGetError>> {
    let request = ChatGet::new("DEAL", deal.to_string());
    let answer = client.imbot().chat().get(request).await?;
    Ok(answer.result.map(|chat| chat.id))
}

#[tokio::test]
async fn finds_the_chat_of_a_deal() {
    let portal = Sandbox::start().unwrap();
    let client = Client::webhook(portal.webhook_url()).unwrap();
    // It keeps chats, so there is none for a deal that nobody opened one for.
    assert_eq!(chat_of(&client, 13).await.unwrap(), None);

    portal.answer("imbot.chat.get", json!({ "ID": 7 }));
    assert_eq!(chat_of(&client, 13).await.unwrap(), Some(7));
    let call = portal.last_call("imbot.chat.get").unwrap();
    assert_eq!(call.parameters()["ENTITY_ID"], "13");

    portal.fail("imbot.chat.get", Failure::code("ACCESS_ERROR"));
    let error = chat_of(&client, 13).await.unwrap_err();
    assert_eq!(error.api().unwrap().kind, ChatGetError::AccessError);

    // A connection that breaks is no reason to give up: reading may be repeated.
    portal.fault("imbot.chat.get", Fault::reset());
    assert_eq!(chat_of(&client, 13).await.unwrap(), Some(7));
}
// end

// README: application
use bitrix24::oauth::{App, Credential, OAuth};
// end

// README: without limits
/// A client that leaves limits alone: the portal has none unless it is given some.
fn unlimited(portal: &Sandbox) -> Result<Client, ConfigError> {
    let builder = Client::builder().no_intensity();
    builder.webhook(portal.webhook_url())
}
// end

// README: application
/// A client of an application whose tokens come from the portal, too. Without `auth_server` they
/// would be asked for at the server of real portals.
fn application(portal: &Sandbox) -> Result<Client, ConfigError> {
    let app = App::new(portal.client_id(), portal.client_secret())?;
    let rest = format!("{}/rest/", portal.url());
    let credential = Credential::new(rest, portal.access_token())
        .refresh_token(portal.refresh_token())
        .auth_server(portal.url());
    Client::oauth(&OAuth::new(app, credential)?)
}

#[tokio::test]
async fn renews_its_token() {
    let portal = Sandbox::start().unwrap();
    let client = application(&portal).unwrap();
    portal.advance(Duration::from_secs(3600));
    client.call_by_name("server.time", ()).await.unwrap();
    assert_eq!(portal.refreshes(), 1);
}
// end

/// Says hello to everybody who has written to it.
async fn bot(client: Client) -> Result<(), Box<dyn StdError + Send + Sync>> {
    let name = V2BotRegisterFieldsProperties::new("Host");
    let fields = V2BotRegisterFields::new("host", name).bot_token("known to nobody else");
    let request = V2BotRegister::new(fields);
    let registered = client.imbot().v2().bot().register(request).await?;
    let bot = registered.result.bot.and_then(|bot| bot.id);
    let mine = json!({ "botId": bot, "botToken": "known to nobody else" });
    let mut offset = json!(null);
    loop {
        let mut next = mine.clone();
        next["offset"] = offset;
        let page = client
            .call_by_name("imbot.v2.Event.get", next)
            .await?
            .result;
        for event in page["events"].as_array().into_iter().flatten() {
            if event["type"] == "ONIMBOTV2MESSAGEADD" {
                let mut hello = mine.clone();
                hello["dialogId"] = event["data"]["chat"]["dialogId"].clone();
                hello["fields"] = json!({ "message": "Hello!" });
                client
                    .call_by_name("imbot.v2.Chat.Message.send", hello)
                    .await?;
            }
        }
        offset = page["nextOffset"].clone();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

// README: bot
/// The bot has a thread to run on while the test waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn says_hello() {
    let portal = Sandbox::start().unwrap();
    tokio::spawn(bot(unlimited(&portal).unwrap()));
    let soon = Duration::from_secs(10);
    let bot = portal.wait_for_bot("host", soon).unwrap();

    let anna = portal.add_user("Anna Davis");
    let question = anna.write(bot, "Anybody here?").unwrap();
    let answer = anna.wait_for_message(bot, question, soon).unwrap();
    assert_eq!(answer.text(), "Hello!");
}
// end
