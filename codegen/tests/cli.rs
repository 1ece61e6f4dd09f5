//! The command line: what it prints, and whether it says that it failed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by a panic"
)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

const METHOD: &str = "\
method: demo.item.get
facts:
  page: demo/item-get.md
  scopes: [demo]
  deprecated: { replaced_by: [demo.item.read] }
  repeatable: true
  params:
    - { name: ID, type: integer, required: true }
  result: { type: object, fields: [{ name: ID, type: integer }] }
texts:
  summary: Reads an item.
";

/// A description of one method in a folder of its own.
fn spec(name: &str, method: &str) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(dir.join("demo")).unwrap();
    fs::write(dir.join("demo/demo.item.get.yaml"), method).unwrap();
    dir
}

struct Outcome {
    code: Option<i32>,
    out: String,
    err: String,
}

fn run(spec: &PathBuf, arguments: &[&str]) -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_bitrix24-codegen"))
        .arg("--spec")
        .arg(spec)
        .args(arguments)
        .output()
        .unwrap();
    Outcome {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_good_description_passes() {
    let spec = spec("good", METHOD);
    let check = run(&spec, &["check"]);
    assert_eq!(check.code, Some(0), "{}", check.err);
    assert_eq!(
        check.out,
        "1 method in 1 scope, 0 system errors: no problem\n"
    );
    assert_eq!(check.err, "");

    let list = run(&spec, &["list"]);
    assert_eq!(list.code, Some(0));
    assert_eq!(
        list.out,
        "demo.item.get  demo  repeatable  deprecated for demo.item.read\n"
    );
}

#[test]
fn a_method_is_shown_in_both_languages() {
    let spec = spec("show", METHOD);
    let rust = run(&spec, &["show", "demo.item.get"]);
    assert_eq!(rust.code, Some(0), "{}", rust.err);
    assert!(rust.out.contains("pub struct ItemGet"), "{}", rust.out);
    // The wire does not tell upper case from lower.
    let python = run(&spec, &["show", "Demo.Item.Get", "--lang", "python"]);
    assert_eq!(python.code, Some(0), "{}", python.err);
    assert!(python.out.contains("class ItemGetResult"), "{}", python.out);
}

#[test]
fn a_method_that_is_not_described_is_refused() {
    let spec = spec("unknown", METHOD);
    let show = run(&spec, &["show", "demo.item.gte"]);
    assert_eq!(show.code, Some(1));
    assert_eq!(show.out, "");
    assert_eq!(
        show.err,
        "error: `demo.item.gte` is not described; did you mean `demo.item.get`?\n"
    );
}

#[test]
fn a_broken_description_is_refused_by_every_command() {
    let spec = spec("broken", &METHOD.replace("required: true", "requred: yes"));
    for command in [&["check"][..], &["list"], &["show", "demo.item.get"]] {
        let outcome = run(&spec, command);
        assert_eq!(outcome.code, Some(1), "{command:?}");
        assert_eq!(outcome.out, "", "{command:?}");
        for wanted in [
            "unknown key `requred`",
            "demo/demo.item.get.yaml:8:34",
            "did you mean `required`?",
            "1 problem in the description",
        ] {
            assert!(outcome.err.contains(wanted), "{wanted}: {}", outcome.err);
        }
        assert!(!outcome.err.contains('\u{1b}'), "colours in a pipe");
    }
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let spec = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("nowhere");
    let check = run(&spec, &["check"]);
    assert_eq!(check.code, Some(1));
    assert!(
        check.err.contains("nowhere cannot be read"),
        "{}",
        check.err
    );
}

#[test]
fn schemas_need_no_description() {
    let spec = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("nowhere");
    for (kind, title) in [("method", "MethodFile"), ("common", "CommonFile")] {
        let schema = run(&spec, &["schema", kind]);
        assert_eq!(schema.code, Some(0));
        let json: serde_json::Value = serde_json::from_str(&schema.out).unwrap();
        assert_eq!(json["title"], title);
    }
}

#[test]
fn a_wrong_command_line_is_explained() {
    let spec = spec("usage", METHOD);
    for arguments in [&[][..], &["chekc"], &["show"], &["schema", "methods"]] {
        let outcome = run(&spec, arguments);
        assert_eq!(outcome.code, Some(2), "{arguments:?}");
        assert!(outcome.err.contains("Usage") || outcome.err.contains("help"));
    }
}

const PAGE: &str = "\
# Read an Item demo.item.get

> Scope: [`demo`](../scopes/permissions.md)
>
> Who can execute the method: any user

The method `demo.item.get` reads an item.

## Method Parameters

{% include [Note](../_includes/required.md) %}

#|
|| **Name**
`type` | **Description** ||
|| **ID***
[`integer`](../data-types.md) | Which one ||
|#

## Response Handling

HTTP Status: **200**

```json
{
    \"result\": { \"ID\": 7 }
}
```

### Returned Data

#|
|| **Name**
`type` | **Description** ||
|| **result**
[`object`](../data-types.md) | The item ||
|| **ID**
[`integer`](../data-types.md) | Its id ||
|#
";

/// A documentation of one page, in a folder of its own.
fn docs(name: &str) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-docs"));
    fs::create_dir_all(dir.join("items")).unwrap();
    fs::write(dir.join("items/demo-item-get.md"), PAGE).unwrap();
    dir
}

