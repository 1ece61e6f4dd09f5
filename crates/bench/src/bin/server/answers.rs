//! What the server answers.

use std::io::Write;

use serde_json::Value;

use crate::{
    list::{self, List, Page},
    query::Query,
};

/// What stands before every method.
const BEFORE: &str = "/rest/1/code/";

/// The documented answer of `imbot.chat.get`.
const CHAT: &str = r#"{"ID":2725}"#;

/// What a portal says of its time.
const TIME: &str = concat!(
    r#"{"start":1771929873.412,"finish":1771929873.466,"duration":0.0541,"processing":0.0203,"#,
    r#""date_start":"2026-02-24T13:44:33+03:00","date_finish":"2026-02-24T13:44:33+03:00","#,
    r#""operating_reset_at":1771930473,"operating":0.0203}"#
);

/// Everything that can be answered.
pub(crate) struct Answers {
    /// A whole response.
    chat: Vec<u8>,
    list: List,
    /// A record that makes up long answers, with the comma behind it.
    record: usize,
}

impl Answers {
    pub(crate) fn new(records: u64) -> Self {
        let mut chat = Vec::new();
        respond(&mut chat, 200, |body| {
            body.extend_from_slice(format!(r#"{{"result":{CHAT},"time":{TIME}}}"#).as_bytes());
        });
        let mut record = Vec::new();
        list::records(1_000_000, 1, &mut record);
        Self {
            chat,
            list: List(records),
            record: record.len() - 1,
        }
    }

    /// Writes the response to a request, head and all.
    pub(crate) fn write(&self, target: &str, body: &[u8], into: &mut Vec<u8>) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let method = path.strip_prefix(BEFORE).unwrap_or_default();
        let method = method
            .trim_end_matches('/')
            .trim_end_matches(".json")
            .to_lowercase();
        match method.as_str() {
            "imbot.chat.get" => into.extend_from_slice(&self.chat),
            "crm.deal.list" => {
                let page = self.list.page(&Query::of(query, body), |_| None);
                respond(into, 200, |body| page_of(&page, body));
            }
            "batch" => {
                let query = Query::of(query, body);
                respond(into, 200, |body| self.batch(&query, body));
            }
            "bench.answer" => {
                let bytes = Query::of(query, body);
                let bytes = bytes.get("BYTES").and_then(|bytes| bytes.parse().ok());
                let count = bytes.unwrap_or(0_usize).div_ceil(self.record) as u64;
                respond(into, 200, |body| {
                    body.extend_from_slice(b"{\"result\":");
                    list::records(1_000_000, count, body);
                    end(body);
                });
            }
            _ => respond(into, 404, |body| {
                body.extend_from_slice(
                    br#"{"error":"ERROR_METHOD_NOT_FOUND","error_description":"Method not found!"}"#,
                );
            }),
        }
    }

    /// The answers of the commands of a batch, which may refer to records before them.
    fn batch(&self, query: &Query, into: &mut Vec<u8>) {
        let mut pages: Vec<(&str, Page)> = Vec::new();
        let (mut results, mut totals, mut nexts, mut times) = (
            Object::default(),
            Object::default(),
            Object::default(),
            Object::default(),
        );
        for (name, command) in query.commands() {
            let (method, query) = command.split_once('?').unwrap_or((command, ""));
            match method.trim_end_matches(".json").to_lowercase().as_str() {
                "crm.deal.list" => {
                    let query = Query::form(query.as_bytes());
                    let page = self.list.page(&query, |text| referred(&pages, text));
                    results.add(name, |into| page.write(into));
                    for (found, object) in [(page.total, &mut totals), (page.next, &mut nexts)] {
                        if let Some(number) = found {
                            object.add(name, |into| into.extend(number.to_string().into_bytes()));
                        }
                    }
                    pages.push((name, page));
                }
                "imbot.chat.get" => {
                    results.add(name, |into| into.extend_from_slice(CHAT.as_bytes()))
                }
                _ => continue,
            }
            times.add(name, |into| into.extend_from_slice(TIME.as_bytes()));
        }
        into.extend_from_slice(b"{\"result\":{\"result\":");
        results.write(into);
        into.extend_from_slice(b",\"result_error\":[]");
        for (name, object) in [("total", totals), ("next", nexts), ("time", times)] {
            into.extend_from_slice(format!(",\"result_{name}\":").as_bytes());
            object.write(into);
        }
        into.push(b'}');
        end(into);
    }
}

/// The number of the record that `$result[name][index][ID]` means.
fn referred(pages: &[(&str, Page)], text: &str) -> Option<u64> {
    let (name, rest) = text.strip_prefix("$result[")?.split_once("][")?;
    let (index, _) = rest.split_once(']')?;
    let (_, page) = pages.iter().rev().find(|(known, _)| *known == name)?;
    page.number_at(index.parse().ok()?)
}

fn page_of(page: &Page, into: &mut Vec<u8>) {
    into.extend_from_slice(b"{\"result\":");
    page.write(into);
    if let Some(next) = page.next {
        into.extend_from_slice(format!(",\"next\":{next}").as_bytes());
    }
    into.extend_from_slice(format!(",\"total\":{}", page.total.unwrap_or(0)).as_bytes());
    end(into);
}

/// The end of every answer.
fn end(into: &mut Vec<u8>) {
    into.extend_from_slice(b",\"time\":");
    into.extend_from_slice(TIME.as_bytes());
    into.push(b'}');
}

/// Writes a head and the body behind it.
fn respond(into: &mut Vec<u8>, status: u16, body: impl FnOnce(&mut Vec<u8>)) {
    const DIGITS: usize = 12;

    let reason = if status == 200 { "OK" } else { "Not Found" };
    // Writing to memory does not fail.
    let _ = write!(
        into,
        "HTTP/1.1 {status} {reason}\r\nServer: bench\r\nContent-Type: application/json; \
         charset=utf-8\r\nDate: Tue, 24 Feb 2026 10:44:33 GMT\r\nContent-Length: "
    );
    let length = into.len();
    into.extend_from_slice(&[b' '; DIGITS]);
    into.extend_from_slice(b"\r\n\r\n");
    let start = into.len();
    body(into);
    // Known only now; blanks before a number are fine.
    let digits = format!("{:>DIGITS$}", into.len() - start);
    into[length..length + DIGITS].copy_from_slice(digits.as_bytes());
}

/// An object of JSON, as PHP writes it: a list if the names count from 0, and so if it is empty.
#[derive(Default)]
struct Object<'a> {
    names: Vec<&'a str>,
    values: Vec<Vec<u8>>,
}

