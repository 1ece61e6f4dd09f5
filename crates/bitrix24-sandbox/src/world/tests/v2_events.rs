use serde_json::{Value, json};

use super::Portal;

/// What waits for a bot, by type.
fn events(portal: &Portal, bot: u64) -> Vec<(String, Value)> {
    let page = portal.exact("imbot.v2.Event.get", json!({"botId": bot}));
    assert_eq!(page["hasMore"], false);
    let events = page["events"].as_array().unwrap().iter();
    let events = events
        .map(|event| {
            let kind = event["type"].as_str().unwrap().to_owned();
            (kind, event["data"].clone())
        })
        .collect();
    let done = json!({"botId": bot, "offset": page["nextOffset"]});
    let rest = portal.exact("imbot.v2.Event.get", done);
    assert_eq!(rest["events"], json!([]));
    events
}

fn kinds(portal: &Portal, bot: u64) -> Vec<String> {
    let events = events(portal, bot);
    events.into_iter().map(|(kind, _)| kind).collect()
}

#[track_caller]
fn names(data: &Value, expected: &[&str]) {
    let names: Vec<_> = data.as_object().unwrap().keys().collect();
    assert_eq!(names, expected);
}

#[test]
fn bots_that_ask() {
    let portal = Portal::start();
    let bot = portal.v2_bot("b", &json!({}));
    let help = json!({"command": "help", "title": {"en": "Help"}});
    portal.exact(
        "imbot.v2.Command.register",
        json!({"botId": bot, "fields": help}),
    );
    let person = portal.sandbox.user(1);
    let hello = person.write(bot, "Hello").unwrap();
    let bye = person.write(bot, "Bye").unwrap();
    let heard = events(&portal, bot);
    assert_eq!(heard.len(), 3);
    let (kind, data) = &heard[0];
    assert_eq!(kind, "ONIMBOTV2JOINCHAT");
    names(data, &["bot", "dialogId", "chat", "user", "language"]);
    // In a private dialog it is named by the person.
    assert_eq!(
        (&data["dialogId"], &data["chat"]["dialogId"]),
        (&json!("1"), &json!("1"))
    );
    let (kind, data) = &heard[1];
    assert_eq!(kind, "ONIMBOTV2MESSAGEADD");
    names(data, &["bot", "message", "chat", "user", "language"]);
    assert_eq!(data["message"]["text"], "Hello");
    assert_eq!(data["message"]["id"], hello);
    assert_eq!(
        (&data["user"]["id"], &data["bot"]["id"]),
        (&json!(1), &json!(bot))
    );
    assert_eq!(data["bot"]["eventMode"], "fetch");
    for absent in ["role", "muteList", "dateCreate", "userCounter"] {
        assert!(data["chat"].get(absent).is_none(), "{absent}");
    }
    assert_eq!(data["user"]["lastActivityDate"], false);

    person.edit(hello, "Hello!").unwrap();
    person.delete(bye).unwrap();
    let question = person.write(bot, "/help me please").unwrap();
    let sent = portal.exact(
        "imbot.v2.Chat.Message.send",
        json!({"botId": bot, "dialogId": "1", "fields": {"message": "Yes?"}}),
    );
    person.react(sent["id"].as_u64().unwrap(), "fire").unwrap();
    person
        .take_back(sent["id"].as_u64().unwrap(), "fire")
        .unwrap();
    person.look_into(bot, Some(json!({"task": 7}))).unwrap();
    let heard = events(&portal, bot);
    let (told, data): (Vec<_>, Vec<_>) = heard.into_iter().unzip();
    assert_eq!(
        told,
        [
            "ONIMBOTV2MESSAGEUPDATE",
            "ONIMBOTV2MESSAGEDELETE",
            "ONIMBOTV2COMMANDADD",
            "ONIMBOTV2REACTIONCHANGE",
            "ONIMBOTV2REACTIONCHANGE",
            "ONIMBOTV2CONTEXTGET",
        ],
    );
    assert_eq!(data[0]["message"]["text"], "Hello!");
    names(&data[1], &["bot", "messageId", "chat", "user", "language"]);
    assert_eq!(data[1]["messageId"], bye);
    names(
        &data[2],
        &["bot", "command", "message", "chat", "user", "language"],
    );
    let command = &data[2]["command"];
    assert_eq!(
        *command,
        json!({"id": command["id"], "command": "/help", "params": "me please", "context": "textarea"}),
    );
    names(
        &data[3],
        &[
            "bot", "reaction", "action", "message", "chat", "user", "language",
        ],
    );
    assert_eq!(
        (&data[3]["action"], &data[4]["action"]),
        (&json!("add"), &json!("delete"))
    );
    names(
        &data[5],
        &["bot", "dialogId", "context", "chat", "user", "language"],
    );
    assert_eq!(data[5]["context"], json!({"task": 7}));

    let mut answer = json!({
        "botId": bot, "commandId": command["id"], "messageId": question, "dialogId": "1",
        "fields": {"message": "Here"},
    });
    portal.exact("imbot.v2.Command.answer", answer.clone());
    assert_eq!(portal.sandbox.messages(bot).pop().unwrap().text(), "Here");
    answer["messageId"] = hello.into();
    assert_eq!(
        portal.code("imbot.v2.Command.answer", answer),
        "COMMAND_ANSWER_FAILED"
    );
}

