//! Many calls in few requests.

use bitrix24_sandbox::Failure;

use crate::{calls, last, portal};

// README: few
use bitrix24::{Client, Error, RequestError, batch::Batch, imbot::ChatGet};
use serde_json::{Value, json};
// end

// README: few
/// A few calls whose types differ: a tuple. Many of one kind: a vector.
async fn few(client: &Client) -> Result<(), RequestError> {
    let (chat, deal) = client
        .batch((ChatGet::new("CHAT", "13"), ChatGet::new("CRM", "DEAL|7")))
        .await?;
    println!("{chat:?} {deal:?}");

    let requests: Vec<_> = (1..=120)
        .map(|id| ChatGet::new("CHAT", id.to_string()))
        .collect();
    for outcome in client.batch(requests).await? {
        match outcome {
            Ok(chat) => println!("{:?}", chat.result),
            Err(Error::NotRun(error)) => println!("nothing happened: {error}"),
            Err(error) => println!("failed: {error}"),
        }
    }
    Ok(())
}
// end

// README: reference
/// The second command takes the id out of the answer of the first, and is left out if that fails.
async fn users(client: &Client) -> Result<Value, Error> {
    let mut batch = Batch::new().halt(true);
    let chat = batch.add(ChatGet::new("CHAT", "13"));
    let users = batch.add_by_name("im.chat.user.list", json!({ "CHAT_ID": chat.at("ID") }));
    let mut answers = client.send_batch(batch).await?;
    Ok(answers.take(users)?.result)
}
// end

#[tokio::test]
async fn fifty_go_together() {
    let (portal, client) = portal();
    few(&client).await.unwrap();
    assert_eq!(calls(&portal, "batch"), 1 + 3);
    assert_eq!(calls(&portal, "imbot.chat.get"), 2 + 120);
}

#[tokio::test]
async fn one_uses_the_result_of_another() {
    let (portal, client) = portal();
    portal.answer("im.chat.user.list", json!([1, 2]));
    assert_eq!(users(&client).await.unwrap(), json!([1, 2]));
    let id = client
        .call(ChatGet::new("CHAT", "13"))
        .await
        .unwrap()
        .result
        .unwrap()
        .id;
    assert_eq!(
        last(&portal, "im.chat.user.list")["CHAT_ID"],
        id.to_string()
    );

    portal.fail("imbot.chat.get", Failure::code("ACCESS_ERROR"));
    let error = users(&client).await.unwrap_err();
    assert!(matches!(error, Error::NotRun(_)), "{error}");
    assert_eq!(calls(&portal, "im.chat.user.list"), 1);
}
