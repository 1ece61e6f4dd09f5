//! Calls as the namespaces make them.

use std::{
    fmt,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use crate::{
    Answer, BoxFuture, Client, Error, RequestError,
    method::{ErrorCode, Method},
    raw::{Call, Reply},
    wire::FromWire,
};

/// A call by way of its scope, made when it is awaited: `T` is what the method answers, `E` are its
/// error codes.
///
/// It is one type for all methods, and takes next to nothing to compile for each of them. For that
/// it lives on the heap: where a microsecond counts, there is [`Client::call`].
///
/// The parameters are written at once; nothing is sent before it is awaited.
///
/// # Errors
/// See [`Error`]. What is wrong with the parameters is said when it is awaited, too.
///
/// ```no_run
/// use bitrix24::{Client, Error, imbot::{ChatGet, ChatGetError}};
///
/// # async fn run(client: Client) -> Result<(), Error<ChatGetError>> {
/// let sales = client.imbot().chat().get(ChatGet::new("CRM", "DEAL|1"));
/// let lines = client.imbot().chat().get(ChatGet::new("LINES", "7"));
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
    #[allow(dead_code)] // without any scope
    #[inline]
    pub(crate) fn new<M>(client: &'a Client, request: &M) -> Self
    where
        M: Method<Output = T, Error = E>,
    {
        let call = client.prepared(request);
        Self {
            reply: sent(client, call),
            read: PhantomData,
        }
    }
}

/// Compiled once for all methods.
#[allow(dead_code)] // without any scope
fn sent<'a>(
    client: &'a Client,
    call: Result<Call<'static>, RequestError>,
) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move { client.send(call?).await })
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
