#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::{
    Delivery, Outbox, Reach, form,
    post::{Target, shown},
};
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
    for (address, expected) in [
        (
            "http://user:secret@localhost/bot?token=1",
            "http://localhost:80/bot",
        ),
        ("http://[::1]:8080", "http://[::1]:8080/"),
    ] {
        assert!(Target::parse(address).is_ok(), "{address}");
        assert_eq!(shown(address), expected);
    }
    for wrong in ["", "/bot", "bot", "ftp://x/", "https://x/", "http://"] {
        assert!(Target::parse(wrong).is_err(), "{wrong}");
    }
    for (address, expected) in [
        (
            "https://user:secret@bot.invalid/b?token=1",
            "https://bot.invalid:443/b",
        ),
        ("bot.invalid?token=1", "bot.invalid"),
        ("user:secret@bot invalid#token", "bot invalid"),
        ("", ""),
    ] {
        assert_eq!(shown(address), expected);
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
    let outbox = Outbox::new(None);
    outbox.record(0, delivery());
    assert_eq!(outbox.wait(1, Duration::ZERO).len(), 1);
    outbox.clear();
    outbox.record(0, delivery());
    assert!(outbox.wait(1, Duration::from_millis(1)).is_empty());
    outbox.record(1, delivery());
    assert_eq!(outbox.wait(1, Duration::MAX).len(), 1);
    assert_eq!(Reach::default(), Reach::Loopback);
}
