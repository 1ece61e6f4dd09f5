//! Which servers are trusted.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::Verifier;

use crate::ConfigError;

/// Reads certificates of authorities.
pub(super) fn certificates(pems: &[Vec<u8>]) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    const NO_PEM: &str =
        "the root certificate is not PEM: give the contents of the file, not its path";

    let bad = || ConfigError::new("the root certificate is not a valid PEM bundle");
    let mut all = Vec::new();
    let mut roots = RootCertStore::empty();
    for pem in pems {
        let before = all.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|_| bad())?;
            roots.add(certificate.clone()).map_err(|_| bad())?;
            all.push(certificate);
        }
        if all.len() == before {
            return Err(ConfigError::new(NO_PEM));
        }
    }
    Ok(all)
}

/// Trusts the authorities of the system, and the given ones.
pub(super) fn config(roots: Vec<CertificateDer<'static>>) -> Result<ClientConfig, ConfigError> {
    let bad = |error| ConfigError::new(format!("TLS cannot be set up: {error}"));
    // The one that the program has chosen, if it has.
    let provider = CryptoProvider::get_default().cloned();
    let provider = provider.unwrap_or_else(|| Arc::new(aws_lc_rs::default_provider()));
    let verifier = match roots.is_empty() {
        true => Verifier::new(provider.clone()),
        false => with_roots(roots, provider.clone()),
    };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(bad)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier.map_err(bad)?))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(not(target_os = "android"))]
fn with_roots(
    roots: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Verifier, rustls::Error> {
    Verifier::new_with_extra_roots(roots, provider)
}

#[cfg(target_os = "android")]
fn with_roots(
    _: Vec<CertificateDer<'static>>,
    _: Arc<CryptoProvider>,
) -> Result<Verifier, rustls::Error> {
    let what = "no authority can be added to those of Android";
    Err(rustls::Error::General(what.to_owned()))
}