#[test]
fn who_hears_what() {
    let portal = Portal::start();
    let ordinary = portal.v2_bot("ordinary", &json!({}));
    let all = portal.v2_bot("all", &json!({"type": "personal"}));
    let elsewhere = portal.v2_bot("elsewhere", &json!({"type": "supervisor"}));
    let person = portal.sandbox.user(1);
    let chat = person.open_chat("c", &[ordinary, all]).unwrap();
    let dialog = format!("chat{chat}");
    for bot in [ordinary, all] {
        assert_eq!(kinds(&portal, bot), ["ONIMBOTV2JOINCHAT"]);
    }
    person.write(&dialog, "for nobody").unwrap();
    let mention = format!("[USER={ordinary}]Bot[/USER], you");
    person.write(&dialog, &mention).unwrap();
    // Bots do not hear each other.
    let sent = portal.exact(
        "imbot.v2.Chat.Message.send",
        json!({"botId": all, "dialogId": dialog, "fields": {"message": mention}}),
    );
    person.react(sent["id"].as_u64().unwrap(), "like").unwrap();
    assert_eq!(kinds(&portal, ordinary), ["ONIMBOTV2MESSAGEADD"]);
    let message = "ONIMBOTV2MESSAGEADD";
    assert_eq!(
        kinds(&portal, all),
        [message, message, "ONIMBOTV2REACTIONCHANGE"]
    );
    assert!(kinds(&portal, elsewhere).is_empty());
    // Commands of all chats reach a bot that is not there, and let it answer.
    let fields = json!({"command": "who", "title": {"en": "Who"}, "common": true});
    let command = portal.exact(
        "imbot.v2.Command.register",
        json!({"botId": elsewhere, "fields": fields}),
    );
    let asked = person.write(&dialog, "/who").unwrap();
    assert_eq!(kinds(&portal, elsewhere), ["ONIMBOTV2COMMANDADD"]);
    let answer = json!({
        "botId": elsewhere, "commandId": command["command"]["id"], "messageId": asked,
        "dialogId": dialog, "fields": {"message": "me"},
    });
    portal.exact("imbot.v2.Command.answer", answer);
    let answer = portal.sandbox.messages(&dialog).pop().unwrap();
    assert_eq!(
        (answer.text(), answer.is_system()),
        ("[b]elsewhere Bot:[/b] me", true)
    );
    // A button gives one as well.
    let sent = portal.exact(
        "imbot.v2.Chat.Message.send",
        json!({"botId": all, "dialogId": dialog, "fields": {"message": "press",
               "keyboard": {"BOT_ID": elsewhere, "BUTTONS": [{"TEXT": "Who?", "COMMAND": "who"}]}}}),
    );
    person.press(sent["id"].as_u64().unwrap(), "Who?").unwrap();
    let heard = events(&portal, elsewhere);
    assert_eq!(heard[0].1["command"]["context"], "keyboard");
    let answer = json!({
        "botId": elsewhere, "commandId": command["command"]["id"], "messageId": sent["id"],
        "dialogId": dialog, "fields": {"message": "still me"},
    });
    portal.exact("imbot.v2.Command.answer", answer);
}

