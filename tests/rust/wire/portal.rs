//! The portal of a row: it gives each request the next of its answers, and the last one to all
//! others.

use std::{
    collections::HashSet,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use bitrix24_sandbox::{Answer, Fault, Recorded, Sandbox};
use tokio::net::TcpSocket;

use crate::{
    secrets::Place,
    table::{self, Part, Portal as Deed},
};

/// The name of the authorization server.
const TOKENS: &str = "oauth.token";

/// Serves until it is dropped.
pub(crate) struct Portal {
    pub(crate) address: SocketAddr,
    sandbox: Sandbox,
}

impl Portal {
    pub(crate) fn start() -> Self {
        let sandbox = Sandbox::start().unwrap();
        let address = sandbox.url().strip_prefix("http://").unwrap();
        Self {
            address: address.parse().unwrap(),
            sandbox,
        }
    }

    /// What the first, the second, … request gets, to the authorization server or to others.
    pub(crate) fn answer(&self, is_for_token: bool, answers: &[&table::Answer], place: Place) {
        let usual = table::Answer::default();
        let (last, first) = match answers.split_last() {
            Some((last, first)) => (*last, first),
            None => (&usual, &[][..]),
        };
        let method = if is_for_token { TOKENS } else { "*" };
        for one in first {
            self.sandbox.answer(method, answer(one, place).times(1));
        }
        self.sandbox.answer(method, answer(last, place));
    }

    /// The requests so far, but for those to the authorization server.
    pub(crate) fn requests(&self) -> Vec<Recorded> {
        let mut requests = self.sandbox.requests();
        requests.retain(|request| request.method() != TOKENS);
        requests
    }

    /// Those to the authorization server.
    pub(crate) fn token_requests(&self) -> Vec<Recorded> {
        self.sandbox.calls(TOKENS)
    }

    /// How many connections there were, but for those to the authorization server.
    pub(crate) fn connections(&self) -> usize {
        let for_tokens = self.token_requests();
        let for_tokens: HashSet<_> = for_tokens.iter().map(Recorded::connection).collect();
        usize::try_from(self.sandbox.connections()).unwrap() - for_tokens.len()
    }
}

/// An answer of a row, whatever the credential: the secrets of the rows are not the portal's.
fn answer(table: &table::Answer, place: Place) -> Answer {
    let mut answer = match &table.raw {
        Some(raw) => Answer::raw(place.fill(raw)),
        None => Answer::bytes("application/json", body(table, place)),
    };
    if let Some(status) = table.status {
        answer = answer.status(status);
    }
    for (name, value) in &table.headers {
        answer = answer.header(name, &place.fill(value));
    }
    if let Some(fault) = fault(table) {
        answer = answer.fault(fault.late(Duration::from_secs_f64(table.after)));
    }
    answer.to_anyone()
}

fn fault(table: &table::Answer) -> Option<Fault> {
    let part = match (table.part, table.portal) {
        (Some(Part::Half), _) => Some(Fault::half()),
        (Some(Part::Whole), Some(_)) => Some(Fault::close()),
        (None, Some(_)) => Some(Fault::cut(0)),
        (_, None) => None,
    };
    assert!(
        part.is_none() || table.drip.is_none(),
        "parts of answers do not drip"
    );
    match (part, table.portal) {
        (Some(fault), Some(Deed::Resets)) => Some(fault.then_reset()),
        (Some(fault), Some(Deed::IsSilent)) => Some(fault.then_silence()),
        (Some(fault), _) => Some(fault),
        (None, _) => match table.drip {
            Some(pause) => Some(Fault::drip(Duration::from_secs_f64(pause))),
            None => (table.after > 0.0).then(|| Fault::delay(Duration::ZERO)),
        },
    }
}

fn body(table: &table::Answer, place: Place) -> Vec<u8> {
    if let Some((from, to)) = table.numbers {
        let results: Vec<_> = (from..to).map(|n| format!("\"c{n}\":{n}")).collect();
        let results = results.join(",");
        let body = format!(r#"{{"result":{{"result":{{{results}}},"result_error":[]}}}}"#);
        return body.into();
    }
    let mut body = unhex(table.hex.as_deref().unwrap_or_default());
    match (&table.hex, &table.body) {
        (_, Some(text)) => body.extend(place.fill(text).bytes()),
        (None, None) => body.extend(br#"{"result": null}"#),
        (Some(_), None) => {}
    }
    body
}

fn unhex(text: &str) -> Vec<u8> {
    text.split_whitespace()
        .map(|byte| u8::from_str_radix(byte, 16).expect("two digits"))
        .collect()
}

/// An address where nobody listens, as long as it is held: no portal can be that.
pub(crate) fn closed() -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    socket
}
