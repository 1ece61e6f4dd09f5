//! Many pages in one request.

use crate::{
    Client, Error,
    raw::{Call, Reply},
};

/// Sends the calls for some pages, at most 50, and gives their answers in the same order: possibly
/// fewer, since nobody looks at what is behind the first error.
pub(super) async fn send_pages(client: &Client, calls: Vec<Call<'_>>) -> Vec<Result<Reply, Error>> {
    let mut replies = Vec::with_capacity(calls.len());
    for call in calls {
        let reply = client.send(call).await;
        let failed = reply.is_err();
        replies.push(reply);
        if failed {
            break;
        }
    }
    replies
}
