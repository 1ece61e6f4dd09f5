use serde_json::{Value, json};

use super::Portal;

#[test]
fn chats_are_found_by_their_object() {
    let portal = Portal::start();
    let bot = portal.bot("echo");
    let object = json!({"ENTITY_TYPE": "ORDER", "ENTITY_ID": "7"});
    assert_eq!(portal.call("imbot.chat.get", object.clone()), Value::Null);
    let mut params = object.clone();
    params["TITLE"] = "Order 7".into();
    params["COLOR"] = "PINK".into();
    let chat = portal.id("imbot.chat.add", params);
    assert_eq!(portal.call("imbot.chat.get", object), json!({"ID": chat}));

    let dialog = json!({"DIALOG_ID": format!("chat{chat}")});
    let described = portal.call("imbot.dialog.get", dialog);
    assert_eq!(described["name"], "Order 7");
    assert_eq!(described["color"], "#f76187");
    assert_eq!(described["owner"], bot);
    assert_eq!(described["entity_id"], "7");
    assert_eq!(described["manager_list"], json!([bot]));

    // The newest chat of an object is found, also instead of the documented one.
    let documented = json!({"ENTITY_TYPE": "CHAT", "ENTITY_ID": "13"});
    let before = portal.call("imbot.chat.get", documented.clone());
    assert_eq!(before, json!({"ID": 2725}));
    let newer = portal.id("imbot.chat.add", documented.clone());
    assert_eq!(
        portal.call("imbot.chat.get", documented),
        json!({"ID": newer})
    );
}

#[test]
fn a_chat_of_others_is_closed() {
    let portal = Portal::start();
    let anna = portal.sandbox.add_user("Anna Davis");
    let order = json!({"user": anna.id(), "entity_type": "T", "entity_id": 5});
    let chat = portal.sandbox.order("chat", order).unwrap();
    let object = json!({"ENTITY_TYPE": "T", "ENTITY_ID": "5"});
    assert_eq!(portal.code("imbot.chat.get", object), "ACCESS_ERROR");
    let dialog = json!({"DIALOG_ID": format!("chat{chat}")});
    assert_eq!(
        portal.code("imbot.dialog.get", dialog.clone()),
        "ACCESS_ERROR"
    );
    assert_eq!(portal.code("im.dialog.get", dialog), "ACCESS_ERROR");
    for dialog in ["x", "chat", "0", "chat-1"] {
        let params = json!({"DIALOG_ID": dialog});
        assert_eq!(portal.code("imbot.dialog.get", params), "DIALOG_ID_EMPTY");
    }
}

#[test]
fn chats_change() {
    let portal = Portal::start();
    let bot = portal.bot("echo");
    let chat = portal.id("imbot.chat.add", json!({"USERS": [1, 999]}));
    let with = |name: &str, value: Value| json!({"CHAT_ID": chat, name: value});
    let title = portal.call("imbot.chat.updateTitle", with("TITLE", json!(" New ")));
    assert_eq!(title, json!(true));
    assert_eq!(
        portal.code("imbot.chat.updateTitle", with("TITLE", json!(" "))),
        "TITLE_EMPTY"
    );
    let red = with("COLOR", json!("RED"));
    assert_eq!(
        portal.call("imbot.chat.updateColor", red.clone()),
        json!(true)
    );
    assert_eq!(portal.code("imbot.chat.updateColor", red), "WRONG_REQUEST");
    let wrong = with("COLOR", json!("BLOOD"));
    assert_eq!(portal.code("imbot.chat.updateColor", wrong), "WRONG_COLOR");
    let picture = with("AVATAR", json!("/9j/"));
    assert_eq!(portal.call("imbot.chat.updateAvatar", picture), json!(true));
    let described = portal.call("im.dialog.get", json!({"DIALOG_ID": format!("chat{chat}")}));
    assert_eq!(described["name"], "New");
    assert_eq!(described["user_counter"], 2);
    assert_eq!(described["role"], "member");
    for method in [
        "imbot.chat.updateTitle",
        "imbot.chat.user.list",
        "imbot.chat.leave",
    ] {
        for (id, code) in [(0, "CHAT_ID_EMPTY"), (9, "ACCESS_ERROR")] {
            let params = json!({"CHAT_ID": id, "TITLE": "t"});
            assert_eq!(portal.code(method, params), code, "{method} {id}");
        }
    }
    let typing = |dialog: String| json!({"BOT_ID": bot, "DIALOG_ID": dialog});
    let here = typing(format!("chat{chat}"));
    assert_eq!(portal.call("imbot.chat.sendTyping", here), json!(true));
    let nowhere = typing("chat9".to_owned());
    assert_eq!(
        portal.code("imbot.chat.sendTyping", nowhere),
        "DIALOG_ID_EMPTY"
    );
}

