#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    cell::{Cell, RefCell},
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    rc::Rc,
    time::Duration,
};

use proptest::{collection::vec, prelude::*};
use tokio::time::{Instant, sleep, timeout};

use super::{
    bucket::{Bucket, Step, Ticket},
    *,
};

const CHAT: &str = "imbot.chat.get";

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// The portal's side, written from its documentation: it counts each request, and takes away what
/// leaks once a second.
struct Portal {
    intensity: Intensity,
    level: f64,
    second: u64,
    highest: f64,
}

impl Portal {
    fn new(intensity: Intensity) -> Self {
        Self {
            intensity,
            level: 0.0,
            second: 0,
            highest: 0.0,
        }
    }

    fn arrive(&mut self, now: Duration) {
        let passed = now.as_secs() - self.second;
        self.second = now.as_secs();
        #[allow(clippy::cast_precision_loss)]
        let leaked = passed as f64 * self.intensity.per_second;
        self.level = (self.level - leaked).max(0.0) + 1.0;
        self.highest = self.highest.max(self.level);
    }

    fn is_overrun(&self) -> bool {
        self.highest > f64::from(self.intensity.depth)
    }
}

/// A day of a program that calls without pause, gives up at times, and is refused at times: in
/// virtual time, by a queue of events.
struct Day {
    bucket: Bucket<u64>,
    portal: Portal,
    /// When who does something.
    events: BinaryHeap<Reverse<(Duration, u64)>>,
    waiting: HashMap<u64, Waiting>,
    random: fastrand::Rng,
    next: u64,
    calls: u64,
    cancelled: u64,
    /// How much later than promised the unluckiest came to its turn.
    latest: Duration,
}

struct Waiting {
    ticket: Ticket,
    gives_up: Option<Duration>,
    /// What it was told at first.
    promised: Option<Duration>,
}

impl Day {
    fn new(intensity: Intensity, seed: u64) -> Self {
        Self {
            bucket: Bucket::new(intensity),
            portal: Portal::new(intensity),
            events: BinaryHeap::new(),
            waiting: HashMap::new(),
            random: fastrand::Rng::with_seed(seed),
            next: 0,
            calls: 0,
            cancelled: 0,
            latest: Duration::ZERO,
        }
    }

    fn call(&mut self, now: Duration) {
        self.calls += 1;
        self.next += 1;
        let number = self.next;
        match self.bucket.enter(now, false, number) {
            Ok(()) => self.portal.arrive(now),
            Err(ticket) => {
                let gives_up = self.random.u8(..) < 230;
                let gives_up = gives_up.then(|| now + seconds(self.random.f64() * 20.0));
                if let Some(moment) = gives_up {
                    self.events.push(Reverse((moment, number)));
                }
                let waiting = Waiting {
                    ticket,
                    gives_up,
                    promised: None,
                };
                self.waiting.insert(number, waiting);
                self.look(now, number);
            }
        }
    }

    fn look(&mut self, now: Duration, number: u64) {
        let Some(waiting) = self.waiting.get_mut(&number) else {
            return;
        };
        let ticket = waiting.ticket;
        if waiting.gives_up.is_some_and(|moment| moment <= now) {
            self.waiting.remove(&number);
            self.cancelled += 1;
            if let Some(behind) = self.bucket.leave(now, ticket) {
                self.look(now, behind);
            }
            return;
        }
        match self.bucket.step(now, ticket) {
            (Step::Go, woken) => {
                self.portal.arrive(now);
                let late = waiting.promised.map(|due| now.saturating_sub(due));
                self.latest = self.latest.max(late.unwrap_or_default());
                self.waiting.remove(&number);
                for woken in woken {
                    self.look(now, woken);
                }
            }
            (Step::Wait { due, look }, _) => {
                assert!(look > now, "it would never end");
                waiting.promised.get_or_insert(due);
                self.events.push(Reverse((look, number)));
            }
        }
    }

    /// Runs for a day, with so many calls a second on average.
    fn run(&mut self, rate: f64) {
        let end = seconds(24.0 * 3600.0);
        let mut next_call = Duration::ZERO;
        loop {
            let event = self.events.peek().map(|Reverse((moment, _))| *moment);
            if event.is_none_or(|moment| moment > next_call) {
                if next_call > end {
                    return;
                }
                // Bursts, and calm.
                let burst = if self.random.u16(..) == 0 { 300 } else { 1 };
                for _ in 0..burst {
                    self.call(next_call);
                }
                next_call += seconds(self.random.f64() * 2.0 / rate);
            } else if let Some(Reverse((moment, number))) = self.events.pop() {
                self.look(moment, number);
            }
        }
    }
}

