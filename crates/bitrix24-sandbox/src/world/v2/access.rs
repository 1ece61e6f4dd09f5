//! Who may do what: which bot is meant, which chat, which message.

use crate::world::{
    ChatId, MessageId, UserId,
    chat::{Chat, Kind},
    dialog::Dialog,
    methods::{Context, Refused},
    params::Params,
};

pub(super) const ACCESS_DENIED: &str = "ACCESS_DENIED";
pub(super) const BOT_NOT_FOUND: &str = "BOT_NOT_FOUND";

impl<'a> Context<'a> {
    pub(super) fn args(&self) -> Params<'a> {
        Params::new(self.params)
    }

    /// The bot that the call is made for, which must be the caller's.
    pub(super) fn own_bot(&self) -> Result<UserId, Refused> {
        let id = self.args().id("botId").unwrap_or_default();
        let bot = self.world.bot(id);
        let bot = bot.ok_or_else(|| Refused::code(BOT_NOT_FOUND))?;
        if bot.owner != self.caller() {
            return Err(Refused::code("BOT_OWNERSHIP_ERROR"));
        }
        Ok(id)
    }

    /// Whom the call speaks for.
    pub(super) fn caller(&self) -> crate::world::bot::Owner {
        self.owner(self.args().str("botToken"))
    }

    /// The chat of the call, which someone must be in. A private dialog begins with that.
    pub(super) fn chat_with(&mut self, user: UserId) -> Result<ChatId, Refused> {
        let dialog = self.args().str("dialogId").unwrap_or_default();
        let dialog: Dialog = dialog.parse().map_err(|()| denied())?;
        let id = self.world.open(dialog, user, self.now);
        let id = id.ok_or_else(denied)?;
        self.chat_of(id, user).map(|chat| chat.id)
    }

    /// Likewise, for what private dialogs do not have.
    pub(super) fn group_with(&mut self, user: UserId) -> Result<ChatId, Refused> {
        let id = self.chat_with(user)?;
        match self.chat_of(id, user)?.kind {
            Kind::Private => Err(denied()),
            Kind::Closed | Kind::Open => Ok(id),
        }
    }

    /// A chat that someone is in.
    pub(super) fn chat_of(&self, id: ChatId, user: UserId) -> Result<&Chat, Refused> {
        let chat = self.world.chat(id).filter(|chat| chat.has(user));
        chat.ok_or_else(denied)
    }

    /// The message of the call, if someone can see it.
    pub(super) fn message_seen_by(&self, user: UserId) -> Option<MessageId> {
        let message = self
            .world
            .message(self.args().id("messageId").unwrap_or_default())?;
        let seen = !message.deleted && self.world.is_seen_by(message, user);
        seen.then_some(message.id)
    }
}

pub(super) fn denied() -> Refused {
    Refused::code(ACCESS_DENIED)
}
