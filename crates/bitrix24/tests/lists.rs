//! Lists over the wire: a table behind a socket, read page by page.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{
    collections::BTreeMap,
    future::{Future, poll_fn},
    sync::{Arc, Mutex},
    task::Poll,
    time::Duration,
};

use bitrix24::{
    AnyCode, BoxFuture, Client, Cursor, DecodeErrorKind, Error, List, ListError, ListMeta,
    ListMethod, Method, MethodMeta, Paging, Records, Rest,
    limit::{Limiter, Seen, TooLate, Turn},
};
use bitrix24_sandbox::{Answer, Fault, Sandbox};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value, json};

const CODE: &str = "t0psecretc0de";

/// Answers the n-th request, counted from 1, given its parameters. `None`: hangs up.
type Answers = dyn Fn(usize, &Value) -> Option<Value> + Send + Sync;

struct Portal {
    client: Client,
    seen: Arc<Mutex<Vec<Value>>>,
    _sandbox: Sandbox,
}

impl Portal {
    fn start(answer: impl Fn(usize, &Value) -> Option<Value> + Send + Sync + 'static) -> Self {
        let sandbox = Sandbox::start().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        sandbox.answer_anyone_with("*", move |call| {
            let params = serde_json::from_slice(call.body()).unwrap();
            respond(params, &log, &answer)
        });
        Self {
            client: Client::webhook(&format!("{}/rest/1/{CODE}/", sandbox.url())).unwrap(),
            seen,
            _sandbox: sandbox,
        }
    }

    /// The parameters of every request.
    fn seen(&self) -> Vec<Value> {
        self.seen.lock().unwrap().clone()
    }
}

fn respond(params: Value, seen: &Mutex<Vec<Value>>, answer: &Answers) -> Answer {
    let one = |params: Value| {
        let mut seen = seen.lock().unwrap();
        seen.push(params.clone());
        answer(seen.len(), &params)
    };
    let body = match params["cmd"].as_object() {
        Some(commands) => Some(batch(commands, one)),
        None => one(params),
    };
    match body {
        Some(body) => Answer::body(body),
        None => Answer::body(Value::Null).fault(Fault::cut(0)),
    }
}

/// Runs the commands of a batch up to the first that fails.
fn batch(commands: &Map<String, Value>, one: impl Fn(Value) -> Option<Value>) -> Value {
    let mut all =
        json!({ "result": {}, "result_error": {}, "result_total": {}, "result_next": {} });
    for (id, command) in commands {
        let (_, start) = command.as_str().unwrap().split_once("?start=").unwrap();
        let mut body = one(json!({ "start": start.parse::<i64>().unwrap() })).unwrap();
        if body["error"].is_string() {
            all["result_error"][id] = body;
            break;
        }
        for (part, of) in [
            ("result", "result"),
            ("total", "result_total"),
            ("next", "result_next"),
        ] {
            if body.get(part).is_some() {
                all[of][id] = body[part].take();
            }
        }
    }
    json!({ "result": all })
}

fn rows(ids: impl Iterator<Item = i64>) -> Vec<Value> {
    ids.map(|id| json!({ "ID": id.to_string(), "NAME": format!("row {id}") }))
        .collect()
}

/// A table of so many rows, as the documentation has it.
fn table(count: i64, params: &Value) -> Value {
    if params["start"] == -1 {
        assert_eq!(params["order"], json!({ "ID": "ASC" }));
        let last = params["filter"][">ID"].as_i64().unwrap();
        let found = rows((last + 1..=count).take(50));
        return json!({ "result": { "items": found }, "total": 0 });
    }
    let start = params["start"].as_i64().unwrap_or(0);
    let found = rows((start + 1..=count).take(50));
    let mut body = json!({ "result": { "items": found }, "total": count });
    if start + 50 < count {
        body["next"] = json!(start + 50);
    }
    body
}

fn items() -> List {
    List::new(Paging::Start).records("items").keyed_by("ID")
}

