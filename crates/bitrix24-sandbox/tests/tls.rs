//! HTTPS as a client sees it that trusts what the portal says to trust.
#![cfg(feature = "tls")]
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    sync::Arc,
};

use bitrix24_sandbox::{Fault, Sandbox};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};

type Private = StreamOwned<ClientConnection, TcpStream>;

/// A connection to that port by that name.
fn connection(authority: &Path, url: &str, name: &str) -> Private {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(authority).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let stream = TcpStream::connect(url.strip_prefix("https://").unwrap()).unwrap();
    StreamOwned::new(connection, stream)
}

/// The whole answer to a request, after which the connection closes.
fn get(mut connection: Private, url: &str) -> std::io::Result<String> {
    let path = url.splitn(4, '/').nth(3).unwrap();
    let request =
        format!("GET /{path}imbot.chat.get HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes())?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn trusted_by_every_name() {
    let portal = Sandbox::builder()
        .tls_names(["portal.example", "10.1.2.3"])
        .start()
        .unwrap();
    let (url, authority) = (portal.webhook_url(), portal.certificate().unwrap());
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    for name in [
        "localhost",
        "127.0.0.1",
        "::1",
        "portal.example",
        "10.1.2.3",
    ] {
        let answer = get(connection(authority, portal.url(), name), url).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }
    assert!(get(connection(authority, portal.url(), "else.example"), url).is_err());
    let other = Sandbox::builder().tls().start().unwrap();
    let stranger = connection(other.certificate().unwrap(), portal.url(), "localhost");
    assert!(get(stranger, url).is_err());
    assert_eq!(portal.requests().len(), 5);
}

#[test]
fn all_addresses_are_https() {
    let portal = Sandbox::builder().tls().https_only().start().unwrap();
    let authority = portal.certificate().unwrap();
    let new_url = portal.move_to_new_address();
    assert!(new_url.starts_with("https://"), "{new_url}");
    let answer = get(
        connection(authority, portal.url(), "localhost"),
        portal.webhook_url(),
    )
    .unwrap();
    assert!(
        answer.contains(&format!("location: {new_url}/rest/")),
        "{answer}"
    );
    let answer = get(
        connection(authority, &new_url, "localhost"),
        portal.webhook_url(),
    )
    .unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    portal.stay();
    portal.fault("*", Fault::reset());
    let broken = get(
        connection(authority, portal.url(), "localhost"),
        portal.webhook_url(),
    );
    assert!(broken.is_err(), "{broken:?}");
}

#[test]
fn the_certificate_is_private_and_goes_with_the_portal() {
    assert_eq!(Sandbox::start().unwrap().certificate(), None);
    let portal = Sandbox::builder().tls().start().unwrap();
    let path = portal.certificate().unwrap().to_owned();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("-----BEGIN CERTIFICATE-----"));
    assert!(!text.contains("PRIVATE"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
    }
    drop(portal);
    assert!(!path.parent().unwrap().exists());
}
