//! Asynchronous calls: from the event loops of asyncio to the threads of the runtime, and back.
//!
//! A call that is alone goes to the runtime at once. Where others are under way, those of one round
//! of the event loop go together at its end, and wake the runtime once.
//!
//! A finished call is put into the mailbox of its event loop. The first one there wakes the loop,
//! which then takes out all that have come: one wake-up for many answers. Everything that is
//! Python's happens on the thread of the loop; the runtime's threads own no Python object. They
//! wake a loop by a pipe that it watches, without attaching: the thread of the loop may be busy
//! with Python. Where a loop cannot watch one, as on Windows, they attach for the wake-up.
//!
//! A loop that watches the pipe owns its mailbox, which so goes with it: also if it is dropped
//! without being closed, as many are.

use std::{
    collections::HashMap,
    io::{self, PipeReader, PipeWriter, Read, Write},
    mem,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use bitrix24::{oauth::jobs_under_way, process::Process};
use pyo3::{
    PyTraverseError, PyVisit,
    exceptions::PyRuntimeError,
    prelude::*,
    types::{PyWeakrefMethods, PyWeakrefReference},
};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    task::AbortHandle,
};

use crate::{
    classes::{PENDING, REGISTER_AT_EXIT, RUNNING_LOOP, WATCH},
    drivers::is_main_thread,
    gate,
    outcome::{Ending, Outcome},
    process::{PerProcess, interned},
};

/// Longer than a round of an event loop should take.
const LONG_ROUND: Duration = Duration::from_millis(100);

/// How long the exit of the interpreter waits for the threads of the runtime to stop, and for code of
/// others if it is interrupted.
const LAST_WAIT: Duration = Duration::from_millis(200);

/// How long the exit waits at most for a new token to be stored. For code of others it waits, as the
/// interpreter does for threads, until that ends or Ctrl-C comes.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the exit waits at a time.
const STEP: Duration = Duration::from_millis(10);

static BRIDGE: PerProcess<Bridge> = PerProcess::new();

/// The runtime of the process, and the event loops that wait for it.
#[derive(Default)]
struct Bridge {
    runtime: Option<Runtime>,
    mailboxes: Vec<Known>,
    exited: bool,
}

/// A mailbox, by the address of its event loop.
struct Known(usize, Hold);

enum Hold {
    /// The event loop keeps it, by the pipe that it watches.
    Weak(Py<PyWeakrefReference>),
    /// Nobody else keeps it between two calls.
    Strong(Py<Mailbox>),
}

impl Known {
    /// Unless it is gone.
    fn get(&self, py: Python<'_>) -> Option<Py<Mailbox>> {
        match &self.1 {
            Hold::Weak(mailbox) => {
                let mailbox = mailbox.bind(py).upgrade_as::<Mailbox>().ok()?;
                mailbox.map(Bound::unbind)
            }
            Hold::Strong(mailbox) => Some(mailbox.clone_ref(py)),
        }
    }
}

impl Bridge {
    /// `None`: the interpreter exits.
    fn handle(&mut self) -> Option<Handle> {
        self.runtime.as_ref().map(|it| it.handle().clone())
    }
}

/// Does something on the runtime; the running event loop gets a future of what comes of it.
pub(crate) fn spawn<'py, T: Outcome>(
    py: Python<'py>,
    current: Process,
    ending: Ending,
    work: impl Future<Output = T> + Send + 'static,
) -> PyResult<Bound<'py, PyAny>> {
    let event_loop = RUNNING_LOOP.get(py)?.call0()?;
    let Some((runtime, mailbox)) = cross(py, current, &event_loop)? else {
        if is_main_thread(py)? {
            return Err(PyRuntimeError::new_err("the interpreter is shutting down"));
        }
        // A daemon thread, which ends with the process. An exception would only make it complain.
        return event_loop.call_method0(interned!(py, "create_future"));
    };
    let mailbox = match mailbox {
        Some(mailbox) => mailbox.into_bound(py),
        None => Mailbox::new(py, event_loop)?,
    };
    let this = mailbox.get();
    let number = this.next.fetch_add(1, SeqCst);
    let future = PENDING
        .get(py)?
        .call1((&this.event_loop, &mailbox, number))?;

    let inbox = this.inbox.clone();
    let job = Box::pin(async move {
        let outcome = work.await;
        if inbox.put(number, Box::new(outcome)) {
            wake(&inbox);
        }
    });
    let mut call = UnderWay {
        future: future.clone().unbind(),
        ending,
        abort: None,
    };
    let is_alone = lock(&this.under_way).is_empty();
    if is_alone {
        call.abort = Some(runtime.spawn(job).abort_handle());
    } else {
        put_out(&mailbox, number, job)?;
    }
    lock(&this.under_way).insert(number, call);
    Ok(future)
}

