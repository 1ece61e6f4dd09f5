//! The limits of a portal that enforces them, in real time.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::time::{Duration, Instant};

use bitrix24::{Client, Error, Stats, limit::Intensity};
use bitrix24_sandbox::{Answer, Fault, Sandbox};
use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

/// A portal with a bucket, which it drains at each whole second of its own.
struct Portal(Sandbox);

impl Portal {
    fn start(intensity: Intensity) -> Self {
        let builder = Sandbox::builder().intensity(intensity.depth, intensity.per_second);
        let sandbox = builder.start().unwrap();
        sandbox.answer("*", json!(true));
        Self(sandbox)
    }

    fn client(&self) -> Client {
        Client::webhook(self.0.webhook_url()).unwrap()
    }

    fn client_with(&self, depth: u32, per_second: f64) -> Client {
        Client::builder()
            .intensity(Intensity { depth, per_second })
            .webhook(self.0.webhook_url())
            .unwrap()
    }

    /// Calls that were taken and calls that were refused.
    fn counts(&self) -> (usize, usize) {
        let requests = self.0.requests();
        let taken = requests.iter().filter(|call| call.status() == 200).count();
        (taken, requests.len() - taken)
    }

    /// What the calls said, in the order of their arrival.
    fn said(&self) -> Vec<Value> {
        let requests = self.0.requests();
        let params = requests.iter().map(|call| call.parameters().clone());
        params.map(Value::from).collect()
    }
}

async fn call(client: &Client, number: usize) -> Result<Stats, Error> {
    let params = serde_json::json!({ "number": number });
    client.call_by_name("profile", params).await?;
    Ok(client.stats())
}

/// What the process has worked so far.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_tasks_keep_the_bucket() {
    const TASKS: usize = 200;
    let intensity = Intensity::default();
    let portal = Portal::start(intensity);
    let client = portal.client();
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for number in 0..TASKS {
        let client = client.clone();
        tasks.spawn(async move { call(&client, number).await });
    }
    // What it takes to begin is over after a few seconds; then there is only waiting.
    sleep(Duration::from_secs(5)).await;
    let busy = cpu_seconds();
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap().unwrap();
    }
    let took = start.elapsed().as_secs_f64();
    let worked = cpu_seconds()
        .zip(busy)
        .map(|(after, before)| after - before);

    assert_eq!(portal.counts(), (TASKS, 0), "calls taken and refused");
    let allowed = (200.0 - f64::from(intensity.depth)) / intensity.per_second;
    assert!(took <= 1.1 * allowed, "took {took} s, not {allowed} s");
    let stats = client.stats();
    assert_eq!((stats.calls, stats.requests), (200, 200));
    assert_eq!((stats.retries, stats.in_flight), (0, 0));
    // Other tests run meanwhile, but none of them does more than wait either.
    assert!(
        worked.is_none_or(|worked| worked < 5.0),
        "worked {worked:?} s"
    );
}

#[tokio::test]
async fn clients_made_separately_share_a_bucket() {
    let portal = Portal::start(Intensity {
        depth: 8,
        per_second: 2.0,
    });
    let clients = [portal.client_with(8, 2.0), portal.client_with(8, 2.0)];
    let mut tasks = JoinSet::new();
    for number in 0..10 {
        let client = clients[number % 2].clone();
        tasks.spawn(async move { call(&client, number).await });
    }
    let start = Instant::now();
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap().unwrap();
    }
    assert_eq!(portal.counts(), (10, 0), "calls taken and refused");
    // Six at once, and then one each half of a second.
    let took = start.elapsed().as_secs_f64();
    assert!((1.8..3.0).contains(&took), "took {took} s");
    let waits = clients.map(|client| client.stats().waits);
    assert_eq!(waits, [2, 2]);
}

