//! Lists, page by page.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU32, Ordering::SeqCst},
};

use bitrix24::{
    Cursor, List, ListError, ListMeta, Paging,
    process::Process,
    raw::{self, Page},
};
use pyo3::{
    PyTraverseError, PyVisit,
    exceptions::{PyRuntimeError, PyTypeError},
    prelude::*,
    types::{PyDict, PyList},
};
use serde_json::Value;

use crate::{
    classes::{LIST_REQUEST, REQUEST_ERROR},
    client::Client,
    decode::{Scratch, Seed},
    errors, mailbox,
    outcome::Outcome,
    process::interned,
    request::{Parts, Target},
    settings::given,
    table::{Method, Type},
};

/// The cursor of a list of which nothing was read.
const BEGINNING: &str = "beginning";

/// A list under way.
#[pyclass(frozen, module = "bitrix24._native")]
pub(crate) struct Pages {
    client: Py<Client>,
    reading: Arc<Reading>,
}

/// How far the reading is. It holds nothing of Python's.
struct Reading {
    target: Target,
    /// Sends nothing, and so holds no connections.
    template: bitrix24::Client,
    /// The field that holds the number of a record, if the list is read by it.
    key: Option<String>,
    state: Mutex<State>,
    /// The process in which the next page is under way: 0 if none is.
    busy: AtomicU32,
}

struct State {
    /// Stands behind the page that was taken last: an attempt works with a copy.
    pages: raw::Pages,
    ended: bool,
    /// How many records of the page that comes next were taken by an earlier reading.
    skip: usize,
    /// How many pages were taken.
    taken: u64,
    last: Option<Given>,
    /// The page that was given, until it is known that it has been taken: Ctrl-C or the end of a
    /// task may strike in between, and then it is given once more.
    offered: Option<(Given, raw::Pages)>,
    /// Where it began.
    resumed: Option<String>,
}

/// A page that was given, and how many of its records were left out.
struct Given {
    page: Page,
    skipped: usize,
}

impl State {
    /// Learns how many pages have been taken.
    fn arrived(&mut self, taken: u64) {
        if taken > self.taken
            && let Some((given, pages)) = self.offered.take()
        {
            self.pages = pages;
            self.skip = 0;
            self.taken = taken;
            self.last = Some(given);
        }
    }
}

impl Reading {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// There while a page is under way.
struct UnderWay(Arc<Reading>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.busy.store(0, SeqCst);
    }
}

impl Pages {
    /// What a `ListRequest` of Python lists. Nothing is sent.
    pub(crate) fn of(
        client: &Bound<'_, Client>,
        request: &Bound<'_, PyAny>,
        keyed: bool,
        batched: bool,
        resume: Option<&str>,
    ) -> PyResult<Self> {
        let py = request.py();
        if !LIST_REQUEST.is_type_of(request)? {
            let got = request.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "expected a request of a method that lists, got {got}"
            )));
        }
        let parts = client.get().described(request, None, None)?.into_parts();
        let Parts { target, params } = parts;
        let template = client.get().template();
        let refuse = |what: &str| {
            let method = template.scrub(target.name());
            errors::not_sent(py, &REQUEST_ERROR, &method, what)
        };
        let how: Option<How<'_>> = request.getattr(interned!(py, "_list"))?.extract()?;
        let (list, key) = match (how, described(&target)) {
            (Some(how), _) => by_name(&how)?.map_err(refuse)?,
            (None, Some((_, meta))) => (List::from(meta), meta.keyed_by.map(str::to_owned)),
            (None, None) => return Err(refuse("the method is not one that lists")),
        };
        let mut pages = match &target {
            Target::Described(method) => {
                raw::Pages::new(template, method.name, method.rest, params, list)
                    .rules(method.rules)
                    .repeatable(method.repeatable)
            }
            Target::Named(name, rest) => {
                raw::Pages::new(template, name.as_str(), *rest, params, list)
            }
        };
        if keyed {
            pages = pages.keyed();
        }
        if batched {
            pages = pages.batched();
        }
        let mut skip = 0;
        let resume = resume.filter(|resume| *resume != BEGINNING);
        if let Some(resume) = resume {
            let (cursor, skipped) = place(resume).ok_or_else(|| {
                refuse("resume: this is no place in a list: it takes the `cursor` of a reading")
            })?;
            pages = pages.resume(cursor);
            skip = skipped;
        }
        Ok(Self {
            client: client.clone().unbind(),
            reading: Arc::new(Reading {
                target,
                template: template.clone(),
                key: key.filter(|_| keyed),
                busy: AtomicU32::new(0),
                state: Mutex::new(State {
                    pages,
                    ended: false,
                    skip,
                    taken: 0,
                    last: None,
                    offered: None,
                    resumed: resume.map(str::to_owned),
                }),
            }),
        })
    }

    /// Marks a page as under way.
    fn begin(&self, py: Python<'_>) -> PyResult<UnderWay> {
        // A forked child never ends what its parent has begun.
        let process = Process::current().number();
        let is_busy = || self.reading.busy.swap(process, SeqCst) == process;
        if is_busy() {
            // For an event loop, perhaps, that was closed before it came.
            mailbox::forget_closed(py);
            if is_busy() {
                return Err(PyRuntimeError::new_err(
                    "the next page of this list is under way already",
                ));
            }
        }
        Ok(UnderWay(self.reading.clone()))
    }

    /// Asks for the page behind those that were taken.
    fn turn(&self, taken: u64) -> impl FnOnce(bitrix24::Client) -> Turning + use<> {
        let reading = self.reading.clone();
        reading.state().arrived(taken);
        move |client| {
            Box::pin(async move {
                let (ended, offered, pages) = {
                    let state = reading.state();
                    let (given, pages) = match &state.offered {
                        Some((given, pages)) => (Some(given.page.clone()), pages),
                        None => (None, &state.pages),
                    };
                    (state.ended, given, pages.clone())
                };
                let mut pages = pages.through(&client);
                let page = match offered {
                    Some(page) => Some(Ok(page)),
                    None if ended => None,
                    None => pages.next().await,
                };
                Turned {
                    reading,
                    pages,
                    page,
                }
            })
        }
    }
}

