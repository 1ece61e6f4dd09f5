//! Descriptions with a mistake: what the reader of the report gets to see.
//!
//! `tests/broken/NAME.yaml` is put into a small description as one of its methods;
//! a folder `tests/broken/NAME/` is laid over that description. `NAME.txt` is the report.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by a panic"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bitrix24_codegen::diag::Report;
use bitrix24_tests::folder::{TESTS, Temporary, yaml};
use bitrix24_tests::golden;

/// Where a fixture that is one file goes.
const METHOD: &str = "demo/demo.item.get.yaml";

type Files = BTreeMap<String, Vec<u8>>;

fn minimal() -> Files {
    yaml(&Path::new(TESTS).join("minimal"))
        .into_iter()
        .collect()
}

/// The fixtures by name: the files that each lays over the minimal description.
fn fixtures() -> BTreeMap<String, Files> {
    let mut fixtures = BTreeMap::new();
    for entry in fs::read_dir(Path::new(TESTS).join("broken")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let files: Files = if path.is_dir() {
            yaml(&path).into_iter().collect()
        } else if path.extension().is_some_and(|it| it == "yaml") {
            Files::from([(METHOD.to_owned(), fs::read(&path).unwrap())])
        } else {
            continue;
        };
        assert!(!files.is_empty(), "{name} holds no YAML");
        let known = fixtures.insert(name.clone(), files);
        assert!(known.is_none(), "{name} is a file and a folder");
    }
    fixtures
}

fn load(name: &str, over: &Files) -> Result<(), Report> {
    let dir = Temporary::new(env!("CARGO_TARGET_TMPDIR"), &format!("broken-{name}"));
    let mut files = minimal();
    files.extend(over.clone());
    for (name, bytes) in files {
        dir.write(&name, &bytes);
    }
    bitrix24_codegen::load(dir.path()).map(drop)
}

#[test]
fn the_minimal_description_is_right() {
    if let Err(report) = load("minimal", &Files::new()) {
        panic!("{report}");
    }
}

#[test]
fn every_mistake_is_reported() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 40, "only {} fixtures", fixtures.len());
    let mut reports = Vec::new();
    for (name, files) in &fixtures {
        let Err(report) = load(name, files) else {
            panic!("{name} is taken for right");
        };
        for problem in report.problems() {
            let path = problem.place().path().to_str().unwrap();
            let bytes = files.get(path);
            let bytes = bytes.unwrap_or_else(|| panic!("{name}: {path} is not to blame"));
            let text = String::from_utf8_lossy(bytes);
            let (line, column) = problem.place().line_column();
            // After the last line there may be one more place: the end.
            let lines: Vec<&str> = text.split('\n').collect();
            let length = lines.get(line - 1).map(|it| it.chars().count());
            assert!(
                length.is_some_and(|length| column <= length + 1),
                "{name}: {line}:{column} is outside of the file"
            );
        }
        reports.push((format!("{name}.txt"), report.render(false)));
    }
    golden::check(&PathBuf::from(TESTS).join("broken"), "txt", &reports);
}

/// Cargo shows a problem on one line; whoever reads it finds the same place.
#[test]
fn builds_report_the_same_places() {
    for (name, files) in fixtures() {
        let report = load(&format!("cargo-{name}"), &files).unwrap_err();
        let lines = report.cargo_errors();
        assert_eq!(lines.lines().count(), report.problems().len(), "{name}");
        for (line, problem) in lines.lines().zip(report.problems()) {
            let (at, column) = problem.place().line_column();
            let path = problem.place().path().display();
            let start = format!("cargo::error={path}:{at}:{column}: ");
            assert!(line.starts_with(&start), "{name}: {line}");
        }
    }
}

#[test]
fn every_slip_in_a_file_is_reported_at_once() {
    let fixture = fs::read(Path::new(TESTS).join("broken/several.yaml")).unwrap();
    let files = Files::from([(METHOD.to_owned(), fixture)]);
    let report = load("several-at-once", &files).unwrap_err();
    let text = report.to_string();
    for wanted in [
        "the folder `demo` is not a scope",
        "`2026-02-30` is not a day",
        "no type `intger`",
        "`true` or `false`, found the text \"yes\"",
        "`ID` stands here twice",
        "no type `enmu`",
        "unknown key `nmae`",
        "a map is written `map<key, value>`",
        "`type` is missing here",
        "unknown key `feilds`",
        "no type `integre`",
        "no type `Tags`",
        "not an HTTP status",
        "unknown key `satus`",
        "`code` is missing here",
        "`starts` is not known",
        "unknown key `sumary`",
        "`reason` is missing here",
    ] {
        assert!(text.contains(wanted), "{wanted} is not in\n{text}");
    }
}
