//! Objects of the second version, as answers and events show them.

use serde_json::{Map, Value, json};

use crate::{
    time::date,
    world::{
        UserId, World,
        bot::{Bot, Delivery},
        chat::Chat,
        command::Command,
        file::File,
        message::Message,
        person::Person,
    },
};

/// The language that a portal speaks.
pub(in crate::world) const LANGUAGE: &str = "en";

/// A bot, with all that its owner sees or without.
pub(in crate::world) fn bot(world: &World, bot: &Bot, own: bool) -> Value {
    let mut shown = json!({
        "id": bot.id,
        "code": bot.code,
        "type": bot.kind.name(),
        "isHidden": bot.hidden,
        "isSupportOpenline": bot.openline,
        "isReactionsEnabled": bot.reactions,
        "backgroundId": bot.background,
        "language": bot.language,
    });
    if !own {
        return shown;
    }
    let chats: Vec<_> = world.chats().filter(|chat| chat.has(bot.id)).collect();
    let mut people: Vec<_> = chats.iter().flat_map(|chat| chat.members.keys()).collect();
    people.sort_unstable();
    people.dedup();
    let people = people.iter().filter(|id| world.bot(***id).is_none());
    let commands = world.commands().filter(|command| command.bot == bot.id);
    let mode = match bot.delivery {
        Delivery::Fetch => "fetch",
        Delivery::V1(_) | Delivery::Webhook(_) => "webhook",
    };
    let counts = [
        ("moduleId", json!("rest")),
        ("eventMode", json!(mode)),
        ("countMessage", json!(bot.sent)),
        ("countCommand", json!(commands.count())),
        ("countChat", json!(chats.len())),
        ("countUser", json!(people.count())),
    ];
    extend(&mut shown, counts);
    shown
}

/// A person or a bot, as answers show them.
pub(in crate::world) fn user(person: &Person) -> Value {
    let mut shown = user_in_event(person);
    extend(
        &mut shown,
        [("lastActivityDate", json!(date(person.last_seen)))],
    );
    shown
}

/// Likewise in events, which do not tell when someone was last seen.
pub(in crate::world) fn user_in_event(person: &Person) -> Value {
    let kind = match (person.bot, person.extranet) {
        (true, _) => "bot",
        (false, true) => "extranet",
        (false, false) => "employee",
    };
    json!({
        "id": person.id,
        "active": person.active,
        "name": person.name(),
        "firstName": person.first_name,
        "lastName": person.last_name,
        "workPosition": person.position,
        "color": person.color(),
        "avatar": person.avatar,
        "gender": person.gender,
        "birthday": birthday(&person.birthday),
        "extranet": person.extranet,
        "bot": person.bot,
        "connector": false,
        "externalAuthId": if person.bot { "bot" } else { "default" },
        "status": "online",
        "idle": false,
        "lastActivityDate": false,
        "mobileLastDate": false,
        "desktopLastDate": false,
        "absent": false,
        "departments": [1],
        "phones": false,
        "type": kind,
        "website": person.website,
        "email": person.email,
    })
}

/// `2001-03-15` without the year, as `15-03`.
fn birthday(date: &str) -> String {
    let mut parts = date.split('-');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(_), Some(month), Some(day)) => format!("{day}-{month}"),
        _ => String::new(),
    }
}

/// Users by their ids, each once, as far as they exist.
pub(in crate::world) fn users(world: &World, ids: impl IntoIterator<Item = UserId>) -> Value {
    let mut ids: Vec<_> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    let people = ids.into_iter().filter_map(|id| world.person(id));
    people.map(user).collect()
}

/// A chat, as answers show it to someone in it.
pub(in crate::world) fn chat(world: &World, chat: &Chat, viewer: UserId) -> Value {
    let mut shown = chat_in_event(world, chat, viewer);
    let muted = chat.members.iter().filter(|(_, member)| member.muted);
    let managers = chat.members.iter().filter(|(_, member)| member.manager);
    let read = chat.members.get(&viewer).map_or(0, |member| member.read);
    let unread = chat.messages.range(read.saturating_add(1)..).next();
    let more = [
        ("role", json!(chat.role_of(viewer))),
        ("muteList", muted.map(|(id, _)| *id).collect()),
        ("parentChatId", Value::Null),
        ("parentMessageId", Value::Null),
        ("dateCreate", json!(date(chat.created))),
        ("lastMessageId", id_or_null(chat.last_message())),
        ("lastMessageViews", json!("{}")),
        ("lastId", id_or_null(read)),
        ("managerList", managers.map(|(id, _)| *id).collect()),
        ("markedId", Value::Null),
        ("messageCount", json!(chat.messages.len())),
        ("public", json!("")),
        ("unreadId", json!(unread)),
        ("userCounter", json!(chat.members.len())),
    ];
    extend(&mut shown, more);
    shown
}

