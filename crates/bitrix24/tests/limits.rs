//! The limits of a portal that enforces them, in real time.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use bitrix24::{Client, Error, Stats, limit::Intensity};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};

/// A portal with a bucket, which it drains at each whole second of its own.
struct Portal {
    webhook: String,
    bucket: Arc<Mutex<Bucket>>,
    _serving: JoinSet<()>,
}

struct Bucket {
    intensity: Intensity,
    start: Instant,
    level: f64,
    second: u64,
    taken: usize,
    refused: usize,
    /// What the calls said, in the order of their arrival.
    said: Vec<Value>,
}

impl Bucket {
    fn takes(&mut self) -> bool {
        let second = self.start.elapsed().as_secs();
        #[allow(clippy::cast_precision_loss)] // a few seconds
        let leaked = (second - self.second) as f64 * self.intensity.per_second;
        self.second = second;
        self.level = (self.level - leaked).max(0.0);
        let takes = self.level + 1.0 <= f64::from(self.intensity.depth);
        if takes {
            self.level += 1.0;
            self.taken += 1;
        } else {
            self.refused += 1;
        }
        takes
    }
}

impl Portal {
    async fn start(intensity: Intensity) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let webhook = format!("http://{}/rest/1/c0de/", listener.local_addr().unwrap());
        let bucket = Arc::new(Mutex::new(Bucket {
            intensity,
            start: Instant::now(),
            level: 0.0,
            second: 0,
            taken: 0,
            refused: 0,
            said: Vec::new(),
        }));
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, bucket.clone()));
        Self {
            webhook,
            bucket,
            _serving: serving,
        }
    }

    fn client(&self) -> Client {
        Client::webhook(&self.webhook).unwrap()
    }

    fn client_with(&self, depth: u32, per_second: f64) -> Client {
        Client::builder()
            .intensity(Intensity { depth, per_second })
            .webhook(&self.webhook)
            .unwrap()
    }

    /// Calls that were taken and calls that were refused.
    fn counts(&self) -> (usize, usize) {
        let bucket = self.bucket.lock().unwrap();
        (bucket.taken, bucket.refused)
    }

    fn said(&self) -> Vec<Value> {
        self.bucket.lock().unwrap().said.clone()
    }
}

async fn serve(listener: TcpListener, bucket: Arc<Mutex<Bucket>>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        connections.spawn(answer(stream, bucket.clone()));
    }
}

async fn answer(mut stream: TcpStream, bucket: Arc<Mutex<Bucket>>) {
    while let Some(body) = request(&mut stream).await {
        let takes = {
            let mut bucket = bucket.lock().unwrap();
            bucket.said.push(body);
            bucket.takes()
        };
        let (status, body) = match takes {
            true => ("200 OK", r#"{"result": true}"#),
            false => ("503 Busy", r#"{"error": "QUERY_LIMIT_EXCEEDED"}"#),
        };
        let length = body.len();
        let wire = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}");
        if stream.write_all(wire.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The body of the next request.
async fn request(stream: &mut TcpStream) -> Option<Value> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let Some(head) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        // Bodies are short JSON, so what parses is whole.
        if let Ok(body) = serde_json::from_slice(&bytes[head + 4..]) {
            return Some(body);
        }
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
    let portal = Portal::start(intensity).await;
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
    })
    .await;
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
    })
    .await;
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
    })
    .await;
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
    })
    .await;
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
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = Client::webhook(&format!("http://{address}/rest/1/c0de/")).unwrap();
    let abandoned = timeout(Duration::from_millis(300), call(&client, 0));
    let (abandoned, mut stream) =
        tokio::join!(abandoned, async { listener.accept().await.unwrap().0 });
    assert!(abandoned.is_err());
    assert!(request(&mut stream).await.is_some(), "it was sent");
    let end = timeout(Duration::from_secs(5), request(&mut stream)).await;
    assert_eq!(end, Ok(None), "and then hung up");
    assert_eq!(client.stats().in_flight, 0);
}

#[tokio::test]
async fn others_go_on_while_a_method_waits_for_its_operating_time() {
    const SPENT: &str = r#"{"error": "OPERATION_TIME_LIMIT", "time": {"finish": 1000.0, "operating_reset_at": 1001}}"#;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = Client::webhook(&format!("http://{address}/rest/1/c0de/")).unwrap();
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        let mut answers = [("429 Spent", SPENT)].into_iter();
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            request(&mut stream).await.unwrap();
            let taken = ("200 OK", r#"{"result": true}"#);
            let (status, body) = answers.next().unwrap_or(taken);
            let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n");
            let wire = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(wire.as_bytes()).await.unwrap();
        }
    });
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
