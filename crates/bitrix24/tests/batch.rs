//! Batches over the wire, seen from the other end of the socket.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]
#![allow(deprecated, reason = "deprecated methods must work as well")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bitrix24::{
    BoxFuture, Client, DecodeErrorKind, Error, NotRunReason, Rest, Retries, Rule,
    TransportErrorKind,
    batch::{Batch, Outcome, Reference},
    imbot::{ChatGet, ChatGetError},
    limit::{Limiter, Seen, TooLate, Turn},
    raw::{Call, Command, Reply, marker},
};
use bitrix24_sandbox::{Answer, Fault, Sandbox};
use serde_json::{Value, json};

const CODE: &str = "t0psecretc0de";

/// A portal that answers the nth request with `answers[n]`. Returns the bodies of the requests.
async fn portal<T>(answers: &[Answer], call: impl AsyncFnOnce(Client) -> T) -> (T, Vec<Value>) {
    let portal = Sandbox::start().unwrap();
    for answer in answers {
        portal.answer("*", answer.clone().times(1).to_anyone());
    }
    let url = format!("{}/rest/7/{CODE}/", portal.url());
    let result = call(Client::webhook(&url).unwrap()).await;
    let requests = portal.requests();
    let requests = requests.iter().filter(|request| !request.is_command());
    let seen: Vec<_> = requests
        .map(|request| {
            assert_eq!((request.verb(), request.method()), ("POST", "batch"));
            assert_eq!(request.target(), format!("/rest/7/{CODE}/batch"));
            serde_json::from_slice(request.body()).unwrap()
        })
        .collect();
    assert!(seen.len() <= answers.len(), "a request too many");
    (result, seen)
}

fn status(status: u16, body: &str) -> Answer {
    Answer::text("application/json", body).status(status)
}

fn ok(body: &Value) -> Answer {
    Answer::body(body.clone())
}

/// The connection breaks instead.
fn broken() -> Answer {
    ok(&json!({})).fault(Fault::cut(0))
}

/// What PHP makes of an empty map.
fn php(map: Value) -> Value {
    match map {
        Value::Object(fields) if fields.is_empty() => json!([]),
        map => map,
    }
}

fn answered(result: Value, errors: Value) -> Answer {
    ok(&json!({
        "result": {
            "result": php(result),
            "result_error": php(errors),
            "result_total": [],
            "result_next": [],
            "result_time": [],
        },
        "time": {"start": 1, "finish": 2},
    }))
}

/// Results that say where they come from.
fn results(ids: std::ops::Range<usize>) -> Value {
    // Not in the order of the commands.
    let ids = ids.rev();
    Value::Object(
        ids.map(|id| (format!("c{id}"), json!({"ID": id})))
            .collect(),
    )
}

fn commands(count: usize) -> Vec<Command<'static>> {
    let params = |id: usize| json!({"ID": id}).to_string().into_bytes();
    (0..count)
        .map(|id| Command::new(Call::new("crm.deal.get", Rest::Classic, params(id))))
        .collect()
}

fn cmd(request: &Value) -> Vec<(&str, &str)> {
    let fields = request["cmd"].as_object().unwrap();
    fields
        .iter()
        .map(|(id, it)| (id.as_str(), it.as_str().unwrap()))
        .collect()
}

fn read(reply: &Result<Reply, Error>) -> Result<Value, Error> {
    Ok(reply.clone()?.decode::<Value>()?.result)
}

fn because(outcome: &Result<Reply, Error>) -> &NotRunReason {
    match outcome {
        Err(Error::NotRun(error)) => error.because(),
        outcome => panic!("{outcome:?}"),
    }
}

#[tokio::test]
async fn fifty_at_a_time_in_order() {
    let answers = [
        answered(results(0..50), json!({})),
        answered(results(50..100), json!({})),
        answered(results(100..120), json!({})),
    ];
    let call = async |client: Client| client.send_batch_raw(commands(120), false).await;
    let (replies, seen) = portal(&answers, call).await;
    let replies = replies.unwrap();
    assert_eq!(replies.len(), 120);
    for (id, reply) in replies.iter().enumerate() {
        assert_eq!(read(reply).unwrap(), json!({"ID": id}));
        assert_eq!(reply.as_ref().unwrap().method(), "crm.deal.get");
    }
    let sizes: Vec<_> = seen.iter().map(|request| cmd(request).len()).collect();
    assert_eq!(sizes, [50, 50, 20]);
    for (request, first) in seen.iter().zip([0, 50, 100]) {
        assert_eq!(request["halt"], 0);
        for (id, command) in cmd(request) {
            let number: usize = id.strip_prefix('c').unwrap().parse().unwrap();
            assert!((first..first + 50).contains(&number));
            assert_eq!(command, format!("crm.deal.get?ID={number}"));
        }
    }
}

