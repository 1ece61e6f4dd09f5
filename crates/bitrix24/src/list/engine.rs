//! The reading of a list without its input and output: which pages to ask for, and what their
//! answers mean.

use std::{
    collections::VecDeque,
    mem::{self, discriminant},
    sync::Arc,
};

use super::{
    cursor::{At, Cursor},
    error::ListError,
    judge::{Known, Next, judge},
    pages::Page,
    paging::List,
    params::Params,
    plan::{self, How},
    scan::{Scan, scan},
};
use crate::{
    ApiError, Error, RequestError, SystemError,
    error::{AnyCode, DecodeErrorKind},
    raw::Reply,
};

/// The most pages that one batch asks for: what the API allows.
const BATCH: usize = 50;

/// What is to be done next.
pub(super) enum Step {
    /// These are the parameters of pages to ask for. Their answers go to [`Engine::answer`].
    Ask(Vec<Vec<u8>>),
    /// A page with at least one record.
    Page(Page),
    /// The reading failed; nothing follows.
    Failed(ListError),
    /// There are no more pages.
    End,
}

/// Reads one list.
#[derive(Clone)]
pub(super) struct Engine {
    method: String,
    list: Arc<List>,
    how: How,
    /// Where the reading begins.
    first: Cursor,
    params: Vec<u8>,
    /// Whether the first page was asked for, or an error told.
    begun: bool,
    state: State,
}

#[derive(Clone)]
enum State {
    /// Nothing was asked for yet.
    New,
    Reading(Box<Reading>),
    /// To be told once.
    Failed(Box<ListError>),
    End,
}

#[derive(Clone)]
struct Reading {
    /// The caller's parameters, from which those of every page are made.
    params: Params,
    /// The most records in a page, for lists of one page.
    limit: Option<u64>,
    /// The page that comes next.
    at: At,
    /// How many of its records an earlier reading handed out.
    skip: u64,
    /// Pages that were asked for and not answered.
    asked: Vec<At>,
    /// Answers that nobody looked at.
    ready: VecDeque<(At, Result<Reply, Error>)>,
    /// The page that the reading began with.
    first: Option<Scan>,
    /// The page before.
    before: Option<Scan>,
    /// How far the page before moved `start`.
    stride: u64,
    /// Whether a batch can ask for what the caller asks for.
    fits_batch: bool,
    /// Whether the pages at hand were asked for in a batch.
    in_batch: bool,
    /// Whether the next page is asked for alone.
    alone: bool,
}

impl Engine {
    pub(super) fn new(method: String, params: Vec<u8>, list: List) -> Self {
        Self {
            method,
            list: Arc::new(list),
            how: How::Paged,
            first: Cursor::default(),
            params,
            begun: false,
            state: State::New,
        }
    }

    pub(super) fn list(&self) -> &List {
        &self.list
    }

    /// Changes how the list is read.
    pub(super) fn read(&mut self, how: How) {
        if self.is_new() {
            self.how = match self.how {
                How::Paged => how,
                known if known == how => how,
                _ => How::Both,
            };
            self.place();
        }
    }

    /// Changes where the reading begins.
    pub(super) fn resume(&mut self, cursor: Cursor) {
        if self.is_new() {
            self.first = cursor;
            self.place();
        }
    }

    /// Whether the reading can be changed; else it fails, unless it did before.
    fn is_new(&mut self) -> bool {
        if self.begun && !matches!(self.state, State::Failed(_)) {
            self.refuse(
                "how to read a list is said before the reading begins: begin a new one, with \
                 the cursor of the error to go on behind it",
            );
        }
        !self.begun
    }

    /// Corrects the place of an error that came before the reading begins.
    fn place(&mut self) {
        if let State::Failed(error) = &mut self.state {
            error.cursor = self.first.clone();
        }
    }

    /// Where the reading begins.
    pub(super) fn first(&self) -> &Cursor {
        &self.first
    }

    /// Ends the reading with an error.
    pub(super) fn fail(&mut self, error: Error) {
        let cursor = self.cursor();
        self.state = State::Failed(Box::new(ListError { error, cursor }));
    }

    fn refuse(&mut self, what: impl Into<String>) {
        self.fail(RequestError::new(self.method.clone(), what).into());
    }

    /// The page that comes next.
    fn cursor(&self) -> Cursor {
        match &self.state {
            State::Reading(reading) => reading.cursor(),
            State::Failed(error) => error.cursor.clone(),
            State::New | State::End => self.first.clone(),
        }
    }

    fn begin(&self) -> Result<Reading, String> {
        let begin = plan::begin(&self.params, &self.list, self.how)?;
        let at = match self.first.at {
            None => begin.at,
            Some(At::Only { read: 1.. }) => {
                return Err("the method has no parameter by which its list could go on".into());
            }
            Some(at) if discriminant(&at) == discriminant(&begin.at) => at,
            Some(_) => {
                return Err(format!(
                    "the cursor `{}` is of a list that is read in another way: this one begins \
                     at `{}`",
                    self.first, begin.at
                ));
            }
        };
        Ok(Reading {
            fits_batch: self.how == How::Batched && begin.params.survive_a_query(),
            in_batch: false,
            alone: false,
            params: begin.params,
            limit: begin.limit,
            at,
            skip: self.first.taken,
            asked: Vec::new(),
            ready: VecDeque::new(),
            first: None,
            before: None,
            stride: 0,
        })
    }

