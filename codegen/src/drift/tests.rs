#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by a panic"
)]

use std::path::Path;

use serde_json::{Value, json};

use super::change::Class::{self, Breaking, Compatible};
use super::change::{Kind, Seen, Side};
use super::class::{class, next};
use super::{Drift, Options, compare};
use crate::diag::Report;
use crate::docs::draft::{Docs, Draft, Element, Finding, Skipped, Weight};
use crate::docs::spec::{Spec, SpecCommon, SpecMethod};
use crate::file::Doc;
use crate::format::{CommonFacts, Ruling};

fn facts(more: Value) -> Value {
    let mut facts =
        json!({ "page": "a/b.md", "scopes": ["demo"], "result": { "type": "boolean" } });
    for (key, value) in more.as_object().unwrap() {
        facts[key] = value.clone();
    }
    facts
}

fn draft(method: &str, more: Value) -> Draft {
    Draft {
        method: method.into(),
        facts: serde_json::from_value(facts(more)).unwrap(),
        findings: Vec::new(),
    }
}

fn described(draft: &Draft) -> SpecMethod {
    let scope = draft.facts.scopes.first().unwrap();
    let path = format!("{scope}/{}.yaml", draft.method);
    let text = format!("method: {}\n", draft.method);
    SpecMethod {
        doc: Doc::parse(Path::new(&path), text.clone(), &mut Report::default()).unwrap(),
        path,
        text,
        method: draft.method.clone(),
        alias: None,
        facts: draft.facts.clone(),
        texts: Default::default(),
        rulings: Vec::new(),
    }
}

fn common(facts: Value) -> SpecCommon {
    let text = "facts: {}\n".to_owned();
    SpecCommon {
        path: "common.yaml".into(),
        doc: Doc::parse(
            Path::new("common.yaml"),
            text.clone(),
            &mut Report::default(),
        )
        .unwrap(),
        text,
        facts: serde_json::from_value::<CommonFacts>(facts).unwrap(),
        rulings: Vec::new(),
    }
}

fn options(part: bool, wanted: &[String]) -> Options<'_> {
    Options {
        docs: Path::new(""),
        spec: Path::new(""),
        part,
        wanted,
        version: "0.3.1",
    }
}

fn measure(spec: &Spec, docs: &Docs) -> Drift {
    compare(spec, docs, &options(false, &[])).unwrap()
}

fn texts(drift: &Drift) -> Vec<String> {
    let changes = drift.changes.iter();
    changes
        .map(|it| format!("{}: {}", it.subject.text(), it.text))
        .collect()
}

fn mentions(drift: &Drift) -> Vec<String> {
    drift.mentions.iter().map(|it| it.text.clone()).collect()
}

/// What is said of one method whose facts changed.
fn change(old: Value, new: Value) -> Drift {
    let spec = Spec {
        methods: vec![described(&draft("demo.get", old))],
        common: vec![common(json!({ "aliases": { "text": "string" } }))],
    };
    let docs = Docs {
        methods: vec![draft("demo.get", new)],
        ..Docs::default()
    };
    measure(&spec, &docs)
}

fn says(old: Value, new: Value, expected: &[&str]) {
    let drift = change(old, new);
    let found: Vec<String> = texts(&drift)
        .iter()
        .map(|it| it.replacen("demo.get: ", "", 1))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(drift.is_drift(), !expected.is_empty());
}

fn param(more: Value) -> Value {
    let mut param = json!({ "name": "ID", "type": "integer" });
    for (key, value) in more.as_object().unwrap() {
        param[key] = value.clone();
    }
    json!({ "params": [param] })
}

#[test]
fn what_is_no_fact_is_no_drift() {
    let old = json!({
        "related": ["a.b"],
        "examples": [{ "answer": 1 }],
        "params": [
            { "name": "A", "type": "text|null" },
            { "name": "B", "type": "enum", "values": ["x", "y"] },
        ],
        "errors": [{ "code": "E1" }, { "code": "E2" }, { "code": "E1" }],
        "statuses": [400, 403],
        "missing": { "answer": null },
        "since": "2020-01-01",
        "application_only": true,
        "deprecated": { "replaced_by": ["demo.v2.Get", "demo.other"] },
        "rules": [{ "any_of": [["A"], ["B"]] }],
    });
    let new = json!({
        "params": [
            { "name": "B", "type": "enum", "values": ["y", "x"] },
            { "name": "A", "type": "null | string" },
        ],
        "errors": [{ "code": "E2" }, { "code": "E1" }],
        "statuses": [403, 400],
        "deprecated": { "replaced_by": ["demo.other", "demo.v2.get"] },
        "rules": [{ "any_of": [["b"], ["a"]] }],
    });
    says(old, new, &[]);
}

