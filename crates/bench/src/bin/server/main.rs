//! A portal that answers from prepared bytes, so that what is measured is the client.
//!
//! It knows four methods (see the README of this crate), looks at what it must, and nothing else:
//! no limits, no state, no faults. One thread serves all connections.

mod answers;
mod http;
mod list;
mod query;
mod tls;

use std::{env, error::Error, io, net::Ipv4Addr, process::ExitCode, rc::Rc, thread};

use serde_json::json;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::{LocalSet, spawn_local},
};

use crate::{answers::Answers, tls::Identity};

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// How many records the list has, unless the command says otherwise.
const RECORDS: u64 = 1_000_000;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome {
    let args: Vec<String> = env::args().skip(1).collect();
    let records = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => RECORDS,
        ["--records", number] => number.parse()?,
        _ => return Err("usage: server [--records NUMBER]".into()),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    LocalSet::new().block_on(&runtime, serve(Answers::new(records)))
}

/// Serves until the standard input is closed.
async fn serve(answers: Answers) -> Outcome {
    let answers = Rc::new(answers);
    let identity = Identity::new()?;
    let plain = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let secure = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = |scheme: &str, listener: &TcpListener| {
        let port = listener.local_addr()?.port();
        Ok::<_, io::Error>(format!("{scheme}://127.0.0.1:{port}/rest/1/code/"))
    };
    println!(
        "{}",
        json!({
            "http": address("http", &plain)?,
            "https": address("https", &secure)?,
            "ca": identity.certificate(),
        })
    );
    let (stop, stopped) = oneshot::channel::<()>();
    thread::spawn(move || {
        // Whatever is said, and whether it ends well: the end is what counts.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        drop(stop);
    });

    let for_plain = answers.clone();
    spawn_local(accept(plain, move |stream| {
        let answers = for_plain.clone();
        async move { http::serve(stream, &answers).await }
    }));
    let acceptor = identity.acceptor();
    spawn_local(accept(secure, move |stream| {
        let (answers, acceptor) = (answers.clone(), acceptor.clone());
        async move { http::serve(acceptor.accept(stream).await?, &answers).await }
    }));
    let _ = stopped.await;
    Ok(())
}

/// Serves each connection as a task of its own.
async fn accept<F>(listener: TcpListener, serve: impl Fn(TcpStream) -> F)
where
    F: Future<Output = io::Result<()>> + 'static,
{
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let serving = serve(stream);
        spawn_local(async move {
            // A client that goes away in the middle is its own affair.
            let _ = serving.await;
        });
    }
}
