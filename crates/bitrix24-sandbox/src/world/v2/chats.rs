//! `imbot.v2.Chat.*`

use serde_json::{Value, json};

use super::{access::denied, show};
use crate::world::{
    UserId,
    chat::{Chat, Kind},
    color,
    message::{Message, cut},
    methods::{Context, Outcome},
    params::Params,
    v1::chats::PICTURE,
};

pub(super) fn add(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let fields = context.args().within("fields");
    let owner = fields.id("ownerId").unwrap_or_default();
    let owner = if context.world.is_here(owner) {
        owner
    } else {
        bot
    };
    let mut chat = Chat::new(Kind::Closed, owner);
    change(&mut chat, fields);
    let users: Vec<UserId> = fields.ids("userIds");
    let users: Vec<_> = users.into_iter().filter(|user| *user != bot).collect();
    let now = context.now;
    let id = context.world.add_chat(chat, &users, now);
    // It knows, and so is not told.
    context.world.join(id, bot, bot, false);
    if let Some(chat) = context
        .world
        .chat_mut(id)
        .filter(|chat| chat.title.is_empty())
    {
        chat.title = format!("Chat #{id}");
    }
    if let Some(text) = fields.str("message").filter(|text| !text.is_empty()) {
        context
            .world
            .add_message(Message::new(id, bot, &cut(text)), now);
    }
    let chat = context.chat_of(id, bot)?;
    let mut shown = show::chat(context.world, chat, bot);
    if let Value::Object(fields) = &mut shown {
        fields.insert("isNew".to_owned(), true.into());
    }
    let others = chat.members.keys().copied().filter(|user| *user != bot);
    Ok(json!({"chat": shown, "users": show::users(context.world, others)}))
}

pub(super) fn get(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let id = context.chat_with(bot)?;
    let chat = context.chat_of(id, bot)?;
    Ok(json!({"chat": show::chat(context.world, chat, bot)}))
}

pub(super) fn update(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let id = context.chat_with(bot)?;
    let fields = context.args().within("fields");
    if let Some(chat) = context.world.chat_mut(id) {
        change(chat, fields);
    }
    Ok(json!({"result": true}))
}

pub(super) fn leave(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let id = context.group_with(bot)?;
    Ok(json!({"result": context.world.leave(id, bot)}))
}

pub(super) fn set_owner(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let id = context.group_with(bot)?;
    let owner = context.args().id("userId").unwrap_or_default();
    let chat = context.world.chat_mut(id).ok_or_else(denied)?;
    if chat.owner != bot {
        return Err(denied());
    }
    let member = chat.has(owner);
    if member {
        chat.owner = owner;
    }
    Ok(json!({"result": member}))
}

fn change(chat: &mut Chat, fields: Params<'_>) {
    if let Some(title) = fields.str("title") {
        title.clone_into(&mut chat.title);
    }
    if let Some(description) = fields.str("description") {
        description.clone_into(&mut chat.description);
    }
    if let Some(color) = fields.str("color").and_then(color::named) {
        chat.color = Some(color);
    }
    if fields
        .str("avatar")
        .is_some_and(|avatar| !avatar.is_empty())
    {
        PICTURE.clone_into(&mut chat.avatar);
    }
}
