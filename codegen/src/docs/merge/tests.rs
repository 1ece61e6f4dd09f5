#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use super::*;
use crate::format::Facts;
use serde_json::json;
use std::path::PathBuf;

fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("b24-merge-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&dir);
    for (path, text) in files {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn draft(method: &str, facts: Value) -> Draft {
    Draft {
        method: method.into(),
        facts: serde_json::from_value::<Facts>(facts).unwrap(),
        findings: Vec::new(),
    }
}

fn docs(methods: Vec<Draft>) -> Docs {
    Docs {
        methods,
        ..Docs::default()
    }
}

fn import(dir: &Path, docs: &Docs) -> Merged {
    let merged = merge(&spec::read(dir).unwrap(), docs);
    write(dir, &merged.files).unwrap();
    let again = merge(&spec::read(dir).unwrap(), docs);
    assert!(again.files.iter().all(|it| it.state == State::Unchanged));
    merged
}

fn states(merged: &Merged) -> Vec<(&str, State)> {
    let files = merged.files.iter();
    files.map(|it| (&*it.path, it.state)).collect()
}

const OLD: &str = "\
# header
method: demo.item.get # the name

# facts, here
facts:
  # gone with the facts
  page: old.md
  scopes: [demo]
  params: [{ name: ID, type: integer, required: true }]
  result: { type: object }

# what we say
texts:
  summary: Ours: not theirs.
  params: { ID: The id. }

alias: demo.item.read
# why
rulings:
  - { fact: params.ID.required, was: true, is: false, reason: Because. }
# the end
";

fn item(name: &str, required: bool) -> Value {
    json!({
        "page": "new.md", "scopes": ["other", "demo"],
        "params": [{ "name": name, "type": "integer", "required": required }],
        "result": { "type": "object" },
    })
}

#[test]
fn only_the_facts_are_replaced() {
    let old = OLD
        .replace("Ours: not", "\"Ours: not\" #")
        .replace("# theirs.", "# x");
    let dir = folder("facts", &[("demo/demo.item.get.yaml", &old)]);
    let merged = import(&dir, &docs(vec![draft("demo.item.get", item("ID", true))]));
    assert_eq!(
        states(&merged),
        [("demo/demo.item.get.yaml", State::Changed)]
    );
    assert!(merged.stale.is_empty(), "{}", merged.stale);
    let (before, rest) = old.split_once("facts:\n").unwrap();
    let (_, after) = rest.split_once("\n# what").unwrap();
    let facts = "\
facts:
  page: new.md
  scopes: [other, demo]
  params:
    - { name: ID, type: integer, required: true }
  result: { type: object }
";
    let text = fs::read_to_string(dir.join("demo/demo.item.get.yaml")).unwrap();
    assert_eq!(text, format!("{before}{facts}\n# what{after}"));
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn what_no_longer_holds_is_named_and_left() {
    let old = OLD.replace("Ours: not theirs.", "Ours.");
    let dir = folder("stale", &[("demo/demo.item.get.yaml", &old)]);
    let merged = import(&dir, &docs(vec![draft("demo.item.get", item("ID", false))]));
    let lines: Vec<_> = merged
        .stale
        .problems()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].starts_with("demo/demo.item.get.yaml:20:"),
        "{lines:?}"
    );

    let merged = import(
        &dir,
        &docs(vec![draft("demo.item.get", item("CODE", true))]),
    );
    let lines: Vec<_> = merged
        .stale
        .problems()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(lines[0].contains(":15:"), "{lines:?}");
    assert!(lines[0].contains("describes `ID`"), "{lines:?}");
    assert!(lines[1].contains("no `ID` among the facts"), "{lines:?}");
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn another_spelling_renames() {
    let old = OLD.replace("Ours: not theirs.", "Ours.");
    let dir = folder("spelling", &[("demo/demo.item.get.yaml", &old)]);
    let merged = import(&dir, &docs(vec![draft("demo.Item.get", item("ID", true))]));
    assert_eq!(
        states(&merged),
        [("demo/demo.Item.get.yaml", State::Changed)]
    );
    let text = fs::read_to_string(dir.join("demo/demo.Item.get.yaml")).unwrap();
    assert!(text.contains("method: demo.Item.get # the name\n"));
    let names: Vec<_> = fs::read_dir(dir.join("demo")).unwrap().collect();
    assert_eq!(names.len(), 1, "{names:?}");
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn new_methods_get_files_of_their_own() {
    let dir = folder("new", &[]);
    let mut v3 = item("ID", true);
    v3["rest"] = json!("v3");
    let mut nowhere = item("ID", true);
    nowhere["scopes"] = json!([]);
    let methods = vec![
        draft("demo.item.get", item("ID", true)),
        draft("demo.item.get", v3),
        draft("demo.none", nowhere),
        draft("../demo", item("ID", true)),
    ];
    let merged = import(&dir, &docs(methods));
    assert_eq!(
        states(&merged),
        [
            ("demo/demo.none.yaml", State::New),
            ("other/demo.item.get.v3.yaml", State::New),
            ("other/demo.item.get.yaml", State::New),
        ]
    );
    let refused: Vec<_> = merged.refused.iter().map(|it| &*it.reason).collect();
    assert_eq!(refused, ["no file can have its name"]);
    let text = fs::read_to_string(dir.join("other/demo.item.get.yaml")).unwrap();
    let head = "# yaml-language-server: $schema=../schema.json\nmethod: demo.item.get\n\nfacts:\n";
    assert!(text.starts_with(head), "{text}");
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn a_file_that_cannot_be_written_leaves_the_others() {
    let old = OLD.replace("Ours: not theirs.", "Ours.");
    let dir = folder("unwritable", &[("demo/demo.item.get.yaml", &old)]);
    // A folder that cannot be made.
    fs::write(dir.join("other"), "").unwrap();
    let methods = vec![
        draft("demo.item.get", item("ID", false)),
        draft("demo.new", item("ID", true)),
    ];
    let merged = merge(&spec::read(&dir).unwrap(), &docs(methods));
    let error = write(&dir, &merged.files).unwrap_err();
    assert!(
        error.contains("demo.new.yaml cannot be written: "),
        "{error}"
    );
    assert!(error.ends_with("; nothing was imported"), "{error}");
    let text = fs::read_to_string(dir.join("demo/demo.item.get.yaml")).unwrap();
    assert_eq!(text, old);
    assert_eq!(fs::read_dir(dir.join("demo")).unwrap().count(), 1);

    // A folder where the file belongs is only met once others are in their places.
    fs::remove_file(dir.join("other")).unwrap();
    fs::create_dir_all(dir.join("other/demo.new.yaml/full")).unwrap();
    let error = write(&dir, &merged.files).unwrap_err();
    assert!(
        error.ends_with("; only these were imported: demo/demo.item.get.yaml"),
        "{error}"
    );
    assert_eq!(fs::read_dir(dir.join("other")).unwrap().count(), 1);
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn a_file_that_cannot_be_laid_over_is_refused() {
    for broken in [
        "{ method: demo.item.get, facts: { page: a.md, scopes: [demo], result: { type: object } } }\n",
        "method: demo.item.get\nfacts: { page: &p a.md, scopes: [demo], result: { type: object } }\n\
         texts: { summary: *p }\n",
    ] {
        let dir = folder("refused", &[("demo/demo.item.get.yaml", broken)]);
        let merged = import(&dir, &docs(vec![draft("demo.item.get", item("ID", true))]));
        assert_eq!(merged.refused.len(), 1, "{broken}");
        let text = fs::read_to_string(dir.join("demo/demo.item.get.yaml")).unwrap();
        assert_eq!(text, broken);
        fs::remove_dir_all(dir).unwrap();
    }
}

#[test]
fn common_facts_are_replaced_part_by_part() {
    let old = "\
# all
facts:
  # names
  aliases: { text: string }

  # errors
  system_errors:
    - { code: OLD, status: 500 }

  types:
    - { name: Time, page: a.md, fields: [{ name: start, type: double }] }
    - { name: Kept, page: a.md, fields: [{ name: a, type: string }] }
texts:
  types.Time.start: Ours.
";
    let dir = folder(
        "common",
        &[("common.yaml", old), ("demo/common.yaml", "facts: {}\n")],
    );
    let shared = |name: &str, field: &str| {
        let fields = json!([{ "name": field, "type": "double" }]);
        serde_json::from_value(json!({ "name": name, "page": "a.md", "fields": fields })).unwrap()
    };
    let docs = Docs {
        system_errors: Some(
            serde_json::from_value(json!([{ "code": "NEW", "status": 400 }])).unwrap(),
        ),
        types: vec![shared("Added", "b"), shared("Time", "end")],
        ..Docs::default()
    };
    let merged = import(&dir, &docs);
    let expected = "\
# all
facts:
  # names
  aliases: { text: string }

  # errors
  system_errors:
    - { code: NEW, status: 400 }

  types:
    - name: Time
      page: a.md
      fields:
        - { name: end, type: double }
    - name: Kept
      page: a.md
      fields:
        - { name: a, type: string }
    - name: Added
      page: a.md
      fields:
        - { name: b, type: double }
texts:
  types.Time.start: Ours.
";
    assert_eq!(
        fs::read_to_string(dir.join("common.yaml")).unwrap(),
        expected
    );
    assert!(merged.stale.to_string().contains("types.Time.start"));
    assert_eq!(
        states(&merged),
        [
            ("common.yaml", State::Changed),
            ("demo/common.yaml", State::Unchanged)
        ]
    );
    fs::remove_dir_all(&dir).unwrap();

    let dir = folder("common-new", &[]);
    let merged = import(&dir, &docs);
    assert_eq!(states(&merged), [("common.yaml", State::New)]);
    fs::remove_dir_all(dir).unwrap();

    let dir = folder("common-flow", &[("common.yaml", "facts: {}\n# end\n")]);
    import(&dir, &docs);
    let text = fs::read_to_string(dir.join("common.yaml")).unwrap();
    assert!(text.starts_with("facts:\n  system_errors:\n") && text.ends_with("\n# end\n"));
    fs::remove_dir_all(dir).unwrap();
}
