//! Hyper alone: a connection of its own for each task, without a pool, redirects or time limits.
//! It is the limit that a client on top of it can come near to.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Uri, client::conn::http1::SendRequest};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::{
    Outcome,
    caller::{self, Answer, Caller, Chat, GET_CHAT, Peer},
};

pub(crate) struct Raw {
    uri: Uri,
    tls: Option<TlsConnector>,
}

/// A connection, and where it leads.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    path: String,
    host: String,
}

impl Raw {
    pub(crate) fn new() -> Outcome<Self> {
        let tls = match caller::certificate()? {
            None => None,
            Some(pem) => {
                let mut roots = RootCertStore::empty();
                for certificate in CertificateDer::pem_slice_iter(&pem) {
                    roots.add(certificate?)?;
                }
                let provider = rustls::crypto::aws_lc_rs::default_provider();
                let config = ClientConfig::builder_with_provider(Arc::new(provider))
                    .with_safe_default_protocol_versions()?
                    .with_root_certificates(roots)
                    .with_no_client_auth();
                Some(TlsConnector::from(Arc::new(config)))
            }
        };
        Ok(Self {
            uri: caller::address()?.parse()?,
            tls,
        })
    }
}

impl Peer for Raw {
    type Caller = Connection;

    async fn caller(&mut self) -> Outcome<Connection> {
        let host = self.uri.host().ok_or("no host")?.to_owned();
        let port = self.uri.port_u16().ok_or("no port")?;
        let stream = TcpStream::connect((host.as_str(), port)).await?;
        stream.set_nodelay(true)?;
        let sender = match &self.tls {
            None => shake_hands(stream).await?,
            Some(tls) => {
                let name = ServerName::try_from(host.clone())?;
                shake_hands(tls.connect(name, stream).await?).await?
            }
        };
        Ok(Connection {
            sender,
            path: format!("{}imbot.chat.get", self.uri.path()),
            host: format!("{host}:{port}"),
        })
    }
}

async fn shake_hands<S>(stream: S) -> Outcome<SendRequest<Full<Bytes>>>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

impl Caller for Connection {
    async fn call(&mut self) -> Outcome<Option<i64>> {
        let body = serde_json::to_vec(&GET_CHAT)?;
        let request = Request::post(&self.path)
            .header("host", &self.host)
            .header("content-type", "application/json")
            .body(Full::from(body))?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let body = response.into_body().collect().await?.to_bytes();
        let answer: Answer<Chat> = serde_json::from_slice(&body)?;
        Ok(Some(answer.whole()?.id))
    }
}