#[tokio::test]
async fn shapes_and_their_types() {
    fn is_send<T: Send>(it: T) -> T {
        it
    }

    let errors = json!({"c1": {"error": "ACCESS_ERROR", "error_description": "Not yours"}});
    let answer = answered(results(0..3), errors.clone());
    let call = async |client: Client| {
        let get = |id: &str| ChatGet::new("CHAT", id);
        let vec = vec![get("1"), get("2"), get("3")];
        let of_vec: Vec<Outcome<ChatGet>> = is_send(client.batch(vec.clone())).await.unwrap();
        let of_refs = client.batch(vec.iter().collect::<Vec<_>>()).await.unwrap();
        assert_eq!(of_vec, of_refs);
        let of_array = client.batch([get("1"), get("2"), get("3")]).await.unwrap();
        assert_eq!(of_vec, of_array);
        let (first, second, third) = client.batch((get("1"), &get("2"), get("3"))).await.unwrap();
        assert_eq!(of_vec, [first, second, third]);

        let [first, second, third] = of_array;
        assert_eq!(first.unwrap().result.unwrap().id, 0);
        assert_eq!(third.unwrap().result.unwrap().id, 2);
        let error = second.unwrap_err();
        assert_eq!(
            error.to_string(),
            "imbot.chat.get: ACCESS_ERROR (HTTP 200): Not yours"
        );
        assert_eq!(error.api().unwrap().kind, ChatGetError::AccessError);

        // Nothing to send.
        assert_eq!(client.batch(Vec::<ChatGet>::new()).await.unwrap(), []);
        assert_eq!(client.batch([(); 0].map(|()| get("1"))).await.unwrap(), []);
        assert!(
            client
                .send_batch_raw(Vec::new(), true)
                .await
                .unwrap()
                .is_empty()
        );
        client.send_batch(Batch::new()).await.unwrap();
    };
    let ((), seen) = portal(&[(); 4].map(|()| answer.clone()), call).await;
    assert_eq!(seen.len(), 4);
    let expected = [1, 2, 3].map(|id| format!("imbot.chat.get?ENTITY_TYPE=CHAT&ENTITY_ID={id}"));
    for request in &seen {
        let commands: Vec<_> = cmd(request)
            .into_iter()
            .map(|(_, command)| command)
            .collect();
        assert_eq!(commands, expected);
    }
}

