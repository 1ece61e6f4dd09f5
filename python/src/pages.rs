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
    /// Where it began.
    first: Cursor,
    state: Mutex<State>,
    /// The process in which the next page is under way: 0 if none is.
    busy: AtomicU32,
}

struct State {
    /// Stands behind the page that was taken last: an attempt works with a copy.
    pages: raw::Pages,
    ended: bool,
    /// How many pages were taken.
    taken: u64,
    last: Option<Page>,
    /// The page that was given, until it is known that it has been taken: Ctrl-C or the end of a
    /// task may strike in between, and then it is given once more.
    offered: Option<(Page, raw::Pages)>,
}

impl State {
    /// Learns how many pages have been taken.
    fn arrived(&mut self, taken: u64) {
        if taken > self.taken
            && let Some((page, pages)) = self.offered.take()
        {
            self.pages = pages;
            self.taken = taken;
            self.last = Some(page);
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
        let list = match (how, described(&target)) {
            (Some(how), _) => by_name(&how)?.map_err(refuse)?,
            (None, Some((_, meta))) => List::from(meta),
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
        let first: Cursor = resume
            .map(str::parse)
            .transpose()
            .map_err(|_| {
                refuse("resume: this is no place in a list: it takes the `cursor` of a reading")
            })?
            .unwrap_or_default();
        pages = pages.resume(first.clone());
        Ok(Self {
            client: client.clone().unbind(),
            reading: Arc::new(Reading {
                target,
                template: template.clone(),
                first,
                busy: AtomicU32::new(0),
                state: Mutex::new(State {
                    pages,
                    ended: false,
                    taken: 0,
                    last: None,
                    offered: None,
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
                    let (page, pages) = match &state.offered {
                        Some((page, pages)) => (Some(page.clone()), pages),
                        None => (None, &state.pages),
                    };
                    (state.ended, page, pages.clone())
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
    fn cursor(&self, pages: u64, taken: u64) -> String {
        let mut state = self.reading.state();
        state.arrived(pages);
        match &state.last {
            Some(page) => page.cursor_after(taken).to_string(),
            None => self.reading.first.to_string(),
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
        let fail = |error: PyErr, cursor: &Cursor| {
            let raised = error.value(py);
            let set = raised.setattr(interned!(py, "cursor"), cursor.to_string());
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
        let pages = pages.through(&reading.template);
        reading.state().offered = Some((page, pages));
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
    let all = match (found.cast::<PyList>(), found.cast::<PyDict>()) {
        (Ok(list), _) => list.clone(),
        (_, Ok(dict)) => dict.values(),
        _ => PyList::empty(py),
    };
    Ok(match page.skipped() {
        0 => all,
        skipped => all.get_slice(usize::try_from(skipped)?, all.len()),
    })
}

/// `ListRequest._list`: paging, the way to the records, the size of a page, the key, and what the
/// filter calls it.
type How<'py> = (
    Bound<'py, PyAny>,
    Bound<'py, PyAny>,
    Option<Bound<'py, PyAny>>,
    Option<Bound<'py, PyAny>>,
    Option<Bound<'py, PyAny>>,
);

/// An error of the second kind says what cannot be.
type ByName = Result<List, &'static str>;

fn by_name((paging, way, page_size, key, key_as): &How<'_>) -> PyResult<ByName> {
    let paging: String = given("paging", "str", paging)?;
    let way: Vec<String> = given("records", "str or a list of str", way)?;
    let size = |size| given::<i64>("page_size", "an int of 64 bits", size);
    let page_size = page_size.as_ref().map(size).transpose()?;
    let text = |name, text: &Option<_>| match text {
        Some(text) => given::<String>(name, "str", text).map(Some),
        None => Ok(None),
    };
    let (key, key_as) = (text("key", key)?, text("key_as", key_as)?);
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
            _ => {
                return Ok(Err(
                    "page_size: expected a number of records, from 1 to 2**32-1",
                ));
            }
        };
    }
    list = match (key, key_as) {
        (None, Some(_)) => return Ok(Err("key_as: give `key` as well")),
        (None, None) => list,
        (Some(key), None) => list.keyed_by(key),
        (Some(key), Some(name)) => list.keyed_by(key).keyed_as(name),
    };
    Ok(Ok(list))
}
