//! A Bitrix24 portal on a loopback port, served from the description of the API.
//!
//! It answers every described method the way its documentation says: the
//! documented answer, the documented error codes on demand, and what is
//! documented for parameters that are left out. It shares no code with the
//! client, so that the two can disagree.
//!
//! [`Sandbox::start`] starts one for a test; the program `bitrix24-sandbox`
//! starts one for everybody else.
#![doc = ""]
#![doc = include_str!("../README.md")]

mod answer;
mod api;
mod app;
mod app_info;
mod auth;
mod authorize;
mod batch;
mod batch_v3;
mod bindings;
mod builder;
mod call;
mod check;
mod clock;
mod command;
mod contract;
mod control;
mod deliver;
mod download;
mod failures;
mod fault;
mod faults;
mod idempotency;
mod introspection;
mod limits;
mod log;
mod method;
mod multipart;
mod oauth;
mod operating;
mod order;
mod ordered;
mod orders;
mod params;
mod people;
mod reference;
mod reference_v3;
mod refusal;
mod reply;
mod sandbox;
mod script;
mod server;
mod slips;
mod spoil;
mod state;
mod table;
mod time;
#[cfg_attr(not(feature = "tls"), path = "no_tls.rs")]
mod tls;
mod tokens;
mod traffic;
mod wire;
mod world;
mod xml;

pub use auth::Credential;
pub use builder::Builder;
pub use command::command;
pub use deliver::Delivery;
pub use failures::Failure;
pub use fault::{Fault, Slip};
pub use limits::Plan;
pub use log::Recorded;
pub use operating::Operating;
pub use ordered::Answer;
pub use people::{Message, User};
pub use sandbox::Sandbox;
pub use table::List;
pub use time::{TimeFields, TimeShape};
pub use tokens::{Grant, Token};
