//! Does one thing so many times: `instructions WORKLOAD COUNT`.
//!
//! `cargo xtask instructions` runs it under callgrind with two counts, and takes the difference:
//! that is what the thing costs, without the start and the end of a program.
#![allow(deprecated, reason = "the measured methods are on their way out")]

mod answers;
mod requests;

use std::{env, error::Error, process::ExitCode};

use bitrix24::{Client, Method, imbot::ChatGet, user};
use serde_json::Value;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("instructions: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome {
    let args: Vec<String> = env::args().skip(1).collect();
    let [workload, count] = args.as_slice() else {
        return Err("usage: instructions WORKLOAD COUNT".into());
    };
    let count = count.parse()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    match workload.as_str() {
        "request" => runtime.block_on(requests::build(count, requests::small)),
        "nested-request" => runtime.block_on(requests::build(count, requests::nested)),
        "answer" => answers::decode::<<ChatGet as Method>::Output>(
            "imbot.chat.get",
            answers::CHAT.into(),
            count,
            |chat| chat.as_ref().is_some_and(|chat| chat.id == 2725),
        ),
        "records" => answers::decode::<<user::Get as Method>::Output>(
            "user.get",
            answers::records(),
            count,
            |users| users.len() == answers::RECORDS && users[0].id.as_deref() == Some("1"),
        ),
        "untyped-records" => {
            answers::decode::<Value>("user.get", answers::records(), count, |users| {
                let last = &users[answers::RECORDS - 1]["ID"];
                last.as_str().and_then(|id| id.parse().ok()) == Some(answers::RECORDS)
            })
        }
        "call" => runtime.block_on(call(count)),
        unknown => Err(format!("no such workload: {unknown}").into()),
    }
}

/// Whole calls of the portal that the environment names.
async fn call(count: u32) -> Outcome {
    let client = Client::builder()
        .no_intensity()
        .webhook(&env::var("BENCH_URL")?)?;
    for _ in 0..count {
        let answer = client.call(ChatGet::new("CHAT", "13")).await?;
        if answer.result.is_none_or(|chat| chat.id != 2725) {
            return Err("a wrong chat".into());
        }
    }
    Ok(())
}
