#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    Date, DateTime, Extra, Field, Fields, FromWire, Map, OneZero, Reader, Record, TextEnum, ToWire,
    Written, YesNo,
};
use crate::{Secret, wire};

fn strict<T: FromWire>(json: &str) -> Result<T, String> {
    T::from_wire(&mut serde_json::Deserializer::from_str(json)).map_err(text)
}

fn opt<T: FromWire>(json: &str) -> Result<Option<T>, String> {
    T::from_wire_opt(&mut serde_json::Deserializer::from_str(json)).map_err(text)
}

/// The message without the position in the text.
fn text(error: serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ")
        .map_or(text.clone(), |(text, _)| text.to_owned())
}

fn written<T: ToWire + ?Sized>(value: &T) -> Result<String, String> {
    serde_json::to_string(&Written(value)).map_err(text)
}

/// Checks what a type is read from: values, PHP's nothings, and what it refuses.
#[track_caller]
fn check<T: FromWire + PartialEq + std::fmt::Debug>(
    values: &[(&str, T)],
    nothings: &[&str],
    refused: &[(&str, &str)],
) {
    for (json, value) in values {
        assert_eq!(strict::<T>(json).as_ref(), Ok(value), "{json}");
        assert_eq!(opt::<T>(json).unwrap().as_ref(), Some(value), "{json}");
        // Read again from a value, as unions do.
        let again = serde_json::from_str::<Value>(json).unwrap();
        assert_eq!(&T::from_wire(&again).unwrap(), value, "{json}");
    }
    for json in nothings {
        assert_eq!(opt::<T>(json), Ok(None), "{json}");
        let error = format!("expected {}, found {json}", T::EXPECTED);
        assert_eq!(strict::<T>(json), Err(error), "{json}");
    }
    for (json, error) in refused {
        assert_eq!(strict::<T>(json), Err((*error).to_owned()), "{json}");
        assert_eq!(opt::<T>(json), Err((*error).to_owned()), "{json}");
    }
}

