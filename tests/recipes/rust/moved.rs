//! A portal that moved.

use std::sync::mpsc;

use crate::portal;

// README: moved
use std::sync::mpsc::Sender;

use bitrix24::{Client, ConfigError};
// end

// README: moved
fn client(webhook: &str, addresses: Sender<String>) -> Result<Client, ConfigError> {
    let keep = move |portal: &str| drop(addresses.send(portal.to_owned()));
    Client::builder().on_moved(keep).webhook(webhook)
}
// end

#[tokio::test]
async fn tells_the_new_address() {
    let (portal, _) = portal();
    let (addresses, moved) = mpsc::channel();
    let client = client(portal.webhook_url(), addresses).unwrap();
    let new = portal.move_to_new_address();
    for _ in 0..3 {
        client.call_by_name("crm.deal.get", ()).await.unwrap();
    }
    assert_eq!(moved.try_iter().collect::<Vec<_>>(), [new.as_str()]);
    assert_eq!(client.portal().as_deref(), Some(new.as_str()));
}
