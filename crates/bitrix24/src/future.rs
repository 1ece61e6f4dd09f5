//! A call under way.

use std::{
    fmt,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use crate::{Answer, BoxFuture, Error, method::ErrorCode, raw::Reply, wire::FromWire};

/// A call, made when it is awaited: `T` is what the method answers, `E` are its error codes.
///
/// A type of its own, and the same for all methods but for these two: what there is of each method
/// is then compiled by those who call it, and by nobody else.
///
/// ```no_run
/// use bitrix24::{Client, Error, imbot::{ChatGet, ChatGetError}};
///
/// # async fn run(client: Client) -> Result<(), Error<ChatGetError>> {
/// let sales = client.call(ChatGet::new("CRM", "DEAL|1"));
/// let lines = client.call(ChatGet::new("LINES", "7"));
/// // Nothing is sent before this; then both are under way at once.
/// let (sales, lines) = tokio::try_join!(sales, lines)?;
/// # let _ = (sales.result, lines.result);
/// # Ok(())
/// # }
/// ```
#[must_use = "a call is made when it is awaited"]
pub struct AnswerFuture<'a, T, E> {
    reply: BoxFuture<'a, Result<Reply, Error>>,
    read: PhantomData<fn() -> (T, E)>,
}

impl<'a, T, E> AnswerFuture<'a, T, E> {
    pub(crate) fn new(reply: impl Future<Output = Result<Reply, Error>> + Send + 'a) -> Self {
        Self {
            reply: Box::pin(reply),
            read: PhantomData,
        }
    }
}

impl<T: FromWire, E: ErrorCode> Future for AnswerFuture<'_, T, E> {
    type Output = Result<Answer<T>, Error<E>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let reply = ready!(self.reply.as_mut().poll(context));
        let answer = reply.and_then(|reply| reply.decode());
        Poll::Ready(answer.map_err(Error::into_typed))
    }
}

impl<T, E> fmt::Debug for AnswerFuture<'_, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerFuture").finish_non_exhaustive()
    }
}