/// Keeps a call for the end of the round.
fn put_out(mailbox: &Bound<'_, Mailbox>, number: u64, job: Job) -> PyResult<()> {
    let (py, this) = (mailbox.py(), mailbox.get());
    {
        let mut outbox = lock(&this.outbox);
        outbox.jobs.push((number, job));
        let now = Instant::now();
        // Ctrl-C may strike between the loop and what it was asked for, which is lost then.
        if outbox.asked.is_some_and(|asked| now - asked < LONG_ROUND) {
            return Ok(());
        }
        outbox.asked = Some(now);
    }
    let asked = mailbox.getattr(interned!(py, "depart")).and_then(|depart| {
        this.event_loop
            .call_method1(py, interned!(py, "call_soon"), (depart,))
    });
    if let Err(error) = asked {
        drop(lock(&this.outbox).take_back(number));
        return Err(error);
    }
    Ok(())
}

/// The runtime, started if this is the first call of the process, and the mailbox of an event loop
/// if it has one. `None`: the interpreter exits.
fn cross(
    py: Python<'_>,
    current: Process,
    event_loop: &Bound<'_, PyAny>,
) -> io::Result<Option<(Handle, Option<Py<Mailbox>>)>> {
    BRIDGE.with_in(py, current, |bridge| {
        if bridge.exited {
            return Ok(None);
        }
        let runtime = match bridge.runtime.take() {
            Some(runtime) => runtime,
            None => start()?,
        };
        let runtime = bridge.runtime.insert(runtime).handle().clone();
        // As long as it has a mailbox, no other loop comes to its address.
        let address = event_loop.as_ptr().addr();
        let mut known = bridge.mailboxes.iter().filter(|known| known.0 == address);
        Ok(Some((runtime, known.find_map(|known| known.get(py)))))
    })
}

fn start() -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("bitrix24")
        .enable_all()
        .build()
}

/// Has the exit of the interpreter [shut](at_exit) everything down.
pub(crate) fn register(py: Python<'_>) -> PyResult<()> {
    let at_exit = pyo3::wrap_pyfunction!(at_exit, py)?;
    REGISTER_AT_EXIT.get(py)?.call1((at_exit,))?;
    Ok(())
}

/// Keeps the runtime's threads out of an interpreter that goes away.
#[pyfunction]
fn at_exit(py: Python<'_>) -> PyResult<()> {
    let runtime = BRIDGE.with(py, |bridge| {
        bridge.exited = true;
        bridge.runtime.take()
    });
    // A call that nobody waits for any more must not have a token renewed behind the last look.
    py.detach(|| {
        if let Some(runtime) = runtime {
            runtime.shutdown_timeout(LAST_WAIT);
        }
    });
    let until = Instant::now() + PATIENCE;
    let stored = finish(py, |step| {
        // The authorization server has taken the old refresh token back: the new one must be stored.
        let is_over = jobs_under_way() == 0 || Instant::now() >= until;
        if !is_over {
            thread::sleep(step);
        }
        is_over
    });
    stored
        .and_then(|()| finish(py, gate::shut))
        .inspect_err(|_| {
            py.detach(|| gate::shut(LAST_WAIT));
        })
}

/// Waits for something to end, which is given a little time at once. An error means that a signal
/// ended the wait.
pub(crate) fn finish(py: Python<'_>, is_over: impl Fn(Duration) -> bool + Sync) -> PyResult<()> {
    while !py.detach(|| is_over(STEP)) {
        py.check_signals()?;
    }
    Ok(())
}

