//! A client that knows nothing but sockets.
#![allow(dead_code, unreachable_pub)] // each test uses a part of it

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

use bitrix24_sandbox::Sandbox;
use serde_json::{Value, json};

pub struct Connection(pub BufReader<TcpStream>);

pub struct Reply {
    pub status: u16,
    pub content_type: String,
    pub location: Option<String>,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        assert_eq!(self.content_type, "application/json; charset=utf-8");
        serde_json::from_str(&self.body).unwrap()
    }

    #[track_caller]
    pub fn is_error(&self, status: u16, code: &str) {
        let body = self.json();
        assert_eq!(
            (self.status, &body["error"]),
            (status, &json!(code)),
            "{body}"
        );
        assert!(body["error_description"].is_string(), "{body}");
        assert!(body.get("result").is_none());
    }
}

impl Connection {
    pub fn to(portal: &Sandbox) -> Self {
        Self::to_url(portal.url())
    }

    pub fn to_url(url: &str) -> Self {
        let address = url.strip_prefix("http://").unwrap();
        let stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        Self(BufReader::new(stream))
    }

    pub fn send(&mut self, verb: &str, target: &str, kind: &str, body: &str) -> Reply {
        self.write(verb, target, kind, body);
        self.read()
    }

    /// Sends a request, whatever comes of it.
    pub fn write(&mut self, verb: &str, target: &str, kind: &str, body: &str) {
        let length = body.len();
        let request = format!(
            "{verb} {target} HTTP/1.1\r\nHost: portal\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}",
        );
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
    }

    pub fn read(&mut self) -> Reply {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        let (mut length, mut content_type, mut location) = (0, String::new(), None);
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap(),
                "content-type" => value.clone_into(&mut content_type),
                "location" => location = Some(value.to_owned()),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        Reply {
            status,
            content_type,
            location,
            headers,
            body: String::from_utf8(body).unwrap(),
        }
    }

    pub fn get(&mut self, target: &str) -> Reply {
        self.send("GET", target, "", "")
    }

    /// Sends JSON with one more header.
    pub fn post_with(&mut self, target: &str, body: &Value, header: &str) -> Reply {
        let kind = format!("application/json\r\n{header}");
        self.send("POST", target, &kind, &body.to_string())
    }

    pub fn post(&mut self, target: &str, body: &Value) -> Reply {
        self.send("POST", target, "application/json", &body.to_string())
    }
}

/// The path of a method under the webhook.
pub fn hook(portal: &Sandbox, method: &str) -> String {
    let path = portal.webhook_url().strip_prefix(portal.url()).unwrap();
    format!("{path}{method}")
}