#[test]
fn a_day_never_overruns_the_bucket_and_starves_nobody() {
    let (mut calls, mut cancelled) = (0, 0);
    for (seed, intensity, rate) in [
        (1, Intensity::default(), 8.0),
        (2, Intensity::ENTERPRISE, 20.0),
        (3, Intensity::default(), 1.9),
    ] {
        let mut day = Day::new(intensity, seed);
        day.run(rate);
        assert!(!day.portal.is_overrun(), "{}", day.portal.highest);
        assert!(day.latest < seconds(0.001), "{:?}", day.latest);
        assert!(day.waiting.len() < 1_000, "{}", day.waiting.len());
        calls += day.calls;
        cancelled += day.cancelled;
    }
    assert!(calls > 2_000_000, "{calls}");
    assert!(cancelled > 1_000_000, "{cancelled}");
}

#[test]
fn first_come_first_served() {
    let mut bucket = Bucket::new(Intensity {
        depth: 3,
        per_second: 1.0,
    });
    let now = Duration::ZERO;
    assert!(bucket.enter(now, false, 'a').is_ok());
    assert!(bucket.enter(now, false, 'b').is_ok());
    let third = bucket.enter(now, false, 'c').unwrap_err();
    let fourth = bucket.enter(now, false, 'd').unwrap_err();
    let fifth = bucket.enter(now, false, 'e').unwrap_err();
    let due = |bucket: &mut Bucket<char>, now, ticket| match bucket.step(now, ticket) {
        (Step::Wait { due, .. }, _) => due,
        (Step::Go, _) => panic!("it may go"),
    };
    assert_eq!(due(&mut bucket, now, third), seconds(1.0));
    assert_eq!(due(&mut bucket, now, fourth), seconds(2.0));
    assert_eq!(due(&mut bucket, now, fifth), seconds(3.0));
    assert_eq!(bucket.wait(now), seconds(4.0));

    // The one behind moves up, and is told so; the one behind that when the former goes.
    assert_eq!(bucket.leave(now, third), Some('d'));
    assert_eq!(due(&mut bucket, now, fourth), seconds(1.0));
    let now = seconds(1.0);
    assert_eq!(bucket.step(now, fourth), (Step::Go, vec!['e']));
    assert_eq!(due(&mut bucket, now, fifth), seconds(2.0));

    // Somebody else fills the bucket: a wait starts over, and the one that was refused comes first.
    bucket.fill(now);
    let again = bucket.enter(now, true, 'd').unwrap_err();
    assert_eq!(due(&mut bucket, now, again), seconds(3.0));
    assert_eq!(due(&mut bucket, seconds(2.0), fifth), seconds(4.0));
    assert_eq!(bucket.step(seconds(3.0), again), (Step::Go, vec![]));
    assert_eq!(bucket.step(seconds(4.0), fifth), (Step::Go, vec![]));
    assert!(bucket.is_idle(seconds(60.0)));
}

#[test]
fn sizes_that_are_hardly_any() {
    let mut bucket = Bucket::new(Intensity {
        depth: 1,
        per_second: 1e-300,
    });
    assert!(bucket.enter(Duration::ZERO, false, ()).is_ok());
    let ticket = bucket.enter(Duration::ZERO, false, ()).unwrap_err();
    assert!(matches!(
        bucket.step(Duration::MAX / 8, ticket),
        (Step::Wait { .. }, _)
    ));
    bucket.set(Intensity {
        depth: u32::MAX,
        per_second: f64::MAX,
    });
    assert_eq!(bucket.step(seconds(1.0), ticket).0, Step::Go);
}

fn turn(method: &str) -> Turn<'_> {
    Turn::new("https://a.de", 7, method)
}

