//! What bots read: `imbot.v2.Chat.Message.get`, `.getContext` and `.read`

use serde_json::json;

use super::{access::BOT_NOT_FOUND, show};
use crate::world::{
    UserId,
    message::Message,
    methods::{Context, Outcome, Refused},
};

/// The most messages on each side of one.
const WIDEST: u64 = 50;

const MESSAGE_NOT_FOUND: &str = "MESSAGE_NOT_FOUND";

pub(super) fn read(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let id = context.chat_with(bot)?;
    let chat = context.chat_of(id, bot)?;
    let before = chat.members.get(&bot).map_or(0, |member| member.read);
    let up_to = match context.args().value("messageId") {
        None => chat.last_message(),
        Some(_) => {
            let asked = context.args().id("messageId").unwrap_or_default();
            let message = context.world.message(asked);
            let seen = message
                .filter(|message| message.chat == id && context.world.is_seen_by(message, bot));
            seen.ok_or_else(|| Refused::code(MESSAGE_NOT_FOUND))?.id
        }
    };
    let unread = chat.messages.iter().filter(|id| **id > before);
    let unread = unread.filter(|id| **id <= up_to);
    let viewed: Vec<_> = unread
        .filter_map(|id| context.world.message(*id))
        .filter(|message| message.author != bot)
        .map(|message| message.id)
        .collect();
    context.world.read(id, bot, up_to, context.now);
    let chat = context.chat_of(id, bot)?;
    let read = chat.members.get(&bot).map_or(0, |member| member.read);
    Ok(json!({
        "chatId": id,
        "lastId": read,
        "counter": chat.unread_by(bot),
        "viewedMessages": viewed,
    }))
}

pub(super) fn get(context: &mut Context<'_>) -> Outcome {
    let bot = reader(context)?;
    let message = context
        .message_seen_by(bot)
        .and_then(|id| context.world.message(id))
        .ok_or_else(|| Refused::with_text(MESSAGE_NOT_FOUND, "Message not found"))?;
    // The portal itself is nobody.
    let author = context.world.person(message.author);
    Ok(json!({
        "message": show::message(context.world, message, bot),
        "user": author.map_or_else(|| json!({}), show::user),
    }))
}

pub(super) fn get_context(context: &mut Context<'_>) -> Outcome {
    let bot = reader(context)?;
    let range = context.args().number("range").unwrap_or(WIDEST);
    let range = usize::try_from(range.clamp(1, WIDEST)).unwrap_or_default();
    let world = &*context.world;
    let middle = world
        .message(context.args().id("messageId").unwrap_or_default())
        .filter(|message| !message.deleted)
        .ok_or_else(|| Refused::code(MESSAGE_NOT_FOUND))?;
    if !world.is_seen_by(middle, bot) {
        return Err(Refused::code("MESSAGE_ACCESS_DENIED"));
    }
    let seen: Vec<&Message> = world
        .messages_of(middle.chat)
        .filter(|message| world.is_seen_by(message, bot))
        .collect();
    let at = seen.iter().take_while(|one| one.id < middle.id).count();
    let first = at.saturating_sub(range);
    let past = at.saturating_add(range).saturating_add(1).min(seen.len());
    let window = seen.get(first..past).unwrap_or_default();
    let authors = window.iter().map(|message| message.author);
    let shown: Vec<_> = window
        .iter()
        .map(|message| show::message(world, message, bot))
        .collect();
    Ok(json!({
        "messages": shown,
        "users": show::users(world, authors),
        "hasPrevPage": first > 0,
        "hasNextPage": past < seen.len(),
    }))
}

/// The bot of the call, which must be of a kind that may read.
fn reader(context: &Context<'_>) -> Result<UserId, Refused> {
    let id = context.own_bot()?;
    let bot = context.world.bot(id);
    let bot = bot.ok_or_else(|| Refused::code(BOT_NOT_FOUND))?;
    if bot.kind.reads_all() {
        Ok(id)
    } else {
        Err(Refused::code("BOT_TYPE_NOT_ALLOWED"))
    }
}
