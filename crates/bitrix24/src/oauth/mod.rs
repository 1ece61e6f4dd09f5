//! Access tokens of applications that renew themselves.
//!
//! An access token lives for an hour; a [`Credential`] holds it together with the refresh token that
//! buys the next pair. An [`OAuth`] keeps one credential current for any number of clients: it
//! renews the token when the portal says that it is over, or shortly before, once for all calls
//! that wait, and hands the new pair to a [`Store`] before it is used.
//!
//! ```no_run
//! use bitrix24::oauth::{App, Credential, FileStore, OAuth};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let app = App::new("local.0123abcd.12345678", "client-secret")?;
//! let oauth = OAuth::with_store(app.clone(), FileStore::new("/var/lib/my-app/credential.json"));
//!
//! // Once, with the code that the portal gave to the user:
//! let credential = app.exchange("code", Some("oauth.bitrix.info")).await?;
//! oauth.replace(credential).await?;
//! # Ok(())
//! # }
//! ```
//!
//! - The first credential comes from [`App::exchange`], or with the opening or installation of the
//!   application: [`Installation`].
//! - A renewal runs on a thread of its own. It goes on when the calls that wait for it are
//!   cancelled, because its answer replaces the refresh token: lost, it cannot be asked for again.
//!   The end of the program does not wait for it: see [`jobs_under_way`].
//! - In the last minute of a token it is renewed ahead of time. The call that begins that waits for
//!   it, half a second at most; others go on with the token there is.
//! - The client secret is sent to hosts of `bitrix.info`, to `oauth.bitrix24.tech` and to those that
//!   [`App::trust`] names, and to no others: the address of the authorization server arrives in
//!   requests that anybody can forge. This computer is trusted if the portal is on it, too, and by
//!   [`App::exchange`].
//! - After a fork, a child begins with what the store holds. Processes that share a credential need
//!   a store that they share, such as a [`FileStore`]; with a [`Lease`], one of them renews it for
//!   all.

mod app;
mod credential;
mod error;
mod file_store;
mod install;
mod read;
mod refresh;
mod rivals;
mod server;
mod session;
mod state;
mod store;
#[cfg(test)]
mod tests;

use std::time::{SystemTime, UNIX_EPOCH};

pub use app::App;
pub use credential::Credential;
pub use error::{TokenError, TokenErrorKind};
pub use file_store::FileStore;
pub use install::Installation;
pub use refresh::jobs_under_way;
pub use session::OAuth;
pub(crate) use state::{Epoch, Token};
pub use store::{Lease, MemoryStore, Saved, Store, StoreError};

use crate::Secret;

/// The longest token, code or client secret that is taken for one, in bytes.
const MAX_SECRET: usize = 4096;

/// Seconds since 1970 by the clock of this computer.
fn now() -> i64 {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH);
    passed.map_or(0, |passed| {
        i64::try_from(passed.as_secs()).unwrap_or(i64::MAX)
    })
}

/// Whether this can be a token, a code or a secret: visible ASCII of a sane length.
fn is_secret(secret: &Secret) -> bool {
    let plain = secret.expose();
    !plain.is_empty() && plain.len() <= MAX_SECRET && plain.bytes().all(|c| c.is_ascii_graphic())
}
