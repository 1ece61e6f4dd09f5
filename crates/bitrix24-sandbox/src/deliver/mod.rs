//! Events on their way to the handlers of applications.

mod form;
mod post;
#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, VecDeque},
    fmt, io,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use serde_json::{Value, json};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use crate::{sandbox::Sandbox, state::State, time::since_epoch};

/// Older deliveries are forgotten beyond this.
const CAPACITY: usize = 10_000;

/// Beyond so many handlers, those are let go that have nothing to do.
const MOST_HANDLERS: usize = 64;

/// Is told of what was sent.
pub(crate) type Observer = Box<dyn Fn(&Delivery) + Send + Sync>;

/// An event that a handler was sent, once, whatever came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    event: String,
    handler: String,
    time: SystemTime,
    status: u16,
    note: Option<String>,
}

impl Delivery {
    /// The event, such as `ONIMBOTMESSAGEADD`.
    #[must_use]
    pub fn event(&self) -> &str {
        &self.event
    }

    /// The address of the handler, without its query.
    #[must_use]
    pub fn handler(&self) -> &str {
        &self.handler
    }

    /// When it was sent, by the portal's clock.
    #[must_use]
    pub fn time(&self) -> SystemTime {
        self.time
    }

    /// The status that the handler answered with; 0 when it did not.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Why there was no answer.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "event": self.event,
            "handler": self.handler,
            "time": since_epoch(self.time),
            "status": self.status,
            "note": self.note,
        })
    }
}

/// One line, such as `200 ONIMBOTMESSAGEADD http://127.0.0.1:8080/bot`.
impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.status, self.event, self.handler)?;
        match &self.note {
            Some(note) => write!(f, " ({note})"),
            None => Ok(()),
        }
    }
}

/// An event for one handler.
pub(crate) struct Parcel {
    pub(crate) event: String,
    pub(crate) handler: String,
    /// The whole body, before it becomes a form.
    pub(crate) body: Value,
}

/// What was sent, and what is about to be.
#[derive(Default)]
struct Sent {
    deliveries: VecDeque<Delivery>,
    /// How many of this age were sent, those that are forgotten included.
    count: usize,
    /// Parcels of an earlier age are not sent any more.
    age: u64,
}

/// Where events are left to be sent, each handler's in order.
pub(crate) struct Outbox {
    parcels: UnboundedSender<(u64, Parcel)>,
    /// Until somebody sends them.
    received: Mutex<Option<UnboundedReceiver<(u64, Parcel)>>>,
    sent: Mutex<Sent>,
    changed: Condvar,
    age: AtomicU64,
    observer: Option<Observer>,
}

impl Outbox {
    pub(crate) fn new(observer: Option<Observer>) -> Self {
        let (parcels, received) = mpsc::unbounded_channel();
        Self {
            parcels,
            received: Mutex::new(Some(received)),
            sent: Mutex::default(),
            changed: Condvar::new(),
            age: AtomicU64::new(0),
            observer,
        }
    }

