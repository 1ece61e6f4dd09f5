//! HTTPS, with an authority and a certificate that are made for each run.

use std::{
    error::Error,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use chrono::{DateTime, Datelike, Days, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivatePkcs8KeyDer};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::server::Line;

/// The names that every certificate is good for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// How long a certificate is good for: some clients refuse long ones.
const DAYS: Days = Days::new(90);

/// Turns connections into private ones.
#[derive(Clone)]
pub(crate) struct Security(TlsAcceptor);

impl Security {
    pub(crate) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.0.accept(stream).await
    }
}

impl Line for TlsStream<TcpStream> {
    fn will_reset(&self) {
        self.get_ref().0.will_reset();
    }
}

/// What the portal proves with who it is.
pub(crate) struct Identity {
    security: Security,
    /// The authority's certificate, in a folder that goes with it.
    certificate: PathBuf,
    _folder: TempDir,
}

impl Identity {
    /// For the machine itself and for these names.
    pub(crate) fn new(names: Vec<String>) -> io::Result<Self> {
        let (authority, config) = certify(names).map_err(io::Error::other)?;
        let folder = private_folder()?;
        let certificate = folder.path().join("authority.pem");
        write_private(&certificate, &authority)?;
        Ok(Self {
            security: Security(TlsAcceptor::from(Arc::new(config))),
            certificate,
            _folder: folder,
        })
    }

    pub(crate) fn security(&self) -> Security {
        self.security.clone()
    }

    pub(crate) fn certificate(&self) -> &Path {
        &self.certificate
    }
}

/// An authority in PEM, and what a server needs to be certified by it. The authority's key is not
/// kept: it certifies this one server.
fn certify(mut names: Vec<String>) -> Result<(String, ServerConfig), Box<dyn Error + Send + Sync>> {
    names.extend(NAMES.map(String::from));
    let authority_key = KeyPair::generate()?;
    let mut authority = params(Vec::new(), "bitrix24-sandbox authority")?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let pem = authority.self_signed(&authority_key)?.pem();

    let key = KeyPair::generate()?;
    let mut server = params(names, "bitrix24-sandbox")?;
    server.is_ca = IsCa::ExplicitNoCa;
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    server.use_authority_key_identifier_extension = true;
    let certificate = server.signed_by(&key, &Issuer::new(authority, authority_key))?;

    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((pem, config))
}

/// Good for these names from yesterday on: clocks differ.
fn params(names: Vec<String>, title: &str) -> Result<CertificateParams, rcgen::Error> {
    let day = |date: DateTime<Utc>| {
        // Months and days are small numbers.
        let [month, day] = [date.month(), date.day()].map(|number| number as u8);
        rcgen::date_time_ymd(date.year(), month, day)
    };
    let yesterday = DateTime::<Utc>::from(SystemTime::now()) - Days::new(1);
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, title);
    params.not_before = day(yesterday);
    params.not_after = day(yesterday + DAYS);
    Ok(params)
}

/// A new folder that only its owner can look into.
fn private_folder() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("bitrix24-sandbox-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

/// Writes a new file that only its owner can read.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}