#[test]
fn a_moved_page_and_another_spelling_are_only_mentioned() {
    let spec = Spec {
        methods: vec![described(&draft("disk.file.copyto", json!({})))],
        common: Vec::new(),
    };
    let docs = Docs {
        methods: vec![draft("disk.file.copyTo", json!({ "page": "c.md" }))],
        ..Docs::default()
    };
    let drift = measure(&spec, &docs);
    assert!(!drift.is_drift());
    let said = mentions(&drift);
    assert!(said[0].starts_with("another spelling: disk.file.copyto → disk.file.copyTo"));
    assert!(said[0].ends_with("`alias: disk.file.copyto`"), "{said:?}");
    assert_eq!(said[1], "page moved: a/b.md → c.md");
}

#[test]
fn an_added_example_that_says_repeatable_changes_nothing() {
    let says = |old: Value, new: Value| {
        let drift = change(json!({ "repeatable": old }), json!({ "repeatable": new }));
        (drift.is_drift(), drift.mentions.len())
    };
    assert_eq!(says(json!(null), json!(true)), (false, 1));
    assert_eq!(says(json!(null), json!(false)), (false, 1));
    assert_eq!(says(json!(true), json!(null)), (false, 1));
    assert_eq!(says(json!(true), json!(false)), (true, 0));
    assert_eq!(says(json!(false), json!(true)), (true, 0));
    assert_eq!(says(json!(true), json!(true)), (false, 0));
}

#[test]
fn a_required_parameter_under_a_condition_is_one_change() {
    let old = json!({ "params": [
        { "name": "CHAT_ID", "type": "integer", "required": true },
        { "name": "DIALOG_ID", "type": "string", "required": true },
    ] });
    let params = json!([
        { "name": "CHAT_ID", "type": "integer" },
        { "name": "DIALOG_ID", "type": "string" },
    ]);
    let with = |rules: Value| json!({ "params": params, "rules": rules });
    says(
        old.clone(),
        with(json!([])),
        &[
            "CHAT_ID required → optional",
            "DIALOG_ID required → optional",
        ],
    );
    let any = with(json!([{ "any_of": [["CHAT_ID"], ["DIALOG_ID"]] }]));
    says(
        old.clone(),
        any.clone(),
        &[
            "CHAT_ID required → optional (at least one of CHAT_ID, DIALOG_ID)",
            "DIALOG_ID required → optional (at least one of CHAT_ID, DIALOG_ID)",
        ],
    );
    let required = with(json!([
        { "required_if": { "param": "CHAT_ID", "when": { "missing": "DIALOG_ID" } } },
        { "required_if": { "param": "DIALOG_ID", "when": { "missing": "CHAT_ID" } } },
    ]));
    says(
        old.clone(),
        required,
        &[
            "CHAT_ID required → optional (required if DIALOG_ID is missing)",
            "DIALOG_ID required → optional (required if CHAT_ID is missing)",
        ],
    );
    // Back again, the rule goes in silence as well.
    says(
        any.clone(),
        old.clone(),
        &[
            "CHAT_ID optional → required",
            "DIALOG_ID optional → required",
        ],
    );
    // A rule that comes alone is told.
    says(
        with(json!([])),
        any.clone(),
        &["at least one of CHAT_ID, DIALOG_ID"],
    );
    says(
        any,
        with(json!([])),
        &["no longer: at least one of CHAT_ID, DIALOG_ID"],
    );
    // Who gave both is refused now.
    let one = with(json!([{ "one_of": [["CHAT_ID"], ["DIALOG_ID"]] }]));
    let drift = change(old, one);
    assert_eq!(class(&drift.changes[0].kind), (Breaking, Breaking));
}

