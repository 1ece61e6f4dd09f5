//! Faults that are errors or slips of types, and when faults come.
#![allow(clippy::unwrap_used)]

mod wire;

use std::time::Duration;

use bitrix24_sandbox::{Failure, Fault, Sandbox, Slip};
use serde_json::{Value, json};
use wire::{Connection, hook};

const ECHO: &str = "sandbox.echo";

fn contract() -> String {
    json!({"methods": [{
        "name": "typed", "rest": "classic",
        "result": {"ref": "Typed"},
        "examples": [{"answer": {"result":
            {"ID": 5, "NAME": "6", "DATE": "2026-02-24T13:44:33+03:00", "MAP": {}}}}],
    }], "records": {"Typed": {"fields": [
        {"name": "ID", "type": "integer"},
        {"name": "NAME", "type": "string"},
        {"name": "DATE", "type": "datetime"},
        {"name": "MAP", "type": {"map": "integer", "key": "string"}},
    ]}}})
    .to_string()
}

/// Which of so many requests do not get status 200.
fn struck(portal: &Sandbox, requests: usize) -> Vec<usize> {
    let mut connection = Connection::to(portal);
    let target = hook(portal, ECHO);
    (1..=requests)
        .filter(|_| connection.get(&target).status != 200)
        .collect()
}

#[test]
fn slips_of_types() {
    let portal = Sandbox::builder().contract(contract()).start().unwrap();
    let mut connection = Connection::to(&portal);
    portal.fault("*", Fault::slips(Slip::ALL).times(2));
    let slipped = json!({"ID": "5", "NAME": "6", "DATE": false, "MAP": []});
    let reply = connection.get(&hook(&portal, "typed"));
    assert_eq!(reply.json()["result"], slipped);
    assert!(reply.json()["time"]["start"].is_number());
    // Those of all methods meet the commands of a batch.
    let two = format!("{}?cmd[a]=typed&cmd[b]=typed", hook(&portal, "batch"));
    let result = &connection.get(&two).json()["result"]["result"];
    assert_eq!(result["a"], slipped);
    assert_eq!(result["b"]["ID"], 5);
    let order = json!({"method": "typed", "kind": "slips", "slips": ["dates"]});
    connection.post("/_sandbox/fault", &order);
    let result = &connection.get(&hook(&portal, "typed")).json()["result"];
    assert_eq!((&result["ID"], &result["DATE"]), (&json!(5), &json!(false)));
    let calls = portal.calls("typed");
    let faults: Vec<_> = calls.iter().map(|call| call.fault()).collect();
    assert_eq!(faults, [Some("slips"), Some("slips"), None, Some("slips")]);
}

#[test]
fn errors() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    portal.fault(ECHO, Fault::error(Failure::code("OVERLOAD_LIMIT")).at([2]));
    let batch = format!("{}?cmd[]={ECHO}&cmd[]={ECHO}", hook(&portal, "batch"));
    let result = &connection.get(&batch).json()["result"];
    assert_eq!(result["result_error"]["1"]["error"], "OVERLOAD_LIMIT");
    assert_eq!(result["result"], json!([{}]));
    portal.fault(
        "oauth.token",
        Fault::error(Failure::code("PAYMENT_REQUIRED")),
    );
    connection
        .get("/oauth/token/")
        .is_error(402, "PAYMENT_REQUIRED");
    let v3 = hook(&portal, "any").replace("/rest/", "/rest/api/");
    portal.fault(
        "any",
        Fault::error(Failure::code("X").status(422).text("y")),
    );
    let reply = connection.get(&v3);
    assert_eq!(
        reply.json(),
        json!({"error": {"code": "X", "message": "y"}})
    );
    assert!(!portal.last_call("any").unwrap().ran());
}

#[test]
fn when_it_is_said() {
    let portal = Sandbox::builder().seed(5).start().unwrap();
    assert_eq!(portal.seed(), 5);
    portal.fault(ECHO, Fault::html().every(3));
    assert_eq!(struck(&portal, 7), [3, 6]);
    portal.clear();
    portal.fault(ECHO, Fault::html().at([1, 4]));
    assert_eq!(struck(&portal, 5), [1, 4]);

    portal.clear();
    portal.stop_clock();
    let second = Duration::from_secs(1);
    portal.fault(ECHO, Fault::html().during(second..second * 2));
    assert!(struck(&portal, 1).is_empty());
    portal.advance(second);
    assert_eq!(struck(&portal, 2), [1, 2]);
    portal.advance(second);
    assert!(struck(&portal, 1).is_empty());
}

#[test]
fn the_same_chance_for_the_same_seed() {
    let run = |seed: u64| {
        let portal = Sandbox::builder().seed(seed).start().unwrap();
        portal.fault(ECHO, Fault::html().chance(0.2));
        struck(&portal, 100)
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    let told = connection.get("/_sandbox/seed").json();
    assert_eq!(told["result"], portal.seed());
    connection.post(
        "/_sandbox/fault",
        &json!({"method": ECHO, "kind": "html", "chance": "0.2"}),
    );
    connection.post("/_sandbox/seed", &json!({"seed": 1}));
    assert_eq!(struck(&portal, 100), run(1));
}

#[test]
fn orders_with_schedules() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    for wrong in [
        json!({"chance": 1.5}),
        json!({"during": [1]}),
        json!({"every": 0}),
        json!({"then": "again"}),
        json!({"kind": "error"}),
        json!({"kind": "slips", "slips": ["names"]}),
        json!({"at": ["x"]}),
        json!({"late": -1}),
    ] {
        let mut order = json!({"method": ECHO, "kind": "html"});
        for (name, value) in wrong.as_object().unwrap() {
            order[name] = value.clone();
        }
        connection
            .post("/_sandbox/fault", &order)
            .is_error(400, "SANDBOX");
    }
    let form = "method=sandbox.echo&kind=html&at[]=2&times=1&late=0.05";
    connection.send("POST", "/_sandbox/fault", "", form);
    assert_eq!(struck(&portal, 4), [2]);
    let log: Vec<_> = portal.calls(ECHO);
    assert_eq!(log.len(), 4);
    let ran: Vec<Value> = log.iter().map(|call| call.ran().into()).collect();
    assert_eq!(Value::from(ran), json!([true, true, true, true]));
}
