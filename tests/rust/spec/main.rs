//! The description as a whole: its schemas, its features, and what is generated from it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by a panic"
)]

mod schema;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use bitrix24_codegen::emit::{self, File};
use bitrix24_codegen::model::Api;
use bitrix24_tests::folder::{TESTS, Temporary, everything, workspace, yaml};
use bitrix24_tests::golden;
use schema::Schema;
use serde_json::Value;

fn is_common(path: &str) -> bool {
    path.rsplit('/').next() == Some("common.yaml")
}

fn load(dir: &Path) -> Api {
    bitrix24_codegen::load(dir).unwrap_or_else(|report| panic!("{report}"))
}

/// A description in a folder of its own, its files made in the order given.
fn copy(name: &str, files: &[(String, Vec<u8>)]) -> Temporary {
    let dir = Temporary::new(env!("CARGO_TARGET_TMPDIR"), name);
    for (name, bytes) in files {
        dir.write(name, bytes);
    }
    dir
}

#[test]
fn the_schemas_are_current() {
    let schemas = [
        ("schema.json", bitrix24_codegen::schema::method()),
        ("common.schema.json", bitrix24_codegen::schema::common()),
    ];
    let texts = schemas.map(|(name, text)| (name.to_owned(), text));
    golden::check(&workspace("spec"), "json", &texts);
}

#[test]
fn editors_find_the_schema_of_each_file() {
    for (path, bytes) in yaml(&workspace("spec")) {
        let up = "../".repeat(path.matches('/').count());
        let schema = match is_common(&path) {
            true => "common.schema.json",
            false => "schema.json",
        };
        let wanted = format!("# yaml-language-server: $schema={up}{schema}");
        let text = String::from_utf8(bytes).unwrap();
        let first = text.lines().next().unwrap_or_default();
        assert_eq!(first, wanted, "spec/{path} begins with another line");
    }
}

#[test]
fn good_files_fit_their_schemas() {
    let schemas = Schemas::new();
    let mut files = everything();
    files.extend(yaml(&Path::new(TESTS).join("minimal")));
    for (path, bytes) in files {
        if let Err(problem) = schemas.check(&path, &bytes) {
            panic!("{path}: {problem}");
        }
    }
}

/// What is wrong with the structure of a file shows in the editor already.
#[test]
fn schemas_refuse_structural_mistakes() {
    let schemas = Schemas::new();
    let mut checked = 0;
    for entry in fs::read_dir(Path::new(TESTS).join("broken")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let structural = name.starts_with("key-")
            || name.starts_with("kind-")
            || matches!(
                name.as_str(),
                "number-huge"
                    | "rule-without-condition"
                    | "several"
                    | "type-null-unquoted"
                    | "yaml-list-at-top"
                    | "yaml-text-at-top"
            );
        if !structural || path.extension().is_some_and(|it| it == "txt") {
            continue;
        }
        let files = match path.is_dir() {
            true => yaml(&path),
            false => vec![("demo.item.get.yaml".to_owned(), fs::read(&path).unwrap())],
        };
        let refused = files
            .iter()
            .any(|(path, bytes)| schemas.check(path, bytes).is_err());
        assert!(refused, "the schema takes {name} for right");
        checked += 1;
    }
    assert!(checked >= 20, "only {checked} fixtures");
}

struct Schemas {
    method: Schema,
    common: Schema,
}

impl Schemas {
    fn new() -> Self {
        Self {
            method: Schema::new(&bitrix24_codegen::schema::method()),
            common: Schema::new(&bitrix24_codegen::schema::common()),
        }
    }

    fn check(&self, path: &str, bytes: &[u8]) -> Result<(), String> {
        let options = serde_yaml::options! { strict_booleans: true };
        let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
        let value: Value =
            serde_yaml::from_str_with_options(text, options).map_err(|error| error.to_string())?;
        match is_common(path) {
            true => self.common.check(&value),
            false => self.method.check(&value),
        }
    }
}

fn outputs(api: &Api) -> Vec<File> {
    let scopes: Vec<usize> = (0..api.scopes.len()).collect();
    let mut files = emit::rust::files(api, &scopes);
    files.extend(emit::python::files(api));
    for (name, text) in [
        ("tables.rs", emit::table(api)),
        ("spec.json", emit::json(api)),
    ] {
        files.push(File {
            name: name.to_owned(),
            text,
        });
    }
    files
}

#[test]
fn the_same_files_give_the_same_output() {
    let mut files = everything();
    let first = copy("forward", &files);
    files.reverse();
    let second = copy("backward", &files);
    let expected = outputs(&load(first.path()));
    for again in [first.path(), second.path()] {
        for (a, b) in expected.iter().zip(outputs(&load(again))) {
            assert!(*a == b, "{} differs", a.name);
        }
    }
}