/// Likewise in events, which tell only what is the same for everybody.
pub(in crate::world) fn chat_in_event(world: &World, chat: &Chat, viewer: UserId) -> Value {
    let [data1, data2, data3] = &chat.entity_data;
    let extranet = |id: &UserId| world.person(*id).is_some_and(|person| person.extranet);
    json!({
        "id": chat.id,
        "dialogId": world.dialog_of(chat.id, viewer).to_string(),
        "name": chat.title,
        "description": chat.description,
        "type": chat.kind.name(),
        "messageType": chat.kind.letter(),
        "owner": chat.owner,
        "color": chat.color(),
        "avatar": chat.avatar,
        "extranet": chat.members.keys().any(extranet),
        "containsCollaber": false,
        "entityType": chat.entity_type,
        "entityId": chat.entity_id,
        "entityData1": data1,
        "entityData2": data2,
        "entityData3": data3,
        "entityLink": {},
        "diskFolderId": null,
        "permissions": {},
        "parentChatId": 0,
        "parentMessageId": 0,
        "isNew": false,
        "textFieldEnabled": if chat.text_field { "Y" } else { "N" },
        "backgroundId": null,
    })
}

/// A message, as answers show it to someone.
pub(in crate::world) fn message(world: &World, message: &Message, viewer: UserId) -> Value {
    let mut shown = message_in_event(world, message);
    let chat = world.chat(message.chat);
    let member = chat.and_then(|chat| chat.members.get(&viewer));
    let read = member.is_some_and(|member| member.read >= message.id);
    extend(
        &mut shown,
        [("unread", json!(!read)), ("viewed", json!(read))],
    );
    shown
}

/// Likewise in events.
pub(in crate::world) fn message_in_event(world: &World, message: &Message) -> Value {
    let forward = message.forward.and_then(|id| world.message(id));
    let forward = forward.map(|origin| {
        json!({
            "id": origin.id,
            "userId": origin.author,
            "chatId": origin.chat,
            "date": date(origin.date),
        })
    });
    json!({
        "id": message.id,
        "chatId": message.chat,
        "authorId": message.author,
        "date": date(message.date),
        "text": message.text,
        "isSystem": message.system,
        "uuid": message.uuid,
        "forward": forward,
        "params": params(message),
        "viewedByOthers": world.is_viewed(message),
    })
}

/// What a message has beside its text.
fn params(message: &Message) -> Value {
    let mut params = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            params.insert(name.to_owned(), value);
        }
    };
    put("ATTACH", message.attach.clone());
    put("KEYBOARD", message.keyboard.clone());
    put("MENU", message.menu.clone());
    put("REPLY_ID", message.reply.map(Value::from));
    let files = (!message.files.is_empty()).then(|| json!(message.files));
    put("FILE_ID", files);
    put("IS_EDITED", message.edited.then(|| json!("Y")));
    put("IS_DELETED", message.deleted.then(|| json!("Y")));
    params.into()
}

/// A command without its words.
pub(super) fn command(command: &Command) -> Value {
    json!({
        "id": command.id,
        "botId": command.bot,
        "command": format!("/{}", command.name),
        "common": command.common,
        "hidden": command.hidden,
        "extranetSupport": command.extranet,
    })
}

/// A command in the portal's language.
pub(super) fn command_in_list(world: &World, one: &Command) -> Value {
    let mut words = one.words.iter();
    let words = words
        .find(|words| words.language == LANGUAGE)
        .or_else(|| one.words.first());
    let mut shown = command(one);
    let (title, params) = words.map_or(("", ""), |words| (&words.title, &words.params));
    let more = [
        ("title", json!(title)),
        ("params", json!(params)),
        ("category", json!(world.name_of(one.bot))),
        ("context", json!("")),
    ];
    extend(&mut shown, more);
    shown
}

pub(super) fn file(world: &World, file: &File) -> Value {
    json!({
        "id": file.id,
        "chatId": file.chat,
        "date": date(file.date),
        "type": file.kind(),
        "name": file.name,
        "extension": file.extension(),
        "size": file.content.len(),
        "image": false,
        "authorId": file.author,
        "authorName": world.name_of(file.author),
        "isTranscribable": false,
        "isVideoNote": false,
        "isVoiceNote": false,
    })
}

fn id_or_null(id: u64) -> Value {
    (id > 0).then_some(id).into()
}

fn extend<const N: usize>(object: &mut Value, more: [(&str, Value); N]) {
    if let Value::Object(fields) = object {
        fields.extend(more.map(|(name, value)| (name.to_owned(), value)));
    }
}
