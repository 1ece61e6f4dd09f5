use serde_json::{Value, json};

use super::Portal;

#[test]
fn bots_come_change_and_go() {
    let portal = Portal::start();
    assert_eq!(portal.call("imbot.bot.list", json!({})), json!([]));
    let bot = portal.bot("echo");
    assert!(bot > 1);
    // Registered again, it is the same.
    assert_eq!(portal.bot("echo"), bot);
    let fields = json!({"CODE": "echo2", "PROPERTIES": {"LAST_NAME": "Echo"}});
    let update = json!({"BOT_ID": bot, "FIELDS": fields});
    assert_eq!(portal.call("imbot.update", update), json!(true));
    let listed = json!({
        bot.to_string(): {"ID": bot, "NAME": "echo Echo", "CODE": "echo2", "OPENLINE": "N"},
    });
    assert_eq!(portal.call("imbot.bot.list", json!({})), listed);
    let unregister = json!({"BOT_ID": bot});
    assert_eq!(
        portal.call("imbot.unregister", unregister.clone()),
        json!(true)
    );
    assert_eq!(portal.code("imbot.unregister", unregister), "BOT_ID_ERROR");
    assert_eq!(portal.call("imbot.bot.list", json!({})), json!([]));
}

#[test]
fn bots_belong_to_somebody() {
    let mut portal = Portal::start();
    let bot = portal.bot("one");
    let params = json!({"BOT_ID": bot});
    portal.client = Some("another");
    assert_eq!(
        portal.code("imbot.unregister", params.clone()),
        "APP_ID_ERROR"
    );
    // The first bot of this one is asked for, and it has none.
    let add = json!({"TITLE": "x"});
    assert_eq!(portal.code("imbot.chat.add", add.clone()), "BOT_ID_ERROR");
    portal.client = None;
    assert_eq!(
        portal.code("imbot.unregister", params.clone()),
        "APP_ID_ERROR"
    );
    let other = portal.bot("two");
    assert!(portal.call("imbot.chat.add", add).is_u64());
    portal.client = Some("secret");
    let other = json!({"BOT_ID": other});
    assert_eq!(portal.code("imbot.unregister", other), "APP_ID_ERROR");
    // A webhook must say whom it speaks for.
    let nobody = json!({"BOT_ID": bot, "CLIENT_ID": null});
    assert_eq!(portal.code("imbot.unregister", nobody), "ACCESS_DENIED");
}

#[test]
fn registrations_are_checked() {
    let portal = Portal::start();
    let good = json!({
        "CODE": "c",
        "EVENT_MESSAGE_ADD": "https://bot.example/a",
        "EVENT_WELCOME_MESSAGE": "https://bot.example/b",
        "EVENT_BOT_DELETE": "https://bot.example/c",
        "PROPERTIES": {"NAME": "n"},
    });
    for (change, code) in [
        (json!({"CODE": null}), "CODE_ERROR"),
        (json!({"CODE": " "}), "CODE_ERROR"),
        (json!({"PROPERTIES": {}}), "NAME_ERROR"),
        (json!({"PROPERTIES": {"NAME": " "}}), "NAME_ERROR"),
        (
            json!({"EVENT_MESSAGE_ADD": null}),
            "EVENT_MESSAGE_ADD_ERROR",
        ),
        (json!({"EVENT_MESSAGE_ADD": "x"}), "EVENT_MESSAGE_ADD_ERROR"),
        (
            json!({"EVENT_WELCOME_MESSAGE": "ftp://x"}),
            "EVENT_WELCOME_MESSAGE_ERROR",
        ),
        (
            json!({"EVENT_BOT_DELETE": "https://"}),
            "EVENT_BOT_DELETE_ERROR",
        ),
        (
            json!({"EVENT_MESSAGE_UPDATE": "x y"}),
            "EVENT_MESSAGE_UPDATE_ERROR",
        ),
        (
            json!({"EVENT_MESSAGE_DELETE": "x"}),
            "EVENT_MESSAGE_DELETE_ERROR",
        ),
        (json!({"CLIENT_ID": ""}), "ACCESS_DENIED"),
    ] {
        let mut params = good.clone();
        for (name, value) in change.as_object().unwrap() {
            params[name] = value.clone();
        }
        assert_eq!(portal.code("imbot.register", params), code, "{change}");
    }
    assert!(portal.call("imbot.register", good).is_u64());
    for code in ["1", "2", "3", "4"] {
        portal.bot(code);
    }
    let sixth = json!({
        "CODE": "6", "EVENT_HANDLER": "https://x.example", "PROPERTIES": {"NAME": "n"},
    });
    assert_eq!(portal.code("imbot.register", sixth), "MAX_COUNT_ERROR");
}

