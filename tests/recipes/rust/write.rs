//! A write whose answer was lost.

use bitrix24_sandbox::{Fault, List};

use crate::{calls, portal};

// README: add
use bitrix24::{Client, Error, Stopped};
use serde_json::{Value, json};
// end

// README: add
/// Adds a deal that carries a number of ours, by which it is found again.
async fn add(client: &Client, number: &str) -> Result<Value, Error> {
    let deal = json!({ "fields": { "TITLE": "Pipes", "ORIGIN_ID": number } });
    match client.call_by_name("crm.deal.add", deal).await {
        Ok(answer) => Ok(answer.result),
        // Sent, but never answered: look whether it ran.
        Err(error) if error.tries().stopped == Stopped::MayHaveRun => {
            find(client, number).await?.ok_or(error)
        }
        Err(error) => Err(error),
    }
}

async fn find(client: &Client, number: &str) -> Result<Option<Value>, Error> {
    // Reading does no harm, however often it is done.
    let reading = client.with_repeatable(true);
    let params = json!({ "filter": { "ORIGIN_ID": number } });
    let deals = reading.call_by_name("crm.deal.list", params).await?.result;
    Ok(deals.get(0).map(|deal| deal["ID"].clone()))
}
// end

#[tokio::test]
async fn is_not_repeated() {
    let (portal, client) = portal();
    portal.answer("crm.deal.add", json!(7));
    let row = json!({ "ID": 7, "ORIGIN_ID": "no. 1" });
    portal.list("crm.deal.list", List::records([row]));
    portal.fault("crm.deal.add", Fault::reset());
    portal.fault("crm.deal.list", Fault::half());
    assert_eq!(add(&client, "no. 1").await.unwrap(), 7);
    assert_eq!(calls(&portal, "crm.deal.add"), 1);
    assert_eq!(calls(&portal, "crm.deal.list"), 2);
    assert_eq!(add(&client, "no. 1").await.unwrap(), 7);

    portal.fault("crm.deal.add", Fault::reset().not_run());
    let error = add(&client, "no. 2").await.unwrap_err();
    assert_eq!(error.tries().made, 1);
    assert!(
        error
            .to_string()
            .ends_with("; not repeated, since it may have run"),
        "{error}"
    );
}
