#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    ApiError, DecodeErrorKind, Error, Origin, Secret, SystemError, Time,
    error::AnyCode,
    method::ErrorCode,
    raw::Reply,
    scrub::Scrubber,
    wire::{FromWire, Strict},
};

const CODE: &str = "t0psecretc0de";

fn reply(status: u16, body: impl Into<Vec<u8>>) -> Reply {
    let mut reply = Reply::new("some.method", status, body.into());
    reply.scrubber = Arc::new(Scrubber::new([Secret::from(CODE)]));
    reply
}

fn decode<T: FromWire + std::fmt::Debug>(body: &str) -> Result<T, Error> {
    reply(200, body).decode().map(|answer| answer.result)
}

fn refused(status: u16, body: &str) -> ApiError {
    match reply(status, body).decode::<i64>() {
        Err(Error::Api(error)) => *error,
        other => panic!("{body}: {other:?}"),
    }
}

fn wrong(status: u16, body: impl Into<Vec<u8>>) -> (DecodeErrorKind, String) {
    match reply(status, body).decode::<i64>() {
        Err(Error::Decode(error)) => {
            assert_eq!((error.status(), error.method()), (status, "some.method"));
            assert!(!error.to_string().contains(CODE));
            (error.kind().clone(), error.excerpt().to_owned())
        }
        other => panic!("{other:?}"),
    }
}

fn read_time(time: &str) -> Option<Time> {
    let mut json = serde_json::Deserializer::from_str(time);
    Time::from_wire_opt(&mut json).unwrap_or_default()
}