/// Reads to the end or to an error.
async fn read<R, E: bitrix24::ErrorCode>(
    mut records: Records<R, E>,
) -> (Vec<R>, Option<ListError<E>>) {
    let mut found = Vec::new();
    while let Some(record) = records.next().await {
        match record {
            Ok(record) => found.push(record),
            Err(error) => {
                assert!(records.next().await.is_none(), "an error is the last thing");
                return (found, Some(error));
            }
        }
    }
    assert!(records.next().await.is_none());
    (found, None)
}

fn ids(records: &[Value]) -> Vec<i64> {
    let id = |record: &Value| record["ID"].as_str().unwrap().parse().unwrap();
    records.iter().map(id).collect()
}

#[track_caller]
fn what<E>(error: &ListError<E>) -> String {
    match &error.error {
        Error::Decode(error) => match error.kind() {
            DecodeErrorKind::Incomplete { what } => what.clone(),
            DecodeErrorKind::WrongType { path, what } => format!("{path}: {what}"),
            kind => panic!("{kind:?}"),
        },
        _ => panic!("another error"),
    }
}

#[tokio::test]
async fn every_way_reads_every_record() {
    for count in [0, 1, 49, 50, 51, 100, 230] {
        let portal = Portal::start(move |_, params| Some(table(count, params)));
        let all: Vec<i64> = (1..=count).collect();
        let list = || portal.client.records_by_name("demo.list", (), items());
        for (way, records) in [
            ("paged", list()),
            ("keyed", list().keyed()),
            ("batched", list().batched()),
        ] {
            let (records, error) = read(records).await;
            assert_eq!(error, None, "{way} {count}");
            assert_eq!(ids(&records), all, "{way} {count}");
        }
    }
}

#[tokio::test]
async fn nothing_is_fetched_before_it_is_asked_for() {
    let portal = Portal::start(|_, params| Some(table(120, params)));
    let mut records = portal
        .client
        .records_by_name("demo.list", json!({ "x": 1 }), items());
    assert!(portal.seen().is_empty());
    for _ in 0..50 {
        records.next().await.unwrap().unwrap();
    }
    assert_eq!(portal.seen(), [json!({ "x": 1 })]);
    records.next().await.unwrap().unwrap();
    assert_eq!(portal.seen()[1..], [json!({ "x": 1, "start": 50 })]);
    drop(records);
    tokio::task::yield_now().await;
    assert_eq!(portal.seen().len(), 2);
}

#[tokio::test]
async fn a_missing_next_is_no_end() {
    let portal = Portal::start(|_, params| {
        let mut body = table(120, params);
        if params["start"] == 50 {
            body.as_object_mut().unwrap().remove("next");
        }
        Some(body)
    });
    for batched in [false, true] {
        let records = portal.client.records_by_name("demo.list", (), items());
        let records = if batched { records.batched() } else { records };
        let (records, error) = read(records).await;
        let error = error.unwrap();
        assert_eq!(records.len(), 100);
        assert_eq!(
            what(&error),
            "the list is cut off: it ends after 100 of 120 records"
        );
        let more = portal.client.records_by_name("demo.list", (), items());
        let (more, error) = read(more.resume(error.cursor)).await;
        assert_eq!((ids(&more), error), ((101..=120).collect(), None));
    }
}

#[tokio::test]
async fn a_next_that_goes_back_is_an_error() {
    let portal = Portal::start(|_, params| {
        let mut body = table(200, params);
        if params["start"] == 100 {
            body["next"] = json!(50);
        }
        Some(body)
    });
    let (records, error) = read(portal.client.records_by_name("demo.list", (), items())).await;
    let error = error.unwrap();
    assert_eq!(records.len(), 150);
    assert!(what(&error).contains("does not go on"));
    assert_eq!(error.cursor.to_string(), "start:150");
    assert_eq!(portal.seen().len(), 3);
}

