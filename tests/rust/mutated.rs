//! Good descriptions with random damage: reading them always ends, and never in a panic.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by a panic"
)]

use std::time::{Duration, Instant};

use bitrix24_codegen::emit;
use bitrix24_tests::folder::{Temporary, everything};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};

/// What is done to a file. Each takes any file, and finds its place by an index.
#[derive(Clone, Debug)]
enum Damage {
    Byte(Index, u8),
    Delete(Index),
    Duplicate(Index),
    Indent(Index, usize),
    SwapLines(Index, Index),
    SwapWords(Index, Index),
    Word(Index, &'static str),
    Cut(Index),
}

/// Words that mean something to YAML or to a description.
const WORDS: &[&str] = &[
    "-",
    "---",
    "{",
    "}",
    "[",
    "]",
    ":",
    "\"",
    "'",
    "&a",
    "*a",
    "<<:",
    "!!int",
    "|",
    ">-",
    "null",
    "yes",
    "true",
    "\t",
    "99999999999999999999",
    "-0.5",
    ".inf",
    "#",
    "enum",
    "object",
    "object[]",
    "map<integer, any>",
    "map<",
    "integer|string|null",
    "Time",
    "KeyboardButton",
    "fields:",
    "is:",
    "\u{feff}",
    "имя",
    "self",
    "Self",
    "",
];

fn damage() -> impl Strategy<Value = Damage> {
    let index = any::<Index>;
    prop_oneof![
        (index(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        index().prop_map(Damage::Delete),
        index().prop_map(Damage::Duplicate),
        (index(), 0..8_usize).prop_map(|(at, width)| Damage::Indent(at, width)),
        (index(), index()).prop_map(|(a, b)| Damage::SwapLines(a, b)),
        (index(), index()).prop_map(|(a, b)| Damage::SwapWords(a, b)),
        (index(), select(WORDS)).prop_map(|(at, word)| Damage::Word(at, word)),
        index().prop_map(Damage::Cut),
    ]
}

/// The words of a text with the blanks and the punctuation between them.
fn words(text: &[u8]) -> Vec<Vec<u8>> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    text.chunk_by(|a, b| is_word(a) == is_word(b))
        .map(<[u8]>::to_vec)
        .collect()
}

fn apply(text: &[u8], damage: &Damage) -> Vec<u8> {
    if text.is_empty() {
        return Vec::new();
    }
    let mut lines: Vec<Vec<u8>> = text
        .split_inclusive(|it| *it == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    let count = lines.len();
    match damage {
        Damage::Byte(at, byte) => {
            let mut text = text.to_vec();
            let at = at.index(text.len());
            text[at] = *byte;
            return text;
        }
        Damage::Delete(at) => {
            lines.remove(at.index(count));
        }
        Damage::Duplicate(at) => {
            let line = lines[at.index(count)].clone();
            lines.insert(at.index(count), line);
        }
        Damage::Indent(at, width) => {
            let line = &mut lines[at.index(count)];
            let blank = line.iter().take_while(|it| **it == b' ').count();
            line.splice(..blank, std::iter::repeat_n(b' ', *width));
        }
        Damage::SwapLines(a, b) => lines.swap(a.index(count), b.index(count)),
        Damage::SwapWords(a, b) => {
            let mut words = words(text);
            let count = words.len();
            words.swap(a.index(count), b.index(count));
            return words.concat();
        }
        Damage::Word(at, word) => {
            let mut words = words(text);
            let at = at.index(words.len());
            words[at] = word.as_bytes().to_vec();
            return words.concat();
        }
        Damage::Cut(at) => return text[..at.index(text.len())].to_vec(),
    }
    lines.concat()
}

/// All that is hard, and a few of what is real: each round reads and writes the whole.
fn few() -> Vec<(String, Vec<u8>)> {
    let real = |name: &str| {
        bitrix24_tests::folder::workspace("spec")
            .join(name)
            .is_file()
    };
    let mut seen = 0;
    let mut files = everything();
    files.retain(|(name, _)| {
        let common = name.ends_with("common.yaml") || name.ends_with("imbot.chat.get.yaml");
        seen += usize::from(real(name));
        common || !real(name) || seen % 40 == 0
    });
    files
}

#[test]
fn damage_is_survived() {
    let files = few();
    let dir = Temporary::new(env!("CARGO_TARGET_TMPDIR"), "mutated");
    for (name, bytes) in &files {
        dir.write(name, bytes);
    }
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::default()
    });
    let strategy = (any::<Index>(), prop::collection::vec(damage(), 1..4));
    let outcome = runner.run(&strategy, |(file, damages)| {
        let (name, whole) = file.get(&files);
        let broken = damages
            .iter()
            .fold(whole.clone(), |text, damage| apply(&text, damage));
        dir.write(name, &broken);
        let start = Instant::now();
        match bitrix24_codegen::load(dir.path()) {
            // Damage that leaves a good description must leave one that can be generated from.
            Ok(api) => {
                let scopes: Vec<usize> = (0..api.scopes.len()).collect();
                for file in emit::rust::files(&api, &scopes) {
                    // What is no Rust is not formatted, and stays on one line.
                    let lines = file.text.lines().count();
                    prop_assert!(lines != 1, "{} is no Rust: {}", file.name, file.text);
                }
                prop_assert!(!emit::python::files(&api).is_empty());
                prop_assert!(!emit::table(&api).is_empty());
                prop_assert!(!emit::json(&api).is_empty());
            }
            Err(report) => {
                prop_assert!(!report.is_empty());
                prop_assert!(report.render(true).len() > report.problems().len());
                prop_assert!(report.render(false).contains(" --> "));
                let lines = report.cargo_errors().lines().count();
                prop_assert_eq!(lines, report.problems().len());
            }
        }
        prop_assert!(
            start.elapsed() < Duration::from_secs(20),
            "this takes too long"
        );
        dir.write(name, whole);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
