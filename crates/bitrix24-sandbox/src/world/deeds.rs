//! What people do on a portal, rather than programs.

use std::time::SystemTime;

use serde_json::Value;

use super::{
    ChatId, MessageId, UserId, World,
    bot::Bot,
    chat::{Chat, Kind},
    dialog::Dialog,
    happening::{CommandContext, Happening},
    message::{Message, cut},
};
use crate::contract::text;

/// What cannot be done, in words.
pub(crate) type Done<T> = Result<T, String>;

impl World {
    /// Someone writes into a dialog. A private one is opened, and who writes to an open chat
    /// comes into it.
    pub(crate) fn write(
        &mut self,
        user: UserId,
        dialog: &str,
        words: &str,
        reply: Option<MessageId>,
        now: SystemTime,
    ) -> Done<MessageId> {
        if words.trim().is_empty() {
            return Err("a message needs a text".to_owned());
        }
        let chat = self.enter(user, dialog, now)?;
        if let Some(reply) = reply {
            let replied = self.messages.get(&reply);
            if replied.is_none_or(|message| message.chat != chat) {
                return Err(format!("no message {reply} in {dialog}"));
            }
        }
        let mut message = Message::new(chat, user, &cut(words.trim()));
        message.reply = reply;
        Ok(self.add_message(message, now))
    }

    /// The chat that someone means and is in, or comes into by that.
    fn enter(&mut self, user: UserId, dialog: &str, now: SystemTime) -> Done<ChatId> {
        self.someone(user)?;
        let named: Dialog = dialog
            .parse()
            .map_err(|()| format!("no such dialog: {dialog}"))?;
        let chat = self.open(named, user, now);
        let chat = chat.ok_or_else(|| format!("no such dialog: {dialog}"))?;
        let found = self.chat(chat);
        if found.is_some_and(|chat| chat.kind == Kind::Open) {
            self.join(chat, user, user, false);
        }
        if self.chat(chat).is_some_and(|chat| chat.has(user)) {
            Ok(chat)
        } else {
            Err(format!("user {user} is not in {dialog}"))
        }
    }

    /// A person who can do something.
    fn someone(&self, user: UserId) -> Done<()> {
        match self.person(user) {
            Some(person) if person.bot => Err(format!("user {user} is a bot")),
            Some(_) => Ok(()),
            None => Err(format!("no such user: {user}")),
        }
    }

    /// A message that someone has written and that is still there.
    fn own_message(&self, user: UserId, id: MessageId) -> Done<()> {
        match self.message(id) {
            Some(message) if message.author != user => {
                Err(format!("message {id} is not of user {user}"))
            }
            Some(message) if !message.deleted => Ok(()),
            _ => Err(format!("no such message: {id}")),
        }
    }

    /// A message that someone can see.
    fn seen_message(&self, user: UserId, id: MessageId) -> Done<&Message> {
        self.someone(user)?;
        let message = self.message(id).filter(|message| !message.deleted);
        message
            .filter(|message| self.is_seen_by(message, user))
            .ok_or_else(|| format!("user {user} sees no message {id}"))
    }

    /// Someone changes what they wrote.
    pub(crate) fn edit(&mut self, user: UserId, id: MessageId, words: &str) -> Done<()> {
        self.own_message(user, id)?;
        if words.trim().is_empty() {
            return Err("a message needs a text".to_owned());
        }
        self.update_message(id, user, |message| {
            message.text = cut(words.trim()).into_owned()
        });
        Ok(())
    }

    /// Someone takes back what they wrote.
    pub(crate) fn erase(&mut self, user: UserId, id: MessageId, complete: bool) -> Done<()> {
        self.own_message(user, id)?;
        self.delete_message(id, user, complete);
        Ok(())
    }

    /// Someone adds a reaction to a message, or takes it back.
    pub(crate) fn give_reaction(
        &mut self,
        user: UserId,
        id: MessageId,
        reaction: &str,
        add: bool,
    ) -> Done<()> {
        self.seen_message(user, id)?;
        if reaction.trim().is_empty() {
            return Err("a reaction needs a name".to_owned());
        }
        if self.react(id, user, reaction, add) {
            Ok(())
        } else {
            Err(format!("nothing changes about {reaction} at message {id}"))
        }
    }