#[test]
fn integers() {
    check(
        &[
            ("5", 5),
            ("-5", -5),
            ("5.0", 5),
            ("1e3", 1000),
            ("\"5\"", 5),
            ("\" -5 \"", -5),
            ("\"5.00\"", 5),
            ("0", 0),
            ("\"0\"", 0),
            ("9223372036854775807", i64::MAX),
            ("\"-9223372036854775808\"", i64::MIN),
        ],
        &["null", "false", "\"\""],
        &[
            ("true", "expected an integer, found true"),
            ("1.5", "expected an integer, found 1.5"),
            (
                "1e300",
                &format!("expected an integer, found 1{}", "0".repeat(300)),
            ),
            ("\"1.5\"", "expected an integer, found \"1.5\""),
            ("\"inf\"", "expected an integer, found \"inf\""),
            (
                "\"9223372036854775808\"",
                "expected an integer, found \"9223372036854775808\"",
            ),
            (
                "9223372036854775808",
                "expected an integer, found 9223372036854775808",
            ),
            ("\"a\\\"b\"", r#"expected an integer, found "a\"b""#),
            ("[]", "expected an integer, found an array"),
            ("{\"a\":1}", "expected an integer, found an object"),
        ],
    );
    let long = strict::<i64>(&format!("\"{}\"", "ü".repeat(41))).unwrap_err();
    assert_eq!(
        long,
        format!("expected an integer, found \"{}…\"", "ü".repeat(40))
    );
}

#[test]
fn numbers() {
    check(
        &[
            ("5", 5.0),
            ("-0.5", -0.5),
            ("\"1.50\"", 1.5),
            ("18446744073709551615", 2_f64.powi(64)),
        ],
        &["null", "false", "\"\""],
        &[
            ("true", "expected a number, found true"),
            ("\"nan\"", "expected a number, found \"nan\""),
            ("\"1e999\"", "expected a number, found \"1e999\""),
            ("\"1,5\"", "expected a number, found \"1,5\""),
            ("[]", "expected a number, found an array"),
        ],
    );
}

#[test]
fn booleans() {
    let yes = ["true", "1", "1.0", "\"1\"", "\"Y\"", "\"y\"", "\"true\""];
    let no = [
        "false",
        "0",
        "0.0",
        "\"0\"",
        "\"N\"",
        "\"n\"",
        "\"false\"",
        "\"\"",
    ];
    let values: Vec<_> = yes
        .map(|json| (json, true))
        .into_iter()
        .chain(no.map(|json| (json, false)))
        .collect();
    check(
        &values,
        &["null"],
        &[
            ("2", "expected a boolean, found 2"),
            ("\"yes\"", "expected a boolean, found \"yes\""),
            ("[]", "expected a boolean, found an array"),
        ],
    );
}

#[test]
fn texts() {
    check(
        &[
            ("\"\"", String::new()),
            ("\"a\\u0062\"", "ab".into()),
            ("5", "5".into()),
            ("1.5", "1.5".into()),
            ("18446744073709551615", "18446744073709551615".into()),
            ("false", "false".into()),
        ],
        &["null"],
        &[
            ("[]", "expected a string, found an array"),
            ("{}", "expected a string, found an object"),
        ],
    );
    check(
        &[("\"x\"", Secret::from("x")), ("5", Secret::from("5"))],
        &["null"],
        &[],
    );
}

#[test]
fn dates() {
    let moment = |text: &str| DateTime::parse_from_rfc3339(text).unwrap();
    check(
        &[
            (
                "\"2026-02-24T13:44:33+03:00\"",
                moment("2026-02-24T13:44:33+03:00"),
            ),
            (
                "\"2026-02-24T13:44:33+0300\"",
                moment("2026-02-24T13:44:33+03:00"),
            ),
            (
                "\"2026-02-24 13:44:33+03:00\"",
                moment("2026-02-24T13:44:33+03:00"),
            ),
            (
                "\"2026-02-24 13:44:33-0330\"",
                moment("2026-02-24T13:44:33-03:30"),
            ),
            (
                "\"2026-02-24T13:44:33.25Z\"",
                moment("2026-02-24T13:44:33.25+00:00"),
            ),
        ],
        &["null", "false", "\"\""],
        &[
            (
                "\"2026-02-24\"",
                "expected a date with time and offset, found \"2026-02-24\"",
            ),
            (
                "\"2026-02-24T13:44:33\"",
                "expected a date with time and offset, found \"2026-02-24T13:44:33\"",
            ),
            (
                "1771929873",
                "expected a date with time and offset, found 1771929873",
            ),
            ("[]", "expected a date with time and offset, found an array"),
        ],
    );
    let day = Date::from_ymd_opt(2026, 2, 24).unwrap();
    check(
        &[
            ("\"2026-02-24\"", day),
            ("\"2026-02-24T13:44:33+03:00\"", day),
            ("\"2026-02-24 00:00\"", day),
        ],
        &["null", "false", "\"\""],
        &[
            ("\"24.02.2026\"", "expected a date, found \"24.02.2026\""),
            ("\"2026-02-30\"", "expected a date, found \"2026-02-30\""),
        ],
    );
}

#[test]
fn lists() {
    check(
        &[
            ("[]", vec![]),
            ("[1,\"2\"]", vec![1, 2]),
            ("{}", vec![]),
            ("{\"0\":1,\"5\":\"2\"}", vec![1, 2]),
        ],
        &["null", "false", "\"\""],
        &[
            ("{\"a\":1}", "expected an array, found an object"),
            ("5", "expected an array, found 5"),
            ("\"x\"", "expected an array, found \"x\""),
            ("[1,\"x\"]", "[1]: expected an integer, found \"x\""),
            ("[1,null]", "[1]: expected an integer, found null"),
            ("{\"7\":[]}", "[7]: expected an integer, found an array"),
        ],
    );
    assert_eq!(
        strict::<Vec<Option<i64>>>("[1,null,\"\"]"),
        Ok(vec![Some(1), None, None])
    );
}

#[test]
fn maps() {
    check(
        &[
            ("{}", BTreeMap::new()),
            ("[]", BTreeMap::new()),
            (
                "{\"7\":1,\"-3\":\"2\"}",
                BTreeMap::from([(7_i64, 1_i64), (-3, 2)]),
            ),
            ("[4,5]", BTreeMap::from([(0, 4), (1, 5)])),
        ],
        &["null", "false", "\"\""],
        &[
            ("{\"a\":1}", "[a]: expected an integer as the key"),
            ("{\"7\":\"x\"}", "[7]: expected an integer, found \"x\""),
            ("[0,\"x\"]", "[1]: expected an integer, found \"x\""),
            ("true", "expected an object, found true"),
        ],
    );
    assert_eq!(
        strict("{\"a\":1}"),
        Ok(BTreeMap::from([("a".to_owned(), 1_i64)]))
    );
    assert_eq!(
        strict::<BTreeMap<String, i64>>("{\"a: b\":[]}"),
        Err(r#"["a\u{3a} b"]: expected an integer, found an array"#.into())
    );
    check(
        &[
            ("[]", Extra::new()),
            (
                "{\"a\":null}",
                json!({"a": null}).as_object().unwrap().clone(),
            ),
        ],
        &["null", "false", "\"\""],
        &[("5", "expected an object, found 5")],
    );
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Card {
    id: Id,
    color: Color,
    hidden: bool,
    once: Option<bool>,
    buttons: Vec<Button>,
    owners: Option<BTreeMap<i64, Button>>,
    parent: Option<Box<Card>>,
    moved: Option<DateTime>,
    due: Option<Date>,
    ratio: Option<f64>,
    token: Option<Secret>,
    nullable: Option<Option<i64>>,
    extra: Extra,
}

impl Record for Card {
    const FIELDS: &'static [Field] = &[
        Field::required("id"),
        Field::required("color"),
        Field::optional("hidden"),
        Field::optional("once"),
        Field::required("buttons"),
        Field::optional("owners"),
        Field::optional("parent"),
        Field::optional("moved"),
        Field::optional("due"),
        Field::optional("ratio"),
        Field::optional("token"),
        Field::optional("nullable"),
    ];

    fn set<'de, D: Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.id, value),
            1 => wire::into(&mut self.color, value),
            2 => wire::into(&mut self.hidden, value),
            3 => wire::into(&mut self.once, value),
            4 => wire::into(&mut self.buttons, value),
            5 => wire::into(&mut self.owners, value),
            6 => wire::into(&mut self.parent, value),
            7 => wire::into(&mut self.moved, value),
            8 => wire::into(&mut self.due, value),
            9 => wire::into(&mut self.ratio, value),
            10 => wire::into(&mut self.token, value),
            11 => wire::into(&mut self.nullable, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: Map>(&self, fields: &mut Fields<M>) {
        fields.put("id", &self.id);
        fields.put("color", &self.color);
        fields.put("hidden", &YesNo(&self.hidden));
        fields.put_some("once", &self.once.as_ref().map(OneZero));
        fields.put("buttons", &self.buttons);
        fields.put_some("owners", &self.owners);
        fields.put_some("parent", &self.parent);
        fields.put_some("moved", &self.moved);
        fields.put_some("due", &self.due);
        fields.put_some("ratio", &self.ratio);
        fields.put_some("token", &self.token);
        fields.put_some("nullable", &self.nullable);
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut Extra {
        &mut self.extra
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Button {
    text: String,
    extra: Extra,
}

impl Record for Button {
    const FIELDS: &'static [Field] = &[Field::required("TEXT")];

    fn set<'de, D: Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.text, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: Map>(&self, fields: &mut Fields<M>) {
        fields.put("TEXT", &self.text);
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut Extra {
        &mut self.extra
    }
}

wire::record!(Card, Button);

#[derive(Clone, Debug, PartialEq)]
enum Color {
    Red,
    Other(String),
}

impl TextEnum for Color {
    fn from_text(text: String) -> Self {
        match text.as_str() {
            "red" => Self::Red,
            _ => Self::Other(text),
        }
    }

    fn as_text(&self) -> &str {
        match self {
            Self::Red => "red",
            Self::Other(text) => text,
        }
    }
}

wire::open_enum!(Color);

#[derive(Clone, Debug, PartialEq)]
enum Id {
    Integer(i64),
    Text(String),
    Many(Vec<i64>),
}

wire::union!(Id { Integer: i64, Text: String, Many: Vec<i64> });

#[test]
fn records() {
    let json = json!({
        "id": "5", "color": 7, "hidden": "Y", "once": 0, "buttons": {"3": {"TEXT": "a"}},
        "owners": [{"TEXT": "b"}], "parent": {"id": 1, "color": "red", "buttons": []},
        "moved": false, "due": "", "ratio": "0.5", "token": "t", "nullable": null, "NEW": [1],
    });
    let card: Card = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(strict(&json.to_string()), Ok(card.clone()));
    let button = |text: &str| Button {
        text: text.into(),
        ..Button::default()
    };
    let expected = Card {
        id: Id::Text("5".into()),
        color: Color::Other("7".into()),
        hidden: true,
        once: Some(false),
        buttons: vec![button("a")],
        owners: Some(BTreeMap::from([(0, button("b"))])),
        parent: Some(Box::new(Card {
            id: 1.into(),
            color: "red".into(),
            ..Card::default()
        })),
        ratio: Some(0.5),
        token: Some("t".into()),
        nullable: Some(None),
        extra: json!({"NEW": [1]}).as_object().unwrap().clone(),
        ..Card::default()
    };
    assert_eq!(card, expected);
    let again = json!({
        "id": "5", "color": "7", "hidden": "Y", "once": 0, "buttons": [{"TEXT": "a"}],
        "owners": {"0": {"TEXT": "b"}},
        "parent": {"id": 1, "color": "red", "hidden": "N", "buttons": []},
        "ratio": 0.5, "token": "t", "nullable": null, "NEW": [1],
    });
    assert_eq!(serde_json::to_value(&card).unwrap(), again);
    assert!(format!("{card:?}").contains("token: Some(***)"));
}

#[test]
fn record_errors() {
    for (json, error) in [
        ("{}", ".id: missing"),
        ("[]", ".id: missing"),
        ("[1]", "expected an object, found an array"),
        ("true", "expected an object, found true"),
        ("null", "expected an object, found null"),
        (r#"{"color":"red","id":1}"#, ".buttons: missing"),
        (
            r#"{"id":{"a":1}}"#,
            ".id: expected an integer or a string or an array, found an object",
        ),
        (
            r#"{"id":[1,"x"]}"#,
            ".id[1]: expected an integer, found \"x\"",
        ),
        (
            r#"{"buttons":[{"TEXT":1},{}]}"#,
            ".buttons[1].TEXT: missing",
        ),
        (
            r#"{"buttons":[{"TEXT":null}]}"#,
            ".buttons[0].TEXT: expected a string, found null",
        ),
        (
            r#"{"owners":{"7":{"TEXT":[]}}}"#,
            ".owners[7].TEXT: expected a string, found an array",
        ),
        (
            r#"{"parent":{"parent":{"hidden":"x"}}}"#,
            ".parent.parent.hidden: expected a boolean, found \"x\"",
        ),
        (r#"{"NEW":}"#, ".NEW: expected value"),
    ] {
        assert_eq!(strict::<Card>(json), Err(error.to_owned()), "{json}");
    }
    for json in ["null", "false", "\"\""] {
        assert_eq!(opt::<Button>(json), Ok(None), "{json}");
    }
    assert_eq!(opt::<Button>("[]"), Err(".TEXT: missing".into()));
}

#[test]
fn unions() {
    assert_eq!(strict("5"), Ok(Id::Integer(5)));
    assert_eq!(strict("\"5\""), Ok(Id::Text("5".into())));
    assert_eq!(strict("[\"5\"]"), Ok(Id::Many(vec![5])));
    assert_eq!(strict("true"), Ok(Id::Text("true".into())));
    assert_eq!(strict("{\"0\":5}"), Ok(Id::Many(vec![5])));
    assert_eq!(opt::<Id>("null"), Ok(None));
    assert_eq!(written(&Id::Many(vec![1])), Ok("[1]".into()));
}

#[test]
fn writing() {
    let card = |ratio, at: &str| Card {
        ratio: Some(ratio),
        moved: DateTime::parse_from_rfc3339(at).ok(),
        ..Card::default()
    };
    let json = written(&card(1.0, "2026-02-24T13:44:33.5-03:30")).unwrap();
    assert!(
        json.contains(r#""moved":"2026-02-24T13:44:33-03:30""#),
        "{json}"
    );
    let nested = Card {
        parent: Some(Box::new(card(f64::NAN, ""))),
        ..Card::default()
    };
    assert_eq!(
        written(&nested).unwrap_err(),
        ".parent.ratio: expected a finite number, found NaN"
    );
    let list = [Some(1.0), None, Some(f64::INFINITY)];
    assert_eq!(
        written(&list[..]).unwrap_err(),
        "[2]: expected a finite number, found inf"
    );
    assert_eq!(written(&list[..2]).unwrap(), "[1.0,null]");
    assert_eq!(
        written(&Date::from_ymd_opt(2026, 2, 4).unwrap()).unwrap(),
        "\"2026-02-04\""
    );
    assert_eq!(
        written(&YesNo(&BTreeMap::from([(7_i64, vec![Some(true), None])]))).unwrap(),
        "{\"7\":[\"Y\",null]}"
    );
    assert_eq!(serde_json::to_string(&Color::Red).unwrap(), "\"red\"");
}

#[test]
fn many_fields() {
    #[derive(Debug, Default)]
    struct Wide(u32);

    impl wire::Slots for Wide {
        fn count(&self) -> usize {
            200
        }

        fn field(&self, index: usize) -> Field {
            const NAMES: [&str; 4] = ["a", "b", "c", "last"];
            match index {
                199 => Field::required(NAMES[3]),
                130 => Field::required(NAMES[2]),
                64 => Field::required(NAMES[1]),
                0 => Field::required(NAMES[0]),
                _ => Field::optional("unused"),
            }
        }

        fn set<'de, D: Reader<'de>>(&mut self, _: usize, value: D) -> Result<(), D::Error> {
            self.0 += 1;
            wire::skip(value)
        }

        fn set_extra<'de, D: Reader<'de>>(&mut self, _: &str, value: D) -> Result<(), D::Error> {
            wire::skip(value)
        }
    }

    let fill = |json: &str| {
        let mut wide = Wide::default();
        let found = wire::fill(&mut serde_json::Deserializer::from_str(json), &mut wide);
        found.map(|_| wide.0).map_err(text)
    };
    assert_eq!(fill(r#"{"last":1,"x":2,"c":1,"b":1,"a":1}"#), Ok(4));
    assert_eq!(fill(r#"{"last":1,"b":1,"a":1}"#), Err(".c: missing".into()));
    assert_eq!(fill(r#"{"a":1,"b":1,"c":1}"#), Err(".last: missing".into()));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "[0-9.eE+-]{0,8}".prop_map(Value::from),
        "2026-0[0-9]-[0-3][0-9][T ]?[0-9:]{0,8}[+-Z]?[0-9:]{0,5}".prop_map(Value::from),
    ];
    let keys = prop_oneof![
        "[0-9]{1,3}",
        "id|color|buttons|TEXT|parent|owners|hidden",
        ".{0,3}"
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(keys.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Whatever can be read can be written, and reads the same again.
fn stable<T: FromWire + ToWire + PartialEq + std::fmt::Debug>(
    json: &str,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(strict::<T>(json).ok(), opt::<T>(json).ok().flatten());
    if let Ok(value) = strict::<T>(json) {
        let again = written(&value).map_err(TestCaseError::fail)?;
        prop_assert_eq!(strict::<T>(&again), Ok(value));
    }
    Ok(())
}

proptest! {
    #[test]
    fn reading_never_panics(json in any_json()) {
        let json = json.to_string();
        stable::<i64>(&json)?;
        stable::<f64>(&json)?;
        stable::<bool>(&json)?;
        stable::<String>(&json)?;
        stable::<Date>(&json)?;
        stable::<DateTime>(&json)?;
        stable::<Vec<i64>>(&json)?;
        stable::<BTreeMap<i64, String>>(&json)?;
        stable::<BTreeMap<String, bool>>(&json)?;
        stable::<Extra>(&json)?;
        stable::<Id>(&json)?;
        stable::<Color>(&json)?;
        stable::<Card>(&json)?;
    }

    #[test]
    fn any_text_is_an_error_at_most(json in "[\\[\\]{}\":,a-z0-9 \\\\.-]{0,40}") {
        let _ = strict::<Card>(&json);
        let _ = crate::raw::Reply::new("m", 200, json).decode::<Card>();
    }

    #[test]
    fn scalars_round_trip(integer in any::<i64>(), number in prop::num::f64::NORMAL, text in ".*") {
        prop_assert_eq!(strict::<i64>(&integer.to_string()), Ok(integer));
        prop_assert_eq!(strict::<i64>(&format!("\"{integer}\"")), Ok(integer));
        prop_assert_eq!(strict::<f64>(&format!("\"{number}\"")), Ok(number));
        prop_assert_eq!(strict::<String>(&written(text.as_str()).unwrap()), Ok(text));
    }
}

#[test]
fn parameters_are_written_through_serde() {
    struct Params {
        id: i64,
    }

    impl Params {
        fn put<M: Map>(&self, fields: &mut Fields<M>) {
            fields.put("ID", &self.id);
        }
    }

    wire::request!(Params);

    fn json(value: impl Serialize) -> String {
        serde_json::to_string(&value).unwrap()
    }
    assert_eq!(json(Params { id: 5 }), "{\"ID\":5}");
}