#[test]
fn members_come_and_go() {
    let portal = Portal::start();
    let bot = portal.bot("echo");
    let anna = portal.sandbox.add_user("Anna").id();
    let chat = portal.id("imbot.chat.add", json!({}));
    let users = |users: Value| json!({"CHAT_ID": chat, "USERS": users});
    let user = |user: u64| json!({"CHAT_ID": chat, "USER_ID": user});
    let list = || portal.call("imbot.chat.user.list", json!({"CHAT_ID": chat}));
    assert_eq!(list(), json!([bot]));
    assert_eq!(
        portal.call("imbot.chat.user.add", users(json!([1, anna]))),
        json!(true)
    );
    assert_eq!(
        portal.code("imbot.chat.user.add", users(json!([1]))),
        "WRONG_REQUEST"
    );
    assert_eq!(
        portal.code("imbot.chat.user.add", users(json!("x"))),
        "WRONG_REQUEST"
    );
    assert_eq!(list(), json!([1, bot, anna]));
    let invalid = json!({"USERS": "x"});
    assert_eq!(portal.code("imbot.chat.add", invalid), "INVALID_FORMAT");

    assert_eq!(
        portal.call("imbot.chat.user.delete", user(anna)),
        json!(true)
    );
    assert_eq!(
        portal.code("imbot.chat.user.delete", user(anna)),
        "WRONG_REQUEST"
    );
    assert_eq!(
        portal.code("imbot.chat.user.delete", user(bot)),
        "ACCESS_ERROR"
    );
    assert_eq!(
        portal.code("imbot.chat.user.delete", user(0)),
        "USER_ID_EMPTY"
    );

    let mut manager = user(1);
    assert_eq!(
        portal.call("imbot.chat.setManager", manager.clone()),
        json!(true)
    );
    manager["IS_MANAGER"] = "N".into();
    assert_eq!(portal.call("imbot.chat.setManager", manager), json!(true));
    assert_eq!(
        portal.code("imbot.chat.setManager", user(anna)),
        "WRONG_REQUEST"
    );

    assert_eq!(
        portal.code("imbot.chat.leave", json!({"CHAT_ID": chat})),
        "ACCESS_ERROR"
    );
    assert_eq!(portal.call("imbot.chat.setOwner", user(1)), json!(true));
    assert_eq!(portal.code("imbot.chat.setOwner", user(1)), "WRONG_REQUEST");
    assert_eq!(
        portal.call("imbot.chat.leave", json!({"CHAT_ID": chat})),
        json!(true)
    );
    assert_eq!(
        portal.code("imbot.chat.leave", json!({"CHAT_ID": chat})),
        "WRONG_REQUEST"
    );

    // The person whom the webhook belongs to is in it yet.
    assert_eq!(
        portal.call("im.chat.user.list", json!({"CHAT_ID": chat})),
        json!([1])
    );
    assert_eq!(
        portal.call("im.chat.user.add", users(json!([anna]))),
        json!(true)
    );
    assert_eq!(portal.call("im.chat.user.delete", user(anna)), json!(true));
    assert_eq!(
        portal.code("im.chat.user.delete", user(anna)),
        "USER_NOT_FOUND"
    );
    assert_eq!(
        portal.code("im.chat.leave", json!({"CHAT_ID": chat})),
        "ACCESS_DENIED_KICK"
    );
}

#[test]
fn the_messenger_has_the_same_chats() {
    let portal = Portal::start();
    let params = json!({"TITLE": "Deal", "ENTITY_TYPE": "CRM", "ENTITY_ID": "DEAL|1"});
    let chat = portal.id("im.chat.add", params);
    let object = json!({"ENTITY_TYPE": "CRM", "ENTITY_ID": "DEAL|1"});
    assert_eq!(
        portal.call("im.chat.get", object.clone()),
        json!({"ID": chat})
    );
    assert_eq!(portal.call("imbot.chat.get", object), json!({"ID": chat}));
    for (method, name, value) in [
        ("im.chat.updateTitle", "TITLE", json!("Order")),
        ("im.chat.updateColor", "COLOR", json!("SAND")),
        ("im.chat.updateAvatar", "AVATAR", json!("/9j/")),
        ("im.chat.mute", "MUTE", json!("Y")),
        ("im.chat.setOwner", "USER_ID", json!(1)),
    ] {
        let by_id = json!({"CHAT_ID": chat, name: value});
        assert_eq!(portal.call(method, by_id), json!(true), "{method}");
        let nowhere = json!({"DIALOG_ID": "chat9", name: value});
        assert_eq!(portal.code(method, nowhere), "ACCESS_ERROR", "{method}");
    }
    let described = portal.call("im.dialog.get", json!({"DIALOG_ID": format!("chat{chat}")}));
    assert_eq!(
        (&described["name"], &described["mute_list"]),
        (&json!("Order"), &json!([1]))
    );
    let user = portal.call("im.user.get", json!({}));
    assert_eq!(user["id"], 1);
    assert_eq!(portal.call("user.current", json!({}))["ID"], "1");
    assert_eq!(
        portal.code("im.user.get", json!({"ID": 999})),
        "USER_NOT_EXISTS"
    );
}

#[test]
fn documented_answers_need_no_state() {
    let portal = Portal::start();
    portal.sandbox.keep_state(false);
    let params = json!({"ENTITY_TYPE": "ANY", "ENTITY_ID": "1"});
    assert_eq!(
        portal.call("imbot.chat.get", params.clone()),
        json!({"ID": 2725})
    );
    portal.sandbox.clear();
    assert_eq!(portal.call("imbot.chat.get", params), Value::Null);
}

#[test]
fn both_versions_see_the_same() {
    let portal = Portal::start();
    let bot = portal.bot("echo");
    let object = json!({"ENTITY_TYPE": "ORDER", "ENTITY_ID": "7"});
    let chat = portal.id("imbot.chat.add", object);
    let own = |more: Value| {
        let mut params = json!({"botId": bot, "botToken": "secret", "CLIENT_ID": null});
        for (name, value) in more.as_object().unwrap() {
            params[name] = value.clone();
        }
        params
    };
    let dialog = format!("chat{chat}");
    let described = portal.call("imbot.v2.Chat.get", own(json!({"dialogId": dialog})));
    assert_eq!(described["chat"]["entityId"], "7");
    let add = own(json!({"fields": {"title": "New", "userIds": [1]}}));
    let new = portal.call("imbot.v2.Chat.add", add)["chat"]["id"].clone();
    let users = portal.call("imbot.chat.user.list", json!({"CHAT_ID": new}));
    assert_eq!(users, json!([1, bot]));
    assert_eq!(
        portal.call("im.chat.user.list", json!({"CHAT_ID": new})),
        users
    );
}