#[test]
fn events_of_people() {
    let portal = Portal::start();
    let bot = portal.v2_bot("b", &json!({}));
    let person = portal.sandbox.user(1);
    let get = |params| portal.exact("im.v2.Event.get", params);
    let types = |page: &Value| -> Vec<String> {
        let events = page["events"].as_array().unwrap().iter();
        events
            .map(|event| event["type"].as_str().unwrap().to_owned())
            .collect()
    };
    person.write(bot, "before").unwrap();
    let empty = json!({"events": [], "nextOffset": 0, "hasMore": false});
    assert_eq!(get(json!({})), empty);
    let both = json!({"botId": bot, "withUserEvents": true});
    assert_eq!(
        portal.code("imbot.v2.Event.get", both.clone()),
        "USER_NOT_SUBSCRIBED"
    );

    assert_eq!(
        portal.exact("im.v2.Event.subscribe", json!({})),
        json!(true)
    );
    let id = person.write(bot, "one").unwrap();
    person.edit(id, "two").unwrap();
    person.react(id, "like").unwrap();
    person.delete(id).unwrap();
    let chat = person.open_chat("c", &[bot]).unwrap();
    let page = get(json!({}));
    assert_eq!(
        types(&page),
        [
            "ONIMV2MESSAGEADD",
            "ONIMV2MESSAGEUPDATE",
            "ONIMV2REACTIONCHANGE",
            "ONIMV2MESSAGEDELETE",
            "ONIMV2JOINCHAT",
        ],
    );
    let events = &page["events"];
    names(&events[0]["data"], &["message", "chat", "user", "language"]);
    // It is called as the person calls it.
    assert_eq!(events[0]["data"]["chat"]["dialogId"], bot.to_string());
    assert_eq!(events[4]["data"]["user"]["id"], bot);
    assert_eq!(events[4]["data"]["dialogId"], format!("chat{chat}"));
    let page = portal.exact("imbot.v2.Event.get", both.clone());
    assert_eq!(page["events"].as_array().unwrap().len(), 5 + 6);
    let mut done = both.clone();
    done["offset"] = page["nextOffset"].clone();
    assert_eq!(
        portal.exact("imbot.v2.Event.get", done)["events"],
        json!([])
    );
    assert_eq!(get(json!({}))["events"], json!([]));

    let anna = portal.sandbox.add_user("Anna Davis");
    person.invite(format!("chat{chat}"), anna.id()).unwrap();
    let page = get(json!({}));
    assert_eq!(types(&page), ["ONIMV2JOINCHAT"]);
    assert_eq!(page["events"][0]["data"]["user"]["name"], "Anna Davis");
    get(json!({"offset": page["nextOffset"]}));

    portal.sandbox.grant(&["imbot"]);
    assert_eq!(portal.code("imbot.v2.Event.get", both), "SCOPE_ERROR");
    portal.sandbox.grant(&["im", "imbot"]);
    assert_eq!(
        portal.exact("im.v2.Event.unsubscribe", json!({})),
        json!(true)
    );
    person.write(bot, "after").unwrap();
    assert_eq!(get(json!({}))["events"], json!([]));
}

#[test]
fn limits_of_a_page() {
    let portal = Portal::start();
    let bot = portal.v2_bot("b", &json!({}));
    let person = portal.sandbox.user(1);
    for _ in 0..150 {
        person.write(bot, "x").unwrap();
    }
    for (limit, expected) in [
        (json!(null), 100),
        (json!(0), 1),
        (json!("7"), 7),
        (json!(9999), 151),
    ] {
        let page = portal.exact("imbot.v2.Event.get", json!({"botId": bot, "limit": limit}));
        let count = page["events"].as_array().unwrap().len();
        assert_eq!(
            (count, page["hasMore"] == true),
            (expected, expected < 151),
            "{limit}"
        );
    }
    // What waited is gone with the mode.
    let fields = json!({"eventMode": "webhook", "webhookUrl": "http://127.0.0.1:1/"});
    portal.exact(
        "imbot.v2.Bot.update",
        json!({"botId": bot, "fields": fields}),
    );
    assert!(kinds(&portal, bot).is_empty());
}
