//! The records of a list, one after the other.

use std::{
    fmt,
    future::poll_fn,
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
    vec,
};

use futures_core::Stream;

use super::{
    cursor::Cursor,
    error::ListError,
    pages::{Page, Pages},
    place::Place,
};
use crate::{AnyCode, BoxFuture, Error, ErrorCode};

/// The records of a list, fetched page by page as they are asked for: a [`Stream`], which
/// [`next`](Records::next) reads without any other crate.
///
/// Only the page that is being handed out is in memory. An error comes once, and nothing after
/// it. Dropping this stops the reading, and abandons a request that is on its way.
///
/// A list ends where the portal says so, and where nothing contradicts it: one that is cut off
/// ends with an [`Error::Decode`] of the kind
/// [`Incomplete`](crate::DecodeErrorKind::Incomplete), never as if it were whole. But pages are
/// pages: records that are added or removed meanwhile move the others, unless the list is read
/// [by key](Records::keyed).
///
/// See [`Client::records`](crate::Client::records) for an example.
#[must_use = "nothing is fetched before records are asked for"]
pub struct Records<R, E = AnyCode> {
    state: State,
    page: vec::IntoIter<R>,
    /// How many records the page had.
    count: usize,
    /// Where the page is, or where the reading began: `None` before that.
    place: Option<Place>,
    read: fn(&Page) -> Result<Vec<R>, Error<E>>,
}

type Fetched = (Box<Pages>, Option<Result<Page, ListError>>);

enum State {
    Idle(Box<Pages>),
    Fetching(BoxFuture<'static, Fetched>),
    End(Box<Pages>),
    /// Between two others, where nothing can panic.
    Moving,
}

impl<R, E: ErrorCode> Records<R, E> {
    pub(super) fn new(pages: Pages, read: fn(&Page) -> Result<Vec<R>, Error<E>>) -> Self {
        Self {
            state: State::Idle(Box::new(pages)),
            page: Vec::new().into_iter(),
            count: 0,
            place: None,
            read,
        }
    }

    /// Reads by growing ids and without counting: `start` is -1, the order is by id, and the
    /// filter asks for larger ids than the last one. On long lists much faster, and records that
    /// come and go meanwhile move no others.
    ///
    /// It takes one request more than there are pages, as only an empty page is the end. The
    /// parameters may hold neither an order nor a condition on the id, and no `LOGIC` that would
    /// go for that condition as well. Lists that cannot be read
    /// this way end with an [`Error::Request`] at once; a method that ignores the order or the
    /// filter ends with an [`Error::Decode`].
    ///
    /// It begins with the ids above 0, as there are hardly others. Where 0 is one,
    /// [resume](Records::resume) from the cursor `key:-1`.
    pub fn keyed(self) -> Self {
        self.change(Pages::keyed)
    }

    /// Fetches up to 50 pages with a request, once the first has told how many there are. Only
    /// for lists that are paged by `start`.
    ///
    /// That many pages are in memory at a time. Parameters with `null`, `true`, `false` or an empty
    /// list or object in them mean something else in a [batch](crate::batch#limits): with those, one
    /// page is fetched after the other.
    pub fn batched(self) -> Self {
        self.change(Pages::batched)
    }

    /// Goes on at a [cursor](Records::cursor) of an earlier reading, or where one failed.
    ///
    /// The method, its parameters and the way of reading must be those of before. A cursor of
    /// another way of reading ends the list with an [`Error::Request`] at once, and so does this
    /// where reading has begun: make new records to go on.
    pub fn resume(self, cursor: Cursor) -> Self {
        self.change(|pages| pages.resume(cursor))
    }