/// Runs on the clock of Tokio, which jumps to the next moment at which something happens.
#[tokio::test(start_paused = true)]
async fn tasks_wait_as_long_as_the_bucket_makes_them() {
    let limits = Rc::new(PortalLimits::new(Some(Intensity::default())));
    let start = Instant::now();
    let order = Rc::new(RefCell::new(Vec::new()));
    let portal = Rc::new(RefCell::new(Portal::new(Intensity::default())));
    let local = tokio::task::LocalSet::new();
    for number in 0..200 {
        let (limits, order, portal) = (limits.clone(), order.clone(), portal.clone());
        local.spawn_local(async move {
            limits.acquire(turn(CHAT)).await.unwrap();
            portal.borrow_mut().arrive(start.elapsed());
            order.borrow_mut().push(number);
        });
    }
    local.await;
    assert!(order.borrow().is_sorted());
    assert!(!portal.borrow().is_overrun());
    // What the bucket allows, and not much more.
    let allowed = seconds((200.0 - 50.0) / 2.0);
    let took = start.elapsed();
    assert!(took >= allowed && took < allowed.mul_f64(1.1), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn whoever_cannot_wait_is_told_how_long_it_would_take() {
    let limits = PortalLimits::new(Some(Intensity::default()));
    for _ in 0..48 {
        limits.acquire(turn(CHAT)).await.unwrap();
    }
    let hurried = Turn {
        at_most: Some(seconds(0.4)),
        ..turn(CHAT)
    };
    let start = Instant::now();
    assert_eq!(limits.expected_wait(hurried).await, seconds(0.5));
    let error = limits.acquire(hurried).await.unwrap_err();
    assert_eq!(error.limit, Limit::Intensity);
    assert_eq!(error.wait, seconds(0.5));
    assert!(start.elapsed().is_zero());
    // It has not kept its place.
    assert_eq!(limits.expected_wait(turn(CHAT)).await, seconds(0.5));
}

#[tokio::test(start_paused = true)]
async fn cancelling_gives_the_place_back() {
    let limits = Rc::new(PortalLimits::new(Some(Intensity::default())));
    for _ in 0..48 {
        limits.acquire(turn(CHAT)).await.unwrap();
    }
    let start = Instant::now();
    let done = Rc::new(Cell::new(None));
    let local = tokio::task::LocalSet::new();
    for _ in 0..100 {
        let limits = limits.clone();
        local.spawn_local(async move {
            timeout(seconds(0.1), limits.acquire(turn(CHAT)))
                .await
                .unwrap_err();
        });
    }
    let (last, ended) = (limits.clone(), done.clone());
    local.spawn_local(async move {
        last.acquire(turn(CHAT)).await.unwrap();
        ended.set(Some(start.elapsed()));
    });
    local.await;
    assert!(done.get().unwrap() < seconds(0.6), "{:?}", done.get());
}

#[tokio::test(start_paused = true)]
async fn only_the_method_that_is_spent_rests() {
    let limits = PortalLimits::new(Some(Intensity::default()));
    let start = Instant::now();
    let worked = Seen::Operating {
        used: seconds(480.0),
        resets_in: seconds(120.0),
    };
    limits.observe(turn(CHAT), worked);
    assert!(limits.expected_wait(turn(CHAT)).await.is_zero());
    sleep(seconds(20.0)).await;
    limits.observe(turn(CHAT), Seen::OperatingSpent { resets_in: None });
    assert_eq!(limits.expected_wait(turn(CHAT)).await, seconds(100.0));
    limits.acquire(turn("imbot.chat.add")).await.unwrap();
    let other = Turn {
        credential: 8,
        ..turn(CHAT)
    };
    limits.acquire(other).await.unwrap();
    assert_eq!(start.elapsed(), seconds(20.0));

    let hurried = Turn {
        at_most: Some(seconds(99.0)),
        ..turn("IMBOT.chat.get")
    };
    let error = limits.acquire(hurried).await.unwrap_err();
    assert_eq!(
        (error.limit, error.wait),
        (Limit::Operating, seconds(100.0))
    );
    limits.acquire(turn(CHAT)).await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 120);

    // The answer of a call from before the refusal ends no rest.
    limits.observe(turn(CHAT), Seen::OperatingSpent { resets_in: None });
    let rest = limits.expected_wait(turn(CHAT)).await;
    limits.observe(turn(CHAT), worked);
    assert_eq!(limits.expected_wait(turn(CHAT)).await, rest);

    // Nothing is known of when it ends: the portal counts by the minute.
    limits.observe(turn("x"), Seen::OperatingSpent { resets_in: None });
    assert_eq!(limits.expected_wait(turn("x")).await, seconds(60.0));
    let resets_in = Some(seconds(3600.0));
    limits.observe(turn("x"), Seen::OperatingSpent { resets_in });
    assert_eq!(limits.expected_wait(turn("x")).await, seconds(600.0));
}

#[test]
fn clients_of_a_portal_share_its_limits() {
    let portals = portal::Portals::default();
    let one = portals.of("https://a.de", None);
    let other = portals.of("https://a.de", Some(Intensity::ENTERPRISE));
    assert!(std::sync::Arc::ptr_eq(&one, &other));
    assert!(!std::sync::Arc::ptr_eq(
        &one,
        &portals.of("https://b.de", None)
    ));
    // It moves: whoever comes to the new address shares them as well.
    let moved = portals.moved("https://a.de", "https://c.de").unwrap();
    assert!(std::sync::Arc::ptr_eq(&one, &moved));
    assert!(std::sync::Arc::ptr_eq(
        &one,
        &portals.of("https://c.de", None)
    ));
}

#[test]
fn portals_that_moved_are_forgotten() {
    let portals = portal::Portals::default();
    for number in 0..100 {
        let (from, to) = (format!("https://a{number}"), format!("https://b{number}"));
        let limits = portals.of(&from, None);
        drop((portals.moved(&from, &to), limits));
    }
    drop(portals.of("https://c", None));
    let known = format!("{portals:?}").matches("https://").count();
    assert_eq!(known, 1);
}

#[tokio::test(start_paused = true)]
async fn a_portal_that_moved_keeps_its_limits() {
    let portals = portal::Portals::default();
    let (old, new) = (
        portals.of("a", Some(Intensity::ENTERPRISE)),
        portals.of("b", None),
    );
    let turn = || Turn::new("a", 1, CHAT);
    let taken = async |limits: &PortalLimits| {
        let mut taken = 0;
        while limits.expected_wait(turn()).await.is_zero() {
            limits.acquire(turn()).await.unwrap();
            taken += 1;
        }
        taken
    };
    assert_eq!(taken(&old).await, 245);
    let moved = portals.moved("a", "b").unwrap();
    assert!(std::sync::Arc::ptr_eq(&moved, &new));
    assert_eq!(taken(&moved).await, 0);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(taken(&moved).await, 5);
}

#[tokio::test(start_paused = true)]
async fn futures_that_nobody_polls_hold_nobody_up() {
    let limits = PortalLimits::new(Some(Intensity::default()));
    for _ in 0..48 {
        limits.acquire(Turn::new("p", 1, CHAT)).await.unwrap();
    }
    let mut queued: Vec<_> = (0..60)
        .map(|_| limits.acquire(Turn::new("p", 1, CHAT)))
        .collect();
    for call in &mut queued {
        assert!(timeout(Duration::ZERO, call).await.is_err());
    }
    let start = Instant::now();
    let mine = timeout(
        Duration::from_secs(100),
        limits.acquire(Turn::new("p", 1, CHAT)),
    );
    assert_eq!(mine.await, Ok(Ok(())));
    let promised = Duration::from_millis(30_500);
    assert!(start.elapsed() < promised + Duration::from_millis(10));
}

/// How the future of a call is polled.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Polled {
    /// Whenever it asks for it.
    Always,
    /// Once.
    Never,
    /// Each so many seconds, whatever it asks for.
    Seldom(u8),
}