#[test]
fn updates_are_checked() {
    let portal = Portal::start();
    let (bot, _) = (portal.bot("one"), portal.bot("two"));
    for (fields, code) in [
        (json!({}), "WRONG_REQUEST"),
        (Value::Null, "WRONG_REQUEST"),
        (json!({"CODE": "two"}), "WRONG_REQUEST"),
        (
            json!({"PROPERTIES": {"NAME": "", "LAST_NAME": ""}}),
            "NAME_ERROR",
        ),
        (json!({"EVENT_BOT_DELETE": "x"}), "EVENT_BOT_DELETE_ERROR"),
    ] {
        let params = json!({"BOT_ID": bot, "FIELDS": fields});
        assert_eq!(portal.code("imbot.update", params), code, "{fields}");
    }
}

#[test]
fn commands() {
    let mut portal = Portal::start();
    let bot = portal.bot("echo");
    let chat = portal.id("imbot.chat.add", json!({"USERS": [1]}));
    let good = json!({
        "BOT_ID": bot,
        "COMMAND": "/echo",
        "EVENT_COMMAND_ADD": "https://bot.example/",
        "LANG": [{"LANGUAGE_ID": "en", "TITLE": "Echo", "PARAMS": "text"}],
    });
    for (name, value, code) in [
        ("BOT_ID", json!(7), "BOT_ID_ERROR"),
        ("COMMAND", json!(""), "COMMAND_ERROR"),
        ("COMMAND", Value::Null, "COMMAND_ERROR"),
        ("EVENT_COMMAND_ADD", json!("x"), "EVENT_COMMAND_ADD_ERROR"),
        ("LANG", json!([]), "LANG_ERROR"),
        ("LANG", Value::Null, "LANG_ERROR"),
    ] {
        let mut params = good.clone();
        params[name] = value;
        assert_eq!(
            portal.code("imbot.command.register", params),
            code,
            "{name}"
        );
    }
    let command = portal.id("imbot.command.register", good.clone());
    assert_eq!(portal.id("imbot.command.register", good), command);

    let user = portal.sandbox.user(1);
    let asked = user.write(format!("chat{chat}"), "/echo hi").unwrap();
    let answer = json!({"COMMAND": "echo", "MESSAGE_ID": asked, "MESSAGE": "hi"});
    let answered = portal.id("imbot.command.answer", answer);
    let messages = user.messages(format!("chat{chat}"));
    let last = messages.last().unwrap();
    assert_eq!(
        (last.id(), last.author(), last.text()),
        (answered, bot, "hi")
    );
    for (params, code) in [
        (
            json!({"COMMAND": "x", "MESSAGE_ID": asked, "MESSAGE": "hi"}),
            "COMMAND_ID_ERROR",
        ),
        (
            json!({"COMMAND_ID": 1, "MESSAGE_ID": asked, "MESSAGE": "hi"}),
            "COMMAND_ID_ERROR",
        ),
        (
            json!({"MESSAGE_ID": asked, "MESSAGE": "hi"}),
            "COMMAND_ID_ERROR",
        ),
        (
            json!({"COMMAND_ID": command, "MESSAGE_ID": 1, "MESSAGE": "hi"}),
            "WRONG_REQUEST",
        ),
        (
            json!({"COMMAND_ID": command, "MESSAGE_ID": 0, "MESSAGE": "x"}),
            "MESSAGE_ID_EMPTY",
        ),
        (
            json!({"COMMAND_ID": command, "MESSAGE_ID": asked}),
            "MESSAGE_EMPTY",
        ),
    ] {
        assert_eq!(
            portal.code("imbot.command.answer", params.clone()),
            code,
            "{params}"
        );
    }

    let update = |fields| json!({"COMMAND_ID": command, "FIELDS": fields});
    let fields = json!({"COMMAND": "say", "HIDDEN": "Y"});
    assert_eq!(
        portal.call("imbot.command.update", update(fields)),
        json!(true)
    );
    assert_eq!(
        portal.code("imbot.command.update", update(json!({}))),
        "WRONG_REQUEST"
    );
    let wrong = json!({"EVENT_COMMAND_ADD": "x"});
    assert_eq!(
        portal.code("imbot.command.update", update(wrong)),
        "EVENT_COMMAND_ADD_ERROR"
    );

    let unregister = json!({"COMMAND_ID": command});
    portal.client = Some("another");
    assert_eq!(
        portal.code("imbot.command.unregister", unregister.clone()),
        "APP_ID_ERROR"
    );
    portal.client = Some("secret");
    assert_eq!(
        portal.call("imbot.command.unregister", unregister.clone()),
        json!(true)
    );
    assert_eq!(
        portal.code("imbot.command.unregister", unregister),
        "COMMAND_ID_ERROR"
    );
}
