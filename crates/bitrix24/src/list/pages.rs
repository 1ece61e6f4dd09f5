//! The pages of a list, for whoever reads the records himself.

use std::{fmt, mem, sync::Arc, time::Duration};

use serde::de::DeserializeSeed;
use serde_json::Value;

use super::{
    batched::send_pages,
    cursor::Cursor,
    engine::{Engine, Step},
    error::ListError,
    paging::List,
    place::Place,
    plan::How,
    scan::{self, Scan},
};
use crate::{
    Client, Error, RequestError, Rest, Rule,
    raw::{Call, Reply},
    wire::Strict,
};

/// Reads a list page by page, without types: what [`Records`](crate::Records) and bindings to
/// other languages build on.
///
/// ```no_run
/// use bitrix24::{Client, List, Paging, Rest, raw::Pages};
///
/// # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
/// let list = List::new(Paging::Start);
/// let mut pages = Pages::new(&client, "user.get", Rest::Classic, b"{}".to_vec(), list);
/// while let Some(page) = pages.next().await {
///     println!("{}", page?.values()?.len());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Pages {
    client: Client,
    method: String,
    rest: Rest,
    rules: &'static [Rule],
    repeatable: bool,
    timeout: Option<Duration>,
    engine: Engine,
}

impl Pages {
    /// The pages of a method's list, given its parameters as a JSON object. Nothing is sent yet.
    #[must_use]
    pub fn new(
        client: &Client,
        method: impl Into<String>,
        rest: Rest,
        params: Vec<u8>,
        list: List,
    ) -> Self {
        let method = method.into();
        Self {
            engine: Engine::new(client.scrub(&method), params, list),
            client: client.clone(),
            method,
            rest,
            rules: &[],
            repeatable: false,
            timeout: None,
        }
    }

    /// Which parameters are required depending on others.
    #[must_use]
    pub fn rules(mut self, rules: &'static [Rule]) -> Self {
        self.rules = rules;
        self
    }

    /// Whether a second run of the method changes nothing that the first did not.
    #[must_use]
    pub fn repeatable(mut self, repeatable: bool) -> Self {
        self.repeatable = repeatable;
        self
    }

    /// How long the call for each page may take; `None`: as long as the client allows.
    #[must_use]
    pub fn timeout(mut self, timeout: Option<Duration>) -> Self {
        self.timeout = timeout;
        self
    }

    /// See [`Records::keyed`](crate::Records::keyed).
    #[must_use]
    pub fn keyed(mut self) -> Self {
        self.engine.read(How::Keyed);
        self
    }

    /// See [`Records::batched`](crate::Records::batched).
    #[must_use]
    pub fn batched(mut self) -> Self {
        self.engine.read(How::Batched);
        self
    }

    /// See [`Records::resume`](crate::Records::resume).
    #[must_use]
    pub fn resume(mut self, cursor: Cursor) -> Self {
        self.engine.resume(cursor);
        self
    }

    /// Goes on with another client: one of the same portal, with connections of its own.
    #[must_use]
    pub fn through(mut self, client: &Client) -> Self {
        self.client = client.clone();
        self
    }

    /// Makes the next page this error, and the last.
    pub(super) fn failed(mut self, error: Error) -> Self {
        self.engine.fail(error);
        self
    }

    /// Where the reading begins.
    pub(super) fn first(&self) -> &Cursor {
        self.engine.first()
    }

    /// How the list is read.
    pub fn list(&self) -> &List {
        self.engine.list()
    }

    /// The next page with records, fetched now; `None` at the end, and after an error.
    ///
    /// Dropping the future abandons the request; another call asks for the same page again.
    ///
    /// # Errors
    /// [`Error::Request`] if the list cannot be read that way: nothing was sent. [`Error::Decode`]
    /// if a page is not one, or if the list ends before its end. Else what a call can answer.
    pub async fn next(&mut self) -> Option<Result<Page, ListError>> {
        loop {
            let pages = match self.engine.step() {
                Step::Page(page) => return Some(Ok(page)),
                Step::Failed(error) => return Some(Err(self.scrubbed(error))),
                Step::End => return None,
                Step::Ask(pages) => pages,
            };
            let mut calls: Vec<_> = pages.into_iter().map(|page| self.call(page)).collect();
            let replies = match calls.pop() {
                Some(call) if calls.is_empty() => vec![self.client.send(call).await],
                call => {
                    calls.extend(call);
                    send_pages(&self.client, calls).await
                }
            };
            self.engine.answer(replies);
        }
    }