#[test]
fn a_result_of_another_shape_is_one_change() {
    let object = json!({ "type": "object", "fields": [{ "name": "result", "type": "boolean" }] });
    says(
        json!({}),
        json!({ "result": object }),
        &["result: boolean → object {result}"],
    );
    says(
        json!({ "result": object }),
        json!({}),
        &["result: object {result} → boolean"],
    );
    says(
        json!({ "result": { "type": "object" } }),
        json!({ "result": object }),
        &["result: object → object {result}"],
    );
    let more = json!({ "type": "object|null", "fields": [
        { "name": "result", "type": "string" }, { "name": "ID", "type": "integer", "required": true },
    ] });
    says(
        json!({ "result": object }),
        json!({ "result": more }),
        &[
            "result: object → object|null",
            "result.result boolean → string",
            "result.ID added, integer, always there",
        ],
    );
}

#[test]
fn each_fact_of_a_parameter_is_told() {
    for (old, new, expected) in [
        (
            json!({}),
            json!({ "type": "string" }),
            "ID integer → string",
        ),
        (
            json!({}),
            json!({ "type": "integer[]" }),
            "ID integer → integer[]",
        ),
        (
            json!({}),
            json!({ "required": true }),
            "ID optional → required",
        ),
        (
            json!({ "default": 1 }),
            json!({ "default": 2 }),
            "ID default 1 → 2",
        ),
        (
            json!({}),
            json!({ "default": "N" }),
            "ID default none → \"N\"",
        ),
        (json!({}), json!({ "max": 5 }), "ID max none → 5"),
        (json!({ "min": 1 }), json!({ "min": 0 }), "ID min 1 → 0"),
        (
            json!({ "max_length": 9 }),
            json!({}),
            "ID max_length 9 → none",
        ),
        (json!({}), json!({ "secret": true }), "ID is a secret"),
        (
            json!({}),
            json!({ "wire": "yes_no" }),
            "ID travels as json → yes_no",
        ),
        (json!({}), json!({ "position": 1 }), "ID position 1"),
        (
            json!({}),
            json!({ "since": "2026-01-02" }),
            "ID since \"2026-01-02\"",
        ),
        (
            json!({}),
            json!({ "name": "id" }),
            "ID → id (the name in another spelling)",
        ),
        (
            json!({}),
            json!({ "name": "CHAT" }),
            "ID → CHAT (renamed, all else is the same)",
        ),
        (
            json!({ "type": "enum", "values": [1, 2] }),
            json!({ "type": "enum", "values": ["1", 2, "X"] }),
            "ID value X added",
        ),
        (
            json!({ "type": "enum", "values": ["A", "B"] }),
            json!({ "type": "enum", "values": ["A"] }),
            "ID value B removed",
        ),
        (
            json!({ "type": "string" }),
            json!({ "type": "enum", "values": ["A"] }),
            "ID string → enum",
        ),
        (
            json!({ "type": "object", "fields": [{ "name": "TITLE", "type": "string" }] }),
            json!({ "type": "object", "fields": [{ "name": "TITLE", "type": "integer" }] }),
            "ID.TITLE string → integer",
        ),
        (
            json!({ "type": "object", "fields": [{ "name": "TITLE", "type": "string" }], "open": true }),
            json!({ "type": "object", "fields": [{ "name": "TITLE", "type": "string" }] }),
            "ID takes no other fields any more",
        ),
    ] {
        says(param(old), param(new), &[expected]);
    }
}

#[test]
fn what_comes_and_goes_is_one_change_each() {
    let old = json!({ "params": [{ "name": "A", "type": "integer" }] });
    let new = json!({ "params": [
        { "name": "A", "type": "integer" },
        { "name": "B", "type": "object", "required": true, "fields": [
            { "name": "X", "type": "string" }, { "name": "Y", "type": "string" },
        ] },
        { "name": "C", "type": "boolean" },
    ] });
    says(
        old.clone(),
        new.clone(),
        &[
            "B added, required object {X, Y}",
            "C added, optional boolean",
        ],
    );
    says(new, old, &["B removed", "C removed"]);
    // One that goes, and one of another type: nobody knows whether it is a new name.
    says(
        json!({ "params": [{ "name": "A", "type": "integer" }] }),
        json!({ "params": [{ "name": "B", "type": "string" }] }),
        &["A removed", "B added, optional string"],
    );
}

