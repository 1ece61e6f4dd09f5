use serde_json::{Value, json};

use super::Portal;

struct Chat {
    portal: Portal,
    bot: u64,
    dialog: String,
}

/// A bot of that type in a chat that it owns, with person 1.
fn chat(kind: &str) -> Chat {
    let portal = Portal::start();
    let bot = portal.v2_bot("b", &json!({"type": kind}));
    let chat = portal.exact(
        "imbot.v2.Chat.add",
        json!({"botId": bot, "fields": {"userIds": [1]}}),
    );
    let dialog = chat["chat"]["dialogId"].as_str().unwrap().to_owned();
    Chat {
        portal,
        bot,
        dialog,
    }
}

impl Chat {
    fn params(&self, mut params: Value) -> Value {
        params["botId"] = self.bot.into();
        if params.get("dialogId").is_none() {
            params["dialogId"] = self.dialog.clone().into();
        }
        params
    }

    fn call(&self, method: &str, params: Value) -> Value {
        self.portal.exact(method, self.params(params))
    }

    fn code(&self, method: &str, params: Value) -> String {
        self.portal.code(method, self.params(params))
    }

    fn send(&self, fields: Value) -> Value {
        self.call("imbot.v2.Chat.Message.send", json!({"fields": fields}))
    }
}