/// Whoever reads `time` late sees what others see.
#[test]
fn the_late_time_is_the_same() {
    const TIMES: [&str; 8] = [
        r#"{"start":1.5,"duration":"2","date_start":"2026-02-24T13:44:33+01:00","new":7}"#,
        r#"{"start":"x"}"#,
        r#"{"start":1e999}"#,
        "[]",
        "false",
        "\"\"",
        "null",
        "7",
    ];
    for time in TIMES {
        for body in [
            format!(r#"{{"result":5,"time":{time},"total":"7","next":50}}"#),
            format!(r#"{{"time":{time},"result":5,"total":{{}}}}"#),
            format!(r#"{{"result":5,"error":null,"time":{time}}}"#),
            format!(r#"{{"result":{{}},"time":{time}}}"#),
            format!(r#"{{"error":"X","time":{time}}}"#),
            format!(r#"{{"time":{time}}}"#),
            format!(r#"{{"result":5,"time":{time}"#),
        ] {
            let reply = reply(200, body.clone());
            match (
                reply.decode::<i64>(),
                reply.decode_late(Strict::<i64>::new()),
            ) {
                (Ok(mut at_once), Ok((late, time))) => {
                    let time = time.and_then(|time| read_time(&time));
                    assert_eq!(at_once.time.take(), time, "{body}");
                    assert_eq!(at_once, late, "{body}");
                }
                (Err(at_once), Err(late)) => {
                    assert_eq!(at_once.to_string(), late.to_string(), "{body}");
                }
                other => panic!("{body}: {other:?}"),
            }
        }
    }
}

#[test]
fn results() {
    for body in [
        r#"{"result":5}"#,
        "\u{feff} \r\n{\"result\":5}\n ",
        r#"{"x":[{}],"result":"5","y":null}"#,
        r#"{"error":null,"result":5}"#,
        r#"{"result":5,"error":null,"error_description":null}"#,
        r#"{"\u0072esult":5}"#,
    ] {
        assert_eq!(decode::<i64>(body).unwrap(), 5, "{body}");
    }
    assert_eq!(decode::<Option<i64>>(r#"{"result":null}"#).unwrap(), None);
    assert_eq!(decode::<Value>(r#"{"result":null}"#).unwrap(), Value::Null);
    assert_eq!(
        decode::<Vec<Option<f64>>>(r#"{"result":["1.5",""]}"#).unwrap(),
        [Some(1.5), None]
    );
}

#[test]
fn around_the_result() {
    let body = r#"{"result":[],"total":"120","next":50,"time":{"start":1771929873,
        "finish":1771929873.459722,"duration":"0.5","operating_reset_at":1771930473,
        "operating":0,"date_start":"2026-02-24T13:44:33+01:00","date_finish":"","new":1}}"#;
    let answer = reply(200, body).decode::<Vec<i64>>().unwrap();
    assert_eq!((answer.total, answer.next), (Some(120), Some(50)));
    let time = answer.time.unwrap();
    assert_eq!(
        (time.start, time.duration, time.processing),
        (Some(1_771_929_873.0), Some(0.5), None)
    );
    assert_eq!(time.operating_reset_at, Some(1_771_930_473));
    assert_eq!(time.date_start.unwrap().offset().local_minus_utc(), 3600);
    assert_eq!((time.date_finish, &time.extra["new"]), (None, &json!(1)));

    // None of it is worth failing for, and none takes the others along.
    for (time, total, is_total) in [
        ("5", "7", true),
        (r#"{"start":"x"}"#, "7", true),
        (r#"{"date_start":{}}"#, "7", true),
        ("[]", "[]", false),
        ("null", "-1", false),
    ] {
        let body = format!(r#"{{"time":{time},"result":3,"total":{total},"next":"x"}}"#);
        let answer = reply(200, body).decode::<i64>().unwrap();
        assert_eq!(answer.result, 3);
        assert!(
            answer.time.unwrap_or_default() == crate::Time::default(),
            "{time}"
        );
        assert_eq!((answer.total, answer.next), (is_total.then_some(7), None));
    }
}

#[test]
fn classic_errors() {
    let cases = [
        (
            r#"{"error":"ACCESS_ERROR","error_description":"no"}"#,
            "ACCESS_ERROR",
            "no",
        ),
        (r#"{"error":"","error_description":"no"}"#, "", "no"),
        (r#"{"error":0,"error_description":"no"}"#, "0", "no"),
        (r#"{"error":100}"#, "100", ""),
        (r#"{"error":"100"}"#, "100", ""),
        (r#"{"error":null}"#, "", ""),
        (r#"{"error":false}"#, "false", ""),
        (r#"{"error":["x"]}"#, r#"["x"]"#, ""),
        (
            r#"{"error":"A","error_description":["x"]}"#,
            "A",
            r#"["x"]"#,
        ),
        // An error wins, wherever it stands and whatever the result looks like.
        (r#"{"error":"A","result":5}"#, "A", ""),
        (r#"{"result":5,"error":"A"}"#, "A", ""),
        (r#"{"result":{"x":[]},"error":"A"}"#, "A", ""),
        (
            r#"{"time":7,"error":"A","error_description":"no"}"#,
            "A",
            "no",
        ),
    ];
    for (body, code, description) in cases {
        for status in [200, 400, 503] {
            let error = refused(status, body);
            assert_eq!(
                (&*error.code, &*error.description),
                (code, description),
                "{body}"
            );
            assert_eq!((error.status, &*error.method), (status, "some.method"));
            assert_eq!((error.kind.code(), error.origin()), (code, Origin::Unknown));
        }
    }

    let error = refused(
        401,
        r#"{"error":"expired_token","argument":"ID","time":{"start":1}}"#,
    );
    assert_eq!(error.kind, AnyCode::System(SystemError::ExpiredToken));
    assert_eq!(
        (error.origin(), error.argument.as_deref()),
        (Origin::System, Some("ID"))
    );
    assert_eq!(error.time.as_ref().unwrap().start, Some(1.0));
    assert_eq!(
        error.to_string(),
        "some.method: expired_token (HTTP 401); argument: ID"
    );
    assert_eq!(
        refused(401, r#"{"error":"EXPIRED_TOKEN"}"#).origin(),
        Origin::Unknown
    );
}

#[test]
fn rest_3_errors() {
    let body = r#"{"error":{"code":"BITRIX_REST_V3_X","message":"Not good",
        "validation":[{"field":"id","message":"Not a number"},{"field":7},"odd"]}}"#;
    let error = refused(400, body);
    assert_eq!(
        (&*error.code, &*error.description),
        ("BITRIX_REST_V3_X", "Not good")
    );
    let fields: Vec<_> = error
        .validation
        .iter()
        .map(|f| (&*f.field, &*f.message))
        .collect();
    assert_eq!(fields[..2], [("id", "Not a number"), ("7", "")]);
    assert_eq!(fields.len(), 3);
    assert!(
        error.to_string().contains("Not good; id: Not a number"),
        "{error}"
    );

    let error = refused(400, r#"{"error":{},"error_description":"no"}"#);
    assert_eq!(
        (&*error.code, &*error.description, error.validation.len()),
        ("", "no", 0)
    );
}

#[test]
fn no_answers() {
    use DecodeErrorKind as Kind;

    assert_eq!(wrong(502, "").0, Kind::Empty);
    assert_eq!(wrong(200, " \n\u{feff}").0, Kind::Empty);
    assert_eq!(
        wrong(502, "\n<html>\n <b>Bad</b>"),
        (Kind::Html, "<html> <b>Bad</b>".into())
    );
    assert_eq!(wrong(200, b"<p>\xff".to_vec()).0, Kind::Html);
    assert_eq!(wrong(200, r#"{"result":"#).0, Kind::Truncated);
    assert_eq!(wrong(200, r#"{"result":5"#).0, Kind::Truncated);
    assert_eq!(wrong(200, r#"{"error":"A","error_des"#).0, Kind::Truncated);
    assert_eq!(wrong(200, r#"{"result":"x"#).0, Kind::Truncated);
    assert_eq!(wrong(200, r#"["result"#).0, Kind::Truncated);
    for body in [
        "nope",
        r#"{"result":5}}"#,
        r#"{"result":5} Warning: x"#,
        "{'result':5}",
        "[nope]",
    ] {
        assert!(matches!(wrong(200, body).0, Kind::NotJson { .. }), "{body}");
    }
    let (kind, excerpt) = wrong(200, b"{\"result\":\"\xff\xfe\"}".to_vec());
    assert!(matches!(kind, Kind::NotJson { .. }));
    assert_eq!(excerpt, "{\"result\":\"\u{fffd}\u{fffd}\"}");
    for body in [
        "{}",
        "[]",
        "5",
        "null",
        r#""result""#,
        r#"{"message":"Bad gateway"}"#,
    ] {
        assert_eq!(wrong(502, body), (Kind::NotAnAnswer, body.into()), "{body}");
    }
    assert_eq!(wrong(302, "").0, Kind::Redirect { location: None });
    assert_eq!(
        wrong(307, r#"{"result":5}"#).0,
        Kind::Redirect { location: None }
    );
}

#[test]
fn wrong_types() {
    let cases = [
        (r#""abc""#, "result", "expected an integer, found \"abc\""),
        ("null", "result", "expected an integer, found null"),
        ("{}", "result", "expected an integer, found an object"),
        ("[1]", "result", "expected an integer, found an array"),
        ("1.5", "result", "expected an integer, found 1.5"),
        (
            "18446744073709551615",
            "result",
            "expected an integer, found 18446744073709551615",
        ),
    ];
    for (result, path, what) in cases {
        let (kind, excerpt) = wrong(200, format!(r#"{{"result":{result}}}"#));
        let expected = DecodeErrorKind::WrongType {
            path: path.to_owned(),
            what: what.to_owned(),
        };
        assert_eq!(kind, expected);
        assert!(excerpt.starts_with(r#"{"result":"#));
    }
}

#[test]
fn deep_nesting_is_an_error() {
    for open in ["[", "{\"a\":"] {
        let deep = open.repeat(200_000);
        let body = format!("{{\"result\":{deep}");
        assert!(matches!(
            reply(200, body).decode::<Value>(),
            Err(Error::Decode(error)) if *error.kind() == DecodeErrorKind::Truncated
        ));
    }
    let body = format!("{{\"result\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    let Err(Error::Decode(error)) = reply(200, body).decode::<Value>() else {
        panic!()
    };
    assert!(error.to_string().contains("recursion limit"), "{error}");
    let body = format!("{{\"error\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    assert!(matches!(
        wrong(200, body).0,
        DecodeErrorKind::NotJson { .. }
    ));
}

#[test]
fn secrets_stay_inside() {
    let echo = format!("/rest/1/{CODE}/x");
    let bodies = [
        format!("<a href='{echo}'>"),
        format!(r#"{{"result":"{echo}"}}"#),
        format!(r#"{{"result":"{}{CODE}"}}"#, "x".repeat(33)),
        format!(r#"{{"{echo}":1}}"#),
        format!(r#"{{"error":"{CODE}","error_description":"{echo}","argument":"{echo}"}}"#),
        format!(
            r#"{{"error":{{"code":"A","message":"{echo}","validation":[{{"field":"{CODE}","message":"{CODE}"}}]}}}}"#
        ),
        format!("{{\"result\":\"{}", &CODE[..9]),
    ];
    for body in bodies {
        let reply = reply(400, body);
        let error = reply.decode::<i64>().unwrap_err();
        for text in [
            error.to_string(),
            format!("{error:?}"),
            format!("{reply:?}"),
        ] {
            assert!(!text.contains(&CODE[..8]), "{text}");
        }
    }
}
