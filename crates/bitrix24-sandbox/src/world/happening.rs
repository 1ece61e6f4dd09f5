//! What happens on a portal that a bot may be told of.

use serde_json::Value;

use super::{ChatId, MessageId, UserId, bot::Bot, command::Command, message::Message};

/// Something that happened. Who is told of it, and how, is decided elsewhere.
#[derive(Clone, Debug)]
pub(crate) enum Happening {
    /// A message came into a chat. Bots that it gives a command are told of
    /// that instead, by [`CommandUsed`](Self::CommandUsed).
    MessageAdded {
        message: MessageId,
        commanded: Vec<UserId>,
    },
    MessageUpdated {
        message: MessageId,
        by: UserId,
    },
    /// The message as it was.
    MessageDeleted {
        message: Box<Message>,
        by: UserId,
    },
    /// A bot came into a chat or a private dialog.
    JoinedChat {
        chat: ChatId,
        bot: UserId,
        by: UserId,
    },
    /// A person was brought into a chat. Bots are not told.
    MemberAdded {
        chat: ChatId,
        user: UserId,
    },
    /// The bot as it was; it is gone.
    BotDeleted {
        bot: Box<Bot>,
    },
    CommandUsed {
        command: Box<Command>,
        message: MessageId,
        /// Who gave it.
        user: UserId,
        /// What follows the command.
        params: String,
        context: CommandContext,
    },
    ReactionChanged {
        message: MessageId,
        user: UserId,
        /// As imbot.v2 calls it, such as `like`.
        reaction: String,
        added: bool,
    },
    /// Someone opened a dialog with a bot and brought something along.
    ContextGiven {
        chat: ChatId,
        bot: UserId,
        user: UserId,
        context: Value,
    },
}

/// How a command was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommandContext {
    /// It was typed.
    TextArea,
    /// A button below a message was pressed.
    Keyboard,
    /// An entry of a message's menu was chosen.
    Menu,
}

impl CommandContext {
    /// As imbot.v2 names it; the first version does so in upper case.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::TextArea => "textarea",
            Self::Keyboard => "keyboard",
            Self::Menu => "menu",
        }
    }
}