impl<'a> Object<'a> {
    fn add(&mut self, name: &'a str, write: impl FnOnce(&mut Vec<u8>)) {
        let mut value = Vec::new();
        write(&mut value);
        self.names.push(name);
        self.values.push(value);
    }

    fn write(&self, into: &mut Vec<u8>) {
        let mut names = self.names.iter().enumerate();
        let is_list = names.all(|(index, name)| *name == index.to_string());
        into.push(if is_list { b'[' } else { b'{' });
        for (index, (name, value)) in self.names.iter().zip(&self.values).enumerate() {
            if index > 0 {
                into.push(b',');
            }
            if !is_list {
                let name = Value::from(*name).to_string();
                into.extend_from_slice(name.as_bytes());
                into.push(b':');
            }
            into.extend_from_slice(value);
        }
        into.push(if is_list { b']' } else { b'}' });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::{Value, json};

    use super::*;

    /// The body of an answer, whose head tells its length.
    fn ask(method: &str, body: &Value) -> Value {
        let mut response = Vec::new();
        let path = format!("{BEFORE}{method}");
        Answers::new(120).write(&path, body.to_string().as_bytes(), &mut response);
        let text = String::from_utf8(response).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let (_, length) = head.rsplit_once(": ").unwrap();
        assert_eq!(length.trim().parse::<usize>().unwrap(), body.len());
        serde_json::from_str(body).unwrap()
    }

    #[test]
    fn methods() {
        let chat = ask("imbot.chat.get", &json!({}));
        assert_eq!(chat["result"], json!({ "ID": 2725 }));
        let page = ask("crm.deal.list.json", &json!({ "start": 100 }));
        assert_eq!(page["result"].as_array().unwrap().len(), 20);
        assert_eq!((&page["total"], &page["next"]), (&json!(120), &Value::Null));
        let long = ask("bench.answer", &json!({ "BYTES": 100_000 }));
        let length = long["result"].to_string().len();
        assert!((99_000..101_000).contains(&length), "{length}");
        assert_eq!(
            ask("profile", &json!({}))["error"],
            "ERROR_METHOD_NOT_FOUND"
        );
    }

    #[test]
    fn batches() {
        let commands = json!({
            "a": "crm.deal.list?start=-1&filter[>ID]=0",
            "b": "crm.deal.list?start=-1&filter[>ID]=$result[a][49][ID]",
            "c": "imbot.chat.get?ENTITY_TYPE=CHAT",
        });
        let result = &ask("batch", &json!({ "cmd": commands }))["result"];
        assert_eq!(result["result"]["b"][0]["ID"], "51");
        assert_eq!(result["result"]["c"], json!({ "ID": 2725 }));
        assert_eq!(result["result_total"], json!([]));
        let result = &ask("batch", &json!({ "cmd": ["crm.deal.list?start=50"] }))["result"];
        assert_eq!(result["result"][0][0]["ID"], "51");
        assert_eq!(result["result_next"], json!([100]));
    }
}
