//! The clients that are measured.

use crate::{
    driver::{
        Client,
        Program::{Python, Rust},
    },
    model::Race,
};

const fn rust(name: &'static str, argument: &'static str) -> Client {
    Client {
        name,
        program: Rust(argument),
    }
}

const fn python(name: &'static str, file: &'static str) -> Client {
    Client {
        name,
        program: Python(file),
    }
}

/// Our name in Rust.
pub(super) const OURS: &str = "bitrix24";
/// Ours in Python, which waits for its answers.
pub(super) const OURS_SYNC: &str = "bitrix24";
/// Ours for asyncio.
pub(super) const OURS_ASYNC: &str = "bitrix24 (async)";

pub(super) const IN_RUST: [Client; 2] = [rust(OURS, "ours"), rust("reqwest", "reqwest")];

pub(super) const IN_PYTHON_SYNC: [Client; 4] = [
    python(OURS_SYNC, "ours_sync"),
    python("b24pysdk", "b24pysdk_driver"),
    python("requests", "requests_driver"),
    python("httpx", "httpx_sync"),
];

pub(super) const IN_PYTHON_ASYNC: [Client; 4] = [
    python(OURS_ASYNC, "ours_async"),
    python("fast_bitrix24", "fast_bitrix24_driver"),
    python("aiohttp", "aiohttp_driver"),
    python("httpx (async)", "httpx_async"),
];

/// What Rust can do with HTTP alone.
pub(super) const LIMIT_RUST: Client = rust("hyper", "hyper");
/// What one would write in Python by hand: a socket, and a fast decoder.
pub(super) const LIMIT_SYNC: Client = python("socket + orjson", "socket_driver");
/// The same with asyncio.
pub(super) const LIMIT_ASYNC: Client = python("asyncio + orjson", "protocol_driver");

/// Clients that are measured beside their limit.
pub(super) fn with(clients: &[Client], limit: Client) -> Vec<Client> {
    [clients, &[limit]].concat()
}

/// The races, by http and by TLS, in which a client can be compared: b24pysdk calls by TLS only, and
/// what is measured of it by http is no client that anybody has.
pub(super) fn comparable<'a>(races: &'a [Race], client: &str) -> &'a [Race] {
    match races {
        [_, by_tls] if client == "b24pysdk" => std::slice::from_ref(by_tls),
        races => races,
    }
}