type Turning = bitrix24::BoxFuture<'static, Turned>;

#[pymethods]
impl Pages {
    #[getter]
    fn method(&self) -> String {
        let client = self.client.get().template();
        client.scrub(self.reading.target.name())
    }

    /// The records of the next page, given how many pages have been taken; `None` at the end.
    #[pyo3(signature = (taken, /))]
    fn next<'py>(&self, py: Python<'py>, taken: u64) -> PyResult<Bound<'py, PyAny>> {
        let under_way = self.begin(py)?;
        let method = self.reading.target.name();
        let page = self.client.get().wait(py, method, self.turn(taken));
        drop(under_way);
        page
    }

    #[pyo3(signature = (taken, /))]
    fn next_async<'py>(&self, py: Python<'py>, taken: u64) -> PyResult<Bound<'py, PyAny>> {
        let under_way: Box<dyn Send + Sync> = Box::new(self.begin(py)?);
        let method = self.reading.target.name();
        let client = self.client.get();
        client.spawn(py, method, Some(under_way), self.turn(taken))
    }

    /// What to resume from after so many pages, and so many records of the last one of them.
    #[pyo3(signature = (pages, taken, /))]
    fn cursor(&self, pages: u64, taken: usize) -> String {
        let mut state = self.reading.state();
        state.arrived(pages);
        let Some(last) = &state.last else {
            let resumed = state.resumed.as_deref();
            return resumed.unwrap_or(BEGINNING).to_owned();
        };
        let taken = last.skipped + taken;
        let key = self.reading.key.as_deref().zip(taken.checked_sub(1));
        match key.and_then(|(key, index)| key_of(&last.page, key, index)) {
            Some(key) => format!("key:{key}"),
            None => text(last.page.cursor(), taken),
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.client)
    }
}

/// What came of asking for a page.
struct Turned {
    reading: Arc<Reading>,
    pages: raw::Pages,
    page: Option<Result<Page, ListError>>,
}

impl Outcome for Turned {
    fn give(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self {
            reading,
            pages,
            page,
        } = *self;
        let target = &reading.target;
        let skip = reading.state().skip;
        let fail = |error: PyErr, cursor: &Cursor| {
            let raised = error.value(py);
            let set = raised.setattr(interned!(py, "cursor"), text(cursor, skip));
            set.err().unwrap_or(error)
        };
        let page = match page {
            None => {
                reading.state().ended = true;
                return Ok(py.None().into_bound(py));
            }
            Some(Err(ListError { error, cursor, .. })) => {
                return Err(fail(errors::raise(py, target.codes(), error), &cursor));
            }
            Some(Ok(page)) => page,
        };
        let records = records(py, target, &page).map_err(|error| fail(error, page.cursor()))?;
        let skipped = skip.min(records.len());
        let records = match skipped {
            0 => records,
            _ => records.get_slice(skipped, records.len()),
        };
        let given = Given { page, skipped };
        let pages = pages.through(&reading.template);
        reading.state().offered = Some((given, pages));
        Ok(records.into_any())
    }
}