/// Calls that come after so many milliseconds each, and when they went.
struct Calls {
    bucket: Bucket<usize>,
    portal: Portal,
    events: BinaryHeap<Reverse<(Duration, usize)>>,
    polled: Vec<Polled>,
    tickets: Vec<Option<Ticket>>,
    came: Vec<Duration>,
    went: Vec<Option<Duration>>,
}

impl Calls {
    fn new(intensity: Intensity, calls: &[(u16, Polled)]) -> Self {
        let mut now = Duration::ZERO;
        let came: Vec<_> = (calls.iter())
            .map(|(pause, _)| {
                now += Duration::from_millis((*pause).into());
                now
            })
            .collect();
        let events = came.iter().enumerate();
        Self {
            bucket: Bucket::new(intensity),
            portal: Portal::new(intensity),
            events: events.map(|(call, came)| Reverse((*came, call))).collect(),
            polled: calls.iter().map(|(_, polled)| *polled).collect(),
            tickets: vec![None; calls.len()],
            came,
            went: vec![None; calls.len()],
        }
    }

    fn look(&mut self, now: Duration, call: usize) {
        if self.went[call].is_some() {
            return;
        }
        let ticket = match self.tickets[call] {
            Some(ticket) => ticket,
            None => match self.bucket.enter(now, false, call) {
                Ok(()) => return self.go(now, call),
                Err(ticket) => *self.tickets[call].insert(ticket),
            },
        };
        let (step, woken) = self.bucket.step(now, ticket);
        match (step, self.polled[call]) {
            (Step::Go, _) => self.go(now, call),
            (_, Polled::Never) => {}
            (_, Polled::Seldom(pause)) => {
                self.events
                    .push(Reverse((now + seconds(pause.into()), call)));
            }
            (Step::Wait { due, look }, Polled::Always) => {
                assert!(now < look && look <= due);
                self.events.push(Reverse((look, call)));
            }
        }
        for woken in woken {
            if self.polled[woken] == Polled::Always {
                self.look(now, woken);
            }
        }
    }

