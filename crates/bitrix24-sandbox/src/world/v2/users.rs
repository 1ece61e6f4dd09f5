//! `imbot.v2.Chat.User.*` and `imbot.v2.Chat.Manager.*`

use serde_json::json;

use super::{access::denied, show};
use crate::world::methods::{Context, Outcome, Refused};

/// The most users that a list shows.
const LONGEST_LIST: u64 = 200;

pub(super) fn add(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let chat = context.group_with(bot)?;
    for user in context.args().ids("userIds") {
        context.world.join(chat, user, bot, false);
    }
    Ok(json!({"result": true}))
}

pub(super) fn delete(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let id = context.group_with(bot)?;
    let chat = context.chat_of(id, bot)?;
    let user = context.args().id("userId").unwrap_or_default();
    if chat.owner == user || !chat.is_managed_by(bot) {
        return Err(denied());
    }
    context.world.leave(id, user);
    Ok(json!({"result": true}))
}

pub(super) fn list(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let id = context.group_with(bot)?;
    let args = context.args();
    let limit = args.number("limit").unwrap_or(50).clamp(1, LONGEST_LIST);
    let order = args.within("order");
    let mut users: Vec<_> = context.chat_of(id, bot)?.members.keys().copied().collect();
    let mut backwards = ["id", "userId"]
        .iter()
        .find_map(|name| order.str(name))
        .is_some_and(|order| order == "DESC");
    if let Some(order) = order.str("lastSendMessageId") {
        backwards = order == "DESC";
        let messages = context.world.messages_of(id);
        let last: std::collections::HashMap<_, _> = messages
            .map(|message| (message.author, message.id))
            .collect();
        users.sort_by_key(|user| last.get(user).copied().unwrap_or_default());
    }
    if backwards {
        users.reverse();
    }
    users.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let people = users.into_iter().filter_map(|id| context.world.person(id));
    Ok(people.map(show::user).collect())
}

pub(super) fn add_managers(context: &mut Context<'_>) -> Outcome {
    set_managers(context, true)
}

pub(super) fn delete_managers(context: &mut Context<'_>) -> Outcome {
    set_managers(context, false)
}

fn set_managers(context: &mut Context<'_>, manager: bool) -> Outcome {
    let bot = context.own_bot()?;
    let users = context.args().ids("userIds");
    if users.is_empty() {
        return Err(Refused::code("EMPTY_USER_IDS"));
    }
    let id = context.group_with(bot)?;
    let chat = context.world.chat_mut(id).ok_or_else(denied)?;
    if chat.owner != bot {
        return Err(denied());
    }
    for user in users {
        if let Some(member) = chat.members.get_mut(&user) {
            member.manager = manager;
        }
    }
    Ok(json!({"result": true}))
}