    pub(crate) fn put(&self, parcel: Parcel) {
        // Nobody takes parcels any more only when the portal is gone.
        let _ = self
            .parcels
            .send((self.age.load(Ordering::Relaxed), parcel));
    }

    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        self.sent().deliveries.iter().cloned().collect()
    }

    /// Waits for so many deliveries; gives those that there are after that time.
    pub(crate) fn wait(&self, count: usize, timeout: Duration) -> Vec<Delivery> {
        let end = Instant::now().checked_add(timeout);
        let mut sent = self.sent();
        while sent.count < count {
            let left = match end {
                Some(end) => end.saturating_duration_since(Instant::now()),
                None => timeout,
            };
            if left.is_zero() {
                break;
            }
            (sent, _) = self
                .changed
                .wait_timeout(sent, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
        sent.deliveries.iter().cloned().collect()
    }

    /// Forgets what was sent, and sends no more of what was left so far.
    pub(crate) fn clear(&self) {
        let age = self.age.fetch_add(1, Ordering::Relaxed) + 1;
        *self.sent() = Sent {
            age,
            ..Sent::default()
        };
    }

    fn record(&self, age: u64, delivery: Delivery) {
        if let Some(observer) = &self.observer {
            observer(&delivery);
        }
        let mut sent = self.sent();
        if sent.age != age {
            return;
        }
        if sent.deliveries.len() >= CAPACITY {
            sent.deliveries.pop_front();
        }
        sent.count += 1;
        sent.deliveries.push_back(delivery);
        self.changed.notify_all();
    }

    fn is_of(&self, age: u64) -> bool {
        self.age.load(Ordering::Relaxed) == age
    }

    fn sent(&self) -> MutexGuard<'_, Sent> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends what is left in the outbox until that is gone.
pub(crate) async fn run(state: Arc<State>, reach: Reach) {
    let received = state.outbox.received.lock();
    let received = received.unwrap_or_else(PoisonError::into_inner).take();
    let Some(mut parcels) = received else { return };
    // A handler that is slow holds up its own events only.
    let mut handlers: HashMap<String, Queue> = HashMap::new();
    while let Some((age, parcel)) = parcels.recv().await {
        if handlers.len() > MOST_HANDLERS {
            handlers.retain(|_, queue| queue.is_busy());
        }
        let queue = handlers.entry(parcel.handler.clone()).or_insert_with(|| {
            let (queue, received) = mpsc::unbounded_channel();
            tokio::spawn(serve(Arc::clone(&state), received, reach));
            Queue {
                parcels: queue,
                busy: Arc::default(),
            }
        });
        let _ = queue.parcels.send((age, parcel, Arc::clone(&queue.busy)));
    }
}

/// What is left for one handler.
struct Queue {
    parcels: UnboundedSender<(u64, Parcel, Arc<()>)>,
    /// Goes with each parcel until that is done with.
    busy: Arc<()>,
}

impl Queue {
    fn is_busy(&self) -> bool {
        Arc::strong_count(&self.busy) > 1
    }
}

/// Sends the events of one handler, one after the other.
async fn serve(
    state: Arc<State>,
    mut parcels: UnboundedReceiver<(u64, Parcel, Arc<()>)>,
    reach: Reach,
) {
    while let Some((age, parcel, _busy)) = parcels.recv().await {
        if !state.outbox.is_of(age) {
            continue;
        }
        let time = state.clock.now();
        let outcome = match post::Target::parse(&parcel.handler) {
            Ok(target) => post::post(&target, form::encode(&parcel.body), reach).await,
            Err(note) => Err(note),
        };
        let (status, note) = match outcome {
            Ok(status) => (status, None),
            Err(note) => (0, Some(note.to_owned())),
        };
        let delivery = Delivery {
            event: parcel.event,
            handler: post::shown(&parcel.handler),
            time,
            status,
            note,
        };
        state.outbox.record(age, delivery);
    }
}

/// Which handlers the portal sends events to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Those on this machine.
    #[default]
    Loopback,
    Anywhere,
}

impl Sandbox {
    /// What is in `auth[application_token]` of every event, by which a handler
    /// knows that it comes from this portal.
    #[must_use]
    pub fn application_token(&self) -> &str {
        &self.state.secrets.application_token
    }

    /// The events that were sent to handlers so far, in the order in which they
    /// were done with; the last 10 000 of them.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.state.outbox.deliveries()
    }

    /// Waits until so many events were sent to handlers, those from before this
    /// call included, and gives them all.
    ///
    /// It blocks the thread that calls it: see [`wait_for_bot`](Self::wait_for_bot).
    ///
    /// # Errors
    ///
    /// [`TimedOut`](io::ErrorKind::TimedOut) when they were not within that time.
    pub fn wait_for_deliveries(
        &self,
        count: usize,
        timeout: Duration,
    ) -> io::Result<Vec<Delivery>> {
        let deliveries = self.state.outbox.wait(count, timeout);
        if deliveries.len() < count.min(CAPACITY) {
            let text = format!("{} of {count} deliveries", deliveries.len());
            return Err(io::Error::new(io::ErrorKind::TimedOut, text));
        }
        Ok(deliveries)
    }
}