    /// What comes behind the last record that was handed out: [`resume`](Records::resume) goes on
    /// there, later or elsewhere.
    ///
    /// ```
    /// use bitrix24::List;
    ///
    /// # use bitrix24::Client;
    /// # use bitrix24_sandbox::{List as Table, Sandbox};
    /// #
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let portal = Sandbox::start()?;
    /// # portal.list("crm.deal.list", Table::count(120));
    /// # let client = Client::webhook(portal.webhook_url())?;
    /// let list = || client.records_by_name("crm.deal.list", (), List::default());
    /// let mut deals = list();
    /// for _ in 0..60 {
    ///     deals.next().await.ok_or("too few")??;
    /// }
    /// let kept = deals.cursor().to_string();
    ///
    /// let mut rest = list().resume(kept.parse()?);
    /// let deal = rest.next().await.ok_or("too few")??;
    /// assert_eq!(deal["ID"], 61);
    /// # Ok(())
    /// # }
    /// ```
    pub fn cursor(&self) -> Cursor {
        let (taken, left) = (self.count - self.page.len(), self.page.len());
        match (&self.place, &self.state) {
            (Some(place), _) => place.after(taken as u64, left as u64),
            (None, State::Idle(pages)) => pages.first().clone(),
            (None, _) => Cursor::default(),
        }
    }

    /// What comes too late is an error as well, told behind the page that is on its way.
    fn change(mut self, change: impl FnOnce(Pages) -> Pages + Send + 'static) -> Self {
        self.state = match self.state {
            State::Idle(pages) | State::End(pages) => State::Idle(Box::new(change(*pages))),
            State::Fetching(fetching) => State::Fetching(Box::pin(async move {
                let (pages, page) = fetching.await;
                let mut pages = Box::new(change(*pages));
                let page = match page {
                    Some(page) => Some(page),
                    None => pages.next().await,
                };
                (pages, page)
            })),
            State::Moving => State::Moving,
        };
        self
    }

    /// The next record; `None` at the end, and after an error.
    ///
    /// Dropping the future loses nothing: a request that is on its way is waited for by the next
    /// call.
    pub async fn next(&mut self) -> Option<Result<R, ListError<E>>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<R, E: ErrorCode> Stream for Records<R, E> {
    type Item = Result<R, ListError<E>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(record) = this.page.next() {
                return Poll::Ready(Some(Ok(record)));
            }
            match &mut this.state {
                State::End(_) | State::Moving => return Poll::Ready(None),
                State::Idle(_) => {
                    if let State::Idle(mut pages) = mem::replace(&mut this.state, State::Moving) {
                        let begin = || Place::new(pages.first().clone(), Vec::new());
                        this.place.get_or_insert_with(begin);
                        this.state = State::Fetching(Box::pin(async move {
                            let page = pages.next().await;
                            (pages, page)
                        }));
                    }
                }
                State::Fetching(fetching) => {
                    // It stays until the page is read: after a panic, to ask again panics as well,
                    // and the list does not seem to be over.
                    let (pages, page) = ready!(fetching.as_mut().poll(context));
                    let read = match page {
                        None => None,
                        Some(Err(error)) => Some(Err(error.into_typed())),
                        Some(Ok(page)) => Some(match (this.read)(&page) {
                            Ok(records) => Ok((page.place(records.len()), records)),
                            Err(error) => Err(ListError {
                                error,
                                cursor: page.cursor().clone(),
                            }),
                        }),
                    };
                    match read {
                        Some(Ok((place, records))) => {
                            this.count = records.len();
                            this.place = Some(place);
                            this.page = records.into_iter();
                            this.state = State::Idle(pages);
                        }
                        end => {
                            this.state = State::End(pages);
                            return Poll::Ready(end.and_then(Result::err).map(Err));
                        }
                    }
                }
            }
        }
    }
}

// Nothing in it is pinned in place: the future is on the heap.
impl<R, E> Unpin for Records<R, E> {}

impl<R, E> fmt::Debug for Records<R, E> {
    /// Without the records.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Records");
        if let State::Idle(pages) = &self.state {
            debug.field("pages", pages);
        }
        debug
            .field("ready", &self.page.len())
            .finish_non_exhaustive()
    }
}
