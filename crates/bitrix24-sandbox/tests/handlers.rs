//! Events, as the handlers of bots get them.
#![allow(clippy::unwrap_used)]

#[path = "wire/handler.rs"]
mod handler;
mod wire;

use std::{collections::BTreeSet, time::Duration};

use bitrix24_sandbox::Sandbox;
use handler::Handler;
use serde_json::{Value, json};
use wire::{Connection, hook};

const PATIENCE: Duration = Duration::from_secs(10);

fn start() -> (Sandbox, Handler) {
    let handler = Handler::start(200, Duration::ZERO);
    (Sandbox::start().unwrap(), handler)
}

/// The result of a call with an access token.
#[track_caller]
fn call(sandbox: &Sandbox, method: &str, mut params: Value) -> Value {
    params["auth"] = sandbox.access_token().into();
    let path = format!("/rest/{method}");
    let body = Connection::to(sandbox).post(&path, &params).json();
    assert!(body.get("error").is_none(), "{method}: {body}");
    body["result"].clone()
}

fn register(sandbox: &Sandbox, handler: &Handler) -> u64 {
    let bot = call(
        sandbox,
        "imbot.register",
        json!({
            "CODE": "echo", "EVENT_HANDLER": handler.url, "PROPERTIES": {"NAME": "Echo"},
        }),
    );
    bot.as_u64().unwrap()
}

fn register_v2(sandbox: &Sandbox, url: &str) -> u64 {
    let fields = json!({
        "code": "echo2", "properties": {"name": "Echo"}, "eventMode": "webhook", "webhookUrl": url,
    });
    let bot = call(sandbox, "imbot.v2.Bot.register", json!({"fields": fields}));
    bot["bot"]["id"].as_u64().unwrap()
}

#[track_caller]
fn same(found: Vec<String>, expected: &str) {
    let found: BTreeSet<_> = found.iter().map(String::as_str).collect();
    assert_eq!(found, expected.split_whitespace().collect());
}

#[test]
fn a_bot_of_the_first_version() {
    let (sandbox, handler) = start();
    let bot = register(&sandbox, &handler);
    let anna = sandbox.add_user("Anna Davis");
    let question = anna.write(bot, "Hello").unwrap();

    let joined = handler.expect("ONIMBOTJOINCHAT");
    let params = "CHAT_TYPE MESSAGE_TYPE BOT_ID USER_ID TO_USER_ID FROM_USER_ID DIALOG_ID LANGUAGE";
    same(joined.fields("data[PARAMS]"), params);
    same(
        joined.fields("data[USER]"),
        "ID NAME FIRST_NAME LAST_NAME WORK_POSITION GENDER",
    );
    assert!(joined.find("auth[refresh_token]").is_none());

    let event = handler.expect("ONIMBOTMESSAGEADD");
    assert_eq!(event.path, "/bot");
    let form = "content-type: application/x-www-form-urlencoded";
    assert!(event.headers.contains(form), "{}", event.headers);
    same(event.fields("data"), "BOT PARAMS USER");
    let own = format!("data[BOT][{bot}]");
    let auth = "access_token expires expires_in scope domain server_endpoint status \
                client_endpoint member_id refresh_token user_id client_id application_token";
    same(event.fields(&own), &format!("{auth} AUTH BOT_ID BOT_CODE"));
    same(event.fields(&format!("{own}[AUTH]")), auth);
    same(event.fields("auth"), &auth.replace("client_id ", ""));
    let id = anna.id().to_string();
    for (name, value) in [
        ("data[PARAMS][MESSAGE]", "Hello"),
        ("data[PARAMS][MESSAGE_TYPE]", "P"),
        ("data[PARAMS][DIALOG_ID]", &id),
        ("data[PARAMS][FROM_USER_ID]", &id),
        ("data[PARAMS][TO_USER_ID]", &bot.to_string()),
        ("data[PARAMS][MESSAGE_ID]", &question.to_string()),
        ("data[USER][NAME]", "Anna Davis"),
        ("data[USER][IS_BOT]", "N"),
        ("auth[application_token]", sandbox.application_token()),
        ("auth[user_id]", &id),
        ("auth[client_endpoint]", &format!("{}/rest/", sandbox.url())),
    ] {
        assert_eq!(event.get(name), value, "{name}");
    }
    same(
        event.fields("data[PARAMS]"),
        "MESSAGE TEMPLATE_ID MESSAGE_TYPE FROM_USER_ID DIALOG_ID TO_CHAT_ID AUTHOR_ID SYSTEM \
         TO_USER_ID PUSH PUSH_IMPORTANT RECENT_SKIP_AUTHOR CONVERT SKIP_COMMAND \
         SKIP_COUNTER_INCREMENTS SILENT_CONNECTOR SKIP_CONNECTOR IMPORTANT_CONNECTOR \
         NO_SESSION_OL FAKE_RELATION SKIP_URL_INDEX COMMAND_CONTEXT CHAT_USER_COUNT \
         PLATFORM_CONTEXT MESSAGE_ID CHAT_TYPE LANGUAGE",
    );

    // The bot answers with the token that the event brings.
    let answer = json!({
        "auth": event.get(&format!("{own}[access_token]")),
        "BOT_ID": event.get(&format!("{own}[BOT_ID]")),
        "DIALOG_ID": event.get("data[PARAMS][DIALOG_ID]"),
        "MESSAGE": event.get("data[PARAMS][MESSAGE]"),
    });
    let reply = Connection::to(&sandbox).post("/rest/imbot.message.add", &answer);
    assert_eq!(reply.status, 200, "{}", reply.body);
    let answer = anna.wait_for_message(bot, question, PATIENCE).unwrap();
    assert_eq!((answer.author(), answer.text()), (bot, "Hello"));
    // What it says itself is no news for it.
    handler.is_quiet();
}