#[tokio::test]
async fn every_form_of_an_answer() {
    let whole = json!({
        "result": {
            "result": {"c0": [1], "c1": null, "c2": false, "c3": {"a": 1.50}, "c9": 1, "x": 1},
            "result_error": {
                "c4": {"error": 100, "error_description": "Number"},
                "c5": {"error": {"code": "V3", "message": "Nested"}},
                "c6": "PLAIN",
                "c7": {"code": "NO_KEY", "message": "Bare"},
                "c8": {"error": ""},
                "c3": null,
                "c0": [],
            },
            "result_total": {"c0": "120", "c3": 7},
            "result_next": {"c0": "50"},
            "result_time": {"c0": {"start": 1, "finish": 2, "operating": 0.5}, "c4": {"start": 3}},
        },
    });
    let call = async |client: Client| client.send_batch_raw(commands(9), false).await.unwrap();
    let (replies, _) = portal(&[ok(&whole)], call).await;

    let first = replies[0].as_ref().unwrap().decode::<Value>().unwrap();
    assert_eq!(first.result, json!([1]));
    assert_eq!((first.total, first.next), (Some(120), Some(50)));
    assert_eq!(first.time.unwrap().operating, Some(0.5));
    assert_eq!(read(&replies[1]).unwrap(), Value::Null);
    assert_eq!(read(&replies[2]).unwrap(), false);
    let body = replies[3].as_ref().unwrap().body();
    assert_eq!(&body[..], br#"{"result":{"a":1.5},"total":7}"#);
    let errors: Vec<_> = replies[4..]
        .iter()
        .map(|reply| match read(reply).unwrap_err() {
            Error::Api(error) => (error.code, error.description, error.status),
            error => panic!("{error}"),
        })
        .collect();
    let expected = [
        ("100", "Number"),
        ("V3", "Nested"),
        ("PLAIN", ""),
        ("NO_KEY", "Bare"),
        ("", ""),
    ];
    let expected = expected.map(|(code, text)| (code.to_owned(), text.to_owned(), 200));
    assert_eq!(errors, expected);
    let time = read(&replies[4]).unwrap_err().api().unwrap().time.clone();
    assert_eq!(time.unwrap().start, Some(3.0));
}

#[tokio::test]
async fn lists_in_the_place_of_objects() {
    // A list is as good as an object if no place is missing.
    let lists = [
        (
            json!({"result": [5, 6], "result_error": []}),
            [Ok(5), Ok(6)],
        ),
        (
            json!({"result": {"0": 5, "1": 6}, "result_error": null}),
            [Ok(5), Ok(6)],
        ),
        (
            json!({"result": "", "result_error": ["A", "B"]}),
            [Err("A"), Err("B")],
        ),
        (
            json!({"result": {"c1": 6}, "result_error": {"c0": "A"}, "result_time": false}),
            [Err("A"), Ok(6)],
        ),
    ];
    let answers: Vec<_> = lists
        .iter()
        .map(|(it, _)| ok(&json!({"result": it})))
        .collect();
    let call = async |client: Client| {
        for (_, expected) in &lists {
            let replies = client.send_batch_raw(commands(2), false).await.unwrap();
            let found = replies.iter().map(|reply| match read(reply) {
                Ok(value) => Ok(value.as_u64().unwrap()),
                Err(error) => Err(error.code().unwrap().to_owned()),
            });
            let expected = expected.map(|it| it.map_err(str::to_owned));
            assert_eq!(found.collect::<Vec<_>>(), expected);
        }
    };
    let ((), seen) = portal(&answers, call).await;
    assert_eq!(seen.len(), 4);
}

#[tokio::test]
async fn halt_leaves_out_the_rest() {
    let error = json!({"c2": {"error": "NO", "error_description": "code t0psecretc0de"}});
    let call = async |client: Client| client.send_batch_raw(commands(60), true).await.unwrap();
    let (replies, seen) = portal(&[answered(results(0..2), error)], call).await;
    assert_eq!(seen.len(), 1, "the second request is not sent");
    assert_eq!(seen[0]["halt"], 1);
    assert_eq!(replies.len(), 60);
    assert_eq!(read(&replies[1]).unwrap(), json!({"ID": 1}));
    let error = read(&replies[2]).unwrap_err();
    assert_eq!(error.to_string(), "crm.deal.get: NO (HTTP 200): code ***");
    assert!(!format!("{error:?} {:?}", replies[2]).contains(CODE));
    for reply in &replies[3..] {
        assert_eq!(because(reply), &NotRunReason::Halted);
    }
    let error = read(&replies[59]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "crm.deal.get: not run: an earlier command of the batch failed"
    );
    assert_eq!(error.status(), None);
}

#[tokio::test]
async fn a_hole_in_the_answer() {
    for halt in [false, true] {
        let call = async |client: Client| client.send_batch_raw(commands(51), halt).await.unwrap();
        // Without a failure before it, nothing explains why a command is missing.
        let answers = [
            answered(results(1..50), json!({})),
            answered(results(50..51), json!({})),
        ];
        let (replies, seen) = portal(&answers, call).await;
        match &replies[0] {
            Err(Error::Decode(error)) => {
                assert_eq!(error.kind(), &DecodeErrorKind::Missing);
                assert_eq!(
                    error.to_string(),
                    "crm.deal.get: the answer of the batch says nothing about this command (HTTP 200); \
                     not repeated, since it may have run"
                );
            }
            reply => panic!("{reply:?}"),
        }
        assert_eq!(read(&replies[49]).unwrap(), json!({"ID": 49}));
        if halt {
            assert_eq!(because(&replies[50]), &NotRunReason::Halted);
            assert_eq!(seen.len(), 1);
        } else {
            read(&replies[50]).unwrap();
        }
    }
}

#[tokio::test]
async fn a_request_that_fails_as_a_whole() {
    let limit = r#"{"error":"QUERY_LIMIT_EXCEEDED","error_description":"Too many requests"}"#;
    let cases = [
        (
            broken(),
            "batch: crm.deal.get: connection lost before the answer",
        ),
        (
            status(400, limit),
            "batch: crm.deal.get: QUERY_LIMIT_EXCEEDED (HTTP 400): Too many requests",
        ),
        (
            status(200, "<html>t0psecretc0de"),
            "batch: crm.deal.get: the answer is a page, not JSON (HTTP 200); not repeated, since it \
             may have run; it begins: <html>***",
        ),
        (ok(&json!({"result": 5})), "batch: crm.deal.get: result: "),
        (
            ok(&json!({"result": {"result": [1, 2]}})),
            "batch: crm.deal.get: result.result: expected an object, or a list of 50, found a list of 2",
        ),
        (
            ok(&json!({"result": {"result_error": "no"}})),
            "batch: crm.deal.get: result.result_error: ",
        ),
    ];
    for (bad, expected) in cases {
        let answers = [answered(results(0..50), json!({})), bad];
        let call = async |client: Client| {
            let client = client.with_retries(Retries::NONE);
            client.send_batch_raw(commands(101), false).await.unwrap()
        };
        let (replies, seen) = portal(&answers, call).await;
        assert_eq!(seen.len(), 2, "{expected}");
        assert_eq!(read(&replies[49]).unwrap(), json!({"ID": 49}));
        for reply in &replies[50..100] {
            let error = read(reply).unwrap_err();
            assert!(error.to_string().starts_with(expected), "{error}");
            assert!(!format!("{error:?}").contains(CODE));
            assert_eq!(error.method(), "batch: crm.deal.get");
        }
        assert_eq!(because(&replies[100]), &NotRunReason::RequestFailed);
    }
}

/// The portal runs such commands, with something else in that place.
#[tokio::test]
async fn references_that_lead_nowhere_are_found_out() {
    const NO_WORD: &str = "command 0 answered neither a text nor a number there, which the portal \
                           does not put into a text";

    let call = async |client: Client| {
        let mut batch = Batch::new();
        let first = batch.add_by_name("x.get", ());
        let failed = batch.add_by_name("x.get", ());
        let refer = |reference| json!({"ID": reference});
        let text = |reference: Reference| json!({"ID": format!("No. {reference} !")});
        let good = batch.add_by_name("y.set", refer(first.at("ID")));
        let wrong = [
            batch.add_by_name("y.set", refer(first.at("NULL"))),
            batch.add_by_name("y.set", refer(first.at("ID").at("X"))),
            batch.add_by_name("y.set", refer(failed.result())),
            batch.add_by_name("y.set", text(first.at("FLAG"))),
            batch.add_by_name("y.set", text(first.result())),
        ];
        let alone = batch.add_by_name("y.set", refer(first.at("FLAG")));
        let word = batch.add_by_name("y.set", text(first.at("ID")));
        let chained = batch.add_by_name("y.set", refer(wrong[0].at("ID")));
        let mut answers = client.send_batch(batch).await.unwrap();
        assert_eq!(answers.take(good).unwrap().result, json!({"ID": 2}));
        for handle in [chained, alone, word] {
            answers.take(handle).unwrap();
        }
        let wrong = wrong.map(|handle| match answers.take(handle).unwrap_err() {
            Error::Decode(error) => match error.kind() {
                DecodeErrorKind::Reference { what } => what.clone(),
                kind => panic!("{kind:?}"),
            },
            error => panic!("{error}"),
        });
        assert_eq!(
            wrong,
            [
                "command 0 answered null there",
                "command 0 answered nothing at result[ID][X]",
                "command 1 failed",
                NO_WORD,
                NO_WORD,
            ]
        );
    };
    let mut results = results(0..11);
    results["c0"]["NULL"] = Value::Null;
    results["c0"]["FLAG"] = true.into();
    results.as_object_mut().unwrap().remove("c1");
    let errors = json!({"c1": {"error": "NOT_FOUND", "error_description": ""}});
    portal(&[answered(results, errors)], call).await;
}

#[tokio::test]
async fn a_silent_portal_has_not_halted() {
    let call = async |client: Client| client.send_batch_raw(commands(3), true).await.unwrap();
    let (replies, _) = portal(&[answered(json!([]), json!([]))], call).await;
    for reply in replies {
        let Err(Error::Decode(error)) = reply else {
            panic!("{reply:?}")
        };
        assert_eq!(error.kind(), &DecodeErrorKind::Missing);
    }
}

#[tokio::test]
async fn references_within_a_request() {
    let call = async |client: Client| {
        let mut batch = Batch::new().halt(true);
        let chat = batch.add(ChatGet::new("CHAT", "13"));
        let other = batch.add_by_name(
            "x.get",
            json!({"A": [chat.result()], "ID": chat.at("USERS").at(0)}),
        );
        let last = batch.add_with(ChatGet::new("CHAT", "?"), [("ENTITY_ID", other.at("ID"))]);
        batch.add_by_name(
            "y.get",
            json!({"TEXT": format!("chat{} {}", chat.at("ID"), "é")}),
        );
        let mut answers = client.send_batch(batch).await.unwrap();
        assert_eq!(answers.take(last).unwrap().result.unwrap().id, 2);
        assert_eq!(answers.take(chat).unwrap().result.unwrap().id, 0);
        assert_eq!(answers.take(other).unwrap().result, json!({"ID": 1}));
        assert_eq!(
            answers.take(chat).unwrap_err().to_string(),
            "batch: not sent: the answer of this command was taken before"
        );
        let stranger = Batch::new().add(ChatGet::new("CHAT", "13"));
        assert_eq!(
            answers.take(stranger).unwrap_err().to_string(),
            "batch: not sent: the handle belongs to another batch"
        );
    };
    let mut results = results(0..4);
    results["c0"]["USERS"] = json!([7]);
    let ((), seen) = portal(&[answered(results, json!({}))], call).await;
    let commands: Vec<_> = cmd(&seen[0])
        .into_iter()
        .map(|(_, command)| command)
        .collect();
    assert_eq!(
        commands,
        [
            "imbot.chat.get?ENTITY_TYPE=CHAT&ENTITY_ID=13",
            "x.get?A[0]=$result[c0]&ID=$result[c0][USERS][0]",
            "imbot.chat.get?ENTITY_TYPE=CHAT&ENTITY_ID=$result[c1][ID]",
            "y.get?TEXT=chat$result[c0][ID]%20%C3%A9",
        ]
    );
}

#[tokio::test]
async fn references_across_requests() {
    let get = |params: Value| {
        Command::new(Call::new(
            "x.get",
            Rest::Classic,
            params.to_string().into_bytes(),
        ))
    };
    let all = || {
        let mut all = commands(50);
        all.push(get(
            json!({"ID": marker(1, &[]), "N": marker(3, &["ID".into()])}),
        )); // 50
        all.push(get(json!({"ID": marker(0, &["ID".into()])}))); // 51: failed
        all.push(get(json!({"ID": marker(1, &["a".into(), CODE.into()])}))); // 52: not there
        all.push(get(json!({"ID": marker(51, &[])}))); // 53: not run
        all.push(get(json!({"ID": format!("{}", marker(50, &[]))}))); // 54: of this request
        all.push(get(json!({"T": format!("<{}>", marker(1, &["s".into()]))}))); // 55
        all.push(get(json!({"T": format!("<{}>", marker(1, &[]))}))); // 56: no text
        all
    };
    let mut first = results(3..50);
    first["c1"] = json!({"a": [true, null], "s": "x&y"});
    first["c2"] = json!(2);
    let answers = [
        answered(first.clone(), json!({"c0": {"error": "NO"}})),
        answered(results(50..57), json!({})),
    ];
    let call = async |client: Client| client.send_batch_raw(all(), false).await.unwrap();
    let (replies, seen) = portal(&answers, call).await;
    assert_eq!(
        cmd(&seen[1]),
        [
            ("c50", "x.get?ID[a][0]=1&ID[a][1]=&ID[s]=x%26y&N=3"),
            ("c54", "x.get?ID=$result[c50]"),
            ("c55", "x.get?T=%3Cx%26y%3E"),
        ]
    );
    let errors: Vec<_> = [51, 52, 53, 56]
        .map(|id| read(&replies[id]).unwrap_err().to_string())
        .into();
    assert_eq!(
        errors,
        [
            "x.get: not run: command 0 failed or was not run",
            "x.get: not run: command 1 answered nothing at result[a][***]",
            "x.get: not run: command 51 failed or was not run",
            "x.get: not run: what command 1 answered is a list or an object, which does not fit into a text",
        ]
    );
    for id in [50, 54, 55] {
        assert_eq!(read(&replies[id]).unwrap(), json!({"ID": id}));
    }

    // With halt, a reference that leads nowhere ends the batch, but not before what comes earlier.
    first["c0"] = json!(0);
    let answers = [
        answered(first, json!({})),
        answered(results(50..52), json!({})),
    ];
    let call = async |client: Client| client.send_batch_raw(all(), true).await.unwrap();
    let (replies, seen) = portal(&answers, call).await;
    assert_eq!(cmd(&seen[1]).len(), 1);
    read(&replies[50]).unwrap();
    assert!(matches!(
        because(&replies[51]),
        NotRunReason::Reference { .. }
    ));
    assert_eq!(because(&replies[52]), &NotRunReason::Halted);
    assert_eq!(because(&replies[56]), &NotRunReason::Halted);
}

#[tokio::test]
async fn nothing_is_sent_if_something_is_wrong() {
    const RULE: &[Rule] = &[Rule::AnyOf(&[&["ID"]])];
    let call = |method, params: Value| Call::new(method, Rest::Classic, params.to_string().into());
    let with_rules = {
        let mut call = call("a.b", json!({}));
        call.rules = RULE;
        call
    };
    let v3 = Call::new("tasks.task.get", Rest::V3, b"{}".to_vec());
    let far = |command| json!({"ID": marker(command, &[])});
    let cases = [
        (
            call("a/b", json!({})),
            "a/b: not sent: this cannot be the name of a method",
        ),
        (
            call("Batch", json!({})),
            "Batch: not sent: a batch cannot hold a batch",
        ),
        (
            call("batch.json", json!({})),
            "batch.json: not sent: a batch cannot hold a batch",
        ),
        (
            v3,
            "tasks.task.get: not sent: a batch cannot hold methods of REST 3.0: call them one by one",
        ),
        (with_rules, "a.b: not sent: give ID"),
        (
            call("a.b", json!([1])),
            "a.b: not sent: the parameters are not a JSON object",
        ),
        (
            call("a.b", json!({"x": {"y[": CODE}})),
            "a.b: not sent: x[\"y[\"]: a name with [, ] or NUL in it cannot be sent in a batch",
        ),
        (
            call("a.b", json!({CODE: {"": 1}})),
            "a.b: not sent: ***[\"\"]: an empty name cannot be sent in a batch",
        ),
        (
            call("a.b", far(1)),
            "a.b: not sent: ID: command 1 can only refer to earlier ones, not to command 1",
        ),
        (
            call("a.b", far(7)),
            "a.b: not sent: ID: command 1 can only refer to earlier ones, not to command 7",
        ),
        (
            call("a.b", json!({"ID": marker(0, &["a]".into()])})),
            "a.b: not sent: ID: a reference to a result cannot hold the step \"a]\"",
        ),
    ];
    let run = async |client: Client| {
        for (call, expected) in cases {
            let commands = vec![commands(1).remove(0), Command::new(call)];
            let error = client.send_batch_raw(commands, false).await.unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
        let (mut one, mut other) = (Batch::new(), Batch::new());
        let stranger = one.add(ChatGet::new("CHAT", "13"));
        other.add(ChatGet::new("CHAT", "13"));
        other.add_by_name("a.b", json!({"ID": stranger.at("ID")}));
        let error = client.send_batch(other).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "a.b: not sent: ID: the reference belongs to another batch"
        );
        let mut unwritable = Batch::new();
        unwritable.add_by_name(
            "a.b",
            [((1, 2), 3)]
                .into_iter()
                .collect::<std::collections::BTreeMap<_, _>>(),
        );
        let error = client
            .call_by_name("a.b", json!({"ID": stranger.at("ID")}))
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "a.b: not sent: the parameters refer to a result: that works in a batch only"
        );
        let error = client.send_batch(unwritable).await.unwrap_err();
        assert_eq!(error.to_string(), "a.b: not sent: key must be a string");
    };
    let ((), seen) = portal(&[], run).await;
    assert_eq!(seen.len(), 0);
}

