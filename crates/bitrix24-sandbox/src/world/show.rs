//! How the first version and the messenger show chats, people and messages.

use serde_json::{Value, json};

use super::{
    UserId, World,
    chat::{Chat, Kind},
    message::Message,
    person::Person,
};
use crate::time::date;

/// A chat as `imbot.dialog.get` and `im.dialog.get` describe it to someone.
pub(super) fn dialog(world: &World, chat: &Chat, viewer: UserId) -> Value {
    let dialog = world.dialog_of(chat.id, viewer).to_string();
    let last = chat.last_message();
    let muted = chat.members.iter().filter(|(_, member)| member.muted);
    let muted: Vec<_> = muted.map(|(id, _)| *id).collect();
    let group = chat.kind != Kind::Private;
    let is_member = chat.has(viewer);
    let readers = chat.members.iter().filter(|(id, _)| **id != viewer);
    let readers: Vec<_> = readers
        .map(|(id, member)| {
            json!({
                "user_id": id,
                "user_name": world.name_of(*id),
                "message_id": member.read,
                "date": member.read_at.map(date),
            })
        })
        .collect();
    let author = world.message(last).map_or(0, |message| message.author);
    let viewers = chat
        .members
        .iter()
        .filter(|(id, member)| last > 0 && **id != author && member.read >= last);
    let viewers: Vec<_> = viewers
        .map(|(id, member)| {
            json!({
                "user_id": id,
                "user_name": world.name_of(*id),
                "date": member.read_at.map(date),
            })
        })
        .collect();
    let name = match chat.kind {
        Kind::Private => {
            let other = chat.members.keys().find(|id| **id != viewer);
            other.map(|id| world.name_of(*id)).unwrap_or_default()
        }
        Kind::Closed | Kind::Open => chat.title.clone(),
    };
    json!({
        "id": chat.id,
        "parent_chat_id": 0,
        "parent_message_id": 0,
        "name": name,
        "description": chat.description,
        "owner": chat.owner,
        "extranet": chat.members.keys().any(|id| {
            world.person(*id).is_some_and(|person| person.extranet)
        }),
        "avatar": chat.avatar,
        "color": chat.color(),
        "type": chat.kind.name(),
        "counter": chat.unread_by(viewer),
        "user_counter": chat.members.len(),
        "message_count": chat.messages.len(),
        "unread_id": 0,
        "restrictions": {
            "avatar": group,
            "rename": group,
            "extend": group,
            "call": true,
            "mute": true,
            "leave": group,
            "leave_owner": group,
            "send": true,
            "user_list": true,
        },
        "last_message_id": last,
        "last_id": chat.members.get(&viewer).map_or(0, |member| member.read),
        "marked_id": 0,
        "disk_folder_id": 0,
        "entity_type": chat.entity_type,
        "entity_id": chat.entity_id,
        "entity_data_1": chat.entity_data[0],
        "entity_data_2": chat.entity_data[1],
        "entity_data_3": chat.entity_data[2],
        "mute_list": muted,
        "date_create": date(chat.created),
        "message_type": chat.kind.letter(),
        "public": "",
        "role": if is_member { chat.role_of(viewer) } else { "member" },
        "entity_link": {"type": chat.entity_type, "url": "", "id": chat.entity_id},
        "text_field_enabled": chat.text_field,
        "background_id": null,
        "permissions": {
            "manage_users_add": "member",
            "manage_users_delete": "manager",
            "manage_ui": "member",
            "manage_settings": "owner",
            "manage_messages": "member",
            "can_post": "member",
        },
        "is_new": false,
        "readed_list": readers,
        "manager_list": chat.managers().collect::<Vec<_>>(),
        "last_message_views": {
            "message_id": last,
            "count_of_viewers": viewers.len(),
            "first_viewers": viewers,
        },
        "dialog_id": dialog,
    })
}

/// Someone as the messenger shows them.
pub(super) fn person(world: &World, person: &Person) -> Value {
    let bot = world.bot(person.id);
    json!({
        "id": person.id,
        "active": person.active,
        "name": person.name(),
        "first_name": person.first_name,
        "last_name": person.last_name,
        "work_position": person.position,
        "color": person.color(),
        "avatar": person.avatar,
        "avatar_hr": person.avatar,
        "gender": person.gender,
        "birthday": person.birthday,
        "extranet": person.extranet,
        "network": false,
        "bot": person.bot,
        "connector": false,
        "external_auth_id": if person.bot { "bot" } else { "default" },
        "status": "online",
        "idle": false,
        "last_activity_date": date(person.last_seen),
        "mobile_last_date": false,
        "desktop_last_date": false,
        "absent": false,
        "departments": [1],
        "phones": false,
        "bot_data": bot.map(|bot| json!({
            "code": bot.code,
            "type": bot.kind.name(),
            "app_id": "",
            "is_hidden": bot.hidden,
            "is_support_openline": bot.openline,
        })),
        "type": if person.bot { "bot" } else { "user" },
        "website": person.website,
        "email": person.email,
    })
}

/// A message as the messenger shows it to someone.
pub(super) fn message(world: &World, message: &Message, viewer: UserId) -> Value {
    let chat = world.chat(message.chat);
    let read = chat.and_then(|chat| chat.members.get(&viewer));
    let mut params = serde_json::Map::new();
    let mut put = |name: &str, value: Value| params.insert(name.to_owned(), value);
    let likes: Vec<_> = message.reacted("like").collect();
    if !likes.is_empty() {
        put("LIKE", json!(likes));
    }
    if message.edited {
        put("IS_EDITED", json!("Y"));
    }
    if message.deleted {
        put("IS_DELETED", json!("Y"));
    }
    if let Some(reply) = message.reply {
        put("REPLY_ID", json!(reply));
    }
    for (name, extra) in [
        ("ATTACH", &message.attach),
        ("KEYBOARD", &message.keyboard),
        ("MENU", &message.menu),
    ] {
        if let Some(extra) = extra {
            put(name, extra.clone());
        }
    }
    json!({
        "id": message.id,
        "chat_id": message.chat,
        "author_id": message.author,
        "date": date(message.date),
        "text": message.text,
        "unread": read.is_none_or(|member| member.read < message.id),
        "uuid": if message.uuid.is_empty() { Value::Null } else { json!(message.uuid) },
        "replaces": [],
        // PHP writes an empty object so.
        "params": if params.is_empty() { json!([]) } else { Value::Object(params) },
        "disappearing_date": null,
    })
}