#[test]
fn each_fact_of_a_method_is_told() {
    for (old, new, expected) in [
        (
            json!({}),
            json!({ "deprecated": { "replaced_by": ["demo.v2.get"] } }),
            "deprecated, replacement demo.v2.get",
        ),
        (
            json!({}),
            json!({ "deprecated": {} }),
            "deprecated, no replacement",
        ),
        (
            json!({ "deprecated": {} }),
            json!({}),
            "no longer deprecated",
        ),
        (
            json!({ "deprecated": { "replaced_by": ["a.b"] } }),
            json!({ "deprecated": { "replaced_by": ["c.d"] } }),
            "deprecated, replacement a.b → replacement c.d",
        ),
        (
            json!({ "deprecated": {} }),
            json!({ "deprecated": { "since": "2026-01-01" } }),
            "deprecated since 2026-01-01",
        ),
        (
            json!({}),
            json!({ "since": "2026-01-01" }),
            "since 2026-01-01",
        ),
        (
            json!({}),
            json!({ "until": "2026-01-01" }),
            "until 2026-01-01",
        ),
        (
            json!({}),
            json!({ "application_only": true }),
            "for applications only",
        ),
        (
            json!({}),
            json!({ "missing": { "error": "E" } }),
            "a missing parameter leads to nothing said → the error E",
        ),
        (
            json!({}),
            json!({ "list": { "paging": "start" } }),
            "read page by page",
        ),
        (
            json!({ "list": { "paging": "start" } }),
            json!({}),
            "no longer read page by page",
        ),
        (
            json!({ "list": { "paging": "start" } }),
            json!({ "list": { "paging": "offset" } }),
            "list paging start → offset",
        ),
        (
            json!({ "statuses": [400] }),
            json!({ "statuses": [403, 400] }),
            "HTTP statuses of its errors 400 → 400, 403",
        ),
        (
            json!({}),
            json!({ "errors": [{ "code": "NO", "status": 403 }] }),
            "error NO added, status 403",
        ),
        (
            json!({ "errors": [{ "code": "" }] }),
            json!({}),
            "error (blank) removed",
        ),
        (
            json!({ "errors": [{ "code": 7, "status": 400 }] }),
            json!({ "errors": [{ "code": "7", "status": 404 }] }),
            "error 7 status 400 → 404",
        ),
        (
            json!({ "errors": [{ "code": "E", "field": "A" }] }),
            json!({ "errors": [{ "code": "E", "field": "B" }] }),
            "error E about A → B",
        ),
        (
            json!({ "scopes": ["demo"] }),
            json!({ "scopes": ["demo", "more"] }),
            "scope more added",
        ),
    ] {
        says(old, new, &[expected]);
    }
    says(
        json!({ "scopes": ["demo"] }),
        json!({ "scopes": ["other"] }),
        &["scope demo removed", "scope other added"],
    );
}

fn finding(fact: &str, weight: Weight) -> Finding {
    Finding {
        page: "a/b.md".into(),
        line: 7,
        element: Element::Parameters,
        fact: fact.into(),
        message: "nobody knows the type `srting`".into(),
        candidates: vec!["string".into()],
        weight,
    }
}

fn with_finding(old_type: &str, fact: &str, weight: Weight, ruling: Option<&str>) -> Drift {
    let mut spec = Spec {
        methods: vec![described(&draft(
            "demo.get",
            param(json!({ "type": old_type })),
        ))],
        common: Vec::new(),
    };
    spec.methods[0].rulings.extend(ruling.map(|fact| Ruling {
        fact: fact.into(),
        was: json!("any"),
        is: Some(json!("string")),
        reason: "Why.".into(),
    }));
    let mut new = draft("demo.get", param(json!({ "type": "any" })));
    new.findings.push(finding(fact, weight));
    let docs = Docs {
        methods: vec![new],
        ..Docs::default()
    };
    measure(&spec, &docs)
}

