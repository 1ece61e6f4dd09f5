//! Methods of the first version of the bot API.

use super::{
    ChatId, UserId,
    chat::{Chat, Kind},
    methods::{Context, Handler, Refused},
    params::Params,
};

pub(super) mod bots;
pub(super) mod chats;
mod commands;
mod members;
mod messages;
mod objection;

pub(super) use chats::{PICTURE, opened};
pub(super) use messages::{editable, liked};
pub(crate) use objection::objection;

/// What carries out the method of this lower-case name.
pub(super) fn find(name: &str) -> Option<Handler> {
    Some(match name {
        "imbot.register" => bots::register,
        "imbot.update" => bots::update,
        "imbot.unregister" => bots::unregister,
        "imbot.bot.list" => bots::list,
        "imbot.chat.add" => chats::add,
        "imbot.chat.get" => chats::get,
        "imbot.dialog.get" => chats::describe,
        "imbot.chat.updatetitle" => chats::title,
        "imbot.chat.updatecolor" => chats::color,
        "imbot.chat.updateavatar" => chats::avatar,
        "imbot.chat.sendtyping" => chats::typing,
        "imbot.chat.user.list" => members::list,
        "imbot.chat.user.add" => members::add,
        "imbot.chat.user.delete" => members::delete,
        "imbot.chat.leave" => members::leave,
        "imbot.chat.setowner" => members::owner,
        "imbot.chat.setmanager" => members::manager,
        "imbot.message.add" => messages::add,
        "imbot.message.update" => messages::update,
        "imbot.message.delete" => messages::delete,
        "imbot.message.like" => messages::like,
        "imbot.command.register" => commands::register,
        "imbot.command.update" => commands::update,
        "imbot.command.unregister" => commands::unregister,
        "imbot.command.answer" => commands::answer,
        _ => return None,
    })
}

impl Context<'_> {
    /// The bot that acts: the given one, else the first of the caller.
    fn bot(&self) -> Result<UserId, Refused> {
        let params = Params::new(self.params);
        let owner = self.owner(params.text("CLIENT_ID").as_deref());
        if !params.has("BOT_ID") {
            let first = self.world.bots_of(&owner).next();
            return first.map_or(Err(Refused::code("BOT_ID_ERROR")), |bot| Ok(bot.id));
        }
        let id = params.id("BOT_ID").unwrap_or_default();
        match self.world.bot(id) {
            None => Err(Refused::code("BOT_ID_ERROR")),
            Some(bot) if bot.owner != owner => Err(Refused::code("APP_ID_ERROR")),
            Some(_) => Ok(id),
        }
    }

    /// The chat that is given by its id. A private dialog is none here.
    fn group(&self) -> Result<&Chat, Refused> {
        let id = Params::new(self.params).id("CHAT_ID");
        let id = id.ok_or(Refused::code("CHAT_ID_EMPTY"))?;
        let chat = self.world.chat(id);
        chat.filter(|chat| chat.kind != Kind::Private)
            .ok_or(Refused::code("ACCESS_ERROR"))
    }

    /// Likewise, if that bot is in it.
    fn group_of(&self, bot: UserId) -> Result<ChatId, Refused> {
        let chat = self.group()?;
        if chat.has(bot) {
            Ok(chat.id)
        } else {
            Err(Refused::code("ACCESS_ERROR"))
        }
    }
}