/// Asks an event loop to empty its mailbox. Runs on a thread of the runtime.
fn wake(inbox: &Arc<Inbox>) {
    if let Some(bell) = inbox.bell.get() {
        // There is never more than one byte in it.
        let _ = (&bell.rope).write(&[1]);
        return;
    }
    gate::attach(|py| {
        let find = |bridge: &mut Bridge| {
            bridge.mailboxes.iter().find_map(|known| match &known.1 {
                Hold::Strong(mailbox) if mailbox.get().is_of(inbox) => Some(mailbox.clone_ref(py)),
                _ => None,
            })
        };
        let Some(mailbox) = BRIDGE.with(py, find) else {
            return;
        };
        let woken = mailbox
            .getattr(py, interned!(py, "drain"))
            .and_then(|drain| {
                let event_loop = &mailbox.get().event_loop;
                event_loop.call_method1(py, interned!(py, "call_soon_threadsafe"), (drain,))
            });
        if woken.is_err() {
            forget_closed(py);
        }
    });
}

/// Forgets the event loops that came to their end: nobody waits any more for the calls that are
/// under way there.
pub(crate) fn forget_closed(py: Python<'_>) {
    let known: Vec<_> = BRIDGE.with(py, |bridge| {
        let known = bridge.mailboxes.iter();
        known.filter_map(|known| known.get(py)).collect()
    });
    let closed: Vec<_> = known
        .into_iter()
        .filter(|mailbox| mailbox.get().is_closed(py))
        .collect();
    let forgotten: Vec<_> = BRIDGE.with(py, |bridge| {
        let (left, forgotten) = mem::take(&mut bridge.mailboxes)
            .into_iter()
            .partition(|known| {
                known
                    .get(py)
                    .is_some_and(|mailbox| !closed.iter().any(|closed| closed.is(&mailbox)))
            });
        bridge.mailboxes = left;
        forgotten
    });
    drop(forgotten);
    for mailbox in closed {
        mailbox.get().give_up();
    }
}

/// Where finished calls wait for their event loop.
#[pyclass(frozen, weakref, module = "bitrix24._native")]
pub(crate) struct Mailbox {
    process: Process,
    event_loop: Py<PyAny>,
    inbox: Arc<Inbox>,
    next: AtomicU64,
    under_way: Mutex<HashMap<u64, UnderWay>>,
    outbox: Mutex<Outbox>,
}

/// Calls that go to the runtime at the end of the round.
#[derive(Default)]
struct Outbox {
    jobs: Vec<(u64, Job)>,
    /// When the loop was asked to send them.
    asked: Option<Instant>,
}

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

struct UnderWay {
    future: Py<PyAny>,
    ending: Ending,
    /// There once it has gone to the runtime.
    abort: Option<AbortHandle>,
}

/// The half of a mailbox that the runtime's threads share.
#[derive(Default)]
struct Inbox {
    finished: Mutex<Vec<(u64, Box<dyn Outcome>)>>,
    /// Whether the loop knows that there is something.
    woken: AtomicBool,
    /// Wakes the loop, if it can watch a pipe.
    bell: OnceLock<Bell>,
}

/// A pipe. Its ends are closed together: to write to one that nobody can read may end the process.
struct Bell {
    rope: PipeWriter,
    ear: PipeReader,
}

impl Inbox {
    /// Puts a finished call in. Tells whether the loop must be woken.
    fn put(&self, number: u64, outcome: Box<dyn Outcome>) -> bool {
        lock(&self.finished).push((number, outcome));
        !self.woken.swap(true, SeqCst)
    }

    /// Takes out all that have come.
    fn take(&self) -> Vec<(u64, Box<dyn Outcome>)> {
        if let Some(bell) = self.bell.get()
            && self.woken.load(SeqCst)
        {
            // It rings once for each time that `woken` is set, so this does not block.
            let _ = (&bell.ear).read(&mut [0]);
        }
        self.woken.store(false, SeqCst);
        mem::take(&mut *lock(&self.finished))
    }
}

impl Mailbox {
    /// The mailbox of an event loop that has none.
    fn new<'py>(py: Python<'py>, event_loop: Bound<'py, PyAny>) -> PyResult<Bound<'py, Self>> {
        let mailbox = Self {
            process: Process::current(),
            event_loop: event_loop.unbind(),
            inbox: Arc::default(),
            next: AtomicU64::new(0),
            under_way: Mutex::default(),
            outbox: Mutex::default(),
        };
        let mailbox = Bound::new(py, mailbox)?;
        hang_bell(&mailbox)?;
        let address = mailbox.get().event_loop.as_ptr().addr();
        let hold = match mailbox.get().inbox.bell.get() {
            Some(_) => Hold::Weak(PyWeakrefReference::new(&mailbox)?.unbind()),
            None => Hold::Strong(mailbox.clone().unbind()),
        };
        // A good time for it.
        forget_closed(py);
        BRIDGE.with(py, |bridge| bridge.mailboxes.push(Known(address, hold)));
        Ok(mailbox)
    }