#[test]
fn an_unclear_page_is_told_apart() {
    let drift = with_finding("string", "params.ID.type", Weight::Open, None);
    // The description states the fact, and the page no longer bears it out.
    assert!(drift.is_drift());
    let text = drift.text();
    assert!(text.contains("Unclear"), "{text}");
    assert!(
        text.contains("    a/b.md:7: nobody knows the type `srting`"),
        "{text}"
    );
    // What is unclear asks for no version.
    assert_eq!(drift.json()["next_version"], Value::Null);
    let drift = with_finding("string", "params", Weight::Open, None);
    assert!(drift.changes[0].unclear.is_some());
    for (fact, weight) in [
        ("params.ID.default", Weight::Open),
        ("params.I", Weight::Open),
        ("params.ID.type", Weight::Note),
        ("params.ID.type", Weight::Contradiction),
    ] {
        let drift = with_finding("string", fact, weight, None);
        assert!(drift.changes[0].unclear.is_none(), "{fact}");
    }
}

#[test]
fn a_ruling_over_a_changed_fact_is_named() {
    for ruling in ["params.ID.type", "params.ID", "params"] {
        let drift = with_finding("integer", "errors", Weight::Note, Some(ruling));
        assert_eq!(drift.changes[0].rulings, [ruling]);
        let text = drift.text();
        assert!(
            text.contains(&format!("overrides this ({ruling}): settle it anew")),
            "{text}"
        );
    }
    let drift = with_finding("integer", "errors", Weight::Note, Some("params.IDS"));
    assert!(drift.changes[0].rulings.is_empty());
}

fn many(count: usize) -> Spec {
    let name = |index: usize| format!("demo.m{index}");
    let methods = (0..count).map(|it| described(&draft(&name(it), json!({}))));
    Spec {
        methods: methods.collect(),
        common: Vec::new(),
    }
}

fn folder(names: &[&str]) -> Docs {
    Docs {
        methods: names.iter().map(|it| draft(it, json!({}))).collect(),
        ..Docs::default()
    }
}

#[test]
fn a_method_that_is_not_there_is_gone_unless_the_folder_is_a_part() {
    let drift = measure(&many(3), &folder(&["demo.m0"]));
    assert_eq!(
        texts(&drift),
        [
            "demo.m1: gone from the documentation",
            "demo.m2: gone from the documentation"
        ]
    );
    let ten = measure(&many(10), &folder(&[]));
    assert_eq!((ten.changes.len(), ten.left_out), (10, 0));
    let eleven = measure(&many(12), &folder(&["demo.m0"]));
    assert_eq!((eleven.changes.len(), eleven.left_out), (0, 11));
    assert!(eleven.text().contains("not looked at: 11 methods"));
    let nothing = compare(&many(11), &folder(&[]), &options(false, &[])).unwrap_err();
    assert!(nothing.starts_with("nothing was compared: of 11 methods"));
    let most: Vec<String> = (0..11).map(|it| format!("demo.m{it}")).collect();
    let most: Vec<&str> = most.iter().map(String::as_str).collect();
    let half = measure(&many(22), &folder(&most));
    assert_eq!((half.changes.len(), half.left_out), (11, 0));
    let part = compare(&many(3), &folder(&["demo.m0"]), &options(true, &[])).unwrap();
    assert_eq!((part.changes.len(), part.left_out), (0, 2));
}

#[test]
fn only_what_is_named_is_looked_at() {
    let docs = folder(&["demo.m0", "demo.new", "other.new"]);
    let drift = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|it| (*it).to_owned()).collect();
        compare(&many(3), &docs, &options(false, &names))
    };
    let named = drift(&["DEMO.M1", "demo.new"]).unwrap();
    assert_eq!(
        texts(&named),
        [
            "demo.m1: gone from the documentation",
            "demo.new: new method, scope demo"
        ]
    );
    assert_eq!(named.left_out, 0);
    let section = drift(&["other"]).unwrap();
    assert_eq!(texts(&section), ["other.new: new method, scope demo"]);
    assert_eq!(drift(&["a"]).unwrap().left_out, 2);
    let error = drift(&["demo.m", "xyz"]).unwrap_err();
    assert!(
        error.contains("`demo.m` is neither a method nor a section; did you mean"),
        "{error}"
    );
    assert_eq!(error.lines().count(), 2);
}

