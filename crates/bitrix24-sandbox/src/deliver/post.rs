//! Sends one form to one address.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Request, Uri,
    body::Bytes,
    client::conn::http1,
    header::{CONTENT_TYPE, HOST, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use super::Reach;

/// How long a handler may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is read of an answer, so that the handler can finish it.
const LONGEST_ANSWER: usize = 64 << 10;

const ELSEWHERE: &str = "refused: not on this machine";

/// The address of a handler, taken apart.
pub(crate) struct Target {
    host: String,
    port: u16,
    /// With the query.
    path: String,
}

impl Target {
    /// Takes an address apart; what is wrong with it otherwise.
    pub(crate) fn parse(address: &str) -> Result<Self, &'static str> {
        let uri: Uri = address.parse().map_err(|_| "not an address")?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err("refused: only http is supported"),
            _ => return Err("not an address"),
        }
        let host = uri.host().filter(|host| !host.is_empty());
        Ok(Self {
            host: host.ok_or("not an address")?.to_owned(),
            port: uri.port_u16().unwrap_or(80),
            path: uri
                .path_and_query()
                .map_or_else(|| "/".to_owned(), ToString::to_string),
        })
    }

    async fn addresses(&self, reach: Reach) -> Result<Vec<SocketAddr>, &'static str> {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let addresses: Vec<IpAddr> = match host.parse() {
            Ok(address) => vec![address],
            Err(_) if host.eq_ignore_ascii_case("localhost") => {
                vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
            }
            // Nothing is asked of the network without need.
            Err(_) if reach == Reach::Loopback => return Err(ELSEWHERE),
            Err(_) => {
                let found = lookup_host((host, self.port)).await;
                let found = found.map_err(|_| "the host is unknown")?;
                found.map(|address| address.ip()).collect()
            }
        };
        if reach == Reach::Loopback && !addresses.iter().all(IpAddr::is_loopback) {
            return Err(ELSEWHERE);
        }
        let addresses = addresses.into_iter();
        Ok(addresses
            .map(|address| SocketAddr::new(address, self.port))
            .collect())
    }
}

/// An address without its query and without a user's name and password, which may be secrets;
/// whether or not it can be sent to.
pub(crate) fn shown(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    let uri: Uri = address.parse().unwrap_or_default();
    let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
        return address.rsplit('@').next().unwrap_or_default().to_owned();
    };
    let usual = if scheme == "https" { 443 } else { 80 };
    let port = uri.port_u16().unwrap_or(usual);
    format!("{scheme}://{host}:{port}{}", uri.path())
}

/// Sends a form and gives the status of the answer; why there is none otherwise.
pub(crate) async fn post(target: &Target, form: String, reach: Reach) -> Result<u16, &'static str> {
    match timeout(PATIENCE, attempt(target, form, reach)).await {
        Ok(outcome) => outcome,
        Err(_) => Err("no answer in time"),
    }
}

async fn attempt(target: &Target, form: String, reach: Reach) -> Result<u16, &'static str> {
    let addresses = target.addresses(reach).await?;
    let stream = TcpStream::connect(&*addresses)
        .await
        .map_err(|_| "no connection")?;
    let request = Request::post(&target.path)
        .header(HOST, format!("{}:{}", target.host, target.port))
        .header(USER_AGENT, "bitrix24-sandbox")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Full::new(Bytes::from(form)))
        .map_err(|_| "not an address")?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|_| "no connection")?;
    // It ends with the sender, and its failures show there.
    tokio::spawn(connection);
    let answer = sender
        .send_request(request)
        .await
        .map_err(|_| "no answer")?;
    let status = answer.status().as_u16();
    // What it says is of no interest, but it is rude to hang up on it.
    let _ = Limited::new(answer.into_body(), LONGEST_ANSWER)
        .collect()
        .await;
    Ok(status)
}