#[test]
fn every_scope_has_its_feature() {
    let manifest = fs::read_to_string(workspace("crates/bitrix24/Cargo.toml")).unwrap();
    let api = load(&workspace("spec"));
    // Cargo's names of features have no dots.
    let scopes = api.scopes.iter().map(|it| it.name.replace('.', "-"));
    let scopes: BTreeSet<String> = scopes.collect();
    let problems = wrong_features(&manifest, &scopes);
    assert!(
        problems.is_empty(),
        "crates/bitrix24/Cargo.toml:\n\n{}",
        problems.join("\n")
    );
}

/// What of the features does not belong to the scopes, with the lines that are missing.
fn wrong_features(manifest: &str, scopes: &BTreeSet<String>) -> Vec<String> {
    let features: BTreeSet<&str> = manifest
        .split("\n[features]\n")
        .nth(1)
        .unwrap()
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
        .collect();
    // The array may stand in several lines.
    let full = manifest.split("\nfull = [").nth(1).unwrap();
    let full = full.split(']').next().unwrap();
    let listed: Vec<&str> = full
        .split(',')
        .map(|name| name.trim().trim_matches('"'))
        .filter(|name| !name.is_empty())
        .collect();
    let mut problems = Vec::new();
    for name in scopes {
        if !features.contains(name.as_str()) {
            problems.push(format!(
                "no feature for the scope `{name}`. Add this line under [features]:\n\n{name} = []\n"
            ));
        }
        if !listed.contains(&name.as_str()) {
            problems.push(format!(
                "no `{name}` in the feature `full`. Add this line to it:\n\n    \"{name}\",\n"
            ));
        }
    }
    let is_scope = |name: &str| scopes.contains(name);
    for name in features {
        if !matches!(name, "default" | "full") && !is_scope(name) {
            problems.push(format!(
                "the feature `{name}`, and spec/{name}/ is not there"
            ));
        }
    }
    for name in listed.iter().filter(|name| !is_scope(name)) {
        problems.push(format!(
            "`{name}` in the feature `full`, and spec/{name}/ is not there"
        ));
    }
    if !listed.is_sorted_by(|one, next| one < next) {
        problems.push("the names in the feature `full` are not in order".into());
    }
    problems
}

#[test]
fn all_lines_that_a_new_scope_asks_for_are_printed() {
    let manifest = "[package]\n\n[features]\ndefault = [\"im\"]\nfull = [\n    \"im\",\n    \
                    \"gone\",\n]\nim = []\nold = []\n\n[lints]\nworkspace = true\n";
    let scopes = ["im", "sale"].map(String::from).into();
    let problems = wrong_features(manifest, &scopes);
    let told = [
        "no feature for the scope `sale`. Add this line under [features]:\n\nsale = []\n",
        "no `sale` in the feature `full`. Add this line to it:\n\n    \"sale\",\n",
        "the feature `old`, and spec/old/ is not there",
        "`gone` in the feature `full`, and spec/gone/ is not there",
        "the names in the feature `full` are not in order",
    ];
    assert_eq!(problems, told);
}

#[test]
fn the_json_holds_every_method() {
    let dir = copy("json", &everything());
    let api = load(dir.path());
    let text = emit::json(&api);
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json.to_string(), text, "it changes when it is read");

    let methods = json["methods"].as_array().unwrap();
    assert_eq!(methods.len(), api.methods.len());
    for (json, method) in methods.iter().zip(&api.methods) {
        assert_eq!(json["name"], method.name);
        let names: Vec<_> = method.params.iter().map(|it| it.wire.as_str()).collect();
        let params = json["params"].as_array().unwrap();
        let written: Vec<_> = params
            .iter()
            .map(|it| it["name"].as_str().unwrap())
            .collect();
        assert_eq!(written, names, "{}", method.name);
        let answers: Vec<_> = method.examples.iter().map(|it| &it.answer).collect();
        let examples = json["examples"].as_array().unwrap();
        let written: Vec<_> = examples.iter().map(|it| &it["answer"]).collect();
        assert_eq!(written, answers, "{}", method.name);
        assert_eq!(
            json["errors"].as_array().unwrap().len(),
            method.errors.len(),
            "{}",
            method.name
        );
    }

    let records = json["records"].as_object().unwrap();
    assert_eq!(
        records.len(),
        api.records.len(),
        "two records have one name"
    );
    each(&json, &mut |key, value| {
        if key == "ref" {
            let name = value.as_str().unwrap();
            assert!(records.contains_key(name), "there is no record `{name}`");
        }
    });
}

/// Every entry of every object under `type` and `result`, where types stand.
fn each(value: &Value, visit: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| each(item, visit)),
        Value::Object(map) => {
            for (key, value) in map {
                // Examples hold the portal's own keys.
                if key != "examples" {
                    visit(key, value);
                    each(value, visit);
                }
            }
        }
        _ => {}
    }
}