#[test]
fn a_page_that_cannot_be_read_does_not_say_that_its_method_is_gone() {
    let skipped = |suspicious| Docs {
        skipped: vec![Skipped {
            page: "a/b.md".into(),
            reason: "an article".into(),
            suspicious,
        }],
        ..Docs::default()
    };
    let drift = measure(&many(1), &skipped(true));
    assert_eq!(texts(&drift), ["demo.m0: its page cannot be read"]);
    assert!(drift.changes[0].unclear.is_some());
    let drift = measure(&many(1), &skipped(false));
    assert!(drift.changes[0].unclear.is_none());
    assert!(
        drift.changes[0]
            .text
            .ends_with("its page is taken for an article")
    );
}

#[test]
fn versions_of_rest_are_methods_of_their_own() {
    let old = draft("demo.m0", json!({}));
    let v3 = draft("demo.m0", json!({ "rest": "v3", "page": "v3.md" }));
    let docs = |methods: &[&Draft]| Docs {
        methods: methods.iter().map(|it| (*it).clone()).collect(),
        ..Docs::default()
    };
    let drift = measure(&many(1), &docs(&[&old, &v3]));
    assert_eq!(texts(&drift), ["v3:demo.m0: new method, scope demo"]);
    let drift = measure(&many(1), &docs(&[&v3]));
    assert_eq!(texts(&drift), ["v3:demo.m0: REST classic → 3.0"]);
}

#[test]
fn common_facts_are_compared_where_the_folder_has_them() {
    let spec = Spec {
        methods: Vec::new(),
        common: vec![common(json!({
            "system_errors": [{ "code": "A", "status": 200 }, { "code": "B" }, { "code": "D", "since": "2025-01-01" }],
            "types": [
                { "name": "Chat", "page": "c.md", "fields": [{ "name": "id", "type": "integer" }] },
                { "name": "Lone", "page": "c.md", "fields": [{ "name": "id", "type": "integer" }] },
            ],
        }))],
    };
    assert!(!measure(&spec, &Docs::default()).is_drift());
    let rows =
        json!([{ "code": "A", "status": 401 }, { "code": "C", "status": 403 }, { "code": "D" }]);
    let types = json!([
        { "name": "Chat", "page": "d.md", "fields": [{ "name": "id", "type": "string" }] },
        { "name": "New", "page": "c.md", "fields": [{ "name": "id", "type": "integer" }] },
    ]);
    let docs = Docs {
        system_errors: Some(serde_json::from_value(rows).unwrap()),
        types: serde_json::from_value(types).unwrap(),
        ..Docs::default()
    };
    let drift = measure(&spec, &docs);
    assert_eq!(
        texts(&drift),
        [
            "system errors: B removed",
            "system errors: A status 200 → 401",
            "system errors: C added, status 403",
            "type Chat: id integer → string",
            "type New: added, object {id}",
        ]
    );
    assert_eq!(mentions(&drift), ["page moved: c.md → d.md"]);
    assert_eq!(drift.json()["changes"][0]["method"], Value::Null);
    assert_eq!(drift.json()["changes"][3]["type"], "Chat");
}

fn of_type(side: Side, was: &str, is: &str) -> (Class, Class) {
    let seen = |ty: &str| Seen {
        ty: ty.into(),
        fields: false,
    };
    class(&Kind::Type {
        side,
        was: seen(was),
        is: seen(is),
    })
}

