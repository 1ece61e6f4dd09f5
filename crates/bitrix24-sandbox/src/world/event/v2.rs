//! Events of the second version: `ONIMBOTV2…`

use serde_json::{Map, Value, json};

use super::{
    Desk, Letter,
    auth::{With, auth, envelope},
    queue::Reader,
};
use crate::{
    deliver::Parcel,
    world::{
        ChatId, OWNER, UserId,
        bot::Bot,
        happening::Happening,
        message::Message,
        v2::show::{self, LANGUAGE},
    },
};

/// What a bot is told, at its address or when it asks.
pub(super) fn write(
    desk: Desk<'_>,
    bot: &Bot,
    handler: Option<&str>,
    happening: &Happening,
) -> Option<Letter> {
    let (kind, by, data) = told(desk, bot, happening)?;
    let told_of = match handler {
        None => show::bot(desk.world, bot, true),
        Some(_) => json!({
            "id": bot.id,
            "code": bot.code,
            "auth": auth(desk, bot, bot.id, With::Refresh),
        }),
    };
    let mut all = Map::new();
    all.insert("bot".to_owned(), told_of);
    all.extend(data);
    let data = Value::Object(all);
    Some(match handler {
        None => Letter::Kept {
            reader: Reader::Bot(bot.id),
            kind,
            data,
        },
        Some(handler) => Letter::Sent(Parcel {
            event: kind.to_owned(),
            handler: handler.to_owned(),
            body: envelope(desk, kind, None, data, auth(desk, bot, by, With::Refresh)),
        }),
    })
}

type Told = (&'static str, UserId, Map<String, Value>);

/// The event, who has caused it, and what it says beside the bot.
fn told(desk: Desk<'_>, bot: &Bot, happening: &Happening) -> Option<Told> {
    let world = desk.world;
    let view = View {
        desk,
        viewer: bot.id,
    };
    Some(match happening {
        Happening::MessageAdded { message, .. } => {
            let message = world.message(*message)?;
            let data = view.of_message(message)?;
            ("ONIMBOTV2MESSAGEADD", message.author, data)
        }
        Happening::MessageUpdated { message, by } => {
            let data = view.of_message(world.message(*message)?)?;
            ("ONIMBOTV2MESSAGEUPDATE", *by, data)
        }
        Happening::MessageDeleted { message, by, .. } => {
            ("ONIMBOTV2MESSAGEDELETE", *by, view.of_deleted(message)?)
        }
        Happening::JoinedChat { chat, by, .. } => {
            ("ONIMBOTV2JOINCHAT", *by, view.of_dialog(*chat, *by)?)
        }
        Happening::BotDeleted { .. } => ("ONIMBOTV2DELETE", OWNER, Map::new()),
        Happening::MemberAdded { .. } => return None,
        Happening::ContextGiven {
            chat,
            user,
            context,
            ..
        } => {
            let mut data = Map::new();
            for (name, value) in view.of_dialog(*chat, *user)? {
                let after_dialog = name == "dialogId";
                data.insert(name, value);
                if after_dialog {
                    data.insert("context".to_owned(), context.clone());
                }
            }
            ("ONIMBOTV2CONTEXTGET", *user, data)
        }
        Happening::CommandUsed {
            command,
            message,
            user,
            params,
            context,
        } => {
            let used = json!({
                "id": command.id,
                "command": format!("/{}", command.name),
                "params": params,
                "context": context.name(),
            });
            let mut data = Map::new();
            data.insert("command".to_owned(), used);
            data.extend(view.of_message(world.message(*message)?)?);
            ("ONIMBOTV2COMMANDADD", *user, data)
        }
        Happening::ReactionChanged {
            message,
            user,
            reaction,
            added,
        } => {
            let message = world.message(*message)?;
            let data = view.of_reaction(message, *user, reaction, *added)?;
            ("ONIMBOTV2REACTIONCHANGE", *user, data)
        }
    })
}

/// What somebody sees of what has happened.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) desk: Desk<'a>,
    pub(super) viewer: UserId,
}

impl View<'_> {
    pub(super) fn of_message(self, message: &Message) -> Option<Map<String, Value>> {
        let shown = show::message_in_event(self.desk.world, message);
        let first = [("message", shown)];
        self.with(first, message.chat, message.author)
    }

    pub(super) fn of_deleted(self, message: &Message) -> Option<Map<String, Value>> {
        let first = [("messageId", json!(message.id))];
        self.with(first, message.chat, message.author)
    }

    pub(super) fn of_dialog(self, chat: ChatId, user: UserId) -> Option<Map<String, Value>> {
        let dialog = self.desk.world.dialog_of(chat, self.viewer);
        self.with([("dialogId", json!(dialog.to_string()))], chat, user)
    }

    pub(super) fn of_reaction(
        self,
        message: &Message,
        user: UserId,
        reaction: &str,
        added: bool,
    ) -> Option<Map<String, Value>> {
        let first = [
            ("reaction", json!(reaction)),
            ("action", json!(if added { "add" } else { "delete" })),
            ("message", show::message_in_event(self.desk.world, message)),
        ];
        self.with(first, message.chat, user)
    }

    /// This, the chat and the user.
    fn with<const N: usize>(
        self,
        first: [(&str, Value); N],
        chat: ChatId,
        user: UserId,
    ) -> Option<Map<String, Value>> {
        let world = self.desk.world;
        let chat = world.chat(chat)?;
        let user = world.person(user);
        let rest = [
            ("chat", show::chat_in_event(world, chat, self.viewer)),
            ("user", user.map_or_else(|| json!({}), show::user_in_event)),
            ("language", json!(LANGUAGE)),
        ];
        let all = first.into_iter().chain(rest);
        Some(all.map(|(name, value)| (name.to_owned(), value)).collect())
    }
}