#[test]
fn an_import_replaces_facts_and_nothing_else() {
    let spec = spec("import", METHOD);
    let docs = docs("import");
    let docs = docs.to_str().unwrap();
    let file = spec.join("demo/demo.item.get.yaml");

    let first = run(&spec, &["import", "--docs", docs]);
    assert_eq!(first.code, Some(0), "{}", first.err);
    assert_eq!(first.err, "", "a progress bar in a pipe");
    assert!(
        first
            .out
            .starts_with("changed  demo/demo.item.get.yaml\n0 files new, 1 changed"),
        "{}",
        first.out
    );
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("  page: items/demo-item-get.md\n"), "{text}");
    assert!(
        text.contains("    - { name: ID, type: integer, required: true }\n"),
        "{text}"
    );
    assert!(
        text.ends_with("texts:\n  summary: Reads an item.\n"),
        "{text}"
    );
    assert_eq!(run(&spec, &["check"]).code, Some(0));

    let report = spec.with_extension("txt");
    let second = run(
        &spec,
        &[
            "import",
            "--docs",
            docs,
            "--report",
            report.to_str().unwrap(),
            "demo",
        ],
    );
    assert_eq!(second.code, Some(0), "{}", second.err);
    assert!(
        second
            .out
            .starts_with("0 files new, 0 changed, 1 unchanged\n"),
        "{}",
        second.out
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    assert!(fs::read_to_string(&report).unwrap().contains("1 methods"));

    let json = run(&spec, &["import", "--docs", docs, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["files"][0]["state"], "unchanged");
    assert_eq!(json["summary"]["methods"], 1);
}

#[test]
fn nothing_is_imported_whose_report_cannot_be_written() {
    let spec = spec("import-unwritable", METHOD);
    let docs = docs("import-unwritable");
    let file = spec.join("demo").join("demo.item.get.yaml");
    let before = fs::read_to_string(&file).unwrap();
    let report = spec.join("no-folder").join("report.txt");
    let report = report.to_str().unwrap();
    let run = run(
        &spec,
        &[
            "import",
            "--docs",
            docs.to_str().unwrap(),
            "--report",
            report,
        ],
    );
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("cannot be written"), "{}", run.err);
    assert_eq!(fs::read_to_string(&file).unwrap(), before);
}

#[test]
fn an_import_that_fails_leaves_the_report_before_it() {
    let spec = spec("import-report", METHOD);
    let docs = docs("import-report");
    let folder = spec.with_extension("reports");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let report = folder.join("report.txt");
    fs::write(&report, "before").unwrap();
    let report = report.to_str().unwrap();
    let import = |docs: &str| run(&spec, &["import", "--docs", docs, "--report", report]);
    assert_eq!(import("nowhere").code, Some(1));
    assert_eq!(fs::read_to_string(report).unwrap(), "before");
    assert_eq!(import(docs.to_str().unwrap()).code, Some(0));
    assert!(fs::read_to_string(report).unwrap().contains("1 methods"));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

/// What is no file is written into, and stays what it is.
#[cfg(target_os = "linux")]
#[test]
fn a_report_may_go_to_a_pipe() {
    let spec = spec("import-device", METHOD);
    let docs = docs("import-device");
    let docs = docs.to_str().unwrap();
    // The standard output, where nothing can take its place.
    let out = "/proc/self/fd/1";
    let import = run(&spec, &["import", "--docs", docs, "--report", out]);
    assert_eq!(import.code, Some(0), "{}", import.err);
    assert!(import.out.contains("1 methods"), "{}", import.out);
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_is_told() {
    use std::process::Stdio;

    let spec = spec("full", METHOD);
    let docs = docs("full");
    let docs = docs.to_str().unwrap();
    let run = |arguments: &[&str], out: Stdio| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bitrix24-codegen"));
        command.arg("--spec").arg(&spec).args(arguments);
        let output = command.stdout(out).stderr(Stdio::piped()).spawn().unwrap();
        let output = output.wait_with_output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    for (arguments, code) in [(&["list"][..], 1), (&["drift", "--docs", docs], 2)] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let (found, err) = run(arguments, full.into());
        assert_eq!(found, Some(code), "{arguments:?}");
        assert!(
            err.starts_with("error: the output cannot be written: "),
            "{err}"
        );
        // A reader that has seen enough.
        let (reader, closed) = std::io::pipe().unwrap();
        drop(reader);
        let (found, err) = run(arguments, closed.into());
        assert_eq!(err, "");
        assert_eq!(found, Some(code - 1), "{arguments:?}");
    }
}

#[test]
fn an_import_of_nothing_is_refused() {
    let spec = spec("import-nothing", METHOD);
    let docs = docs("import-nothing");
    let docs = docs.to_str().unwrap();
    let gone = format!("{docs}-gone");
    for (arguments, wanted) in [
        (&["import", "--docs", &gone][..], "cannot be read"),
        (&["survey", "--docs", &gone], "cannot be read"),
        (
            &["import", "--docs", docs, "demo.item.gte"],
            "did you mean `demo.item.get`?",
        ),
        (
            &["import", "--docs", docs, "itmes"],
            "did you mean `items`?",
        ),
    ] {
        let outcome = run(&spec, arguments);
        assert_eq!(outcome.code, Some(1), "{arguments:?}");
        assert!(
            outcome.err.starts_with("error: ") && outcome.err.contains(wanted),
            "{}",
            outcome.err
        );
        assert_eq!(outcome.out, "", "{arguments:?}");
    }
    assert_eq!(
        fs::read_to_string(spec.join("demo/demo.item.get.yaml")).unwrap(),
        METHOD
    );
}

#[test]
fn a_survey_counts_pages() {
    let spec = spec("survey", METHOD);
    let docs = docs("survey");
    let docs = docs.to_str().unwrap();
    let text = run(&spec, &["survey", "--docs", docs]);
    assert_eq!(text.code, Some(0), "{}", text.err);
    assert!(
        text.out.starts_with("element        pages  settled"),
        "{}",
        text.out
    );
    let json = run(&spec, &["survey", "--docs", docs, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["elements"][0]["element"], "name");
    assert_eq!(json["elements"][0]["pages"], 1);
}
