//! Stands for TLS in a build without it.

use std::{convert::Infallible, io, path::Path};

use tokio::net::TcpStream;

/// There is none.
#[derive(Clone)]
pub(crate) struct Security(Infallible);

impl Security {
    pub(crate) async fn accept(&self, _: TcpStream) -> io::Result<TcpStream> {
        match self.0 {}
    }
}

/// There is none.
pub(crate) struct Identity(Infallible);

impl Identity {
    pub(crate) fn new(_: Vec<String>) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn security(&self) -> Security {
        match self.0 {}
    }

    pub(crate) fn certificate(&self) -> &Path {
        match self.0 {}
    }
}
