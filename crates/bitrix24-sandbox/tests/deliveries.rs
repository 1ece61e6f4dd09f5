//! How events get to handlers, and what comes with them.
#![allow(clippy::unwrap_used)]

#[path = "wire/bots.rs"]
mod bots;
#[path = "wire/handler.rs"]
mod handler;
mod wire;

use std::time::Duration;

use bitrix24_sandbox::Sandbox;
use bots::{PATIENCE, call, register, register_v2, start};
use handler::Handler;
use serde_json::json;
use wire::Connection;

#[test]
fn events_are_sent_once_and_in_order() {
    let sandbox = Sandbox::start().unwrap();
    let broken = Handler::start(500, Duration::ZERO);
    let slow = Handler::start(200, Duration::from_millis(200));
    let first = register_v2(&sandbox, &format!("{}?secret=s", slow.url));
    let second = register(&sandbox, &broken);
    let person = sandbox.user(1);
    for number in 0..3 {
        person.write(first, &number.to_string()).unwrap();
    }
    person.write(second, "x").unwrap();
    // Who is slow holds up nobody else.
    broken.expect("ONIMBOTJOINCHAT");
    broken.expect("ONIMBOTMESSAGEADD");
    assert!(sandbox.deliveries().len() < 5);
    let joined = slow.expect("ONIMBOTV2JOINCHAT");
    assert_eq!(joined.path, "/bot?secret=s");
    for number in 0..3 {
        let event = slow.expect("ONIMBOTV2MESSAGEADD");
        assert_eq!(event.get("data[message][text]"), number.to_string());
    }
    let deliveries = sandbox.wait_for_deliveries(6, PATIENCE).unwrap();
    let statuses: Vec<_> = deliveries
        .iter()
        .filter(|delivery| delivery.handler() == broken.url)
        .map(bitrix24_sandbox::Delivery::status)
        .collect();
    assert_eq!(statuses, [500, 500]);
    // It failed, and that was that.
    broken.is_quiet();
    slow.is_quiet();
    assert_eq!(sandbox.deliveries().len(), 6);
    for delivery in &deliveries {
        assert!(!format!("{delivery:?} {delivery}").contains("secret"));
    }
    assert!(sandbox.wait_for_deliveries(7, Duration::ZERO).is_err());
    let listed = sandbox.order("deliveries", json!({})).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 6);
    assert_eq!(listed[0].as_object().unwrap().len(), 5);
    let token = sandbox.order("application_token", json!({})).unwrap();
    assert_eq!(token, sandbox.application_token());
    sandbox.clear();
    assert!(sandbox.deliveries().is_empty());
}

#[test]
fn handlers_that_are_not_reached() {
    let sandbox = Sandbox::start().unwrap();
    for (number, (url, note)) in [
        ("http://192.0.2.1:1/", "refused: not on this machine"),
        ("https://127.0.0.1:1/", "refused: only http is supported"),
        ("http://127.0.0.1:1/", "no connection"),
        ("http://bot.invalid/", "refused: not on this machine"),
    ]
    .into_iter()
    .enumerate()
    {
        let fields = json!({
            "code": format!("b{number}"), "properties": {"name": "B"},
            "eventMode": "webhook", "webhookUrl": url,
        });
        let bot = call(&sandbox, "imbot.v2.Bot.register", json!({"fields": fields}));
        let bot = bot["bot"]["id"].as_u64().unwrap();
        call(&sandbox, "imbot.v2.Bot.unregister", json!({"botId": bot}));
        let deliveries = sandbox.wait_for_deliveries(number + 1, PATIENCE).unwrap();
        let last = deliveries.last().unwrap();
        assert_eq!((last.status(), last.note()), (0, Some(note)), "{last}");
        assert!(
            last.handler().starts_with(url.trim_end_matches('/')),
            "{last}"
        );
    }
}

#[test]
fn tokens_of_events_are_renewed() {
    let (sandbox, handler) = start();
    let bot = register_v2(&sandbox, &handler.url);
    let newest = sandbox.refresh_token();
    let person = sandbox.user(1);
    let token = |text: &str| {
        person.write(bot, text).unwrap();
        handler
            .next()
            .get("data[bot][auth][access_token]")
            .to_owned()
    };
    token("join");
    handler.next();
    let first = token("one");
    assert_eq!(token("two"), first);
    sandbox.expire_tokens();
    assert_ne!(token("three"), first);
    // They are beside those that the application asks for.
    assert_eq!(sandbox.refresh_token(), newest);
}

#[test]
fn links_are_good_once() {
    let (sandbox, handler) = start();
    let bot = register_v2(&sandbox, &handler.url);
    let fields = json!({"name": "a.txt", "content": "SGVsbG8="});
    let upload = json!({"botId": bot, "dialogId": "1", "fields": fields});
    let file = call(&sandbox, "imbot.v2.File.upload", upload);
    let id = &file["file"]["id"];
    let link = json!({"botId": bot, "fileId": id});
    let link = call(&sandbox, "imbot.v2.File.download", link);
    let link = link["downloadUrl"].as_str().unwrap();
    let target = link.strip_prefix(sandbox.url()).unwrap();
    let mut connection = Connection::to(&sandbox);
    let reply = connection.get(target);
    assert_eq!((reply.status, reply.body.as_str()), (200, "Hello"));
    assert_eq!(reply.content_type, "application/octet-stream");
    assert_eq!(connection.get(target).status, 404);
    assert_eq!(connection.get("/rest/download.json").status, 404);
}

#[test]
fn there_can_be_many_handlers() {
    let (sandbox, handler) = start();
    let bot = register_v2(&sandbox, &handler.url);
    let person = sandbox.user(1);
    person.write(bot, "0").unwrap();
    handler.expect("ONIMBOTV2JOINCHAT");
    handler.expect("ONIMBOTV2MESSAGEADD");
    for number in 1..=200 {
        let url = format!("{}?number={}", handler.url, number % 150);
        let fields = json!({"eventMode": "webhook", "webhookUrl": url});
        let update = json!({"botId": bot, "fields": fields});
        call(&sandbox, "imbot.v2.Bot.update", update);
        person.write(bot, &number.to_string()).unwrap();
        let event = handler.expect("ONIMBOTV2MESSAGEADD");
        assert_eq!(event.get("data[message][text]"), number.to_string());
    }
}
