//! A call that must be quick.

use bitrix24::limit::Intensity;

use crate::portal;

// README: deal
use std::time::Duration;

use bitrix24::{Client, Error};
use serde_json::{Value, json};
// end

// README: deal
async fn deal(client: &Client) -> Result<Option<Value>, Error> {
    let quick = client.with_timeout(Duration::from_secs(2));
    let params = json!({ "id": 13 });
    match quick.call_by_name("crm.deal.get", params).await {
        Ok(answer) => Ok(Some(answer.result)),
        Err(Error::Limit(error)) => {
            println!("its turn would come in {:?}", error.wait());
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
// end

#[tokio::test]
async fn waits_no_longer_than_it_may() {
    let (portal, _) = portal();
    let slow = Intensity {
        depth: 1,
        per_second: 0.1,
    };
    let client = Client::builder()
        .intensity(slow)
        .webhook(portal.webhook_url())
        .unwrap();
    assert_eq!(deal(&client).await.unwrap().unwrap()["TITLE"], "Pipes");
    assert_eq!(deal(&client).await.unwrap(), None);
    assert_eq!(portal.requests().len(), 1);
}
