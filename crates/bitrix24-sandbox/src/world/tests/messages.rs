use std::time::Duration;

use serde_json::{Value, json};

use super::Portal;

#[test]
fn bots_write_change_and_delete() {
    let portal = Portal::start();
    let bot = portal.bot("echo");
    let anna = portal.sandbox.add_user("Anna Davis");
    let write = json!({"DIALOG_ID": anna.id().to_string(), "MESSAGE": " Hello "});
    let id = portal.id("imbot.message.add", write);
    let seen = || {
        let messages = anna.messages(bot);
        let last = messages.last().unwrap();
        (
            last.id(),
            last.text().to_owned(),
            last.is_edited(),
            last.is_deleted(),
        )
    };
    assert_eq!(seen(), (id, "Hello".to_owned(), false, false));

    let update = |text: &str| json!({"MESSAGE_ID": id, "MESSAGE": text});
    assert_eq!(
        portal.call("imbot.message.update", update("Bye")),
        json!(true)
    );
    assert_eq!(seen(), (id, "Bye".to_owned(), true, false));
    let keyboard = json!({"MESSAGE_ID": id, "KEYBOARD": [{"TEXT": "A"}]});
    assert_eq!(portal.call("imbot.message.update", keyboard), json!(true));
    assert!(anna.messages(bot)[0].keyboard().is_some());
    let none = json!({"MESSAGE_ID": id, "KEYBOARD": "N"});
    assert_eq!(portal.call("imbot.message.update", none), json!(true));
    assert!(anna.messages(bot)[0].keyboard().is_none());

    assert_eq!(portal.call("imbot.message.update", update("")), json!(true));
    assert_eq!(seen(), (id, String::new(), true, true));
    assert_eq!(
        portal.code("imbot.message.update", update("x")),
        "CANT_EDIT_MESSAGE"
    );

    let again = json!({"DIALOG_ID": anna.id().to_string(), "MESSAGE": "x"});
    let id = portal.id("imbot.message.add", again);
    let delete = json!({"MESSAGE_ID": id, "COMPLETE": "Y"});
    assert_eq!(
        portal.call("imbot.message.delete", delete.clone()),
        json!(true)
    );
    assert_eq!(anna.messages(bot).len(), 1);
    assert_eq!(
        portal.code("imbot.message.delete", delete),
        "CANT_EDIT_MESSAGE"
    );
    let theirs = anna.write(bot, "mine").unwrap();
    for method in ["imbot.message.update", "imbot.message.delete"] {
        let params = json!({"MESSAGE_ID": theirs, "MESSAGE": "x"});
        assert_eq!(portal.code(method, params), "CANT_EDIT_MESSAGE");
        for params in [
            json!({"MESSAGE_ID": 0}),
            json!({}),
            json!({"MESSAGE_ID": "x"}),
        ] {
            assert_eq!(portal.code(method, params), "MESSAGE_ID_ERROR");
        }
    }
}