#[test]
fn a_group_of_the_first_version() {
    let (sandbox, handler) = start();
    let bot = register(&sandbox, &handler);
    let person = sandbox.user(1);
    let chat = person.open_chat("Brown", &[bot]).unwrap();
    let dialog = format!("chat{chat}");
    let joined = handler.expect("ONIMBOTJOINCHAT");
    same(
        joined.fields("data[PARAMS]"),
        "CHAT_TYPE MESSAGE_TYPE BOT_ID USER_ID CHAT_ID CHAT_AUTHOR_ID CHAT_ENTITY_TYPE \
         CHAT_ENTITY_ID ACCESS_HISTORY DIALOG_ID LANGUAGE",
    );
    person.write(&dialog, "among us").unwrap();
    let text = format!("[USER={bot}]Echo[/USER], set up");
    let asked = person.write(&dialog, &text).unwrap();
    let event = handler.expect("ONIMBOTMESSAGEADD");
    assert_eq!(event.get("data[PARAMS][MESSAGE]"), "set up");
    assert_eq!(event.get("data[PARAMS][MESSAGE_ORIGINAL]"), text);
    assert_eq!(event.get("data[PARAMS][DIALOG_ID]"), dialog);
    let mention = format!("data[PARAMS][MENTIONED_LIST][{bot}]");
    assert_eq!(event.get(&mention), bot.to_string());
    same(
        event.fields("data[PARAMS]"),
        "MESSAGE TEMPLATE_ID MESSAGE_TYPE FROM_USER_ID DIALOG_ID TO_CHAT_ID AUTHOR_ID SYSTEM \
         CHAT_ID CHAT_TITLE CHAT_AUTHOR_ID CHAT_TYPE CHAT_AVATAR CHAT_COLOR CHAT_ENTITY_TYPE \
         CHAT_ENTITY_ID CHAT_ENTITY_DATA_1 CHAT_ENTITY_DATA_2 CHAT_ENTITY_DATA_3 CHAT_EXTRANET \
         CHAT_PREV_MESSAGE_ID CHAT_CAN_POST RID IS_MANAGER PUSH PUSH_IMPORTANT \
         RECENT_SKIP_AUTHOR CONVERT SKIP_COMMAND SKIP_COUNTER_INCREMENTS SILENT_CONNECTOR \
         SKIP_CONNECTOR IMPORTANT_CONNECTOR NO_SESSION_OL FAKE_RELATION SKIP_URL_INDEX \
         COMMAND_CONTEXT CHAT_USER_COUNT MENTIONED_LIST PLATFORM_CONTEXT MESSAGE_ORIGINAL \
         TO_USER_ID MESSAGE_ID LANGUAGE",
    );
    // Of changes it hears once it has said where.
    person.edit(asked, &text).unwrap();
    handler.is_quiet();
    let fields = json!({"EVENT_MESSAGE_UPDATE": handler.url, "EVENT_MESSAGE_DELETE": handler.url});
    call(
        &sandbox,
        "imbot.update",
        json!({"BOT_ID": bot, "FIELDS": fields}),
    );
    person.edit(asked, &format!("{text} now")).unwrap();
    let event = handler.expect("ONIMBOTMESSAGEUPDATE");
    assert_eq!(event.get("data[PARAMS][MESSAGE]"), "set up now");
    same(
        event.fields("data[PARAMS]"),
        "ID CHAT_ID AUTHOR_ID MESSAGE MESSAGE_TYPE CHAT_AUTHOR_ID CHAT_ENTITY_TYPE \
         CHAT_ENTITY_ID CHAT_ENTITY_DATA_1 CHAT_ENTITY_DATA_2 CHAT_ENTITY_DATA_3 \
         CHAT_USER_COUNT MENTIONED_LIST PLATFORM_CONTEXT MESSAGE_ORIGINAL TO_USER_ID DIALOG_ID \
         MESSAGE_ID CHAT_TYPE LANGUAGE",
    );
    person.delete(asked).unwrap();
    let event = handler.expect("ONIMBOTMESSAGEDELETE");
    let note = event.get("data[PARAMS][MESSAGE]");
    assert!(note.starts_with("Message from ") && note.ends_with(" has been deleted"));

    let command = json!({
        "BOT_ID": bot, "COMMAND": "echo", "COMMON": "N", "EVENT_COMMAND_ADD": handler.url,
        "LANG": [{"LANGUAGE_ID": "en", "TITLE": "Echo", "PARAMS": "text"}],
    });
    let id = call(&sandbox, "imbot.command.register", command);
    person.write(&dialog, "/echo some text").unwrap();
    let event = handler.expect("ONIMCOMMANDADD");
    let own = format!("data[COMMAND][{id}]");
    for (name, value) in [
        ("COMMAND", "echo"),
        ("COMMAND_ID", &id.to_string()),
        ("COMMAND_PARAMS", "some text"),
        ("COMMAND_CONTEXT", "TEXTAREA"),
        ("BOT_CODE", "echo"),
    ] {
        assert_eq!(event.get(&format!("{own}[{name}]")), value, "{name}");
    }
    let list = format!("data[PARAMS][BOT_IN_CHAT][{bot}]");
    assert_eq!(event.get(&list), bot.to_string());
    same(
        event.fields("data[USER]"),
        "ID NAME FIRST_NAME LAST_NAME GENDER",
    );
    handler.is_quiet();

    call(&sandbox, "imbot.unregister", json!({"BOT_ID": bot}));
    let event = handler.expect("ONIMBOTDELETE");
    same(event.fields("data"), "BOT_ID BOT_CODE");
    person.write(&dialog, &text).unwrap();
    handler.is_quiet();
}