#[tokio::test]
async fn the_shortest_timeout_is_that_of_the_batch() {
    let mut all = commands(60);
    all[3].call.timeout = Some(Duration::from_secs(60));
    all[55].call.timeout = Some(Duration::from_millis(300));
    let portal = Sandbox::start().unwrap();
    portal.fault("batch", Fault::silence().always());
    let url = portal.webhook_url();
    let client = Client::webhook(url).unwrap();
    let replies = client.send_batch_raw(all.clone(), false).await.unwrap();
    match &replies[0] {
        Err(Error::Transport(error)) => assert_eq!(error.kind(), TransportErrorKind::Timeout),
        reply => panic!("{reply:?}"),
    }
    assert_eq!(because(&replies[59]), &NotRunReason::RequestFailed);
    all[55].call.timeout = Some(Duration::ZERO);
    let replies = client.send_batch_raw(all, false).await.unwrap();
    assert_eq!(because(&replies[0]), &NotRunReason::OutOfTime);

    let client = client.with_timeout(Duration::ZERO);
    let replies = client.send_batch_raw(commands(60), false).await.unwrap();
    assert_eq!(because(&replies[59]), &NotRunReason::OutOfTime);
}

/// A limiter that notes what it is told.
#[derive(Clone, Debug, Default)]
struct Noting(Arc<Mutex<Vec<(String, Seen)>>>);

