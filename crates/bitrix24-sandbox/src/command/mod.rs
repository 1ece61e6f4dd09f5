//! The program: runs a portal until it is stopped.

mod banner;
mod lines;

use std::{
    io::{self, Write},
    net::IpAddr,
    thread,
};

#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};
use tokio::{
    runtime::Runtime,
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
};

use crate::{builder::Builder, limits::Plan, sandbox::Sandbox};

use self::lines::Lines;

const USAGE: &str = "\
A Bitrix24 portal on a loopback port.

Usage: bitrix24-sandbox [options]

  --port N               listen on this port instead of a free one
  --listen ADDRESS       listen on this address instead of the loopback interface:
                         anybody who reaches it can give orders
  --tls                  serve https, and print the file with the certificate to trust
  --name HOST            serve https for this host name as well (can be given often)
  --https-only           over plain http, turn calls of the webhook down as a real portal does
  --documented           keep nothing: answer each method as it is documented
  --plan PLAN            have the limits of a plan: standard, enterprise or self-hosted
  --seed N               let faults by chance meet the same requests as in the run with this seed
  --quiet                show neither the requests nor the events that are sent to handlers
  --json                 print address and secrets as one line of JSON
  --until-stdin-closes   stop when the standard input ends
  --version              print the version
  --help                 print this

Address and secrets go to the standard output, requests and events to the standard error.
";

#[derive(Default)]
struct Options {
    port: u16,
    address: Option<IpAddr>,
    tls: bool,
    names: Vec<String>,
    https_only: bool,
    documented: bool,
    plan: Option<Plan>,
    seed: Option<u64>,
    quiet: bool,
    json: bool,
    until_stdin_closes: bool,
    version: bool,
    help: bool,
}

/// The program `bitrix24-sandbox`, for other programs to be it: runs a portal
/// as these arguments say until it is stopped, and gives the exit status.
///
/// It speaks to the standard output and the standard error, and ends on Ctrl-C.
pub fn command(args: impl IntoIterator<Item = String>) -> u8 {
    let options = match options(args.into_iter()) {
        Ok(options) => options,
        Err(error) => {
            let _ = writeln!(
                io::stderr(),
                "bitrix24-sandbox: {error}\nTry bitrix24-sandbox --help"
            );
            return 2;
        }
    };
    if options.help {
        let _ = write!(io::stdout(), "{USAGE}");
        return 0;
    }
    if options.version {
        let _ = writeln!(
            io::stdout(),
            "bitrix24-sandbox {}",
            env!("CARGO_PKG_VERSION")
        );
        return 0;
    }
    match run(&options) {
        Ok(()) => 0,
        Err(error) => {
            let _ = writeln!(io::stderr(), "bitrix24-sandbox: {error}");
            1
        }
    }
}

fn options(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options::default();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--port" => {
                let port = args.next().ok_or("--port takes a number")?;
                options.port = port
                    .parse()
                    .map_err(|_| format!("--port takes a number up to 65535, not {port}"))?;
            }
            "--listen" => {
                let address = args.next().ok_or("--listen takes an address")?;
                options.address = Some(
                    address
                        .parse()
                        .map_err(|_| format!("--listen takes an IP address, not {address}"))?,
                );
            }
            "--tls" => options.tls = true,
            "--name" => {
                options.tls = true;
                options
                    .names
                    .push(args.next().ok_or("--name takes a host name")?);
            }
            "--plan" => {
                let plan = args.next().ok_or("--plan takes a name")?;
                options.plan = Some(plan.parse()?);
            }
            "--https-only" => options.https_only = true,
            "--documented" => options.documented = true,
            "--seed" => {
                let seed = args.next().ok_or("--seed takes a number")?;
                options.seed = Some(
                    seed.parse()
                        .map_err(|_| format!("--seed takes a number from 0, not {seed}"))?,
                );
            }
            "--quiet" => options.quiet = true,
            "--json" => options.json = true,
            "--until-stdin-closes" => options.until_stdin_closes = true,
            "--version" | "-V" => options.version = true,
            "--help" | "-h" => options.help = true,
            unknown => return Err(format!("no such option: {unknown}")),
        }
    }
    Ok(options)
}

fn run(options: &Options) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    // Before the portal is there, so that it never leaves its files behind.
    let mut ends = ends(&runtime, options.until_stdin_closes)?;
    let mut builder = builder(options)?;
    let lines = match options.quiet {
        true => None,
        false => Some(Lines::start()?),
    };
    if let Some(lines) = &lines {
        builder = builder
            .on_request(lines.of_requests())
            .on_delivery(lines.of_deliveries());
    }
    let portal = builder.start()?;
    let out = &mut io::stdout();
    match options.json {
        true => banner::json(&portal, out)?,
        false => banner::text(&portal, out)?,
    }
    runtime.block_on(ends.recv());
    drop(portal);
    if let Some(lines) = lines {
        lines.finish();
    }
    Ok(())
}

fn builder(options: &Options) -> io::Result<Builder> {
    let mut builder = Sandbox::builder().port(options.port);
    if let Some(seed) = options.seed {
        builder = builder.seed(seed);
    }
    if let Some(address) = options.address {
        builder = builder.listen(address);
    }
    if let Some(plan) = options.plan {
        builder = builder.plan(plan);
    }
    if options.https_only {
        builder = builder.https_only();
    }
    if options.documented {
        builder = builder.documented();
    }
    if options.tls {
        #[cfg(feature = "tls")]
        return Ok(builder.tls_names(options.names.iter().cloned()));
        #[cfg(not(feature = "tls"))]
        return Err(io::Error::other("this program was built without TLS"));
    }
    Ok(builder)
}

/// Tells when the portal should stop: on Ctrl-C and its like, or when nobody needs it any more.
fn ends(runtime: &Runtime, when_stdin_closes: bool) -> io::Result<UnboundedReceiver<()>> {
    let (end, ends) = unbounded_channel();
    let _runtime = runtime.enter();
    #[cfg(unix)]
    for kind in [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ] {
        let (mut signal, end) = (signal(kind)?, end.clone());
        runtime.spawn(async move {
            signal.recv().await;
            let _ = end.send(());
        });
    }
    #[cfg(not(unix))]
    {
        let end = end.clone();
        runtime.spawn(async move {
            let _ = tokio::signal::ctrl_c().await;
            let _ = end.send(());
        });
    }
    if when_stdin_closes {
        // Not joined: reading cannot be interrupted.
        thread::spawn(move || {
            let _ = io::copy(&mut io::stdin(), &mut io::sink());
            let _ = end.send(());
        });
    }
    Ok(ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(args: &[&str]) -> Result<Options, String> {
        options(args.iter().map(|arg| (*arg).to_owned()))
    }

    #[test]
    fn arguments() {
        assert!(read(&["--version"]).is_ok_and(|options| options.version));
        assert!(read(&["-h"]).is_ok_and(|options| options.help));
        assert!(read(&["--port", "1", "--quiet"]).is_ok_and(|options| options.quiet));
        for wrong in [&["--bad"][..], &["--port"], &["--port", "x"]] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
