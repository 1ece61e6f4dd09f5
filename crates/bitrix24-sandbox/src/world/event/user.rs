//! Events of people: `ONIMV2…`

use serde_json::{Map, Value};

use super::{Desk, Letter, queue::Reader, v2::View};
use crate::world::{ChatId, happening::Happening};

/// What those are told who have subscribed.
pub(super) fn write(desk: Desk<'_>, happening: &Happening) -> Vec<Letter> {
    let Some(chat) = place(desk, happening).and_then(|chat| desk.world.chat(chat)) else {
        return Vec::new();
    };
    let users = desk.world.events.subscribers();
    let users = users.filter(|user| chat.has(*user));
    users
        .filter_map(|user| {
            let view = View { desk, viewer: user };
            let (kind, data) = told(view, happening)?;
            Some(Letter::Kept {
                reader: Reader::User(user),
                kind,
                data: data.into(),
            })
        })
        .collect()
}

/// The chat in which it happened.
fn place(desk: Desk<'_>, happening: &Happening) -> Option<ChatId> {
    match happening {
        Happening::MessageAdded { message, .. }
        | Happening::MessageUpdated { message, .. }
        | Happening::ReactionChanged { message, .. } => {
            desk.world.message(*message).map(|message| message.chat)
        }
        Happening::MessageDeleted { message, .. } => Some(message.chat),
        Happening::JoinedChat { chat, .. } | Happening::MemberAdded { chat, .. } => Some(*chat),
        Happening::BotDeleted { .. }
        | Happening::CommandUsed { .. }
        | Happening::ContextGiven { .. } => None,
    }
}

fn told(view: View<'_>, happening: &Happening) -> Option<(&'static str, Map<String, Value>)> {
    let world = view.desk.world;
    Some(match happening {
        Happening::MessageAdded { message, .. } => (
            "ONIMV2MESSAGEADD",
            view.of_message(world.message(*message)?)?,
        ),
        Happening::MessageUpdated { message, .. } => (
            "ONIMV2MESSAGEUPDATE",
            view.of_message(world.message(*message)?)?,
        ),
        Happening::MessageDeleted { message, .. } => {
            ("ONIMV2MESSAGEDELETE", view.of_deleted(message)?)
        }
        Happening::ReactionChanged {
            message,
            user,
            reaction,
            added,
        } => {
            let message = world.message(*message)?;
            let data = view.of_reaction(message, *user, reaction, *added)?;
            ("ONIMV2REACTIONCHANGE", data)
        }
        Happening::JoinedChat {
            chat, bot: user, ..
        }
        | Happening::MemberAdded { chat, user } => {
            ("ONIMV2JOINCHAT", view.of_dialog(*chat, *user)?)
        }
        Happening::BotDeleted { .. }
        | Happening::CommandUsed { .. }
        | Happening::ContextGiven { .. } => return None,
    })
}