    /// What is to be done next.
    pub(super) fn step(&mut self) -> Step {
        self.begun = true;
        if matches!(self.state, State::New) {
            match self.begin() {
                Ok(reading) => self.state = State::Reading(Box::new(reading)),
                Err(what) => self.refuse(what),
            }
        }
        while let State::Reading(reading) = &mut self.state {
            let Some((at, reply)) = reading.ready.pop_front() else {
                match reading.ask(&self.list) {
                    Ok(pages) => return Step::Ask(pages),
                    Err(error) => {
                        self.refuse(error.to_string());
                        break;
                    }
                }
            };
            // The pages of a batch were asked for in the hope that they follow each other.
            if at != reading.at {
                reading.ready.clear();
                continue;
            }
            let page = match reading.look(reply, &self.list) {
                Ok((scan, page, Next::At(next))) => {
                    reading.go(scan, next);
                    page
                }
                Ok((_, page, Next::Done)) => {
                    self.state = State::End;
                    page
                }
                Ok((_, _, Next::Over)) => {
                    self.state = State::End;
                    break;
                }
                Ok((_, page, Next::Wrong { what, at })) => {
                    let kind = DecodeErrorKind::Incomplete { what };
                    reading.at = at;
                    reading.skip = 0;
                    let error = page.reply().wrong(kind);
                    self.fail(error);
                    page
                }
                // Alone, the call waits until the method has rested.
                Err(Error::Api(error)) if reading.in_batch && is_at_rest(&error) => {
                    reading.ready.clear();
                    reading.alone = true;
                    continue;
                }
                Err(error) => {
                    self.fail(error);
                    break;
                }
            };
            if !page.is_empty() {
                return Step::Page(page);
            }
        }
        match mem::replace(&mut self.state, State::End) {
            State::Failed(error) => Step::Failed(*error),
            _ => Step::End,
        }
    }

    /// Takes the answers to [`Step::Ask`], in its order.
    pub(super) fn answer(&mut self, replies: impl IntoIterator<Item = Result<Reply, Error>>) {
        let State::Reading(reading) = &mut self.state else {
            return;
        };
        let asked = mem::take(&mut reading.asked);
        reading.ready = asked.into_iter().zip(replies).collect();
        if reading.ready.is_empty() {
            self.refuse("there is no answer to the batch that asks for the next pages");
        }
    }
}

impl Reading {
    /// The parameters of the next page, and of those that will follow as far as that is known.
    fn ask(&mut self, list: &List) -> Result<Vec<Vec<u8>>, serde_json::Error> {
        let total = self.before.as_ref().and_then(|scan| scan.total);
        let batched = self.fits_batch && self.stride > 0 && !mem::take(&mut self.alone);
        self.asked = match (self.at, total) {
            (At::Start(start), Some(total)) if batched => {
                let starts = (0..BATCH as u64)
                    .map(|index| start.saturating_add(index.saturating_mul(self.stride)));
                let starts = starts.take_while(|it| *it == start || *it < total);
                starts.map(At::Start).collect()
            }
            (at, _) => vec![at],
        };
        self.in_batch = self.asked.len() > 1;
        let asked = self.asked.iter();
        asked
            .map(|at| plan::write(&self.params, *at, list).write())
            .collect()
    }

    /// Looks at the page that was asked for by `self.at`.
    fn look(
        &self,
        reply: Result<Reply, Error>,
        list: &Arc<List>,
    ) -> Result<(Scan, Page, Next), Error> {
        let reply = reply?;
        let keyed = matches!(self.at, At::Key(_) | At::After(_));
        let mut scan = scan(&reply, list, keyed)?;
        let known = Known {
            list,
            limit: self.limit,
            first: self.first.as_ref(),
            before: self.before.as_ref(),
            stride: self.stride,
        };
        let next = judge(self.at, &scan, &known)
            .map_err(|what| reply.wrong(DecodeErrorKind::Incomplete { what }))?;
        let page = Page::new(reply, &mut scan, self.cursor(), Arc::clone(list));
        Ok((scan, page, next))
    }

    fn cursor(&self) -> Cursor {
        Cursor {
            at: Some(self.at),
            taken: self.skip,
        }
    }

    fn go(&mut self, scan: Scan, next: At) {
        if let (At::Start(from), At::Start(to)) = (self.at, next) {
            self.stride = to.saturating_sub(from);
        }
        if self.first.is_none() {
            self.first = Some(scan.clone());
        }
        self.at = next;
        self.skip = 0;
        self.before = Some(scan);
    }
}

/// Whether the method has worked for too long, and rests.
fn is_at_rest(error: &ApiError) -> bool {
    matches!(error.kind, AnyCode::System(SystemError::OperationTimeLimit))
}