    /// Someone presses the button or chooses the menu entry with that text, or of that number
    /// from 0, that a message has.
    pub(crate) fn press(
        &mut self,
        user: UserId,
        id: MessageId,
        button: &Value,
        now: SystemTime,
    ) -> Done<()> {
        let message = self.seen_message(user, id)?;
        let keyboard = message.keyboard.as_ref();
        let menu = message.menu.as_ref();
        let found = keyboard
            .and_then(|keyboard| entry(keyboard, "BUTTONS", button))
            .map(|pressed| (pressed, CommandContext::Keyboard));
        let found = found.or_else(|| {
            let chosen = entry(menu?, "ITEMS", button)?;
            Some((chosen, CommandContext::Menu))
        });
        let (pressed, context) =
            found.ok_or_else(|| format!("message {id} has no button {button}"))?;
        if field(pressed, "DISABLED").is_some_and(is_yes) {
            return Err(format!("the button {button} is disabled"));
        }
        let bot = keyboard.and_then(|keyboard| field(keyboard, "BOT_ID"));
        let bot = bot.and_then(|bot| text(bot).parse().ok());
        let bot = bot.unwrap_or(message.author);
        let chat = message.chat;
        let value = |name| field(pressed, name).map(|value| text(value).into_owned());
        if let Some(command) = value("COMMAND") {
            let params = value("COMMAND_PARAMS").unwrap_or_default();
            return self.give_command(user, bot, id, &command, params, context);
        }
        match (value("ACTION").as_deref(), value("ACTION_VALUE")) {
            (Some("SEND"), Some(words)) => {
                let message = Message::new(chat, user, &cut(&words));
                self.add_message_by(message, context, now);
                Ok(())
            }
            // Whatever else a button does, the portal does not hear of it.
            _ => Ok(()),
        }
    }

    /// Gives a bot a command that stands in a button or a menu of its message.
    pub(crate) fn give_command(
        &mut self,
        user: UserId,
        bot: UserId,
        message: MessageId,
        command: &str,
        params: String,
        context: CommandContext,
    ) -> Done<()> {
        let command = command.trim();
        let name = command.strip_prefix('/').unwrap_or(command);
        // What follows the name may stand beside it.
        let (name, beside) = name.split_once(char::is_whitespace).unwrap_or((name, ""));
        let mut commands = self.commands.values();
        let known = commands.find(|one| one.bot == bot && one.name.eq_ignore_ascii_case(name));
        let known = known.ok_or_else(|| format!("bot {bot} has no command {name}"))?;
        let command = Box::new(known.clone());
        let params = if params.is_empty() {
            beside.trim().to_owned()
        } else {
            params
        };
        self.happen(Happening::CommandUsed {
            command,
            message,
            user,
            params,
            context,
        });
        Ok(())
    }

    /// Someone opens a chat with others in it.
    pub(crate) fn open_chat(
        &mut self,
        user: UserId,
        mut chat: Chat,
        users: &[UserId],
        now: SystemTime,
    ) -> Done<ChatId> {
        self.someone(user)?;
        if let Some(unknown) = users.iter().find(|id| !self.is_here(**id)) {
            return Err(format!("no such user: {unknown}"));
        }
        chat.owner = user;
        Ok(self.add_chat(chat, users, now))
    }

    /// Someone brings a person or a bot into a chat.
    pub(crate) fn invite(&mut self, user: UserId, chat: &str, who: UserId) -> Done<()> {
        let id = self.group(user, chat)?;
        if !self.is_here(who) {
            return Err(format!("no such user: {who}"));
        }
        if self.join(id, who, user, false) {
            Ok(())
        } else {
            Err(format!("user {who} is in {chat} already"))
        }
    }