#[test]
fn messages_are_checked() {
    let portal = Portal::start();
    portal.bot("echo");
    let large = "x".repeat(31 * 1024);
    for (params, code) in [
        (json!({"MESSAGE": "x"}), "DIALOG_ID_EMPTY"),
        (
            json!({"DIALOG_ID": "chat", "MESSAGE": "x"}),
            "DIALOG_ID_EMPTY",
        ),
        (json!({"DIALOG_ID": "1", "MESSAGE": " "}), "MESSAGE_EMPTY"),
        (json!({"DIALOG_ID": "1"}), "MESSAGE_EMPTY"),
        (json!({"DIALOG_ID": "77", "MESSAGE": "x"}), "WRONG_REQUEST"),
        // The bot is not in it.
        (
            json!({"DIALOG_ID": "chat2725", "MESSAGE": "x"}),
            "WRONG_REQUEST",
        ),
        (
            json!({"DIALOG_ID": "1", "MESSAGE": "x", "BOT_ID": 99}),
            "BOT_ID_ERROR",
        ),
        (
            json!({"DIALOG_ID": "1", "MESSAGE": "x", "ATTACH": 5}),
            "ATTACH_ERROR",
        ),
        (
            json!({"DIALOG_ID": "1", "MESSAGE": "x", "ATTACH": "{"}),
            "ATTACH_ERROR",
        ),
        (
            json!({"DIALOG_ID": "1", "MESSAGE": "x", "KEYBOARD": {"A": 1}}),
            "KEYBOARD_ERROR",
        ),
        (
            json!({"DIALOG_ID": "1", "MESSAGE": "x", "MENU": [1]}),
            "MENU_ERROR",
        ),
        (
            json!({"DIALOG_ID": "1", "MESSAGE": "x", "ATTACH": [{"MESSAGE": large}]}),
            "ATTACH_OVERSIZE",
        ),
        (
            json!({"DIALOG_ID": "1", "MESSAGE": "x", "KEYBOARD": [{"TEXT": large}]}),
            "KEYBOARD_OVERSIZE",
        ),
    ] {
        assert_eq!(
            portal.code("imbot.message.add", params.clone()),
            code,
            "{params:.80}"
        );
    }
    let long = "ä".repeat(20_001);
    portal.id(
        "imbot.message.add",
        json!({"DIALOG_ID": "1", "MESSAGE": &long}),
    );
    let bot = portal.sandbox.bot("echo").unwrap();
    let messages = portal.sandbox.messages(bot);
    let text = messages[0].text();
    assert!(text.ends_with("ä (...)"));
    assert_eq!(text.chars().count(), 20_000 + " (...)".len());
    let chat = portal.id(
        "imbot.chat.add",
        json!({"USERS": [1], "TITLE": "T", "MESSAGE": long}),
    );
    let messages = portal.sandbox.messages(format!("chat{chat}"));
    assert_eq!(messages[0].text(), text);
}

#[test]
fn between_two_users() {
    let portal = Portal::start();
    portal.bot("echo");
    let anna = portal.sandbox.add_user("Anna");
    let params = json!({"FROM_USER_ID": 1, "TO_USER_ID": anna.id(), "MESSAGE": "note"});
    portal.id("imbot.message.add", params);
    let messages = anna.messages(1);
    assert_eq!(messages[0].author(), 1);
    assert!(messages[0].is_system());
}

#[test]
fn likes() {
    let portal = Portal::start();
    let bot = portal.bot("echo");
    let user = portal.sandbox.user(1);
    let id = user.write(bot, "like me").unwrap();
    let like = |action: Value| json!({"MESSAGE_ID": id, "ACTION": action});
    let liked = || {
        let messages = user.messages(bot);
        messages[0]
            .reactions()
            .map(|(by, _)| by)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        portal.call("imbot.message.like", like(json!("plus"))),
        json!(true)
    );
    assert_eq!(liked(), [bot]);
    assert_eq!(
        portal.code("imbot.message.like", like(json!("plus"))),
        "WITHOUT_CHANGES"
    );
    assert_eq!(
        portal.call("imbot.message.like", like(Value::Null)),
        json!(true)
    );
    assert_eq!(liked(), [0_u64; 0]);
    assert_eq!(
        portal.code("imbot.message.like", like(json!("minus"))),
        "WITHOUT_CHANGES"
    );
    assert_eq!(
        portal.call("im.message.like", like(json!("auto"))),
        json!(true)
    );
    assert_eq!(liked(), [1]);
    let nothing = json!({"MESSAGE_ID": 0});
    assert_eq!(
        portal.code("imbot.message.like", nothing),
        "MESSAGE_ID_ERROR"
    );
}