impl Limiter for Noting {
    fn acquire<'a>(&'a self, turn: Turn<'a>) -> BoxFuture<'a, Result<(), TooLate>> {
        assert_eq!(turn.method, "batch");
        Box::pin(async { Ok(()) })
    }

    fn observe(&self, turn: Turn<'_>, seen: Seen) {
        let mut all = self.0.lock().unwrap();
        all.push((turn.method.to_owned(), seen));
    }

    fn expected_wait<'a>(&'a self, _: Turn<'a>) -> BoxFuture<'a, Duration> {
        Box::pin(async { Duration::ZERO })
    }
}

/// A refusal that does not say until when goes by what good commands said before.
#[tokio::test]
async fn what_is_spent_comes_last() {
    let time = |used: f64| json!({"finish": 1000, "operating": used, "operating_reset_at": 1300});
    let whole = json!({"result": {
        "result": {"c0": 1, "c1": 1},
        "result_error": {"c2": {"error": "OPERATION_TIME_LIMIT"}},
        "result_time": {"c0": time(1.0), "c1": time(2.0)},
    }});
    let noting = Noting::default();
    let limiter = noting.clone();
    let call = async |client: Client| {
        let portal = format!("{}/rest/7/{CODE}/", client.portal().unwrap());
        let client = Client::builder().limiter(limiter).webhook(&portal).unwrap();
        client.send_batch_raw(commands(3), false).await.unwrap();
    };
    portal(&[ok(&whole)], call).await;
    let told = noting.0.lock().unwrap();
    let told: Vec<_> = told.iter().map(|(_, seen)| *seen).collect();
    let (used, resets_in) = (Duration::from_secs(2), Duration::from_secs(300));
    // The times of a method add up: the last one is enough.
    let operating = Seen::Operating { used, resets_in };
    let spent = Seen::OperatingSpent { resets_in: None };
    assert_eq!(told, [operating, spent]);
}

