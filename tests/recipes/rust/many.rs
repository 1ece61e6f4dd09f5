//! Many calls at once.

use std::time::Instant;

use bitrix24_sandbox::Sandbox;

use crate::{calls, portal};

// README: all
use std::time::Duration;

use bitrix24::{Client, ConfigError, Error, limit::Intensity};
use serde_json::{Value, json};
use tokio::task::JoinSet;
// end

// README: all
/// Unless told otherwise, a client keeps the limits of every plan but Enterprise.
fn enterprise(webhook: &str) -> Result<Client, ConfigError> {
    let builder = Client::builder().intensity(Intensity::ENTERPRISE);
    builder.webhook(webhook)
}

async fn all(client: &Client, ids: Vec<u32>) -> Result<Vec<Value>, Error> {
    let mut tasks = JoinSet::new();
    for id in ids {
        let (client, params) = (client.clone(), json!({ "id": id }));
        tasks.spawn(async move { client.call_by_name("crm.deal.get", params).await });
    }
    let answers = tasks.join_all().await.into_iter();
    answers.map(|answer| Ok(answer?.result)).collect()
}

/// Whether a further call would be sent soon.
async fn is_idle(client: &Client) -> bool {
    client.expected_wait("crm.deal.get").await < Duration::from_secs(1)
}
// end

#[tokio::test]
async fn all_are_answered_and_none_is_refused() {
    let (portal, _) = portal();
    portal.intensity(250, 5.0);
    let client = enterprise(portal.webhook_url()).unwrap();
    assert!(is_idle(&client).await);
    let start = Instant::now();
    let deals = all(&client, (1..=260).collect()).await.unwrap();
    assert_eq!(deals.len(), 260);
    assert!(start.elapsed() > Duration::from_secs(1), "ten had to wait");
    assert_eq!(portal.refused(), 0);
    assert_eq!(calls(&portal, "crm.deal.get"), 260);
}

#[tokio::test]
async fn a_portal_may_be_busy() {
    let portal = Sandbox::start().unwrap();
    let slow = Intensity {
        depth: 1,
        per_second: 0.1,
    };
    let client = Client::builder()
        .intensity(slow)
        .webhook(portal.webhook_url())
        .unwrap();
    portal.answer("crm.deal.get", json!(true));
    assert!(is_idle(&client).await);
    all(&client, vec![1]).await.unwrap();
    assert!(!is_idle(&client).await);
}
