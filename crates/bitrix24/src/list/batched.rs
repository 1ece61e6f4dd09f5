//! Many pages in one request.

use crate::{
    Client, Error,
    raw::{Call, Command, Reply},
};

/// Sends the calls for some pages, at most 50, and gives their answers in the same order. Behind
/// the first error there is nothing to see, so the portal halts there.
pub(super) async fn send_pages(client: &Client, calls: Vec<Call<'_>>) -> Vec<Result<Reply, Error>> {
    let commands = calls.into_iter().map(Command::new).collect();
    client
        .send_batch_raw(commands, true)
        .await
        .unwrap_or_else(|refused| vec![Err(refused.into())])
}