#[tokio::test]
async fn operating_time_is_counted_for_each_method() {
    let time = json!({"start": 1000, "finish": 1001, "operating": 2.5, "operating_reset_at": 1061});
    let whole = json!({"result": {
        "result": {"c0": 1},
        "result_error": {"c1": {"error": "OPERATION_TIME_LIMIT"}, "c2": {"error": "NO"}},
        "result_time": {"c0": time, "c2": time},
    }});
    let noting = Noting::default();
    let limiter = noting.clone();
    let call = async |client: Client| {
        let portal = format!("{}/rest/7/{CODE}/", client.portal().unwrap());
        let client = Client::builder().limiter(limiter).webhook(&portal).unwrap();
        let mut all = commands(2);
        all.push(Command::new(Call::new(
            "x.get",
            Rest::Classic,
            b"{}".to_vec(),
        )));
        all[1].call.method = "y.get";
        let replies = client.send_batch_raw(all, false).await.unwrap();
        read(&replies[0]).unwrap();
    };
    portal(&[ok(&whole)], call).await;
    let (used, resets_in) = (Duration::from_millis(2500), Duration::from_secs(60));
    assert_eq!(
        *noting.0.lock().unwrap(),
        [
            (
                "crm.deal.get".to_owned(),
                Seen::Operating { used, resets_in }
            ),
            ("y.get".to_owned(), Seen::OperatingSpent { resets_in: None }),
        ]
    );
}