    /// Someone goes, or sends away somebody else.
    pub(crate) fn dismiss(&mut self, user: UserId, chat: &str, who: UserId) -> Done<()> {
        let id = self.group(user, chat)?;
        let found = self.chat(id);
        if found.is_some_and(|chat| user != who && !chat.is_managed_by(user)) {
            return Err(format!("user {user} does not manage {chat}"));
        }
        if self.leave(id, who) {
            Ok(())
        } else {
            Err(format!("user {who} is not in {chat}"))
        }
    }

    /// A chat of more than two, which someone is in.
    fn group(&self, user: UserId, chat: &str) -> Done<ChatId> {
        self.someone(user)?;
        let id = match chat.parse() {
            Ok(Dialog::Chat(id)) => self.chat(id),
            _ => None,
        };
        let found = id.filter(|chat| chat.kind != Kind::Private);
        let found = found.ok_or_else(|| format!("no such chat: {chat}"))?;
        if found.has(user) {
            Ok(found.id)
        } else {
            Err(format!("user {user} is not in {chat}"))
        }
    }

    /// Someone opens a dialog with a bot or one that a bot is in, and may bring something along.
    pub(crate) fn look_into(
        &mut self,
        user: UserId,
        dialog: &str,
        context: Option<Value>,
        now: SystemTime,
    ) -> Done<ChatId> {
        if context.as_ref().is_some_and(|context| !context.is_object()) {
            return Err("a context is an object".to_owned());
        }
        let chat = self.enter(user, dialog, now)?;
        let last = self.chat(chat).map_or(0, Chat::last_message);
        self.read(chat, user, last, now);
        if let Some(context) = context {
            let members = self.chat(chat).map(|chat| chat.members.keys());
            let bots: Vec<_> = members
                .into_iter()
                .flatten()
                .filter_map(|id| self.bot(*id))
                .map(|bot: &Bot| bot.id)
                .collect();
            for bot in bots {
                self.happen(Happening::ContextGiven {
                    chat,
                    bot,
                    user,
                    context: context.clone(),
                });
            }
        }
        Ok(chat)
    }

    /// The messages that someone sees in a dialog, oldest first, after a certain one.
    pub(crate) fn seen(&self, user: UserId, dialog: &str, after: MessageId) -> Done<Vec<&Message>> {
        let named: Dialog = dialog
            .parse()
            .map_err(|()| format!("no such dialog: {dialog}"))?;
        if self.person(user).is_none() {
            return Err(format!("no such user: {user}"));
        }
        let chat = match (self.chat_of(named, user), named) {
            (Some(chat), _) => chat,
            // Nobody has written there yet.
            (None, Dialog::With(other)) if self.person(other).is_some() => return Ok(Vec::new()),
            (None, _) => return Err(format!("no such dialog: {dialog}")),
        };
        let messages = self.messages_of(chat);
        Ok(messages.filter(|message| message.id > after).collect())
    }
}

/// The button or the menu entry of that text or number.
fn entry<'a>(all: &'a Value, list: &str, named: &Value) -> Option<&'a Value> {
    let entries = field(all, list).unwrap_or(all).as_array()?;
    let is_named = |one: &&Value| field(one, "TEXT").is_some_and(|name| text(name) == text(named));
    let found = match named {
        Value::String(_) => entries.iter().find(is_named),
        _ => None,
    };
    // In forms, numbers are text.
    found.or_else(|| entries.get(text(named).parse::<usize>().ok()?))
}

/// A field that the first version writes in capitals, and imbot.v2 in either case.
fn field<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let fields = object.as_object()?;
    let known = |key: &str| {
        let letters = key.bytes().filter(|byte| *byte != b'_');
        let wanted = name.bytes().filter(|byte| *byte != b'_');
        letters.map(|byte| byte.to_ascii_uppercase()).eq(wanted)
    };
    let mut fields = fields.iter();
    fields.find(|(key, _)| known(key)).map(|(_, value)| value)
}

fn is_yes(value: &Value) -> bool {
    matches!(text(value).as_ref(), "Y" | "true" | "1")
}
