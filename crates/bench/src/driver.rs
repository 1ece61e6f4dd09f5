//! The programs that are measured, and the one that answers them.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    Outcome,
    cores::{Cores, Work},
    options::Options,
};

/// How long a turn may take. No client is that slow: it hangs.
const PATIENCE: Duration = Duration::from_secs(600);

/// A client: what it is called, and its program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client {
    pub(crate) name: &'static str,
    pub(crate) program: Program,
}

/// What runs it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Program {
    /// The driver in Rust, with that argument.
    Rust(&'static str),
    /// That driver in Python.
    Python(&'static str),
}

impl Client {
    /// The command that starts it, without its surroundings.
    pub(crate) fn command(&self, options: &Options, cores: &Cores) -> Outcome<Command> {
        Ok(match self.program {
            Program::Rust(argument) => {
                let mut command = cores.client(&beside("rust")?);
                command.arg(argument);
                command
            }
            Program::Python(file) => {
                let mut command = cores.client(options.python()?);
                command.arg(options.drivers().join(file).with_extension("py"));
                command.env_remove("PYTHONPATH").env_remove("PYTHONHOME");
                command
            }
        })
    }
}

/// A program that was built with this one.
pub(crate) fn beside(name: &str) -> Outcome<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    Ok(std::env::current_exe()?.with_file_name(name))
}

/// How a client gets to the server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

impl Scheme {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Http, Self::Https];

    /// What it is called in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "TLS",
        }
    }
}

/// The server that all clients call.
pub(crate) struct Server {
    child: Child,
    address: Address,
    pub(crate) cores: Cores,
}

#[derive(Deserialize)]
struct Address {
    http: String,
    https: String,
    ca: String,
}

impl Server {
    /// Starts it, with a list of so many records.
    pub(crate) fn start(records: u64, work: Work) -> Outcome<Self> {
        let cores = Cores::of(work);
        let mut command = cores.server(&beside("server")?);
        command.args(["--records", &records.to_string()]);
        let mut child = spawn(&mut command)?;
        let stdout = child.stdout.take().ok_or("the server has no output")?;
        let line = lines(stdout).recv_timeout(PATIENCE);
        let line = line.map_err(|_| "the server does not start")?;
        Ok(Self {
            address: serde_json::from_str(&line)?,
            child,
            cores,
        })
    }

    /// Tells a client where the server is.
    pub(crate) fn give_address(&self, command: &mut Command, scheme: Scheme) {
        match scheme {
            Scheme::Http => command.env("BENCH_URL", &self.address.http),
            Scheme::Https => {
                command.env("BENCH_CA", &self.address.ca);
                command.env("BENCH_URL", &self.address.https)
            }
        };
        // What the machine's own network asks for is of no use here.
        for name in ["http_proxy", "https_proxy", "all_proxy"] {
            command.env_remove(name.to_uppercase());
            command.env_remove(name);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Closes the input of a process, by which it ends; and waits for that.
fn end(child: &mut Child) {
    drop(child.stdin.take());
    for _ in 0..100 {
        if let Ok(Some(_)) = child.try_wait() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    let _ = child.kill();
    let _ = child.wait();
}

fn spawn(command: &mut Command) -> Outcome<Child> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let name = Path::new(command.get_program()).display().to_string();
    command
        .spawn()
        .map_err(|error| format!("cannot run {name}: {error}").into())
}

/// The lines of an output, as they come.
fn lines(output: ChildStdout) -> Receiver<String> {
    let (send, receive) = channel();
    thread::spawn(move || {
        let lines = BufReader::new(output).lines().map_while(Result::ok);
        for line in lines {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    receive
}

/// A client that runs and takes orders.
pub(crate) struct Driver {
    pub(crate) name: &'static str,
    pub(crate) version: String,
    child: Child,
    input: ChildStdin,
    output: Receiver<String>,
}

/// What came of an order.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Reply {
    /// It was done: seconds, seconds of CPU, bytes.
    Done { wall: f64, cpu: f64, peak: u64 },
    /// The client has no way to do that.
    Skip { skip: String },
    /// It went wrong.
    Error { error: String },
}

#[derive(Deserialize)]
struct Ready {
    version: String,
}

impl Driver {
    /// Starts a client.
    pub(crate) fn start(
        client: &Client,
        options: &Options,
        server: &Server,
        scheme: Scheme,
    ) -> Outcome<Self> {
        let mut command = client.command(options, &server.cores)?;
        server.give_address(&mut command, scheme);
        let mut child = spawn(&mut command)?;
        let input = child.stdin.take().ok_or("a driver has no input")?;
        let output = lines(child.stdout.take().ok_or("a driver has no output")?);
        let mut driver = Self {
            name: client.name,
            version: String::new(),
            child,
            input,
            output,
        };
        let ready: Ready = driver.read()?;
        driver.version = ready.version;
        Ok(driver)
    }

    /// Has it do something.
    pub(crate) fn order(&mut self, order: &Value) -> Reply {
        let sent = writeln!(self.input, "{order}").and_then(|()| self.input.flush());
        let reply = match sent {
            Ok(()) => self.read(),
            Err(error) => Err(error.into()),
        };
        reply.unwrap_or_else(|error| Reply::Error {
            error: error.to_string(),
        })
    }

    fn read<T: DeserializeOwned>(&mut self) -> Outcome<T> {
        match self.output.recv_timeout(PATIENCE) {
            Ok(line) => serde_json::from_str(&line)
                .map_err(|error| format!("it said {line:?}: {error}").into()),
            Err(_) => match self.child.try_wait()? {
                Some(status) => Err(format!("it ended ({status})").into()),
                None => {
                    let _ = self.child.kill();
                    Err("it has hung, or closed its output".into())
                }
            },
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Its input is a field of this, and closed after: it is told by a signal.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