/// What the documentation of the module says becomes of values: all are texts. Lists and objects
/// with the keys 0, 1, 2… are the same to PHP.
fn as_texts(value: &Value) -> Value {
    let fields: Vec<_> = match value {
        Value::Null => return json!(""),
        Value::Bool(flag) => return json!(if *flag { "1" } else { "0" }),
        Value::Number(number) => return json!(number.to_string()),
        Value::String(text) => return json!(text),
        Value::Array(items) => {
            let places = items.iter().enumerate();
            places
                .map(|(place, it)| (place.to_string(), as_texts(it)))
                .collect()
        }
        Value::Object(fields) => fields
            .iter()
            .map(|(name, it)| (name.clone(), as_texts(it)))
            .collect(),
    };
    match fields.is_empty() {
        true => json!(""),
        false => Value::Object(fields.into_iter().collect()),
    }
}

/// Whether some name, or a text, is one that the module says cannot be sent.
fn unsendable(value: &Value, depth: usize) -> bool {
    match value {
        // A bracket before the next white space, whatever is between.
        Value::String(text) => text.split("$result").skip(1).any(|behind| {
            let mut runs = behind.split(|c: char| c.is_ascii_whitespace() || c == '\u{b}');
            runs.next().is_some_and(|run| run.contains('['))
        }),
        Value::Array(items) => items.iter().any(|it| unsendable(it, depth + 1)),
        Value::Object(fields) => fields.iter().any(|(name, it)| {
            name.is_empty()
                || name.contains(['[', ']', '\0'])
                || depth == 0 && name.contains(['.', ' '])
                || matches!(&name[..], " " | "\t" | "\n" | "\u{b}" | "\u{c}" | "\r")
                || unsendable(it, depth + 1)
        }),
        _ => false,
    }
}