#[test]
fn bots_write_change_and_delete() {
    let chat = chat("bot");
    let sandbox = &chat.portal.sandbox;
    let sent = chat.send(json!({
        "message": "Hello", "keyboard": [{"TEXT": "Open"}], "attach": [{"MESSAGE": "card"}],
    }));
    let id = sent["id"].as_u64().unwrap();
    assert_eq!(sent["uuidMap"], json!({}));
    let seen = || sandbox.messages(&chat.dialog).pop().unwrap();
    assert_eq!((seen().text(), seen().author()), ("Hello", chat.bot));
    assert!(seen().keyboard().is_some() && seen().attach().is_some());

    let fields = json!({"message": "Bye", "keyboard": "N"});
    let done = json!({"result": true});
    let update = json!({"messageId": id, "fields": fields});
    assert_eq!(chat.call("imbot.v2.Chat.Message.update", update), done);
    assert_eq!((seen().text(), seen().is_edited()), ("Bye", true));
    assert!(seen().keyboard().is_none() && seen().attach().is_some());

    let reply = chat.send(json!({"message": "again", "replyId": id}))["id"].clone();
    assert_eq!(seen().reply(), Some(id));
    let this = json!({"messageId": reply});
    assert_eq!(
        chat.call("imbot.v2.Chat.Message.delete", this.clone()),
        done
    );
    assert!(seen().is_deleted());
    assert_eq!(
        chat.code("imbot.v2.Chat.Message.delete", this),
        "ACCESS_DENIED"
    );
    let all = json!({"messageId": id, "complete": true});
    assert_eq!(chat.call("imbot.v2.Chat.Message.delete", all), done);
    assert_eq!(sandbox.messages(&chat.dialog).len(), 1);

    let long = "ö".repeat(20_001);
    chat.send(json!({"message": long}));
    assert_eq!(seen().text(), format!("{} (...)", "ö".repeat(20_000)));

    let add = json!({"fields": {"message": "ö".repeat(20_001)}});
    let added = chat.call("imbot.v2.Chat.add", add);
    let first = sandbox
        .user(chat.bot)
        .messages(added["chat"]["dialogId"].as_str().unwrap());
    assert_eq!(first[0].text(), seen().text());

    // What is no keyboard leaves no trace.
    for none in [json!("N"), json!("no JSON"), json!([]), json!("[]")] {
        chat.send(json!({"message": "x", "keyboard": none}));
        assert!(seen().keyboard().is_none(), "{none}");
    }
    chat.send(json!({"message": "x", "keyboard": r#"[{"TEXT": "Open"}]"#}));
    assert!(seen().keyboard().is_some());

    // The dialog with a person begins with the first message.
    let sent = chat.call(
        "imbot.v2.Chat.Message.send",
        json!({"dialogId": "1", "fields": {"message": "psst"}}),
    );
    let private = sandbox.messages(chat.bot).pop().unwrap();
    assert_eq!(
        (json!(private.id()), private.text()),
        (sent["id"].clone(), "psst")
    );
}

#[test]
fn messages_are_checked() {
    let chat = chat("bot");
    let person = chat.portal.sandbox.user(1);
    let theirs = person.write(&chat.dialog, "mine").unwrap();
    let system = chat.send(json!({"message": "s", "system": true}))["id"].clone();
    let seen = chat.portal.sandbox.messages(&chat.dialog).pop().unwrap();
    assert_eq!((seen.is_system(), seen.author()), (true, 0));
    for id in [json!(theirs), system, json!(1)] {
        let params = json!({"messageId": id, "fields": {"message": "x"}});
        let code = chat.code("imbot.v2.Chat.Message.update", params);
        assert_eq!(code, "ACCESS_DENIED", "{id}");
    }
    // It owns the chat.
    let theirs = json!({"messageId": theirs});
    chat.call("imbot.v2.Chat.Message.delete", theirs);
    let large = json!([{"MESSAGE": "x".repeat(60_000)}]);
    for (fields, code) in [
        (json!({}), "EMPTY_MESSAGE"),
        (json!({"message": " "}), "EMPTY_MESSAGE"),
        (json!({"attach": []}), "EMPTY_MESSAGE"),
        (json!({"message": "x", "attach": 1}), "ATTACH_ERROR"),
        (json!({"message": "x", "attach": large}), "ATTACH_OVERSIZE"),
        (json!({"forwardIds": {"u": 1}}), "ACCESS_DENIED"),
    ] {
        let case = fields.to_string().chars().take(60).collect::<String>();
        let params = json!({"fields": fields});
        assert_eq!(
            chat.code("imbot.v2.Chat.Message.send", params),
            code,
            "{case}"
        );
    }
}

#[test]
fn messages_are_forwarded() {
    let chat = chat("personal");
    let origin = chat.send(json!({"message": "origin"}))["id"].clone();
    let sent = chat.call(
        "imbot.v2.Chat.Message.send",
        json!({"dialogId": "1", "fields": {"forwardIds": {"some-uuid": origin}}}),
    );
    let copy = &sent["uuidMap"]["some-uuid"];
    assert_eq!(&sent["id"], copy);
    let shown = chat.call("imbot.v2.Chat.Message.get", json!({"messageId": copy}));
    let forward = &shown["message"]["forward"];
    assert_eq!(forward["id"], origin);
    assert_eq!(forward["userId"], chat.bot);
    assert_eq!(shown["message"]["text"], "origin");
    assert_eq!(shown["user"]["id"], chat.bot);
}

#[test]
fn some_bots_read() {
    let chat = chat("supervisor");
    let person = chat.portal.sandbox.user(1);
    let ids: Vec<_> = (0..5)
        .map(|n| person.write(&chat.dialog, &n.to_string()).unwrap())
        .collect();
    let around = |id: u64, range: u64| {
        let params = json!({"messageId": id, "range": range});
        let window = chat.call("imbot.v2.Chat.Message.getContext", params);
        let messages = window["messages"].as_array().unwrap().iter();
        let shown: Vec<_> = messages.map(|one| one["id"].as_u64().unwrap()).collect();
        let more = (window["hasPrevPage"] == true, window["hasNextPage"] == true);
        (shown, more)
    };
    assert_eq!(around(ids[2], 1), (ids[1..4].to_vec(), (true, true)));
    assert_eq!(around(ids[0], 2), (ids[..3].to_vec(), (false, true)));
    assert_eq!(around(ids[4], 50), (ids.clone(), (false, false)));
    let get = chat.call("imbot.v2.Chat.Message.get", json!({"messageId": ids[0]}));
    assert_eq!(
        (&get["message"]["unread"], &get["user"]["id"]),
        (&json!(true), &json!(1))
    );

    let read = |params| chat.call("imbot.v2.Chat.Message.read", params);
    let id = chat.portal.sandbox.messages(&chat.dialog)[0].chat();
    assert_eq!(
        read(json!({"messageId": ids[1]})),
        json!({"chatId": id, "lastId": ids[1], "counter": 3, "viewedMessages": ids[..2]}),
    );
    assert_eq!(read(json!({}))["viewedMessages"], json!(ids[2..]));
    assert_eq!(read(json!({}))["counter"], 0);

    let other = person.open_chat("other", &[]).unwrap();
    let hidden = person.write(format!("chat{other}"), "hidden").unwrap();
    for (method, id, code) in [
        ("imbot.v2.Chat.Message.read", 1, "MESSAGE_NOT_FOUND"),
        ("imbot.v2.Chat.Message.read", hidden, "MESSAGE_NOT_FOUND"),
        ("imbot.v2.Chat.Message.getContext", 1, "MESSAGE_NOT_FOUND"),
        (
            "imbot.v2.Chat.Message.getContext",
            hidden,
            "MESSAGE_ACCESS_DENIED",
        ),
    ] {
        assert_eq!(
            chat.code(method, json!({"messageId": id})),
            code,
            "{method} {id}"
        );
    }
    let ordinary = super::v2_messages::chat("bot");
    for method in [
        "imbot.v2.Chat.Message.get",
        "imbot.v2.Chat.Message.getContext",
    ] {
        let code = ordinary.code(method, json!({"messageId": 1}));
        assert_eq!(code, "BOT_TYPE_NOT_ALLOWED");
    }
}

#[test]
fn reactions() {
    let chat = chat("bot");
    let person = chat.portal.sandbox.user(1);
    let id = person.write(&chat.dialog, "x").unwrap();
    let like = json!({"messageId": id, "reaction": "like"});
    let (add, delete) = (
        "imbot.v2.Chat.Message.Reaction.add",
        "imbot.v2.Chat.Message.Reaction.delete",
    );
    assert_eq!(chat.call(add, like.clone()), json!({"result": true}));
    assert_eq!(chat.code(add, like.clone()), "REACTION_ALREADY_SET");
    chat.call(delete, like.clone());
    assert_eq!(chat.code(delete, like), "REACTION_NOT_FOUND");
    let unknown = json!({"messageId": id, "reaction": "shrug"});
    assert_eq!(chat.code(add, unknown), "REACTION_NOT_FOUND");
    let nowhere = json!({"messageId": 1, "reaction": "like"});
    assert_eq!(chat.code(add, nowhere), "ACCESS_DENIED");
}

#[test]
fn files() {
    let chat = chat("bot");
    let upload = |fields| json!({"fields": fields});
    let sent = chat.call(
        "imbot.v2.File.upload",
        upload(json!({"name": "Report.PDF", "content": "SGVsbG8=", "message": "see"})),
    );
    assert_eq!(sent["dialogId"], chat.dialog);
    let file = &sent["file"];
    for (name, value) in [
        ("name", json!("Report.PDF")),
        ("extension", json!("pdf")),
        ("type", json!("file")),
        ("size", json!(5)),
        ("authorId", json!(chat.bot)),
        ("chatId", sent["chatId"].clone()),
    ] {
        assert_eq!(file[name], value, "{name}");
    }
    for (fields, code) in [
        (json!({"name": "a"}), "FILE_EMPTY"),
        (json!({"name": "", "content": "SGVsbG8="}), "FILE_EMPTY"),
        (
            json!({"name": "a", "content": "data:;base64,SGVsbG8="}),
            "FILE_INVALID_CONTENT",
        ),
    ] {
        assert_eq!(
            chat.code("imbot.v2.File.upload", upload(fields.clone())),
            code,
            "{fields}"
        );
        assert_eq!(chat.code("im.v2.File.upload", upload(fields)), code);
    }
    let link = |method: &str| {
        let link = chat.call(method, json!({"fileId": file["id"]}));
        let link = link["downloadUrl"].as_str().unwrap().to_owned();
        assert!(link.starts_with(&format!(
            "{}/rest/download.json?token=im",
            chat.portal.sandbox.url()
        )));
        link
    };
    assert_ne!(link("imbot.v2.File.download"), link("im.v2.File.download"));
    let own = upload(json!({"name": "a.png", "content": "SGVsbG8="}));
    let own = chat.call("im.v2.File.upload", own);
    assert_eq!(
        (&own["file"]["type"], &own["file"]["authorId"]),
        (&json!("image"), &json!(1))
    );
    let unknown = json!({"fileId": 1});
    assert_eq!(
        chat.code("imbot.v2.File.download", unknown.clone()),
        "FILE_NOT_FOUND"
    );
    assert_eq!(chat.code("im.v2.File.download", unknown), "FILE_NOT_FOUND");
    let person = chat.portal.sandbox.user(1);
    let other = format!("chat{}", person.open_chat("o", &[]).unwrap());
    let fields = json!({"name": "a", "content": "SGVsbG8="});
    let theirs = chat.call(
        "im.v2.File.upload",
        json!({"dialogId": other, "fields": fields}),
    );
    let theirs = json!({"fileId": theirs["file"]["id"]});
    assert_eq!(
        chat.code("imbot.v2.File.download", theirs),
        "FILE_ACCESS_ERROR"
    );
}
