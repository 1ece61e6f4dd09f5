use serde_json::json;

use super::Portal;

#[test]
fn bots_come_change_and_go() {
    let portal = Portal::start();
    let id = portal.v2_bot("support", &json!({"properties": {"name": "Support"}}));
    // Once more changes nothing.
    assert_eq!(portal.v2_bot("support", &json!({"isHidden": true})), id);
    let changed = portal.exact(
        "imbot.v2.Bot.update",
        json!({"botId": id, "fields": {
            "properties": {"name": "Helper", "lastName": "Two", "color": "lightBlue", "gender": "F"},
            "isHidden": "Y", "isReactionsEnabled": false, "backgroundId": "mint",
        }}),
    );
    let expected = json!({
        "id": id, "code": "support", "type": "bot", "isHidden": true, "isSupportOpenline": false,
        "isReactionsEnabled": false, "backgroundId": "mint", "language": "en", "moduleId": "rest",
        "eventMode": "fetch", "countMessage": 0, "countCommand": 0, "countChat": 0, "countUser": 0,
    });
    assert_eq!(changed["bot"], expected);
    let user = &changed["users"][0];
    assert_eq!(user["name"], "Helper Two");
    assert_eq!(user["color"], "#4ba5c3");
    assert_eq!((&user["bot"], &user["type"]), (&json!(true), &json!("bot")));
    for by in [json!({"botId": id.to_string()}), json!({"code": "support"})] {
        assert_eq!(portal.exact("imbot.v2.Bot.get", by)["bot"], expected);
    }
    let changed = json!({"botId": id, "fields": {"backgroundId": null}});
    let changed = portal.exact("imbot.v2.Bot.update", changed);
    assert_eq!(changed["bot"]["backgroundId"], json!(null));
    // A stranger sees less of it.
    let public = portal.exact(
        "imbot.v2.Bot.get",
        json!({"botId": id, "botToken": "other"}),
    );
    assert_eq!(public["bot"].as_object().unwrap().len(), 8);

    let gone = portal.exact("imbot.v2.Bot.unregister", json!({"botId": id}));
    assert_eq!(gone, json!({"result": true}));
    let code = portal.code("imbot.v2.Bot.get", json!({"botId": id}));
    assert_eq!(code, "BOT_NOT_FOUND");
}

#[test]
fn lists_have_pages() {
    let portal = Portal::start();
    for code in ["a", "b", "c"] {
        portal.v2_bot(code, &json!({"type": "personal"}));
    }
    portal.v2_bot("d", &json!({}));
    let list = |params| portal.exact("imbot.v2.Bot.list", params);
    let codes = |list: &serde_json::Value| -> Vec<String> {
        let bots = list["bots"].as_array().unwrap().iter();
        bots.map(|bot| bot["code"].as_str().unwrap().to_owned())
            .collect()
    };
    let page = list(json!({"limit": 2, "offset": 1, "filter": {"type": "personal"}}));
    assert_eq!(codes(&page), ["b", "c"]);
    assert_eq!(page["hasNextPage"], false);
    assert_eq!(page["users"].as_array().unwrap().len(), 2);
    assert_eq!(list(json!({"limit": 3}))["hasNextPage"], true);
    assert!(codes(&list(json!({"filter": {"type": "network"}}))).is_empty());
    assert!(codes(&list(json!({"botToken": "other"}))).is_empty());
}

#[test]
fn registrations_are_checked() {
    let portal = Portal::start();
    portal.v2_bot("mine", &json!({}));
    let fields = || json!({"code": "new", "botToken": "secret", "properties": {"name": "New"}});
    let with = |name: &str, value: serde_json::Value| {
        let mut fields = fields();
        fields[name] = value;
        fields
    };
    let without = |name: &str| {
        let mut fields = fields();
        fields.as_object_mut().unwrap().remove(name);
        fields
    };
    let mut taken = with("code", json!("mine"));
    taken["botToken"] = json!("other");
    let mut no_address = with("eventMode", json!("webhook"));
    let mut bad_address = no_address.clone();
    bad_address["webhookUrl"] = json!("bot.example");
    no_address["webhookUrl"] = json!(null);
    // A picture of 6000 by 1 pixels, as far as its head.
    let wide = "R0lGODlhcBcBAAAAACw=";
    for (fields, code) in [
        (without("botToken"), "BOT_TOKEN_NOT_SPECIFIED"),
        (without("code"), "BOT_CODE_REQUIRED"),
        (with("code", json!(" ")), "BOT_CODE_REQUIRED"),
        (without("properties"), "BOT_PROPERTIES_REQUIRED"),
        (with("properties", json!({})), "BOT_PROPERTIES_REQUIRED"),
        (taken, "BOT_CODE_ALREADY_TAKEN"),
        (with("type", json!("robot")), "BOT_INVALID_TYPE"),
        (with("type", json!("network")), "BOT_INVALID_TYPE"),
        (with("eventMode", json!("push")), "BOT_INVALID_EVENT_MODE"),
        (no_address, "BOT_WEBHOOK_URL_REQUIRED"),
        (bad_address, "BOT_INVALID_CALLBACK"),
        (
            with("botToken", json!("x".repeat(41))),
            "BOT_TOKEN_INVALID_LENGTH",
        ),
        (
            with("properties", json!({"name": "n", "avatar": "SGVsbG8="})),
            "BOT_AVATAR_INCORRECT_TYPE",
        ),
        (
            with("properties", json!({"name": "n", "avatar": wide})),
            "BOT_AVATAR_INCORRECT_SIZE",
        ),
    ] {
        let case = fields.to_string();
        let found = portal.code("imbot.v2.Bot.register", json!({"fields": fields}));
        assert_eq!(found, code, "{case}");
    }
    for number in 1..100 {
        portal.v2_bot(&format!("bot{number}"), &json!({}));
    }
    let found = portal.code("imbot.v2.Bot.register", json!({"fields": fields()}));
    assert_eq!(found, "BOT_LIMIT_EXCEEDED");
}

