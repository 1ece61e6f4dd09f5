//! Methods of the second version of the bot API, and of the messenger beside it.

mod access;
mod bots;
mod chats;
mod commands;
mod events;
mod files;
mod messages;
mod objection;
mod picture;
mod reading;
pub(super) mod show;
mod ui;
mod users;

pub(crate) use objection::objection;

use super::methods::Handler;

pub(super) fn find(name: &str) -> Option<Handler> {
    Some(match name {
        "imbot.v2.bot.register" => bots::register,
        "imbot.v2.bot.update" => bots::update,
        "imbot.v2.bot.get" => bots::get,
        "imbot.v2.bot.list" => bots::list,
        "imbot.v2.bot.unregister" => bots::unregister,
        "imbot.v2.chat.add" => chats::add,
        "imbot.v2.chat.get" => chats::get,
        "imbot.v2.chat.update" => chats::update,
        "imbot.v2.chat.leave" => chats::leave,
        "imbot.v2.chat.setowner" => chats::set_owner,
        "imbot.v2.chat.user.add" => users::add,
        "imbot.v2.chat.user.delete" => users::delete,
        "imbot.v2.chat.user.list" => users::list,
        "imbot.v2.chat.manager.add" => users::add_managers,
        "imbot.v2.chat.manager.delete" => users::delete_managers,
        "imbot.v2.chat.message.send" => messages::send,
        "imbot.v2.chat.message.update" => messages::update,
        "imbot.v2.chat.message.delete" => messages::delete,
        "imbot.v2.chat.message.read" => reading::read,
        "imbot.v2.chat.message.get" => reading::get,
        "imbot.v2.chat.message.getcontext" => reading::get_context,
        "imbot.v2.chat.message.reaction.add" => ui::add_reaction,
        "imbot.v2.chat.message.reaction.delete" => ui::delete_reaction,
        "imbot.v2.chat.inputaction.notify" => ui::notify,
        "imbot.v2.chat.textfield.enabled" => ui::text_field,
        "imbot.v2.command.register" => commands::register,
        "imbot.v2.command.update" => commands::update,
        "imbot.v2.command.list" => commands::list,
        "imbot.v2.command.unregister" => commands::unregister,
        "imbot.v2.command.answer" => commands::answer,
        "imbot.v2.event.get" => events::of_bot,
        "im.v2.event.get" => events::of_user,
        "im.v2.event.subscribe" => events::subscribe,
        "im.v2.event.unsubscribe" => events::unsubscribe,
        "imbot.v2.file.upload" => files::upload,
        "imbot.v2.file.download" => files::download,
        "im.v2.file.upload" => files::upload_as_user,
        "im.v2.file.download" => files::download_as_user,
        _ => return None,
    })
}