#[test]
fn a_bot_of_the_second_version() {
    let (sandbox, handler) = start();
    let bot = register_v2(&sandbox, &handler.url);
    let anna = sandbox.add_user("Anna Davis");
    let question = anna.write(bot, "Hello").unwrap();
    handler.expect("ONIMBOTV2JOINCHAT");
    let event = handler.expect("ONIMBOTV2MESSAGEADD");
    same(event.fields("data"), "bot message chat user language");
    same(event.fields("data[bot]"), "id code auth");
    let id = anna.id().to_string();
    for (name, value) in [
        ("data[bot][id]", bot.to_string().as_str()),
        ("data[bot][code]", "echo2"),
        ("data[message][text]", "Hello"),
        ("data[message][isSystem]", "0"),
        ("data[message][forward]", ""),
        ("data[message][authorId]", &id),
        ("data[chat][dialogId]", &id),
        ("data[user][active]", "1"),
        ("data[user][absent]", "0"),
        ("data[user][departments][0]", "1"),
        ("data[language]", "en"),
        ("auth[application_token]", sandbox.application_token()),
    ] {
        assert_eq!(event.get(name), value, "{name}");
    }
    let answer = json!({
        "auth": event.get("data[bot][auth][access_token]"),
        "botId": event.get("data[bot][id]"),
        "dialogId": event.get("data[chat][dialogId]"),
        "fields": {"message": event.get("data[message][text]")},
    });
    let reply = Connection::to(&sandbox).post("/rest/imbot.v2.Chat.Message.send", &answer);
    assert_eq!(reply.status, 200, "{}", reply.body);
    let answer = anna.wait_for_message(bot, question, PATIENCE).unwrap();
    assert_eq!((answer.author(), answer.text()), (bot, "Hello"));

    // Another mode, and nothing is sent any more.
    let fetch = json!({"botId": bot, "fields": {"eventMode": "fetch"}});
    call(&sandbox, "imbot.v2.Bot.update", fetch);
    anna.write(bot, "waits").unwrap();
    handler.is_quiet();
    let waiting = call(&sandbox, "imbot.v2.Event.get", json!({"botId": bot}));
    assert_eq!(waiting["events"][0]["data"]["message"]["text"], "waits");
    let other = Handler::start(200, Duration::ZERO);
    let webhook = json!({"eventMode": "webhook", "webhookUrl": other.url});
    let webhook = json!({"botId": bot, "fields": webhook});
    call(&sandbox, "imbot.v2.Bot.update", webhook);
    call(&sandbox, "imbot.v2.Bot.unregister", json!({"botId": bot}));
    let event = other.expect("ONIMBOTV2DELETE");
    same(event.fields("data"), "bot");
    handler.is_quiet();
}

