//! Methods of the messenger that show or change the chats of bots, in the name of the person
//! whom the credential belongs to.

use super::{
    ChatId,
    chat::{Chat, Kind},
    dialog::Dialog,
    methods::{Context, Handler, Refused},
    params::Params,
};

mod changes;
mod chats;
mod dialogs;
mod messages;
mod users;

/// What carries out the method of this lower-case name.
pub(super) fn find(name: &str) -> Option<Handler> {
    Some(match name {
        "im.chat.get" => chats::get,
        "im.chat.add" => chats::add,
        "im.chat.user.list" => chats::members,
        "im.chat.user.add" => chats::join,
        "im.chat.user.delete" => chats::remove,
        "im.chat.leave" => chats::leave,
        "im.chat.updatetitle" => changes::title,
        "im.chat.updatecolor" => changes::color,
        "im.chat.updateavatar" => changes::avatar,
        "im.chat.setowner" => changes::owner,
        "im.chat.mute" => changes::mute,
        "im.dialog.get" => dialogs::describe,
        "im.dialog.users.list" => dialogs::users,
        "im.dialog.read" => dialogs::read,
        "im.dialog.writing" => dialogs::writing,
        "im.dialog.messages.get" => messages::list,
        "im.message.add" => messages::add,
        "im.message.update" => messages::update,
        "im.message.delete" => messages::delete,
        "im.message.like" => messages::like,
        "im.message.command" => messages::command,
        "im.user.get" => users::get,
        "im.user.list.get" => users::list,
        "user.current" => users::current,
        "user.get" => users::search,
        _ => return None,
    })
}

impl Context<'_> {
    /// The dialog that is given, if it exists and the person is in it.
    fn own_dialog(&self) -> Result<ChatId, Refused> {
        let dialog = Params::new(self.params).text("DIALOG_ID");
        let dialog: Option<Dialog> = dialog.and_then(|dialog| dialog.parse().ok());
        let dialog = dialog.ok_or(Refused::code("DIALOG_ID_EMPTY"))?;
        let chat = self.world.chat_of(dialog, self.user);
        let chat = chat.filter(|id| self.world.chat(*id).is_some_and(|chat| chat.has(self.user)));
        chat.ok_or(Refused::code("ACCESS_ERROR"))
    }

    /// The chat that is given by its id or as a dialog, if the person is in it. A private
    /// dialog is none here.
    fn own_group(&self) -> Result<&Chat, Refused> {
        let params = Params::new(self.params);
        let id = match params.id("CHAT_ID") {
            None if params.has("DIALOG_ID") => self.own_dialog()?,
            id => id.ok_or(Refused::code("CHAT_ID_EMPTY"))?,
        };
        let chat = self.world.chat(id);
        chat.filter(|chat| chat.kind != Kind::Private && chat.has(self.user))
            .ok_or(Refused::code("ACCESS_ERROR"))
    }
}
