#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::batch::reference::{Step, marker};

/// What PHP makes of a query: texts in arrays.
#[derive(Debug, PartialEq)]
enum Php {
    Text(String),
    Array(BTreeMap<String, Php>),
}

/// `parse_str`, written after what PHP's `main/php_variables.c` does, not after the encoder.
fn parse_str(query: &str) -> BTreeMap<String, Php> {
    let mut all = BTreeMap::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let (name, value) = (url_decode(name), url_decode(value));
        let name = name.trim_start_matches(' ');
        let name = name.split('\0').next().unwrap();
        let (top, mut rest) = name.split_at(name.find('[').unwrap_or(name.len()));
        if top.is_empty() {
            continue;
        }
        let mut path = vec![Some(top.replace([' ', '.'], "_"))];
        while let Some(inside) = rest.strip_prefix('[') {
            let after_space = inside.strip_prefix([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']);
            if let Some(after) = after_space.unwrap_or(inside).strip_prefix(']') {
                path.push(None);
                rest = after;
            } else if let Some((index, after)) = inside.split_once(']') {
                path.push(Some(index.to_owned()));
                rest = after;
            } else {
                panic!("an index is not closed: {name}");
            }
        }
        if path.len() > 65 {
            continue;
        }
        put(&mut all, &path, value);
    }
    all
}

fn put(array: &mut BTreeMap<String, Php>, path: &[Option<String>], value: String) {
    let key = path[0].clone().unwrap_or_else(|| {
        let next = array.keys().filter_map(|key| key.parse::<i64>().ok()).max();
        next.map_or(0, |last| last + 1).to_string()
    });
    if path.len() == 1 {
        array.insert(key, Php::Text(value));
        return;
    }
    let inner = array
        .entry(key)
        .or_insert_with(|| Php::Array(BTreeMap::new()));
    if let Php::Text(_) = inner {
        *inner = Php::Array(BTreeMap::new());
    }
    let Php::Array(inner) = inner else { panic!() };
    put(inner, &path[1..], value);
}

fn url_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let hex = bytes
            .get(at + 1..at + 3)
            .and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8(out).unwrap()
}

/// What PHP is to make of parameters.
fn expected(value: &Json) -> Php {
    let text = |text: &str| Php::Text(text.to_owned());
    match value {
        Json::Null => text(""),
        Json::Bool(true) => text("1"),
        Json::Bool(false) => text("0"),
        Json::Number(number) => text(&number.to_string()),
        Json::String(it) => text(it),
        Json::Array(items) if items.is_empty() => text(""),
        Json::Object(fields) if fields.is_empty() => text(""),
        Json::Array(items) => {
            let items = items.iter().enumerate();
            Php::Array(
                items
                    .map(|(at, it)| (at.to_string(), expected(it)))
                    .collect(),
            )
        }
        Json::Object(fields) => Php::Array(fields_of(fields)),
    }
}

fn fields_of(fields: &serde_json::Map<String, Json>) -> BTreeMap<String, Php> {
    let fields = fields.iter();
    fields
        .map(|(key, value)| (key.clone(), expected(value)))
        .collect()
}

fn query(params: &Json) -> Result<String, String> {
    encode(params.to_string().as_bytes(), &|_| Ok(true))?.fill(|_| Ok(Target::Same))
}

