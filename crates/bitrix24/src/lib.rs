//! Typed client for the Bitrix24 REST API.
//!
//! ```no_run
//! use bitrix24::{Client, Error, imbot::{ChatGet, ChatGetError}};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::webhook("https://portal.bitrix24.com/rest/1/code/")?;
//! match client.call(ChatGet::new("CHAT", "13")).await {
//!     Ok(answer) => println!("{:?}", answer.result),
//!     Err(Error::Api(error)) if error.kind == ChatGetError::AccessError => println!("not mine"),
//!     Err(error) => return Err(error.into()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! - A method is called by its request type through [`Client::call`], or by way of its scope
//!   (`client.imbot().chat().get(…)`, an [`AnswerFuture`]). A method without a type is called by
//!   [`Client::call_by_name`].
//! - An [`Answer`] holds the typed result, and what the server says about time and pages.
//! - A list is read record by record through [`Client::records`], whatever its pages look like.
//! - An [`Error`] says whether the call was sent, whether an answer came, and what the API refused;
//!   its kind has a name for every documented code of the method.
//! - Scopes are Cargo features, so that only what is used is compiled.
//! - The webhook's address and tokens are secrets: no error, log or `Debug` shows them.

mod address;
mod answer;
pub mod batch;
mod body;
mod builder;
mod client;
mod envelope;
mod error;
mod future;
mod learns;
pub mod limit;
mod list;
mod live;
mod method;
pub mod oauth;
mod params;
pub mod process;
pub mod raw;
mod retry;
mod rules;
mod scrub;
mod secret;
mod send;
mod stats;
mod transport;
pub mod wire;

pub use answer::Answer;
pub use builder::ClientBuilder;
pub use client::Client;
pub use error::{
    AnyCode, ApiError, ConfigError, DecodeError, DecodeErrorKind, Error, FieldError, LimitError,
    NotRun, NotRunReason, RequestError, TransportError, TransportErrorKind,
};
pub use future::AnswerFuture;
pub use list::{Cursor, CursorError, List, ListError, ListMeta, ListMethod, Paging, Records};
pub use method::{ErrorCode, Method, MethodMeta, Origin, Rest};
pub use retry::{Retries, Stopped, Tries};
pub use rules::{Rule, When};
pub use secret::Secret;
pub use stats::Stats;

/// A future on the heap, as traits return it whose implementations may differ.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;

include!(concat!(env!("OUT_DIR"), "/api.rs"));