#[test]
fn people_by_the_messenger() {
    let portal = Portal::start();
    let bot = portal.bot("echo");
    let dialog = bot.to_string();
    let params = json!({"DIALOG_ID": dialog, "MESSAGE": "one"});
    let one = portal.id("im.message.add", params);
    let params = json!({"DIALOG_ID": dialog, "MESSAGE": "two", "REPLY_ID": one});
    let two = portal.id("im.message.add", params);
    let answer = portal.id(
        "imbot.message.add",
        json!({"DIALOG_ID": "1", "MESSAGE": "three"}),
    );
    let update = json!({"MESSAGE_ID": one, "MESSAGE": "One"});
    assert_eq!(portal.call("im.message.update", update), json!(true));

    let list = |more: Value| {
        let mut params = json!({"DIALOG_ID": dialog});
        for (name, value) in more.as_object().unwrap() {
            params[name] = value.clone();
        }
        let listed = portal.call("im.dialog.messages.get", params);
        let messages = listed["messages"].as_array().unwrap().iter();
        messages
            .map(|one| one["id"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(list(json!({})), [answer, two, one]);
    assert_eq!(list(json!({"LIMIT": 1})), [answer]);
    assert_eq!(list(json!({"LAST_ID": answer})), [two, one]);
    assert_eq!(list(json!({"FIRST_ID": one, "LIMIT": 1})), [two]);
    let read = portal.call(
        "im.dialog.read",
        json!({"DIALOG_ID": dialog, "MESSAGE_ID": two}),
    );
    // Whoever writes has read what was there.
    assert_eq!(read["counter"], 1);
    assert_eq!(
        portal.call("im.dialog.writing", json!({"DIALOG_ID": dialog})),
        json!(true)
    );
    let users = portal.call("im.dialog.users.list", json!({"DIALOG_ID": dialog}));
    assert_eq!(users.as_array().unwrap().len(), 2);
    let users = json!({"ID": [1, bot, 99], "RESULT_TYPE": "array"});
    let users = portal.call("im.user.list.get", users);
    assert_eq!(users[1]["bot"], true);
    let command = json!({"MESSAGE_ID": answer, "BOT_ID": bot, "COMMAND": "echo"});
    assert_eq!(portal.code("im.message.command", command), "COMMAND_ERROR");
    let delete = json!({"MESSAGE_ID": two});
    assert_eq!(portal.call("im.message.delete", delete), json!(true));
    let delete = json!({"MESSAGE_ID": answer});
    assert_eq!(
        portal.code("im.message.delete", delete),
        "CANT_EDIT_MESSAGE"
    );
    for (params, code) in [
        (json!({"DIALOG_ID": "x", "MESSAGE": "x"}), "USER_ID_EMPTY"),
        (json!({"DIALOG_ID": "99", "MESSAGE": "x"}), "USER_NOT_FOUND"),
        (
            json!({"DIALOG_ID": "chat9", "MESSAGE": "x"}),
            "ACCESS_ERROR",
        ),
        (
            json!({"DIALOG_ID": dialog, "MESSAGE": " "}),
            "MESSAGE_EMPTY",
        ),
        (
            json!({"DIALOG_ID": dialog, "MESSAGE": "x", "REPLY_ID": 9}),
            "REPLY_ACCESS_ERROR",
        ),
        (
            json!({"DIALOG_ID": "chat2725", "MESSAGE": "x", "REPLY_ID": one}),
            "REPLY_FROM_OTHER_CHAT_ERROR",
        ),
    ] {
        assert_eq!(
            portal.code("im.message.add", params.clone()),
            code,
            "{params}"
        );
    }
}

#[test]
fn old_messages_stay_as_they_are() {
    let portal = Portal::start();
    portal.bot("echo");
    let write = json!({"DIALOG_ID": "1", "MESSAGE": "x"});
    let id = portal.id("imbot.message.add", write);
    let update = json!({"MESSAGE_ID": id, "MESSAGE": "y"});
    portal
        .sandbox
        .advance(Duration::from_secs(3 * 24 * 3600 - 60));
    assert_eq!(
        portal.call("imbot.message.update", update.clone()),
        json!(true)
    );
    portal.sandbox.advance(Duration::from_secs(120));
    assert_eq!(
        portal.code("imbot.message.update", update),
        "CANT_EDIT_MESSAGE"
    );
}
