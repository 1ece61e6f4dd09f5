//! The clients in Rust, each as a driver: `rust ours`, `rust reqwest`, `rust hyper`.
//!
//! What drivers are told, and what they answer, stands in the README of this crate.

mod caller;
mod hyper;
mod ours;
mod reqwest;
mod usage;

use std::{
    env,
    error::Error,
    io::{self, BufRead},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::caller::{Caller, Done, Peer};

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// What a driver is told to do.
#[derive(Debug, Deserialize)]
#[serde(tag = "task", rename_all = "lowercase")]
enum Order {
    Calls { count: u64, at_once: usize },
    Batches { count: u64 },
    List { way: String, records: u64 },
    Answers { bytes: u64, count: u64 },
}

#[tokio::main]
async fn main() -> ExitCode {
    let name = env::args().nth(1).unwrap_or_default();
    let outcome = match name.as_str() {
        "ours" => serve(ours::Ours::new(), "bitrix24").await,
        "reqwest" => serve(reqwest::Raw::new(), "reqwest").await,
        "hyper" => serve(hyper::Raw::new(), "hyper").await,
        _ => Err("usage: rust ours|reqwest|hyper".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rust {name}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The version of a package, of which there is one.
fn version(name: &str) -> Option<&'static str> {
    let package = format!("name = \"{name}\"");
    let mut lines = include_str!("../../../../../Cargo.lock").lines();
    lines.find(|line| *line == package)?;
    lines.next()?.strip_prefix("version = ")?.split('"').nth(1)
}

/// Does what the lines of the standard input say, until it ends.
async fn serve<P: Peer>(peer: Outcome<P>, name: &str) -> Outcome {
    let mut peer = peer?;
    println!("{}", json!({ "ready": name, "version": version(name) }));
    let mut callers = Vec::new();
    for line in io::stdin().lock().lines() {
        let answer = match serde_json::from_str(&line?) {
            Ok(order) => measure(&mut peer, &mut callers, order).await,
            Err(error) => Err(error.into()),
        };
        let answer = answer.unwrap_or_else(|error| json!({ "error": error.to_string() }));
        println!("{answer}");
    }
    Ok(())
}

/// Does it, and tells what it took.
async fn measure<P: Peer>(
    peer: &mut P,
    callers: &mut Vec<P::Caller>,
    order: Order,
) -> Outcome<Value> {
    let at_once = match order {
        Order::Calls { at_once, .. } => at_once,
        _ => 1,
    };
    while callers.len() < at_once {
        callers.push(peer.caller().await?);
    }
    let cpu = usage::cpu()?;
    let start = Instant::now();
    let done = match order {
        Order::Calls { count, at_once } => {
            calls(callers, count, at_once).await?;
            Done::Yes
        }
        Order::Batches { count } => peer.batches(count).await?,
        Order::List { way, records } => peer.list(&way, records).await?,
        Order::Answers { bytes, count } => peer.answers(bytes, count).await?,
    };
    let wall = start.elapsed().as_secs_f64();
    let cpu = usage::cpu()? - cpu;
    Ok(match done {
        Done::Yes => json!({ "wall": wall, "cpu": cpu, "peak": usage::peak()? }),
        Done::Skipped(why) => json!({ "skip": why }),
    })
}

/// So many calls, of which so many are under way at any time.
async fn calls<C: Caller>(callers: &mut Vec<C>, count: u64, at_once: usize) -> Outcome {
    let begun = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    for mut caller in callers.drain(callers.len() - at_once..) {
        let begun = begun.clone();
        tasks.spawn(async move {
            while begun.fetch_add(1, Relaxed) < count {
                let id = caller.call().await?;
                if id != Some(2725) {
                    return Err(format!("the chat is {id:?}").into());
                }
            }
            Outcome::Ok(caller)
        });
    }
    while let Some(task) = tasks.join_next().await {
        callers.push(task??);
    }
    Ok(())
}
