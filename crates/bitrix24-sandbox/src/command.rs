//! The program: runs a portal until it is stopped.

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

use crate::{
    limits::Plan,
    sandbox::{Builder, Sandbox},
};

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
  --json                 print address and secrets as one line of JSON
  --until-stdin-closes   stop when the standard input ends
  --help                 print this

Address and secrets go to the standard output, calls to the standard error.
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
    json: bool,
    until_stdin_closes: bool,
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
            let _ = write!(io::stderr(), "{error}\n\n{USAGE}");
            return 2;
        }
    };
    if options.help {
        let _ = write!(io::stdout(), "{USAGE}");
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
            "--json" => options.json = true,
            "--until-stdin-closes" => options.until_stdin_closes = true,
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
    let portal = builder(options)?.start()?;
    announce(&portal, options.json)?;
    runtime.block_on(ends.recv());
    Ok(())
}

fn builder(options: &Options) -> io::Result<Builder> {
    let mut builder = Sandbox::builder()
        .port(options.port)
        // Nobody may be reading any more, and that is no reason to stop.
        .on_request(|request| drop(writeln!(io::stderr(), "{request}")));
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

fn announce(portal: &Sandbox, json: bool) -> io::Result<()> {
    let mut out = io::stdout();
    if json {
        let line = serde_json::json!({
            "url": portal.url(),
            "webhook_url": portal.webhook_url(),
            "access_token": portal.access_token(),
            "expired_token": portal.expired_token(),
            "client_id": portal.client_id(),
            "client_secret": portal.client_secret(),
            "refresh_token": portal.refresh_token(),
            "certificate": portal.certificate(),
        });
        writeln!(out, "{line}")?;
    } else {
        writeln!(out, "portal        {}", portal.url())?;
        writeln!(out, "webhook       {}", portal.webhook_url())?;
        writeln!(out, "access token  {}", portal.access_token())?;
        writeln!(out, "expired token {}", portal.expired_token())?;
        writeln!(out, "client id     {}", portal.client_id())?;
        writeln!(out, "client secret {}", portal.client_secret())?;
        writeln!(out, "refresh token {}", portal.refresh_token())?;
        if let Some(certificate) = portal.certificate() {
            writeln!(out, "certificate   {}", certificate.display())?;
        }
    }
    out.flush()
}
