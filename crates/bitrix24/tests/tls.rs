//! Which servers a client trusts.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{
    fs,
    io::{Read, Write, copy},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Sender, channel},
    thread,
    time::{Duration, Instant},
};

use bitrix24::{Client, Error, Retries, TransportErrorKind};
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

/// Takes one connection, and tells what is asked of it, and then all that goes through it upwards.
fn tunnel(listener: &TcpListener, told: &Sender<Vec<u8>>) {
    let (mut client, _) = listener.accept().unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    let text = String::from_utf8(head.clone()).unwrap();
    let mut server = TcpStream::connect(text.split(' ').nth(1).unwrap()).unwrap();
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    told.send(head).unwrap();
    let (mut up, mut down) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    thread::spawn(move || copy(&mut server, &mut down));
    let mut part = [0; 4096];
    while let Ok(length @ 1..) = client.read(&mut part) {
        told.send(part[..length].to_vec()).unwrap();
        up.write_all(&part[..length]).unwrap();
    }
}

#[tokio::test]
async fn a_proxy_gets_a_tunnel_and_nothing_to_read() {
    let (_portal, webhook, authority) = portal();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let proxy = format!("http://user:pr0xy@{}", listener.local_addr().unwrap());
    let (told, hears) = channel();
    thread::spawn(move || tunnel(&listener, &told));
    let builder = Client::builder().proxy(proxy).root_certificate(authority);
    let client = builder.webhook(&webhook).unwrap();
    let answer = client.call_by_name("profile", ()).await.unwrap();
    assert_eq!(answer.result, true);

    let head = hears.recv_timeout(Duration::from_secs(5)).unwrap();
    let head = String::from_utf8(head).unwrap().to_lowercase();
    assert!(head.starts_with("connect localhost:"), "{head}");
    // `user:pr0xy`.
    assert!(
        head.contains("proxy-authorization: basic dxnlcjpwcjb4eq=="),
        "{head}"
    );
    let rest: Vec<u8> = hears.try_iter().flatten().collect();
    assert!(rest.len() > 500, "{}", rest.len());
    for seen in [head.as_bytes(), &rest] {
        assert!(!String::from_utf8_lossy(seen).contains("/rest/"));
    }
}
