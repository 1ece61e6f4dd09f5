//! Which servers a client trusts.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::fs;

use bitrix24::{Client, Error, TransportErrorKind};
use bitrix24_sandbox::Sandbox;
use serde_json::json;

/// A portal with a certificate of an authority of its own: the address of its webhook, and the
/// authority in PEM.
fn portal() -> (Sandbox, String, String) {
    let portal = Sandbox::builder().tls().start().unwrap();
    portal.answer("profile", json!(true));
    let webhook = portal.webhook_url().replace("127.0.0.1", "localhost");
    let authority = fs::read_to_string(portal.certificate().unwrap()).unwrap();
    (portal, webhook, authority)
}

#[tokio::test]
async fn an_added_authority_is_trusted() {
    let (_portal, webhook, authority) = portal();
    let client = Client::builder()
        .root_certificate(authority)
        .webhook(&webhook)
        .unwrap();
    let answer = client.call_by_name("profile", ()).await.unwrap();
    assert_eq!(answer.result, true);
}

#[tokio::test]
async fn an_unknown_authority_is_refused() {
    let (_portal, webhook, _) = portal();
    let (_other_portal, _, other) = portal();
    for client in [
        Client::webhook(&webhook).unwrap(),
        Client::builder()
            .root_certificate(other)
            .webhook(&webhook)
            .unwrap(),
    ] {
        let Err(Error::Transport(error)) = client.call_by_name("profile", ()).await else {
            panic!("a stranger was trusted");
        };
        assert_eq!(error.kind(), TransportErrorKind::Connect);
    }
}
