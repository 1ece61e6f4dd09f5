//! Messages, as people write and read them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::{
    dialog::Dialog,
    extras::Extras,
    happening::CommandContext,
    message::{Message, cut},
    methods::{Context, Outcome, Refused},
    params::Params,
    show,
    v1::{editable, liked},
};

/// How many messages there are on a page, and at most.
const PAGE: u64 = 20;
const MAX_PAGE: u64 = 50;

pub(super) fn list(context: &mut Context<'_>) -> Outcome {
    let chat = context.own_dialog()?;
    let world = &*context.world;
    let params = Params::new(context.params);
    let limit = params.id("LIMIT").unwrap_or(PAGE).min(MAX_PAGE);
    let limit = usize::try_from(limit).unwrap_or_default();
    let seen = || {
        let messages = world.messages_of(chat);
        messages.filter(|message| world.is_seen_by(message, context.user))
    };
    let mut messages: Vec<_> = match (params.id("LAST_ID"), params.id("FIRST_ID")) {
        (Some(last), _) => {
            let older = seen().filter(|message| message.id < last);
            older.rev().take(limit).collect()
        }
        (None, Some(first)) => {
            let newer = seen().filter(|message| message.id > first);
            newer.take(limit).collect()
        }
        (None, None) => seen().rev().take(limit).collect(),
    };
    messages.sort_by_key(|message| std::cmp::Reverse(message.id));
    let authors: BTreeSet<_> = messages.iter().map(|message| message.author).collect();
    let users = authors.into_iter().filter_map(|id| world.person(id));
    Ok(json!({
        "chat_id": chat,
        "messages": messages
            .iter()
            .map(|message| show::message(world, message, context.user))
            .collect::<Vec<_>>(),
        "users": users.map(|user| show::person(world, user)).collect::<Vec<_>>(),
        "files": Value::Array(Vec::new()),
    }))
}

pub(super) fn add(context: &mut Context<'_>) -> Outcome {
    let params = Params::new(context.params);
    let extras = Extras::read(params).map_err(|refused| Refused {
        // Sizes of these have no code here.
        code: match refused.code {
            "KEYBOARD_OVERSIZE" => "KEYBOARD_ERROR",
            "MENU_OVERSIZE" => "MENU_ERROR",
            code => code,
        },
        ..refused
    })?;
    let text = params.words("MESSAGE").unwrap_or_default();
    if text.is_empty() && !extras.attaches() {
        return Err(Refused::code("MESSAGE_EMPTY"));
    }
    let dialog = params.text("DIALOG_ID");
    let dialog: Option<Dialog> = dialog.and_then(|dialog| dialog.parse().ok());
    let chat = match dialog {
        None => return Err(Refused::code("USER_ID_EMPTY")),
        Some(Dialog::Chat(id)) => {
            let chat = context.world.chat(id);
            chat.filter(|chat| chat.has(context.user))
                .map(|chat| chat.id)
                .ok_or(Refused::code("ACCESS_ERROR"))?
        }
        Some(dialog) => context
            .world
            .open(dialog, context.user, context.now)
            .ok_or(Refused::code("USER_NOT_FOUND"))?,
    };
    let mut message = Message::new(chat, context.user, &cut(text.trim()));
    message.system = params.flag("SYSTEM").unwrap_or_default();
    message.url_preview = params.flag("URL_PREVIEW").unwrap_or(true);
    if let Some(reply) = params.id("REPLY_ID") {
        let replied = context.world.message(reply);
        let replied = replied.filter(|one| context.world.is_seen_by(one, context.user));
        let replied = replied.ok_or(Refused::code("REPLY_ACCESS_ERROR"))?;
        if replied.chat != chat {
            return Err(Refused::code("REPLY_FROM_OTHER_CHAT_ERROR"));
        }
        message.reply = Some(reply);
    }
    extras.put(&mut message);
    Ok(context.world.add_message(message, context.now).into())
}

pub(super) fn update(context: &mut Context<'_>) -> Outcome {
    let id = editable(context, context.user)?;
    let params = Params::new(context.params);
    let extras = Extras::read(params).map_err(|refused| Refused {
        code: match refused.code {
            "MENU_ERROR" => "menu_ERROR",
            code => code,
        },
        ..refused
    })?;
    let text = params.text("MESSAGE");
    let marked = params.flag("IS_EDITED").unwrap_or(true);
    let was_edited = context
        .world
        .message(id)
        .is_some_and(|message| message.edited);
    context.world.update_message(id, context.user, |message| {
        if let Some(text) = text {
            message.text = cut(text.trim()).into_owned();
        }
        if let Some(preview) = params.flag("URL_PREVIEW") {
            message.url_preview = preview;
        }
        extras.put(message);
    });
    if !marked {
        context.world.mark_edited(id, was_edited);
    }
    Ok(true.into())
}

pub(super) fn delete(context: &mut Context<'_>) -> Outcome {
    let id = editable(context, context.user)?;
    Ok(context.world.delete_message(id, context.user, false).into())
}

pub(super) fn like(context: &mut Context<'_>) -> Outcome {
    liked(context, context.user)
}

pub(super) fn command(context: &mut Context<'_>) -> Outcome {
    let params = Params::new(context.params);
    let message = params.id("MESSAGE_ID").unwrap_or_default();
    let seen = context.world.message(message);
    if seen.is_none_or(|message| !context.world.is_seen_by(message, context.user)) {
        return Err(Refused::code("MESSAGE_ID_ERROR"));
    }
    let bot = params.id("BOT_ID").unwrap_or_default();
    if context.world.bot(bot).is_none() {
        return Err(Refused::code("BOT_ID_ERROR"));
    }
    let name = params.words("COMMAND").unwrap_or_default();
    let words = params
        .text("COMMAND_PARAMS")
        .unwrap_or_default()
        .into_owned();
    let (user, by) = (context.user, CommandContext::Keyboard);
    let given = context
        .world
        .give_command(user, bot, message, &name, words, by);
    given.map_err(|_| Refused::code("COMMAND_ERROR"))?;
    Ok(true.into())
}
