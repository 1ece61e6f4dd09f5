#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn table(rows: Value) -> Vec<Field> {
    serde_json::from_value(rows).unwrap()
}

fn call(params: Value, whole: bool) -> Call {
    Call {
        line: 1,
        method: Some("box.item.add".into()),
        v3: None,
        params: Some(params),
        whole,
        idempotent: None,
    }
}

fn told(found: &[Mismatch]) -> Vec<(&str, &str, Vec<&str>)> {
    found
        .iter()
        .map(|it| {
            let candidates = it.candidates.iter().map(String::as_str).collect();
            (it.path.as_str(), it.message.as_str(), candidates)
        })
        .collect()
}

fn boxes() -> Vec<Field> {
    table(json!([
        { "name": "ID", "type": "integer", "required": true },
        { "name": "fields", "type": "object", "required": true, "fields": [
            { "name": "title", "type": "string", "required": true },
            { "name": "size", "type": "integer" },
            { "name": "PROPERTY_*", "type": "any" },
            { "name": "lid", "type": "enum", "values": ["open", "shut"] },
        ] },
        { "name": "parts", "type": "object[]", "fields": [
            { "name": "id", "type": "integer", "required": true },
        ] },
        { "name": "filter", "type": "object", "fields": [{ "name": "day", "type": "date" }] },
    ]))
}

#[test]
fn parameters_agree() {
    let call = call(
        json!({
            "ID": "5", "fields": { "title": 7, "PROPERTY_12": 1, "UF_X": 1, "lid": "open" },
            "parts": [{ "id": 1 }], "filter": { ">=day": "2026-01-02", "day": "" }, "auth": "x",
        }),
        true,
    );
    assert_eq!(told(&params(&boxes(), &[&call])), []);
}

#[test]
fn parameters_disagree() {
    let call = call(
        json!({
            "id": 5, "fields": { "titel": "a", "size": "big", "lid": "opne" }, "parts": [{}], "colour": 1,
            "filter": [1],
        }),
        true,
    );
    let shown = "and an example shows";
    assert_eq!(
        told(&params(&boxes(), &[&call])),
        [
            (
                "params.ID",
                "an example writes `id`, the table `ID`",
                vec![]
            ),
            (
                "params.colour",
                "`colour` stands in an example, not in the table",
                vec![]
            ),
            (
                "params.fields.fields.titel",
                "`titel` stands in an example, not in the table: is it `title`?",
                vec![]
            ),
            (
                "params.fields.fields.title",
                "`title` is required, and no example gives it",
                vec![]
            ),
            (
                "params.fields.fields.size",
                &format!(
                    "the table says `integer`, which is a whole number, {shown} the text \"big\""
                ),
                vec!["string", "integer|string"]
            ),
            (
                "params.fields.fields.lid.values",
                "`opne` is not among the values of the table: is it `open`?",
                vec![]
            ),
            (
                "params.parts.fields.id",
                "`id` is required, and no example gives it",
                vec![]
            ),
            (
                "params.filter",
                &format!("the table says `object`, which is an object, {shown} a list"),
                vec!["object[]", "object|array", "array"]
            ),
        ]
    );
}

#[test]
fn what_one_example_leaves_out_another_gives() {
    let first = call(json!({ "fields": { "title": "a" } }), true);
    let second = call(json!({ "ID": 1, "fields": {} }), false);
    assert_eq!(told(&params(&boxes(), &[&first, &second])), []);
    assert_eq!(params(&boxes(), &[&first]).len(), 1);
    let part = call(json!({ "fields": {} }), false);
    assert_eq!(told(&params(&boxes(), &[&part])), []);
}

#[test]
fn lists_of_parameters_have_places() {
    let rows = table(json!([
        { "name": "id", "type": "integer", "position": 0 },
        { "name": "day", "type": "date", "position": 1 },
    ]));
    let good = call(json!([5, "2026-01-02"]), true);
    assert_eq!(told(&params(&rows, &[&good])), []);
    let bad = call(json!(["five", "2026-01-02", 1]), true);
    let found = params(&rows, &[&bad]);
    assert_eq!(
        found.iter().map(|it| it.path.as_str()).collect::<Vec<_>>(),
        ["params.id", "params"]
    );
}

#[test]
fn answers_are_as_php_writes_them() {
    let shape: Shape = serde_json::from_value(json!({ "type": "object[]", "fields": [
        { "name": "id", "type": "integer" },
        { "name": "on", "type": "boolean" },
        { "name": "day", "type": "datetime" },
        { "name": "more", "type": "object", "fields": [{ "name": "a", "type": "double" }] },
        { "name": "by", "type": "map<integer, object>", "fields": [{ "name": "b", "type": "string|null" }] },
        { "name": "chat", "type": "Chat" },
        { "name": "kind", "type": "enum", "values": ["a"] },
    ] }))
    .unwrap();
    let good = json!([
        { "id": "5", "on": "Y", "day": false, "more": [], "by": { "1": { "b": null } }, "chat": 1 },
        { "id": null, "on": 0, "day": "", "more": { "a": "1.5" }, "by": [], "kind": "new" },
    ]);
    assert_eq!(told(&result(&shape, &good)), []);
    let bad = json!([
        { "id": "x", "on": "maybe", "more": [1], "by": { "1": { "c": 1 } }, "ID": 1 },
        { "id": "x", "more": { "7": {} } },
    ]);
    let found = result(&shape, &bad);
    let paths: Vec<_> = found.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "result.fields.id",
            "result.fields.id",
            "result.fields.on",
            "result.fields.more",
            "result.fields.more",
            "result.fields.by.fields.c"
        ]
    );
    assert_eq!(found[1].candidates, ["string", "integer|string"]);
    assert_eq!(found[3].candidates[0], "object[]");
    assert_eq!(found[4].candidates[0], "map<integer, object>");
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[idaY1*-]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map("[>]?(id|ID|day|fields|1|)", inner, 0..5)
                .prop_map(|it| Value::Object(it.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_panics(given in values(), ty in "(object|integer|enum|day|map<integer, object>|Chat)(\\[\\]|\\|null|<)?") {
        let rows = json!([{ "name": "id", "type": ty, "required": true, "fields": [
            { "name": "id", "type": ty, "values": ["1"] }, { "name": "*", "type": "*" },
        ] }]);
        let rows = table(rows);
        params(&rows, &[&call(given.clone(), true)]);
        result(&Shape { ty, fields: rows, values: Vec::new() }, &given);
    }
}