#[tokio::test]
async fn a_list_goes_on_from_the_cursor_of_an_error() {
    for (way, broken) in [("paged", 3), ("keyed", 1), ("batched", 4)] {
        let portal = Portal::start(move |number, params| match number {
            number if number == broken => {
                Some(json!({ "error": "QUERY_FAILED", "error_description": CODE }))
            }
            _ => Some(table(230, params)),
        });
        let list = || {
            let records = portal.client.records_by_name("demo.list", (), items());
            match way {
                "keyed" => records.keyed(),
                "batched" => records.batched(),
                _ => records,
            }
        };
        let (first, error) = read(list()).await;
        let error = error.unwrap();
        assert_eq!(first.len(), (broken - 1) * 50, "{way}");
        assert_eq!(error.error.code(), Some("QUERY_FAILED"));
        assert!(!format!("{error} {error:?}").contains(CODE));
        let kept = serde_json::to_string(&error.cursor).unwrap();
        let cursor: Cursor = serde_json::from_str(&kept).unwrap();
        let (second, error) = read(list().resume(cursor)).await;
        assert_eq!(error, None);
        assert_eq!(
            ids(&[first, second].concat()),
            (1..=230).collect::<Vec<_>>()
        );
    }
}

/// Reads so many records, and keeps where it stands.
async fn read_some(mut records: Records<Value>, wanted: usize) -> (Vec<i64>, String) {
    let mut found = Vec::new();
    while found.len() < wanted {
        found.push(records.next().await.unwrap().unwrap());
    }
    let before = records.cursor();
    match tokio::time::timeout(Duration::ZERO, records.next()).await {
        Ok(record) => found.push(record.unwrap().unwrap()),
        // That the next page is on its way moves nothing.
        Err(_) => assert_eq!(records.cursor(), before),
    }
    (
        ids(&found),
        serde_json::to_string(&records.cursor()).unwrap(),
    )
}

#[tokio::test]
async fn a_list_goes_on_from_any_record() {
    for way in ["paged", "keyed", "batched"] {
        for stops in [[0, 0], [1, 2], [50, 0], [57, 1], [110, 93]] {
            let portal = Portal::start(|_, params| Some(table(230, params)));
            let list = |kept: &str| {
                let records = portal.client.records_by_name("demo.list", (), items());
                let records = match way {
                    "keyed" => records.keyed(),
                    "batched" => records.batched(),
                    _ => records,
                };
                records.resume(serde_json::from_str(kept).unwrap())
            };
            let mut found = Vec::new();
            let mut kept = "\"beginning\"".to_owned();
            for wanted in stops {
                let (records, at) = read_some(list(&kept), wanted).await;
                found.extend(records);
                kept = at;
            }
            let mut rest = list(&kept);
            while let Some(record) = rest.next().await {
                found.extend(ids(&[record.unwrap()]));
            }
            assert_eq!(found, (1..=230).collect::<Vec<_>>(), "{way} {stops:?}");
            // Behind the end, there is nothing before something is added.
            let (nothing, error) =
                read(list(&serde_json::to_string(&rest.cursor()).unwrap())).await;
            assert_eq!((nothing, error), (Vec::new(), None), "{way}");
        }
    }
}

#[tokio::test]
async fn a_cursor_says_where_the_last_record_was() {
    let portal = Portal::start(|_, params| Some(table(120, params)));
    let list = || {
        portal
            .client
            .records_by_name("demo.list", json!({ "start": 50 }), items())
    };
    let mut records = list();
    assert_eq!(records.cursor(), Cursor::default());
    assert_eq!(records.next().await.unwrap().unwrap()["ID"], "51");
    assert_eq!(records.cursor().to_string(), "start:50+1");
    // The beginning is where the parameters say.
    let mut again = list().resume(Cursor::default());
    assert_eq!(again.next().await.unwrap().unwrap()["ID"], "51");
    // What is resumed and not read stays where it was; what comes too late changes nothing.
    let mut records = list().resume("start:50+60".parse().unwrap());
    assert_eq!(records.cursor().to_string(), "start:50+60");
    assert_eq!(records.next().await.unwrap().unwrap()["ID"], "101");
    let records = records.resume("start:0".parse().unwrap());
    assert_eq!(records.cursor().to_string(), "start:100+1");
    // By key, records that go meanwhile move no others.
    let list = || {
        portal
            .client
            .records_by_name("demo.list", (), items())
            .keyed()
    };
    let mut records = list().resume("key:5+3".parse().unwrap());
    assert_eq!(records.next().await.unwrap().unwrap()["ID"], "9");
    assert_eq!(records.cursor().to_string(), "key:9");
}

