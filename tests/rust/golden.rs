//! What some methods become, as files to look at.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by a panic"
)]

use std::path::Path;

use bitrix24_codegen::emit::{python, rust};
use bitrix24_codegen::model::{Api, Method};
use bitrix24_tests::folder::{TESTS, Temporary, everything, yaml};
use bitrix24_tests::golden;

/// One plain method, and some with every obstacle: lists, nested and secret parameters,
/// REST 3.0, names that mean something else.
const METHODS: &[&str] = &[
    "imbot.chat.get",
    "obstacles.v2.Bot.register",
    "obstacles.tables.get",
    "obstacles.Option",
    "obstacles.bare.set",
    "obstacles.clone.list",
    "v3:obstacles.node.list",
];

fn check(language: &str, extension: &str, show: fn(&Api, &Method) -> String) {
    let dir = Temporary::new(env!("CARGO_TARGET_TMPDIR"), &format!("golden-{language}"));
    // Methods that are described later must not change what these become.
    let fixtures = yaml(&Path::new(TESTS).join("spec"));
    let shown = |name: &str| {
        METHODS
            .iter()
            .any(|key| name.ends_with(&format!("/{key}.yaml")))
    };
    for (name, bytes) in everything() {
        let fixture = fixtures.iter().any(|(fixture, _)| *fixture == name);
        if fixture || name.ends_with("common.yaml") || shown(&name) {
            dir.write(&name, &bytes);
        }
    }
    let api = bitrix24_codegen::load(dir.path()).unwrap_or_else(|report| panic!("{report}"));
    let texts: Vec<_> = METHODS
        .iter()
        .map(|key| {
            let method = api.method(key).unwrap();
            let name = match key.strip_prefix("v3:") {
                Some(name) => format!("{name}.v3.{extension}"),
                None => format!("{key}.{extension}"),
            };
            (name, show(&api, method))
        })
        .collect();
    let folder = Path::new(TESTS).join("golden").join(language);
    golden::check(&folder, extension, &texts);
}

#[test]
fn rust_is_as_expected() {
    check("rust", "rs", rust::show);
}

#[test]
fn python_is_as_expected() {
    check("python", "py", python::show);
}
