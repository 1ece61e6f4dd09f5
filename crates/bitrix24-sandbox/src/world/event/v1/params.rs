//! What the first version tells of a message, of a command and of a bot.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    super::{
        Desk,
        auth::{With, auth},
        hearing::{mentioned, without_mention},
    },
    Fields, named, yes_no,
};
use crate::world::{
    UserId,
    bot::Bot,
    chat::{Chat, Kind},
    color,
    command::Command,
    happening::CommandContext,
    message::Message,
    v2::show::LANGUAGE,
};

#[derive(Clone, Copy)]
pub(super) struct Teller<'a> {
    pub(super) desk: Desk<'a>,
    pub(super) bot: &'a Bot,
}

impl Teller<'_> {
    pub(super) fn bot(self) -> Fields {
        let auth = auth(self.desk, self.bot, self.bot.id, With::Application);
        let mut shown = auth.clone();
        shown.insert("AUTH".to_owned(), auth.into());
        shown.insert("BOT_ID".to_owned(), self.bot.id.into());
        shown.insert("BOT_CODE".to_owned(), self.bot.code.as_str().into());
        shown
    }

    pub(super) fn command(
        self,
        command: &Command,
        message: &Message,
        params: &str,
        context: CommandContext,
    ) -> Fields {
        let mut shown = self.bot();
        shown.extend(named([
            ("COMMAND", json!(command.name)),
            ("COMMAND_ID", json!(command.id)),
            ("COMMAND_PARAMS", json!(params)),
            ("COMMAND_CONTEXT", json!(context.name().to_uppercase())),
            ("MESSAGE_ID", json!(message.id)),
        ]));
        shown
    }

    fn dialog(self, chat: &Chat) -> Value {
        let dialog = self.desk.world.dialog_of(chat.id, self.bot.id);
        dialog.to_string().into()
    }

    /// The text without what mentions the bot, as groups need it.
    fn text(self, chat: &Chat, message: &Message) -> String {
        match chat.kind {
            Kind::Private => message.text.clone(),
            Kind::Closed | Kind::Open => without_mention(&message.text, self.bot.id),
        }
    }

    fn mentions(message: &Message) -> Value {
        let users = mentioned(&message.text);
        let list: Fields = users
            .into_iter()
            .map(|id| (id.to_string(), id.into()))
            .collect();
        list.into()
    }

    /// What begins the account of a message.
    fn opening(self, chat: &Chat, message: &Message) -> Vec<(&'static str, Value)> {
        // A sender who gives no name gets one that looks alike.
        let template = if message.uuid.is_empty() {
            format!("00000000-0000-4000-8000-{:012}", message.id)
        } else {
            message.uuid.clone()
        };
        vec![
            ("MESSAGE", json!(self.text(chat, message))),
            ("TEMPLATE_ID", json!(template)),
            ("MESSAGE_TYPE", json!(chat.kind.letter())),
            ("FROM_USER_ID", json!(message.author)),
            ("DIALOG_ID", self.dialog(chat)),
            ("TO_CHAT_ID", json!(chat.id)),
            ("AUTHOR_ID", json!(message.author)),
            ("SYSTEM", yes_no(message.system)),
        ]
    }

    /// What a group is.
    fn group(chat: &Chat, message: &Message) -> Vec<(&'static str, Value)> {
        let [data1, data2, data3] = &chat.entity_data;
        let before = chat.messages.range(..message.id).next_back();
        let manager = chat.is_managed_by(message.author);
        vec![
            ("CHAT_TITLE", json!(chat.title)),
            ("CHAT_AUTHOR_ID", json!(chat.owner)),
            ("CHAT_TYPE", json!(chat.kind.letter())),
            ("CHAT_AVATAR", json!(u8::from(!chat.avatar.is_empty()))),
            ("CHAT_COLOR", json!(color::name_of(chat.color()))),
            ("CHAT_ENTITY_TYPE", json!(chat.entity_type)),
            ("CHAT_ENTITY_ID", json!(chat.entity_id)),
            ("CHAT_ENTITY_DATA_1", json!(data1)),
            ("CHAT_ENTITY_DATA_2", json!(data2)),
            ("CHAT_ENTITY_DATA_3", json!(data3)),
            ("CHAT_EXTRANET", yes_no(false)),
            ("CHAT_PREV_MESSAGE_ID", json!(before.copied().unwrap_or(0))),
            ("CHAT_CAN_POST", json!("MEMBER")),
            ("RID", json!(message.author)),
            ("IS_MANAGER", yes_no(manager)),
        ]
    }

    pub(super) fn added(self, message: &Message, context: CommandContext) -> Option<Fields> {
        let chat = self.desk.world.chat(message.chat)?;
        let private = chat.kind == Kind::Private;
        let mut params = self.opening(chat, message);
        if private {
            params.push(("TO_USER_ID", json!(self.bot.id)));
        } else {
            params.push(("CHAT_ID", json!(chat.id)));
            params.extend(Self::group(chat, message));
        }
        params.extend(SWITCHES.map(|(name, value)| (name, json!(value))));
        params.push(("COMMAND_CONTEXT", json!(context.name().to_uppercase())));
        params.push(("CHAT_USER_COUNT", json!(chat.members.len())));
        if private {
            params.push(("PLATFORM_CONTEXT", json!("web")));
        } else {
            params.extend([
                ("MENTIONED_LIST", Self::mentions(message)),
                ("PLATFORM_CONTEXT", json!("web")),
                ("MESSAGE_ORIGINAL", json!(message.text)),
                ("TO_USER_ID", json!(self.bot.id)),
            ]);
        }
        params.push(("MESSAGE_ID", json!(message.id)));
        if private {
            params.push(("CHAT_TYPE", json!(chat.kind.letter())));
        }
        params.push(("LANGUAGE", json!(LANGUAGE)));
        Some(named(params))
    }

    pub(super) fn commanded(self, message: &Message) -> Option<Fields> {
        let chat = self.desk.world.chat(message.chat)?;
        let private = chat.kind == Kind::Private;
        let mut params = self.opening(chat, message);
        if private {
            params.push(("TO_USER_ID", json!(self.bot.id)));
        } else {
            params.extend([
                ("CHAT_ID", json!(chat.id)),
                ("CHAT_PARENT_ID", json!(0)),
                ("CHAT_PARENT_MID", json!(0)),
            ]);
            params.extend(Self::group(chat, message));
            let bots = chat.members.keys().filter(|id| {
                let bot = self.desk.world.bot(**id);
                bot.is_some()
            });
            let bots: Fields = bots.map(|id| (id.to_string(), json!(id))).collect();
            params.push(("BOT_IN_CHAT", bots.into()));
        }
        params.push(("SKIP_USER_CHECK", yes_no(true)));
        for (name, value) in SWITCHES {
            if name == "RECENT_SKIP_AUTHOR" {
                params.push(("RECENT_ADD", yes_no(true)));
            }
            params.push((name, json!(value)));
        }
        params.push(("MESSAGE_ID", json!(message.id)));
        if private {
            params.push(("CHAT_TYPE", json!(chat.kind.letter())));
        }
        params.push(("LANGUAGE", json!(LANGUAGE)));
        Some(named(params))
    }

    /// What is told of a message that was changed in one way or the other.
    fn changed(self, chat: &Chat, message: &Message, text: &str) -> Vec<(&'static str, Value)> {
        let [data1, data2, data3] = &chat.entity_data;
        let mut params = vec![
            ("ID", json!(message.id)),
            ("CHAT_ID", json!(chat.id)),
            ("AUTHOR_ID", json!(message.author)),
            ("MESSAGE", json!(text)),
            ("MESSAGE_TYPE", json!(chat.kind.letter())),
            ("CHAT_AUTHOR_ID", json!(chat.owner)),
        ];
        if chat.kind != Kind::Private {
            params.push(("CHAT_ENTITY_TYPE", json!(chat.entity_type)));
        }
        params.extend([
            ("CHAT_ENTITY_ID", json!(chat.entity_id)),
            ("CHAT_ENTITY_DATA_1", json!(data1)),
            ("CHAT_ENTITY_DATA_2", json!(data2)),
            ("CHAT_ENTITY_DATA_3", json!(data3)),
        ]);
        if chat.kind == Kind::Private {
            params.push(("FROM_USER_ID", json!(message.author)));
            params.push(("TO_USER_ID", json!(self.bot.id)));
        }
        params
    }

    /// What ends it.
    fn closing(self, chat: &Chat, message: &Message) -> [(&'static str, Value); 4] {
        [
            ("DIALOG_ID", self.dialog(chat)),
            ("MESSAGE_ID", json!(message.id)),
            ("CHAT_TYPE", json!(chat.kind.letter())),
            ("LANGUAGE", json!(LANGUAGE)),
        ]
    }

    pub(super) fn updated(self, message: &Message) -> Option<Fields> {
        let chat = self.desk.world.chat(message.chat)?;
        let private = chat.kind == Kind::Private;
        let mut params = self.changed(chat, message, &self.text(chat, message));
        params.push(("CHAT_USER_COUNT", json!(chat.members.len())));
        if !private {
            params.push(("MENTIONED_LIST", Self::mentions(message)));
        }
        params.push(("PLATFORM_CONTEXT", json!("web")));
        if !private {
            params.push(("MESSAGE_ORIGINAL", json!(message.text)));
            params.push(("TO_USER_ID", json!(self.bot.id)));
        }
        params.extend(self.closing(chat, message));
        Some(named(params))
    }

    pub(super) fn deleted(self, message: &Message) -> Option<Fields> {
        let chat = self.desk.world.chat(message.chat)?;
        let date = DateTime::<Utc>::from(message.date).format("%m/%d/%Y %H:%M:%S");
        let text = format!("Message from {date} has been deleted");
        let mut params = self.changed(chat, message, &text);
        params.extend(self.closing(chat, message));
        Some(named(params))
    }

    pub(super) fn joined(self, chat: &Chat, by: UserId) -> Fields {
        let mut params = vec![
            ("CHAT_TYPE", json!(chat.kind.letter())),
            ("MESSAGE_TYPE", json!(chat.kind.letter())),
            ("BOT_ID", json!(self.bot.id)),
            ("USER_ID", json!(by)),
        ];
        if chat.kind == Kind::Private {
            params.push(("TO_USER_ID", json!(by)));
            params.push(("FROM_USER_ID", json!(self.bot.id)));
        } else {
            let member = chat.members.get(&self.bot.id);
            let history = member.is_some_and(|member| member.sees_from == 0);
            params.extend([
                ("CHAT_ID", json!(chat.id)),
                ("CHAT_AUTHOR_ID", json!(chat.owner)),
                ("CHAT_ENTITY_TYPE", json!(chat.entity_type)),
                ("CHAT_ENTITY_ID", json!(chat.entity_id)),
                ("ACCESS_HISTORY", json!(u8::from(history))),
            ]);
        }
        params.push(("DIALOG_ID", self.dialog(chat)));
        params.push(("LANGUAGE", json!(LANGUAGE)));
        named(params)
    }
}

/// What the messenger is told of a message, and tells on.
const SWITCHES: [(&str, &str); 12] = [
    ("PUSH", "Y"),
    ("PUSH_IMPORTANT", "N"),
    ("RECENT_SKIP_AUTHOR", "N"),
    ("CONVERT", "N"),
    ("SKIP_COMMAND", "N"),
    ("SKIP_COUNTER_INCREMENTS", "N"),
    ("SILENT_CONNECTOR", "N"),
    ("SKIP_CONNECTOR", "N"),
    ("IMPORTANT_CONNECTOR", "N"),
    ("NO_SESSION_OL", "N"),
    ("FAKE_RELATION", "0"),
    ("SKIP_URL_INDEX", "N"),
];