/// A method that is described to list.
fn described(target: &Target) -> Option<(&'static Method, &'static ListMeta)> {
    match target {
        Target::Described(method) => Some((method, method.list.as_ref()?)),
        Target::Named(..) => None,
    }
}

/// The records of a page.
fn records<'py>(py: Python<'py>, target: &Target, page: &Page) -> PyResult<Bound<'py, PyList>> {
    let (method, list) = match described(target) {
        Some(described) => described,
        None => {
            let scratch = Scratch::default();
            let values = page
                .values_with(Seed::new(py, &Type::Any, &scratch))
                .map_err(|error| scratch.raise(py, target.codes(), error))?;
            return PyList::new(py, values);
        }
    };
    let answer = target.answer(py, Ok(page.reply().clone()))?;
    let mut found = answer.getattr(interned!(py, "result"))?;
    let mut ty = &method.result;
    for step in list.records {
        while let Type::Nullable(inner) = ty {
            ty = inner;
        }
        if found.is_none() {
            break;
        }
        (found, ty) = match ty {
            Type::Record(record) => {
                let field = record.fields.iter().find(|field| field.wire == *step);
                let Some(field) = field else { break };
                (found.getattr(field.name)?, &field.ty)
            }
            _ => match found.cast::<PyDict>() {
                Ok(dict) => match dict.get_item(step)? {
                    Some(inner) => (inner, &Type::Any),
                    None => break,
                },
                Err(_) => break,
            },
        };
    }
    if let Ok(list) = found.cast::<PyList>() {
        return Ok(list.clone());
    }
    match found.cast::<PyDict>() {
        Ok(dict) => Ok(dict.values()),
        Err(_) => Ok(PyList::empty(py)),
    }
}

/// The number of a record of a page.
fn key_of(page: &Page, key: &str, index: usize) -> Option<i64> {
    match page.values().ok()?.get(index)?.get(key)? {
        Value::String(text) => text.parse().ok(),
        number => number.as_i64(),
    }
}

/// A cursor that knows of records which were taken: `start:50+7`.
fn text(cursor: &Cursor, taken: usize) -> String {
    match taken {
        0 => cursor.to_string(),
        taken => format!("{cursor}+{taken}"),
    }
}

fn place(text: &str) -> Option<(Cursor, usize)> {
    let (cursor, taken) = match text.split_once('+') {
        // A number may have a sign to Rust.
        Some((_, taken)) if !taken.starts_with(|first: char| first.is_ascii_digit()) => {
            return None;
        }
        Some((cursor, taken)) => (cursor, taken.parse().ok()?),
        None => (text, 0),
    };
    Some((cursor.parse().ok()?, taken))
}

/// `ListRequest._list`: paging, the way to the records, the size of a page, the key.
type How<'py> = (
    Bound<'py, PyAny>,
    Bound<'py, PyAny>,
    Option<Bound<'py, PyAny>>,
    Option<Bound<'py, PyAny>>,
);

/// An error of the second kind says what cannot be.
type ByName = Result<(List, Option<String>), &'static str>;

fn by_name((paging, way, page_size, key): &How<'_>) -> PyResult<ByName> {
    let paging: String = given("paging", "str", paging)?;
    let way: Vec<String> = given("records", "str or a list of str", way)?;
    let size = |size| given::<i64>("page_size", "an int of 64 bits", size);
    let page_size = page_size.as_ref().map(size).transpose()?;
    let key = key.as_ref().map(|key| given::<String>("key", "str", key));
    let key = key.transpose()?;
    let paging = match paging.as_str() {
        "start" => Paging::Start,
        "offset" => Paging::Offset,
        "limit" => Paging::Limit,
        "page" => Paging::Page,
        "nav_params" => Paging::NavParams,
        "pagination" => Paging::Pagination,
        "cursor" => Paging::Cursor,
        _ => return Ok(Err("paging: no such way")),
    };
    let mut list = List::new(paging).records(&way.join("."));
    if let Some(size) = page_size {
        list = match u32::try_from(size) {
            Ok(size @ 1..) => list.page_size(size),
            _ => return Ok(Err("page_size: expected a number of records, 1 or more")),
        };
    }
    if let Some(key) = &key {
        list = list.keyed_by(key.as_str());
    }
    Ok(Ok((list, key)))
}
