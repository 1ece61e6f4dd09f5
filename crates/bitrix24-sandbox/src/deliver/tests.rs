#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::{Delivery, Outbox, Reach, form, post::Target};
use std::time::{Duration, SystemTime};

fn decoded(form: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(form.as_bytes())
        .into_owned()
        .collect()
}

#[test]
fn forms() {
    let body = json!({
        "event": "E",
        "data": {"bot": {"id": 7, "hidden": false, "open": true, "background": null}, "params": {},
            "list": [1, {"a": "x y&[z]"}], "none": []},
        "ts": 5,
    });
    let pairs = decoded(&form::encode(&body));
    let expected = [
        ("event", "E"),
        ("data[bot][id]", "7"),
        ("data[bot][hidden]", "0"),
        ("data[bot][open]", "1"),
        ("data[bot][background]", ""),
        ("data[list][0]", "1"),
        ("data[list][1][a]", "x y&[z]"),
        ("ts", "5"),
    ];
    let expected: Vec<_> = expected
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    assert_eq!(pairs, expected);
}

#[test]
fn deep_values_come_to_an_end() {
    let mut value = json!(1);
    for _ in 0..100 {
        value = json!({ "a": value });
    }
    assert_eq!(form::encode(&json!({ "x": value })), "");
}

#[test]
fn addresses() {
    let shown = |address: &str| Target::parse(address).map(|target| target.shown());
    assert_eq!(
        shown("http://user:secret@localhost/bot?token=1"),
        Ok("http://localhost:80/bot".to_owned())
    );
    assert_eq!(
        shown("http://[::1]:8080"),
        Ok("http://[::1]:8080/".to_owned())
    );
    for wrong in ["", "/bot", "bot", "ftp://x/", "https://x/", "http://"] {
        assert!(shown(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn what_was_cleared_does_not_come_back() {
    let delivery = || Delivery {
        event: "E".to_owned(),
        handler: String::new(),
        time: SystemTime::UNIX_EPOCH,
        status: 200,
        note: None,
    };
    let outbox = Outbox::new();
    outbox.record(0, delivery());
    assert_eq!(outbox.wait(1, Duration::ZERO).len(), 1);
    outbox.clear();
    outbox.record(0, delivery());
    assert!(outbox.wait(1, Duration::from_millis(1)).is_empty());
    outbox.record(1, delivery());
    assert_eq!(outbox.wait(1, Duration::MAX).len(), 1);
    assert_eq!(Reach::default(), Reach::Loopback);
}
