//! Which servers a client trusts.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{
    fs,
    io::{BufRead, BufReader, Write, copy},
    net::{Shutdown, TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use bitrix24::{Client, Error, Retries, TransportErrorKind};
use bitrix24_sandbox::Sandbox;
use serde_json::json;
use tokio::task::spawn_blocking;

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

#[tokio::test]
async fn a_server_that_does_not_shake_hands_is_no_connection() {
    // The system takes connections, and nobody says anything on them.
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let silent = listener.local_addr().unwrap();
    let start = Instant::now();
    for (portal, proxy) in [
        (format!("https://{silent}/rest/1/code/"), None),
        (
            "https://portal.invalid/rest/1/code/".to_owned(),
            Some(format!("http://{silent}")),
        ),
    ] {
        let mut builder = Client::builder()
            .connect_timeout(Duration::from_millis(100))
            .retries(Retries::NONE);
        if let Some(proxy) = proxy {
            builder = builder.proxy(proxy);
        }
        let client = builder.webhook(&portal).unwrap();
        let Err(Error::Transport(error)) = client.call_by_name("profile", ()).await else {
            panic!("silence was an answer");
        };
        assert_eq!(error.kind(), TransportErrorKind::Connect, "{error}");
        assert!(error.to_string().contains("timed out"), "{error}");
    }
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_proxy_gets_a_tunnel_and_nothing_to_read() {
    let (_portal, webhook, authority) = portal();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let proxy = format!("http://user:pr0xy@{}", listener.local_addr().unwrap());
    let tunnel = thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(client.try_clone().unwrap()).lines();
        let head: Vec<String> = lines
            .by_ref()
            .map(Result::unwrap)
            .take_while(|line| !line.is_empty())
            .collect();
        let target = head[0].split(' ').nth(1).unwrap();
        let mut server = TcpStream::connect(target).unwrap();
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        let (mut upwards, mut requests) =
            (server.try_clone().unwrap(), client.try_clone().unwrap());
        let there = thread::spawn(move || {
            // Ends with an error if the other side is gone.
            let _ = copy(&mut requests, &mut upwards);
            let _ = upwards.shutdown(Shutdown::Write);
        });
        let _ = copy(&mut server, &mut client);
        let _ = client.shutdown(Shutdown::Both);
        there.join().unwrap();
        head
    });
    {
        let builder = Client::builder().proxy(proxy).root_certificate(authority);
        let client = builder.webhook(&webhook).unwrap();
        let answer = client.call_by_name("profile", ()).await.unwrap();
        assert_eq!(answer.result, true);
    }
    // Beside the runtime, which closes the connection.
    let head = spawn_blocking(|| tunnel.join().unwrap()).await.unwrap();
    let head = head.join("\n").to_lowercase();
    assert!(head.starts_with("connect localhost:"), "{head}");
    // `user:pr0xy`.
    assert!(
        head.contains("proxy-authorization: basic dxnlcjpwcjb4eq=="),
        "{head}"
    );
    assert!(!head.contains("/rest/"), "{head}");
}