    fn go(&mut self, now: Duration, call: usize) {
        self.portal.arrive(now);
        self.went[call] = Some(now);
    }

    /// The calls that are polled so.
    fn those(&self, polled: impl Fn(Polled) -> bool) -> impl Iterator<Item = usize> {
        (0..self.polled.len()).filter(move |call| polled(self.polled[*call]))
    }
}

fn calls() -> impl Strategy<Value = Vec<(u16, Polled)>> {
    let pause = || prop_oneof![Just(0), 0_u16..2_000];
    let plain = || prop_oneof![Just(Polled::Always), Just(Polled::Never)];
    let seldom = (1_u8..30).prop_map(Polled::Seldom);
    let mixed = prop_oneof![2 => plain(), 1 => seldom];
    prop_oneof![
        vec((pause(), plain()), 1..200),
        vec((pause(), mixed), 1..200)
    ]
}

proptest! {
    #[test]
    fn who_is_not_polled_counts_for_nobody(
        kept in 1_u32..60,
        per_second in 1_u32..20,
        calls in calls(),
    ) {
        let (depth, per_second) = (kept + per_second, f64::from(per_second));
        let intensity = Intensity { depth, per_second };
        let mut run = Calls::new(intensity, &calls);
        let mut end = Duration::ZERO;
        while let Some(Reverse((now, call))) = run.events.pop() {
            run.look(now, call);
            end = now;
        }
        prop_assert!(!run.portal.is_overrun(), "{}", run.portal.highest);
        // Those who look all come to their turn, and those who do so in time in the order in which
        // they came.
        let lasting: Vec<_> = run.those(|polled| polled != Polled::Never).collect();
        prop_assert!(lasting.iter().all(|call| run.went[*call].is_some()));
        let prompt: Vec<_> = run.those(|polled| polled == Polled::Always).collect();
        let went: Vec<_> = prompt.iter().filter_map(|call| run.went[*call]).collect();
        let tick = seconds(0.001);
        prop_assert!(went.windows(2).all(|pair| pair[0] <= pair[1] + tick), "{went:?}");
        // It takes as long as if there were only those, and the time in which the others are missed.
        let missed = seconds(6.0);
        if prompt.len() == lasting.len() {
            #[allow(clippy::cast_precision_loss)]
            let turns = seconds(prompt.len() as f64 / per_second);
            for (call, went) in prompt.iter().zip(went) {
                let took = went.saturating_sub(run.came[*call]);
                prop_assert!(took <= missed + turns, "{call} took {took:?}");
            }
        }
        let empty = Bucket::<()>::new(intensity).wait(Duration::ZERO);
        prop_assert_eq!(run.bucket.wait(end + seconds(100.0)), empty);
    }
}

/// Say in `buffer_unordered`, whose consumer is busy.
#[tokio::test(start_paused = true)]
async fn calls_that_nobody_polls_make_nobody_else_wait() {
    let limits = PortalLimits::new(Some(Intensity::default()));
    let start = Instant::now();
    let mut queued: Vec<_> = (0..300).map(|_| limits.acquire(turn(CHAT))).collect();
    let mut portal = Portal::new(Intensity::default());
    let mut poll_all = async |queued: &mut Vec<BoxFuture<'_, Result<(), TooLate>>>| {
        let mut rest = Vec::new();
        for mut call in queued.drain(..) {
            match timeout(Duration::ZERO, &mut call).await {
                Ok(turn) => {
                    turn.unwrap();
                    portal.arrive(start.elapsed());
                }
                Err(_) => rest.push(call),
            }
        }
        *queued = rest;
        assert!(!portal.is_overrun());
    };
    poll_all(&mut queued).await;
    assert_eq!(queued.len(), 252);
    let wait = limits.expected_wait(turn(CHAT)).await;
    assert_eq!(wait.as_secs(), 126, "they may all be polled");

    sleep(seconds(26.0)).await;
    assert_eq!(limits.expected_wait(turn(CHAT)).await, Duration::ZERO);
    let hurried = Turn {
        at_most: Some(Duration::ZERO),
        ..turn(CHAT)
    };
    for _ in 0..20 {
        limits.acquire(hurried).await.unwrap();
    }
    // Their places are still theirs: those who look go before others, as far as there is room.
    poll_all(&mut queued).await;
    assert_eq!(queued.len(), 224);
    limits.acquire(hurried).await.unwrap_err();
    let mut rounds = 0;
    while !queued.is_empty() {
        sleep(seconds(10.0)).await;
        poll_all(&mut queued).await;
        rounds += 1;
    }
    assert_eq!(rounds, 12);
}
