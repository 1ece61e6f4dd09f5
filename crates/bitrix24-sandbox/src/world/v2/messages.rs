//! What bots write: `imbot.v2.Chat.Message.send`, `.update` and `.delete`

use serde_json::{Map, Value, json};

use super::access::denied;
use crate::world::{
    ChatId, UserId,
    message::{Message, cut},
    methods::{Context, Outcome, Refused},
    params::{Params, number},
};

/// A larger attachment, as JSON, is refused.
const LONGEST_ATTACH: usize = 60_000;

/// So many messages can be forwarded at once.
const MOST_FORWARDS: usize = 100;

pub(super) fn send(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let fields = context.args().within("fields");
    let forwards = forwards(context, bot, fields)?;
    let written = written(fields)?;
    if written.is_none() && forwards.is_empty() {
        return Err(Refused::code("EMPTY_MESSAGE"));
    }
    let chat = context.chat_with(bot)?;
    let now = context.now;
    let mut ids = Map::new();
    let mut last = 0;
    for (uuid, message) in forwards {
        let message = Message {
            chat,
            author: bot,
            ..message
        };
        last = context.world.add_message(message, now);
        ids.insert(uuid, last.into());
    }
    if let Some(message) = written {
        last = post(context, bot, chat, message, fields);
    }
    Ok(json!({"id": last, "uuidMap": ids}))
}

pub(super) fn update(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let fields = context.args().within("fields");
    let id = own(context, bot).ok_or_else(denied)?;
    let attach = attach(fields)?;
    let keyboard = keyboard(fields);
    context.world.update_message(id, bot, |message| {
        if let Some(text) = fields.str("message") {
            message.text = cut(text).into_owned();
        }
        message.attach = attach.or(message.attach.take());
        if let Some(keyboard) = keyboard {
            message.keyboard = keyboard;
        }
        message.url_preview = fields.flag("urlPreview").unwrap_or(message.url_preview);
    });
    Ok(json!({"result": true}))
}

pub(super) fn delete(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let complete = context.args().flag("complete").unwrap_or_default();
    let id = own(context, bot).or_else(|| {
        let id = context.message_seen_by(bot)?;
        let chat = context.world.chat(context.world.message(id)?.chat)?;
        chat.is_managed_by(bot).then_some(id)
    });
    let id = id.ok_or_else(denied)?;
    Ok(json!({"result": context.world.delete_message(id, bot, complete)}))
}

/// The message of the call, if the bot can see it and has written it.
fn own(context: &Context<'_>, bot: UserId) -> Option<u64> {
    let id = context.message_seen_by(bot)?;
    let message = context.world.message(id)?;
    (message.author == bot).then_some(id)
}

/// A message with what the fields say of text, card and buttons; `None` when that is nothing.
pub(super) fn written(fields: Params<'_>) -> Result<Option<Message>, Refused> {
    let text = fields.str("message").unwrap_or_default();
    let attach = attach(fields)?;
    if text.trim().is_empty() && attach.is_none() {
        return Ok(None);
    }
    let mut message = Message::new(0, 0, &cut(text));
    message.attach = attach;
    message.keyboard = keyboard(fields).flatten();
    message.url_preview = fields.flag("urlPreview").unwrap_or(true);
    if let Some(uuid) = fields.str("templateId") {
        uuid.clone_into(&mut message.uuid);
    }
    Ok(Some(message))
}

/// Puts a message of a bot into a chat.
pub(super) fn post(
    context: &mut Context<'_>,
    bot: UserId,
    chat: ChatId,
    message: Message,
    fields: Params<'_>,
) -> u64 {
    let system = fields.flag("system").unwrap_or_default();
    let world = &mut context.world;
    let answered = fields
        .number("replyId")
        .and_then(|id| world.message(id))
        .filter(|message| message.chat == chat);
    let message = Message {
        chat,
        author: if system { 0 } else { bot },
        system,
        reply: answered.map(|message| message.id),
        ..message
    };
    world.add_message(message, context.now)
}

/// The messages to forward, under the names that the caller gave them.
fn forwards(
    context: &Context<'_>,
    bot: UserId,
    fields: Params<'_>,
) -> Result<Vec<(String, Message)>, Refused> {
    let Some(Value::Object(ids)) = fields.raw("forwardIds") else {
        return Ok(Vec::new());
    };
    if ids.len() > MOST_FORWARDS {
        return Err(Refused::code("SENDING_FAILED"));
    }
    let forwards = ids.iter().map(|(uuid, id)| {
        let origin = number(id).and_then(|id| context.world.message(id));
        let origin = origin
            .filter(|origin| !origin.deleted && context.world.is_seen_by(origin, bot))
            .ok_or_else(denied)?;
        let mut message = Message::new(0, bot, &origin.text);
        message.attach.clone_from(&origin.attach);
        message.files.clone_from(&origin.files);
        message.forward = Some(origin.forward.unwrap_or(origin.id));
        message.uuid.clone_from(uuid);
        Ok((uuid.clone(), message))
    });
    forwards.collect()
}

/// The buttons, if they are given; there are none in `N`.
fn keyboard(fields: Params<'_>) -> Option<Option<Value>> {
    let keyboard = parsed(fields.value("keyboard")?.clone());
    let some = match &keyboard {
        Value::Array(buttons) => !buttons.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => false,
    };
    Some(some.then_some(keyboard))
}

/// A card, if there is one.
fn attach(fields: Params<'_>) -> Result<Option<Value>, Refused> {
    let Some(attach) = fields.value("attach") else {
        return Ok(None);
    };
    let attach = parsed(attach.clone());
    let empty = match &attach {
        Value::Array(blocks) => blocks.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => return Err(Refused::code("ATTACH_ERROR")),
    };
    if attach.to_string().chars().count() > LONGEST_ATTACH {
        return Err(Refused::code("ATTACH_OVERSIZE"));
    }
    Ok((!empty).then_some(attach))
}

/// What stands in a text as JSON.
fn parsed(value: Value) -> Value {
    let inner = value
        .as_str()
        .and_then(|text| serde_json::from_str(text).ok());
    inner.unwrap_or(value)
}
