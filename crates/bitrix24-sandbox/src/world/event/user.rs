//! Events of people: `ONIMV2…`

use serde_json::{Map, Value};

use super::{Desk, Letter, queue::Reader, v2::View};
use crate::world::{ChatId, MessageId, happening::Happening};

/// What those are told who have subscribed.
pub(super) fn write(desk: Desk<'_>, happening: &Happening) -> Vec<Letter> {
    let Some((kind, chat)) = kind_and_place(desk, happening) else {
        return Vec::new();
    };
    let chat = desk.world.chat(chat);
    let users = desk.world.events.subscribers();
    let users = users.filter(|user| chat.is_some_and(|chat| chat.has(*user)));
    users
        .filter_map(|user| {
            let data = told(View { desk, viewer: user }, happening)?;
            Some(Letter::Kept {
                reader: Reader::User(user),
                kind,
                data: data.into(),
            })
        })
        .collect()
}

/// The event, and the chat in which it happened.
pub(super) fn kind_and_place(
    desk: Desk<'_>,
    happening: &Happening,
) -> Option<(&'static str, ChatId)> {
    let chat_of = |message: &MessageId| Some(desk.world.message(*message)?.chat);
    Some(match happening {
        Happening::MessageAdded { message, .. } => ("ONIMV2MESSAGEADD", chat_of(message)?),
        Happening::MessageUpdated { message, .. } => ("ONIMV2MESSAGEUPDATE", chat_of(message)?),
        Happening::MessageDeleted { message, .. } => ("ONIMV2MESSAGEDELETE", message.chat),
        Happening::ReactionChanged { message, .. } => ("ONIMV2REACTIONCHANGE", chat_of(message)?),
        Happening::JoinedChat { chat, .. } | Happening::MemberAdded { chat, .. } => {
            ("ONIMV2JOINCHAT", *chat)
        }
        Happening::BotDeleted { .. }
        | Happening::CommandUsed { .. }
        | Happening::ContextGiven { .. } => return None,
    })
}

/// What the event says.
pub(super) fn told(view: View<'_>, happening: &Happening) -> Option<Map<String, Value>> {
    let world = view.desk.world;
    match happening {
        Happening::MessageAdded { message, .. } | Happening::MessageUpdated { message, .. } => {
            view.of_message(world.message(*message)?)
        }
        Happening::MessageDeleted { message, .. } => view.of_deleted(message),
        Happening::ReactionChanged {
            message,
            user,
            reaction,
            added,
        } => view.of_reaction(world.message(*message)?, *user, reaction, *added),
        Happening::JoinedChat {
            chat, bot: user, ..
        }
        | Happening::MemberAdded { chat, user } => view.of_dialog(*chat, *user),
        Happening::BotDeleted { .. }
        | Happening::CommandUsed { .. }
        | Happening::ContextGiven { .. } => None,
    }
}
