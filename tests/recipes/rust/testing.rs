//! Tests of programs, without a portal.

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
