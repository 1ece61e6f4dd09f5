//! A handler of events, as simple as can be.
#![allow(unreachable_pub, dead_code, clippy::panic)] // each binary uses what it needs

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Duration,
};

pub struct Handler {
    pub url: String,
    events: Receiver<Event>,
}

/// What came, name by name.
pub struct Event {
    pub path: String,
    pub headers: String,
    pub pairs: Vec<(String, String)>,
}

impl Event {
    #[track_caller]
    pub fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_else(|| {
            let names: Vec<_> = self.pairs.iter().map(|(name, _)| name).collect();
            panic!("no {name} in {names:?}")
        })
    }

    pub fn find(&self, name: &str) -> Option<&str> {
        let mut pairs = self.pairs.iter();
        let found = pairs.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The names of the fields that are in this one.
    pub fn fields(&self, name: &str) -> Vec<String> {
        let start = format!("{name}[");
        let mut fields: Vec<_> = self
            .pairs
            .iter()
            .filter_map(|(known, _)| known.strip_prefix(&start)?.split(']').next())
            .map(String::from)
            .collect();
        fields.dedup();
        fields
    }
}

impl Handler {
    /// Listens, and answers every event with this status after that time.
    pub fn start(status: u16, delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/bot", listener.local_addr().unwrap());
        let (sender, events) = channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let event = read(&mut stream.unwrap(), status, delay);
                if sender.send(event).is_err() {
                    break;
                }
            }
        });
        Self { url, events }
    }

    #[track_caller]
    pub fn next(&self) -> Event {
        self.events.recv_timeout(Duration::from_secs(10)).unwrap()
    }

    #[track_caller]
    pub fn expect(&self, event: &str) -> Event {
        let next = self.next();
        assert_eq!(next.get("event"), event);
        next
    }

    /// That nothing comes; what is on its way takes less than this.
    #[track_caller]
    pub fn is_quiet(&self) {
        let next = self.events.recv_timeout(Duration::from_millis(300));
        assert!(matches!(next, Err(RecvTimeoutError::Timeout)));
    }
}

fn read(stream: &mut TcpStream, status: u16, delay: Duration) -> Event {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    assert!(line.starts_with("POST "), "{line}");
    let path = line.split(' ').nth(1).unwrap().to_owned();
    let (mut headers, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().unwrap();
        }
        headers += &format!("{line}\n");
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    thread::sleep(delay);
    let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    let _ = reader.get_mut().write_all(answer.as_bytes());
    let pairs = form_urlencoded::parse(&body).into_owned().collect();
    Event {
        path,
        headers,
        pairs,
    }
}
