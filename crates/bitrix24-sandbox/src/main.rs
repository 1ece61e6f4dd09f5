//! Runs a portal until it is stopped.

use std::{
    io::{self, Write},
    process::ExitCode,
    thread,
};

use bitrix24_sandbox::{Plan, Sandbox};

const USAGE: &str = "\
A Bitrix24 portal on a loopback port.

Usage: bitrix24-sandbox [options]

  --port N               listen on this port instead of a free one
  --plan PLAN            have the limits of a plan: standard, enterprise or self-hosted
  --json                 print address and secrets as one line of JSON
  --until-stdin-closes   stop when the standard input ends
  --help                 print this

Address and secrets go to the standard output, calls to the standard error.
";

#[derive(Default)]
struct Options {
    port: u16,
    plan: Option<Plan>,
    json: bool,
    until_stdin_closes: bool,
    help: bool,
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
            "--plan" => {
                let plan = args.next().ok_or("--plan takes a name")?;
                options.plan = Some(plan.parse()?);
            }
            "--json" => options.json = true,
            "--until-stdin-closes" => options.until_stdin_closes = true,
            "--help" | "-h" => options.help = true,
            unknown => return Err(format!("no such option: {unknown}")),
        }
    }
    Ok(options)
}

fn run(options: &Options) -> io::Result<()> {
    let mut builder = Sandbox::builder().port(options.port);
    if let Some(plan) = options.plan {
        builder = builder.plan(plan);
    }
    let portal = builder
        // Nobody may be reading any more, and that is no reason to stop.
        .on_request(|request| drop(writeln!(io::stderr(), "{request}")))
        .start()?;
    announce(&portal, options.json)?;
    if options.until_stdin_closes {
        io::copy(&mut io::stdin(), &mut io::sink())?;
    } else {
        loop {
            thread::park();
        }
    }
    Ok(())
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
    }
    out.flush()
}

fn main() -> ExitCode {
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprint!("{error}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if options.help {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bitrix24-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}