#[test]
fn bots_belong_to_somebody() {
    let portal = Portal::start();
    let id = portal.v2_bot("mine", &json!({}));
    let update = |token: &str, fields| {
        let params = json!({"botId": id, "botToken": token, "fields": fields});
        portal.body("imbot.v2.Bot.update", params)
    };
    for (params, code) in [
        (
            json!({"botId": id, "botToken": "other"}),
            "BOT_OWNERSHIP_ERROR",
        ),
        (
            json!({"botId": id, "botToken": null}),
            "BOT_TOKEN_NOT_SPECIFIED",
        ),
        (json!({}), "BOT_ID_REQUIRED"),
        (json!({"botId": 99}), "BOT_NOT_FOUND"),
        (json!({"botId": -1}), "BOT_NOT_FOUND"),
        (json!({"botId": 1}), "BOT_NOT_FOUND"),
    ] {
        for method in [
            "imbot.v2.Bot.unregister",
            "imbot.v2.Command.list",
            "imbot.v2.Event.get",
        ] {
            assert_eq!(
                portal.code(method, params.clone()),
                code,
                "{method} {params}"
            );
        }
    }
    // A new token takes the place of the old one at once.
    let other = json!({"code": "other", "botToken": "taken", "properties": {"name": "Other"}});
    portal.exact("imbot.v2.Bot.register", json!({"fields": other}));
    assert_eq!(
        update("secret", json!({"botToken": "taken"}))["error"],
        "BOT_TOKEN_ROTATION_FAILED"
    );
    assert!(
        update("secret", json!({"botToken": "  "}))
            .get("result")
            .is_some()
    );
    assert!(
        update("secret", json!({"botToken": "new"}))
            .get("result")
            .is_some()
    );
    assert_eq!(update("secret", json!({}))["error"], "BOT_OWNERSHIP_ERROR");
    assert!(
        update("new", json!({"isHidden": true}))
            .get("result")
            .is_some()
    );
    // The versions see each other's bots.
    let old = portal.bot("old");
    let shown = portal.exact("imbot.v2.Bot.get", json!({"botId": old}));
    assert_eq!(shown["bot"]["eventMode"], "webhook");
}

#[test]
fn commands() {
    let portal = Portal::start();
    let bot = portal.v2_bot("c", &json!({}));
    let register = |fields| json!({"botId": bot, "fields": fields});
    let help = json!({"command": "/help", "title": {"de": "Hilfe", "en": "Help"}, "params": {"en": "topic"}});
    let command = portal.exact("imbot.v2.Command.register", register(help.clone()));
    let id = command["command"]["id"].as_u64().unwrap();
    assert_eq!(
        command["command"],
        json!({"id": id, "botId": bot, "command": "/help", "common": false, "hidden": false,
               "extranetSupport": false}),
    );
    assert_eq!(
        portal.exact("imbot.v2.Command.register", register(help)),
        command
    );
    let list = || portal.exact("imbot.v2.Command.list", json!({"botId": bot}))["commands"].clone();
    assert_eq!(list()[0]["title"], "Help");
    assert_eq!(list()[0]["params"], "topic");
    assert_eq!(list()[0]["category"], "c Bot");
    let update = |id: u64, fields| json!({"botId": bot, "commandId": id, "fields": fields});
    let fields = json!({"command": "ask", "title": {"en": null, "de": "Fragen"}, "common": "Y"});
    let changed = portal.exact("imbot.v2.Command.update", update(id, fields));
    assert_eq!(changed["command"]["command"], "/ask");
    assert_eq!(changed["command"]["common"], true);
    assert_eq!(
        (&list()[0]["title"], &list()[0]["params"]),
        (&json!("Fragen"), &json!(""))
    );

    let hidden = register(json!({"command": "x", "hidden": true}));
    portal.exact("imbot.v2.Command.register", hidden);
    for (params, code) in [
        (register(json!({"command": "y"})), "COMMAND_TITLE_REQUIRED"),
        (
            register(json!({"command": "y", "hidden": false})),
            "COMMAND_TITLE_REQUIRED",
        ),
        (register(json!({"title": {"en": "Y"}})), "COMMAND_REQUIRED"),
        (
            register(json!({"command": "/", "title": {"en": "Y"}})),
            "COMMAND_REQUIRED",
        ),
        (
            register(json!({"command": [1], "title": {"en": "Y"}})),
            "COMMAND_NAME_INVALID",
        ),
    ] {
        assert_eq!(
            portal.code("imbot.v2.Command.register", params.clone()),
            code,
            "{params}"
        );
    }
    for (id, fields, code) in [
        (id, json!({"command": "x"}), "COMMAND_ALREADY_EXISTS"),
        (id, json!({"command": ""}), "COMMAND_NAME_EMPTY"),
        (99, json!({}), "COMMAND_NOT_FOUND"),
    ] {
        let found = portal.code("imbot.v2.Command.update", update(id, fields));
        assert_eq!(found, code);
    }
    let this = json!({"botId": bot, "commandId": id});
    portal.exact("imbot.v2.Command.unregister", this.clone());
    assert_eq!(
        portal.code("imbot.v2.Command.unregister", this),
        "COMMAND_NOT_FOUND"
    );
}
