use serde_json::{Value, json};

use super::Portal;

#[test]
fn a_chat_of_the_first_version_is_described() {
    let portal = Portal {
        client: None,
        ..Portal::start()
    };
    let bot = portal.v2_bot("b", &json!({}));
    let chat = portal.id(
        "imbot.chat.add",
        json!({"BOT_ID": bot, "TITLE": "Order 7", "ENTITY_TYPE": "ORDER", "ENTITY_ID": "7",
               "COLOR": "MINT", "USERS": [1]}),
    );
    let found = portal.call(
        "imbot.chat.get",
        json!({"ENTITY_TYPE": "ORDER", "ENTITY_ID": "7"}),
    );
    assert_eq!(found, json!({"ID": chat}));
    let get = json!({"botId": bot, "dialogId": format!("chat{chat}")});
    let described = &portal.exact("imbot.v2.Chat.get", get)["chat"];
    for (name, value) in [
        ("id", json!(chat)),
        ("dialogId", json!(format!("chat{chat}"))),
        ("name", json!("Order 7")),
        ("type", json!("chat")),
        ("messageType", json!("C")),
        ("color", json!("#4ba984")),
        ("entityType", json!("ORDER")),
        ("entityId", json!("7")),
        ("role", json!("owner")),
        ("owner", json!(bot)),
        ("userCounter", json!(2)),
        ("isNew", json!(false)),
    ] {
        assert_eq!(described[name], value, "{name}");
    }
    // All that the documentation shows is there.
    let state = portal.sandbox.state();
    let served = state.method(crate::contract::Rest::Classic, "imbot.v2.chat.get");
    let example = &served.unwrap().method.examples[0].answer["result"]["chat"];
    let names = |object: &Value| -> Vec<String> {
        let mut names: Vec<_> = object.as_object().unwrap().keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(names(described), names(example));
}

#[test]
fn chats_change() {
    let portal = Portal::start();
    let bot = portal.v2_bot("b", &json!({}));
    let anna = portal.sandbox.add_user("Anna Davis").id();
    let added = portal.exact(
        "imbot.v2.Chat.add",
        json!({"botId": bot, "fields": {"title": "T", "color": "darkBlue", "description": "D",
               "userIds": [1, anna, 999], "message": "Welcome"}}),
    );
    let chat = added["chat"]["id"].as_u64().unwrap();
    assert_eq!(added["chat"]["isNew"], true);
    assert_eq!(added["chat"]["messageCount"], 1);
    assert_eq!(added["chat"]["userCounter"], 3);
    assert_eq!(added["users"].as_array().unwrap().len(), 2);
    let dialog = format!("chat{chat}");
    let call = |method: &str, mut params: Value| {
        params["botId"] = bot.into();
        params["dialogId"] = dialog.clone().into();
        portal.exact(method, params)
    };
    let done = json!({"result": true});
    let fields = json!({"title": "New", "color": "azure"});
    assert_eq!(
        call("imbot.v2.Chat.update", json!({"fields": fields})),
        done
    );
    assert_eq!(
        call("imbot.v2.Chat.TextField.enabled", json!({"enabled": "N"})),
        done
    );
    assert_eq!(
        call("imbot.v2.Chat.InputAction.notify", json!({"duration": 5})),
        done
    );
    assert_eq!(
        call("imbot.v2.Chat.Manager.add", json!({"userIds": [anna]})),
        done
    );
    let shown = call("imbot.v2.Chat.get", json!({}))["chat"].clone();
    assert_eq!(shown["name"], "New");
    assert_eq!(shown["color"], "#29619b");
    assert_eq!(shown["textFieldEnabled"], "N");
    assert_eq!(shown["managerList"], json!([anna]));
    assert_eq!(
        call("imbot.v2.Chat.Manager.delete", json!({"userIds": [anna]})),
        done
    );

    let late = portal.sandbox.add_user("Late Comer").id();
    assert_eq!(
        call("imbot.v2.Chat.User.add", json!({"userIds": [late, 999]})),
        done
    );
    assert_eq!(
        call("imbot.v2.Chat.User.delete", json!({"userId": 999})),
        done
    );
    let users = |params| -> Vec<u64> {
        let users = call("imbot.v2.Chat.User.list", params);
        let users = users.as_array().unwrap().iter();
        users.map(|user| user["id"].as_u64().unwrap()).collect()
    };
    assert_eq!(users(json!({})), [1, bot, anna, late]);
    assert_eq!(
        users(json!({"order": {"userId": "DESC"}, "limit": 2})),
        [late, anna]
    );
    assert_eq!(
        users(json!({"order": {"lastSendMessageId": "DESC"}, "limit": 1})),
        [bot]
    );
    assert_eq!(
        call("imbot.v2.Chat.User.delete", json!({"userId": late})),
        done
    );
    assert_eq!(
        call("imbot.v2.Chat.setOwner", json!({"userId": late})),
        json!({"result": false})
    );
    assert_eq!(call("imbot.v2.Chat.setOwner", json!({"userId": 1})), done);
    assert_eq!(call("imbot.v2.Chat.leave", json!({})), done);
}

#[test]
fn who_leaves_hands_the_chat_over() {
    let portal = Portal::start();
    let bot = portal.v2_bot("b", &json!({}));
    let anna = portal.sandbox.add_user("Anna Davis");
    let add = json!({"botId": bot, "fields": {"userIds": [1, anna.id()]}});
    let chat = portal.exact("imbot.v2.Chat.add", add)["chat"].clone();
    let dialog = chat["dialogId"].as_str().unwrap();
    let call = |method: &str, mut params: Value| {
        params["botId"] = bot.into();
        params["dialogId"] = dialog.into();
        portal.exact(method, params)
    };
    let owner = || {
        let chats = portal.sandbox.order("chats", json!({})).unwrap();
        let mut chats = chats.as_array().unwrap().iter();
        chats.find(|one| one["id"] == chat["id"]).unwrap()["owner"].clone()
    };
    call("imbot.v2.Chat.Manager.add", json!({"userIds": [anna.id()]}));
    call("imbot.v2.Chat.leave", json!({}));
    assert_eq!(owner(), anna.id());
    anna.leave(dialog).unwrap();
    assert_eq!(owner(), 1);
}

#[test]
fn chats_of_others_are_closed() {
    let portal = Portal::start();
    let bot = portal.v2_bot("b", &json!({}));
    let person = portal.sandbox.user(1);
    let chat = person.open_chat("Theirs", &[]).unwrap();
    let mut cases = Vec::new();
    for method in [
        "imbot.v2.Chat.get",
        "imbot.v2.Chat.leave",
        "imbot.v2.Chat.User.list",
        "imbot.v2.Chat.Message.read",
        "imbot.v2.Chat.TextField.enabled",
        "imbot.v2.Chat.InputAction.notify",
    ] {
        cases.push((method, json!({})));
    }
    for method in ["imbot.v2.Chat.setOwner", "imbot.v2.Chat.User.delete"] {
        cases.push((method, json!({"userId": 1})));
    }
    for method in [
        "imbot.v2.Chat.User.add",
        "imbot.v2.Chat.Manager.add",
        "imbot.v2.Chat.Manager.delete",
    ] {
        cases.push((method, json!({"userIds": [1]})));
    }
    cases.push(("imbot.v2.Chat.update", json!({"fields": {}})));
    cases.push((
        "imbot.v2.Chat.Message.send",
        json!({"fields": {"message": "x"}}),
    ));
    for dialog in [
        format!("chat{chat}"),
        "chat99".to_owned(),
        "chat".to_owned(),
        "99".to_owned(),
    ] {
        for (method, params) in &cases {
            let mut params = params.clone();
            params["botId"] = bot.into();
            params["dialogId"] = dialog.clone().into();
            let code = portal.code(method, params);
            assert_eq!(code, "ACCESS_DENIED", "{method} {dialog}");
        }
    }
    // Who is in it, but does not own it, may read and write, and bring others.
    person.invite(format!("chat{chat}"), bot).unwrap();
    for (method, params) in cases {
        let mut params = params;
        params["botId"] = bot.into();
        params["dialogId"] = format!("chat{chat}").into();
        let manages = params.get("userIds").is_some() || params.get("userId").is_some();
        let manages = manages && !method.ends_with("User.add");
        if manages {
            assert_eq!(portal.code(method, params), "ACCESS_DENIED", "{method}");
        } else if !method.ends_with("leave") {
            portal.exact(method, params);
        }
    }
    let nobody = json!({"botId": bot, "dialogId": format!("chat{chat}"), "userIds": []});
    assert_eq!(
        portal.code("imbot.v2.Chat.Manager.add", nobody),
        "EMPTY_USER_IDS"
    );
}
