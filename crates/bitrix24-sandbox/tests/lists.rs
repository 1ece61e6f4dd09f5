//! Lists in pages, over a bare socket.
#![allow(clippy::unwrap_used)]

mod wire;

use bitrix24_sandbox::{Answer, List, Sandbox};
use serde_json::json;
use wire::{Connection, hook};

#[test]
fn pages_alone_and_in_batches() {
    let portal = Sandbox::start().unwrap();
    let mut connection = Connection::to(&portal);
    portal.list("Crm.Deal.list", List::count(120));
    let page = connection
        .get(&hook(&portal, "crm.deal.list?start=50"))
        .json();
    assert_eq!(page["result"].as_array().unwrap().len(), 50);
    assert_eq!((&page["next"], &page["total"]), (&json!(100), &json!(120)));
    assert!(page["time"].is_object());
    let cmd = json!({"cmd": {"a": "crm.deal.list?start=100", "b": "crm.deal.list?start=-1&filter[%3EID]=119"}});
    let batch = connection.post(&hook(&portal, "batch"), &cmd).json();
    let result = &batch["result"];
    assert_eq!(result["result"]["a"].as_array().unwrap().len(), 20);
    assert_eq!(
        result["result"]["b"],
        json!([{"ID": 120, "NAME": "Record 120"}])
    );
    assert_eq!(result["result_total"], json!({"a": 120, "b": 0}));
    assert_eq!(result["result_next"], json!([]));

    let order = json!({"method": "x.list", "records": [{"id": 1}, {"id": 2}], "page_size": 1, "wrap": "items", "key": "id"});
    assert_eq!(
        connection.post("/_sandbox/list", &order).json()["result"],
        true
    );
    let page = connection.get(&hook(&portal, "x.list")).json();
    assert_eq!(
        (&page["result"], &page["next"]),
        (&json!({"items": [{"id": 1}]}), &json!(1))
    );
    let order = json!({"method": "x.list"});
    connection
        .post("/_sandbox/list", &order)
        .is_error(400, "SANDBOX");
    let order = json!({"method": "x.list", "count": 1, "page_size": 0});
    connection
        .post("/_sandbox/list", &order)
        .is_error(400, "SANDBOX");
    portal.clear();
    connection
        .get(&hook(&portal, "x.list"))
        .is_error(404, "ERROR_METHOD_NOT_FOUND");
}

#[test]
fn a_list_is_for_one_method() {
    let portal = Sandbox::start().unwrap();
    let wrong = portal.order("list", json!({"method": "*", "count": 3}));
    assert!(wrong.unwrap_err().to_string().contains("for one method"));
}

#[test]
fn a_list_takes_the_place_of_an_answer() {
    let portal = Sandbox::start().unwrap();
    let target = hook(&portal, "crm.y.list");
    let mut connection = Connection::to(&portal);
    portal.answer("crm.y.list", json!([{"ID": 99}]));
    portal.answer("crm.y.list", Answer::result(json!([])).times(1));
    portal.list("crm.y.list", List::count(3));
    let mut count = || {
        connection.get(&target).json()["result"]
            .as_array()
            .map(Vec::len)
    };
    assert_eq!((count(), count()), (Some(0), Some(3)));
    portal.answer("crm.y.list", json!([{"ID": 99}]));
    assert_eq!(count(), Some(1));
}
