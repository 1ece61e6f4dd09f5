//! Orders by which programs act as people, in any language.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    OWNER, UserId, World,
    chat::{Chat, Kind},
    color,
    message::Message,
    person::Person,
};
use crate::{
    order::{flag, number, numbers, read},
    state::State,
    time::date,
};

/// Their names.
pub(crate) const ORDERS: &[&str] = &[
    "bots", "chat", "chats", "delete", "edit", "invite", "leave", "messages", "open", "press",
    "react", "user", "users", "write",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUser {
    name: String,
    last_name: Option<String>,
    position: Option<String>,
    email: Option<String>,
    gender: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    extranet: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Write {
    #[serde(default, deserialize_with = "number")]
    user: Option<UserId>,
    dialog: Value,
    text: Value,
    #[serde(default, deserialize_with = "number")]
    reply: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    #[serde(default, deserialize_with = "number")]
    user: Option<UserId>,
    #[serde(default, deserialize_with = "number")]
    message: Option<u64>,
    text: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Delete {
    #[serde(default, deserialize_with = "number")]
    user: Option<UserId>,
    #[serde(default, deserialize_with = "number")]
    message: Option<u64>,
    #[serde(default, deserialize_with = "flag")]
    complete: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct React {
    #[serde(default, deserialize_with = "number")]
    user: Option<UserId>,
    #[serde(default, deserialize_with = "number")]
    message: Option<u64>,
    reaction: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    on: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Press {
    #[serde(default, deserialize_with = "number")]
    user: Option<UserId>,
    #[serde(default, deserialize_with = "number")]
    message: Option<u64>,
    button: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewChat {
    #[serde(default, deserialize_with = "number")]
    user: Option<UserId>,
    title: Option<String>,
    #[serde(default, deserialize_with = "numbers")]
    users: Vec<UserId>,
    #[serde(default, deserialize_with = "flag")]
    open: Option<bool>,
    color: Option<String>,
    entity_type: Option<String>,
    entity_id: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    #[serde(default, deserialize_with = "number")]
    user: Option<UserId>,
    dialog: Value,
    #[serde(default, deserialize_with = "number")]
    who: Option<UserId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Open {
    #[serde(default, deserialize_with = "number")]
    user: Option<UserId>,
    dialog: Value,
    context: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Messages {
    #[serde(default, deserialize_with = "number")]
    user: Option<UserId>,
    dialog: Value,
    #[serde(default, deserialize_with = "number")]
    after: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// Carries out an order about people; `None` for one that is not.
pub(crate) fn obey(
    state: &State,
    order: &str,
    params: Map<String, Value>,
) -> Option<Result<Value, String>> {
    ORDERS
        .contains(&order)
        .then(|| carry_out(state, order, params))
}

fn carry_out(state: &State, order: &str, params: Map<String, Value>) -> Result<Value, String> {
    let now = state.now();
    let as_user = |user: Option<UserId>| user.unwrap_or(OWNER);
    match order {
        "user" => {
            let person = new_user(read(params)?);
            Ok(state.in_world(|world| {
                let id = world.add_person(person, now);
                world.person(id).map(person_json).unwrap_or_default()
            }))
        }
        "users" => {
            let Nothing {} = read(params)?;
            Ok(state.in_world(|world| {
                let people = world.people().filter(|person| !person.bot);
                people.map(person_json).collect()
            }))
        }
        "bots" => {
            let Nothing {} = read(params)?;
            Ok(state.in_world(|world| bots_json(world)))
        }
        "chats" => {
            let Nothing {} = read(params)?;
            Ok(state.in_world(|world| world.chats().map(chat_json).collect()))
        }
        "chat" => {
            let order: NewChat = read(params)?;
            let (user, users) = (as_user(order.user), order.users.clone());
            let chat = new_chat(order, user)?;
            let id = state.in_world(|world| world.open_chat(user, chat, &users, now))?;
            Ok(id.into())
        }
        "write" => {
            let order: Write = read(params)?;
            let (dialog, words) = (name(&order.dialog)?, name(&order.text)?);
            let user = as_user(order.user);
            let id = state.in_world(|world| world.write(user, &dialog, &words, order.reply, now));
            Ok(id?.into())
        }
        "edit" => {
            let order: Edit = read(params)?;
            let (message, words) = (needed(order.message)?, name(&order.text)?);
            state.in_world(|world| world.edit(as_user(order.user), message, &words))?;
            Ok(true.into())
        }
        "delete" => {
            let order: Delete = read(params)?;
            let message = needed(order.message)?;
            let complete = order.complete.unwrap_or_default();
            state.in_world(|world| world.erase(as_user(order.user), message, complete))?;
            Ok(true.into())
        }
        "react" => {
            let order: React = read(params)?;
            let message = needed(order.message)?;
            let reaction = order.reaction.as_deref().unwrap_or("like");
            let (user, on) = (as_user(order.user), order.on.unwrap_or(true));
            state.in_world(|world| world.give_reaction(user, message, reaction, on))?;
            Ok(true.into())
        }
        "press" => {
            let order: Press = read(params)?;
            let message = needed(order.message)?;
            let user = as_user(order.user);
            state.in_world(|world| world.press(user, message, &order.button, now))?;
            Ok(true.into())
        }
        "invite" => {
            let order: Member = read(params)?;
            let (dialog, who) = (name(&order.dialog)?, order.who.ok_or("who is missing")?);
            state.in_world(|world| world.invite(as_user(order.user), &dialog, who))?;
            Ok(true.into())
        }
        "leave" => {
            let order: Member = read(params)?;
            let (dialog, user) = (name(&order.dialog)?, as_user(order.user));
            let who = order.who.unwrap_or(user);
            state.in_world(|world| world.dismiss(user, &dialog, who))?;
            Ok(true.into())
        }
        "open" => {
            let order: Open = read(params)?;
            let (dialog, user) = (name(&order.dialog)?, as_user(order.user));
            let chat =
                state.in_world(|world| world.look_into(user, &dialog, order.context, now))?;
            Ok(chat.into())
        }
        _ => {
            let order: Messages = read(params)?;
            let (dialog, user) = (name(&order.dialog)?, as_user(order.user));
            let after = order.after.unwrap_or_default();
            state.in_world(|world| {
                let seen = world.seen(user, &dialog, after)?;
                Ok(seen.into_iter().map(message_json).collect())
            })
        }
    }
}

fn needed(message: Option<u64>) -> Result<u64, String> {
    message.ok_or_else(|| "message is missing".to_owned())
}

/// A number or a text.
fn name(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(format!("neither text nor number: {other}")),
    }
}

fn new_user(order: NewUser) -> Person {
    let (first, last) = match &order.last_name {
        Some(last) => (order.name.as_str(), last.as_str()),
        None => order
            .name
            .trim()
            .split_once(' ')
            .unwrap_or((order.name.trim(), "")),
    };
    let mut person = Person::named(first, last.trim());
    person.position = order.position.unwrap_or_default();
    person.email = order.email.unwrap_or_default();
    person.gender = order.gender.unwrap_or(person.gender);
    person.extranet = order.extranet.unwrap_or_default();
    person
}

fn new_chat(order: NewChat, owner: UserId) -> Result<Chat, String> {
    let kind = match order.open {
        Some(true) => Kind::Open,
        _ => Kind::Closed,
    };
    let mut chat = Chat::new(kind, owner);
    chat.title = order.title.unwrap_or_default();
    if let Some(name) = order.color {
        let color = color::named(&name).ok_or_else(|| format!("no such color: {name}"))?;
        chat.color = Some(color);
    }
    chat.entity_type = order.entity_type.unwrap_or_default();
    chat.entity_id = match &order.entity_id {
        Some(id) => name(id)?,
        None => String::new(),
    };
    Ok(chat)
}

fn person_json(person: &Person) -> Value {
    json!({
        "id": person.id,
        "name": person.name(),
        "first_name": person.first_name,
        "last_name": person.last_name,
        "position": person.position,
        "email": person.email,
        "gender": person.gender,
        "extranet": person.extranet,
    })
}

fn bots_json(world: &World) -> Value {
    let bots = world.bots().map(|bot| {
        let commands = world.commands().filter(|command| command.bot == bot.id);
        json!({
            "id": bot.id,
            "code": bot.code,
            "name": world.name_of(bot.id),
            "type": bot.kind.name(),
            "commands": commands.map(|command| command.name.as_str()).collect::<Vec<_>>(),
        })
    });
    bots.collect()
}

fn chat_json(chat: &Chat) -> Value {
    json!({
        "id": chat.id,
        "type": chat.kind.name(),
        "title": chat.title,
        "owner": chat.owner,
        "users": chat.members.keys().collect::<Vec<_>>(),
        "entity_type": chat.entity_type,
        "entity_id": chat.entity_id,
    })
}

fn message_json(message: &Message) -> Value {
    let reactions = message.reactions.iter();
    json!({
        "id": message.id,
        "chat": message.chat,
        "author": message.author,
        "text": message.text,
        "date": date(message.date),
        "system": message.system,
        "edited": message.edited,
        "deleted": message.deleted,
        "reply": message.reply,
        "attach": message.attach,
        "keyboard": message.keyboard,
        "reactions": reactions
            .map(|(user, reaction)| json!({"user": user, "reaction": reaction}))
            .collect::<Vec<_>>(),
    })
}