#[tokio::test]
async fn threads_and_runtimes_share_a_bucket() {
    let portal = Portal::start(Intensity {
        depth: 8,
        per_second: 2.0,
    });
    let start = Instant::now();
    let threads: Vec<_> = (0..2)
        .map(|thread| {
            let client = portal.client_with(8, 2.0);
            tokio::task::spawn_blocking(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                runtime.block_on(async {
                    let calls =
                        (0..5).map(|number| call_owned(client.clone(), thread * 5 + number));
                    for ended in JoinSet::from_iter(calls).join_all().await {
                        ended.unwrap();
                    }
                });
            })
        })
        .collect();
    for thread in threads {
        thread.await.unwrap();
    }
    assert_eq!(portal.counts(), (10, 0), "calls taken and refused");
    let took = start.elapsed().as_secs_f64();
    assert!((1.8..3.5).contains(&took), "took {took} s");
}

async fn call_owned(client: Client, number: usize) -> Result<Stats, Error> {
    call(&client, number).await
}

#[tokio::test]
async fn first_come_first_served() {
    let portal = Portal::start(Intensity {
        depth: 30,
        per_second: 10.0,
    });
    let client = portal.client_with(11, 10.0);
    let calls = (0..12).map(|number| call_owned(client.clone(), number));
    for ended in JoinSet::from_iter(calls).join_all().await {
        ended.unwrap();
    }
    let numbers: Vec<_> = portal
        .said()
        .iter()
        .map(|params| params["number"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, Vec::from_iter(0..12));
    assert_eq!(portal.counts().1, 0);
}

#[tokio::test]
async fn who_is_dropped_gives_the_place_back() {
    let portal = Portal::start(Intensity {
        depth: 10,
        per_second: 1.0,
    });
    // One at once, and then one each second.
    let client = portal.client_with(2, 1.0);
    call(&client, 0).await.unwrap();
    let mut waiting = JoinSet::new();
    for number in 1..=20 {
        waiting.spawn(call_owned(client.clone(), number));
    }
    sleep(Duration::from_millis(100)).await;
    let wait = client.expected_wait("profile").await;
    assert!((20.0..21.0).contains(&wait.as_secs_f64()), "{wait:?}");

    let last = call(&client, 21);
    let start = Instant::now();
    let (last, ()) = tokio::join!(last, async {
        sleep(Duration::from_millis(100)).await;
        waiting.shutdown().await;
    });
    last.unwrap();
    let took = start.elapsed().as_secs_f64();
    assert!(took < 1.5, "the last one moved up, but took {took} s");
    assert_eq!(
        portal.counts(),
        (2, 0),
        "those that were dropped were not sent"
    );
    let stats = client.stats();
    assert_eq!((stats.calls, stats.in_flight, stats.requests), (22, 0, 2));
}

#[tokio::test]
async fn who_is_dropped_while_it_is_sent_frees_the_connection() {
    let portal = Sandbox::start().unwrap();
    portal.fault("*", Fault::silence());
    let client = Client::webhook(portal.webhook_url()).unwrap();
    let abandoned = timeout(Duration::from_millis(300), call(&client, 0)).await;
    assert!(abandoned.is_err());
    assert_eq!(portal.requests().len(), 1, "it was sent");
    for _ in 0..500 {
        if portal.broken_connections() == 1 {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(portal.broken_connections(), 1, "and then hung up");
    assert_eq!(client.stats().in_flight, 0);
}

#[tokio::test]
async fn others_go_on_while_a_method_waits_for_its_operating_time() {
    const SPENT: &str = r#"{"error": "OPERATION_TIME_LIMIT", "time": {"finish": 1000.0, "operating_reset_at": 1001}}"#;
    let portal = Sandbox::start().unwrap();
    portal.answer("*", json!(true));
    let spent = Answer::text("application/json", SPENT).status(429);
    portal.answer("crm.deal.add", spent.header("Connection", "close").times(1));
    let client = Client::webhook(portal.webhook_url()).unwrap();
    let start = Instant::now();
    let rests = async {
        client.call_by_name("crm.deal.add", ()).await.unwrap();
        start.elapsed()
    };
    let goes_on = async {
        sleep(Duration::from_millis(200)).await;
        client.call_by_name("crm.deal.get", ()).await.unwrap();
        start.elapsed()
    };
    let (rested, went_on) = tokio::join!(rests, goes_on);
    assert!(rested >= Duration::from_secs(1), "{rested:?}");
    assert!(went_on < Duration::from_millis(900), "{went_on:?}");
}