mod encoding {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "[a-zA-Z0-9_-]{1,5}",
            2 => any::<char>().prop_map(String::from),
            3 => "[ -/:-@\\[-`{-~]",
            1 => Just("%41".to_owned()),
            1 => Just("%2B".to_owned()),
            1 => Just("$result".to_owned()),
            1 => Just("\\\"\r\n\0".to_owned()),
            1 => Just("привет \u{1f600}".to_owned()),
            1 => "[a ]{200,300}",
        ];
        vec(piece, 0..4).prop_map(|pieces| pieces.concat())
    }

    fn name() -> impl Strategy<Value = String> {
        prop_oneof![6 => "[a-zA-Z_]{1,4}", 2 => "[0-3]", 1 => "-?0?[0-9]{1,3}", 1 => text(), 1 => "[><!=@%~]{1,2}[A-Z]{1,3}"]
    }

    fn object(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
        let named = vec((name(), value), 0..5);
        named.prop_map(|fields| Value::Object(fields.into_iter().collect()))
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            1 => Just(Value::Null),
            1 => any::<bool>().prop_map(Value::from),
            1 => any::<i64>().prop_map(Value::from),
            1 => any::<u64>().prop_map(Value::from),
            1 => any::<f64>().prop_map(Value::from),
            5 => text().prop_map(Value::from),
        ];
        leaf.prop_recursive(6, 40, 5, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..5).prop_map(Value::from),
                object(inner)
            ]
        })
    }

    #[test]
    fn a_portal_reads_what_was_meant() {
        let portal = Sandbox::start().unwrap();
        let client = Client::builder()
            .no_intensity()
            .webhook(portal.webhook_url())
            .unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let echo = |params: &Value| {
            let params = params.to_string().into_bytes();
            Call::new("sandbox.echo", Rest::Classic, params)
        };
        let sent = std::cell::Cell::new(0);
        let config = ProptestConfig {
            cases: 512,
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        proptest!(config, |(all in vec(object(value()), 1..6))| {
            let batch = all.iter().map(|it| Command::new(echo(it))).collect();
            let batch = runtime.block_on(client.send_batch_raw(batch, false));
            let replies = match batch {
                Ok(replies) => replies,
                Err(error) => {
                    prop_assert!(all.iter().any(|it| unsendable(it, 0)), "{error}");
                    return Ok(());
                }
            };
            prop_assert!(!all.iter().any(|it| unsendable(it, 0)));
            sent.set(sent.get() + 1);
            prop_assert_eq!(replies.len(), all.len());
            for (params, reply) in all.iter().zip(replies) {
                let alone = runtime.block_on(client.send(echo(params)));
                let mut alone = alone.unwrap().decode::<Value>().unwrap().result;
                if let Value::Object(fields) = &mut alone {
                    fields.remove("auth");
                }
                let together = reply.unwrap().decode::<Value>().unwrap().result;
                prop_assert_eq!(as_texts(&together), as_texts(&alone));
            }
        });
        assert!(
            sent.get() > 100,
            "only {} batches could be sent",
            sent.get()
        );
    }
}