#[test]
fn each_kind_is_classed_by_what_is_generated() {
    let added = |side, required| Kind::FieldAdded { side, required };
    let optional = |side| Kind::BecameOptional {
        side,
        choice: false,
    };
    let renamed = |side, same| Kind::FieldRenamed { side, same };
    let table = [
        // A name that goes is a name that somebody may use.
        (Kind::MethodRemoved, Breaking, Breaking),
        (Kind::ErrorRemoved, Breaking, Breaking),
        (Kind::FieldRemoved(Side::Param), Breaking, Breaking),
        (Kind::FieldRemoved(Side::Answer), Breaking, Breaking),
        (Kind::RestVersion, Breaking, Breaking),
        (Kind::ListRemoved, Breaking, Breaking),
        (Kind::ScopeRemoved { home: true }, Breaking, Breaking),
        // What comes is used by nobody, and enums, errors and answers are open.
        (Kind::MethodAdded, Compatible, Compatible),
        (Kind::TypeAdded, Compatible, Compatible),
        (Kind::ErrorAdded, Compatible, Compatible),
        (Kind::ValueAdded, Compatible, Compatible),
        (Kind::ListAdded, Compatible, Compatible),
        (Kind::ScopeAdded, Compatible, Compatible),
        (Kind::ScopeRemoved { home: false }, Compatible, Compatible),
        (added(Side::Param, false), Compatible, Compatible),
        (added(Side::Answer, true), Compatible, Compatible),
        (added(Side::Answer, false), Compatible, Compatible),
        // One argument more for `new`, one keyword or key that every call needs.
        (added(Side::Param, true), Breaking, Breaking),
        (added(Side::Nested, true), Breaking, Breaking),
        (Kind::BecameRequired(Side::Param), Breaking, Breaking),
        // `new` takes one argument less; a keyword that may be left out may be given.
        (optional(Side::Param), Breaking, Compatible),
        (optional(Side::Nested), Breaking, Compatible),
        // `Option` and `None` are new to those who read the answer.
        (optional(Side::Answer), Breaking, Breaking),
        (optional(Side::Shared), Breaking, Breaking),
        // Rust loses an `Option`; Python a `None` that nobody misses.
        (Kind::BecameRequired(Side::Answer), Breaking, Compatible),
        // One identifier for both spellings, but a `TypedDict` has the wire's keys.
        (renamed(Side::Param, true), Compatible, Compatible),
        (renamed(Side::Answer, true), Compatible, Compatible),
        (renamed(Side::Nested, true), Compatible, Breaking),
        (renamed(Side::Param, false), Breaking, Breaking),
        // The variant goes; Python passes any text.
        (Kind::ValueRemoved, Breaking, Compatible),
        (Kind::Open(true), Compatible, Compatible),
        (Kind::Open(false), Compatible, Breaking),
        // Python takes `str | Secret` where it took `str`, and answers `Secret` for `str`.
        (Kind::BecameSecret(Side::Param), Breaking, Compatible),
        (Kind::BecameSecret(Side::Answer), Breaking, Breaking),
        (Kind::NoLongerSecret(Side::Param), Breaking, Breaking),
        // Calls that went out are refused before they are sent.
        (Kind::RuleAdded, Breaking, Breaking),
        (Kind::RuleRemoved, Compatible, Compatible),
        (Kind::ListChanged { records: true }, Breaking, Breaking),
        (Kind::ListChanged { records: false }, Compatible, Compatible),
        // Documentation, and data that no name and no type depends on.
        (Kind::Deprecated, Compatible, Compatible),
        (Kind::Undeprecated, Compatible, Compatible),
        (Kind::Replacement, Compatible, Compatible),
        (Kind::Dates, Compatible, Compatible),
        (Kind::ApplicationOnly, Compatible, Compatible),
        (Kind::Repeatable, Compatible, Compatible),
        (Kind::Missing, Compatible, Compatible),
        (Kind::Default, Compatible, Compatible),
        (Kind::Limit, Compatible, Compatible),
        (Kind::Position, Compatible, Compatible),
        (Kind::Wire, Compatible, Compatible),
        (Kind::Statuses, Compatible, Compatible),
        (Kind::ErrorChanged, Compatible, Compatible),
    ];
    for (kind, rust, python) in table {
        assert_eq!(class(&kind), (rust, python), "{kind:?}");
    }
}