#[test]
fn a_bot_that_asks() {
    let sandbox = Sandbox::start().unwrap();
    let mut connection = Connection::to(&sandbox);
    let mut call = |method: &str, params: Value| {
        let body = connection.post(&hook(&sandbox, method), &params).json();
        assert!(body.get("error").is_none(), "{method}: {body}");
        body["result"].clone()
    };
    let fields = json!({"code": "p", "botToken": "t0ken", "properties": {"name": "P"}});
    let bot = call("imbot.v2.Bot.register", json!({"fields": fields}));
    let bot = bot["bot"]["id"].as_u64().unwrap();
    let person = sandbox.user(1);
    let question = person.write(bot, "ping").unwrap();
    let mut offset = json!(null);
    let mut answers = 0;
    for _ in 0..3 {
        let next = json!({"botId": bot, "botToken": "t0ken", "offset": offset, "limit": 1});
        let page = call("imbot.v2.Event.get", next);
        for event in page["events"].as_array().unwrap() {
            if event["type"] == "ONIMBOTV2MESSAGEADD" {
                let data = &event["data"];
                let answer = json!({
                    "botId": bot, "botToken": "t0ken", "dialogId": data["chat"]["dialogId"],
                    "fields": {"message": data["message"]["text"]},
                });
                call("imbot.v2.Chat.Message.send", answer);
                answers += 1;
            }
        }
        offset = page["nextOffset"].clone();
    }
    assert_eq!(answers, 1);
    let answer = person.wait_for_message(bot, question, PATIENCE).unwrap();
    assert_eq!(answer.text(), "ping");
    assert!(sandbox.deliveries().is_empty());
    // Nothing tells the token.
    let log = format!("{:?} {sandbox:?}", sandbox.requests());
    assert!(!log.contains("t0ken"), "{log}");
}

#[test]
fn handlers_that_are_bound() {
    let (sandbox, handler) = start();
    let watcher = Handler::start(200, Duration::ZERO);
    let bot = register(&sandbox, &handler);
    for event in ["OnImBotMessageAdd", "ONIMV2MESSAGEADD"] {
        let bind = json!({"event": event, "handler": watcher.url});
        call(&sandbox, "event.bind", bind);
    }
    // Who is told anyway is not told twice.
    let bind = json!({"event": "ONIMBOTMESSAGEADD", "handler": handler.url});
    call(&sandbox, "event.bind", bind);
    let person = sandbox.user(1);
    person.write(bot, "Hello").unwrap();
    handler.expect("ONIMBOTJOINCHAT");
    handler.expect("ONIMBOTMESSAGEADD");
    handler.is_quiet();
    let mut events = [watcher.next(), watcher.next()];
    events.sort_by_key(|event| event.get("event").to_owned());
    let [of_bot, of_person] = events;
    assert_eq!(of_bot.get("data[PARAMS][MESSAGE]"), "Hello");
    assert_eq!(of_person.get("event"), "ONIMV2MESSAGEADD");
    assert_eq!(of_person.get("data[message][text]"), "Hello");
    same(of_person.fields("data"), "message chat user language");
    let token = sandbox.application_token();
    assert_eq!(of_person.get("auth[application_token]"), token);
    let unbind = json!({"event": "ONIMV2MESSAGEADD", "handler": watcher.url});
    call(&sandbox, "event.unbind", unbind);
    person.write(bot, "Bye").unwrap();
    watcher.expect("ONIMBOTMESSAGEADD");
    watcher.is_quiet();
}

#[test]
fn who_registers_by_webhook_gets_no_tokens() {
    let (sandbox, handler) = start();
    let fields = json!({
        "code": "w", "botToken": "t0ken", "properties": {"name": "W"},
        "eventMode": "webhook", "webhookUrl": handler.url,
    });
    let path = hook(&sandbox, "imbot.v2.Bot.register");
    let body = Connection::to(&sandbox)
        .post(&path, &json!({"fields": fields}))
        .json();
    let bot = body["result"]["bot"]["id"].as_u64().unwrap();
    sandbox.user(1).write(bot, "x").unwrap();
    let auth = "domain server_endpoint client_endpoint member_id application_token";
    handler.next();
    let event = handler.expect("ONIMBOTV2MESSAGEADD");
    same(event.fields("auth"), auth);
    same(event.fields("data[bot][auth]"), auth);
}

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