#[tokio::test]
async fn a_page_that_fails_again_is_gone_on_with_where_it_was() {
    let portal = Portal::start(|number, params| match number {
        1 => Some(json!({ "error": "QUERY_FAILED" })),
        2 => Some(json!({ "result": { "items": "x" } })),
        _ => Some(table(70, params)),
    });
    let list = |at: Cursor| {
        portal
            .client
            .records_by_name("demo.list", (), items())
            .resume(at)
    };
    let mut at: Cursor = "start:0+7".parse().unwrap();
    for _ in 0..2 {
        let mut records = list(at);
        let error = records.next().await.unwrap().unwrap_err();
        assert_eq!(error.cursor.to_string(), "start:0+7");
        at = records.cursor();
        assert_eq!(at, error.cursor);
    }
    let (records, error) = read(list(at)).await;
    assert_eq!((ids(&records), error), ((8..=70).collect(), None));
}

#[tokio::test]
async fn a_method_that_ignores_the_filter_is_found_out() {
    let portal = Portal::start(|_, _| Some(table(50, &json!({}))));
    let records = portal.client.records_by_name("demo.list", (), items());
    let (records, error) = read(records.keyed()).await;
    assert_eq!(records.len(), 50);
    assert!(what(&error.unwrap()).contains("1 came behind 50"));
}

#[tokio::test]
async fn refusals_come_before_anything_is_sent() {
    let portal = Portal::start(|_, params| Some(table(5, params)));
    let list = |params: Value| portal.client.records_by_name("demo.list", params, items());
    for records in [
        list(json!({ "filter": { ">ID": 5 } })).keyed(),
        list(json!({ "order": { "NAME": "ASC" } })).keyed(),
        list(json!({})).keyed().batched(),
        list(json!({})).keyed().resume("start:50".parse().unwrap()),
        list(json!([1])),
        portal
            .client
            .records_by_name(&format!("http://x/rest/1/{CODE}"), (), items()),
    ] {
        let (records, error) = read(records).await;
        let error = error.unwrap();
        assert!(records.is_empty() && matches!(error.error, Error::Request(_)));
        assert!(!format!("{error} {error:?}").contains(CODE), "{error}");
    }
    assert!(portal.seen().is_empty());
}

#[tokio::test]
async fn what_is_in_the_place_of_the_records() {
    let read_one = async |result: Value| {
        let portal = Portal::start(move |_, _| Some(json!({ "result": result })));
        let (records, error) = read(portal.client.records_by_name("demo.list", (), items())).await;
        assert!(records.is_empty());
        error
    };
    for nothing in [json!([]), json!(null), json!(false), json!({ "items": [] })] {
        assert_eq!(read_one(nothing).await, None);
    }
    for (wrong, part) in [
        (json!({ "rows": [{ "ID": 1 }] }), "result.items: "),
        (json!([{ "ID": 1 }]), "result: expected an object"),
        (
            json!({ "items": { "rows": [] } }),
            "result.items: expected an array",
        ),
    ] {
        let error = read_one(wrong).await.unwrap();
        assert!(what(&error).contains(part), "{error}");
    }
}

const DEMO_LIST: ListMeta = ListMeta {
    paging: Paging::Start,
    records: &["items"],
    map: false,
    page_size: Some(50),
    max_page_size: None,
    keyed_by: Some("ID"),
    keyed_as: None,
    order: "order",
    filter: "filter",
    within: &[],
    names: &[],
};

/// What the generator makes of a method.
struct DemoList;

impl Serialize for DemoList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_map(Some(0))?.end()
    }
}

impl Method for DemoList {
    const META: &'static MethodMeta = &MethodMeta {
        name: "demo.list",
        rest: Rest::Classic,
        scopes: &["demo"],
        repeatable: true,
        rules: &[],
        docs: "",
        deprecated: None,
        list: Some(DEMO_LIST),
    };
    type Output = BTreeMap<String, Vec<BTreeMap<String, i64>>>;
    type Error = AnyCode;
}

impl ListMethod for DemoList {
    type Record = i64;