fn value() -> impl Strategy<Value = Json> {
    let text = prop_oneof![
        "[&+%=# a-z0-9?/\\\\\"';\\[\\]А-яé日🙂\0\n.$-]{0,12}",
        ".{0,12}"
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(|number| json!(number)),
        any::<f64>().prop_map(|number| json!(number)),
        text.prop_map(Json::String),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let name = prop_oneof!["[&+%=# a-z0-9?/.>!<@А-я🙂-]{2,6}", "[a-z0-9]"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::Array),
            prop::collection::vec((name, inner), 0..6)
                .prop_map(|fields| Json::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn php_reads_what_was_meant(
        fields in prop::collection::vec(("[&+%=#a-z0-9?/>А-я🙂-]{1,6}", value()), 0..6)
    ) {
        let params: serde_json::Map<_, _> = fields.into_iter().collect();
        let query = query(&Json::Object(params.clone())).unwrap();
        prop_assert!(query.is_ascii());
        prop_assert!(!query.contains(['"', '\\', '#', '+', ' ']));
        prop_assert_eq!(parse_str(&query), fields_of(&params));
    }

    #[test]
    fn never_panics(params in "[{}\\[\\]\":,a0-9\\\\u$. ]{0,30}") {
        let _ = encode(params.as_bytes(), &|_| Ok(true));
    }
}

#[test]
fn forms() {
    for (params, expected) in [
        (json!({}), ""),
        (
            json!({"a": {"b": [1, true, null]}}),
            "a[b][0]=1&a[b][1]=1&a[b][2]=",
        ),
        (
            json!({"a": false, "b": [], "c": {}, "d": ""}),
            "a=0&b=&c=&d=",
        ),
        (
            json!({"n": "John&Martin = 100% + #1"}),
            "n=John%26Martin%20%3D%20100%25%20%2B%20%231",
        ),
        (json!({"filter": {">ID": "é"}}), "filter[%3EID]=%C3%A9"),
        (
            json!({"0": 123, "1": {"POST_MESSAGE": "x"}}),
            "0=123&1[POST_MESSAGE]=x",
        ),
        (
            json!({"a": "$result", "b": "result[c0]"}),
            "a=%24result&b=result%5Bc0%5D",
        ),
    ] {
        assert_eq!(query(&params).unwrap(), expected);
    }
    // Order and numbers stay as they are; of two fields the last one counts.
    let raw =
        r#" {"b": 1.50, "a": 12345678901234567890123, "c": {"x": 1}, "\u0063": {"y": -1e3} } "#;
    let query = encode(raw.as_bytes(), &|_| Ok(true)).unwrap();
    assert_eq!(
        query.fill(|_| Ok(Target::Same)).unwrap(),
        "b=1.50&a=12345678901234567890123&c[y]=-1e3"
    );
}

#[test]
fn long_commands() {
    let items: Vec<_> = (0..3000)
        .map(|at| json!({"ID": at, "TEXT": "é".repeat(200)}))
        .collect();
    let params = json!({"items": items, "file": "A+/=".repeat(250_000)});
    let query = query(&params).unwrap();
    assert_eq!(parse_str(&query), fields_of(params.as_object().unwrap()));
}

#[test]
fn what_cannot_be_told_is_refused() {
    let mut deep = json!(1);
    for _ in 0..64 {
        deep = json!([deep]);
    }
    let cases = [
        (json!([]), "the parameters are not a JSON object"),
        (
            json!({"": 1}),
            "\"\": an empty name cannot be sent in a batch",
        ),
        (
            json!({"a": {"b[c": 1}}),
            "a[\"b[c\"]: a name with [, ] or NUL in it cannot be sent in a batch",
        ),
        (
            json!({"a": [{"b": {"\0": 1}}]}),
            "a[0][b][\"\\0\"]: a name with [, ] or NUL in it cannot be sent in a batch",
        ),
        (
            json!({"a": {" ": 1}}),
            "a[\" \"]: a blank name cannot be sent in a batch",
        ),
        (
            json!({"a.b": 1}),
            "\"a.b\": a name with a dot or a blank in it cannot be sent in a batch",
        ),
        (
            json!({"a": ["see $result[x]"]}),
            "a[0]: the portal would take \"$result[x]\" in a text for a reference",
        ),
        (
            json!({"a": "a$ReSuLtIng[1]b c"}),
            "a: the portal would take \"$ReSuLtIng[1]b\" in a text for a reference",
        ),
        (
            json!({"a": "$total[c0]"}),
            "a: the portal would take \"$total[c0]\" in a text for a reference",
        ),
        (json!({"a": {marker(0, &[]): 1}}), "a[\"\\u{1}"),
        (
            json!({"a": format!("{}[0]", marker(0, &[]))}),
            "a: the portal would take what stands right behind a reference for a part of it",
        ),
        (
            json!({"a": format!("Hello, {}!", marker(0, &[]))}),
            "a: the portal would take what stands right behind a reference for a part of it",
        ),
        (
            json!({"a": format!("{}{}", marker(0, &[]), marker(0, &[]))}),
            "a: two references need a blank between them",
        ),
    ];
    for (params, expected) in cases {
        let error = query(&params).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
    let error = query(&json!({"a": deep})).unwrap_err();
    assert!(
        error.ends_with("[0]: nested deeper than 64 levels"),
        "{error}"
    );
    let error = encode(
        &serde_json::to_vec(&json!({"a": marker(0, &[])})).unwrap(),
        &|_| Err("no".to_owned()),
    );
    assert_eq!(error.unwrap_err(), "a: no");
}

#[test]
fn references() {
    let id = || marker(0, &["ID".into()]);
    let known = |params: &Json, json: &'static str| {
        encode(params.to_string().as_bytes(), &|_| Ok(false))
            .unwrap()
            .fill(|reference| {
                assert_eq!(reference.command, 0);
                Ok(Target::Known(json))
            })
    };
    let texts = json!({"a": format!("{} {}\n!", id(), id()), "b": "$result $a[0] $total"});
    assert_eq!(
        query(&texts).unwrap(),
        "a=$result[c0][ID]%20$result[c0][ID]%0A%21&b=%24result%20%24a%5B0%5D%20%24total"
    );
    let params = json!({"a": 1, "b": id(), "c": {"d": [id(), "x"]}, "e": format!("chat{}", id())});
    assert_eq!(
        query(&params).unwrap(),
        "a=1&b=$result[c0][ID]&c[d][0]=$result[c0][ID]&c[d][1]=x&e=chat$result[c0][ID]"
    );
    // What has arrived already is put in by us, wherever it stands.
    let params = json!({"a": 1, "b": id(), "c": {"d": [id(), "x"]}, "e": format!("chat{}!", id())});
    assert_eq!(
        known(&params, "5").unwrap(),
        "a=1&b=5&c[d][0]=5&c[d][1]=x&e=chat5%21"
    );
    assert_eq!(
        known(&params, r#""x&y""#).unwrap(),
        "a=1&b=x%26y&c[d][0]=x%26y&c[d][1]=x&e=chatx%26y%21"
    );
    let whole = json!({"a": id(), "b": id()});
    assert_eq!(
        known(&whole, r#"[{"x": true}, []]"#).unwrap(),
        "a[0][x]=1&a[1]=&b[0][x]=1&b[1]="
    );
    assert_eq!(known(&whole, "null").unwrap(), "a=&b=");
    for (params, json, expected) in [
        (
            &params,
            "[1]",
            "what command 0 answered is a list or an object, which does not fit into a text",
        ),
        (
            &whole,
            r#"{"a": "$result[x]"}"#,
            "the result of command 0[a]: the portal would take \"$result[x]\" in a text for a reference",
        ),
        (
            &whole,
            r#"{"a]": 1}"#,
            "the result of command 0[\"a]\"]: a name with [, ] or NUL in it cannot be sent in a batch",
        ),
    ] {
        assert_eq!(known(params, json).unwrap_err(), expected);
    }
    let split = json!({"a": format!("$res{}", id())});
    assert_eq!(
        known(&split, r#""ult[0]""#).unwrap_err(),
        "the portal would take \"$result[0]\" in a text for a reference"
    );
    let reference = marker(0, &[Step::from("a+b"), 3.into()]);
    assert_eq!(
        query(&json!({"x": reference})).unwrap(),
        "x=$result[c0][a%2Bb][3]"
    );
}