    fn is_of(&self, inbox: &Arc<Inbox>) -> bool {
        Arc::ptr_eq(&self.inbox, inbox)
    }

    fn is_closed(&self, py: Python<'_>) -> bool {
        self.event_loop
            .call_method0(py, interned!(py, "is_closed"))
            .and_then(|closed| closed.is_truthy(py))
            .unwrap_or(true)
    }

    /// Whether this is the process that the calls belong to, rather than a forked child of it.
    fn is_ours(&self) -> bool {
        self.process == Process::current()
    }

    /// Ends the calls that are under way. Python's objects go where no lock is held.
    fn give_up(&self) {
        let calls = mem::take(&mut *lock(&self.under_way));
        let outbox = mem::take(&mut *lock(&self.outbox));
        if !self.is_ours() {
            mem::forget(outbox);
            return;
        }
        for task in calls.values().filter_map(|call| call.abort.as_ref()) {
            task.abort();
        }
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.give_up();
    }
}

impl Outbox {
    fn take_back(&mut self, number: u64) -> Option<Job> {
        self.asked = None;
        let place = self.jobs.iter().position(|(job, _)| *job == number)?;
        Some(self.jobs.swap_remove(place).1)
    }
}

/// Has the event loop watch a pipe, if it can.
#[cfg(unix)]
fn hang_bell(mailbox: &Bound<'_, Mailbox>) -> PyResult<()> {
    use std::os::fd::AsRawFd;

    let py = mailbox.py();
    let Ok((ear, rope)) = io::pipe() else {
        return Ok(());
    };
    let this = mailbox.get();
    let drain = mailbox.getattr(interned!(py, "drain"))?;
    let watched = WATCH
        .get(py)?
        .call1((&this.event_loop, ear.as_raw_fd(), drain))?;
    if watched.is_truthy()? {
        let _ = this.inbox.bell.set(Bell { rope, ear });
    }
    Ok(())
}

#[cfg(not(unix))]
fn hang_bell(_: &Bound<'_, Mailbox>) -> PyResult<()> {
    Ok(())
}

#[pymethods]
impl Mailbox {
    /// Hands the answers that have come to those who wait for them.
    fn drain(&self, py: Python<'_>) {
        if !self.is_ours() {
            return;
        }
        self.depart(py);
        for (number, outcome) in self.inbox.take() {
            let call = lock(&self.under_way).remove(&number);
            let Some(UnderWay { future, ending, .. }) = call else {
                continue;
            };
            let given = match ending.give(py, outcome) {
                Ok(answer) => future.call_method1(py, interned!(py, "set_result"), (answer,)),
                Err(error) => {
                    let error = error.into_value(py);
                    future.call_method1(py, interned!(py, "set_exception"), (error,))
                }
            };
            if let Err(error) = given {
                error.write_unraisable(py, Some(future.bind(py)));
            }
        }
    }

    /// Sends the calls of this round on their way.
    fn depart(&self, py: Python<'_>) {
        let Outbox { jobs, .. } = mem::take(&mut *lock(&self.outbox));
        if jobs.is_empty() {
            return;
        }
        if !self.is_ours() {
            mem::forget(jobs);
            return;
        }
        let Some(runtime) = BRIDGE.with(py, Bridge::handle) else {
            return;
        };
        for (number, job) in jobs {
            // Unless it was cancelled meanwhile.
            if let Some(call) = lock(&self.under_way).get_mut(&number) {
                call.abort = Some(runtime.spawn(job).abort_handle());
            }
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.event_loop)?;
        // What is not visited is not collected.
        let Ok(under_way) = self.under_way.try_lock() else {
            return Ok(());
        };
        under_way.values().try_for_each(|call| {
            visit.call(&call.future)?;
            call.ending.traverse(&visit)
        })
    }

    fn __clear__(&self) {
        self.give_up();
    }

    /// Ends a call, unless it is over.
    #[pyo3(signature = (number, /))]
    fn abort(&self, py: Python<'_>, number: u64) {
        let call = lock(&self.under_way).remove(&number);
        if let Some(UnderWay {
            abort: Some(task), ..
        }) = call
            && self.is_ours()
        {
            task.abort();
            // Its answer would have sent the others, too.
            self.depart(py);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