    fn records(mut page: Self::Output) -> Vec<i64> {
        let items = page.remove("items").unwrap_or_default();
        items
            .iter()
            .filter_map(|item| item.get("ID").copied())
            .collect()
    }
}

#[tokio::test]
async fn records_have_their_type() {
    let numbers = |params: &Value, bad: bool| {
        let mut body = table(70, params);
        for item in body["result"]["items"].as_array_mut().unwrap() {
            item.as_object_mut().unwrap().remove("NAME");
            if bad && item["ID"] == "60" {
                item["ID"] = json!("sixty");
            }
        }
        body
    };
    let portal = Portal::start(move |number, params| Some(numbers(params, number == 2)));
    let (first, error) = read(portal.client.records(&DemoList)).await;
    let error = error.unwrap();
    assert_eq!(first, (1..=50).collect::<Vec<_>>());
    assert!(
        what(&error).starts_with("result[items][9][ID]: "),
        "{error}"
    );
    assert_eq!(error.cursor.to_string(), "start:50");
    let (second, error) = read(portal.client.records(DemoList).resume(error.cursor)).await;
    assert_eq!((second, error), ((51..=70).collect(), None));
}

/// Records with names, by which they are put into another order than they came in.
struct DemoMap;

impl Serialize for DemoMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        DemoList.serialize(serializer)
    }
}

impl Method for DemoMap {
    const META: &'static MethodMeta = &MethodMeta {
        list: Some(ListMeta {
            map: true,
            ..DEMO_LIST
        }),
        ..*DemoList::META
    };
    type Output = BTreeMap<String, BTreeMap<String, BTreeMap<String, i64>>>;
    type Error = AnyCode;
}

impl ListMethod for DemoMap {
    type Record = i64;

    fn records(mut page: Self::Output) -> Vec<i64> {
        let items = page.remove("items").unwrap_or_default();
        items.into_values().map(|item| item["ID"]).collect()
    }
}

#[tokio::test]
async fn records_of_a_type_go_on_within_a_page() {
    let portal = Portal::start(|_, params| {
        let mut body = table(70, params);
        let items = body["result"]["items"].as_array().unwrap().iter();
        let named = items.map(|it| (it["ID"].to_string(), json!({ "ID": it["ID"] })));
        body["result"]["items"] = Value::Object(named.collect());
        Some(body)
    });
    let client = &portal.client;
    for (stop, keyed) in [(1, false), (7, true), (50, true), (65, true)] {
        let list = || match keyed {
            true => client.records(DemoMap).keyed(),
            false => client.records(DemoMap),
        };
        let mut records = list();
        let mut found = Vec::new();
        for _ in 0..stop {
            found.push(records.next().await.unwrap().unwrap());
        }
        let (rest, error) = read(list().resume(records.cursor())).await;
        assert_eq!(error, None);
        found.extend(rest);
        found.sort_unstable();
        assert_eq!(found, (1..=70).collect::<Vec<_>>(), "{stop} {keyed}");
    }
}

#[tokio::test]
async fn records_as_they_came_go_on_behind_their_keys() {
    let portal = Portal::start(|_, params| {
        let mut body = table(70, params);
        // As PHP writes an array with gaps.
        let items = body["result"]["items"].as_array().unwrap().iter();
        let name = |it: &Value| it["ID"].as_str().unwrap_or_default().to_owned();
        let named = items.map(|it| (name(it), json!({ "ID": it["ID"] })));
        body["result"]["items"] = Value::Object(named.collect());
        Some(body)
    });
    let mut by_name = portal
        .client
        .records_by_name("demo.list", (), items())
        .keyed();
    let mut typed = portal.client.records(DemoList).keyed();
    for _ in 0..57 {
        by_name.next().await.unwrap().unwrap();
        typed.next().await.unwrap().unwrap();
    }
    assert_eq!(by_name.cursor().to_string(), "key:57");
    assert_eq!(typed.cursor(), by_name.cursor());
}

