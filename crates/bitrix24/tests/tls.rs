//! Which servers a client trusts.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::sync::Arc;

use bitrix24::{Client, Error, TransportErrorKind};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

/// A portal with a certificate of an authority of its own: its address, and the authority in PEM.
async fn portal() -> (String, String) {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = authority.self_signed(&authority_key).unwrap().pem();
    let issuer = Issuer::new(authority, authority_key);

    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that does not trust the certificate leaves during the handshake.
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"result\":true}";
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
        }
    });
    (format!("https://localhost:{port}/rest/1/code/"), pem)
}

#[tokio::test]
async fn an_added_authority_is_trusted() {
    let (webhook, authority) = portal().await;
    let client = Client::builder()
        .root_certificate(authority)
        .webhook(&webhook)
        .unwrap();
    let answer = client.call_by_name("profile", ()).await.unwrap();
    assert_eq!(answer.result, true);
}

#[tokio::test]
async fn an_unknown_authority_is_refused() {
    let (webhook, _) = portal().await;
    let (_, other) = portal().await;
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
