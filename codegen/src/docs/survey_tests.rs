#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use super::*;
use crate::docs::draft::{Draft, Skipped};
use serde_json::json;

fn finding(element: Element, fact: &str, weight: Weight) -> Finding {
    Finding {
        page: "a.md".into(),
        line: 1,
        element,
        fact: fact.into(),
        message: String::new(),
        candidates: Vec::new(),
        weight,
    }
}

#[test]
fn pages_are_counted_by_what_is_open() {
    let draft = |method: &str, findings: Vec<Finding>| Draft {
        method: method.into(),
        facts: serde_json::from_value(json!({
            "page": "a.md", "scopes": ["a"], "result": { "type": "object" },
        }))
        .unwrap(),
        findings,
    };
    let docs = Docs {
        methods: vec![
            draft(
                "a.clear",
                vec![finding(Element::Errors, "errors", Weight::Note)],
            ),
            draft(
                "a.ruled",
                vec![
                    finding(Element::Parameters, "params.ID.type", Weight::Open),
                    finding(Element::Parameters, "params.ID.type", Weight::Contradiction),
                ],
            ),
            draft(
                "a.open",
                vec![
                    finding(Element::Parameters, "params.ID.type", Weight::Open),
                    finding(Element::Parameters, "params.IDS", Weight::Open),
                    finding(Element::Result, "result", Weight::Open),
                ],
            ),
        ],
        skipped: vec![
            Skipped {
                page: "b.md".into(),
                reason: "why".into(),
                suspicious: true,
            },
            Skipped {
                page: "c.md".into(),
                reason: "why".into(),
                suspicious: false,
            },
        ],
        ..Docs::default()
    };
    let dir = std::env::temp_dir().join(format!("b24-survey-{}", std::process::id()));
    std::fs::create_dir_all(dir.join("a")).unwrap();
    for method in ["a.ruled", "a.open"] {
        let text = format!(
            "method: {method}\nfacts: {{ page: a.md, scopes: [a], result: {{ type: object }} }}\n\
             rulings: [{{ fact: params.ID, is: {{ name: ID, type: string }}, reason: Why. }}]\n"
        );
        std::fs::write(dir.join(format!("a/{method}.yaml")), text).unwrap();
    }
    let spec = spec::read(&dir).unwrap();
    std::fs::remove_dir_all(dir).unwrap();
    let text = survey(&spec, &docs).text();
    let expected = "\
element        pages  settled   share  ruled  open
name               4        3  75.0 %      0     1
scopes             4        3  75.0 %      0     1
parameters         4        1  25.0 %      1     2
result             4        2  50.0 %      0     2
errors             4        3  75.0 %      0     1
deprecation        4        3  75.0 %      0     1
repeatability      4        3  75.0 %      0     1
list               4        3  75.0 %      0     1
all of these       4        1  25.0 %      1     2

a page agrees with itself        pages  agree    share
parameters and example requests      3      2   66.6 %
result and example answer            3      3  100.0 %

3 pages of methods were read, 1 on which a method was expected were not
";
    assert_eq!(text, expected);
}
