//! Dialogs, as people see them.

use serde_json::{Value, json};

use super::super::{
    methods::{Context, Outcome, Refused},
    params::Params,
    show,
};

/// How many people there are on a page, and at most.
const PAGE: u64 = 50;
const MAX_PAGE: u64 = 200;

pub(super) fn describe(context: &mut Context<'_>) -> Outcome {
    let chat = context.own_dialog()?;
    let chat = context.world.chat(chat);
    let chat = chat.ok_or(Refused::code("ACCESS_ERROR"))?;
    Ok(show::dialog(context.world, chat, context.user))
}

pub(super) fn users(context: &mut Context<'_>) -> Outcome {
    let chat = context.own_dialog()?;
    let world = &*context.world;
    let params = Params::new(context.params);
    let number = |name, otherwise: u64| {
        let number = params.id(name).unwrap_or(otherwise).min(i32::MAX as u64);
        usize::try_from(number).unwrap_or_default()
    };
    let after = params.id("LAST_ID").unwrap_or_default();
    let members = world.chat(chat).map(|chat| chat.members.keys());
    let people = members
        .into_iter()
        .flatten()
        .filter(|id| **id > after)
        .filter_map(|id| world.person(*id));
    let page = people
        .skip(number("OFFSET", 0))
        .take(number("LIMIT", PAGE).min(MAX_PAGE as usize));
    Ok(page.map(|person| show::person(world, person)).collect())
}

pub(super) fn read(context: &mut Context<'_>) -> Outcome {
    // There is no code for what is closed.
    let chat = context.own_dialog();
    let chat = chat.map_err(|_| Refused::code("DIALOG_ID_EMPTY"))?;
    let (user, now) = (context.user, context.now);
    let newest = context
        .world
        .chat(chat)
        .map_or(0, |chat| chat.last_message());
    let up_to = Params::new(context.params).id("MESSAGE_ID");
    let up_to = up_to.unwrap_or(newest).min(newest);
    context.world.read(chat, user, up_to, now);
    let counter = context
        .world
        .chat(chat)
        .map_or(0, |chat| chat.unread_by(user));
    Ok(json!({
        "dialogId": context.world.dialog_of(chat, user).to_string(),
        "chatId": chat,
        "lastId": up_to,
        "counter": counter,
    }))
}

pub(super) fn writing(context: &mut Context<'_>) -> Outcome {
    let chat = context.own_dialog()?;
    let (user, now) = (context.user, context.now);
    Ok(Value::Bool(context.world.typing(chat, user, now)))
}
