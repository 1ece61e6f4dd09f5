//! Messages of the first version.

use std::time::Duration;

use super::super::{
    ChatId, MessageId, UserId,
    dialog::Dialog,
    extras::Extras,
    message::{Message, cut},
    methods::{Context, Outcome, Refused},
    params::Params,
};

/// How long a message can be changed.
const EDITABLE: Duration = Duration::from_secs(72 * 3600);

/// What the first version calls a reaction.
const LIKE: &str = "like";

pub(super) fn add(context: &mut Context<'_>) -> Outcome {
    let bot = context.bot()?;
    let params = Params::new(context.params);
    let between = params.id("FROM_USER_ID").zip(params.id("TO_USER_ID"));
    let dialog = params.text("DIALOG_ID");
    let dialog: Option<Dialog> = dialog.and_then(|dialog| dialog.parse().ok());
    if dialog.is_none() && between.is_none() {
        return Err(Refused::code("DIALOG_ID_EMPTY"));
    }
    let mut message = written(params, 0, bot)?;
    let chat = match (between, dialog) {
        (Some((from, to)), _) => {
            message.author = from;
            message.system = true;
            context.world.open(Dialog::With(to), from, context.now)
        }
        (None, Some(dialog)) => open_for(context, dialog, bot),
        (None, None) => None,
    };
    message.chat = chat.ok_or(Refused::code("WRONG_REQUEST"))?;
    Ok(context.world.add_message(message, context.now).into())
}

/// The chat that someone means and can write to.
fn open_for(context: &mut Context<'_>, dialog: Dialog, author: UserId) -> Option<ChatId> {
    let chat = context.world.open(dialog, author, context.now)?;
    let is_member = context.world.chat(chat)?.has(author);
    is_member.then_some(chat)
}

/// The message that the parameters describe.
pub(super) fn written(
    params: Params<'_>,
    chat: ChatId,
    author: UserId,
) -> Result<Message, Refused> {
    let text = params.words("MESSAGE");
    let text = text.ok_or(Refused::code("MESSAGE_EMPTY"))?;
    let mut message = Message::new(chat, author, &cut(text.trim()));
    message.system = params.flag("SYSTEM").unwrap_or_default();
    message.url_preview = params.flag("URL_PREVIEW").unwrap_or(true);
    Extras::read(params)?.put(&mut message);
    Ok(message)
}

pub(super) fn update(context: &mut Context<'_>) -> Outcome {
    let bot = context.bot()?;
    let id = editable(context, bot)?;
    let params = Params::new(context.params);
    let extras = Extras::read(params)?;
    let text = params.text("MESSAGE");
    if text.as_ref().is_some_and(|text| text.trim().is_empty()) {
        context.world.delete_message(id, bot, false);
        return Ok(true.into());
    }
    context.world.update_message(id, bot, |message| {
        if let Some(text) = text {
            message.text = cut(text.trim()).into_owned();
        }
        if let Some(preview) = params.flag("URL_PREVIEW") {
            message.url_preview = preview;
        }
        extras.put(message);
    });
    Ok(true.into())
}

pub(super) fn delete(context: &mut Context<'_>) -> Outcome {
    let bot = context.bot()?;
    let id = editable(context, bot)?;
    let complete = Params::new(context.params).flag("COMPLETE");
    context
        .world
        .delete_message(id, bot, complete.unwrap_or_default());
    Ok(true.into())
}

/// The given message, if it can still be changed by its author.
pub(crate) fn editable(context: &Context<'_>, author: UserId) -> Result<MessageId, Refused> {
    let id = Params::new(context.params).id("MESSAGE_ID");
    let id = id.ok_or(Refused::code("MESSAGE_ID_ERROR"))?;
    let message = context.world.message(id);
    let editable = message.is_some_and(|message| {
        let age = context.now.duration_since(message.date).unwrap_or_default();
        message.author == author && !message.deleted && age <= EDITABLE
    });
    editable
        .then_some(id)
        .ok_or(Refused::code("CANT_EDIT_MESSAGE"))
}

pub(super) fn like(context: &mut Context<'_>) -> Outcome {
    let bot = context.bot()?;
    liked(context, bot)
}

/// Gives or takes back someone's like.
pub(crate) fn liked(context: &mut Context<'_>, by: UserId) -> Outcome {
    let params = Params::new(context.params);
    let id = params.id("MESSAGE_ID");
    let id = id.ok_or(Refused::code("MESSAGE_ID_ERROR"))?;
    let message = context.world.message(id);
    let message = message.filter(|message| context.world.is_seen_by(message, by));
    let message = message.ok_or(Refused::code("WITHOUT_CHANGES"))?;
    let add = match params.text("ACTION").as_deref() {
        Some("plus") => true,
        Some("minus") => false,
        _ => !message.reacted(LIKE).any(|user| user == by),
    };
    if context.world.react(id, by, LIKE, add) {
        Ok(true.into())
    } else {
        Err(Refused::code("WITHOUT_CHANGES"))
    }
}
