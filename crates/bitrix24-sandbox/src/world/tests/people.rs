use std::{thread, time::Duration};

use serde_json::{Value, json};

use super::Portal;

const SOON: Duration = Duration::from_secs(20);

#[test]
fn people_wait_for_answers() {
    let portal = Portal::start();
    let bot = portal.bot("echo");
    let anna = portal.sandbox.add_user("Anna Davis");
    let asked = anna.write(bot, "Hello").unwrap();
    assert!(anna.wait_for_message(bot, asked, Duration::ZERO).is_none());
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(30));
            let answer = json!({"DIALOG_ID": anna.id().to_string(), "MESSAGE": "Hi"});
            portal.id("imbot.message.add", answer);
        });
        let answer = anna.wait_for_message(bot, asked, SOON).unwrap();
        assert_eq!((answer.text(), answer.author()), ("Hi", bot));
    });
    assert_eq!(portal.sandbox.wait_for_bot("echo", SOON), Some(bot));
    assert_eq!(portal.sandbox.wait_for_bot("x", Duration::ZERO), None);
}

#[test]
fn people_do_only_what_they_can() {
    let portal = Portal::start();
    let bot = portal.bot("echo");
    let (anna, ben) = (
        portal.sandbox.add_user("Anna"),
        portal.sandbox.add_user("Ben"),
    );
    let chat = anna.open_chat("Ours", &[bot]).unwrap();
    let dialog = format!("chat{chat}");
    let wrong = |done: std::io::Result<()>| done.unwrap_err().to_string();
    let unit = |done: std::io::Result<u64>| done.map(|_| ());
    assert!(wrong(unit(ben.write(&dialog, "x"))).contains("is not in"));
    assert!(wrong(unit(ben.write("chat9", "x"))).contains("no such dialog"));
    assert!(wrong(unit(ben.write("9999", "x"))).contains("no such dialog"));
    assert!(wrong(unit(ben.write(&dialog, " "))).contains("needs a text"));
    assert!(wrong(unit(portal.sandbox.user(bot).write(&dialog, "x"))).contains("is a bot"));
    assert!(wrong(unit(portal.sandbox.user(99).write(&dialog, "x"))).contains("no such user"));
    anna.invite(&dialog, ben.id()).unwrap();
    assert!(wrong(anna.invite(&dialog, ben.id())).contains("already"));
    let message = ben.write(&dialog, "x").unwrap();
    assert!(wrong(anna.edit(message, "y")).contains("is not of"));
    ben.edit(message, "y").unwrap();
    anna.react(message, "like").unwrap();
    assert!(wrong(anna.react(message, "like")).contains("nothing changes"));
    assert!(wrong(anna.react(message, " ")).contains("needs a name"));
    anna.take_back(message, "like").unwrap();
    assert_eq!(
        ben.reply(message, "z").map(|id| id > message).ok(),
        Some(true)
    );
    ben.delete(message).unwrap();
    assert!(wrong(ben.delete(message)).contains("no such message"));
    ben.leave(&dialog).unwrap();
    assert!(wrong(ben.leave(&dialog)).contains("is not in"));
    anna.look_into(&dialog, Some(json!({"order": 7}))).unwrap();
    assert!(wrong(anna.look_into(&dialog, Some(json!(7)))).contains("is an object"));
}

#[test]
fn buttons() {
    let portal = Portal::start();
    let bot = portal.bot("echo");
    let user = portal.sandbox.user(1);
    let add = json!({"DIALOG_ID": "1", "MESSAGE": "Choose", "KEYBOARD": {"BUTTONS": [
        {"TEXT": "Repeat", "COMMAND": "echo", "COMMAND_PARAMS": "again"},
        {"TEXT": "Say", "ACTION": "SEND", "ACTION_VALUE": "words"},
        {"TEXT": "Never", "DISABLED": "Y"},
    ]}, "MENU": [{"TEXT": "More", "COMMAND": "/echo"}]});
    let id = portal.id("imbot.message.add", add);
    let no_command = user.press(id, "Repeat").unwrap_err().to_string();
    assert!(no_command.contains("no command"), "{no_command}");
    let command = json!({
        "BOT_ID": bot,
        "COMMAND": "echo",
        "EVENT_COMMAND_ADD": "http://127.0.0.1:1/",
        "LANG": [{"LANGUAGE_ID": "en", "TITLE": "Echo"}],
    });
    portal.id("imbot.command.register", command);
    user.press(id, "Repeat").unwrap();
    user.press(id, "More").unwrap();
    user.press(id, "Say").unwrap();
    assert_eq!(user.messages(bot).last().unwrap().text(), "words");
    let press = |button: Value| {
        let order = json!({"message": id, "button": button});
        portal.sandbox.order("press", order)
    };
    assert!(press(json!(1)).is_ok() && press(json!("1")).is_ok());
    assert_eq!(user.messages(bot).len(), 4);
    assert!(press(json!("9")).is_err() && press(json!({})).is_err());
    assert!(user.press(id, "Never").is_err());
    assert!(user.press(id, "Else").is_err());
}

