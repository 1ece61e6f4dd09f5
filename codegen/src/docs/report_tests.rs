#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use super::*;
use crate::docs::draft::Draft;
use std::fs;
use std::path::PathBuf;

fn spec_of(name: &str, text: &str) -> (PathBuf, Spec) {
    let dir = std::env::temp_dir().join(format!("b24-report-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(dir.join("demo")).unwrap();
    fs::write(dir.join("demo/demo.get.yaml"), text).unwrap();
    let spec = spec::read(&dir).unwrap();
    (dir, spec)
}

fn finding(line: u32, fact: &str, candidates: &[&str], weight: Weight) -> Finding {
    Finding {
        page: "a/get.md".into(),
        line,
        element: Element::Parameters,
        fact: fact.into(),
        message: format!("`{fact}` is unclear"),
        candidates: candidates.iter().map(|it| (*it).to_owned()).collect(),
        weight,
    }
}

const FILE: &str = "\
method: demo.get
facts: { page: a/get.md, scopes: [demo], result: { type: object } }
rulings:
  - { fact: params.CODE, is: { name: CODE, type: string }, reason: Why. }
";

fn docs() -> Docs {
    Docs {
        methods: vec![Draft {
            method: "demo.get".into(),
            facts: serde_json::from_value(json!({
                "page": "a/get.md", "scopes": ["demo"],
                "params": [{ "name": "ID", "type": "any" }],
                "result": { "type": "object" },
            }))
            .unwrap(),
            findings: vec![
                finding(30, "params.IDS", &[], Weight::Open),
                finding(12, "params.ID.type", &["string", "integer"], Weight::Open),
                finding(13, "params.CODE.type", &[], Weight::Open),
                finding(14, "params.ID", &[], Weight::Contradiction),
                finding(15, "params.ID", &[], Weight::Note),
            ],
        }],
        skipped: vec![
            Skipped {
                page: "a/index.md".into(),
                reason: "an overview".into(),
                suspicious: false,
            },
            Skipped {
                page: "b/odd.md".into(),
                reason: "no title".into(),
                suspicious: true,
            },
        ],
        ..Docs::default()
    }
}

#[test]
fn a_report_says_what_to_settle_and_how() {
    let (dir, spec) = spec_of("text", FILE);
    let docs = docs();
    let merged = merge::merge(&spec, &docs);
    let report = report(&spec, &docs, &merged);
    let expected = "\
a/get.md:12: open, parameters: `params.ID.type` is unclear
  one of: string · integer
  demo/demo.get.yaml:
    - { fact: params.ID.type, was: any, is: string, reason: \"…\" }
a/get.md:14: contradiction, parameters: `params.ID` is unclear
  demo/demo.get.yaml:
    - { fact: params.ID, was: { name: ID, type: any }, reason: \"…\" }
a/get.md:15: note, parameters: `params.ID` is unclear
a/get.md:30: open, parameters: `params.IDS` is unclear
  demo/demo.get.yaml:
    - { fact: params.IDS, is: \"…\", reason: \"…\" }

Pages on which a method was expected:
  b/odd.md: no title

Pages without a method:
  a/index.md: an overview

1 methods, 0 of them clear: 2 findings open, 1 contradictions, 1 notes, 1 settled by rulings
2 pages without a method, 1 of them unexpected
";
    assert_eq!(report.text(), expected);
    assert_eq!(
        report.files_text(),
        "changed  demo/demo.get.yaml\n0 files new, 1 changed, 0 unchanged\n"
    );
    let json: Value = serde_json::from_str(&report.json()).unwrap();
    assert_eq!(json["findings"][0]["line"], 12);
    assert_eq!(json["findings"][0]["method"], "demo.get");
    assert_eq!(json["files"][0]["state"], "changed");
    assert_eq!(json["summary"]["settled"], 1);
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn a_page_that_contradicts_itself_is_not_clear() {
    let (dir, spec) = spec_of("clear", FILE);
    for (fact, weight, clear) in [
        ("params.CODE.type", Weight::Open, 1),
        ("params.CODE.type", Weight::Contradiction, 1),
        ("params.ID", Weight::Note, 1),
        ("params.ID", Weight::Contradiction, 0),
        ("params.ID", Weight::Open, 0),
    ] {
        let mut docs = docs();
        docs.methods[0].findings = vec![finding(1, fact, &[], weight)];
        let report = report(&spec, &docs, &merge::merge(&spec, &docs));
        assert_eq!(report.summary.clear, clear, "{fact} {weight:?}");
    }
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn a_candidate_stands_where_it_fits() {
    let facts = json!({
        "scopes": [], "result": { "type": "object", "fields": [] },
        "params": [{ "name": "ID", "type": "any", "required": true, "min": 1 }],
    });
    for (fact, candidate, expected) in [
        (
            "scopes",
            "imbot",
            "- { fact: scopes, was: [], is: [imbot], reason: \"…\" }",
        ),
        (
            "result",
            "any",
            "- { fact: result.type, was: object, is: any, reason: \"…\" }",
        ),
        (
            "params.ID",
            "string",
            "- { fact: params.ID.type, was: any, is: string, reason: \"…\" }",
        ),
        (
            "params.ID.required",
            "false",
            "- { fact: params.ID.required, was: true, is: false, reason: \"…\" }",
        ),
        (
            "params.ID.min",
            "2",
            "- { fact: params.ID.min, was: 1, is: 2, reason: \"…\" }",
        ),
        (
            "params.ID.max",
            "2",
            "- { fact: params.ID.max, is: \"2\", reason: \"…\" }",
        ),
    ] {
        let text = ruling(&finding(1, fact, &[candidate], Weight::Open), &facts).unwrap();
        assert_eq!(text.trim(), expected);
    }
}

#[test]
fn what_a_list_lacks_is_a_row() {
    let facts = json!({
        "params": [{ "name": "ID", "type": "object" }], "result": { "type": "object" },
    });
    for (fact, expected) in [
        (
            "params.ID.fields.X",
            "- { fact: params.ID.fields.X, is: { name: X, type: any }, reason: \"…\" }",
        ),
        (
            "errors.NO_CAGE",
            "- { fact: errors.NO_CAGE, is: { code: NO_CAGE }, reason: \"…\" }",
        ),
        (
            "params.ID",
            "- { fact: params.ID, was: { name: ID, type: object }, reason: \"…\" }",
        ),
    ] {
        let text = ruling(&finding(1, fact, &[], Weight::Contradiction), &facts).unwrap();
        assert_eq!(text.trim(), expected);
    }
}

#[test]
fn a_ruling_settles_what_it_speaks_of() {
    let (dir, spec) = spec_of("settles", FILE);
    let rulings = &spec.methods[0].rulings;
    for (fact, settled) in [
        ("params.CODE", true),
        ("params.CODE.type", true),
        ("params", true),
        ("params.CODES", false),
        ("param", false),
        ("result", false),
        ("", false),
    ] {
        assert_eq!(
            settles(rulings, &finding(1, fact, &[], Weight::Open)),
            settled,
            "{fact}"
        );
    }
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn what_no_longer_holds_and_what_is_refused_are_listed() {
    let (dir, spec) = spec_of("stale", &FILE.replace("is:", "was: 1, is:"));
    let mut docs = docs();
    docs.methods.push(Draft {
        method: "a/b".into(),
        ..docs.methods[0].clone()
    });
    let merged = merge::merge(&spec, &docs);
    let text = report(&spec, &docs, &merged).text();
    for wanted in [
        "Rulings and texts that no longer hold:\n  demo/demo.get.yaml:",
        "Not written:\n  a/b (a/get.md): no file can have its name\n",
    ] {
        assert!(text.contains(wanted), "{text}");
    }
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn a_list_is_offered_no_choice_for_its_records() {
    let facts = json!({ "result": { "type": "object[]" }, "list": { "paging": "offset" } });
    let found = finding(
        1,
        "result.type",
        &["object[]|integer", "integer"],
        Weight::Contradiction,
    );
    let text = ruling(&found, &facts).unwrap();
    assert!(!text.contains("is:"), "{text}");
    let other = json!({ "result": { "type": "object[]" } });
    assert!(ruling(&found, &other).unwrap().contains("object[]|integer"));
}