    fn call(&self, params: Vec<u8>) -> Call<'_> {
        let mut call = Call::new(&self.method, self.rest, params);
        call.rules = self.rules;
        call.repeatable = self.repeatable;
        call.timeout = self.timeout;
        // They were read to be paged.
        call.is_json = true;
        call
    }

    /// Refusals repeat what the caller gave, who may have put a secret in a wrong place.
    fn scrubbed(&self, error: ListError) -> ListError {
        let scrub = |text| self.client.scrub(text);
        ListError {
            error: match error.error {
                Error::Request(error) => {
                    RequestError::new(scrub(error.method()), scrub(error.what())).into()
                }
                error => error,
            },
            ..error
        }
    }
}

impl fmt::Debug for Pages {
    /// Without the parameters: secrets may be among them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("method", &self.client.scrub(&self.method))
            .field("rest", &self.rest)
            .field("list", self.list())
            .finish_non_exhaustive()
    }
}

/// A page of a list, with at least one record in its [answer](Page::reply).
///
/// The first of a reading that is [resumed](Pages::resume) may begin with records that an earlier
/// one handed out, or hold no others. They are in the answer, and nowhere else here.
#[derive(Clone, Debug)]
pub struct Page {
    reply: Reply,
    /// How many records are in the answer.
    all: u64,
    place: Place,
    list: Arc<List>,
}

impl Page {
    pub(super) fn new(reply: Reply, scan: &mut Scan, mut begin: Cursor, list: Arc<List>) -> Self {
        begin.taken = begin.taken.min(scan.count);
        Self {
            reply,
            all: scan.count,
            place: Place::new(begin, mem::take(&mut scan.keys)),
            list,
        }
    }

    /// The whole answer.
    pub fn reply(&self) -> &Reply {
        &self.reply
    }

    /// How many records it holds, without those that were handed out before.
    pub fn count(&self) -> u64 {
        self.all.saturating_sub(self.skipped())
    }

    /// How many of the answer's first records were handed out before.
    pub fn skipped(&self) -> u64 {
        self.place.begin().taken
    }

    /// Where this page begins: to go on from, if its records turn out to be unreadable.
    pub fn cursor(&self) -> &Cursor {
        self.place.begin()
    }

    /// What comes behind so many of the records that it holds.
    pub fn cursor_after(&self, taken: u64) -> Cursor {
        self.place.after(taken, self.count().saturating_sub(taken))
    }

    /// Where the records are, of which there are so many for who reads them.
    pub(super) fn place(&self, count: usize) -> Place {
        // By their names, as the answer is of a type that puts them in order.
        let mixed = self.list.map || u64::try_from(count) != Ok(self.count());
        self.place.clone().mixed(mixed)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all == 0
    }

    /// Takes away the first records of all, as they were handed out before.
    pub(super) fn skip<T>(&self, all: &mut Vec<T>) {
        let skipped = usize::try_from(self.skipped()).unwrap_or(usize::MAX);
        all.drain(..skipped.min(all.len()));
    }

    /// The records as they are.
    ///
    /// # Errors
    /// [`Error::Decode`] if they cannot be read.
    pub fn values(&self) -> Result<Vec<Value>, Error> {
        self.values_with(Strict::new())
    }

    /// The records, each read by a seed, which may be asked twice for each, as by
    /// [`Reply::decode_with`].
    ///
    /// # Errors
    /// [`Error::Decode`] if they cannot be read.
    pub fn values_with<'de, S>(&'de self, seed: S) -> Result<Vec<S::Value>, Error>
    where
        S: DeserializeSeed<'de> + Copy,
    {
        let mut values = scan::values(&self.reply, &self.list, seed)?;
        self.skip(&mut values);
        Ok(values)
    }
}
