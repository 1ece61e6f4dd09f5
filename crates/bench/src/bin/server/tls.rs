//! HTTPS, with a certificate that is made for each run.

use std::{io::Write, path::Path, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivatePkcs8KeyDer};
use tempfile::NamedTempFile;
use tokio_rustls::TlsAcceptor;

use crate::Outcome;

/// What the server proves with who it is.
pub(crate) struct Identity {
    acceptor: TlsAcceptor,
    /// The certificate of the authority, as PEM; removed at the end.
    certificate: NamedTempFile,
}

impl Identity {
    pub(crate) fn new() -> Outcome<Self> {
        let authority_key = KeyPair::generate()?;
        let mut authority = CertificateParams::new(Vec::new())?;
        // OpenSSL takes a certificate whose issuer has its own name for a self-signed one.
        authority
            .distinguished_name
            .push(DnType::CommonName, "authority of the benchmarks");
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let pem = authority.self_signed(&authority_key)?.pem();

        let key = KeyPair::generate()?;
        let names = ["localhost", "127.0.0.1"].map(String::from);
        let mut server = CertificateParams::new(names)?;
        server.use_authority_key_identifier_extension = true;
        let server = server.signed_by(&key, &Issuer::new(authority, authority_key))?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(
                vec![server.der().clone()],
                PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            )?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];

        let mut certificate = NamedTempFile::with_suffix(".pem")?;
        certificate.write_all(pem.as_bytes())?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            certificate,
        })
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.clone()
    }

    pub(crate) fn certificate(&self) -> &Path {
        self.certificate.path()
    }
}