#[test]
fn orders() {
    let portal = Portal::start();
    let order = |name: &str, params: Value| portal.sandbox.order(name, params).unwrap();
    let bot = portal.bot("echo");
    let anna = order("user", json!({"name": "Anna Davis", "position": "Boss"}));
    assert_eq!(anna["last_name"], "Davis");
    let anna = anna["id"].clone();
    let as_anna = |mut params: Value| {
        params["user"] = anna.clone();
        params
    };
    let id = order("write", as_anna(json!({"dialog": bot, "text": "Hello"})));
    order("react", as_anna(json!({"message": id})));
    order("edit", as_anna(json!({"message": id, "text": "Bye"})));
    let seen = order("messages", as_anna(json!({"dialog": bot})));
    assert_eq!(seen[0]["text"], "Bye");
    assert_eq!(seen[0]["edited"], true);
    assert_eq!(
        seen[0]["reactions"],
        json!([{"user": anna, "reaction": "like"}])
    );
    let none = order("messages", as_anna(json!({"dialog": bot, "after": id})));
    assert_eq!(none, json!([]));
    let chat = order("chat", json!({"title": "Ours", "users": [bot.to_string()]}));
    let dialog = format!("chat{chat}");
    order("invite", json!({"dialog": dialog, "who": anna}));
    order(
        "open",
        as_anna(json!({"dialog": dialog, "context": {"a": 1}})),
    );
    order("leave", as_anna(json!({"dialog": dialog})));
    order("delete", as_anna(json!({"message": id})));
    assert_eq!(order("bots", json!({}))[0]["code"], "echo");
    assert_eq!(order("users", json!({})).as_array().unwrap().len(), 2);
    // The documented one, the private one and this one.
    assert_eq!(order("chats", json!({})).as_array().unwrap().len(), 3);
    assert_eq!(order("state", json!({"on": "N"})), true);
    let wrong = portal
        .sandbox
        .order("write", json!({"dialog": "chat9", "text": "x"}));
    assert!(wrong.unwrap_err().to_string().contains("no such dialog"));
}

#[test]
fn people_are_found() {
    let portal = Portal::start();
    portal.bot("echo");
    let anna = portal.sandbox.add_user("Anna Davis").id();
    let by_id = portal.exact("user.get", json!({"ID": anna}));
    assert_eq!(by_id.as_array().unwrap().len(), 1);
    assert_eq!(
        (&by_id[0]["NAME"], &by_id[0]["LAST_NAME"]),
        (&json!("Anna"), &json!("Davis"))
    );
    let ids = |params: Value| {
        let found = portal.exact("user.get", params);
        let ids = found.as_array().unwrap().iter();
        ids.map(|one| one["ID"].as_str().unwrap().parse().unwrap())
            .collect::<Vec<u64>>()
    };
    assert_eq!(ids(json!({"UF_DEPARTMENT": 1})), [1, anna]);
    assert_eq!(ids(json!({"sort": "ID", "order": "DESC"})), [anna, 1]);
    assert_eq!(ids(json!({"!ID": [1]})), [anna]);
    assert_eq!(ids(json!({"name": "Nobody"})), [0_u64; 0]);
    assert_eq!(ids(json!({"FILTER": {"NAME": "Anna"}})), [anna]);
    assert_eq!(portal.body("user.get", json!({}))["total"], 2);
}