#[tokio::test]
async fn how_to_read_is_said_before_the_reading() {
    for count in [120, 30] {
        let portal = Portal::start(move |_, params| Some(table(count, params)));
        let list = || portal.client.records_by_name("demo.list", (), items());
        // While a page is on its way.
        let mut records = list();
        let mut waiting = Box::pin(records.next());
        let is_pending =
            poll_fn(|context| Poll::Ready(waiting.as_mut().poll(context).is_pending()));
        assert!(is_pending.await);
        drop(waiting);
        let (found, error) = read(records.keyed()).await;
        let error = error.unwrap();
        assert_eq!(found.len(), count.min(50) as usize);
        assert!(error.to_string().contains("before the reading begins"));
        // Behind the first page.
        let mut records = list();
        records.next().await.unwrap().unwrap();
        let (found, error) = read(records.batched()).await;
        assert_eq!(found.len(), count.min(50) as usize - 1);
        assert!(error.is_some());
    }
    // Behind an error.
    let portal = Portal::start(|_, _| Some(json!({ "error": "QUERY_FAILED" })));
    let mut records = portal.client.records_by_name("demo.list", (), items());
    let error = records.next().await.unwrap().unwrap_err();
    assert!(records.next().await.is_none());
    let (found, error) = read(records.resume(error.cursor)).await;
    assert!(found.is_empty() && error.unwrap().to_string().contains("begin a new one"));
    // A parameter that cannot be sent is told at the place that was asked for.
    let broken = std::collections::BTreeMap::from([((1, 2), 3)]);
    let records = portal.client.records_by_name("demo.list", broken, items());
    let (_, error) = read(records.resume("start:100".parse().unwrap())).await;
    assert_eq!(error.unwrap().cursor.to_string(), "start:100");
}

#[tokio::test]
async fn a_dropped_future_loses_nothing() {
    let portal = Portal::start(|_, params| Some(table(70, params)));
    let mut records = portal.client.records(DemoListOfNames);
    let mut found = Vec::new();
    loop {
        // Gives up at once, every other time.
        let hurry = std::time::Duration::from_micros(found.len() as u64 % 2 * 50_000);
        match tokio::time::timeout(hurry, records.next()).await {
            Err(_) => {}
            Ok(Some(record)) => found.push(record.unwrap()),
            Ok(None) => break,
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(found.len(), 70);
    assert_eq!(portal.seen().len(), 2);
}

struct DemoListOfNames;

impl Serialize for DemoListOfNames {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        DemoList.serialize(serializer)
    }
}

impl Method for DemoListOfNames {
    const META: &'static MethodMeta = DemoList::META;
    type Output = BTreeMap<String, Vec<BTreeMap<String, String>>>;
    type Error = AnyCode;
}

impl ListMethod for DemoListOfNames {
    type Record = String;

    fn records(mut page: Self::Output) -> Vec<String> {
        let items = page.remove("items").unwrap_or_default();
        items
            .into_iter()
            .filter_map(|mut item| item.remove("NAME"))
            .collect()
    }
}

#[test]
fn records_go_everywhere() {
    fn is<T: Send + Unpin + futures_core::Stream + std::fmt::Debug>() {}
    is::<Records<Value>>();
}

/// Gives no turns.
#[derive(Debug)]
struct Broken;

impl Limiter for Broken {
    fn acquire<'a>(&'a self, _turn: Turn<'a>) -> BoxFuture<'a, Result<(), TooLate>> {
        panic!("as told")
    }

    fn observe(&self, _turn: Turn<'_>, _seen: Seen) {}

    fn expected_wait<'a>(&'a self, _turn: Turn<'a>) -> BoxFuture<'a, Duration> {
        Box::pin(async { Duration::ZERO })
    }
}

#[tokio::test]
async fn after_a_panic_the_list_is_not_over() {
    let client = Client::builder()
        .limiter(Broken)
        .webhook(&format!("http://127.0.0.1:1/rest/1/{CODE}/"))
        .unwrap();
    let records = client.records_by_name("demo.list", (), List::default());
    let records = Arc::new(tokio::sync::Mutex::new(records));
    for _ in 0..3 {
        let records = Arc::clone(&records);
        let next = tokio::spawn(async move { records.lock().await.next().await });
        assert!(next.await.unwrap_err().is_panic());
    }
}