#[test]
fn types_are_classed_by_what_they_become() {
    for (side, was, is, rust, python) in [
        (Side::Param, "integer", "string", Breaking, Breaking),
        (Side::Answer, "integer", "string", Breaking, Breaking),
        // Both are a whole number in both languages, and both an object of anything.
        (Side::Param, "integer", "timestamp", Compatible, Compatible),
        (Side::Answer, "object", "map", Compatible, Compatible),
        // Python's unions are sets; in Rust each union is a type.
        (
            Side::Param,
            "integer",
            "integer|string",
            Breaking,
            Compatible,
        ),
        (
            Side::Answer,
            "integer",
            "integer|string",
            Breaking,
            Breaking,
        ),
        (Side::Param, "integer|string", "integer", Breaking, Breaking),
        (
            Side::Answer,
            "integer|string",
            "integer",
            Breaking,
            Compatible,
        ),
        (Side::Param, "integer", "integer|null", Breaking, Compatible),
        (Side::Answer, "integer", "integer|null", Breaking, Breaking),
        // An open enum is a text with known values.
        (Side::Param, "string", "enum", Breaking, Compatible),
        (Side::Answer, "string", "enum", Breaking, Compatible),
        (Side::Param, "enum", "string", Breaking, Breaking),
        // A shared type is passed and answered.
        (Side::Shared, "integer", "integer|null", Breaking, Breaking),
        (Side::Shared, "integer|null", "integer", Breaking, Breaking),
    ] {
        assert_eq!(
            of_type(side, was, is),
            (rust, python),
            "{side:?}: {was} → {is}"
        );
    }
    let kind = Kind::Type {
        side: Side::Answer,
        was: Seen {
            ty: "object".into(),
            fields: false,
        },
        is: Seen {
            ty: "object".into(),
            fields: true,
        },
    };
    assert_eq!(class(&kind), (Breaking, Breaking), "a map becomes a struct");
}

#[test]
fn versions_follow_cargo() {
    for (current, of, expected) in [
        ("0.3.1", Breaking, Some("0.4.0")),
        ("0.3.1", Compatible, Some("0.3.2")),
        ("0.0.3", Breaking, Some("0.0.4")),
        ("0.0.3", Compatible, Some("0.0.4")),
        ("1.2.3", Breaking, Some("2.0.0")),
        ("1.2.3", Compatible, Some("1.3.0")),
        ("1.2.3-rc.1+x", Compatible, Some("1.3.0")),
        ("1.2", Breaking, None),
        ("", Breaking, None),
        ("18446744073709551615.0.0", Breaking, None),
    ] {
        assert_eq!(next(current, of).as_deref(), expected, "{current}");
    }
}

#[test]
fn people_and_machines_read_the_same() {
    let old = param(json!({ "required": true }));
    let mut new = param(json!({}));
    new["errors"] = json!([{ "code": "E" }]);
    new["deprecated"] = json!({});
    let drift = change(old, new);
    let text = drift.text();
    assert!(
        text.contains("demo.get: ID required → optional  "),
        "{text}"
    );
    assert!(
        text.contains("Rust breaking    Python compatible"),
        "{text}"
    );
    assert!(
        text.contains("Next version: 0.4.0 (now 0.3.1; Rust 0.4.0, Python 0.3.2)"),
        "{text}"
    );
    let entry = "## 0.4.0 (unreleased)\n\n### Breaking\n\n\
                 - `demo.get`: ID required → optional (for Rust).\n\n### Added\n\n\
                 - `demo.get`: error E added.\n\n### Deprecated\n\n\
                 - `demo.get`: deprecated, no replacement.\n";
    assert!(text.contains(entry), "{text}");
    let json = drift.json();
    assert_eq!(json["changelog"], entry);
    assert_eq!(json["next_version"]["proposed"], "0.4.0");
    assert_eq!(json["next_version"]["breaks_python"], false);
    let change = json["changes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["kind"] == "became_optional");
    assert_eq!(
        *change.unwrap(),
        json!({
            "method": "demo.get", "rest": "classic", "type": null,
            "fact": "params.ID.required", "kind": "became_optional",
            "was": true, "is": false, "text": "ID required → optional",
            "rust": "breaking", "python": "compatible", "unclear": null, "rulings": [],
        })
    );
}

#[test]
fn many_new_methods_of_a_scope_are_one_line() {
    let names: Vec<String> = (0..25).map(|it| format!("demo.n{it}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let drift = measure(&many(0), &folder(&names));
    assert!(drift.text().starts_with("demo: 25 new methods\n"));
    assert_eq!(drift.json()["changes"].as_array().unwrap().len(), 25);
}
